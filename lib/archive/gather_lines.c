/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gather_private.h"

#include <string.h>

void medark_gather_lane_free(struct medark_gather *g, struct medark_gather_lane *lane)
{
	if (!lane)
		return;
	medark_lane_clear(&lane->lane, g->pool);
	free(lane);
}

int medark_gather_lane_add(struct medark_gather *g, struct medark_item *item,
			   struct medark_stream *stream, size_t head, uint64_t size,
			   struct medark_error *err)
{
	struct medark_gather_lane *lane = calloc(1, sizeof(*lane));

	if (!lane) {
		medark_stream_free(stream);
		return medark_error_memory(err, "reading the sources");
	}
	lane->item = item;
	lane->size = size;
	g->lanes[g->lane_count++] = lane;
	MEDARK_TRY(medark_lane_init(&lane->lane, stream, medark_bytes(g->head, head), g->scanners,
				    err));
	/* The first bytes are all, or all that can be read. */
	lane->lane.at_end = head < MEDARK_HEAD_SIZE;
	return medark_lane_start(&lane->lane, g->setup.pipeline, g->pool, err);
}

/* What all lanes together read before each had its turn again: little, to keep them in step. */
#define ROUND	   ((double)(2 << 20))
#define LANE_SHARE ((double)(32 << 10))

/*
 * The same share of each file, as files of one export mostly have the same order of patients. A
 * file of unknown size counts as the mean of the others.
 */
void medark_gather_lanes_pace(struct medark_gather *g)
{
	double known = 0, mean, round = LANE_SHARE * g->lane_count;
	uint32_t count = 0;

	for (uint32_t i = 0; i < g->lane_count; i++) {
		known += (double)g->lanes[i]->size;
		count += g->lanes[i]->size > 0;
	}
	mean = count ? known / count : 1;
	round = round < ROUND ? ROUND : round;
	for (uint32_t i = 0; i < g->lane_count; i++) {
		struct medark_gather_lane *lane = g->lanes[i];
		double size = lane->size ? (double)lane->size : mean;
		double share = round * size / (mean * g->lane_count);
		size_t stretch = MEDARK_BLOCK_LEAST;

		while (stretch < MEDARK_BLOCK_SMALL && (double)stretch * 1.5 < share)
			stretch *= 2;
		lane->lane.stretch = stretch;
	}
}

static int take_record(struct medark_gather *g, struct medark_gather_lane *lane,
		       struct medark_chunk *chunk, uint32_t index, struct medark_error *err)
{
	const struct medark_chunk_record *record = &chunk->records[index];
	struct medark_gather_record r = {
		.item = lane->item,
		.block = chunk->block,
		.chunk = chunk,
		.index = index,
		.kind = MEDARK_EXTENT_LINES,
	};

	switch (record->form) {
	case MEDARK_CHUNK_SPACE:
		MEDARK_TRY(medark_gather_plain(g, lane->item, chunk->block, record->piece,
					       MEDARK_EXTENT_FILLER, err));
		break;
	case MEDARK_CHUNK_BUNDLE:
		MEDARK_TRY(medark_gather_document(g, lane->item, chunk->block, MEDARK_FHIR_JSON,
						  record->piece, err));
		break;
	default:
		MEDARK_TRY(medark_gather_record(g, &r, err));
	}
	if (g->last_order != MEDARK_ORDINAL_NONE && g->last_order != MEDARK_ORDINAL_LATE)
		lane->ordinal = g->last_order;
	return 0;
}

static int take_stretch(struct medark_gather *g, struct medark_gather_lane *lane,
			struct medark_stretch *s, struct medark_error *err)
{
	struct medark_block *block = s->chunk.block;

	medark_gather_count(g, lane->item, s->taken);
	if (s->unreadable)
		MEDARK_TRY(medark_gather_unreadable(g, lane->item, s->unreadable_at, s->why.message,
						    err));
	if (s->giant_size)
		MEDARK_TRY(medark_gather_giant(g, lane, block,
					       medark_bytes(block->bytes, s->giant_size),
					       s->giant_ends, err));
	for (uint32_t i = 0; i < s->chunk.count; i++)
		MEDARK_TRY(take_record(g, lane, &s->chunk, i, err));
	return 0;
}

int medark_gather_step(struct medark_gather *g, struct medark_gather_lane *lane,
		       struct medark_error *err)
{
	struct medark_stretch *s;

	MEDARK_TRY(medark_lane_take(&lane->lane, g->setup.pipeline, g->pool, &s, err));
	lane->at_end = s->is_last;
	if (!lane->at_end)
		MEDARK_TRY(medark_lane_start(&lane->lane, g->setup.pipeline, g->pool, err));
	MEDARK_TRY(take_stretch(g, lane, s, err));
	medark_block_release(g->pool, MEDARK_TAKE(s->chunk.block));
	return 0;
}
