/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/scope_private.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MEMORY ((size_t)64 << 20)
#define ROWS_LEAST  ((size_t)4 << 20)
#define VALUE_MAX   ((size_t)64 << 10)

static void clear(struct medark_scope *s)
{
	if (!s)
		return;
	for (unsigned i = 0; s->workers && i < s->threads; i++) {
		struct medark_scope_worker *w = &s->workers[i];

		medark_sorter_free(w->rows);
		medark_categoriser_free(w->categoriser);
		medark_contact_clear(&w->contact);
		medark_buffer_clear(&w->value);
	}
	free(s->workers);
	medark_people_clear(&s->people);
	medark_lineage_free(s->lineage);
	medark_meter_clear(&s->meter);
	(void)pthread_mutex_destroy(&s->lock);
	free(s);
}
MEDARK_DEFINE_AUTO(struct medark_scope, clear)

/* ---- rows ---- */

static int add_row(struct medark_scope_worker *w, uint32_t patient, struct medark_error *err)
{
	uint8_t key[4];

	medark_put_be32(key, patient);
	return medark_sorter_add(w->rows, medark_bytes(key, sizeof(key)),
				 medark_bytes(w->value.data, w->value.size), err);
}

/* The run becomes a row. */
static int end_run(struct medark_scope_worker *w, struct medark_error *err)
{
	if (!w->has_run)
		return 0;
	w->has_run = false;
	w->value.size = 0;
	MEDARK_TRY(medark_buffer_add(&w->value, &w->run, sizeof(w->run), err));
	MEDARK_TRY(medark_buffer_add(&w->value, w->run_types,
				     w->run.type_count * sizeof(*w->run_types), err));
	return add_row(w, w->patient, err);
}

static struct medark_scope_count *find_count(struct medark_scope_worker *w, uint32_t type)
{
	for (uint32_t i = 0; i < w->run.type_count; i++)
		if (w->run_types[i].type == type)
			return &w->run_types[i];
	return NULL;
}

/* A record of one patient: the next of the run, or the first of another. */
static int add_to_run(struct medark_scope_worker *w, uint32_t patient, uint32_t type, uint32_t date,
		      uint64_t categories, struct medark_error *err)
{
	struct medark_scope_row *run = &w->run;
	struct medark_scope_count *count;

	if (w->has_run && w->patient != patient)
		MEDARK_TRY(end_run(w, err));
	count = w->has_run ? find_count(w, type) : NULL;
	if (w->has_run && !count && run->type_count == MEDARK_SCOPE_RUN_TYPES)
		MEDARK_TRY(end_run(w, err));
	if (!w->has_run) {
		*run = (struct medark_scope_row) { .records = 0 };
		w->patient = patient;
		w->has_run = true;
	}
	if (!count) {
		count = &w->run_types[run->type_count++];
		*count = (struct medark_scope_count) { .type = type };
	}
	count->records++;
	run->records++;
	run->categories |= categories;
	if (date && (!run->first || date < run->first))
		run->first = date;
	run->last = date > run->last ? date : run->last;
	return 0;
}

/* ---- what is in scope ---- */

/* Of a date whose month or day is not known, the first and the last that it can be. */
static bool may_lie_in(const struct medark_scope *s, uint32_t date)
{
	uint32_t first = date, last = date;

	if (date % 10000 / 100 == 0) {
		first += 100;
		last += 1200;
	}
	if (date % 100 == 0) {
		first += 1;
		last += 31;
	}
	return last >= s->since && first <= s->until;
}

static bool is_wanted_type(const struct medark_scope *s, struct medark_bytes type)
{
	const struct medark_scope_request *q = s->request;

	for (size_t i = 0; i < q->type_count; i++)
		if (medark_bytes_is(type, q->types[i]))
			return true;
	return !q->type_count;
}

static uint32_t number_type(struct medark_scope *s, struct medark_scope_worker *w,
			    struct medark_bytes type)
{
	uint16_t own = medark_types_get(&w->types, type);

	if (w->numbers[own])
		return w->numbers[own] - 1u;
	(void)pthread_mutex_lock(&s->lock);
	w->numbers[own] = (uint16_t)(medark_types_get(&s->types, type) + 1);
	(void)pthread_mutex_unlock(&s->lock);
	return w->numbers[own] - 1u;
}

/* ---- a record ---- */

/* Who works there, and others who are no patients. */
static bool is_staff(struct medark_bytes type)
{
	return medark_bytes_is(type, "Practitioner") || medark_bytes_is(type, "PractitionerRole") ||
	       medark_bytes_is(type, "Person") || medark_bytes_is(type, "RelatedPerson");
}

static void count(struct medark_scope_worker *w, uint32_t type, uint64_t categories)
{
	w->records++;
	w->by_type[type]++;
	for (; categories; categories &= categories - 1) /* without the lowest bit */
		w->by_category[__builtin_ctzll(categories)]++;
}

static int add_contact(struct medark_scope_worker *w, const struct medark_sweep_record *record,
		       struct medark_scope_row *row, struct medark_error *err)
{
	const struct medark_buffer *texts[] = { &w->contact.address, &w->contact.phone,
						&w->contact.email };
	int code = medark_contact_read(record->fhir, &w->contact, err);

	if (code == MEDARK_E_FORMAT) /* it has none that can be read */
		return 0;
	MEDARK_TRY(code);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		row->sizes[i + 1] = (uint32_t)texts[i]->size;
		MEDARK_TRY(medark_buffer_add(&w->value, texts[i]->data, texts[i]->size, err));
	}
	return 0;
}

/* A Patient resource is a row of its own: whether it counts is known when all was read. */
static int add_patient(struct medark_scope *s, struct medark_scope_worker *w,
		       const struct medark_sweep_record *record, uint64_t categories,
		       struct medark_error *err)
{
	const struct medark_record *facts = record->facts;
	struct medark_scope_row row = { .categories = categories,
					.is_patient = 1,
					.is_only = record->owner_count == 1,
					.is_xml = record->is_xml,
					.counts = is_wanted_type(s, facts->type),
					.sizes = { (uint32_t)facts->id.size } };

	w->value.size = 0;
	MEDARK_TRY(medark_buffer_add(&w->value, &row, sizeof(row), err));
	MEDARK_TRY(medark_buffer_add(&w->value, facts->id.data, facts->id.size, err));
	if (s->request->patient && !record->is_xml)
		MEDARK_TRY(add_contact(w, record, &row, err));
	memcpy(w->value.data, &row, sizeof(row));
	for (size_t i = 0; i < record->owner_count; i++)
		MEDARK_TRY(add_row(w, s->numbers[record->owners[i]], err));
	return 0;
}

/* The day by which a record is in scope or not; 0: it has none. */
static uint32_t day_of(const struct medark_record *facts)
{
	return facts->date ? facts->date : facts->updated;
}

static int add_record(void *context, unsigned worker, const struct medark_sweep_record *record,
		      struct medark_error *err)
{
	struct medark_scope *s = context;
	struct medark_scope_worker *w = &s->workers[worker];
	const struct medark_record *facts = record->facts;
	const struct medark_fhir *fhir = record->is_xml ? NULL : record->fhir;
	uint64_t categories;
	uint32_t type;

	if (!facts)
		return 0;
	w->xml += record->is_xml;
	if (!record->owner_count) {
		w->outside += is_wanted_type(s, facts->type);
		w->staff += is_wanted_type(s, facts->type) && is_staff(facts->type);
		return 0;
	}
	if (facts->is_patient) {
		categories = medark_categoriser_find(w->categoriser, facts->type, fhir);
		return add_patient(s, w, record, categories, err);
	}
	if (!is_wanted_type(s, facts->type))
		return 0;
	if (s->is_limited && !day_of(facts)) {
		w->undated++;
		return 0;
	}
	if (s->is_limited && !may_lie_in(s, day_of(facts)))
		return 0;
	type = number_type(s, w, facts->type);
	categories = medark_categoriser_find(w->categoriser, facts->type, fhir);
	count(w, type, categories);
	for (size_t i = 0; i < record->owner_count; i++)
		MEDARK_TRY(add_to_run(w, s->numbers[record->owners[i]], type, facts->date,
				      categories, err));
	return 0;
}

static int end_segment(void *context, unsigned worker, struct medark_error *err)
{
	struct medark_scope *s = context;

	return end_run(&s->workers[worker], err);
}

/* ---- all ---- */

static int read_archive(struct medark_scope *s, size_t number, struct medark_error *err)
{
	MEDARK_AUTO(medark_sweep_clear)
	struct medark_sweep sweep = { .lineage = s->lineage,
				      .number = number,
				      .threads = s->threads,
				      .meter = &s->meter,
				      .members = medark_category_key_names,
				      .member_count = MEDARK_CATEGORY_KEYS,
				      .each = add_record,
				      .pause = end_segment,
				      .context = s };

	s->numbers = s->people.numbers[number];
	MEDARK_TRY(medark_sweep_begin(&sweep, err));
	MEDARK_TRY(medark_sweep_run(&sweep, err));
	s->result->files += sweep.files + sweep.large;
	return 0;
}

static void add_up(struct medark_scope *s)
{
	struct medark_scope_result *r = s->result;

	for (unsigned i = 0; i < s->threads; i++) {
		const struct medark_scope_worker *w = &s->workers[i];

		r->records += w->records;
		r->undated += w->undated;
		r->outside += w->outside;
		r->staff += w->staff;
		r->xml += w->xml;
		for (size_t k = 0; k <= MEDARK_TYPES_MAX; k++)
			s->by_type[k] += w->by_type[k];
		for (size_t k = 0; k < MEDARK_CATEGORIES; k++)
			r->categories[k].records += w->by_category[k];
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void fill_types(struct medark_scope *s)
{
	struct medark_scope_result *r = s->result;

	for (uint32_t i = 0; i <= s->types.count; i++) {
		if (!s->by_type[i])
			continue;
		(void)snprintf(r->types[r->type_count].name, sizeof(r->types->name), "%s",
			       i ? s->types.names[i] : "?");
		r->types[r->type_count++].records = s->by_type[i];
	}
	qsort(r->types, r->type_count, sizeof(*r->types), by_name);
}

static int begin_workers(struct medark_scope *s, struct medark_error *err)
{
	size_t each;

	MEDARK_TRY(medark_parallel_check(s->request->threads, err));
	s->threads = medark_parallel_threads(s->request->threads);
	each = ROWS_MEMORY / s->threads > ROWS_LEAST ? ROWS_MEMORY / s->threads : ROWS_LEAST;
	s->workers = calloc(s->threads, sizeof(*s->workers));
	if (!s->workers)
		return medark_error_memory(err, "the counts of records");
	for (unsigned i = 0; i < s->threads; i++) {
		struct medark_scope_worker *w = &s->workers[i];

		w->contact = (struct medark_contact)MEDARK_CONTACT;
		w->value = (struct medark_buffer)MEDARK_BUFFER_SECRET(VALUE_MAX);
		MEDARK_TRY(medark_categoriser_new(&w->categoriser, err));
		MEDARK_TRY(medark_sorter_new(each, s->request->folder, &w->rows, err));
	}
	return 0;
}

static int begin_archives(struct medark_scope *s, struct medark_error *err)
{
	const struct medark_scope_request *q = s->request;
	struct medark_scope_result *r = s->result;
	uint64_t bytes = 0;

	if (!q->count)
		return medark_error_set(err, MEDARK_E_USAGE, "there is no archive");
	MEDARK_TRY(medark_lineage_new(q->archives, q->count, INT64_MAX, &s->lineage, err));
	MEDARK_TRY(
		medark_lineage_warn(s->lineage, q->archives, q->count, INT64_MAX, &s->meter, err));
	r->archives = s->lineage->count;
	r->complete = true;
	for (size_t i = 0; i < s->lineage->count; i++) {
		bytes += s->lineage->archives[i]->summary.bytes;
		r->complete = r->complete && s->lineage->archives[i]->summary.complete;
	}
	for (size_t i = 0; i < q->count; i++)
		if (q->archives[i] == s->lineage->archives[s->lineage->count - 1])
			r->latest = i;
	medark_meter_total(&s->meter, bytes);
	return medark_people_find(&s->people, s->lineage->archives, s->lineage->count, err);
}

/* "2026-11-29" as 20261129. */
static int read_day(const char *text, uint32_t *out, struct medark_error *err)
{
	uint32_t value = 0;

	for (size_t i = 0; i < 10; i++) {
		if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || text[i] > '9')
			return medark_error_set(err, MEDARK_E_USAGE,
						"a day is written as YYYY-MM-DD");
		if (text[i] != '-')
			value = 10 * value + (uint32_t)(text[i] - '0');
	}
	*out = value;
	return 0;
}

static int begin(struct medark_scope *s, struct medark_error *err)
{
	const struct medark_scope_request *q = s->request;

	s->until = UINT32_MAX;
	s->is_limited = q->since || q->until;
	MEDARK_TRY(read_day(q->today, &s->today, err));
	if (q->since)
		MEDARK_TRY(read_day(q->since, &s->since, err));
	if (q->until)
		MEDARK_TRY(read_day(q->until, &s->until, err));
	MEDARK_TRY(begin_archives(s, err));
	return begin_workers(s, err);
}

int medark_scope_run(const struct medark_scope_request *request, const struct medark_events *events,
		     struct medark_scope_result *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct medark_scope_result *result = NULL;
	MEDARK_AUTO(clear) struct medark_scope *s = calloc(1, sizeof(*s));

	if (!s)
		return medark_error_memory(err, "the counts of records");
	s->request = request;
	medark_meter_init(&s->meter, events, "counting", 0);
	(void)pthread_mutex_init(&s->lock, NULL);
	result = calloc(1, sizeof(*result));
	if (!result)
		return medark_error_memory(err, "the counts of records");
	s->result = result;
	MEDARK_TRY(begin(s, err));
	for (size_t i = 0; i < s->lineage->count; i++)
		MEDARK_TRY(read_archive(s, i, err));
	add_up(s);
	MEDARK_TRY(medark_scope_people(s, err));
	fill_types(s);
	*out = *result;
	return 0;
}
