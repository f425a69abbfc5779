/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gather_private.h"

#include "scan/json.h"

#include <string.h>

/* A line longer than this is streamed instead of held in the window as a whole. */
#define LINE_MAX_HELD (16u << 20)

/* The line's text without its end; the first line of an item may begin with a byte order mark. */
static struct medark_bytes line_text(const struct medark_item *item, const uint8_t *data,
				     size_t size)
{
	struct medark_bytes text = medark_bytes(data, size);

	if (text.size && text.data[text.size - 1] == '\n')
		text.size--;
	if (text.size && text.data[text.size - 1] == '\r')
		text.size--;
	if (item->size == 0 && medark_bytes_starts(text, "\xef\xbb\xbf"))
		text = medark_bytes(text.data + 3, text.size - 3);
	return text;
}

static int take_line(struct medark_gather *g, struct medark_lane *lane, size_t size,
		     struct medark_error *err)
{
	struct medark_item *item = lane->item;
	struct medark_gather_record r = {
		.item = item,
		.text = line_text(item, g->window->bytes + g->window->used, size),
		.size = size,
		.kind = MEDARK_EXTENT_LINES,
	};

	MEDARK_TRY(medark_gather_record(g, &r, err));
	if (g->last_order != MEDARK_ORDINAL_NONE && g->last_order != MEDARK_ORDINAL_LATE)
		lane->ordinal = g->last_order;
	return 0;
}

/*
 * Takes the `size` bytes of whole lines at g->window->used; `tail` tentative bytes behind them
 * move along when the window has to turn.
 */
static int take_lines(struct medark_gather *g, struct medark_lane *lane, size_t size, size_t tail,
		      struct medark_error *err)
{
	while (size) {
		const uint8_t *start, *end;
		size_t at = g->window->used, line;

		if (medark_window_is_full(g->window)) {
			MEDARK_TRY(medark_gather_turn(g, &at, size + tail, err));
			continue;
		}
		start = g->window->bytes + at;
		end = memchr(start, '\n', size);
		line = end ? (size_t)(end - start) + 1 : size;
		MEDARK_TRY(take_line(g, lane, line, err));
		size -= line;
	}
	return 0;
}

/* ---- lines too long to be held ---- */

static int giant_new(struct medark_gather *g, struct medark_lane *lane, struct medark_error *err)
{
	struct medark_giant *giant = calloc(1, sizeof(*giant));
	int result;

	if (!giant)
		return medark_error_memory(err, "a long line");
	giant->ranges = (struct medark_buffer)MEDARK_BUFFER(64u << 20);
	giant->item = lane->item->number;
	giant->offset = lane->item->size;
	result = medark_json_stream_new(medark_fhir_keys(), &giant->stream, err);
	if (result < 0) {
		medark_giant_free(giant);
		return result;
	}
	giant->next = g->giants;
	g->giants = giant;
	lane->giant = giant;
	return 0;
}

/* Adds `size` bytes at g->window->used as parts of the giant. */
static int giant_add(struct medark_gather *g, struct medark_lane *lane, size_t size, bool last,
		     struct medark_error *err)
{
	struct medark_giant *giant = lane->giant;
	struct medark_bytes text = line_text(lane->item, g->window->bytes + g->window->used, size);

	if (!last) /* a CR or LF here belongs to the text */
		text.size = size - (size_t)(text.data - (g->window->bytes + g->window->used));
	MEDARK_TRY(medark_json_stream_add(giant->stream, text.data, text.size, err));
	giant->length += size;
	while (size) {
		size_t part = size > MEDARK_RECORD_WHOLE_MAX ? MEDARK_PART_SIZE : size;
		bool ends = last && part == size;

		if (giant->pending_count == 0)
			giant->pending_first = g->window->piece_count;
		giant->pending_count++;
		MEDARK_TRY(medark_gather_plain(g, lane->item, part,
					       ends ? MEDARK_EXTENT_RECORD : MEDARK_EXTENT_PART,
					       MEDARK_FAULT_NONE, err));
		size -= part;
	}
	if (last) {
		giant->ended = true;
		lane->item->records++;
		g->records++;
		lane->giant = NULL;
	}
	return 0;
}

/*
 * The chunk in the window (`have` bytes) goes on a giant; what is behind its end stays, and while
 * the end has not come, one byte stays back: the item may end here, and the last part must be told.
 */
static int giant_chunk(struct medark_gather *g, struct medark_lane *lane, size_t *have,
		       struct medark_error *err)
{
	const uint8_t *start = g->window->bytes + g->window->used;
	const uint8_t *end = memchr(start, '\n', *have);
	size_t size = end ? (size_t)(end - start) + 1 : *have - !lane->at_end;

	if (*have == 0)
		return 0;
	MEDARK_TRY(giant_add(g, lane, size, end != NULL || lane->at_end, err));
	*have -= size;
	return 0;
}

/* ---- chunks ---- */

/* Makes room for what was carried and a chunk; puts the carried bytes into the window. */
static int begin_chunk(struct medark_gather *g, struct medark_lane *lane, struct medark_error *err)
{
	size_t at = g->window->used;

	if (g->window->size - at < 2 * MEDARK_LANE_CHUNK || medark_window_is_full(g->window))
		MEDARK_TRY(medark_gather_turn(g, &at, 0, err));
	memcpy(g->window->bytes + g->window->used, lane->carry, lane->carry_size);
	return 0;
}

/* Reads on until the chunk holds the end of a line, the item's end, or too much to be held. */
static int read_line_end(struct medark_gather *g, struct medark_lane *lane, size_t *have,
			 struct medark_error *err)
{
	for (;;) {
		size_t more, at = g->window->used;

		if (g->window->size - at - *have < MEDARK_LANE_CHUNK)
			MEDARK_TRY(medark_gather_turn(g, &at, *have, err));
		MEDARK_TRY(medark_gather_read(g, lane->item, lane->stream, *have,
					      MEDARK_LANE_CHUNK - lane->carry_size, &more, err));
		lane->at_end = more < MEDARK_LANE_CHUNK - lane->carry_size;
		lane->carry_size = 0;
		*have += more;
		if (lane->at_end || lane->giant || *have > LINE_MAX_HELD ||
		    memrchr(g->window->bytes + g->window->used + *have - more, '\n', more))
			return 0;
	}
}

/* What was read beyond the last whole line waits for the next chunk. */
static void keep_rest(const struct medark_gather *g, struct medark_lane *lane, size_t have)
{
	memcpy(lane->carry, g->window->bytes + g->window->used, have);
	lane->carry_size = have;
}

int medark_gather_step(struct medark_gather *g, struct medark_lane *lane, struct medark_error *err)
{
	size_t have = lane->carry_size, whole;
	const uint8_t *start, *end;

	MEDARK_TRY(begin_chunk(g, lane, err));
	MEDARK_TRY(read_line_end(g, lane, &have, err));
	if (lane->giant) {
		MEDARK_TRY(giant_chunk(g, lane, &have, err));
		if (lane->giant) {
			keep_rest(g, lane, have);
			return 0;
		}
	}
	start = g->window->bytes + g->window->used;
	end = have ? memrchr(start, '\n', have) : NULL;
	whole = lane->at_end ? have : end ? (size_t)(end - start) + 1 : 0;
	MEDARK_TRY(take_lines(g, lane, whole, have - whole, err));
	have -= whole;
	if (have > MEDARK_LANE_CHUNK) {
		MEDARK_TRY(giant_new(g, lane, err));
		MEDARK_TRY(giant_chunk(g, lane, &have, err));
	}
	keep_rest(g, lane, have);
	return 0;
}
