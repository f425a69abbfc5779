/* SPDX-License-Identifier: Apache-2.0 */
#include "container/map.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* Room for "medark-map 1", "leaves N", "content N" and the empty line. */
#define HEAD_MAX 80

/*
 * Where items were left, by the low bits of their number: `=` is a short form and not a duty, so
 * an item that was pushed out by another is simply written with its offset.
 */
#define ENDS 1024

struct end {
	uint64_t offset;
	uint32_t item;
	uint32_t round; /* of the writer when this was noted; older entries do not count */
};

struct medark_map_writer {
	struct medark_buffer lines;
	struct medark_extent last; /* not yet written: the next may continue it; length 0: none */
	bool last_ends_in_lf;
	uint64_t leaves;
	uint64_t content;
	uint32_t round;
	struct end ends[ENDS];
};

int medark_map_writer_new(struct medark_map_writer **out, struct medark_error *err)
{
	struct medark_map_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return medark_error_memory(err, "a segment's map");
	w->lines.limit = MEDARK_MAP_MAX;
	w->round = 1;
	*out = w;
	return 0;
}

void medark_map_writer_free(struct medark_map_writer *w)
{
	if (!w)
		return;
	medark_buffer_clear(&w->lines);
	free(w);
}

static size_t put_decimal(uint64_t value, char *out)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + value % 10);
	while (value /= 10);
	for (size_t i = 0; i < n; i++)
		out[i] = digits[n - 1 - i];
	return n;
}

/* Writes the extent that nothing continues any more. Hot for small records: no printf(). */
static int flush(struct medark_map_writer *w, struct medark_error *err)
{
	const struct medark_extent *e = &w->last;
	struct end *end = &w->ends[e->item % ENDS];
	char line[MEDARK_MAP_LINE_MAX];
	size_t n = 0;

	if (e->length == 0)
		return 0;
	line[n++] = (char)e->kind;
	line[n++] = ' ';
	n += put_decimal(e->item, line + n);
	line[n++] = ' ';
	if (end->round == w->round && end->item == e->item && end->offset == e->offset)
		line[n++] = '=';
	else
		n += put_decimal(e->offset, line + n);
	line[n++] = ' ';
	n += put_decimal(e->length, line + n);
	line[n++] = '\n';
	MEDARK_TRY(medark_buffer_add(&w->lines, line, n, err));
	*end = (struct end) { .offset = e->offset + e->length, .item = e->item, .round = w->round };
	w->last.length = 0;
	return 0;
}

static bool continues(const struct medark_map_writer *w, const struct medark_extent *e)
{
	if (w->last.length == 0 || e->kind != w->last.kind || e->item != w->last.item ||
	    e->offset != w->last.offset + w->last.length)
		return false;
	return e->kind == MEDARK_EXTENT_FILLER ||
	       (e->kind == MEDARK_EXTENT_LINES && w->last_ends_in_lf);
}

int medark_map_writer_add(struct medark_map_writer *w, const struct medark_extent *extent,
			  uint64_t leaves, bool ends_in_lf, struct medark_error *err)
{
	assert(extent->length >= 1 && extent->item <= MEDARK_ITEM_MAX);
	assert(extent->offset <= INT64_MAX && extent->length <= INT64_MAX - extent->offset);

	if (medark_map_writer_size(w) + MEDARK_MAP_LINE_MAX > MEDARK_MAP_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"a segment's map is larger than the limit of %u bytes",
					MEDARK_MAP_MAX);
	if (continues(w, extent)) {
		w->last.length += extent->length;
	} else {
		MEDARK_TRY(flush(w, err));
		w->last = *extent;
	}
	w->last_ends_in_lf = ends_in_lf;
	w->leaves += leaves;
	w->content += extent->length;
	return 0;
}

size_t medark_map_writer_size(const struct medark_map_writer *w)
{
	return HEAD_MAX + w->lines.size + (w->last.length ? MEDARK_MAP_LINE_MAX : 0);
}

int medark_map_writer_finish(struct medark_map_writer *w, struct medark_buffer *out,
			     struct medark_error *err)
{
	if (w->content > MEDARK_CONTENT_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a segment's content is larger than the limit of %u bytes",
					MEDARK_CONTENT_MAX);
	MEDARK_TRY(flush(w, err));
	MEDARK_TRY(medark_buffer_print(out, err,
				       "medark-map 1\nleaves %" PRIu64 "\ncontent %" PRIu64 "\n",
				       w->leaves, w->content));
	MEDARK_TRY(medark_buffer_add(out, w->lines.data, w->lines.size, err));
	MEDARK_TRY(medark_buffer_add(out, "\n", 1, err));
	w->lines.size = 0;
	w->leaves = 0;
	w->content = 0;
	if (++w->round == 0) { /* entries of the first rounds would seem fresh again */
		memset(w->ends, 0, sizeof(w->ends));
		w->round = 1;
	}
	return 0;
}
