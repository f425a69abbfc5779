/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines: words that are read from standard input where "-" stands, so that what names a patient
 * need not stand on a command line at all.
 */
#ifndef MEDARK_CMD_LINES_H
#define MEDARK_CMD_LINES_H

#include "options.h"

/* Zeroed it is empty. `list` borrows from `text` and from what was expanded. */
struct cli_lines {
	char *text;
	struct cli_list list;
	size_t first, count; /* those of `list` that are lines of standard input */
	size_t *numbers;     /* of these lines in it, from 1 */
};

/* Wipes and frees; for __attribute__((cleanup)). */
void cli_lines_clear(struct cli_lines *lines);

/* The line of standard input that word `i` of the list was; 0 if it was none. */
size_t cli_lines_number(const struct cli_lines *lines, size_t i);

/*
 * The words of `given`, with the lines of standard input in the place of "-" (at most once; empty
 * lines are left out; 1 MiB). 0 or an exit code.
 */
int cli_lines_expand(const struct cli_options *options, const struct cli_list *given,
		     struct cli_lines *out);

#endif
