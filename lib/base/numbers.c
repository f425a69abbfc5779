/* SPDX-License-Identifier: Apache-2.0 */
#include "base/numbers.h"

#include <stdlib.h>

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

size_t medark_numbers_unique(uint64_t *list, size_t count)
{
	size_t left = 0;

	if (count)
		qsort(list, count, sizeof(*list), by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || list[i] != list[left - 1])
			list[left++] = list[i];
	return left;
}
