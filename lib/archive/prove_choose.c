/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/prove_choose.h"

#include "archive/cut.h"
#include "archive/leaf_places.h"
#include "archive/outside.h"
#include "archive/patient_find.h"
#include "archive/row.h"
#include "archive/rowset.h"
#include "archive/search.h"
#include "archive/segment_load.h"
#include "base/secret.h"
#include "record/fhir.h"

#include <stdlib.h>

#define RANGES_MAX    ((size_t)1 << 30)
#define NAME_MAX_SIZE 1536

/* A record that was chosen: where it begins, or its last part does, and how large it is. */
struct pick {
	uint32_t segment;
	uint64_t offset, size;
};

/* Parts that are looked for: those of `item` that end at `end`, `missing` bytes of them. */
struct want {
	uint32_t item;
	uint64_t end, missing;
};

struct choose {
	struct medark_archive *archive;
	const struct medark_prove_request *request;
	struct medark_meter meter;
	struct medark_buffer ranges; /* struct medark_range: where to look */
	struct medark_buffer picks;  /* struct pick */
	struct medark_buffer wants;  /* struct want */
	bool *found;		     /* of the request's records */
	struct medark_fhir *fhir;
	struct medark_record *facts;
	struct medark_choice *out;
};

static void choose_clear(struct choose *c)
{
	medark_meter_clear(&c->meter);
	medark_buffer_clear(&c->ranges);
	medark_buffer_clear(&c->picks);
	medark_buffer_clear(&c->wants);
	medark_fhir_free(c->fhir);
	if (c->facts)
		medark_secret_wipe(c->facts, sizeof(*c->facts));
	free(c->facts);
	free(c->found);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct choose, choose_clear)

void medark_choice_clear(struct medark_choice *choice)
{
	medark_buffer_clear(&choice->leaves);
}

/* ---- where to look ---- */

/* TYPE/ID, as the request has it. */
static bool split_name(const char *name, struct medark_bytes *out_type, struct medark_bytes *out_id)
{
	const char *slash = strchr(name, '/');

	*out_type = *out_id = medark_bytes(NULL, 0);
	if (!slash || slash == name || !slash[1] || strlen(name) > NAME_MAX_SIZE)
		return false;
	*out_type = medark_bytes(name, (size_t)(slash - name));
	*out_id = medark_bytes_text(slash + 1);
	return true;
}

static int check_names(const struct medark_prove_request *request, struct medark_error *err)
{
	struct medark_bytes type, id;

	if (!request->patient_count && !request->record_count)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a proof is of a patient or of a record");
	for (size_t i = 0; i < request->record_count; i++)
		if (!split_name(request->records[i], &type, &id))
			return medark_error_set(err, MEDARK_E_USAGE,
						"record %zu of the request is not named TYPE/ID",
						i + 1);
	return 0;
}

static int add_patients(struct choose *c, struct medark_index *index, struct medark_error *err)
{
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset rows = { 0 };
	uint64_t count = medark_index_rows(index, MEDARK_KIND_PATIENTS);

	MEDARK_TRY(medark_rowset_init(&rows, count, false, err));
	for (size_t i = 0; i < c->request->patient_count; i++) {
		struct medark_bytes text = medark_bytes_text(c->request->patients[i]);
		int code = medark_patient_find(index, text, i + 1, &rows, err);

		if (code < 0 && c->request->out_refused)
			*c->request->out_refused = i;
		MEDARK_TRY(code);
	}
	return medark_patient_places(index, &rows, &c->ranges, err);
}

/* Where a record without a patient stands: 1 if there is one of this name. */
static int add_outside(struct choose *c, struct medark_index *index, struct medark_bytes type,
		       struct medark_bytes id, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer name = MEDARK_BUFFER_SECRET((size_t)8 * NAME_MAX_SIZE);
	struct medark_bytes found;
	uint64_t row;

	MEDARK_TRY(medark_row_encode(type, &name, err));
	MEDARK_TRY(medark_buffer_text(&name, "/", err));
	MEDARK_TRY(medark_row_encode(id, &name, err));
	MEDARK_TRY(medark_index_lower(index, MEDARK_KIND_OUTSIDE,
				      medark_bytes(name.data, name.size), &row, err));
	if (row == medark_index_rows(index, MEDARK_KIND_OUTSIDE))
		return 0;
	MEDARK_TRY(medark_outside_row(index, row, &found, NULL, err));
	if (!medark_bytes_equal(found, medark_bytes(name.data, name.size)))
		return 0;
	MEDARK_TRY(medark_outside_row(index, row, &found, &c->ranges, err));
	return 1;
}

/* Where the Patient of this id stands: 1 if there is a row of it. */
static int add_patient(struct choose *c, struct medark_index *index, struct medark_bytes type,
		       struct medark_bytes id, struct medark_error *err)
{
	uint64_t row;
	int found;

	if (!medark_bytes_is(type, "Patient"))
		return 0;
	found = medark_search_key(index, MEDARK_PATIENT_ID, id, &row, err);
	if (found <= 0)
		return found;
	MEDARK_TRY(medark_patient_row_places(index, row, &c->ranges, err));
	return 1;
}

/* Where the records that are named can be: 1; 0 if it may be anywhere. */
static int add_named(struct choose *c, struct medark_index *index, struct medark_error *err)
{
	for (size_t i = 0; i < c->request->record_count; i++) {
		struct medark_bytes type, id;
		int found;

		(void)split_name(c->request->records[i], &type, &id);
		found = add_outside(c, index, type, id, err);
		if (!found)
			found = add_patient(c, index, type, id, err);
		if (found <= 0)
			return found;
	}
	return 1;
}

/* ---- which records ---- */

/* Is it one of those that were named? */
static int is_wanted(struct choose *c, const struct medark_cut_record *record,
		     struct medark_error *err)
{
	struct medark_bytes none = { NULL, 0 }, type, id;
	int known = record->xml ? medark_fhir_xml(c->fhir, record->text, none, c->facts, err)
				: medark_fhir_json(c->fhir, record->text, none, c->facts, err);
	int wanted = 0;

	if (known <= 0)
		return known;
	for (size_t i = 0; i < c->request->record_count; i++) {
		(void)split_name(c->request->records[i], &type, &id);
		if (medark_bytes_equal(type, c->facts->type) &&
		    medark_bytes_equal(id, c->facts->id)) {
			c->found[i] = true;
			wanted = 1;
		}
	}
	return wanted;
}

static int take_record(void *context, const struct medark_cut_record *record,
		       struct medark_error *err)
{
	struct choose *c = context;
	struct pick pick = { .segment = record->segment,
			     .offset = record->offset,
			     .size = record->text.size };
	int wanted = c->request->record_count ? is_wanted(c, record, err) : 1;

	return wanted <= 0 ? wanted : medark_buffer_add(&c->picks, &pick, sizeof(pick), err);
}

/* Reads the records in the ranges; `meter`: tells how far it is, or NULL. */
static int look(struct choose *c, struct medark_meter *meter, struct medark_error *err)
{
	const struct medark_cut cut = { .archive = c->archive,
					.folder = -1,
					.threads = c->request->threads,
					.meter = meter,
					.each = take_record,
					.context = c };
	struct medark_range *ranges = (struct medark_range *)(void *)c->ranges.data;

	c->picks.size = 0;
	return medark_cut_run(
		&cut, ranges,
		medark_ranges_merge(ranges, c->ranges.size / sizeof(struct medark_range)), err);
}

static uint64_t length_of(const struct medark_buffer *ranges)
{
	const struct medark_range *list = (const struct medark_range *)(const void *)ranges->data;
	uint64_t length = 0;

	for (size_t i = 0; i < ranges->size / sizeof(*list); i++)
		length += list[i].length;
	return length;
}

static int check_found(const struct choose *c, struct medark_error *err)
{
	for (size_t i = 0; i < c->request->record_count; i++)
		if (!c->found[i])
			return medark_error_set(err, MEDARK_E_NOT_FOUND,
						"record %zu of the request is not %s", i + 1,
						c->request->patient_count ? "among the patient's"
									  : "in the archive");
	if (!c->picks.size)
		return medark_error_set(err, MEDARK_E_NOT_FOUND, "the patient has no records");
	return 0;
}

static int pick_records(struct choose *c, struct medark_error *err)
{
	struct medark_index *index;
	int is_narrow = 1;

	MEDARK_TRY(medark_archive_index(c->archive, &index, err));
	if (c->request->patient_count)
		MEDARK_TRY(add_patients(c, index, err));
	else
		is_narrow = add_named(c, index, err);
	MEDARK_TRY(is_narrow);
	if (is_narrow) {
		MEDARK_TRY(look(c, NULL, err));
		/* What the index does not lead to may stand elsewhere all the same. */
		if (c->request->patient_count || check_found(c, NULL) == 0)
			return check_found(c, err);
	}
	c->ranges.size = 0;
	MEDARK_TRY(medark_cut_places(c->archive, &c->ranges, err));
	medark_meter_total(&c->meter, length_of(&c->ranges));
	MEDARK_TRY(look(c, &c->meter, err));
	return check_found(c, err);
}

/* ---- which leaves ---- */

/* A segment as it is walked. */
struct walked {
	uint32_t segment;
	const struct medark_map *map;
	struct medark_leaf_places places;
};

static void walked_clear(struct walked *w)
{
	medark_leaf_places_clear(&w->places);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct walked, walked_clear)

static int take_leaf(struct choose *c, const struct walked *w, uint64_t offset,
		     struct medark_error *err)
{
	size_t at = medark_leaf_places_at(&w->places, offset);
	struct medark_chosen_leaf leaf = { .segment = w->segment, .leaf = at };

	if (at == w->places.count)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index names a place that is not a record's border");
	leaf.offset = w->places.list[at].offset;
	leaf.length = w->places.list[at].length;
	return medark_buffer_add(&c->out->leaves, &leaf, sizeof(leaf), err);
}

/* The picks of segment `number`: from the end of those before `*end`; how many they are. */
static size_t picks_of(const struct choose *c, uint32_t number, size_t *end)
{
	const struct pick *picks = (const struct pick *)(const void *)c->picks.data;
	size_t begin = *end;

	while (begin && picks[begin - 1].segment == number)
		begin--;
	begin = *end - begin;
	*end -= begin;
	return begin;
}

/* The pick that begins there; NULL: none does. */
static const struct pick *pick_at(const struct pick *picks, size_t count, uint64_t offset)
{
	for (size_t low = 0, high = count; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (picks[middle].offset == offset)
			return &picks[middle];
		if (picks[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Was a record chosen that has this as one of its parts? Then the one before it is looked for. */
static bool takes_part(struct choose *c, const struct medark_extent *e)
{
	struct want *wants = (struct want *)(void *)c->wants.data;
	size_t count = c->wants.size / sizeof(*wants);

	for (size_t i = 0; i < count; i++) {
		if (wants[i].item != e->item || wants[i].end != e->offset + e->length)
			continue;
		wants[i].end = e->offset;
		wants[i].missing -= e->length < wants[i].missing ? e->length : wants[i].missing;
		if (!wants[i].missing) {
			wants[i] = wants[count - 1];
			c->wants.size -= sizeof(*wants);
		}
		return true;
	}
	return false;
}

/* What stands in an R or P extent at `offset` of the content. */
static int walk_extent(struct choose *c, const struct walked *w, const struct medark_extent *e,
		       uint64_t offset, const struct pick *pick, struct medark_error *err)
{
	struct want want = { .item = e->item, .end = e->offset };

	if (e->kind == MEDARK_EXTENT_PART)
		return takes_part(c, e) ? take_leaf(c, w, offset, err) : 0;
	if (!pick)
		return 0;
	want.missing = pick->size > e->length ? pick->size - e->length : 0;
	if (want.missing)
		MEDARK_TRY(medark_buffer_add(&c->wants, &want, sizeof(want), err));
	return take_leaf(c, w, offset, err);
}

/* From its end on, as the parts of a record stand in front of its last one. */
static int walk_segment(struct choose *c, const struct walked *w, const struct pick *picks,
			size_t count, struct medark_error *err)
{
	uint64_t at = w->map->content.size;

	for (uint32_t i = w->map->count; i-- > 0;) {
		const struct medark_extent *e = &w->map->extents[i];

		at -= e->length;
		if (e->kind == MEDARK_EXTENT_FILLER)
			continue;
		if (e->kind != MEDARK_EXTENT_LINES) {
			MEDARK_TRY(walk_extent(c, w, e, at, pick_at(picks, count, at), err));
			continue;
		}
		for (; count && picks[count - 1].offset >= at; count--)
			if (picks[count - 1].offset < at + e->length)
				MEDARK_TRY(take_leaf(c, w, picks[count - 1].offset, err));
	}
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct pick *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

static int by_leaf(const void *a, const void *b)
{
	const struct medark_chosen_leaf *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return (x->leaf > y->leaf) - (x->leaf < y->leaf);
}

/* From the last segment on. */
static int take_leaves(struct choose *c, struct medark_error *err)
{
	const struct pick *picks = (const struct pick *)(void *)c->picks.data;
	MEDARK_AUTO(medark_loader_free) struct medark_loader *loader = NULL;
	size_t left = c->picks.size / sizeof(*picks);
	uint32_t number = picks[left - 1].segment;

	MEDARK_TRY(medark_loader_new(c->archive, &loader, err));
	while (number && (left || c->wants.size)) {
		MEDARK_AUTO(walked_clear) struct walked w = { .segment = number };
		size_t count = picks_of(c, number, &left);

		MEDARK_TRY(medark_loader_load(loader, number, &w.map, err));
		MEDARK_TRY(medark_leaf_places_list(w.map, &w.places, err));
		MEDARK_TRY(walk_segment(c, &w, picks + left, count, err));
		number = c->wants.size || !left ? number - 1 : picks[left - 1].segment;
	}
	if (c->wants.size)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a part of a large record is missing");
	return 0;
}

int medark_choose(struct medark_archive *archive, const struct medark_prove_request *request,
		  const struct medark_events *events, struct medark_choice *out,
		  struct medark_error *err)
{
	MEDARK_AUTO(choose_clear)
	struct choose c = { .archive = archive,
			    .request = request,
			    .ranges = MEDARK_BUFFER(RANGES_MAX),
			    .picks = MEDARK_BUFFER(MEDARK_CHOICE_MAX),
			    .wants = MEDARK_BUFFER(MEDARK_CHOICE_MAX),
			    .out = out };

	medark_meter_init(&c.meter, events, "looking", 0);
	MEDARK_TRY(check_names(request, err));
	MEDARK_TRY(medark_fhir_new(&c.fhir, err));
	c.facts = calloc(1, sizeof(*c.facts));
	c.found = calloc(request->record_count + 1, sizeof(*c.found));
	if (!c.facts || !c.found)
		return medark_error_memory(err, "a proof");
	MEDARK_TRY(pick_records(&c, err));
	out->records = c.picks.size / sizeof(struct pick);
	qsort(c.picks.data, out->records, sizeof(struct pick), by_place);
	MEDARK_TRY(take_leaves(&c, err));
	qsort(out->leaves.data, out->leaves.size / sizeof(struct medark_chosen_leaf),
	      sizeof(struct medark_chosen_leaf), by_leaf);
	return 0;
}
