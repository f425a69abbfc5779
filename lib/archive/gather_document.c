/* SPDX-License-Identifier: Apache-2.0 */
/* gather_document: items that are read to their end at once: documents and opaque items. */
#include "archive/gather_private.h"

#include <assert.h>
#include <string.h>

#define READ_SIZE ((size_t)1 << 20)

/* ---- the records of a document ---- */

struct document {
	struct medark_gather *gather;
	struct medark_item *item;
	struct medark_block *block;
	struct medark_bytes text;
	enum medark_fhir_kind kind;
	size_t done;	 /* bytes of it that are pieces */
	bool fault_seen; /* a part has its fault noted */
};

/* Bytes between records stay with the record before them. */
static int add_gap(struct document *d, size_t until, struct medark_error *err)
{
	struct medark_bytes gap = medark_bytes(d->text.data + d->done, until - d->done);

	d->done = until;
	return medark_gather_plain(d->gather, d->item, d->block, gap, MEDARK_EXTENT_FILLER, err);
}

static int add_part(void *context, const struct medark_fhir_part *part, struct medark_error *err)
{
	struct document *d = context;
	struct medark_gather *g = d->gather;
	struct medark_bytes text =
		medark_bytes(d->text.data + part->begin, part->end - part->begin);
	struct medark_scan scan = {
		.kind = d->kind == MEDARK_FHIR_XML ? MEDARK_SCAN_XML : MEDARK_SCAN_JSON,
		.piece = text,
		.text = text,
		.full_url = part->full_url,
	};
	struct medark_gather_record r = {
		.item = d->item,
		.block = d->block,
		.chunk = &g->document,
		.full_url = part->full_url,
		.kind = MEDARK_EXTENT_RECORD,
	};

	MEDARK_TRY(add_gap(d, part->begin, err));
	medark_chunk_reset(&g->document);
	MEDARK_TRY(medark_scanner_add(g->scanner, &scan, &g->document, err));
	d->fault_seen |= g->document.records[0].fault != MEDARK_FAULT_NONE;
	d->done = part->end;
	if (g->document.records[0].form == MEDARK_CHUNK_SPACE)
		return medark_gather_plain(g, d->item, d->block, text, MEDARK_EXTENT_FILLER, err);
	return medark_gather_record(g, &r, err);
}

int medark_gather_document(struct medark_gather *g, struct medark_item *item,
			   struct medark_block *block, enum medark_fhir_kind kind,
			   struct medark_bytes text, struct medark_error *err)
{
	struct document d = {
		.gather = g, .item = item, .block = block, .text = text, .kind = kind
	};
	enum medark_fault fault = MEDARK_FAULT_NONE;
	uint64_t offset = item->size;

	g->last_group = MEDARK_GROUP_NONE;
	g->last_order = MEDARK_ORDINAL_NONE;
	if (text.size == 0)
		return 0;
	MEDARK_TRY(medark_fhir_split(medark_scanner_fhir(g->scanner), kind, text, add_part, &d,
				     &fault, err));
	/* The parts' own scans may have seen less: a Bundle whose entries are no list, for one. */
	if (fault != MEDARK_FAULT_NONE && !d.fault_seen) {
		struct medark_trouble trouble = {
			.fault = fault,
			.item = item->number,
			.offset = offset,
			.length = text.size,
		};

		MEDARK_TRY(medark_facts_trouble(g->setup.facts, &trouble, err));
	}
	return add_gap(&d, text.size, err);
}

/* ---- reading ---- */

/* An item on its way into the open block: `have` bytes stand behind what is used of it. */
struct whole {
	struct medark_gather *gather;
	struct medark_item *item;
	struct medark_stream *stream;
	size_t have;
	bool at_end;
};

static uint8_t *tentative(const struct whole *w)
{
	assert(w->gather->open); /* what is at hand stands in it */
	return w->gather->open->bytes + w->gather->open->used;
}

/* Room for `extra` bytes behind those at hand, which move to another block if need be. */
static int make_room(struct whole *w, size_t extra, struct medark_error *err)
{
	struct medark_gather *g = w->gather;
	struct medark_block *old = g->open, *block;
	size_t need = w->have + extra, size = MEDARK_BLOCK_LARGE;

	if (old && old->capacity - old->used >= need)
		return 0;
	if (need > size) {
		/* Twice, so that it does not move too often; in place of a window, not beside two.
		 */
		size = 2 * need < g->setup.document_max ? 2 * need : need;
		MEDARK_TRY(medark_gather_turn(g, err));
	}
	MEDARK_TRY(medark_pool_take(g->pool, size, &block, err));
	if (w->have)
		memcpy(block->bytes, tentative(w), w->have);
	medark_block_release(g->pool, old);
	g->open = block;
	return 0;
}

/* Reads up to `size` bytes behind those at hand, for which there is room. */
static int read_more(struct whole *w, size_t size, size_t *out, struct medark_error *err)
{
	struct medark_error why = { 0 };
	uint8_t *to = tentative(w) + w->have;
	ssize_t n = medark_stream_read(w->stream, to, size, &why);

	*out = 0;
	if (n > 0) {
		/* If it is less than asked for: the end, or a failure, which the next call tells.
		 */
		*out = (size_t)n;
		n = *out < size ? medark_stream_read(w->stream, to + *out, size - *out, &why) : 0;
		*out += n > 0 ? (size_t)n : 0;
	}
	if (n < 0 && n != MEDARK_E_SOURCE) {
		if (err)
			*err = why;
		return (int)n;
	}
	w->at_end = *out < size;
	medark_gather_count(w->gather, w->item, medark_stream_taken(w->stream));
	if (n < 0)
		MEDARK_TRY(medark_gather_unreadable(
			w->gather, w->item, medark_stream_position(w->stream), why.message, err));
	return medark_gather_poll(w->gather, w->item, err);
}

/* The first bytes at hand become pieces of an opaque item; a copy goes to the spool. */
static int store(struct whole *w, size_t size, bool last, struct medark_error *err)
{
	struct medark_gather *g = w->gather;
	struct medark_bytes bytes = medark_bytes(tentative(w), size);

	if (g->spool)
		MEDARK_TRY(medark_spool_add(g->spool, bytes, err));
	g->open->used += size;
	w->have -= size;
	while (bytes.size) {
		size_t part = bytes.size > MEDARK_RECORD_WHOLE_MAX ? MEDARK_PART_SIZE : bytes.size;
		bool ends = last && part == bytes.size;

		MEDARK_TRY(medark_gather_plain(g, w->item, g->open, medark_bytes(bytes.data, part),
					       ends ? MEDARK_EXTENT_RECORD : MEDARK_EXTENT_PART,
					       err));
		bytes = medark_bytes(bytes.data + part, bytes.size - part);
	}
	return 0;
}

/*
 * Stores the rest of the stream as it is. A piece waits until it is known whether another one
 * follows: the last one closes the record.
 */
static int store_opaque(struct whole *w, struct medark_error *err)
{
	while (!w->at_end) {
		size_t more;

		MEDARK_TRY(make_room(w, READ_SIZE, err));
		MEDARK_TRY(read_more(w, READ_SIZE, &more, err));
		w->have += more;
		if (more)
			MEDARK_TRY(store(w, w->have - more, false, err));
	}
	return store(w, w->have, true, err);
}

/* Reads all of a document, unless it is too large. */
static int read_document(struct whole *w, struct medark_error *err)
{
	uint64_t most = w->gather->setup.document_max;

	while (!w->at_end && w->have < most) {
		size_t more, size = most - w->have < READ_SIZE ? most - w->have : READ_SIZE;

		MEDARK_TRY(make_room(w, size, err));
		MEDARK_TRY(read_more(w, size, &more, err));
		w->have += more;
	}
	return 0;
}

int medark_gather_whole(struct medark_gather *g, struct medark_item *item,
			struct medark_stream *stream, enum medark_fhir_kind kind, size_t have,
			struct medark_error *err)
{
	struct whole w = {
		.gather = g, .item = item, .stream = stream, .at_end = have < MEDARK_HEAD_SIZE
	};

	medark_gather_count(g, item, medark_stream_taken(stream));
	MEDARK_TRY(make_room(&w, have, err));
	memcpy(tentative(&w), g->head, have);
	w.have = have;
	if (kind == MEDARK_FHIR_NO)
		return store_opaque(&w, err);
	MEDARK_TRY(read_document(&w, err));
	if (w.at_end) {
		struct medark_bytes text = medark_bytes(tentative(&w), w.have);

		g->open->used += w.have;
		return medark_gather_document(g, item, g->open, kind, text, err);
	}
	item->kind = "opaque";
	MEDARK_TRY(medark_gather_trouble(g, item, MEDARK_FAULT_TOO_LARGE,
					 "a document larger than the memory allowed", err));
	return store_opaque(&w, err);
}
