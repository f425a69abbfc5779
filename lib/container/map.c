/* SPDX-License-Identifier: Apache-2.0 */
#include "container/map.h"

#include "base/text.h"

#include <inttypes.h>

#define CONTINUED UINT64_MAX /* stands for `=` until the offsets are known */

/* Shortest line of an extent, "L 0 = 1" LF. */
#define LINE_MIN 8

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	uint64_t line; /* number of the line taken last */
	struct medark_error *err;
};

static int fault(const struct cursor *c, const char *what)
{
	return medark_error_set(c->err, MEDARK_E_FORMAT, "map line %" PRIu64 ": %s", c->line, what);
}

/* The bytes before the next `stop`, which is passed over too; false if there is none. */
static bool take_until(struct cursor *c, uint8_t stop, struct medark_bytes *out)
{
	const uint8_t *p = memchr(c->at, stop, (size_t)(c->end - c->at));

	if (!p)
		return false;
	*out = medark_bytes(c->at, (size_t)(p - c->at));
	c->at = p + 1;
	return true;
}

/* A line that is `label` and a number. */
static int take_number(struct cursor *c, const char *label, uint64_t max, uint64_t *out)
{
	size_t n = strlen(label);
	struct medark_bytes line;

	c->line++;
	if (!take_until(c, '\n', &line))
		return fault(c, "the text ends here");
	if (!medark_bytes_starts(line, label))
		return medark_error_set(c->err, MEDARK_E_FORMAT,
					"map line %" PRIu64 ": expected '%s'", c->line, label);
	if (!medark_text_decimal(medark_bytes(line.data + n, line.size - n), max, out))
		return fault(c, "not a number in its range");
	return 0;
}

static bool is_kind(uint8_t c)
{
	return c == MEDARK_EXTENT_LINES || c == MEDARK_EXTENT_RECORD || c == MEDARK_EXTENT_PART ||
	       c == MEDARK_EXTENT_FILLER;
}

static int take_extent(struct cursor *c, struct medark_extent *out)
{
	struct medark_bytes item, offset, length;
	uint64_t number;

	c->line++;
	if (c->end - c->at < LINE_MIN || !is_kind(c->at[0]) || c->at[1] != ' ')
		return fault(c, "not an extent");
	out->kind = (enum medark_extent_kind)c->at[0];
	c->at += 2;
	if (!take_until(c, ' ', &item) || !medark_text_decimal(item, MEDARK_ITEM_MAX, &number))
		return fault(c, "not an item's number");
	out->item = (uint32_t)number;
	if (!take_until(c, ' ', &offset))
		return fault(c, "not an extent");
	if (medark_bytes_is(offset, "="))
		out->offset = CONTINUED;
	else if (!medark_text_decimal(offset, INT64_MAX, &out->offset))
		return fault(c, "not an offset");
	if (!take_until(c, '\n', &length) ||
	    !medark_text_decimal(length, MEDARK_CONTENT_MAX, &out->length) || out->length == 0)
		return fault(c, "not a length");
	return 0;
}

/*
 * Bytes 0x0A. Sums in bytes first, 240 at a time so that they cannot overflow: compilers turn the
 * inner loop into a few vector instructions.
 */
static uint64_t count_lf(const uint8_t *p, uint64_t size)
{
	uint64_t total = 0;

	for (; size >= 240; p += 240, size -= 240) {
		uint8_t sum = 0;

		for (int i = 0; i < 240; i++)
			sum = (uint8_t)(sum + (p[i] == '\n'));
		total += sum;
	}
	for (; size; p++, size--)
		total += *p == '\n';
	return total;
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * Gives every `=` its offset. Sorting by item and place finds each extent's predecessor in a time
 * that no choice of item numbers can make quadratic, which a hash table could not promise.
 */
static int resolve(struct cursor *c, struct medark_map *map)
{
	MEDARK_AUTO(medark_heap_free) uint64_t *keys = malloc(map->count * sizeof(*keys));
	uint64_t first_line = c->line - map->count + 1;

	if (!keys)
		return medark_error_memory(c->err, "a segment's map");
	for (uint32_t i = 0; i < map->count; i++)
		keys[i] = (uint64_t)map->extents[i].item << 32 | i;
	qsort(keys, map->count, sizeof(*keys), compare_keys);
	for (uint32_t k = 0; k < map->count; k++) {
		struct medark_extent *e = &map->extents[(uint32_t)keys[k]];
		const struct medark_extent *before =
			k ? &map->extents[(uint32_t)keys[k - 1]] : NULL;

		c->line = first_line + (uint32_t)keys[k];
		if (e->offset == CONTINUED) {
			if (!before || before->item != e->item)
				return fault(c, "continues an item that did not begin");
			e->offset = before->offset + before->length;
		}
		if (e->offset > INT64_MAX - e->length)
			return fault(c, "beyond the largest size of an item");
	}
	return 0;
}

/* The extents' lengths and leaves must be those of the content. */
static int check_content(struct cursor *c, const struct medark_map *map)
{
	struct medark_bytes rest = map->content;
	uint64_t leaves = 0;

	for (uint32_t i = 0; i < map->count; i++) {
		const struct medark_extent *e = &map->extents[i];

		if (e->length > rest.size)
			return fault(c, "the extents are longer than the content");
		if (e->kind == MEDARK_EXTENT_LINES)
			leaves +=
				count_lf(rest.data, e->length) + (rest.data[e->length - 1] != '\n');
		else if (e->kind != MEDARK_EXTENT_FILLER)
			leaves++;
		rest = medark_bytes(rest.data + e->length, rest.size - e->length);
	}
	if (rest.size != 0)
		return fault(c, "the extents are shorter than the content");
	if (leaves != map->leaves)
		return fault(c, "the content has another number of leaves");
	return 0;
}

static int take_extents(struct cursor *c, struct medark_map *map)
{
	uint64_t lines = count_lf(c->at, (uint64_t)(c->end - c->at));
	bool continued = false;

	if (lines > (uint64_t)(c->end - c->at) / LINE_MIN)
		return fault(c, "a line is too short behind this one");
	map->count = (uint32_t)lines;
	if (map->count == 0)
		return 0;
	map->extents = malloc(map->count * sizeof(*map->extents));
	if (!map->extents)
		return medark_error_memory(c->err, "a segment's map");
	for (uint32_t i = 0; i < map->count; i++) {
		MEDARK_TRY(take_extent(c, &map->extents[i]));
		continued |= map->extents[i].offset == CONTINUED ||
			     map->extents[i].offset > INT64_MAX - MEDARK_CONTENT_MAX;
	}
	return continued ? resolve(c, map) : 0;
}

int medark_map_parse(struct medark_bytes segment, struct medark_map *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_map_clear) struct medark_map map = { 0 };
	struct cursor c = { .at = segment.data, .end = segment.data + segment.size, .err = err };
	struct medark_bytes line;
	uint64_t content;

	c.line = 1;
	if (segment.size == 0 || !take_until(&c, '\n', &line) ||
	    !medark_bytes_is(line, "medark-map 1"))
		return fault(&c, "not a map of version 1");
	MEDARK_TRY(take_number(&c, "leaves ", MEDARK_CONTENT_MAX, &map.leaves));
	MEDARK_TRY(take_number(&c, "content ", MEDARK_CONTENT_MAX, &content));
	/* The content is the end of the segment, so the map's end is known before it is read. */
	if (content >= (uint64_t)(c.end - c.at))
		return fault(&c, "the content is longer than the segment");
	map.content = medark_bytes(c.end - content, (size_t)content);
	if (segment.size - content > MEDARK_MAP_MAX)
		return fault(&c, "the map is larger than its limit");
	c.end -= content + 1;
	if (*c.end != '\n')
		return fault(&c, "the map does not end in an empty line before the content");
	MEDARK_TRY(take_extents(&c, &map));
	if (c.at != c.end)
		return fault(&c, "more than extents stand before the content");
	MEDARK_TRY(check_content(&c, &map));
	*out = map;
	map.extents = NULL;
	return 0;
}

void medark_map_clear(struct medark_map *map)
{
	free(map->extents);
	map->extents = NULL;
	map->count = 0;
}
