/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf: the file that says what `medark run NAME` does, NAME.conf. Lines `key = value`; empty ones
 * and those that begin with # say nothing. The keys are the options of export that take a value,
 * and `source`, `archives` and `textfile`; medark-run(1) has them. Names of files are relative to
 * the folder of the file, unless they begin with /.
 */
#ifndef MEDARK_CMD_CONF_H
#define MEDARK_CMD_CONF_H

#include "options.h"

#include <limits.h>

/* Zeroed it is empty. */
struct cli_conf {
	char path[PATH_MAX];	    /* of the file */
	char *text;		    /* its content, cut into words */
	struct cli_options options; /* of the export; borrows from here; the sources are operands */
	const char *archives;	    /* the folder that they are written to */
	const char *textfile;	    /* for Prometheus; NULL: none */
};

/*
 * Finds NAME.conf and reads it; `options` are those of the command line. Makes its folder the
 * working directory, so that the names in it mean what they say. 0, or an exit code after the fault
 * was reported, with the file and the line: CLI_USAGE for what it says and if there is none,
 * CLI_FAILED if it cannot be read or others can write to it.
 */
int cli_conf_read(const struct cli_options *options, const char *name, struct cli_conf *out);

void cli_conf_clear(struct cli_conf *conf);
#define CLI_AUTO_CONF __attribute__((cleanup(cli_conf_clear)))

#endif
