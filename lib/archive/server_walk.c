/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_walk.h"

#include "archive/nameset.h"
#include "archive/patient_find.h"
#include "base/secret.h"
#include "live/rewrite.h"

#include <stdlib.h>
#include <string.h>

#define RANGES_MAX (1u << 30)
/* Places that are looked up before they are read. */
#define BATCH ((size_t)1 << 20)
/* How far references are followed: an organisation, the one it is part of, and so on. */
#define DEPTH_MAX 8
#define NAME_ROOM 512
#define TYPE_ROOM 1024

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
	medark_rowset_clear(&w->rows);
	medark_buffer_clear(&w->outside);
	medark_buffer_clear(&w->path);
}

int medark_walk_begin(struct medark_walk *w, struct medark_error *err)
{
	uint64_t rows;

	w->archive = w->lineage->archives[w->number];
	w->outside.limit = RANGES_MAX;
	w->path.limit = MEDARK_PATH_MAX;
	MEDARK_TRY(medark_archive_index(w->archive, &w->index, err));
	MEDARK_TRY(medark_fhir_new(&w->fhir, err));
	MEDARK_TRY(medark_cut_cache_new(w->archive, &w->cache, err));
	w->facts = calloc(1, sizeof(*w->facts));
	if (!w->facts)
		return medark_error_memory(err, "a record");
	rows = medark_index_rows(w->index, MEDARK_KIND_PATIENTS);
	MEDARK_TRY(medark_rowset_init(&w->rows, rows, w->patient_count == 0, err));
	for (size_t i = 0; i < w->patient_count; i++) {
		int code = medark_patient_find(w->index, medark_bytes_text(w->patients[i]), i + 1,
					       &w->rows, err);

		if (code < 0 && w->out_refused)
			*w->out_refused = i;
		MEDARK_TRY(code);
	}
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
	struct medark_bytes row;

	if (w->item == (uint64_t)number + 1)
		return 0;
	if (number >= medark_index_rows(w->index, MEDARK_KIND_ITEMS))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a data segment names an item that does not exist");
	MEDARK_TRY(medark_index_row(w->index, MEDARK_KIND_ITEMS, number, &row, err));
	MEDARK_TRY(medark_item_row_parse(row, number, &w->path, &item, err));
	w->item = (uint64_t)number + 1;
	w->is_opaque =
		item.kind == MEDARK_ITEM_OPAQUE || strcmp(item.kind_name, "decoded:opaque") == 0;
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

/* `cached`: few places, near to those before. */
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

	return count ? medark_cut_run(&cut, ranges, medark_ranges_merge(ranges, count), err) : 0;
}

/* ---- the table of what stands outside ---- */

/* Row `at`: its name, and its places behind those in `places`. */
static int read_row(struct medark_walk *w, uint64_t at, struct medark_bytes *out_name,
		    struct medark_buffer *places, struct medark_error *err)
{
	struct medark_bytes row, f[2];
	struct medark_range range;
	int more;

	MEDARK_TRY(medark_index_row(w->index, MEDARK_KIND_OUTSIDE, at, &row, err));
	if (!medark_row_split(row, f, 2))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index's table outside is malformed");
	*out_name = f[0];
	if (!places)
		return 0;
	while ((more = medark_range_next(&f[1], &range, err)) == 1)
		MEDARK_TRY(medark_buffer_add(places, &range, sizeof(range), err));
	return more;
}

/* The rows of a type: from its first to before *out_end. */
static int find_type(struct medark_walk *w, struct medark_bytes type, uint64_t *out_first,
		     uint64_t *out_end, struct medark_error *err)
{
	uint8_t key[TYPE_ROOM];

	if (type.size + 1 > sizeof(key))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index's table outside is malformed");
	memcpy(key, type.data, type.size);
	key[type.size] = '/';
	MEDARK_TRY(medark_index_lower(w->index, MEDARK_KIND_OUTSIDE,
				      medark_bytes(key, type.size + 1), out_first, err));
	key[type.size] = '/' + 1; /* behind all that begins so */
	return medark_index_lower(w->index, MEDARK_KIND_OUTSIDE, medark_bytes(key, type.size + 1),
				  out_end, err);
}

static int read_type(struct medark_walk *w, struct medark_bytes type, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(RANGES_MAX);
	struct medark_bytes name;
	uint64_t at, end;

	MEDARK_TRY(find_type(w, type, &at, &end, err));
	while (at < end) {
		places.size = 0;
		for (; at < end && places.size < BATCH * sizeof(struct medark_range); at++)
			MEDARK_TRY(read_row(w, at, &name, &places, err));
		MEDARK_TRY(read_places(w, &places, false, err));
	}
	return take_a_break(w, true, err);
}

/* The type of the row; `out` holds its bytes. */
static int type_at(struct medark_walk *w, uint64_t at, uint8_t out[TYPE_ROOM],
		   struct medark_bytes *out_type, struct medark_error *err)
{
	struct medark_bytes name;
	const uint8_t *slash;

	MEDARK_TRY(read_row(w, at, &name, NULL, err));
	slash = name.size ? memchr(name.data, '/', name.size) : NULL;
	if (!slash || slash - name.data >= TYPE_ROOM)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index's table outside is malformed");
	*out_type = medark_bytes(out, (size_t)(slash - name.data));
	memcpy(out, name.data, out_type->size);
	return 0;
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
	uint64_t rows = medark_index_rows(w->index, MEDARK_KIND_OUTSIDE), at = 0, first;
	uint8_t text[TYPE_ROOM];
	struct medark_bytes type;

	for (size_t i = 0; i < FIRST_COUNT; i++)
		MEDARK_TRY(read_type(w, medark_bytes_text(first_types[i]), err));
	while (at < rows) {
		uint64_t begin = at;

		MEDARK_TRY(type_at(w, at, text, &type, err));
		MEDARK_TRY(find_type(w, type, &first, &at, err));
		if (at <= begin)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"the index's table outside is not in order");
		if (!is_first(type))
			MEDARK_TRY(read_type(w, type, err));
	}
	return 0;
}

/* ---- what the patients' records lead to ---- */

struct follower {
	struct medark_walk *w;
	struct medark_nameset names; /* "Type/id" that was looked for */
	struct medark_buffer found;  /* places of what was found among them in this step */
};

static void follower_clear(struct follower *f)
{
	medark_nameset_clear(&f->names);
	medark_buffer_clear(&f->found);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct follower, follower_clear)

static int look_for(struct follower *f, struct medark_bytes type, struct medark_bytes id,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer key = MEDARK_BUFFER(8 * NAME_ROOM);
	struct medark_bytes name;
	uint64_t at;
	int code;

	if (type.size + id.size > NAME_ROOM)
		return 0;
	MEDARK_TRY(medark_row_encode(type, &key, err));
	MEDARK_TRY(medark_buffer_text(&key, "/", err));
	MEDARK_TRY(medark_row_encode(id, &key, err));
	code = medark_nameset_add(&f->names, medark_bytes(key.data, key.size), err);
	if (code <= 0) /* a failure, or known */
		return code;
	MEDARK_TRY(medark_index_lower(f->w->index, MEDARK_KIND_OUTSIDE,
				      medark_bytes(key.data, key.size), &at, err));
	if (at == medark_index_rows(f->w->index, MEDARK_KIND_OUTSIDE))
		return 0;
	MEDARK_TRY(read_row(f->w, at, &name, NULL, err));
	return medark_bytes_equal(name, medark_bytes(key.data, key.size))
		       ? read_row(f->w, at, &name, &f->found, err)
		       : 0;
}

/* A URN names no type: each that stands outside is tried. */
static int look_for_urn(struct follower *f, struct medark_bytes id, struct medark_error *err)
{
	uint64_t rows = medark_index_rows(f->w->index, MEDARK_KIND_OUTSIDE), at = 0, first;
	uint8_t text[TYPE_ROOM];
	struct medark_bytes type;

	while (at < rows) {
		uint64_t begin = at;

		MEDARK_TRY(type_at(f->w, at, text, &type, err));
		MEDARK_TRY(look_for(f, type, id, err));
		MEDARK_TRY(find_type(f->w, type, &first, &at, err));
		if (at <= begin)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"the index's table outside is not in order");
	}
	return 0;
}

static int follow_one(void *context, const struct medark_rewrite_target *target,
		      struct medark_buffer *none, struct medark_error *err)
{
	struct follower *f = context;

	(void)none;
	return target->type.size ? look_for(f, target->type, target->id, err)
				 : look_for_urn(f, target->id, err);
}

static int follow(void *context, const struct medark_walk_record *record, struct medark_error *err)
{
	struct follower *f = context;
	const struct medark_rewrite walk = { .base = f->w->base, .map = follow_one, .context = f };

	if (record->is_xml || record->facts->fault)
		return 0;
	return medark_rewrite_run(record->text, &walk, NULL, err);
}

static int read_patients(struct medark_walk *w, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = MEDARK_BUFFER(RANGES_MAX);

	MEDARK_TRY(medark_patient_places(w->index, &w->rows, &places, err));
	return read_places(w, &places, false, err);
}

static int follow_all(struct follower *f, struct medark_error *err)
{
	MEDARK_TRY(read_patients(f->w, err));
	for (int depth = 0; depth < DEPTH_MAX && f->found.size; depth++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer places = f->found;

		f->found = (struct medark_buffer)MEDARK_BUFFER(RANGES_MAX);
		MEDARK_TRY(medark_buffer_add(&f->w->outside, places.data, places.size, err));
		MEDARK_TRY(read_places(f->w, &places, false, err));
	}
	f->w->has_outside = true;
	return 0;
}

static int find_outside(struct medark_walk *w, struct medark_error *err)
{
	MEDARK_AUTO(follower_clear)
	struct follower f = { .w = w, .found = MEDARK_BUFFER(RANGES_MAX) };
	const struct medark_walk_listener kept = w->listener;
	int code;

	MEDARK_TRY(medark_nameset_init(&f.names, err));
	w->listener = (struct medark_walk_listener) { .each = follow, .context = &f };
	code = follow_all(&f, err);
	w->listener = kept;
	return code;
}

int medark_walk_outside(struct medark_walk *w, struct medark_error *err)
{
	if (!w->patient_count)
		return read_all_outside(w, err);
	if (!w->has_outside)
		MEDARK_TRY(find_outside(w, err));
	MEDARK_TRY(read_places(w, &w->outside, false, err));
	return take_a_break(w, true, err);
}

/* ---- patients, and all ---- */

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
	uint64_t count = w->patient_count ? 0 : medark_index_rows(w->index, MEDARK_KIND_ITEMS);
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

	if (!w->patient_count) {
		MEDARK_TRY(add_segments(w, &places, err));
	} else {
		MEDARK_TRY(medark_patient_places(w->index, &w->rows, &places, err));
		MEDARK_TRY(medark_buffer_add(&places, w->outside.data, w->outside.size, err));
	}
	MEDARK_TRY(read_places(w, &places, false, err));
	return take_a_break(w, true, err);
}
