/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/patient_find.h"

#include "archive/patient_row.h"
#include "archive/query.h"
#include "archive/search.h"
#include "base/text.h"
#include "record/record.h"

/* Who has an identifier, and whether all have it of one system. */
struct owners {
	struct medark_rowset *rows;
	const struct medark_buffer *wanted; /* the only system that counts; NULL: any */
	struct medark_buffer system;	    /* of the first one */
	uint64_t first;
	bool any, ambiguous;
};

static int add_owner(void *context, struct medark_bytes system, uint64_t row,
		     struct medark_error *err)
{
	struct owners *o = context;

	if (o->wanted &&
	    !medark_bytes_equal(system, medark_bytes(o->wanted->data, o->wanted->size)))
		return 0;
	if (!o->any) {
		MEDARK_TRY(medark_buffer_add(&o->system, system.data, system.size, err));
		o->first = row;
	}
	if (row != o->first &&
	    !medark_bytes_equal(system, medark_bytes(o->system.data, o->system.size)))
		o->ambiguous = true;
	o->any = true;
	medark_rowset_add(o->rows, row);
	return 0;
}

static int find_owners(struct medark_index *index, struct medark_bytes value, struct owners *o,
		       struct medark_error *err)
{
	uint8_t compact[MEDARK_QUERY_MAX];
	size_t size = medark_query_compact(value, false, compact);

	MEDARK_TRY(medark_search_identifier(index, medark_bytes(compact, size), add_owner, o, err));
	if (o->any || o->wanted)
		return 0;
	size = medark_query_compact(value, true, compact);
	return medark_search_identifier(index, medark_bytes(compact, size), add_owner, o, err);
}

static int add_key(struct medark_index *index, char kind, struct medark_bytes text,
		   struct medark_rowset *rows, struct medark_error *err)
{
	uint64_t row;
	int found = medark_search_key(index, kind, text, &row, err);

	if (found > 0)
		medark_rowset_add(rows, row);
	return found;
}

/* `system|value`: 1 if somebody has it. */
static int find_qualified(struct medark_index *index, struct medark_bytes text, size_t bar,
			  struct medark_rowset *rows, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer system = MEDARK_BUFFER(8 * MEDARK_QUERY_MAX);
	struct owners o = { .rows = rows,
			    .wanted = &system,
			    .system = MEDARK_BUFFER(MEDARK_PAGE_MAX) };
	int found = add_key(index, MEDARK_PATIENT_IDENTIFIER, text, rows, err), code;

	MEDARK_TRY(found);
	MEDARK_TRY(medark_row_encode(medark_bytes(text.data, bar), &system, err));
	code = find_owners(index, medark_bytes(text.data + bar + 1, text.size - bar - 1), &o, err);
	medark_buffer_clear(&o.system);
	return code < 0 ? code : found || o.any;
}

/* An identifier alone: 1 if somebody has it. */
static int find_unqualified(struct medark_index *index, struct medark_bytes text, size_t ordinal,
			    struct medark_rowset *rows, struct medark_error *err)
{
	struct owners o = { .rows = rows, .system = MEDARK_BUFFER(MEDARK_PAGE_MAX) };
	int code = find_owners(index, text, &o, err);

	medark_buffer_clear(&o.system);
	MEDARK_TRY(code);
	if (o.ambiguous)
		return medark_error_set(err, MEDARK_E_USAGE,
					"patient %zu of the request is an identifier of different "
					"patients: give it as system|value",
					ordinal);
	return o.any;
}

/* 1: found. */
static int find_rows(struct medark_index *index, struct medark_bytes text, size_t ordinal,
		     struct medark_rowset *rows, struct medark_error *err)
{
	const uint8_t *bar = text.size ? memchr(text.data, '|', text.size) : NULL;
	int found = add_key(index, MEDARK_PATIENT_ID, text, rows, err);

	if (!found && medark_bytes_starts(text, "urn:"))
		found = add_key(index, MEDARK_PATIENT_URN, text, rows, err);
	if (!found && bar)
		found = find_qualified(index, text, (size_t)(bar - text.data), rows, err);
	if (!found && !bar)
		found = find_unqualified(index, text, ordinal, rows, err);
	return found;
}

/* The keys `system|value` of a patient's identifiers. */
struct aliases {
	struct medark_buffer keys; /* ended by a zero each */
};

static int add_alias(void *context, struct medark_bytes system, struct medark_bytes value,
		     struct medark_error *err)
{
	struct aliases *a = context;

	MEDARK_TRY(medark_buffer_add(&a->keys, system.data, system.size, err));
	MEDARK_TRY(medark_buffer_add(&a->keys, "|", 1, err));
	MEDARK_TRY(medark_buffer_add(&a->keys, value.data, value.size, err));
	return medark_buffer_add(&a->keys, "", 1, err);
}

static int read_row(struct medark_index *index, uint64_t number,
		    struct medark_patient_scratch *scratch, struct medark_patient_values *out,
		    struct medark_error *err)
{
	struct medark_patient_row patient;
	struct medark_bytes row;

	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, number, &row, err));
	return medark_patient_row_parse(row, number, scratch, &patient, out, err);
}

/* Records that know the patient by an identifier only stand under a key of that identifier. */
static int add_aliases(struct medark_index *index, uint64_t number, struct medark_rowset *rows,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct aliases a = { .keys = MEDARK_BUFFER_SECRET(2 * MEDARK_PAGE_MAX) };
	struct medark_patient_values values;
	const char *key;
	int code;

	MEDARK_TRY(read_row(index, number, &scratch, &values, err));
	code = medark_patient_pairs(values.identifiers, add_alias, &a, err);
	for (size_t at = 0; code >= 0 && at < a.keys.size; at += strlen(key) + 1) {
		key = (const char *)a.keys.data + at;
		code = add_key(index, MEDARK_PATIENT_IDENTIFIER, medark_bytes_text(key), rows, err);
	}
	medark_buffer_clear(&a.keys);
	return code < 0 ? code : 0;
}

int medark_patient_find(struct medark_index *index, struct medark_bytes text, size_t ordinal,
			struct medark_rowset *rows, struct medark_error *err)
{
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset found = { 0 };
	struct medark_query query;
	int code;

	MEDARK_TRY(medark_query_parse(text, &query, err));
	MEDARK_TRY(medark_rowset_init(&found, rows->rows, false, err));
	code = query.count ? find_rows(index, query.whole, ordinal, &found, err) : 0;
	MEDARK_TRY(code);
	if (!code)
		return medark_error_set(err, MEDARK_E_NOT_FOUND,
					"patient %zu of the request is not in the archive",
					ordinal);
	medark_rowset_unite(rows, &found);
	for (uint64_t n = medark_rowset_next(&found, 0); n < found.rows;
	     n = medark_rowset_next(&found, n + 1))
		MEDARK_TRY(add_aliases(index, n, rows, err));
	return 0;
}

static int add_range(void *context, const struct medark_range *range, struct medark_error *err)
{
	return medark_buffer_add(context, range, sizeof(*range), err);
}

int medark_patient_row_places(struct medark_index *index, uint64_t row, struct medark_buffer *out,
			      struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_values values;

	MEDARK_TRY(read_row(index, row, &scratch, &values, err));
	MEDARK_TRY(medark_patient_ranges(values.at, add_range, out, err));
	return medark_patient_ranges(values.shared, add_range, out, err);
}

int medark_patient_places(struct medark_index *index, const struct medark_rowset *rows,
			  struct medark_buffer *out, struct medark_error *err)
{
	for (uint64_t n = medark_rowset_next(rows, 0); n < rows->rows;
	     n = medark_rowset_next(rows, n + 1))
		MEDARK_TRY(medark_patient_row_places(index, n, out, err));
	return 0;
}
