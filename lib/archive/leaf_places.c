/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/leaf_places.h"

#include "crypto/leaf.h"

#include <stdlib.h>
#include <string.h>

/* Leaves that are hashed in one call. */
#define BATCH 512

void medark_leaf_places_clear(struct medark_leaf_places *places)
{
	free(places->list);
	*places = (struct medark_leaf_places) { 0 };
}

static void add(struct medark_leaf_places *places, uint64_t offset, uint64_t length)
{
	places->list[places->count++] = (struct medark_leaf_place) { .offset = (uint32_t)offset,
								     .length = (uint32_t)length };
}

static void add_lines(struct medark_leaf_places *places, struct medark_bytes content, uint64_t at,
		      uint64_t end)
{
	while (at < end) {
		const uint8_t *lf = memchr(content.data + at, '\n', (size_t)(end - at));
		uint64_t next = lf ? (uint64_t)(lf + 1 - content.data) : end;

		add(places, at, next - at);
		at = next;
	}
}

/* The map was checked: its leaves are those of the content. */
int medark_leaf_places_list(const struct medark_map *map, struct medark_leaf_places *out,
			    struct medark_error *err)
{
	uint64_t at = 0;

	if (map->leaves > MEDARK_LEAF_PLACES_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"a data segment has too many records");
	out->list = malloc(((size_t)map->leaves + 1) * sizeof(*out->list));
	if (!out->list)
		return medark_error_memory(err, "the records of a segment");
	for (uint32_t i = 0; i < map->count; i++) {
		const struct medark_extent *e = &map->extents[i];

		if (e->kind == MEDARK_EXTENT_LINES)
			add_lines(out, map->content, at, at + e->length);
		else if (e->kind != MEDARK_EXTENT_FILLER)
			add(out, at, e->length);
		at += e->length;
	}
	return 0;
}

size_t medark_leaf_places_from(const struct medark_leaf_places *places, uint64_t offset)
{
	size_t low = 0, high = places->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (places->list[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t medark_leaf_places_at(const struct medark_leaf_places *places, uint64_t offset)
{
	size_t at = medark_leaf_places_from(places, offset);

	return at < places->count && places->list[at].offset == offset ? at : places->count;
}

int medark_leaf_places_hash(const struct medark_leaf_places *places, struct medark_bytes content,
			    const struct medark_key *salt_key, uint32_t number,
			    struct medark_digest *out, struct medark_error *err)
{
	uint8_t salts[BATCH][MEDARK_LEAF_SALT_SIZE];
	struct medark_bytes records[BATCH];

	for (size_t first = 0; first < places->count; first += BATCH) {
		size_t n = places->count - first < BATCH ? places->count - first : BATCH;

		for (size_t i = 0; i < n; i++) {
			const struct medark_leaf_place *p = &places->list[first + i];

			records[i] = medark_bytes(content.data + p->offset, p->length);
		}
		MEDARK_TRY(medark_leaf_salts(salt_key, number, first, n, salts, err));
		medark_leaf_hash((const uint8_t(*)[MEDARK_LEAF_SALT_SIZE])salts, records, n,
				 out + first);
	}
	return 0;
}
