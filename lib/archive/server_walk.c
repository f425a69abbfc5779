/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_walk.h"

#include "archive/outside.h"
#include "archive/patient_find.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#define RANGES_MAX (1u << 30)
/* Places that are looked up before they are read. */
#define BATCH ((size_t)1 << 20)

/* Of what is outside, these refer to each other in this order; the rest comes behind. */
static const char *const first_types[] = { "Organization", "Location",
					   "Practitioner", "PractitionerRole",
					   "Medication",   "Substance",
					   "Device" };
#define FIRST_COUNT (sizeof(first_types) / sizeof(*first_types))

void medark_walk_clear(struct medark_walk *w)
{
	medark_fhir_free(w->fhir);
	if (w->facts)
		medark_secret_wipe(w->facts, sizeof(*w->facts));
	free(w->facts);
	medark_cut_cache_free(w->cache);
	medark_buffer_clear(&w->outside);
	medark_buffer_clear(&w->path);
}

int medark_walk_begin(struct medark_walk *w, struct medark_error *err)
{
	w->archive = w->lineage->archives[w->number];
	w->outside.limit = RANGES_MAX;
	w->path.limit = MEDARK_PATH_MAX;
	MEDARK_TRY(medark_archive_index(w->archive, &w->index, err));
	MEDARK_TRY(medark_fhir_new(&w->fhir, err));
	MEDARK_TRY(medark_cut_cache_new(w->archive, &w->cache, err));
	w->facts = calloc(1, sizeof(*w->facts));
	if (!w->facts)
		return medark_error_memory(err, "a record");
	return 0;
}

static int take_a_break(const struct medark_walk *w, bool whole, struct medark_error *err)
{
	return w->listener.pause ? w->listener.pause(w->listener.context, whole, err) : 0;
}

/* ---- records in places ---- */

/* Whole items that are no records stand in data segments too. */
static int look_at_item(struct medark_walk *w, uint32_t number, struct medark_error *err)
{
	struct medark_item_row item;

	if (w->item == (uint64_t)number + 1)
		return 0;
	MEDARK_TRY(medark_index_item(w->index, number, &w->path, &item, err));
	w->item = (uint64_t)number + 1;
	w->is_opaque = medark_item_row_is_opaque(&item);
	return 0;
}

static int tell(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct medark_walk *w = context;
	const struct medark_walk_record record = { .facts = w->facts,
						   .text = cut->text,
						   .is_xml = cut->xml };
	struct medark_bytes none = { NULL, 0 };
	int found;

	MEDARK_TRY(look_at_item(w, cut->item, err));
	if (w->is_opaque)
		return 0;
	found = cut->xml ? medark_fhir_xml(w->fhir, cut->text, none, w->facts, err)
			 : medark_fhir_json(w->fhir, cut->text, none, w->facts, err);
	if (found <= 0)
		return found;
	found = medark_lineage_superseded_record(w->lineage, w->number, w->facts->type,
						 w->facts->id, err);
	if (found) {
		w->superseded += found > 0;
		return found < 0 ? found : 0;
	}
	return w->listener.each(w->listener.context, &record, err);
}

/* `cached`: few places, near to those before. Sorts and joins them. */
static int read_places(struct medark_walk *w, struct medark_buffer *places, bool cached,
		       struct medark_error *err)
{
	const struct medark_cut cut = {
		.archive = w->archive,
		.folder = -1, /* on this machine no record is written anywhere */
		.threads = w->threads,
		.cache = cached ? w->cache : NULL,
		.each = tell,
		.context = w,
	};
	struct medark_range *ranges = (struct medark_range *)(void *)places->data;
	size_t count = places->size / sizeof(*ranges);

	if (!count)
		return 0;
	count = medark_ranges_merge(ranges, count);
	places->size = count * sizeof(*ranges);
	return medark_cut_run(&cut, ranges, count, err);
}

int medark_walk_places(struct medark_walk *w, struct medark_buffer *places,
		       struct medark_error *err)
{
	return read_places(w, places, false, err);
}

/* ---- the table of what stands outside ---- */

static int read_type(struct medark_walk *w, struct medark_bytes type, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(RANGES_MAX);
	struct medark_bytes name;
	uint64_t at, end;

	MEDARK_TRY(medark_outside_type(w->index, type, &at, &end, err));
	while (at < end) {
		places.size = 0;
		for (; at < end && places.size < BATCH * sizeof(struct medark_range); at++)
			MEDARK_TRY(medark_outside_row(w->index, at, &name, &places, err));
		MEDARK_TRY(read_places(w, &places, false, err));
	}
	return take_a_break(w, true, err);
}

static bool is_first(struct medark_bytes type)
{
	for (size_t i = 0; i < FIRST_COUNT; i++)
		if (medark_bytes_is(type, first_types[i]))
			return true;
	return false;
}

static int read_all_outside(struct medark_walk *w, struct medark_error *err)
{
	uint64_t rows = medark_index_rows(w->index, MEDARK_KIND_OUTSIDE), at = 0;
	uint8_t text[MEDARK_OUTSIDE_TYPE];
	struct medark_bytes type;

	for (size_t i = 0; i < FIRST_COUNT; i++)
		MEDARK_TRY(read_type(w, medark_bytes_text(first_types[i]), err));
	while (at < rows) {
		MEDARK_TRY(medark_outside_type_at(w->index, at, text, &type, &at, err));
		if (!is_first(type))
			MEDARK_TRY(read_type(w, type, err));
	}
	return 0;
}

int medark_walk_outside(struct medark_walk *w, struct medark_error *err)
{
	if (!w->is_some)
		return read_all_outside(w, err);
	MEDARK_TRY(medark_walk_places(w, &w->outside, err));
	return take_a_break(w, true, err);
}

/* ---- patients, and all ---- */

int medark_walk_patients(struct medark_walk *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(RANGES_MAX);

	MEDARK_TRY(medark_patient_places(w->index, w->rows, &places, err));
	return medark_walk_places(w, &places, err);
}

int medark_walk_patient(struct medark_walk *w, uint64_t row, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(RANGES_MAX);

	MEDARK_TRY(medark_patient_row_places(w->index, row, &places, err));
	MEDARK_TRY(read_places(w, &places, true, err));
	return take_a_break(w, false, err);
}

static int read_item(struct medark_walk *w, uint64_t n, struct medark_item_row *out,
		     struct medark_error *err)
{
	struct medark_bytes row;

	w->item = 0; /* the path of another one is read */
	MEDARK_TRY(medark_index_row(w->index, MEDARK_KIND_ITEMS, n, &row, err));
	return medark_item_row_parse(row, n, &w->path, out, err);
}

int medark_walk_items(struct medark_walk *w,
		      int (*each)(void *context, const struct medark_item_row *item,
				  struct medark_error *err),
		      void *context, struct medark_error *err)
{
	uint64_t count = w->is_some ? 0 : medark_index_rows(w->index, MEDARK_KIND_ITEMS);
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset packed = { 0 };
	struct medark_item_row item;

	/* What was decoded is told by what it held. */
	MEDARK_TRY(medark_rowset_init(&packed, count, false, err));
	for (uint64_t n = 0; n < count; n++) {
		MEDARK_TRY(read_item(w, n, &item, err));
		if (item.has_parent && strcmp(item.kind_name, "decoded:opaque") != 0)
			(void)medark_rowset_add(&packed, item.parent);
	}
	for (uint64_t n = 0; n < count; n++) {
		if (medark_rowset_next(&packed, n) == n)
			continue;
		MEDARK_TRY(read_item(w, n, &item, err));
		if (item.kind == MEDARK_ITEM_OPAQUE)
			MEDARK_TRY(each(context, &item, err));
	}
	return 0;
}

static int add_segments(struct medark_walk *w, struct medark_buffer *places,
			struct medark_error *err)
{
	uint64_t count = medark_index_rows(w->index, MEDARK_KIND_SEGMENTS);

	for (uint64_t n = 1; n <= count; n++) {
		struct medark_segment_row segment;
		struct medark_bytes row;
		struct medark_range range = { .segment = (uint32_t)n };

		MEDARK_TRY(medark_index_row(w->index, MEDARK_KIND_SEGMENTS, n - 1, &row, err));
		MEDARK_TRY(medark_segment_row_parse(row, (uint32_t)n, &segment, err));
		range.length = segment.content;
		if (range.length)
			MEDARK_TRY(medark_buffer_add(places, &range, sizeof(range), err));
	}
	return 0;
}

int medark_walk_all(struct medark_walk *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(RANGES_MAX);

	if (!w->is_some) {
		MEDARK_TRY(add_segments(w, &places, err));
	} else {
		MEDARK_TRY(medark_patient_places(w->index, w->rows, &places, err));
		if (w->outside.size)
			MEDARK_TRY(
				medark_buffer_add(&places, w->outside.data, w->outside.size, err));
	}
	MEDARK_TRY(read_places(w, &places, false, err));
	return take_a_break(w, true, err);
}
