/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/lane.h"

#include <string.h>

/* ---- reading: in a worker ---- */

/* A source that cannot be read is told of, and counts as the end; other failures stop all. */
static int read_some(struct medark_lane *lane, struct medark_stretch *s, size_t *out,
		     struct medark_error *err)
{
	struct medark_block *block = s->chunk.block;
	size_t size = block->capacity - block->used;
	struct medark_error why = { 0 };
	ssize_t n;

	*out = 0;
	size = size < MEDARK_BLOCK_SMALL ? size : MEDARK_BLOCK_SMALL;
	n = medark_stream_read(lane->stream, block->bytes + block->used, size, &why);
	if (n > 0 && (size_t)n < size) {
		/* The end, or a failure, which the next call tells of. */
		block->used += (size_t)n;
		size -= (size_t)n;
		*out += (size_t)n;
		n = medark_stream_read(lane->stream, block->bytes + block->used, size, &why);
	}
	if (n < 0 && n != MEDARK_E_SOURCE) {
		*err = why;
		return (int)n;
	}
	if (n < 0) {
		s->unreadable = true;
		s->unreadable_at = medark_stream_position(lane->stream);
		s->why = why;
		n = 0;
	}
	lane->at_end = (size_t)n < size;
	block->used += (size_t)n;
	*out += (size_t)n;
	return 0;
}

/* Moves what was read before into the block, as far as it goes. */
static void take_carry(struct medark_lane *lane, struct medark_block *block)
{
	struct medark_buffer *carry = &lane->carry;
	size_t room = block->capacity - block->used;
	size_t size = carry->size < room ? carry->size : room;

	if (size == 0)
		return;
	memcpy(block->bytes + block->used, carry->data, size);
	block->used += size;
	carry->size -= size;
	memmove(carry->data, carry->data + size, carry->size);
}

/* Puts the block's bytes from `at` on back in front of what else was read before. */
static int give_back(struct medark_lane *lane, struct medark_block *block, size_t at,
		     struct medark_error *err)
{
	struct medark_buffer *carry = &lane->carry;
	size_t size = block->used - at;

	if (size == 0)
		return 0;
	MEDARK_TRY(medark_buffer_reserve(carry, size, err));
	memmove(carry->data + size, carry->data, carry->size);
	memcpy(carry->data, block->bytes + at, size);
	carry->size += size;
	block->used = at;
	return 0;
}

static bool has_line(const uint8_t *bytes, size_t size)
{
	return size && memrchr(bytes, '\n', size);
}

/* Is the block's end the file's end? */
static bool is_end(const struct medark_lane *lane)
{
	return lane->at_end && lane->carry.size == 0;
}

/* Reads on until the block holds the end of a line, the file's end, or nothing more. */
static int fill(struct medark_lane *lane, struct medark_stretch *s, struct medark_error *err)
{
	struct medark_block *block = s->chunk.block;
	size_t known = block->used, more;
	bool enough;

	take_carry(lane, block);
	enough = is_end(lane) || has_line(block->bytes + known, block->used - known) ||
		 (lane->in_giant && block->used == block->capacity);
	while (!enough && block->used < block->capacity) {
		MEDARK_TRY(read_some(lane, s, &more, err));
		enough = lane->at_end || lane->in_giant ||
			 has_line(block->bytes + block->used - more, more);
	}
	s->needs_room = !enough && block->capacity < MEDARK_LINE_HELD_MAX;
	return 0;
}

/*
 * How much of the block belongs to a giant. While its end has not come, one byte stays back: the
 * file may end here, and the last part must be told.
 */
static void split_giant(struct medark_lane *lane, struct medark_stretch *s)
{
	const struct medark_block *block = s->chunk.block;
	const uint8_t *lf;

	s->giant_size = 0;
	s->giant_ends = false;
	if (!lane->in_giant || block->used == 0)
		return;
	lf = memchr(block->bytes, '\n', block->used);
	s->giant_ends = lf || is_end(lane);
	s->giant_size = lf ? (size_t)(lf - block->bytes) + 1 : block->used - !s->giant_ends;
	lane->in_giant = !s->giant_ends;
}

/* Scans lines of [*at, whole) until the chunk is full. */
static int scan_lines(struct medark_lane *lane, struct medark_stretch *s,
		      struct medark_scanner *scanner, size_t *at, size_t whole,
		      struct medark_error *err)
{
	const uint8_t *bytes = s->chunk.block->bytes;

	while (*at < whole && s->chunk.count < MEDARK_CHUNK_RECORDS_MAX) {
		size_t size;

		MEDARK_TRY(medark_scanner_add_line(scanner, medark_bytes(bytes + *at, whole - *at),
						   !lane->begun, &s->chunk, &size, err));
		lane->begun = true;
		*at += size;
	}
	return 0;
}

static int run(struct medark_job *job, unsigned worker, struct medark_error *err)
{
	struct medark_lane *lane = (struct medark_lane *)job;
	struct medark_stretch *s = &lane->stretches[lane->filling];
	struct medark_block *block = s->chunk.block;
	const uint8_t *lf;
	size_t at, whole;

	MEDARK_TRY(fill(lane, s, err));
	s->taken = medark_stream_taken(lane->stream);
	if (s->needs_room)
		return 0;
	lf = memrchr(block->bytes, '\n', block->used);
	whole = is_end(lane) ? block->used : lf ? (size_t)(lf - block->bytes) + 1 : 0;
	/* The block is as large as it may be, or it would have needed room. */
	lane->in_giant |= whole == 0 && block->used > 0;
	split_giant(lane, s);
	lane->begun |= s->giant_size > 0;
	at = s->giant_size;
	MEDARK_TRY(scan_lines(lane, s, lane->scanners[worker], &at, whole, err));
	/* What is beyond the last whole line waits for the next stretch. */
	MEDARK_TRY(give_back(lane, block, at, err));
	s->is_last = is_end(lane);
	return 0;
}

/* ---- in the gatherer ---- */

int medark_lane_init(struct medark_lane *lane, struct medark_stream *stream,
		     struct medark_bytes head, struct medark_scanner *const *scanners,
		     struct medark_error *err)
{
	memset(lane, 0, sizeof(*lane));
	lane->job.run = run;
	lane->scanners = scanners;
	lane->stream = stream;
	lane->stretch = MEDARK_BLOCK_LEAST;
	lane->carry = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_BLOCK_SMALL);
	medark_chunk_init(&lane->stretches[0].chunk);
	medark_chunk_init(&lane->stretches[1].chunk);
	return medark_buffer_add(&lane->carry, head.data, head.size, err);
}

void medark_lane_clear(struct medark_lane *lane, struct medark_pool *pool)
{
	for (unsigned i = 0; i < 2; i++) {
		medark_block_release(pool, lane->stretches[i].chunk.block);
		medark_chunk_clear(&lane->stretches[i].chunk);
	}
	medark_buffer_clear(&lane->carry);
	medark_stream_free(lane->stream);
	lane->stream = NULL;
}

int medark_lane_start(struct medark_lane *lane, struct medark_pipeline *pipeline,
		      struct medark_pool *pool, struct medark_error *err)
{
	struct medark_stretch *s = &lane->stretches[lane->filling];

	medark_chunk_reset(&s->chunk);
	s->is_last = s->needs_room = s->unreadable = false;
	MEDARK_TRY(medark_pool_take(pool, lane->stretch, &s->chunk.block, err));
	medark_pipeline_start(pipeline, &lane->job);
	return 0;
}

/* The bytes move to a block of twice the size. */
static int enlarge(struct medark_chunk *chunk, struct medark_pool *pool, struct medark_error *err)
{
	struct medark_block *old = chunk->block, *block;

	MEDARK_TRY(medark_pool_take(pool, 2 * old->capacity, &block, err));
	memcpy(block->bytes, old->bytes, old->used);
	block->used = old->used;
	chunk->block = block;
	medark_block_release(pool, old);
	return 0;
}

int medark_lane_take(struct medark_lane *lane, struct medark_pipeline *pipeline,
		     struct medark_pool *pool, struct medark_stretch **out,
		     struct medark_error *err)
{
	struct medark_stretch *s = &lane->stretches[lane->filling];

	MEDARK_TRY(medark_pipeline_await(pipeline, &lane->job, err));
	while (s->needs_room) {
		s->needs_room = false;
		MEDARK_TRY(enlarge(&s->chunk, pool, err));
		/* Its lines are long: the next ones will be, too. */
		if (lane->stretch < MEDARK_BLOCK_SMALL)
			lane->stretch *= 2;
		medark_pipeline_start(pipeline, &lane->job);
		MEDARK_TRY(medark_pipeline_await(pipeline, &lane->job, err));
	}
	lane->filling = !lane->filling;
	*out = s;
	return 0;
}
