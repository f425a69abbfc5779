/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_split: the records of a document. A Bundle is read twice over: first where its entries
 * stand and which of them are patients, then each resource is handed out, so that nothing is
 * handed out of a broken document and a URN in an entry can be resolved (see medark_fhir_key).
 */
#include "record/fhir_reference.h"
#include "record/fhir_state.h"
#include "record/fhir_xml.h"

/* The parts found so far. */
struct parts {
	struct medark_fhir_part *list;
	size_t count, capacity;
};

static void parts_clear(struct parts *p)
{
	free(p->list);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct parts, parts_clear)

static int add_part(struct parts *p, const struct medark_fhir_part *part, struct medark_error *err)
{
	if (p->count == p->capacity) {
		size_t capacity = p->capacity ? 2 * p->capacity : 64;
		void *grown = reallocarray(p->list, capacity, sizeof(*p->list));

		if (!grown)
			return medark_error_memory(err, "the entries of a Bundle");
		p->list = grown;
		p->capacity = capacity;
	}
	p->list[p->count++] = *part;
	return 0;
}

/* Notes an entry by its URN: a patient's key is what the Patient itself will have. */
static int note_entry(struct medark_fhir *fhir, struct medark_bytes full_url, bool is_patient,
		      struct medark_bytes id, struct medark_error *err)
{
	struct medark_fhir_entry entry = { .is_patient = is_patient };
	struct medark_fhir_reference reference;

	medark_fhir_reference_parse(full_url, &reference);
	if (reference.kind != MEDARK_FHIR_REFERENCE_URN)
		return 0;
	MEDARK_TRY(medark_fhir_key_urn(&fhir->document, full_url, &entry.url, err));
	entry.key.kind = id.size ? MEDARK_PATIENT_ID : MEDARK_PATIENT_URN;
	entry.key.text = id.size ? id : entry.url;
	return medark_fhir_entries_add(fhir, &entry, err);
}

/* ---- JSON ---- */

/* A JSON string in the document's scratch; empty if it is none or too long. */
static int keep_string(struct medark_fhir *fhir, struct medark_bytes value,
		       struct medark_bytes *out, struct medark_error *err)
{
	return medark_fhir_string_keep(&fhir->document, value, MEDARK_FHIR_KEY_MAX, out, err);
}

static bool is_object(struct medark_bytes value)
{
	return value.size && value.data[0] == '{';
}

static int note_json_entry(struct medark_fhir *fhir, struct medark_bytes full_url,
			   struct medark_bytes resource, struct medark_error *err)
{
	static const char *const names[] = { "resourceType", "id" };
	struct medark_bytes members[2], type, id;

	if (full_url.size == 0)
		return 0;
	(void)medark_fhir_members(resource, names, 2, members);
	MEDARK_TRY(keep_string(fhir, members[0], &type, err));
	MEDARK_TRY(keep_string(fhir, members[1], &id, err));
	return note_entry(fhir, full_url, medark_bytes_is(type, "Patient"), id, err);
}

/*
 * One item of Bundle.entry. An entry of no usable form is handed out whole: it will be found to
 * have no resourceType, and so goes to the quarantine instead of being lost.
 */
static int read_json_entry(struct medark_fhir *fhir, struct medark_bytes text,
			   struct medark_bytes entry, struct parts *parts, struct medark_error *err)
{
	static const char *const names[] = { "fullUrl", "resource" };
	struct medark_bytes members[2], record = entry;
	struct medark_fhir_part part = { 0 };
	bool usable = medark_fhir_members(entry, names, 2, members);

	if (usable && members[1].size == 0)
		return 0;
	if (usable && is_object(members[1])) {
		record = members[1];
		MEDARK_TRY(keep_string(fhir, members[0], &part.full_url, err));
		MEDARK_TRY(note_json_entry(fhir, part.full_url, record, err));
	}
	part.begin = (size_t)(record.data - text.data);
	part.end = part.begin + record.size;
	return add_part(parts, &part, err);
}

enum { DOCUMENT_TYPE, DOCUMENT_ENTRY };

static int read_json_bundle(struct medark_fhir *fhir, struct medark_bytes text,
			    struct medark_bytes entries, struct parts *parts,
			    enum medark_fault *out_fault, struct medark_error *err)
{
	struct medark_json_reader r;
	struct medark_bytes entry;

	medark_json_reader_init(&r, entries);
	if (medark_json_next(&r) != MEDARK_JSON_ARRAY_BEGIN) {
		*out_fault = MEDARK_FAULT_SYNTAX;
		return 0;
	}
	while (medark_json_skip(&r, &entry))
		MEDARK_TRY(read_json_entry(fhir, text, entry, parts, err));
	return 0;
}

static enum medark_fault status_fault(enum medark_json_status status)
{
	return status == MEDARK_JSON_SYNTAX  ? MEDARK_FAULT_SYNTAX
	       : status == MEDARK_JSON_UTF8  ? MEDARK_FAULT_UTF8
	       : status == MEDARK_JSON_DEPTH ? MEDARK_FAULT_DEPTH
					     : MEDARK_FAULT_NONE;
}

/* 1 if the document is a Bundle, whose parts are then listed; 0 if it is one record. */
static int read_json(struct medark_fhir *fhir, struct medark_bytes text, struct parts *parts,
		     enum medark_fault *out_fault, struct medark_error *err)
{
	static const char *const names[] = { "resourceType", "entry" };
	struct medark_json_keys keys;
	struct medark_bytes body = medark_fhir_strip_mark(text), type, entries;
	struct medark_json_value at;

	MEDARK_TRY(medark_json_keys_init(&keys, names, 2, err));
	medark_json_scan(&keys, NULL, body.data, body.size, &fhir->inner);
	*out_fault = status_fault(fhir->inner.status);
	if (fhir->inner.status != MEDARK_JSON_OBJECT)
		return 0;
	at = medark_json_get(&fhir->inner, DOCUMENT_TYPE);
	MEDARK_TRY(keep_string(fhir, medark_bytes(body.data + at.begin, at.end - at.begin), &type,
			       err));
	at = medark_json_get(&fhir->inner, DOCUMENT_ENTRY);
	entries = medark_bytes(body.data + at.begin, at.end - at.begin);
	if (!medark_bytes_is(type, "Bundle"))
		return 0;
	if (fhir->inner.repeated)
		*out_fault = MEDARK_FAULT_REPEATED;
	else if (entries.size)
		MEDARK_TRY(read_json_bundle(fhir, text, entries, parts, out_fault, err));
	return *out_fault == MEDARK_FAULT_NONE;
}

/* ---- XML ---- */

enum role { NONE, BUNDLE, ENTRY, FULL_URL, RESOURCE, RECORD, RECORD_ID };

static const struct medark_fhir_step steps[] = {
	{ NONE, "Bundle", BUNDLE },	 { BUNDLE, "entry", ENTRY }, { ENTRY, "fullUrl", FULL_URL },
	{ ENTRY, "resource", RESOURCE }, { RESOURCE, NULL, RECORD }, { RECORD, "id", RECORD_ID },
};

#define DEPTH_MAX 6

struct reader {
	struct medark_fhir *fhir;
	struct parts *parts;
	struct medark_fhir_xml_place place;
	bool is_bundle;
	unsigned depth;
	uint8_t roles[DEPTH_MAX];
	/* of the entry at hand */
	size_t first_part; /* the first of its parts */
	struct medark_bytes full_url, id;
	bool is_patient;
	size_t begin;
};

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	struct reader *r = context;
	uint8_t from = r->depth ? r->roles[r->depth - 1] : NONE;
	uint8_t role = medark_fhir_step(steps, sizeof(steps) / sizeof(*steps), from, name);

	(void)err;
	if (role == NONE)
		return 1;
	r->is_bundle |= role == BUNDLE;
	if (role == ENTRY) {
		r->full_url = r->id = medark_bytes(NULL, 0);
		r->is_patient = false;
		r->first_part = r->parts->count;
	}
	if (role == RECORD) {
		r->begin = r->place.begin;
		r->is_patient |= medark_bytes_is(name, "Patient");
	}
	r->roles[r->depth++] = role;
	return 0;
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct reader *r = context;
	uint8_t role = r->roles[r->depth - 1];
	struct medark_bytes *to = role == FULL_URL    ? &r->full_url
				  : role == RECORD_ID ? &r->id
						      : NULL;
	int rc;

	if (!to)
		return 0;
	rc = medark_fhir_text_keep(&r->fhir->document, text, MEDARK_FHIR_KEY_MAX, to, err);
	return rc < 0 ? rc : 0;
}

/* fullUrl may stand behind the resource. */
static int end_entry(struct reader *r, struct medark_error *err)
{
	for (size_t i = r->first_part; i < r->parts->count; i++)
		r->parts->list[i].full_url = r->full_url;
	if (r->parts->count == r->first_part || r->full_url.size == 0)
		return 0;
	return note_entry(r->fhir, r->full_url, r->is_patient, r->id, err);
}

static int end(void *context, struct medark_error *err)
{
	struct reader *r = context;
	struct medark_fhir_part part = { .begin = r->begin, .end = r->place.end };

	switch (r->roles[--r->depth]) {
	case RECORD:
		return add_part(r->parts, &part, err);
	case ENTRY:
		return end_entry(r, err);
	default:
		return 0;
	}
}

/* As read_json(). */
static int read_xml(struct medark_fhir *fhir, struct medark_bytes text, struct parts *parts,
		    enum medark_fault *out_fault, struct medark_error *err)
{
	struct reader r = { .fhir = fhir, .parts = parts };
	struct medark_fhir_visitor v = { &r, begin, value, end };

	MEDARK_TRY(medark_fhir_walk_xml_placed(text, &v, &r.place, out_fault, err));
	return r.is_bundle && *out_fault == MEDARK_FAULT_NONE;
}

static int split(struct medark_fhir *fhir, enum medark_fhir_kind kind, struct medark_bytes text,
		 struct parts *parts, enum medark_fault *out_fault, struct medark_error *err)
{
	struct medark_fhir_part whole = { .end = text.size };
	int rc = kind == MEDARK_FHIR_XML ? read_xml(fhir, text, parts, out_fault, err)
					 : read_json(fhir, text, parts, out_fault, err);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		fhir->entry_count = 0;
		whole.begin = text.size - medark_fhir_strip_mark(text).size;
		parts->count = 0;
		return add_part(parts, &whole, err);
	}
	medark_fhir_entries_sort(fhir);
	return 0;
}

int medark_fhir_split(struct medark_fhir *fhir, enum medark_fhir_kind kind,
		      struct medark_bytes text,
		      int (*each)(void *context, const struct medark_fhir_part *part,
				  struct medark_error *err),
		      void *context, enum medark_fault *out_fault, struct medark_error *err)
{
	MEDARK_AUTO(parts_clear) struct parts parts = { 0 };
	int rc;

	*out_fault = MEDARK_FAULT_NONE;
	medark_fhir_scratch_reset(&fhir->document);
	rc = split(fhir, kind, text, &parts, out_fault, err);
	for (size_t i = 0; rc >= 0 && i < parts.count; i++)
		rc = each(context, &parts.list[i], err);
	/* What a URN is in one Bundle says nothing of the records that come after it. */
	fhir->entry_count = 0;
	return rc < 0 ? rc : 0;
}
