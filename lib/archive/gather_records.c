/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/gather_private.h"

#include <string.h>

/* What the current window calls a patient: looked up once for all of a chunk's records. */
static int find_group(struct medark_gather *g, const struct medark_chunk *chunk,
		      struct medark_chunk_key *key, struct medark_error *err)
{
	struct medark_patient_key patient = {
		.kind = key->kind,
		.text = medark_chunk_view(chunk, key->text, key->size),
	};

	if (key->turn == g->turn)
		return 0;
	MEDARK_TRY(medark_ordinals_get(g->ordinals, key->hash, &key->order, err));
	MEDARK_TRY(
		medark_window_group(g->window, patient, key->hash, key->order, &key->group, err));
	key->turn = g->turn;
	return 0;
}

/* The first patient decides where the record stands; it is noted with the others. */
static int note_patients(struct medark_gather *g, const struct medark_gather_record *r,
			 struct medark_piece *piece, struct medark_error *err)
{
	const struct medark_chunk_record *record = &r->chunk->records[r->index];
	struct medark_chunk_key *keys = medark_chunk_keys(r->chunk);
	uint32_t index = g->window->piece_count;

	for (uint32_t i = 0; i < record->key_count; i++) {
		struct medark_chunk_key *key = &keys[record->first_key + i];

		MEDARK_TRY(find_group(g, r->chunk, key, err));
		if (i == 0)
			piece->group = key->group;
		else if (key->group != piece->group)
			MEDARK_TRY(medark_window_share(g->window, key->group, index, err));
	}
	if (!record->label_size || record->key_count)
		return 0;
	return medark_window_outside(g->window,
				     medark_chunk_view(r->chunk, record->label, record->label_size),
				     index, err);
}

/* Equal (type, id) with different content must be noticed over the whole export. */
static int note_seen(struct medark_gather *g, const struct medark_gather_record *r,
		     const struct medark_piece *piece, struct medark_error *err)
{
	const struct medark_chunk_record *record = &r->chunk->records[r->index];
	struct medark_seen_record seen = {
		.name = record->name,
		.content = record->content,
		.item = r->item->number,
		.type = piece->type,
		.offset = piece->offset,
		.length = record->text.size,
	};

	if (!record->is_named)
		return 0;
	MEDARK_TRY(medark_facts_changed(
		g->setup.facts, medark_chunk_view(r->chunk, record->label, record->label_size),
		false, err));
	return medark_seen_add(g->setup.facts->seen, &seen, err);
}

static int note_demographics(struct medark_gather *g, const struct medark_gather_record *r,
			     uint64_t offset, struct medark_error *err)
{
	const struct medark_chunk_record *record = &r->chunk->records[r->index];
	struct medark_trouble trouble = {
		.fault = MEDARK_FAULT_TOO_LARGE,
		.item = r->item->number,
		.offset = offset,
		.length = record->text.size,
		.detail = medark_bytes_text(
			"the index has no room for all names, identifiers and links of this patient"),
	};
	int left_out;

	if (!record->is_patient || record->fault != MEDARK_FAULT_NONE)
		return 0;
	MEDARK_TRY(medark_fhir_patient(medark_scanner_fhir(g->scanner), record->text, &g->patient,
				       err));
	left_out = medark_facts_patient(g->setup.facts, &g->patient, r->full_url, err);
	return left_out > 0 ? medark_facts_trouble(g->setup.facts, &trouble, err) : left_out;
}

/* A large record becomes parts; facts stand with the first. */
static int add_parts(struct medark_gather *g, struct medark_piece piece, size_t size,
		     bool ends_line, struct medark_error *err)
{
	while (size > MEDARK_RECORD_WHOLE_MAX) {
		piece.length = MEDARK_PART_SIZE;
		piece.kind = MEDARK_EXTENT_PART;
		piece.ends_line = piece.bytes[MEDARK_PART_SIZE - 1] == '\n';
		MEDARK_TRY(medark_window_add(g->window, &piece, NULL, err));
		piece.kind = MEDARK_EXTENT_RECORD;
		piece.offset += MEDARK_PART_SIZE;
		piece.bytes += MEDARK_PART_SIZE;
		size -= MEDARK_PART_SIZE;
		piece.type = 0;
		piece.fault = MEDARK_FAULT_NONE;
	}
	if (piece.kind == MEDARK_EXTENT_PART)
		piece.kind = MEDARK_EXTENT_RECORD;
	piece.length = (uint32_t)size;
	piece.ends_line = ends_line;
	return medark_window_add(g->window, &piece, NULL, err);
}

static void count_record(struct medark_gather *g, struct medark_item *item, uint16_t type)
{
	if (!type)
		return;
	g->setup.facts->types.records[type]++;
	g->setup.facts->records++;
	g->records++;
	item->records++;
}

int medark_gather_record(struct medark_gather *g, const struct medark_gather_record *r,
			 struct medark_error *err)
{
	const struct medark_chunk_record *record = &r->chunk->records[r->index];
	size_t size = record->piece.size;
	struct medark_piece piece = {
		.bytes = record->piece.data,
		.block = r->block,
		.offset = r->item->size,
		.group = MEDARK_GROUP_NONE,
		.date = record->date,
		.kind = (uint8_t)(size > MEDARK_RECORD_WHOLE_MAX ? MEDARK_EXTENT_RECORD : r->kind),
		.fault = (uint8_t)record->fault,
	};

	MEDARK_TRY(medark_gather_room(g, r->block, err));
	piece.type = medark_types_get(&g->setup.facts->types,
				      medark_chunk_view(r->chunk, record->type, record->type_size));
	MEDARK_TRY(medark_window_item(g->window, r->item, &piece.item, err));
	MEDARK_TRY(note_patients(g, r, &piece, err));
	count_record(g, r->item, piece.type);
	MEDARK_TRY(note_seen(g, r, &piece, err));
	MEDARK_TRY(add_parts(g, piece, size, record->ends_line, err));
	r->item->size += size;
	if (r->item->parent == MEDARK_ITEM_NONE)
		g->bytes += size;
	g->last_group = piece.group;
	g->last_order = piece.group == MEDARK_GROUP_NONE ? MEDARK_ORDINAL_NONE
							 : g->window->groups[piece.group].order;
	return note_demographics(g, r, piece.offset, err);
}
