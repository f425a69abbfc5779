/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gather_private.h"

void medark_giant_free(struct medark_giant *giant)
{
	if (!giant)
		return;
	medark_buffer_clear(&giant->ranges);
	medark_buffer_clear(&giant->pending);
	medark_json_stream_free(giant->stream);
	free(giant);
}

static int begin(struct medark_gather *g, struct medark_gather_lane *lane, struct medark_error *err)
{
	struct medark_giant *giant = calloc(1, sizeof(*giant));
	int result;

	if (!giant)
		return medark_error_memory(err, "a long line");
	giant->ranges = (struct medark_buffer)MEDARK_BUFFER(64u << 20);
	giant->pending = (struct medark_buffer)MEDARK_BUFFER(1u << 20);
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

/* The text goes into the stream: without a byte order mark in front and a line's end behind. */
static int feed(const struct medark_gather_lane *lane, struct medark_bytes bytes, bool ends,
		struct medark_error *err)
{
	struct medark_bytes text = medark_scanner_text(bytes, lane->item->size == 0);

	if (!ends) /* a CR or LF here belongs to the text */
		text.size = (size_t)(bytes.data + bytes.size - text.data);
	return medark_json_stream_add(lane->giant->stream, text.data, text.size, err);
}

int medark_gather_giant(struct medark_gather *g, struct medark_gather_lane *lane,
			struct medark_block *block, struct medark_bytes bytes, bool ends,
			struct medark_error *err)
{
	struct medark_giant *giant;

	if (!lane->giant)
		MEDARK_TRY(begin(g, lane, err));
	giant = lane->giant;
	MEDARK_TRY(feed(lane, bytes, ends, err));
	giant->length += bytes.size;
	while (bytes.size) {
		size_t size = bytes.size > MEDARK_RECORD_WHOLE_MAX ? MEDARK_PART_SIZE : bytes.size;
		bool is_last = ends && size == bytes.size;

		MEDARK_TRY(medark_gather_room(g, block, err));
		/* Other lanes take turns: the parts need not follow one another in the window. */
		MEDARK_TRY(medark_buffer_add(&giant->pending, &g->window->piece_count,
					     sizeof(uint32_t), err));
		MEDARK_TRY(medark_gather_plain(g, lane->item, block, medark_bytes(bytes.data, size),
					       is_last ? MEDARK_EXTENT_RECORD : MEDARK_EXTENT_PART,
					       err));
		bytes = medark_bytes(bytes.data + size, bytes.size - size);
	}
	if (ends) {
		giant->ended = true;
		lane->item->records++;
		g->records++;
		lane->giant = NULL;
	}
	return 0;
}

static int note(struct medark_gather *g, const struct medark_giant *giant, struct medark_error *err)
{
	struct medark_record *record = &g->record;
	struct medark_facts *f = g->setup.facts;
	struct medark_streamed place = {
		.ranges = (const struct medark_range *)(void *)giant->ranges.data,
		.count = (uint32_t)(giant->ranges.size / sizeof(struct medark_range)),
		.item = giant->item,
		.length = giant->length < UINT32_MAX ? (uint32_t)giant->length : UINT32_MAX,
		.offset = giant->offset,
	};
	uint16_t type;
	int found = medark_fhir_json_stream(medark_scanner_fhir(g->scanner), giant->stream, record,
					    err);

	MEDARK_TRY(found);
	/* The entries of a Bundle that cannot be held are not told apart. */
	if (record->fault == MEDARK_FAULT_NONE && medark_bytes_is(record->type, "Bundle"))
		record->fault = MEDARK_FAULT_TOO_LARGE;
	if (found > 0 && record->fault != MEDARK_FAULT_NONE) {
		struct medark_trouble trouble = {
			.fault = record->fault,
			.item = giant->item,
			.offset = giant->offset,
			.length = giant->length,
		};

		MEDARK_TRY(medark_facts_trouble(f, &trouble, err));
	}
	type = medark_types_get(&f->types, record->type);
	if (type) {
		f->types.records[type]++;
		f->records++;
	}
	return medark_facts_streamed(f, record, type, &place, err);
}

static int place(const struct medark_gather *g, struct medark_giant *giant,
		 struct medark_error *err)
{
	const uint32_t *pieces = (const uint32_t *)(void *)giant->pending.data;
	size_t count = giant->pending.size / sizeof(*pieces);

	for (size_t i = 0; i < count; i++) {
		const struct medark_piece *p = &g->window->pieces[pieces[i]];
		struct medark_range range = { p->segment, p->place, p->length };

		MEDARK_TRY(medark_buffer_add(&giant->ranges, &range, sizeof(range), err));
	}
	giant->pending.size = 0;
	return 0;
}

int medark_gather_giants_placed(struct medark_gather *g, struct medark_error *err)
{
	struct medark_giant **link = &g->giants;

	while (*link) {
		struct medark_giant *giant = *link;

		MEDARK_TRY(place(g, giant, err));
		if (!giant->ended) {
			link = &giant->next;
			continue;
		}
		MEDARK_TRY(note(g, giant, err));
		*link = giant->next;
		medark_giant_free(giant);
	}
	return 0;
}
