/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/dossiers.h"

#include "archive/lineage_patients.h"
#include "archive/patient_find.h"
#include "archive/patient_row.h"

#include <stdlib.h>
#include <string.h>

#define PLACES	(1u << 30)
#define ROW_MAX MEDARK_PAGE_MAX

struct walk {
	const struct medark_dossiers_setup *setup;
	struct medark_lineage *lineage;
	struct medark_cut_cache **caches;
	struct medark_rowset *rows; /* of each archive */
	struct medark_nameset done; /* keys of those who were told */
};

static void walk_clear(struct walk *w)
{
	for (size_t k = 0; w->caches && k < w->lineage->count; k++)
		medark_cut_cache_free(w->caches[k]);
	for (size_t k = 0; w->rows && k < w->lineage->count; k++)
		medark_rowset_clear(&w->rows[k]);
	free(w->caches);
	free(w->rows);
	medark_nameset_clear(&w->done);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct walk, walk_clear)

/* The row stays as it is while others are read: a copy. */
static int tell_row(struct walk *w, size_t k, uint64_t number, struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer row = MEDARK_BUFFER_SECRET(ROW_MAX);
	MEDARK_AUTO(medark_dossier_free) struct medark_dossier *d = NULL;
	const struct medark_dossier_setup setup = { .lineage = w->lineage,
						    .caches = w->caches,
						    .keys = &w->done };
	struct medark_dossiers_patient patient = { 0 };
	struct medark_patient_row facts;
	struct medark_index *index;
	struct medark_bytes text, key;

	MEDARK_TRY(medark_archive_index(w->lineage->archives[k], &index, err));
	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, number, &text, err));
	MEDARK_TRY(medark_index_first_field(index, MEDARK_KIND_PATIENTS, text, &key, err));
	if (medark_nameset_has(&w->done, key))
		return 0;
	MEDARK_TRY(medark_buffer_add(&row, text.data, text.size, err));
	patient.text = medark_bytes(row.data, row.size);
	MEDARK_TRY(medark_patient_row_parse(patient.text, number, &scratch, &facts, NULL, err));
	MEDARK_TRY(medark_dossier_load(&setup, facts.id, &d, err));
	if (d->count == 0)
		return 0;
	patient.dossier = d;
	patient.row = &facts;
	return w->setup->each(w->setup->context, &patient, err);
}

/* A row, and where the first of its records stands: neighbours are restored one after the other. */
struct place {
	struct medark_range range; /* first: medark_range_order() compares it */
	uint64_t row;
};

static int find_place(struct medark_index *index, uint64_t row, struct medark_buffer *places,
		      struct place *out, struct medark_error *err)
{
	*out = (struct place) { .row = row };
	places->size = 0;
	MEDARK_TRY(medark_patient_row_places(index, row, places, err));
	if (places->size)
		memcpy(&out->range, places->data, sizeof(out->range));
	return 0;
}

static int tell_rows(struct walk *w, size_t k, struct medark_error *err)
{
	const struct medark_rowset *rows = &w->rows[k];
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer list = MEDARK_BUFFER(PLACES);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(PLACES);
	struct medark_index *index;
	struct place place;

	MEDARK_TRY(medark_archive_index(w->lineage->archives[k], &index, err));
	for (uint64_t n = medark_rowset_next(rows, 0); n < rows->rows;
	     n = medark_rowset_next(rows, n + 1)) {
		MEDARK_TRY(find_place(index, n, &places, &place, err));
		MEDARK_TRY(medark_buffer_add(&list, &place, sizeof(place), err));
	}
	if (list.size)
		qsort(list.data, list.size / sizeof(place), sizeof(place), medark_range_order);
	for (size_t i = 0; i < list.size / sizeof(place); i++) {
		memcpy(&place, list.data + i * sizeof(place), sizeof(place));
		MEDARK_TRY(tell_row(w, k, place.row, err));
	}
	return 0;
}

static int find_rows(struct walk *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_nameset_clear) struct medark_nameset keys = { 0 };
	const struct medark_restore_request *q = w->setup->request;
	struct medark_index *index;

	MEDARK_TRY(medark_nameset_init(&keys, err));
	if (q->patient_count)
		return medark_lineage_patients(w->lineage, q->patients, q->patient_count, w->rows,
					       &keys, q->out_refused, err);
	for (size_t k = 0; k < w->lineage->count; k++) {
		MEDARK_TRY(medark_archive_index(w->lineage->archives[k], &index, err));
		MEDARK_TRY(medark_rowset_init(
			&w->rows[k], medark_index_rows(index, MEDARK_KIND_PATIENTS), true, err));
	}
	return 0;
}

static int begin(struct walk *w, struct medark_error *err)
{
	MEDARK_TRY(medark_nameset_init(&w->done, err));
	w->rows = calloc(w->lineage->count, sizeof(*w->rows));
	w->caches = calloc(w->lineage->count, sizeof(struct medark_cut_cache *));
	if (!w->rows || !w->caches)
		return medark_error_memory(err, "a restore");
	for (size_t k = 0; k < w->lineage->count; k++)
		MEDARK_TRY(medark_cut_cache_new(w->lineage->archives[k], &w->caches[k], err));
	return find_rows(w, err);
}

int medark_dossiers_each(const struct medark_dossiers_setup *setup, struct medark_error *err)
{
	MEDARK_AUTO(walk_clear) struct walk w = { .setup = setup, .lineage = setup->lineage };

	MEDARK_TRY(begin(&w, err));
	for (size_t k = w.lineage->count; k-- > 0;) /* the latest archive's rows first */
		MEDARK_TRY(tell_rows(&w, k, err));
	return 0;
}
