/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/range.h"

#include <stdlib.h>

int medark_range_order(const void *a, const void *b)
{
	const struct medark_range *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

size_t medark_ranges_merge(struct medark_range *ranges, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(ranges, count, sizeof(*ranges), medark_range_order);
	for (size_t i = 0; i < count; i++) {
		struct medark_range *last = kept ? &ranges[kept - 1] : NULL;
		uint64_t end = ranges[i].offset + ranges[i].length;

		if (!last || last->segment != ranges[i].segment ||
		    last->offset + last->length < ranges[i].offset)
			ranges[kept++] = ranges[i];
		else if (end > last->offset + last->length)
			last->length = end - last->offset;
	}
	return kept;
}
