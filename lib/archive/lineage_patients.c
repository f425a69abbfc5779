/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/lineage_patients.h"

#include "archive/patient_find.h"
#include "archive/search.h"

struct finder {
	const struct medark_lineage *lineage;
	struct medark_rowset *rows; /* of each archive */
	struct medark_nameset *keys;
};

static int index_of(const struct finder *f, size_t k, struct medark_index **out,
		    struct medark_error *err)
{
	return medark_archive_index(f->lineage->archives[k], out, err);
}

static int make_rowsets(const struct finder *f, struct medark_error *err)
{
	for (size_t k = 0; k < f->lineage->count; k++) {
		struct medark_index *index;

		MEDARK_TRY(index_of(f, k, &index, err));
		MEDARK_TRY(medark_rowset_init(
			&f->rows[k], medark_index_rows(index, MEDARK_KIND_PATIENTS), false, err));
	}
	return 0;
}

/* Looks for a patient in all archives: an increment may know them by their id only. */
static int find_patient(const struct finder *f, const char *patient, size_t ordinal,
			struct medark_error *err)
{
	struct medark_error absent = { 0 };
	bool is_found = false;

	for (size_t k = 0; k < f->lineage->count; k++) {
		struct medark_error why = { 0 };
		struct medark_index *index;
		int code;

		MEDARK_TRY(index_of(f, k, &index, err));
		code = medark_patient_find(index, medark_bytes_text(patient), ordinal, &f->rows[k],
					   &why);
		is_found |= code >= 0;
		if (code < 0 && err)
			*err = why;
		if (code == MEDARK_E_NOT_FOUND)
			absent = why;
		else
			MEDARK_TRY(code);
	}
	if (!is_found && err)
		*err = absent;
	return is_found ? 0 : MEDARK_E_NOT_FOUND;
}

/* The keys of the rows that were found in archive `k`. */
static int note_keys(const struct finder *f, size_t k, struct medark_error *err)
{
	const struct medark_rowset *rows = &f->rows[k];
	struct medark_index *index;
	struct medark_bytes row, key;

	MEDARK_TRY(index_of(f, k, &index, err));
	for (uint64_t n = medark_rowset_next(rows, 0); n < rows->rows;
	     n = medark_rowset_next(rows, n + 1)) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, n, &row, err));
		MEDARK_TRY(medark_index_first_field(index, MEDARK_KIND_PATIENTS, row, &key, err));
		if (key.size)
			MEDARK_TRY(medark_nameset_add(f->keys, key, err));
	}
	return 0;
}

/* The rows that these keys have in archive `k`. */
static int find_keys(const struct finder *f, size_t k, struct medark_error *err)
{
	struct medark_index *index;

	MEDARK_TRY(index_of(f, k, &index, err));
	for (uint32_t i = 0; i < medark_nameset_count(f->keys); i++) {
		struct medark_bytes key = medark_nameset_get(f->keys, i);
		uint64_t row;
		int found = medark_search_key(index, (char)key.data[0],
					      medark_bytes(key.data + 1, key.size - 1), &row, err);

		MEDARK_TRY(found);
		if (found)
			medark_rowset_add(&f->rows[k], row);
	}
	return 0;
}

int medark_lineage_patients(const struct medark_lineage *lineage, const char *const *patients,
			    size_t count, struct medark_rowset *rows, struct medark_nameset *keys,
			    size_t *out_refused, struct medark_error *err)
{
	const struct finder f = { .lineage = lineage, .rows = rows, .keys = keys };

	MEDARK_TRY(make_rowsets(&f, err));
	for (size_t i = 0; i < count; i++) {
		int code = find_patient(&f, patients[i], i + 1, err);

		if (code < 0 && out_refused)
			*out_refused = i;
		MEDARK_TRY(code);
	}
	for (size_t k = 0; k < lineage->count; k++)
		MEDARK_TRY(note_keys(&f, k, err));
	for (size_t k = 0; lineage->count > 1 && k < lineage->count; k++)
		MEDARK_TRY(find_keys(&f, k, err));
	return 0;
}
