/* SPDX-License-Identifier: Apache-2.0 */
/* page_text: texts in a page (HTML), as bytes that came from elsewhere: a name, a path. */
#ifndef MEDARK_CMD_PAGE_TEXT_H
#define MEDARK_CMD_PAGE_TEXT_H

#include <stdio.h>

/*
 * Prints `text` so that it is text and nothing else. Controls and what is not UTF-8 become U+FFFD;
 * what would change the direction of the text around it is shown escaped, as \u202E.
 */
void cli_page_text(FILE *f, const char *text);

/* A row of two cells; the second is `value` as text. */
void cli_page_row(FILE *f, const char *label, const char *value);

/*
 * The beginning of a page that needs nothing else and prints well, and its end. Negative if memory
 * is lacking, or `f` does not take it.
 */
int cli_page_begin(FILE *f, const char *title);
int cli_page_end(FILE *f);

#endif
