/* SPDX-License-Identifier: Apache-2.0 */
/* What a Patient resource adds to the facts: demographics, search entries, bindings of aliases. */
#include "archive/facts.h"

#include "archive/alias.h"
#include "base/text.h"
#include "base/words.h"

#include <string.h>

#define MIB ((size_t)1 << 20)

/*
 * Where the names end in a row at the latest. A text has 4 KiB, six times as much in JSON: up to 3
 * MiB for the identifiers that come before, and 2 for the links that follow, fit in any case.
 */
#define NAMES_END (MEDARK_SORTER_VALUE_MAX - 3 * MIB)

/* Of search entries; more go into further fragments. */
#define SEARCH_SIZE MIB

static int json_member(struct medark_buffer *out, const char *name, struct medark_bytes value,
		       struct medark_error *err)
{
	if (value.size == 0)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, ",\"", err));
	MEDARK_TRY(medark_buffer_text(out, name, err));
	MEDARK_TRY(medark_buffer_text(out, "\":", err));
	return medark_text_json(out, value, err);
}

static int json_identifiers(struct medark_buffer *out, const struct medark_patient *p,
			    struct medark_error *err)
{
	if (!p->identifier_count)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, ",\"identifiers\":[", err));
	for (uint32_t i = 0; i < p->identifier_count; i++) {
		MEDARK_TRY(medark_buffer_text(out, i ? ",[" : "[", err));
		MEDARK_TRY(medark_text_json(out, p->identifiers[i].system, err));
		MEDARK_TRY(medark_buffer_add(out, ",", 1, err));
		MEDARK_TRY(medark_text_json(out, p->identifiers[i].value, err));
		MEDARK_TRY(medark_buffer_add(out, "]", 1, err));
	}
	return medark_buffer_add(out, "]", 1, err);
}

static int json_name(struct medark_buffer *out, const struct medark_name *n,
		     struct medark_error *err)
{
	size_t start;

	MEDARK_TRY(medark_buffer_add(out, "{", 1, err));
	start = out->size;
	MEDARK_TRY(json_member(out, "family", n->family, err));
	MEDARK_TRY(json_member(out, "given", n->given, err));
	MEDARK_TRY(json_member(out, "prefix", n->prefix, err));
	MEDARK_TRY(json_member(out, "text", n->text, err));
	if (out->size > start) { /* the first member has no comma in front */
		memmove(out->data + start, out->data + start + 1, out->size - start - 1);
		out->size--;
	}
	return medark_buffer_add(out, "}", 1, err);
}

/* As many names as fit. *out_left_out: some do not. */
static int json_names(struct medark_buffer *out, const struct medark_patient *p, bool *out_left_out,
		      struct medark_error *err)
{
	size_t start;

	if (!p->name_count)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, ",\"names\":[", err));
	start = out->size;
	for (uint32_t i = 0; i < p->name_count; i++) {
		size_t before = out->size;

		if (before > start)
			MEDARK_TRY(medark_buffer_add(out, ",", 1, err));
		MEDARK_TRY(json_name(out, &p->names[i], err));
		if (out->size <= NAMES_END)
			continue;
		out->size = before;
		*out_left_out = true;
	}
	return medark_buffer_add(out, "]", 1, err);
}

static int json_links(struct medark_buffer *out, const struct medark_patient *p,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer key = MEDARK_BUFFER_SECRET(MIB);

	if (!p->link_count)
		return 0;
	MEDARK_TRY(medark_buffer_text(out, ",\"links\":[", err));
	for (uint32_t i = 0; i < p->link_count; i++) {
		MEDARK_TRY(medark_buffer_text(out, i ? ",[" : "[", err));
		MEDARK_TRY(medark_text_json(out, p->links[i].type, err));
		MEDARK_TRY(medark_buffer_add(out, ",", 1, err));
		key.size = 0;
		MEDARK_TRY(medark_alias_key(p->links[i].other, &key, err));
		MEDARK_TRY(medark_text_json(out, medark_bytes(key.data, key.size), err));
		MEDARK_TRY(medark_buffer_add(out, "]", 1, err));
	}
	return medark_buffer_add(out, "]", 1, err);
}

static int demographics(struct medark_buffer *out, const struct medark_patient *p,
			bool *out_left_out, struct medark_error *err)
{
	const uint8_t fragment = MEDARK_FRAGMENT_DEMOGRAPHICS;

	out->size = 0;
	MEDARK_TRY(medark_buffer_add(out, &fragment, 1, err));
	MEDARK_TRY(json_member(out, "id", p->id, err));
	MEDARK_TRY(json_identifiers(out, p, err));
	MEDARK_TRY(json_names(out, p, out_left_out, err));
	MEDARK_TRY(json_member(out, "birth", p->birth_date, err));
	MEDARK_TRY(json_member(out, "gender", p->gender, err));
	if (p->deceased_date.size)
		MEDARK_TRY(json_member(out, "deceased", p->deceased_date, err));
	else if (p->deceased)
		MEDARK_TRY(medark_buffer_text(out, ",\"deceased\":true", err));
	if (p->inactive)
		MEDARK_TRY(medark_buffer_text(out, ",\"inactive\":true", err));
	return json_links(out, p, err);
}

/* The search entries of one patient; f->row is the fragment under construction. */
struct entries {
	struct medark_facts *f;
	struct medark_bytes key;
	bool left_out; /* an entry is too large for its table */
};

static int begin_fragment(struct entries *e, struct medark_error *err)
{
	const uint8_t fragment = MEDARK_FRAGMENT_SEARCH;

	e->f->row.size = 0;
	return medark_buffer_add(&e->f->row, &fragment, 1, err);
}

static int end_fragment(struct entries *e, struct medark_error *err)
{
	return medark_sorter_add(e->f->patients, e->key,
				 medark_bytes(e->f->row.data, e->f->row.size), err);
}

static int add_entry(struct entries *e, char entry, struct medark_bytes text,
		     struct medark_error *err)
{
	uint8_t head[3] = { (uint8_t)entry, (uint8_t)text.size, (uint8_t)(text.size >> 8) };
	struct medark_buffer *row = &e->f->row;

	_Static_assert(MEDARK_SORTER_KEY_MAX <= UINT16_MAX, "an entry's size has two bytes");
	if (text.size > MEDARK_SORTER_KEY_MAX)
		e->left_out = true;
	if (text.size == 0 || text.size > MEDARK_SORTER_KEY_MAX)
		return 0;
	if (row->size + sizeof(head) + text.size > SEARCH_SIZE) {
		MEDARK_TRY(end_fragment(e, err));
		MEDARK_TRY(begin_fragment(e, err));
	}
	MEDARK_TRY(medark_buffer_add(row, head, sizeof(head), err));
	return medark_buffer_add(row, text.data, text.size, err);
}

static int add_word(void *context, struct medark_bytes word, struct medark_error *err)
{
	return add_entry(context, MEDARK_SEARCH_NAME, word, err);
}

/* FORMAT.md section 8, "Search words". */
static int search_names(struct entries *e, const struct medark_patient *p, struct medark_error *err)
{
	for (uint32_t i = 0; i < p->name_count; i++) {
		const struct medark_name *n = &p->names[i];

		MEDARK_TRY(medark_words(n->family, add_word, e, err));
		MEDARK_TRY(medark_words(n->given, add_word, e, err));
		MEDARK_TRY(medark_words(n->prefix, add_word, e, err));
		if (n->family.size + n->given.size + n->prefix.size == 0)
			MEDARK_TRY(medark_words(n->text, add_word, e, err));
	}
	return 0;
}

static int search_identifiers(struct entries *e, const struct medark_patient *p,
			      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER_SECRET(MIB);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer value = MEDARK_BUFFER_SECRET(MIB);

	for (uint32_t i = 0; i < p->identifier_count; i++) {
		struct medark_bytes recorded = p->identifiers[i].value;

		text.size = 0;
		value.size = 0;
		for (size_t k = 0; k < recorded.size; k++)
			if (recorded.data[k] != ' ')
				MEDARK_TRY(medark_buffer_add(&value, recorded.data + k, 1, err));
		MEDARK_TRY(medark_row_encode(medark_bytes(value.data, value.size), &text, err));
		MEDARK_TRY(medark_buffer_add(&text, "\t", 1, err));
		MEDARK_TRY(medark_row_encode(p->identifiers[i].system, &text, err));
		MEDARK_TRY(add_entry(e, MEDARK_SEARCH_IDENTIFIER,
				     medark_bytes(text.data, text.size), err));
	}
	return 0;
}

static int search_entries(struct entries *e, const struct medark_patient *p,
			  struct medark_error *err)
{
	char digits[9];
	size_t count = 0;

	MEDARK_TRY(begin_fragment(e, err));
	MEDARK_TRY(search_identifiers(e, p, err));
	MEDARK_TRY(search_names(e, p, err));
	for (size_t i = 0; i < p->birth_date.size && i < 10 && count < 8; i++)
		if (p->birth_date.data[i] >= '0' && p->birth_date.data[i] <= '9')
			digits[count++] = (char)p->birth_date.data[i];
	MEDARK_TRY(add_entry(e, MEDARK_SEARCH_BIRTH, medark_bytes(digits, count), err));
	return end_fragment(e, err);
}

/* Lets an alias lead to the patient: it may have been used before, or will be. */
static int bind(struct medark_facts *f, char kind, struct medark_bytes a, struct medark_bytes b,
		struct medark_bytes patient_key, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer alias = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
	const uint8_t fragment = MEDARK_FRAGMENT_BINDING;

	if (128 + a.size + b.size > MEDARK_SORTER_KEY_MAX)
		return 0;
	MEDARK_TRY(medark_buffer_add(&alias, &kind, 1, err));
	if (kind == MEDARK_PATIENT_IDENTIFIER)
		MEDARK_TRY(medark_alias_make(a, b, &alias, err));
	else
		MEDARK_TRY(medark_buffer_add(&alias, a.data, a.size, err));
	f->row.size = 0;
	MEDARK_TRY(medark_buffer_add(&f->row, &fragment, 1, err));
	MEDARK_TRY(medark_buffer_add(&f->row, patient_key.data, patient_key.size, err));
	return medark_facts_add_alias(f, medark_bytes(alias.data, alias.size),
				      MEDARK_FRAGMENT_BINDING,
				      medark_bytes(f->row.data, f->row.size), err);
}

/*
 * A Bundle's entry as a key: a URN in lower case, as references are read; of a URL the id at its
 * end.
 */
static int entry_key(struct medark_bytes full_url, struct medark_buffer *lower,
		     struct medark_patient_key *out, struct medark_error *err)
{
	size_t id = full_url.size;

	for (size_t i = 0; i < full_url.size; i++) {
		uint8_t c = full_url.data[i];

		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
		MEDARK_TRY(medark_buffer_add(lower, &c, 1, err));
	}
	if (medark_bytes_starts(medark_bytes(lower->data, lower->size), "urn:")) {
		*out = (struct medark_patient_key) { MEDARK_PATIENT_URN,
						     medark_bytes(lower->data, lower->size) };
		return 0;
	}
	while (id && full_url.data[id - 1] != '/')
		id--;
	*out = (struct medark_patient_key) { MEDARK_PATIENT_ID,
					     medark_bytes(full_url.data + id, full_url.size - id) };
	return 0;
}

int medark_facts_patient(struct medark_facts *f, const struct medark_patient *patient,
			 struct medark_bytes full_url, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer key = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer lower = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
	struct medark_patient_key own = { MEDARK_PATIENT_ID, patient->id };
	struct medark_patient_key entry = { 0 };
	struct entries entries = { .f = f };
	struct medark_bytes key_bytes;

	if (full_url.size && full_url.size < MEDARK_SORTER_KEY_MAX)
		MEDARK_TRY(entry_key(full_url, &lower, &entry, err));
	if (!patient->id.size)
		own = entry;
	MEDARK_TRY(medark_alias_key(own, &key, err));
	key_bytes = medark_bytes(key.data, key.size);
	entries.key = key_bytes;
	MEDARK_TRY(demographics(&f->row, patient, &entries.left_out, err));
	MEDARK_TRY(medark_sorter_add(f->patients, key_bytes, medark_bytes(f->row.data, f->row.size),
				     err));
	MEDARK_TRY(search_entries(&entries, patient, err));
	if (entry.kind == MEDARK_PATIENT_URN)
		MEDARK_TRY(bind(f, MEDARK_PATIENT_URN, entry.text, medark_bytes(NULL, 0), key_bytes,
				err));
	for (uint32_t i = 0; i < patient->identifier_count; i++)
		MEDARK_TRY(bind(f, MEDARK_PATIENT_IDENTIFIER, patient->identifiers[i].system,
				patient->identifiers[i].value, key_bytes, err));
	return entries.left_out || patient->cut;
}
