/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/scanner.h"

#include "archive/alias.h"
#include "archive/sorter.h"
#include "base/hash.h"
#include "record/fhir.h"

#include <string.h>

#define HASH_CHUNK (32u << 10)

struct medark_scanner {
	struct medark_fhir *fhir;
	uint64_t seed;
	bool label_all;
	struct medark_record record;
	struct medark_buffer alias; /* an identifier as a key */
};

int medark_scanner_new(uint64_t seed, bool label_all, struct medark_scanner **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_scanner_free) struct medark_scanner *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "a scanner");
	s->seed = seed;
	s->label_all = label_all;
	s->alias = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
	MEDARK_TRY(medark_fhir_new(&s->fhir, err));
	*out = MEDARK_TAKE(s);
	return 0;
}

void medark_scanner_free(struct medark_scanner *s)
{
	if (!s)
		return;
	medark_fhir_free(s->fhir);
	medark_buffer_clear(&s->alias);
	free(s);
}

struct medark_fhir *medark_scanner_fhir(struct medark_scanner *s)
{
	return s->fhir;
}

/* ---- content ---- */

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

static uint64_t content_hash(uint64_t seed, const struct medark_scan *scan)
{
	return scan->kind == MEDARK_SCAN_JSON ? hash_compact(seed, scan->text)
					      : hash_chunks(seed, scan->text);
}

/* ---- keys ---- */

static bool same_key(const struct medark_chunk *chunk, const struct medark_chunk_key *key,
		     struct medark_patient_key other)
{
	return key->kind == other.kind && key->size == other.text.size &&
	       memcmp(chunk->texts.data + key->text, other.text.data, key->size) == 0;
}

/* Records of one patient mostly follow each other: they share their keys. */
static bool share_keys(const struct medark_scanner *s, const struct medark_chunk *chunk,
		       struct medark_chunk_record *r)
{
	const struct medark_chunk_record *last = r - 1;
	const struct medark_chunk_key *keys;

	if (r == chunk->records || last->key_count != s->record.patient_count)
		return false;
	keys = medark_chunk_keys(chunk); /* NULL if there are none so far */
	for (uint32_t i = 0; i < last->key_count; i++)
		if (!same_key(chunk, &keys[last->first_key + i], s->record.patients[i]))
			return false;
	r->first_key = last->first_key;
	r->key_count = last->key_count;
	return true;
}

static int add_key(struct medark_scanner *s, struct medark_chunk *chunk,
		   struct medark_patient_key key, struct medark_error *err)
{
	struct medark_chunk_key to = { .kind = key.kind };

	if (key.kind == MEDARK_PATIENT_IDENTIFIER) {
		s->alias.size = 0;
		MEDARK_TRY(medark_alias_normalise(key.text, &s->alias, err));
		key.text = medark_bytes(s->alias.data, s->alias.size);
	}
	to.size = (uint32_t)key.text.size;
	to.hash = medark_hash(s->seed + (uint64_t)key.kind, key.text);
	MEDARK_TRY(medark_chunk_text(chunk, key.text, &to.text, err));
	return medark_buffer_add(&chunk->keys, &to, sizeof(to), err);
}

static int add_keys(struct medark_scanner *s, struct medark_chunk *chunk,
		    struct medark_chunk_record *r, struct medark_error *err)
{
	if (share_keys(s, chunk, r))
		return 0;
	r->first_key = (uint32_t)(chunk->keys.size / sizeof(struct medark_chunk_key));
	r->key_count = s->record.patient_count;
	for (uint32_t i = 0; i < r->key_count; i++)
		MEDARK_TRY(add_key(s, chunk, s->record.patients[i], err));
	return 0;
}

/* Its "Type/id", by which a record outside of all compartments, or a change, is found. */
static int add_label(const struct medark_scanner *s, struct medark_chunk *chunk,
		     struct medark_chunk_record *r, struct medark_error *err)
{
	uint32_t at;

	MEDARK_TRY(medark_chunk_text(chunk, s->record.type, &r->label, err));
	MEDARK_TRY(medark_chunk_text(chunk, medark_bytes("/", 1), &at, err));
	MEDARK_TRY(medark_chunk_text(chunk, s->record.id, &at, err));
	r->label_size = (uint32_t)(s->record.type.size + 1 + s->record.id.size);
	return 0;
}

static int add_facts(struct medark_scanner *s, const struct medark_scan *scan,
		     struct medark_chunk *chunk, struct medark_chunk_record *r,
		     struct medark_error *err)
{
	const struct medark_record *record = &s->record;

	r->fault = record->fault;
	r->date = record->date;
	r->is_patient = record->is_patient;
	r->is_named = record->type.size && record->id.size;
	MEDARK_TRY(medark_chunk_type(chunk, r, record->type, err));
	MEDARK_TRY(add_keys(s, chunk, r, err));
	if (!r->is_named)
		return 0;
	r->name = medark_hash(medark_hash(s->seed, record->type), record->id);
	r->content = content_hash(s->seed, scan);
	return record->patient_count && !s->label_all ? 0 : add_label(s, chunk, r, err);
}

/* Appends what the recogniser found: 1, a record, or 0, white space. */
static int add_found(struct medark_scanner *s, const struct medark_scan *scan, int found,
		     struct medark_chunk *chunk, struct medark_error *err)
{
	struct medark_chunk_record *r;

	MEDARK_TRY(found);
	MEDARK_TRY(medark_chunk_add(chunk, &r, err));
	r->piece = scan->piece;
	r->text = scan->text;
	r->ends_line = scan->piece.size && scan->piece.data[scan->piece.size - 1] == '\n';
	if (found == 0)
		return 0; /* MEDARK_CHUNK_SPACE */
	r->form = MEDARK_CHUNK_RECORD;
	if (scan->kind == MEDARK_SCAN_LINE && s->record.fault == MEDARK_FAULT_NONE &&
	    medark_bytes_is(s->record.type, "Bundle"))
		r->form = MEDARK_CHUNK_BUNDLE;
	return r->form == MEDARK_CHUNK_BUNDLE ? 0 : add_facts(s, scan, chunk, r, err);
}

int medark_scanner_add(struct medark_scanner *s, const struct medark_scan *scan,
		       struct medark_chunk *chunk, struct medark_error *err)
{
	int found =
		scan->kind == MEDARK_SCAN_XML
			? medark_fhir_xml(s->fhir, scan->text, scan->full_url, &s->record, err)
			: medark_fhir_json(s->fhir, scan->text, scan->full_url, &s->record, err);

	return add_found(s, scan, found, chunk, err);
}

struct medark_bytes medark_scanner_text(struct medark_bytes line, bool first)
{
	struct medark_bytes text = line;

	if (text.size && text.data[text.size - 1] == '\n')
		text.size--;
	if (text.size && text.data[text.size - 1] == '\r')
		text.size--;
	if (first && medark_bytes_starts(text, "\xef\xbb\xbf"))
		text = medark_bytes(text.data + 3, text.size - 3);
	return text;
}

int medark_scanner_add_line(struct medark_scanner *s, struct medark_bytes lines, bool first,
			    struct medark_chunk *chunk, size_t *out_size, struct medark_error *err)
{
	struct medark_scan scan = { .kind = MEDARK_SCAN_LINE };
	size_t size;
	int found = medark_fhir_json_line(s->fhir, lines, &size, &s->record, err);

	size += size < lines.size; /* the line feed */
	scan.piece = medark_bytes(lines.data, size);
	scan.text = medark_scanner_text(scan.piece, first);
	*out_size = size;
	return add_found(s, &scan, found, chunk, err);
}
