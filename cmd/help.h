/* SPDX-License-Identifier: Apache-2.0 */
/* help: the screens. They go to standard output and fit 80 columns. */
#ifndef MEDARK_CMD_HELP_H
#define MEDARK_CMD_HELP_H

#include "verbs.h"

/* What the program is and what it can do. */
void cli_help_overview(void);

/* One verb: usage, options, examples, exit codes. */
void cli_help_verb(const struct cli_verb *verb);

/* Reports a word that is no verb, with the one that was probably meant; CLI_USAGE. */
int cli_help_unknown(const struct cli_options *options, const char *word);

#endif
