/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/record_find.h"

#include "archive/cut.h"
#include "archive/patient_find.h"
#include "archive/referrers.h"
#include "archive/types.h"
#include "base/hash.h"
#include "base/secret.h"
#include "crypto/random.h"
#include "record/compartment.h"
#include "record/fhir.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the names of one archive, and of all: for some hundred million records. */
#define ENTRIES_MAX ((size_t)4 << 30)
#define PLACES_MAX  ((size_t)8 << 30)
#define RANGES_MAX  ((size_t)1 << 30)
#define HOLDERS_MAX ((size_t)1 << 29) /* a bit for each patient there can be */
#define NAME_ROOM   1536

struct medark_record_find {
	atomic_bool complete;
	uint64_t seed;
	struct medark_buffer entries; /* uint64_t: 32 bits of a hash, then the patient's number */
	struct medark_types types;
	struct medark_buffer holders[MEDARK_TYPES_MAX + 1]; /* of each type: a bit for a patient */
	struct medark_referrers referrers;
};

void medark_record_find_free(struct medark_record_find *find)
{
	if (!find)
		return;
	medark_buffer_clear(&find->entries);
	for (size_t i = 0; i <= MEDARK_TYPES_MAX; i++)
		medark_buffer_clear(&find->holders[i]);
	medark_referrers_clear(&find->referrers);
	free(find);
}

int medark_record_find_new(struct medark_record_find **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_record_find_free)
	struct medark_record_find *find = calloc(1, sizeof(*find));

	if (!find)
		return medark_error_memory(err, "the names of records");
	find->entries = (struct medark_buffer)MEDARK_BUFFER(ENTRIES_MAX);
	for (size_t i = 0; i <= MEDARK_TYPES_MAX; i++)
		find->holders[i] = (struct medark_buffer)MEDARK_BUFFER(HOLDERS_MAX);
	medark_referrers_init(&find->referrers);
	MEDARK_TRY(medark_random(&find->seed, sizeof(find->seed), err));
	*out = MEDARK_TAKE(find);
	return 0;
}

/* ---- reading the names ---- */

/* Where records of a patient stand: from `begin` to before `end` in the content of a segment. */
struct place {
	uint32_t segment, begin, end, row;
};

struct fill {
	struct medark_record_find *find;
	struct medark_lineage *lineage;
	size_t at;		     /* the archive of it */
	uint64_t first;		     /* number of that archive's first patient */
	struct medark_buffer places; /* struct place, in order */
	size_t next; /* of the places: all before it end before the record at hand */
	struct medark_fhir *fhir;
	struct medark_record *record;
	const struct medark_record_find_watch *watch;
	struct medark_buffer owners; /* uint64_t: whose record the one at hand is */
};

static void fill_clear(struct fill *f)
{
	medark_buffer_clear(&f->owners);
	medark_buffer_clear(&f->places);
	medark_fhir_free(f->fhir);
	if (f->record)
		medark_secret_wipe(f->record, sizeof(*f->record));
	free(f->record);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct fill, fill_clear)

static int check_stop(const struct fill *f, struct medark_error *err)
{
	if (f->watch->is_stopping && f->watch->is_stopping(f->watch->context))
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "stopped");
	return 0;
}

static int add_row(struct fill *f, struct medark_index *index, uint64_t row,
		   struct medark_buffer *ranges, struct medark_error *err)
{
	ranges->size = 0;
	MEDARK_TRY(medark_patient_row_places(index, row, ranges, err));
	for (size_t i = 0; i < ranges->size / sizeof(struct medark_range); i++) {
		const struct medark_range *r =
			(const struct medark_range *)(void *)ranges->data + i;
		struct place place = { .segment = r->segment,
				       .begin = (uint32_t)r->offset,
				       .end = (uint32_t)(r->offset + r->length),
				       .row = (uint32_t)row };

		if (r->offset + r->length > UINT32_MAX)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"the index names a place outside of a segment");
		MEDARK_TRY(medark_buffer_add(&f->places, &place, sizeof(place), err));
	}
	return 0;
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

/* Where the patients of the archive at hand have their records. */
static int survey(struct fill *f, struct medark_index *index, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer ranges = MEDARK_BUFFER(RANGES_MAX);
	uint64_t rows = medark_index_rows(index, MEDARK_KIND_PATIENTS);

	f->places.size = 0;
	f->next = 0;
	if (f->first + rows > UINT32_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"the archives have too many patients");
	for (uint64_t row = 0; row < rows; row++) {
		if (row % 1024 == 0)
			MEDARK_TRY(check_stop(f, err));
		MEDARK_TRY(add_row(f, index, row, &ranges, err));
	}
	if (f->places.size)
		qsort(f->places.data, f->places.size / sizeof(struct place), sizeof(struct place),
		      by_place);
	return 0;
}

/* 32 bits of the name's hash, in the upper half; 0 if it has no name that can be asked for. */
static bool hash_name(const struct medark_record_find *find, struct medark_bytes type,
		      struct medark_bytes id, uint64_t *out)
{
	uint8_t name[NAME_ROOM];

	if (!type.size || !id.size || type.size + id.size + 1 > sizeof(name))
		return false;
	memcpy(name, type.data, type.size);
	name[type.size] = '/';
	memcpy(name + type.size + 1, id.data, id.size);
	*out = medark_hash(find->seed, medark_bytes(name, type.size + id.size + 1)) &
	       ~(uint64_t)UINT32_MAX;
	return true;
}

/* Is a place wholly in front of a record? */
static bool is_before(const struct place *place, const struct medark_cut_record *cut)
{
	return place->segment < cut->segment ||
	       (place->segment == cut->segment && place->end <= cut->offset);
}

static bool is_around(const struct place *place, const struct medark_cut_record *cut)
{
	return place->segment == cut->segment && place->begin <= cut->offset;
}

static int note_holder(struct medark_buffer *holders, uint64_t patient, struct medark_error *err)
{
	size_t at = (size_t)(patient / 8), more = at < holders->size ? 0 : at + 1 - holders->size;

	if (more) {
		MEDARK_TRY(medark_buffer_reserve(holders, more, err));
		memset(holders->data + holders->size, 0, more);
		holders->size += more;
	}
	holders->data[at] |= (uint8_t)(1 << patient % 8);
	return 0;
}

/* An entry for each patient whose record it is: records stand in the order of the places. */
static int add_entries(struct fill *f, const struct medark_cut_record *cut,
		       struct medark_error *err)
{
	struct medark_record_find *find = f->find;
	const struct place *places = (const struct place *)(void *)f->places.data;
	size_t count = f->places.size / sizeof(*places);
	uint64_t hash = 0, entry, owner;
	bool has_name = hash_name(find, f->record->type, f->record->id, &hash);
	uint16_t type = medark_types_get(&find->types, f->record->type);

	f->owners.size = 0;
	while (f->next < count && is_before(&places[f->next], cut))
		f->next++;
	for (size_t i = f->next; i < count && is_around(&places[i], cut); i++) {
		if (is_before(&places[i], cut))
			continue;
		find->types.records[type]++;
		owner = f->first + places[i].row;
		entry = hash | owner;
		MEDARK_TRY(note_holder(&find->holders[type], owner, err));
		MEDARK_TRY(medark_buffer_add(&f->owners, &owner, sizeof(owner), err));
		if (has_name)
			MEDARK_TRY(medark_buffer_add(&find->entries, &entry, sizeof(entry), err));
		if (f->watch->each)
			MEDARK_TRY(f->watch->each(f->watch->context, f->record, cut->text, owner,
						  err));
	}
	return 0;
}

/* What is of no compartment, whatever its record says, needs no pair: whoever looks for what refers
 * to it looks everywhere. */
static bool may_be_owned(struct medark_bytes type)
{
	const struct medark_compartment *row = medark_compartment_find(type);

	return (row && row->count) || medark_bytes_is(type, "Patient");
}

/* A reference of the record at hand. */
static int add_referrer(void *context, struct medark_bytes type, struct medark_bytes id,
			struct medark_error *err)
{
	struct fill *f = context;
	const uint64_t *owners = (const uint64_t *)(const void *)f->owners.data;
	uint64_t hash;

	if (!hash_name(f->find, type, id, &hash))
		return 0;
	for (size_t i = 0; i < f->owners.size / sizeof(*owners); i++) {
		uint64_t pair = hash | owners[i];

		if (medark_referrers_is_recent(&f->find->referrers, pair) || !may_be_owned(type))
			continue;
		MEDARK_TRY(medark_referrers_add(&f->find->referrers, pair, err));
	}
	return 0;
}

/* The facts of the record at hand are gone after this. */
static int add_referrers(struct fill *f, const struct medark_cut_record *cut,
			 struct medark_error *err)
{
	int code;

	if (cut->xml || !f->owners.size)
		return 0;
	code = medark_fhir_references_quickly(f->fhir, cut->text, add_referrer, f, err);
	/* Of a record that is not well-formed no reference is followed. */
	return code == MEDARK_E_FORMAT ? 0 : code;
}

static int take_name(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct fill *f = context;
	struct medark_bytes none = { NULL, 0 };
	int found = cut->xml ? medark_fhir_xml(f->fhir, cut->text, none, f->record, err)
			     : medark_fhir_json(f->fhir, cut->text, none, f->record, err);

	if (found <= 0)
		return found;
	MEDARK_TRY(check_stop(f, err));
	found = medark_lineage_superseded_record(f->lineage, f->at, f->record->type, f->record->id,
						 err);
	if (found)
		return found < 0 ? found : 0;
	MEDARK_TRY(add_entries(f, cut, err));
	return add_referrers(f, cut, err);
}

static int fill_archive(struct fill *f, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer all = MEDARK_BUFFER(RANGES_MAX);
	struct medark_archive *archive = f->lineage->archives[f->at];
	const struct medark_cut cut = {
		.archive = archive, .folder = -1, .each = take_name, .context = f
	};
	struct medark_index *index;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	MEDARK_TRY(survey(f, index, err));
	MEDARK_TRY(medark_cut_places(archive, &all, err));
	MEDARK_TRY(medark_cut_run(&cut, (const struct medark_range *)(void *)all.data,
				  all.size / sizeof(struct medark_range), err));
	f->first += medark_index_rows(index, MEDARK_KIND_PATIENTS);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int medark_record_find_fill(struct medark_record_find *find, struct medark_lineage *lineage,
			    const struct medark_record_find_watch *watch, struct medark_error *err)
{
	MEDARK_AUTO(fill_clear)
	struct fill f = { .find = find,
			  .lineage = lineage,
			  .places = MEDARK_BUFFER(PLACES_MAX),
			  .owners = MEDARK_BUFFER(PLACES_MAX),
			  .watch = watch };

	MEDARK_TRY(medark_fhir_new(&f.fhir, err));
	f.record = calloc(1, sizeof(*f.record));
	if (!f.record)
		return medark_error_memory(err, "a record");
	for (f.at = 0; f.at < lineage->count; f.at++)
		MEDARK_TRY(fill_archive(&f, err));
	if (find->entries.size)
		qsort(find->entries.data, find->entries.size / sizeof(uint64_t), sizeof(uint64_t),
		      by_value);
	MEDARK_TRY(medark_referrers_seal(&find->referrers,
					 (const uint64_t *)(void *)find->entries.data,
					 find->entries.size / sizeof(uint64_t), err));
	if (watch->sealed)
		watch->sealed(watch->context);
	atomic_store(&find->complete, true);
	return 0;
}

/* ---- asking ---- */

bool medark_record_find_is_complete(const struct medark_record_find *find)
{
	return atomic_load(&find->complete);
}

uint64_t medark_record_find_count(const struct medark_record_find *find, struct medark_bytes type)
{
	for (uint32_t i = 1; i <= find->types.count; i++)
		if (medark_bytes_is(type, find->types.names[i]))
			return find->types.records[i];
	return 0;
}

bool medark_record_find_may_hold(const struct medark_record_find *find, struct medark_bytes type,
				 uint64_t patient)
{
	const struct medark_types *types = &find->types;
	size_t at = (size_t)(patient / 8);

	for (uint32_t i = 1; i <= types->count; i++)
		if (medark_bytes_is(type, types->names[i]))
			return at < find->holders[i].size &&
			       find->holders[i].data[at] >> patient % 8 & 1;
	return types->count == MEDARK_TYPES_MAX; /* some types were not told apart any more */
}

/* The number behind the name's hash in pair *at of those of the name. */
static bool next_pair(const struct medark_buffer *pairs, uint64_t hash, size_t *at,
		      uint64_t *out_patient)
{
	const uint64_t *list = (const uint64_t *)(const void *)pairs->data;
	size_t low = 0, high = pairs->size / sizeof(*list);
	size_t count = high;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	low += *at;
	if (low >= count || (list[low] ^ hash) >> 32)
		return false;
	*at += 1;
	*out_patient = list[low] & UINT32_MAX;
	return true;
}

bool medark_record_find_next(const struct medark_record_find *find, struct medark_bytes type,
			     struct medark_bytes id, size_t *at, uint64_t *out_patient)
{
	uint64_t hash;

	return hash_name(find, type, id, &hash) && next_pair(&find->entries, hash, at, out_patient);
}

bool medark_record_find_referrer(const struct medark_record_find *find, struct medark_bytes type,
				 struct medark_bytes id, size_t *at, uint64_t *out_patient)
{
	uint64_t hash;

	return hash_name(find, type, id, &hash) &&
	       next_pair(&find->referrers.pairs, hash, at, out_patient);
}
