/* SPDX-License-Identifier: Apache-2.0 */
/* place: sources and targets as users write them: those that there are not. */
#ifndef MEDARK_CMD_PLACE_H
#define MEDARK_CMD_PLACE_H

#include "options.h"

/*
 * Refuses a URL, or another word with a scheme in front such as sqlite:FILE. `what` is "source" or
 * "target", `kinds` says which there are, with a verb: "only folders are". 0 or CLI_USAGE.
 */
int cli_place_check(const struct cli_options *options, const char *what, const char *place,
		    const char *kinds);

#endif
