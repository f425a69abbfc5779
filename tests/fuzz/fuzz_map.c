/* SPDX-License-Identifier: Apache-2.0 */
/* The extents of a map that is taken are what they claim to be: sums, ranges, leaves. */
#include "container/map.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t leaves_of(const struct medark_extent *e, const uint8_t *content)
{
	uint64_t leaves = 0;

	if (e->kind == MEDARK_EXTENT_FILLER)
		return 0;
	if (e->kind != MEDARK_EXTENT_LINES)
		return 1;
	for (uint64_t i = 0; i < e->length; i++)
		leaves += content[i] == '\n' || i + 1 == e->length;
	return leaves;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };
	uint64_t at = 0, leaves = 0;

	if (medark_map_parse(medark_bytes(data, size), &map, NULL) < 0)
		return 0;
	for (uint32_t i = 0; i < map.count; i++) {
		const struct medark_extent *e = &map.extents[i];

		if (e->length == 0 || e->length > map.content.size - at ||
		    e->offset > INT64_MAX - e->length || e->item > MEDARK_ITEM_MAX)
			abort();
		leaves += leaves_of(e, map.content.data + at);
		at += e->length;
	}
	if (at != map.content.size || leaves != map.leaves)
		abort();
	if (map.content.data + map.content.size != data + size)
		abort();
	return 0;
}
