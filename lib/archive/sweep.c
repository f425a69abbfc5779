/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/sweep.h"

#include "archive/patient_find.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#define PLACES_MAX ((size_t)8 << 30)
#define RANGES_MAX ((size_t)1 << 30)
#define OWNERS_MAX ((size_t)1 << 24)

/* A file that is no record is held in memory up to this size. */
#define FILE_MAX ((uint64_t)64 << 20)

/* What an item is. */
enum { RECORDS, FILE_WHOLE, FILE_LARGE, PASSED_OVER };

/* Where records of a patient stand: from `begin` to before `end` in the content of a segment. */
struct place {
	uint32_t segment, begin, end, row;
};

/* An extent that was put together with others before the workers began. */
struct joined {
	uint32_t segment, extent;
};

struct medark_sweep_worker {
	struct medark_loader *loader; /* of the batch's segment of the same number */
	const struct medark_map *map;
	struct medark_fhir *fhir;
	struct medark_record *facts;
	struct medark_buffer owners; /* uint32_t */
	size_t next; /* of the places: all before it end before the record at hand */
	uint64_t records, superseded, files, large;
};

void medark_sweep_clear(struct medark_sweep *s)
{
	for (size_t i = 0; s->workers && i < MEDARK_PARALLEL_MAX; i++) {
		struct medark_sweep_worker *w = &s->workers[i];

		medark_loader_free(w->loader);
		medark_fhir_free(w->fhir);
		if (w->facts)
			medark_secret_wipe(w->facts, sizeof(*w->facts));
		free(w->facts);
		medark_buffer_clear(&w->owners);
	}
	free(s->workers);
	s->workers = NULL;
	medark_buffer_clear(&s->places);
	medark_buffer_clear(&s->joined);
	free(s->items);
	s->items = NULL;
	if (s->has_lock) {
		medark_joins_clear(&s->joins);
		(void)pthread_mutex_destroy(&s->lock);
	}
	s->has_lock = false;
}

/* ---- what the index says ---- */

static int add_place(struct medark_sweep *s, uint64_t row, const struct medark_range *r,
		     struct medark_error *err)
{
	struct place place = { .segment = r->segment,
			       .begin = (uint32_t)r->offset,
			       .end = (uint32_t)(r->offset + r->length),
			       .row = (uint32_t)row };

	if (r->offset + r->length > UINT32_MAX) /* F-20 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index names a place outside of a segment");
	return medark_buffer_add(&s->places, &place, sizeof(place), err);
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static int survey_patients(struct medark_sweep *s, struct medark_index *index,
			   struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer ranges = MEDARK_BUFFER(RANGES_MAX);
	uint64_t rows = medark_index_rows(index, MEDARK_KIND_PATIENTS);

	for (uint64_t row = 0; row < rows; row++) {
		const struct medark_range *list;

		ranges.size = 0;
		MEDARK_TRY(medark_patient_row_places(index, row, &ranges, err));
		list = (const struct medark_range *)(void *)ranges.data;
		for (size_t i = 0; i < ranges.size / sizeof(*list); i++)
			MEDARK_TRY(add_place(s, row, &list[i], err));
		if (s->meter && row % 4096 == 0)
			MEDARK_TRY(medark_meter_add(s->meter, 0, 0, 0, err));
	}
	if (s->places.size)
		qsort(s->places.data, s->places.size / sizeof(struct place), sizeof(struct place),
		      by_place);
	return 0;
}

static uint8_t kind_of(const struct medark_item_row *item)
{
	if (!medark_item_row_is_opaque(item))
		return RECORDS;
	if (item->kind != MEDARK_ITEM_OPAQUE)
		return PASSED_OVER;
	return item->size > FILE_MAX ? FILE_LARGE : FILE_WHOLE;
}

/* What is packed is told by what it held. */
static int survey_items(struct medark_sweep *s, struct medark_index *index,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_item_row item;

	s->item_count = medark_index_rows(index, MEDARK_KIND_ITEMS);
	s->items = calloc(s->item_count ? s->item_count : 1, 1);
	if (!s->items)
		return medark_error_memory(err, "the list of items");
	for (uint64_t n = 0; n < s->item_count; n++) {
		MEDARK_TRY(medark_index_item(index, (uint32_t)n, &path, &item, err));
		if (s->items[n] != PASSED_OVER)
			s->items[n] = kind_of(&item);
		if (item.has_parent && item.parent < s->item_count &&
		    strcmp(item.kind_name, "decoded:opaque") != 0)
			s->items[item.parent] = PASSED_OVER;
	}
	return 0;
}

static int survey_segments(struct medark_sweep *s, struct medark_index *index,
			   struct medark_error *err)
{
	uint32_t count = medark_manifest_segments(s->archive->manifest, MEDARK_KIND_DATA);
	struct medark_segment_row segment;
	struct medark_bytes row;

	if (medark_index_rows(index, MEDARK_KIND_SEGMENTS) != count)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index has not as many segments as the archive");
	for (uint32_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_SEGMENTS, i, &row, err));
		MEDARK_TRY(medark_segment_row_parse(row, i + 1, &segment, err));
		s->largest = segment.content > s->largest ? segment.content : s->largest;
	}
	return 0;
}

int medark_sweep_begin(struct medark_sweep *s, struct medark_error *err)
{
	struct medark_index *index;

	s->archive = s->lineage->archives[s->number];
	s->places.limit = PLACES_MAX;
	s->joined.limit = RANGES_MAX;
	medark_joins_init(&s->joins, -1);
	(void)pthread_mutex_init(&s->lock, NULL);
	s->has_lock = true;
	s->workers = calloc(MEDARK_PARALLEL_MAX, sizeof(*s->workers));
	if (!s->workers)
		return medark_error_memory(err, "reading all records");
	MEDARK_TRY(medark_archive_index(s->archive, &index, err));
	MEDARK_TRY(survey_items(s, index, err));
	MEDARK_TRY(survey_segments(s, index, err));
	return survey_patients(s, index, err);
}

/* ---- one record ---- */

/* A record, or what is no record, and where it begins or its last part does. */
struct found {
	struct medark_bytes text;
	uint32_t segment;
	uint64_t offset;
};

/* Is a place wholly in front of a record? */
static bool is_before(const struct place *place, const struct found *found)
{
	return place->segment < found->segment ||
	       (place->segment == found->segment && place->end <= found->offset);
}

static bool is_around(const struct place *place, const struct found *found)
{
	return place->segment == found->segment && place->begin <= found->offset &&
	       place->end > found->offset;
}

/* Those of places that begin before the record: few, as each is a run of one patient's records. */
static int find_owners(const struct medark_sweep *s, struct medark_sweep_worker *w,
		       const struct found *found, struct medark_error *err)
{
	const struct place *places = (const struct place *)(void *)s->places.data;
	size_t count = s->places.size / sizeof(*places);

	w->owners.size = 0;
	while (w->next < count && is_before(&places[w->next], found))
		w->next++;
	for (size_t i = w->next;
	     i < count && places[i].segment == found->segment && places[i].begin <= found->offset;
	     i++)
		if (is_around(&places[i], found))
			MEDARK_TRY(medark_buffer_add(&w->owners, &places[i].row,
						     sizeof(places[i].row), err));
	return 0;
}

/* 1 or 0; the lineage is for one thread at a time. */
static int is_superseded(struct medark_sweep *s, const struct medark_record *facts,
			 struct medark_error *err)
{
	int found;

	if (s->number + 1 >= s->lineage->count)
		return 0;
	(void)pthread_mutex_lock(&s->lock);
	found = medark_lineage_superseded_record(s->lineage, s->number, facts->type, facts->id,
						 err);
	(void)pthread_mutex_unlock(&s->lock);
	return found;
}

/* The record that w->facts are of. */
static int tell_facts(struct medark_sweep *s, unsigned worker, const struct found *found,
		      bool is_xml, struct medark_error *err)
{
	struct medark_sweep_worker *w = &s->workers[worker];
	struct medark_sweep_record record = {
		.facts = w->facts, .text = found->text, .is_xml = is_xml, .fhir = w->fhir
	};
	int code = is_superseded(s, w->facts, err);

	if (code) {
		w->superseded += code > 0;
		return code < 0 ? code : 0;
	}
	MEDARK_TRY(find_owners(s, w, found, err));
	record.owners = (const uint32_t *)(void *)w->owners.data;
	record.owner_count = w->owners.size / sizeof(uint32_t);
	w->records++;
	return s->each(s->context, worker, &record, err);
}

static int tell_record(struct medark_sweep *s, unsigned worker, const struct found *found,
		       struct medark_error *err)
{
	struct medark_sweep_worker *w = &s->workers[worker];
	struct medark_bytes none = { NULL, 0 };
	bool is_xml = medark_fhir_is_xml(found->text);
	int code = is_xml ? medark_fhir_xml(w->fhir, found->text, none, w->facts, err)
			  : medark_fhir_json(w->fhir, found->text, none, w->facts, err);

	if (code <= 0) /* white space */
		return code;
	return tell_facts(s, worker, found, is_xml, err);
}

static int tell_file(struct medark_sweep *s, unsigned worker, struct medark_bytes text,
		     struct medark_error *err)
{
	const struct medark_sweep_record record = { .text = text };

	s->workers[worker].files++;
	return s->each(s->context, worker, &record, err);
}

static int tell(struct medark_sweep *s, unsigned worker, uint8_t kind, const struct found *found,
		struct medark_error *err)
{
	if (kind == RECORDS)
		return tell_record(s, worker, found, err);
	return kind == FILE_WHOLE ? tell_file(s, worker, found->text, err) : 0;
}

/* ---- a segment ---- */

/* Tells the first of the lines, and leaves in it what belongs to it: without its LF. */
static int tell_line(struct medark_sweep *s, unsigned worker, struct found *lines,
		     struct medark_error *err)
{
	struct medark_sweep_worker *w = &s->workers[worker];
	struct medark_bytes all = lines->text;
	const uint8_t *lf;
	int code;

	if (*all.data == '{') { /* as almost all: who scans it finds its end, too */
		code = medark_fhir_json_line(w->fhir, all, &lines->text.size, w->facts, err);
		return code > 0 ? tell_facts(s, worker, lines, false, err) : code;
	}
	lf = memchr(all.data, '\n', all.size);
	if (lf)
		lines->text.size = (size_t)(lf - all.data);
	return tell_record(s, worker, lines, err);
}

static int tell_lines(struct medark_sweep *s, unsigned worker, struct found run,
		      struct medark_error *err)
{
	struct medark_bytes rest = run.text;

	while (rest.size) {
		struct found line = { .text = rest,
				      .segment = run.segment,
				      .offset = run.offset + (run.text.size - rest.size) };
		size_t passed;

		MEDARK_TRY(tell_line(s, worker, &line, err));
		passed = line.text.size + (line.text.size < rest.size);
		rest = medark_bytes(rest.data + passed, rest.size - passed);
	}
	return 0;
}

static bool is_joined(const struct medark_sweep *s, uint32_t segment, uint32_t extent)
{
	const struct joined *list = (const struct joined *)(void *)s->joined.data;

	for (size_t i = 0; i < s->joined.size / sizeof(*list); i++)
		if (list[i].segment == segment && list[i].extent == extent)
			return true;
	return false;
}

/* What the item is; MEDARK_E_FORMAT: there is no such item. */
static int item_kind(const struct medark_sweep *s, uint32_t item, uint8_t *out,
		     struct medark_error *err)
{
	if (item >= s->item_count) /* F-20 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a data segment names an item that does not exist");
	*out = s->items[item];
	return 0;
}

static int tell_extent(struct medark_sweep *s, unsigned worker, uint32_t i, uint64_t at,
		       struct medark_error *err)
{
	const struct medark_map *map = s->workers[worker].map;
	const struct medark_extent *extent = &map->extents[i];
	struct found found = { .text = medark_bytes(map->content.data + at, (size_t)extent->length),
			       .segment = s->first + worker,
			       .offset = at };
	uint8_t kind;

	MEDARK_TRY(item_kind(s, extent->item, &kind, err));
	if (extent->kind == MEDARK_EXTENT_LINES && kind == RECORDS)
		return tell_lines(s, worker, found, err);
	if (extent->kind != MEDARK_EXTENT_RECORD || is_joined(s, found.segment, i))
		return 0;
	/* What is large ends here. */
	s->workers[worker].large += kind == FILE_LARGE;
	return tell(s, worker, kind, &found, err);
}

/* The first place in this segment, or behind it. */
static size_t first_place(const struct medark_sweep *s, uint32_t segment)
{
	const struct place *places = (const struct place *)(void *)s->places.data;
	size_t low = 0, high = s->places.size / sizeof(*places);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (places[middle].segment < segment)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Piece `index` of a batch is for the loader of that number, and so for the worker. */
static int tell_segment(void *context, unsigned thread, uint64_t index, struct medark_error *err)
{
	struct medark_sweep *s = context;
	unsigned worker = (unsigned)index;
	struct medark_sweep_worker *w = &s->workers[worker];
	uint64_t at = 0, records = w->records;

	(void)thread;
	w->next = first_place(s, s->first + worker);
	for (uint32_t i = 0; i < w->map->count; i++) {
		MEDARK_TRY(tell_extent(s, worker, i, at, err));
		at += w->map->extents[i].length;
	}
	if (s->pause)
		MEDARK_TRY(s->pause(s->context, worker, err));
	return s->meter ? medark_meter_add(s->meter, at, w->records - records, 0, err) : 0;
}

static int new_worker(struct medark_sweep *s, struct medark_sweep_worker *w,
		      struct medark_error *err)
{
	w->owners.limit = OWNERS_MAX;
	MEDARK_TRY(medark_fhir_new_with(s->members, s->member_count, &w->fhir, err));
	w->facts = calloc(1, sizeof(*w->facts));
	if (!w->facts)
		return medark_error_memory(err, "a record");
	return medark_loader_new(s->archive, &w->loader, err);
}

static int load_segment(void *context, unsigned thread, uint64_t index, struct medark_error *err)
{
	struct medark_sweep *s = context;
	struct medark_sweep_worker *w = &s->workers[index];

	(void)thread; /* a map is borrowed from its loader: each piece has its own */
	if (!w->loader)
		MEDARK_TRY(new_worker(s, w, err));
	return medark_loader_load(w->loader, s->first + (uint32_t)index, &w->map, err);
}

/* ---- records in several parts, which are put together in their order ---- */

/* The last part of a record stands in a place of its patient. */
static int tell_joined(struct medark_sweep *s, unsigned worker, uint8_t kind, uint32_t extent,
		       const struct found *found, struct medark_error *err)
{
	const struct joined joined = { found->segment, extent };

	s->workers[worker].next = first_place(s, found->segment);
	MEDARK_TRY(tell(s, worker, kind, found, err));
	return medark_buffer_add(&s->joined, &joined, sizeof(joined), err);
}

static int join_segment(struct medark_sweep *s, unsigned worker, struct medark_error *err)
{
	const struct medark_map *map = s->workers[worker].map;
	uint64_t at = 0;

	for (uint32_t i = 0; i < map->count; i++) {
		const struct medark_extent *extent = &map->extents[i];
		struct medark_bytes part = { map->content.data + at, (size_t)extent->length };
		struct found found = { .segment = s->first + worker, .offset = at };
		uint8_t kind;
		int complete;

		at += extent->length;
		if (extent->kind != MEDARK_EXTENT_PART &&
		    (extent->kind != MEDARK_EXTENT_RECORD || !medark_joins_pending(&s->joins)))
			continue;
		MEDARK_TRY(item_kind(s, extent->item, &kind, err));
		if (kind != RECORDS && kind != FILE_WHOLE)
			continue;
		complete = medark_joins_add(&s->joins, extent, part, &found.text, err);
		MEDARK_TRY(complete);
		if (complete && found.text.data != part.data)
			MEDARK_TRY(tell_joined(s, worker, kind, i, &found, err));
	}
	return 0;
}

static int run_batch(struct medark_sweep *s, unsigned count, unsigned threads,
		     struct medark_error *err)
{
	struct medark_parallel job = {
		.count = count, .threads = threads, .work = load_segment, .context = s
	};

	MEDARK_TRY(medark_parallel_run(&job, err));
	s->joined.size = 0;
	for (unsigned i = 0; i < count; i++)
		MEDARK_TRY(join_segment(s, i, err));
	job.work = tell_segment;
	return medark_parallel_run(&job, err);
}

int medark_sweep_run(struct medark_sweep *s, struct medark_error *err)
{
	uint32_t count = medark_manifest_segments(s->archive->manifest, MEDARK_KIND_DATA);
	unsigned threads = medark_loader_count(s->archive, s->largest, s->threads);

	for (s->first = 1; s->first <= count; s->first += threads) {
		uint32_t left = count - s->first + 1;

		MEDARK_TRY(run_batch(s, left < threads ? left : threads, threads, err));
	}
	if (medark_joins_pending(&s->joins))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the last part of a large record is missing");
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++) {
		s->records += s->workers[i].records;
		s->superseded += s->workers[i].superseded;
		s->files += s->workers[i].files;
		s->large += s->workers[i].large;
	}
	return 0;
}
