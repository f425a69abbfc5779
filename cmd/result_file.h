/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_file: a list or a report that a verb writes beside what it prints: for its owner alone,
 * and under its name only when it is complete. A failure leaves no file.
 */
#ifndef MEDARK_CMD_RESULT_FILE_H
#define MEDARK_CMD_RESULT_FILE_H

#include "options.h"

#include <medark/output.h>

#include <stdio.h>

/* Zeroed it is none. From opening to clearing it stays where it is. */
struct cli_result_file {
	const struct cli_options *options;
	const char *path;	      /* of the command line */
	FILE *f;		      /* NULL: none is written */
	struct medark_output *output; /* what is behind `f` */
	struct medark_error err;      /* of the first write that failed, */
	int code;		      /* and its code */
};

/*
 * Opens it. `option` ("--list") names it in sentences; `path` is borrowed. Refuses a file that is
 * there, unless --force is given, one that is an input of this run, and one in a source that is a
 * folder. 0 or an exit code.
 */
int cli_result_file_open(struct cli_result_file *file, const struct cli_options *options,
			 const char *option, const char *path);

/* Gives it its name, when it is on the disk. Without a file: 0. 0 or an exit code. */
int cli_result_file_finish(struct cli_result_file *file);

/* For __attribute__((cleanup)): what is not finished is gone. */
void cli_result_file_clear(struct cli_result_file *file);
#define CLI_AUTO_RESULT_FILE __attribute__((cleanup(cli_result_file_clear)))

#endif
