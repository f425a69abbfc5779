/* SPDX-License-Identifier: Apache-2.0 */
/* The charts of a shelf: loaded as they are asked for, and kept while there is room. */
#include "archive/search.h"
#include "archive/shelf_private.h"

#include <stdlib.h>
#include <string.h>

/* Charts that are kept, however small. */
#define SLOTS 64

struct medark_shelf_slot {
	struct medark_shelf_chart chart;
	struct medark_patient_row row;
	struct medark_patient_scratch scratch; /* strings of the row */
	struct medark_dossier *dossier;
	uint64_t used; /* when; 0: nothing here */
};

static void slot_clear(struct medark_shelf *shelf, struct medark_shelf_slot *slot)
{
	shelf->kept -= slot->used ? slot->chart.bytes : 0;
	free(slot->chart.id);
	medark_view_records_clear(&slot->chart.records);
	medark_patient_scratch_clear(&slot->scratch);
	medark_dossier_free(slot->dossier);
	memset(slot, 0, sizeof(*slot));
}

void medark_shelf_charts_clear(struct medark_shelf *shelf)
{
	for (size_t i = 0; i < shelf->slot_count; i++)
		slot_clear(shelf, &shelf->slots[i]);
	free(shelf->slots);
	shelf->slots = NULL;
	shelf->slot_count = 0;
}

/* ---- who it is ---- */

/* The row of a key in the latest archive that names the patient; else in any. */
static int find_row(struct medark_shelf *shelf, struct medark_bytes key,
		    struct medark_shelf_slot *slot, bool *is_named, struct medark_error *err)
{
	for (size_t k = shelf->lineage->count; k-- > 0 && !*is_named;) {
		struct medark_index *index = medark_shelf_index(shelf, k);
		struct medark_bytes row;
		uint64_t n;
		int found = medark_search_key(index, (char)key.data[0],
					      medark_bytes(key.data + 1, key.size - 1), &n, err);

		MEDARK_TRY(found);
		if (!found)
			continue;
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, n, &row, err));
		MEDARK_TRY(medark_patient_row_parse(row, n, &slot->scratch, &slot->row, NULL, err));
		slot->row.number = medark_shelf_first(shelf, k) + n;
		*is_named = *slot->row.family || *slot->row.given || *slot->row.text;
	}
	return 0;
}

/* A patient whom records also call by an identifier has several keys: the one with a name counts.
 */
static int read_row(struct medark_shelf *shelf, const struct medark_nameset *keys,
		    struct medark_shelf_slot *slot, struct medark_error *err)
{
	bool is_named = false;

	for (uint32_t i = 0; i < medark_nameset_count(keys) && !is_named; i++)
		MEDARK_TRY(find_row(shelf, medark_nameset_get(keys, i), slot, &is_named, err));
	if (!slot->row.id)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "the patient is not there");
	slot->chart.row = &slot->row;
	slot->chart.id = strdup(slot->row.id);
	return slot->chart.id ? 0 : medark_error_memory(err, "a chart");
}

/* ---- records ---- */

static int read_records(struct medark_shelf_slot *slot, struct medark_error *err)
{
	const struct medark_dossier *d = slot->dossier;
	struct medark_view_records *records = &slot->chart.records;

	for (size_t i = 0; i < d->count; i++) {
		const struct medark_dossier_record *r = &d->records[i];

		MEDARK_TRY(medark_view_records_add(records, r->type, r->text, r->is_xml,
						   r->is_outside, err));
		slot->chart.bytes += r->text.size;
	}
	slot->chart.dossier = d;
	slot->chart.unresolved = d->unresolved;
	return medark_view_records_sort(records, err);
}

static int load(struct medark_shelf *shelf, const char *patient, struct medark_shelf_slot *slot,
		struct medark_error *err)
{
	MEDARK_AUTO(medark_nameset_clear) struct medark_nameset keys = { 0 };
	const struct medark_dossier_setup setup = { .lineage = shelf->lineage,
						    .caches = shelf->caches,
						    .keys = &keys };

	slot->scratch = (struct medark_patient_scratch)MEDARK_PATIENT_SCRATCH;
	MEDARK_TRY(medark_nameset_init(&keys, err));
	MEDARK_TRY(medark_dossier_load(&setup, patient, &slot->dossier, err));
	MEDARK_TRY(read_row(shelf, &keys, slot, err));
	return read_records(slot, err);
}

/* ---- keeping ---- */

static struct medark_shelf_slot *find_kept(struct medark_shelf *shelf, const char *patient)
{
	for (size_t i = 0; i < shelf->slot_count; i++)
		if (shelf->slots[i].used && strcmp(shelf->slots[i].chart.id, patient) == 0)
			return &shelf->slots[i];
	return NULL;
}

/* The slot that was used longest ago, or an empty one. */
static struct medark_shelf_slot *oldest(struct medark_shelf *shelf)
{
	struct medark_shelf_slot *best = &shelf->slots[0];

	for (size_t i = 1; i < shelf->slot_count; i++)
		if (shelf->slots[i].used < best->used)
			best = &shelf->slots[i];
	return best;
}

/* Lets the oldest go until what is kept has room beside the one that is asked for. */
static void make_room(struct medark_shelf *shelf, const struct medark_shelf_slot *asked)
{
	while (shelf->kept - asked->chart.bytes > MEDARK_SHELF_KEEP) {
		struct medark_shelf_slot *best = NULL;

		for (size_t i = 0; i < shelf->slot_count; i++) {
			struct medark_shelf_slot *slot = &shelf->slots[i];

			if (slot->used && slot != asked && (!best || slot->used < best->used))
				best = slot;
		}
		if (!best)
			return;
		slot_clear(shelf, best);
	}
}

int medark_shelf_chart(struct medark_shelf *shelf, const char *patient,
		       const struct medark_shelf_chart **out, struct medark_error *err)
{
	struct medark_shelf_slot *slot, fresh = { 0 };
	int code;

	if (!shelf->slots) {
		shelf->slots = calloc(SLOTS, sizeof(*shelf->slots));
		if (!shelf->slots)
			return medark_error_memory(err, "charts");
		shelf->slot_count = SLOTS;
	}
	slot = find_kept(shelf, patient);
	if (!slot) {
		code = load(shelf, patient, &fresh, err);
		if (code < 0) {
			slot_clear(shelf, &fresh);
			return code;
		}
		slot = find_kept(shelf, fresh.chart.id); /* asked for by an identifier */
		slot = slot ? slot : oldest(shelf);
		slot_clear(shelf, slot);
		*slot = fresh;
		slot->chart.row = &slot->row;
		shelf->kept += slot->chart.bytes;
	}
	slot->used = ++shelf->clock;
	make_room(shelf, slot);
	*out = &slot->chart;
	return 0;
}

int medark_shelf_chart_at(struct medark_shelf *shelf, uint64_t number,
			  const struct medark_shelf_chart **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct medark_patient_row row;
	struct medark_bytes text;
	uint64_t n;
	size_t k;

	medark_shelf_place(shelf, number, &k, &n);
	MEDARK_TRY(medark_index_row(medark_shelf_index(shelf, k), MEDARK_KIND_PATIENTS, n, &text,
				    err));
	MEDARK_TRY(medark_patient_row_parse(text, n, &scratch, &row, NULL, err));
	return medark_shelf_chart(shelf, row.id, out, err);
}
