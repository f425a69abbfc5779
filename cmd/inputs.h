/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inputs: what a run reads must not be what it writes. --force is for last night's output; a name
 * mixed up must not cost a key, a certificate or the source. Files are told apart by device and
 * inode, whatever they are called.
 */
#ifndef MEDARK_CMD_INPUTS_H
#define MEDARK_CMD_INPUTS_H

#include "options.h"

/*
 * Refuses `output`, the value of `option`, if a file of that name is an input of this run, or would
 * be read as a part of a source that is a folder. 0 or CLI_USAGE.
 */
int cli_inputs_check_file(const struct cli_options *options, const char *option,
			  const char *output);

/*
 * Refuses `output`, the value of `option`, which need not be there yet, in a source that is a
 * folder: it would be read while it is written. 0 or CLI_USAGE.
 */
int cli_inputs_check_outside(const struct cli_options *options, const char *option,
			     const char *output);

/*
 * Refuses the folder `output` if an input of this run stands in it: a file that is restored could
 * have its name. 0 or CLI_USAGE.
 */
int cli_inputs_check_folder(const struct cli_options *options, const char *output);

/*
 * Refuses the folder of archives if it is a source, or stands in one: each archive would be read by
 * the next run. 0 or CLI_USAGE.
 */
int cli_inputs_check_archives(const struct cli_options *options, const char *folder);

/* Would two outputs be one file, whether it exists or not? */
bool cli_inputs_is_same_place(const char *a, const char *b);

#endif
