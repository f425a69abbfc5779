/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: what somebody typed into the one search box, and everything that it may mean: an id, an
 * identifier, a birth date, the beginnings of names. Knows no index. Any thread.
 */
#ifndef MEDARK_ARCHIVE_QUERY_H
#define MEDARK_ARCHIVE_QUERY_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>

#define MEDARK_QUERY_MAX       1024 /* bytes */
#define MEDARK_QUERY_WORDS_MAX 32

/* Beginnings of digits in the table `births`; "" where there are fewer. */
struct medark_query_births {
	char digits[2][9];
};

struct medark_query {
	struct medark_bytes whole; /* without white space at its ends */
	struct medark_bytes words[MEDARK_QUERY_WORDS_MAX];
	size_t count;
};

/*
 * Views into `text`. MEDARK_E_USAGE if it is too long or not UTF-8. An empty query has no words.
 */
int medark_query_parse(struct medark_bytes text, struct medark_query *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * The birth dates that a word may mean: 1970-12-31, 31-12-1970, 31/12/1970, 31.12.1970, 31121970,
 * 19701231, also with one digit for day or month where something stands between; 1970-12, 12-1970,
 * 1970. Empty if none.
 */
void medark_query_births(struct medark_bytes word, struct medark_query_births *out);

/* Copies `text` without spaces, and without dots too if asked; returns the bytes written. */
size_t medark_query_compact(struct medark_bytes text, bool dots, uint8_t *out);

#endif
