/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/search.h"

#include "archive/row.h"
#include "base/text.h"
#include "base/words.h"
#include "record/record.h"

static int bad(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"the index names a patient's row that does not exist");
}

int medark_search_key(struct medark_index *index, char kind, struct medark_bytes text,
		      uint64_t *out_row, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer key = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	struct medark_bytes row, field;

	MEDARK_TRY(medark_buffer_add(&key, &kind, 1, err));
	MEDARK_TRY(medark_buffer_add(&key, text.data, text.size, err));
	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_PATIENTS, medark_bytes(key.data, key.size),
				      out_row, err));
	if (*out_row == medark_index_rows(index, MEDARK_KIND_PATIENTS))
		return 0;
	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, *out_row, &row, err));
	MEDARK_TRY(medark_index_first_field(index, MEDARK_KIND_PATIENTS, row, &field, err));
	return medark_bytes_equal(field, medark_bytes(key.data, key.size));
}

int medark_search_identifier(struct medark_index *index, struct medark_bytes value,
			     int (*each)(void *context, struct medark_bytes system, uint64_t row,
					 struct medark_error *err),
			     void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer key = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	uint64_t patients = medark_index_rows(index, MEDARK_KIND_PATIENTS);
	uint64_t rows = medark_index_rows(index, MEDARK_KIND_IDENTIFIERS), at, number;
	struct medark_bytes row, f[3];

	MEDARK_TRY(medark_row_encode(value, &key, err));
	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_IDENTIFIERS,
				      medark_bytes(key.data, key.size), &at, err));
	for (; at < rows; at++) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_IDENTIFIERS, at, &row, err));
		if (!medark_row_split(row, f, 3))
			return medark_error_set(
				err, MEDARK_E_FORMAT,
				"a row of the index's table identifiers is malformed");
		if (!medark_bytes_equal(f[0], medark_bytes(key.data, key.size)))
			break;
		if (patients == 0 || !medark_text_decimal(f[2], patients - 1, &number))
			return bad(err);
		MEDARK_TRY(each(context, f[1], number, err));
	}
	return 0;
}

/* A look-up that fills a set; `system`: only identifiers of it, as the index escapes it. */
struct lookup {
	struct medark_index *index;
	struct medark_rowset *set;
	const struct medark_buffer *system;
};

static int add_identifier(void *context, struct medark_bytes system, uint64_t row,
			  struct medark_error *err)
{
	struct lookup *l = context;

	if (l->system &&
	    !medark_bytes_equal(system, medark_bytes(l->system->data, l->system->size)))
		return 0;
	return medark_rowset_add(l->set, row) ? 0 : bad(err);
}

static int add_key(struct lookup *l, char kind, struct medark_bytes text, struct medark_error *err)
{
	uint64_t row;
	int found = medark_search_key(l->index, kind, text, &row, err);

	MEDARK_TRY(found);
	if (found)
		medark_rowset_add(l->set, row);
	return 0;
}

/* `system|value`: exactly this one. */
static int add_qualified(struct lookup *l, struct medark_bytes text, size_t bar,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer system = MEDARK_BUFFER(8 * MEDARK_QUERY_MAX);
	struct lookup of_system = { .index = l->index, .set = l->set, .system = &system };
	uint8_t value[MEDARK_QUERY_MAX];
	size_t size = medark_query_compact(medark_bytes(text.data + bar + 1, text.size - bar - 1),
					   false, value);

	MEDARK_TRY(add_key(l, MEDARK_PATIENT_IDENTIFIER, text, err));
	MEDARK_TRY(medark_row_encode(medark_bytes(text.data, bar), &system, err));
	return medark_search_identifier(l->index, medark_bytes(value, size), add_identifier,
					&of_system, err);
}

/* `text` (at most MEDARK_QUERY_MAX bytes) as an id or an identifier. */
static int add_exact(struct lookup *l, struct medark_bytes text, struct medark_error *err)
{
	uint8_t compact[MEDARK_QUERY_MAX];
	const uint8_t *bar = memchr(text.data, '|', text.size);
	size_t size, shorter;

	if (bar)
		MEDARK_TRY(add_qualified(l, text, (size_t)(bar - text.data), err));
	MEDARK_TRY(add_key(l, MEDARK_PATIENT_ID, text, err));
	if (medark_bytes_starts(text, "urn:"))
		MEDARK_TRY(add_key(l, MEDARK_PATIENT_URN, text, err));
	size = medark_query_compact(text, false, compact);
	MEDARK_TRY(medark_search_identifier(l->index, medark_bytes(compact, size), add_identifier,
					    l, err));
	shorter = medark_query_compact(text, true, compact);
	if (shorter == size || shorter == 0)
		return 0;
	return medark_search_identifier(l->index, medark_bytes(compact, shorter), add_identifier, l,
					err);
}

/* Adds the row numbers, joined by spaces, of a row of `names` or `births`. */
static int add_numbers(struct lookup *l, struct medark_bytes numbers, struct medark_error *err)
{
	while (numbers.size) {
		const uint8_t *space = memchr(numbers.data, ' ', numbers.size);
		size_t n = space ? (size_t)(space - numbers.data) : numbers.size;
		uint64_t row;

		if (!medark_text_decimal(medark_bytes(numbers.data, n), UINT64_MAX, &row) ||
		    !medark_rowset_add(l->set, row))
			return bad(err);
		n += space != NULL;
		numbers = medark_bytes(numbers.data + n, numbers.size - n);
	}
	return 0;
}

/* Every row of `names` or `births` whose first field begins with `prefix`. */
static int add_prefix(struct lookup *l, enum medark_kind kind, struct medark_bytes prefix,
		      struct medark_error *err)
{
	uint64_t rows = medark_index_rows(l->index, kind), at;
	struct medark_bytes row, f[2];

	MEDARK_TRY(medark_index_lower(l->index, kind, prefix, &at, err));
	for (; at < rows; at++) {
		MEDARK_TRY(medark_index_row(l->index, kind, at, &row, err));
		if (row.size < prefix.size || memcmp(row.data, prefix.data, prefix.size) != 0)
			break;
		if (!medark_row_split(row, f, 2))
			return medark_error_set(err, MEDARK_E_FORMAT,
						"a row of the index's search tables is malformed");
		MEDARK_TRY(add_numbers(l, f[1], err));
	}
	return 0;
}

/* The parts of one typed word, "vries-jansen": all must match. */
struct parts {
	struct lookup *lookup;
	struct medark_rowset both; /* what all parts so far have found */
	bool any;
};

static int add_part(void *context, struct medark_bytes word, struct medark_error *err)
{
	struct parts *p = context;
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset found = { 0 };
	struct lookup l = { .index = p->lookup->index, .set = &found };

	MEDARK_TRY(medark_rowset_init(&found, p->both.rows, false, err));
	MEDARK_TRY(add_prefix(&l, MEDARK_KIND_NAMES, word, err));
	if (p->any)
		medark_rowset_intersect(&p->both, &found);
	else
		medark_rowset_unite(&p->both, &found);
	p->any = true;
	return 0;
}

static int add_names(struct lookup *l, struct medark_bytes word, struct medark_error *err)
{
	struct parts parts = { .lookup = l };
	int code = medark_rowset_init(&parts.both, l->set->rows, false, err);

	if (code == 0)
		code = medark_words(word, add_part, &parts, err);
	if (code == 0)
		medark_rowset_unite(l->set, &parts.both);
	medark_rowset_clear(&parts.both);
	return code;
}

static int add_word(struct lookup *l, struct medark_bytes word, struct medark_error *err)
{
	struct medark_query_births births;

	MEDARK_TRY(add_exact(l, word, err));
	medark_query_births(word, &births);
	for (int i = 0; i < 2 && births.digits[i][0]; i++)
		MEDARK_TRY(add_prefix(l, MEDARK_KIND_BIRTHS, medark_bytes_text(births.digits[i]),
				      err));
	return add_names(l, word, err);
}

int medark_search_run(struct medark_index *index, const struct medark_query *query,
		      struct medark_rowset *out, struct medark_error *err)
{
	uint64_t rows = medark_index_rows(index, MEDARK_KIND_PATIENTS);
	struct lookup whole = { .index = index, .set = out };

	MEDARK_TRY(medark_rowset_init(out, rows, true, err));
	for (size_t i = 0; i < query->count; i++) {
		MEDARK_AUTO(medark_rowset_clear) struct medark_rowset found = { 0 };
		struct lookup l = { .index = index, .set = &found };

		MEDARK_TRY(medark_rowset_init(&found, rows, false, err));
		MEDARK_TRY(add_word(&l, query->words[i], err));
		medark_rowset_intersect(out, &found);
	}
	/* A BSN typed in groups is one identifier, not several words. */
	if (query->count > 1)
		MEDARK_TRY(add_exact(&whole, query->whole, err));
	return 0;
}
