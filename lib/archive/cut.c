/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/cut.h"

#include "archive/join.h"
#include "archive/segment_load.h"
#include "base/parallel.h"
#include "record/fhir.h"

#include <stdlib.h>

/* Segments that are read by one thread: starting others takes as long. */
#define ALONE_MAX 2

/* The ranges of one segment. */
struct group {
	uint32_t segment;
	const struct medark_range *ranges;
	size_t count;
	const struct medark_map *map; /* once it is loaded */
};

/* A run of bytes of one extent: the whole, and where that begins in the segment. */
struct run {
	const struct medark_extent *extent;
	struct medark_bytes all;
	uint32_t segment;
	uint64_t at;
};

struct state {
	const struct medark_cut *cut;
	struct medark_joins joins;
	struct medark_loader *loaders[MEDARK_PARALLEL_MAX];
	struct group batch[MEDARK_PARALLEL_MAX];
};

static void state_clear(struct state *s)
{
	medark_joins_clear(&s->joins);
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++)
		medark_loader_free(s->loaders[i]);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct state, state_clear)

static int off_border(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"the index names a place that is not a record's border");
}

static int tell(struct state *s, const struct run *run, struct medark_bytes text, uint64_t begin,
		struct medark_error *err)
{
	struct medark_cut_record record = { .text = text,
					    .xml = medark_fhir_is_xml(text),
					    .item = run->extent->item,
					    .segment = run->segment,
					    .offset = run->at + begin };

	return s->cut->each(s->cut->context, &record, err);
}

/* The lines of an L extent from `begin` to `end`. */
static int cut_lines(struct state *s, const struct run *run, uint64_t begin, uint64_t end,
		     struct medark_error *err)
{
	struct medark_bytes all = run->all;
	const uint8_t *p = all.data + begin, *stop = all.data + end;

	if ((begin && p[-1] != '\n') || (end < all.size && stop[-1] != '\n'))
		return off_border(err);
	while (p < stop) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(stop - p));
		const uint8_t *line_end = lf ? lf : stop;

		MEDARK_TRY(tell(s, run, medark_bytes(p, (size_t)(line_end - p)),
				(uint64_t)(p - all.data), err));
		p = lf ? lf + 1 : stop;
	}
	return 0;
}

/* The part from `begin` to `end`. */
static int cut_extent(struct state *s, const struct run *run, uint64_t begin, uint64_t end,
		      struct medark_error *err)
{
	struct medark_bytes text;
	int complete;

	if (run->extent->kind == MEDARK_EXTENT_FILLER)
		return 0;
	if (run->extent->kind == MEDARK_EXTENT_LINES)
		return cut_lines(s, run, begin, end, err);
	if (begin != 0 || end != run->all.size)
		return off_border(err);
	complete = medark_joins_add(&s->joins, run->extent, run->all, &text, err);
	MEDARK_TRY(complete);
	return complete ? tell(s, run, text, 0, err) : 0;
}

/* Walks the extents and the ranges of one segment side by side. */
static int cut_segment(struct state *s, const struct group *g, struct medark_error *err)
{
	const struct medark_map *map = g->map;
	const struct medark_range *last = &g->ranges[g->count - 1];
	uint64_t at = 0;
	size_t r = 0;

	if (last->offset + last->length > map->content.size) /* F-20 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index names a place outside of data segment %u",
					g->segment);
	for (uint32_t i = 0; i < map->count && r < g->count; i++) {
		uint64_t length = map->extents[i].length, end = at + length;
		struct run run = { .extent = &map->extents[i],
				   .all = medark_bytes(map->content.data + at, (size_t)length),
				   .segment = g->segment,
				   .at = at };

		while (r < g->count && g->ranges[r].offset < end) {
			uint64_t from = g->ranges[r].offset, to = from + g->ranges[r].length;

			from = from > at ? from - at : 0;
			MEDARK_TRY(cut_extent(s, &run, from, (to < end ? to : end) - at, err));
			if (to > end)
				break;
			r++;
		}
		at = end;
	}
	return 0;
}

static int load(void *context, unsigned worker, uint64_t index, struct medark_error *err)
{
	struct state *s = context;
	struct group *g = &s->batch[index];

	(void)worker; /* a map is borrowed from its loader: each piece has its own */
	if (!s->loaders[index])
		MEDARK_TRY(medark_loader_new(s->cut->archive, &s->loaders[index], err));
	return medark_loader_load(s->loaders[index], g->segment, &g->map, err);
}

/* Takes the ranges of up to `max` segments from the front; returns how many segments. */
static unsigned take_batch(struct state *s, const struct medark_range **ranges, size_t *left,
			   unsigned max)
{
	unsigned groups = 0;

	while (*left && groups < max) {
		size_t n = 1;

		while (n < *left && (*ranges)[n].segment == (*ranges)[0].segment)
			n++;
		s->batch[groups++] = (struct group) { .segment = (*ranges)[0].segment,
						      .ranges = *ranges,
						      .count = n };
		*ranges += n;
		*left -= n;
	}
	return groups;
}

/* How many segments the ranges name, and the content of the largest one as the index says. */
static int survey(const struct medark_cut *cut, const struct medark_range *ranges, size_t count,
		  size_t *out_segments, uint64_t *out_largest, struct medark_error *err)
{
	struct medark_index *index;
	struct medark_segment_row row;
	struct medark_bytes text;

	*out_segments = 0;
	*out_largest = 0;
	MEDARK_TRY(medark_archive_index(cut->archive, &index, err));
	for (size_t i = 0; i < count; i++) {
		uint32_t n = ranges[i].segment;

		if (i && n == ranges[i - 1].segment)
			continue;
		if (n > medark_index_rows(index, MEDARK_KIND_SEGMENTS)) /* F-20 */
			return medark_error_set(
				err, MEDARK_E_FORMAT,
				"the index names a data segment that does not exist");
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_SEGMENTS, n - 1, &text, err));
		MEDARK_TRY(medark_segment_row_parse(text, n, &row, err));
		*out_segments += 1;
		*out_largest = row.content > *out_largest ? row.content : *out_largest;
	}
	return 0;
}

/* One segment after the other. */
static int run_cached(struct state *s, const struct medark_range *ranges, size_t count,
		      struct medark_error *err)
{
	while (count) {
		struct group *g = &s->batch[0];

		(void)take_batch(s, &ranges, &count, 1);
		MEDARK_TRY(medark_cut_cache_load(s->cut->cache, g->segment, &g->map, err));
		MEDARK_TRY(cut_segment(s, g, err));
	}
	return 0;
}

static int end(const struct state *s, struct medark_error *err)
{
	if (medark_joins_pending(&s->joins))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the last part of a large record is missing");
	return 0;
}

int medark_cut_run(const struct medark_cut *cut, const struct medark_range *ranges, size_t count,
		   struct medark_error *err)
{
	MEDARK_AUTO(state_clear) struct state s = { .cut = cut };
	struct medark_parallel job = { .work = load, .context = &s };
	uint64_t largest;
	size_t segments;

	medark_joins_init(&s.joins, cut->folder);
	MEDARK_TRY(survey(cut, ranges, count, &segments, &largest, err));
	if (cut->cache) {
		MEDARK_TRY(run_cached(&s, ranges, count, err));
		return end(&s, err);
	}
	job.threads = 1;
	if (segments > ALONE_MAX)
		job.threads = medark_loader_count(cut->archive, largest, cut->threads);
	while (count) {
		unsigned taken = take_batch(&s, &ranges, &count, job.threads);

		job.count = taken;
		MEDARK_TRY(medark_parallel_run(&job, err));
		for (unsigned i = 0; i < taken; i++) {
			MEDARK_TRY(cut_segment(&s, &s.batch[i], err));
			if (cut->meter)
				MEDARK_TRY(medark_meter_add(
					cut->meter, s.batch[i].map->content.size, 0, 0, err));
		}
	}
	return end(&s, err);
}

int medark_cut_places(struct medark_archive *archive, struct medark_buffer *out,
		      struct medark_error *err)
{
	uint32_t count = medark_manifest_segments(archive->manifest, MEDARK_KIND_DATA);
	struct medark_segment_row segment;
	struct medark_index *index;
	struct medark_bytes row;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	if (medark_index_rows(index, MEDARK_KIND_SEGMENTS) != count)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index has not as many segments as the archive");
	for (uint32_t i = 0; i < count; i++) {
		struct medark_range range = { .segment = i + 1 };

		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_SEGMENTS, i, &row, err));
		MEDARK_TRY(medark_segment_row_parse(row, i + 1, &segment, err));
		range.length = segment.content;
		if (range.length)
			MEDARK_TRY(medark_buffer_add(out, &range, sizeof(range), err));
	}
	return 0;
}
