/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/rowset.h"

#include <stdlib.h>

static size_t words(const struct medark_rowset *set)
{
	return (size_t)(set->rows / 64 + 1);
}

int medark_rowset_init(struct medark_rowset *set, uint64_t rows, bool full,
		       struct medark_error *err)
{
	set->rows = rows;
	set->bits = calloc(words(set), sizeof(*set->bits));
	if (!set->bits)
		return medark_error_memory(err, "a search");
	if (full)
		for (uint64_t row = 0; row < rows; row++)
			set->bits[row / 64] |= UINT64_C(1) << row % 64;
	return 0;
}

void medark_rowset_clear(struct medark_rowset *set)
{
	free(set->bits);
	set->bits = NULL;
}

bool medark_rowset_add(struct medark_rowset *set, uint64_t row)
{
	if (row >= set->rows)
		return false;
	set->bits[row / 64] |= UINT64_C(1) << row % 64;
	return true;
}

void medark_rowset_intersect(struct medark_rowset *set, const struct medark_rowset *other)
{
	for (size_t i = 0; i < words(set); i++)
		set->bits[i] &= other->bits[i];
}

void medark_rowset_unite(struct medark_rowset *set, const struct medark_rowset *other)
{
	for (size_t i = 0; i < words(set); i++)
		set->bits[i] |= other->bits[i];
}

uint64_t medark_rowset_next(const struct medark_rowset *set, uint64_t from)
{
	while (from < set->rows) {
		uint64_t left = set->bits[from / 64] >> from % 64;

		if (left)
			return from + (uint64_t)__builtin_ctzll(left);
		from = (from / 64 + 1) * 64;
	}
	return set->rows;
}
