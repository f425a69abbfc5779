/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gather_private.h"

#include "archive/alias.h"
#include "base/hash.h"
#include "scan/json.h"

#include <string.h>

static uint64_t key_hash(const struct medark_gather *g, struct medark_patient_key key)
{
	return medark_hash(g->seed + (uint64_t)key.kind, key.text);
}

static int group_of(struct medark_gather *g, struct medark_patient_key key, uint32_t *out_group,
		    uint32_t *out_order, struct medark_error *err)
{
	uint64_t hash;

	if (key.kind == MEDARK_PATIENT_IDENTIFIER) {
		g->alias.size = 0;
		MEDARK_TRY(medark_alias_normalise(key.text, &g->alias, err));
		key.text = medark_bytes(g->alias.data, g->alias.size);
	}
	hash = key_hash(g, key);
	MEDARK_TRY(medark_ordinals_get(g->ordinals, hash, out_order, err));
	return medark_window_group(g->window, key, hash, *out_order, out_group, err);
}

static int note_patient(struct medark_gather *g, const struct medark_gather_record *r,
			struct medark_error *err)
{
	MEDARK_TRY(medark_fhir_patient(g->fhir, r->text, &g->patient, err));
	return medark_facts_patient(g->setup.facts, &g->patient, r->full_url, err);
}

#define HASH_CHUNK (32u << 10)

/* Hashes a text in chunks, so that the same bytes give the same hash however they are collected. */
static uint64_t hash_chunks(uint64_t hash, struct medark_bytes text)
{
	while (text.size > HASH_CHUNK) {
		hash = medark_hash(hash, medark_bytes(text.data, HASH_CHUNK));
		text = medark_bytes(text.data + HASH_CHUNK, text.size - HASH_CHUNK);
	}
	return medark_hash(hash, text);
}

/* The same over a JSON text without its insignificant white space: lay-out is not content. */
static uint64_t hash_compact(uint64_t hash, struct medark_bytes text)
{
	uint8_t chunk[HASH_CHUNK];
	size_t used = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
			continue;
		if (used == HASH_CHUNK) {
			hash = medark_hash(hash, medark_bytes(chunk, used));
			used = 0;
		}
		chunk[used++] = c;
		if (c == '"') {
			in_string = !in_string;
		} else if (c == '\\' && in_string && i + 1 < text.size) {
			if (used == HASH_CHUNK) {
				hash = medark_hash(hash, medark_bytes(chunk, used));
				used = 0;
			}
			chunk[used++] = text.data[++i];
		}
	}
	return medark_hash(hash, medark_bytes(chunk, used));
}

static uint64_t content_hash(const struct medark_gather *g, const struct medark_gather_record *r)
{
	if (r->kind == MEDARK_EXTENT_LINES || r->xml)
		return hash_chunks(g->seed, r->text);
	return hash_compact(g->seed, r->text);
}

/* Equal (type, id) with different content must be noticed over the whole export. */
static int note_seen(struct medark_gather *g, const struct medark_gather_record *r,
		     const struct medark_piece *piece, struct medark_error *err)
{
	struct medark_seen_record seen = {
		.item = r->item->number,
		.offset = piece->offset,
		.length = r->text.size,
	};

	if (!g->record.type.size || !g->record.id.size)
		return 0;
	seen.name = medark_hash(medark_hash(g->seed, g->record.type), g->record.id);
	seen.content = content_hash(g, r);
	return medark_seen_add(g->setup.facts->seen, &seen, err);
}

/* The first patient decides where the record stands; it is noted with the others. */
static int note_patients(struct medark_gather *g, struct medark_piece *piece, uint32_t index,
			 struct medark_error *err)
{
	for (uint32_t i = 0; i < g->record.patient_count; i++) {
		uint32_t group, order;

		MEDARK_TRY(group_of(g, g->record.patients[i], &group, &order, err));
		if (i == 0) {
			piece->group = group;
			piece->order = order;
		} else if (group != piece->group) {
			MEDARK_TRY(medark_window_share(g->window, group, index, err));
		}
	}
	return 0;
}

/* A large record becomes parts; facts stand with the first. */
static int add_parts(struct medark_gather *g, struct medark_piece piece, size_t size,
		     struct medark_error *err)
{
	while (size > MEDARK_RECORD_WHOLE_MAX) {
		piece.length = MEDARK_PART_SIZE;
		piece.kind = MEDARK_EXTENT_PART;
		MEDARK_TRY(medark_window_add(g->window, &piece, NULL, err));
		piece.offset += MEDARK_PART_SIZE;
		piece.at += MEDARK_PART_SIZE;
		size -= MEDARK_PART_SIZE;
		piece.type = 0;
		piece.fault = MEDARK_FAULT_NONE;
	}
	if (piece.kind == MEDARK_EXTENT_PART)
		piece.kind = MEDARK_EXTENT_RECORD;
	piece.length = (uint32_t)size;
	return medark_window_add(g->window, &piece, NULL, err);
}

int medark_gather_record(struct medark_gather *g, const struct medark_gather_record *r,
			 struct medark_error *err)
{
	struct medark_piece piece = {
		.offset = r->item->size,
		.at = (uint32_t)g->window->used,
		.group = MEDARK_GROUP_NONE,
		.order = MEDARK_ORDINAL_NONE,
		.kind = (uint8_t)(r->size > MEDARK_RECORD_WHOLE_MAX ? MEDARK_EXTENT_RECORD
								    : r->kind),
	};
	uint32_t index = g->window->piece_count;
	int found = r->xml ? medark_fhir_xml(g->fhir, r->text, r->full_url, &g->record, err)
			   : medark_fhir_json(g->fhir, r->text, r->full_url, &g->record, err);

	MEDARK_TRY(found);
	if (found == 0) /* white space only */
		return medark_gather_plain(g, r->item, r->size, MEDARK_EXTENT_FILLER,
					   MEDARK_FAULT_NONE, err);
	if (r->kind == MEDARK_EXTENT_LINES && g->record.fault == MEDARK_FAULT_NONE &&
	    medark_bytes_is(g->record.type, "Bundle"))
		return medark_gather_document(g, r->item, MEDARK_FHIR_JSON, r->size, err);
	piece.fault = (uint8_t)g->record.fault;
	piece.type = medark_types_get(&g->setup.facts->types, g->record.type);
	piece.date = g->record.date;
	MEDARK_TRY(medark_window_item(g->window, r->item, &piece.item, err));
	MEDARK_TRY(note_patients(g, &piece, index, err));
	if (piece.type) {
		g->setup.facts->types.records[piece.type]++;
		g->setup.facts->records++;
		g->records++;
		r->item->records++;
	}
	MEDARK_TRY(note_seen(g, r, &piece, err));
	if (g->record.patient_count == 0 && g->record.type.size && g->record.id.size)
		MEDARK_TRY(
			medark_window_outside(g->window, g->record.type, g->record.id, index, err));
	MEDARK_TRY(add_parts(g, piece, r->size, err));
	g->window->used += r->size;
	r->item->size += r->size;
	if (r->item->parent == MEDARK_ITEM_NONE)
		g->bytes += r->size;
	g->last_group = piece.group;
	g->last_order = piece.order;
	if (g->record.is_patient && g->record.fault == MEDARK_FAULT_NONE)
		return note_patient(g, r, err);
	return 0;
}

/* ---- documents ---- */

struct document {
	struct medark_gather *gather;
	struct medark_item *item;
	enum medark_fhir_kind kind;
	size_t done;	 /* bytes of it that are pieces */
	bool fault_seen; /* a part has its fault noted */
	bool full;	 /* the window takes no further record */
};

/* Bytes between records stay with the record before them. */
static int add_gap(struct document *d, size_t until, struct medark_error *err)
{
	size_t size = until - d->done;

	MEDARK_TRY(medark_gather_plain(d->gather, d->item, size, MEDARK_EXTENT_FILLER,
				       MEDARK_FAULT_NONE, err));
	d->done = until;
	return 0;
}

static int add_part(void *context, const struct medark_fhir_part *part, struct medark_error *err)
{
	struct document *d = context;
	struct medark_gather *g = d->gather;
	struct medark_gather_record r = {
		.item = d->item,
		.full_url = part->full_url,
		.size = part->end - part->begin,
		.kind = MEDARK_EXTENT_RECORD,
		.xml = d->kind == MEDARK_FHIR_XML,
	};

	if (d->full)
		return 0;
	if (medark_window_is_full(g->window)) {
		d->full = true;
		return 0;
	}
	MEDARK_TRY(add_gap(d, part->begin, err));
	r.text = medark_bytes(g->window->bytes + g->window->used, r.size);
	MEDARK_TRY(medark_gather_record(g, &r, err));
	d->fault_seen |= g->record.fault != MEDARK_FAULT_NONE;
	d->done = part->end;
	return 0;
}

int medark_gather_document(struct medark_gather *g, struct medark_item *item,
			   enum medark_fhir_kind kind, size_t size, struct medark_error *err)
{
	struct document d = { .gather = g, .item = item, .kind = kind };
	struct medark_bytes text = medark_bytes(g->window->bytes + g->window->used, size);
	enum medark_fault fault = MEDARK_FAULT_NONE;

	g->last_group = MEDARK_GROUP_NONE;
	g->last_order = MEDARK_ORDINAL_NONE;
	if (size == 0)
		return 0;
	MEDARK_TRY(medark_fhir_split(g->fhir, kind, text, add_part, &d, &fault, err));
	/* The parts' own scans may have seen less: a Bundle whose entries are no list, for one. */
	if (fault != MEDARK_FAULT_NONE && !d.fault_seen) {
		struct medark_trouble trouble = {
			.fault = fault,
			.item = item->number,
			.offset = item->size - d.done,
			.length = size,
		};

		MEDARK_TRY(medark_facts_trouble(g->setup.facts, &trouble, err));
	}
	if (!d.full)
		return add_gap(&d, size, err);
	/* More records than a window can hold apart: the rest is kept as one piece, and reported.
	 */
	return medark_gather_plain(g, item, size - d.done, MEDARK_EXTENT_RECORD,
				   MEDARK_FAULT_TOO_LARGE, err);
}

/* ---- giants ---- */

int medark_gather_giant_done(struct medark_gather *g, struct medark_giant *giant,
			     struct medark_error *err)
{
	struct medark_record *record = &g->record;
	struct medark_facts *f = g->setup.facts;
	uint16_t type;
	int result = medark_fhir_json_stream(g->fhir, giant->stream, record, err);

	if (result > 0 && record->fault != MEDARK_FAULT_NONE) {
		struct medark_trouble trouble = {
			.fault = record->fault,
			.item = giant->item,
			.offset = giant->offset,
			.length = giant->length,
		};

		result = medark_facts_trouble(f, &trouble, err);
	}
	if (result >= 0) {
		type = medark_types_get(&f->types, record->type);
		if (type) {
			f->types.records[type]++;
			f->records++;
		}
		result = medark_facts_streamed(
			f, record, type, (const struct medark_range *)(void *)giant->ranges.data,
			(uint32_t)(giant->ranges.size / sizeof(struct medark_range)), err);
	}
	medark_giant_free(giant);
	return result < 0 ? result : 0;
}
