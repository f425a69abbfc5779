/* SPDX-License-Identifier: Apache-2.0 */
/* Records of a shelf without their charts: one by name, or all of a type. */
#include "archive/outside.h"
#include "archive/patient_find.h"
#include "archive/shelf_private.h"
#include "base/secret.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of one call for records outside of compartments. */
#define OUTSIDE_ROWS 256
/* In a place of these the archive's number stands above the row's. */
#define PLACE_SHIFT 44
#define TEXTS_MAX   ((size_t)1 << 30)
#define NAME_ROOM   1536

/* ---- the records of some places ---- */

struct visit {
	struct medark_shelf *shelf;
	const struct medark_shelf_walk *walk;
};

static int visit_record(void *context, const struct medark_cut_record *cut,
			struct medark_error *err)
{
	const struct visit *v = context;
	struct medark_shelf *shelf = v->shelf;
	struct medark_bytes none = { NULL, 0 };
	int found = cut->xml ? medark_fhir_xml(shelf->fhir, cut->text, none, shelf->record, err)
			     : medark_fhir_json(shelf->fhir, cut->text, none, shelf->record, err);

	if (found <= 0)
		return found;
	found = medark_lineage_superseded_record(shelf->lineage, v->walk->archive,
						 shelf->record->type, shelf->record->id, err);
	if (found)
		return found < 0 ? found : 0;
	return v->walk->each(v->walk->context, cut, err);
}

int medark_shelf_walk(struct medark_shelf *shelf, const struct medark_shelf_walk *walk,
		      struct medark_error *err)
{
	struct visit visit = { .shelf = shelf, .walk = walk };
	const struct medark_cut cut = { .archive = shelf->lineage->archives[walk->archive],
					.folder = -1,
					.threads = 1,
					.cache = shelf->caches[walk->archive],
					.each = visit_record,
					.context = &visit };
	struct medark_range *ranges = (struct medark_range *)(void *)walk->ranges->data;
	size_t count = medark_ranges_merge(ranges, walk->ranges->size / sizeof(*ranges));

	return medark_cut_run(&cut, ranges, count, err);
}

static int walk_patient(struct medark_shelf *shelf, uint64_t number,
			int (*each)(void *context, const struct medark_cut_record *cut,
				    struct medark_error *err),
			void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer ranges = MEDARK_BUFFER(MEDARK_SHELF_RANGES);
	struct medark_shelf_walk walk = { .ranges = &ranges, .each = each, .context = context };
	uint64_t row;

	medark_shelf_place(shelf, number, &walk.archive, &row);
	MEDARK_TRY(medark_patient_row_places(medark_shelf_index(shelf, walk.archive), row, &ranges,
					     err));
	return medark_shelf_walk(shelf, &walk, err);
}

/* ---- one by its name ---- */

void medark_shelf_record_clear(struct medark_shelf_record *record)
{
	medark_view_records_clear(&record->one);
	medark_buffer_clear(&record->text);
	free(record->patient_id);
	*record = (struct medark_shelf_record) { 0 };
}

/* A record that is looked for. */
struct wanted {
	const struct medark_record *facts; /* of the one at hand */
	struct medark_bytes type, id;
	struct medark_buffer *text;
	bool is_found, is_xml;
};

static int compare(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct wanted *w = context;

	if (w->is_found || !medark_bytes_equal(w->facts->type, w->type) ||
	    !medark_bytes_equal(w->facts->id, w->id))
		return 0;
	w->is_found = true;
	w->is_xml = cut->xml;
	MEDARK_TRY(medark_buffer_add(w->text, cut->text.data, cut->text.size, err));
	return medark_buffer_reserve(w->text, MEDARK_JSON_PADDING, err);
}

static int take_owner(struct medark_shelf *shelf, uint64_t number, struct medark_shelf_record *out,
		      struct medark_error *err)
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
	out->patient = number;
	out->patient_id = strdup(row.id);
	return out->patient_id ? 0 : medark_error_memory(err, "a record");
}

static int find_owned(struct medark_shelf *shelf, struct wanted *w, struct medark_shelf_record *out,
		      struct medark_error *err)
{
	uint64_t number;
	size_t at = 0;

	while (!w->is_found && medark_record_find_next(shelf->find, w->type, w->id, &at, &number)) {
		MEDARK_TRY(walk_patient(shelf, number, compare, w, err));
		if (w->is_found)
			MEDARK_TRY(take_owner(shelf, number, out, err));
	}
	return 0;
}

/* In archive `k`, unless a later one has it or says that it is gone. */
static int find_outside_of(struct medark_shelf *shelf, size_t k, struct medark_bytes name,
			   struct wanted *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer ranges = MEDARK_BUFFER(MEDARK_SHELF_RANGES);
	const struct medark_shelf_walk walk = {
		.archive = k, .ranges = &ranges, .each = compare, .context = w
	};
	struct medark_index *index = medark_shelf_index(shelf, k);
	struct medark_bytes found;
	uint64_t row;

	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_OUTSIDE, name, &row, err));
	if (row == medark_index_rows(index, MEDARK_KIND_OUTSIDE))
		return 0;
	MEDARK_TRY(medark_outside_row(index, row, &found, &ranges, err));
	if (!medark_bytes_equal(found, name))
		return 0;
	return medark_shelf_walk(shelf, &walk, err);
}

static int find_outside(struct medark_shelf *shelf, struct wanted *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer name = MEDARK_BUFFER_SECRET((size_t)8 * NAME_ROOM);

	MEDARK_TRY(medark_row_encode(w->type, &name, err));
	MEDARK_TRY(medark_buffer_text(&name, "/", err));
	MEDARK_TRY(medark_row_encode(w->id, &name, err));
	for (size_t k = shelf->lineage->count; k-- > 0 && !w->is_found;)
		MEDARK_TRY(find_outside_of(shelf, k, medark_bytes(name.data, name.size), w, err));
	return 0;
}

int medark_shelf_record(struct medark_shelf *shelf, struct medark_bytes type,
			struct medark_bytes id, struct medark_shelf_record *out,
			struct medark_error *err)
{
	struct wanted w = { .facts = shelf->record, .type = type, .id = id, .text = &out->text };
	struct medark_bytes text;

	assert(shelf->find && medark_record_find_is_complete(shelf->find));
	out->patient = UINT64_MAX;
	out->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(TEXTS_MAX);
	if (type.size && id.size && type.size + id.size < NAME_ROOM) {
		MEDARK_TRY(find_owned(shelf, &w, out, err));
		if (!w.is_found)
			MEDARK_TRY(find_outside(shelf, &w, err));
	}
	if (!w.is_found)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "there is no such record");
	text = medark_bytes(out->text.data, out->text.size);
	/* The names of the caller may go; those of the tree stay. */
	MEDARK_TRY(medark_view_records_add(&out->one, medark_bytes(NULL, 0), text, w.is_xml,
					   out->patient == UINT64_MAX, err));
	if (out->one.list[0].root)
		out->one.list[0].type = medark_json_text_at(&out->one.list[0].tree,
							    out->one.list[0].root, "resourceType");
	return medark_view_records_sort(&out->one, err);
}

/* ---- all of a type ---- */

/* Records of a type, copied: what is told of them may read others. */
struct gather {
	struct medark_shelf *shelf;
	struct medark_bytes type;
	struct medark_buffer texts; /* each with room behind it */
	struct medark_buffer marks; /* struct mark */
	bool with_shared;	    /* also those that a patient of a lower number has */
	/* Numbers of patients who were looked at for that, and the ids that they have. */
	struct medark_nameset others, theirs;
};

struct mark {
	size_t at, size;
	bool is_xml;
};

static void gather_clear(struct gather *g)
{
	medark_buffer_clear(&g->texts);
	medark_buffer_clear(&g->marks);
	medark_nameset_clear(&g->others);
	medark_nameset_clear(&g->theirs);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct gather, gather_clear)

static int keep(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	static const uint8_t padding[MEDARK_JSON_PADDING];
	struct gather *g = context;
	struct mark mark = { .at = g->texts.size, .size = cut->text.size, .is_xml = cut->xml };

	if (!medark_bytes_equal(g->shelf->record->type, g->type))
		return 0;
	MEDARK_TRY(medark_buffer_add(&g->texts, cut->text.data, cut->text.size, err));
	MEDARK_TRY(medark_buffer_add(&g->texts, padding, sizeof(padding), err));
	return medark_buffer_add(&g->marks, &mark, sizeof(mark), err);
}

/* The ids of the type at hand in another patient's compartment. */
static int note_id(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct gather *g = context;
	const struct medark_record *facts = g->shelf->record;
	int code = 0;

	(void)cut;
	if (facts->id.size && medark_bytes_equal(facts->type, g->type))
		code = medark_nameset_add(&g->theirs, facts->id, err);
	return code < 0 ? code : 0;
}

/* Reads what a patient has, unless that was done. */
static int note_ids_of(struct gather *g, uint64_t other, struct medark_error *err)
{
	int added;

	/* Most patients share nothing: for those no set is made. */
	if (!medark_nameset_count(&g->others)) {
		MEDARK_TRY(medark_nameset_init(&g->others, err));
		MEDARK_TRY(medark_nameset_init(&g->theirs, err));
	}
	added = medark_nameset_add(&g->others, medark_bytes(&other, sizeof(other)), err);
	return added > 0 ? walk_patient(g->shelf, other, note_id, g, err) : added;
}

/*
 * Has a patient of a lower number this record, too? 1 or 0. Each such patient is read once, however
 * many records are shared: of two charts of one patient that may be all.
 */
static int is_anothers(struct gather *g, struct medark_bytes id, uint64_t number,
		       struct medark_error *err)
{
	uint64_t other;
	size_t at = 0;

	while (medark_record_find_next(g->shelf->find, g->type, id, &at, &other) &&
	       other < number) {
		MEDARK_TRY(note_ids_of(g, other, err));
		if (medark_nameset_has(&g->theirs, id))
			return 1;
	}
	return 0;
}

typedef int tell_record(void *context, const struct medark_view_record *record, uint64_t number,
			struct medark_error *err);

static int tell(struct gather *g, const struct mark *mark, uint64_t number, tell_record *each,
		void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records one = { 0 };
	struct medark_bytes text = medark_bytes(g->texts.data + mark->at, mark->size);
	int code = 0;

	MEDARK_TRY(medark_view_records_add(&one, g->type, text, mark->is_xml, number == UINT64_MAX,
					   err));
	if (number != UINT64_MAX && one.list[0].id.size && !g->with_shared)
		code = is_anothers(g, one.list[0].id, number, err);
	if (code)
		return code < 0 ? code : 0;
	return each(context, &one.list[0], number, err);
}

static int tell_all(struct gather *g, uint64_t number, tell_record *each, void *context,
		    struct medark_error *err)
{
	for (size_t i = 0; i < g->marks.size / sizeof(struct mark); i++) {
		struct mark mark;
		int code;

		memcpy(&mark, g->marks.data + i * sizeof(mark), sizeof(mark));
		code = tell(g, &mark, number, each, context, err);
		if (code)
			return code;
	}
	return 0;
}

int medark_shelf_own(struct medark_shelf *shelf, uint64_t number, struct medark_bytes type,
		     tell_record *each, void *context, struct medark_error *err)
{
	MEDARK_AUTO(gather_clear)
	struct gather g = { .shelf = shelf,
			    .type = type,
			    .texts = MEDARK_BUFFER_SECRET(TEXTS_MAX),
			    .marks = MEDARK_BUFFER(TEXTS_MAX) };

	assert(shelf->find && medark_record_find_is_complete(shelf->find));
	if (!medark_record_find_may_hold(shelf->find, type, number))
		return 0;
	MEDARK_TRY(walk_patient(shelf, number, keep, &g, err));
	return tell_all(&g, number, each, context, err);
}

int medark_shelf_of(struct medark_shelf *shelf, uint64_t number, struct medark_bytes type,
		    tell_record *each, void *context, struct medark_error *err)
{
	MEDARK_AUTO(gather_clear)
	struct gather g = { .shelf = shelf,
			    .type = type,
			    .texts = MEDARK_BUFFER_SECRET(TEXTS_MAX),
			    .marks = MEDARK_BUFFER(TEXTS_MAX),
			    .with_shared = true };

	MEDARK_TRY(walk_patient(shelf, number, keep, &g, err));
	return tell_all(&g, number, each, context, err);
}

/* The next rows of archive `k`, from *row on. */
static int gather_outside(struct gather *g, size_t k, uint64_t *row, bool *out_end,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer ranges = MEDARK_BUFFER(MEDARK_SHELF_RANGES);
	const struct medark_shelf_walk walk = {
		.archive = k, .ranges = &ranges, .each = keep, .context = g
	};
	struct medark_index *index = medark_shelf_index(g->shelf, k);
	struct medark_bytes name;
	uint64_t first, end;

	MEDARK_TRY(medark_outside_type(index, g->type, &first, &end, err));
	for (size_t i = 0; i < OUTSIDE_ROWS && first + *row < end; i++, *row += 1)
		MEDARK_TRY(medark_outside_row(index, first + *row, &name, &ranges, err));
	*out_end = first + *row >= end;
	return medark_shelf_walk(g->shelf, &walk, err);
}

int medark_shelf_outside(struct medark_shelf *shelf, struct medark_bytes type, uint64_t *at,
			 tell_record *each, void *context, struct medark_error *err)
{
	MEDARK_AUTO(gather_clear)
	struct gather g = { .shelf = shelf,
			    .type = type,
			    .texts = MEDARK_BUFFER_SECRET(TEXTS_MAX),
			    .marks = MEDARK_BUFFER(TEXTS_MAX) };
	size_t k = (size_t)(*at >> PLACE_SHIFT);
	uint64_t row = *at & (((uint64_t)1 << PLACE_SHIFT) - 1);
	bool is_end;

	if (k >= shelf->lineage->count) {
		*at = UINT64_MAX;
		return 0;
	}
	MEDARK_TRY(gather_outside(&g, k, &row, &is_end, err));
	if (!is_end)
		*at = (uint64_t)k << PLACE_SHIFT | row;
	else
		*at = k + 1 < shelf->lineage->count ? (uint64_t)(k + 1) << PLACE_SHIFT : UINT64_MAX;
	return tell_all(&g, UINT64_MAX, each, context, err);
}
