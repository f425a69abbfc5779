/* SPDX-License-Identifier: Apache-2.0 */
#include "closest.h"

#include <string.h>

#define WORD_MAX 40

/* Edits (insert, remove, replace, swap two neighbours) that make one word of the other. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t na = strlen(a), nb = strlen(b);
	size_t *before = rows[0], *above = rows[1], *now = rows[2];

	if (na > WORD_MAX || nb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= nb; j++)
		above[j] = j;
	for (size_t i = 1; i <= na; i++) {
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		size_t *free_row = before;

		before = above;
		above = now;
		now = free_row;
	}
	return above[nb];
}

const char *cli_closest(const char *word, size_t count,
			const char *(*at)(size_t i, const void *context), const void *context)
{
	const char *near = NULL;
	size_t least = 1 + strlen(word) / 3;

	for (size_t i = 0; i < count; i++) {
		size_t edits = distance(word, at(i, context));

		if (edits <= least && edits < strlen(word)) {
			least = edits ? edits - 1 : 0;
			near = at(i, context);
		}
	}
	return near;
}
