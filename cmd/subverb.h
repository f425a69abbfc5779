/* SPDX-License-Identifier: Apache-2.0 */
/* subverb: the second word of verbs that have several: key new, account add. */
#ifndef MEDARK_CMD_SUBVERB_H
#define MEDARK_CMD_SUBVERB_H

#include "options.h"

/*
 * Finds the first operand among `count` subverbs: their place, or -1 after the mistake was
 * reported. `name_of` gives the name of one; `list` is all of them, as a sentence has them.
 */
int cli_subverb_find(const struct cli_options *options, size_t count,
		     const char *(*name_of)(size_t i, const void *context), const char *list);

/* An option of the verb that some second words know. */
struct cli_subverb_option {
	bool is_given;
	unsigned bit; /* among those that a second word takes */
	const char *name;
};

/* An option that would do nothing is a mistake: CLI_USAGE if one is given that `takes` has not. */
int cli_subverb_check(const struct cli_options *options, const char *word, unsigned takes,
		      const struct cli_subverb_option *given, size_t count);

#endif
