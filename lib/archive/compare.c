/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/compare_private.h"

#include "base/hash.h"
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_MEMORY  ((size_t)64 << 20)
#define ROWS_LEAST   ((size_t)4 << 20)
#define FOUND_MEMORY ((size_t)16 << 20)
#define OWNERS_MAX   ((size_t)1 << 24)
/* Names of elements that are told apart: FHIR has about a thousand. */
#define NAMES_MAX	 4096
#define TYPE_SIZE_MAX	 256
#define ELEMENT_NAME_MAX 64

const char *medark_difference_name(enum medark_difference_kind kind)
{
	static const char *const names[MEDARK_DIFFERENCE_KINDS] = { "same", "added", "changed",
								    "gone" };

	return names[kind];
}

static void clear(struct medark_compare *c)
{
	if (!c)
		return;
	for (unsigned i = 0; c->workers && i < MEDARK_PARALLEL_MAX; i++) {
		struct medark_compare_worker *w = &c->workers[i];

		medark_sorter_free(w->rows);
		medark_normal_free(w->normal);
		medark_buffer_clear(&w->key);
		medark_buffer_clear(&w->value);
		medark_buffer_clear(&w->owners);
	}
	free(c->workers);
	medark_people_clear(&c->people);
	medark_nameset_clear(&c->names);
	medark_sorter_free(c->found);
	free(c->tallies);
	for (size_t i = 0; i < 2; i++)
		medark_lineage_free(c->sides[i].lineage);
	medark_meter_clear(&c->meter);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}
MEDARK_DEFINE_AUTO(struct medark_compare, clear)

/* ---- a row ---- */

static void shorten(struct medark_bytes text, void *out, size_t size)
{
	struct medark_digest digest;

	medark_sha256(text.data, text.size, &digest);
	memcpy(out, digest.bytes, size);
}

static uint32_t number_type(struct medark_compare *c, struct medark_bytes type)
{
	uint32_t number;

	(void)pthread_mutex_lock(&c->lock);
	number = medark_types_get(&c->types, type);
	(void)pthread_mutex_unlock(&c->lock);
	return number;
}

/* Names of FHIR are such words; another one could be anything, and is not told. */
static struct medark_bytes plain_name(struct medark_bytes quoted)
{
	struct medark_bytes name = medark_bytes(quoted.data + 1, quoted.size - 2);
	size_t i = 0;

	while (i < name.size && ((name.data[i] | 0x20) >= 'a' && (name.data[i] | 0x20) <= 'z'))
		i++;
	if (i == 0 && name.size && name.data[0] == '_')
		for (i = 1; i < name.size; i++)
			if ((name.data[i] | 0x20) < 'a' || (name.data[i] | 0x20) > 'z')
				break;
	return i == name.size && i && i <= ELEMENT_NAME_MAX ? name : medark_bytes_text("?");
}

static int number_name(struct medark_compare *c, struct medark_bytes name, uint32_t *out,
		       struct medark_error *err)
{
	int code = 0;

	(void)pthread_mutex_lock(&c->lock);
	if (!medark_nameset_find(&c->names, name, out)) {
		*out = 0; /* "?" */
		if (medark_nameset_count(&c->names) < NAMES_MAX) {
			*out = medark_nameset_count(&c->names);
			code = medark_nameset_add(&c->names, name, err);
		}
	}
	(void)pthread_mutex_unlock(&c->lock);
	return code < 0 ? code : 0;
}

static int add_elements(struct medark_compare *c, struct medark_compare_worker *w,
			const struct medark_normal_form *form, uint32_t *out_count,
			struct medark_error *err)
{
	uint32_t i;

	for (i = 0; i < form->count && i < MEDARK_COMPARE_ELEMENTS; i++) {
		struct medark_compare_element element;

		MEDARK_TRY(number_name(c, plain_name(form->elements[i].name), &element.name, err));
		shorten(form->elements[i].value, element.hash, sizeof(element.hash));
		MEDARK_TRY(medark_buffer_add(&w->value, &element, sizeof(element), err));
	}
	*out_count = i;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Numbers in order, each once; a patient may have the record in two places. */
static int add_owners(struct medark_compare *c, struct medark_compare_worker *w,
		      const struct medark_sweep_record *record, uint32_t *out_count,
		      struct medark_error *err)
{
	uint32_t *list, kept = 0;

	w->owners.size = 0;
	for (size_t i = 0; i < record->owner_count; i++)
		MEDARK_TRY(medark_buffer_add(&w->owners, &c->numbers[record->owners[i]],
					     sizeof(uint32_t), err));
	list = (uint32_t *)(void *)w->owners.data;
	if (record->owner_count > 1)
		qsort(list, record->owner_count, sizeof(*list), by_number);
	for (size_t i = 0; i < record->owner_count; i++)
		if (i == 0 || list[i] != list[kept - 1])
			list[kept++] = list[i];
	*out_count = kept;
	return medark_buffer_add(&w->value, list, kept * sizeof(*list), err);
}

/* What has no name is told apart by what it says. */
static int make_key(struct medark_compare_worker *w, struct medark_bytes type,
		    struct medark_bytes id, struct medark_compare_head *head,
		    struct medark_error *err)
{
	static const uint8_t room[MEDARK_COMPARE_PREFIX];
	struct medark_bytes name;
	uint64_t hash;

	w->key.size = 0;
	head->type_size = (uint32_t)type.size;
	head->named = type.size && id.size;
	MEDARK_TRY(medark_buffer_add(&w->key, room, sizeof(room), err));
	MEDARK_TRY(medark_buffer_add(&w->key, type.data, type.size, err));
	MEDARK_TRY(medark_buffer_add(&w->key, "/", 1, err));
	if (head->named)
		MEDARK_TRY(medark_buffer_add(&w->key, id.data, id.size, err));
	else
		MEDARK_TRY(medark_buffer_add(&w->key, head->hash, sizeof(head->hash), err));
	name = medark_bytes(w->key.data + sizeof(room), w->key.size - sizeof(room));
	hash = medark_hash(0, name);
	memcpy(w->key.data, &hash, sizeof(hash));
	return 0;
}

/* The hash, and the elements if somebody asks for them: behind the owners. */
static int add_content(struct medark_compare *c, struct medark_compare_worker *w,
		       const struct medark_sweep_record *record, struct medark_compare_head *head,
		       struct medark_error *err)
{
	struct medark_normal_form form = { .text = record->text };
	int code = 0;

	if (record->facts && !record->is_xml) {
		code = medark_normal_json(w->normal, record->text, &form, err);
		if (code < 0 && code != MEDARK_E_FORMAT)
			return code;
		if (code < 0)
			form = (struct medark_normal_form) { .text = record->text };
	}
	w->xml += record->facts && record->is_xml;
	w->faulty += record->facts && (code < 0 || !record->facts->type.size);
	shorten(form.text, head->hash, sizeof(head->hash));
	return c->found ? add_elements(c, w, &form, &head->element_count, err) : 0;
}

static int add_row(void *context, unsigned worker, const struct medark_sweep_record *record,
		   struct medark_error *err)
{
	struct medark_compare *c = context;
	struct medark_compare_worker *w = &c->workers[worker];
	struct medark_compare_head head = { .side = c->side, .type = MEDARK_COMPARE_FILE };
	struct medark_bytes type = { NULL, 0 }, id = type;

	if (record->facts && record->facts->type.size <= TYPE_SIZE_MAX)
		type = record->facts->type;
	if (record->facts) {
		head.type = number_type(c, type);
		id = record->facts->id;
	}
	w->value.size = 0;
	MEDARK_TRY(medark_buffer_add(&w->value, &head, sizeof(head), err));
	MEDARK_TRY(add_owners(c, w, record, &head.owner_count, err));
	MEDARK_TRY(add_content(c, w, record, &head, err));
	MEDARK_TRY(make_key(w, type, id, &head, err));
	memcpy(w->value.data, &head, sizeof(head));
	return medark_sorter_add(w->rows, medark_bytes(w->key.data, w->key.size),
				 medark_bytes(w->value.data, w->value.size), err);
}

/* ---- the sides ---- */

static int read_archive(struct medark_compare *c, size_t number, struct medark_compare_side *out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_sweep_clear)
	struct medark_sweep sweep = { .lineage = c->sides[c->side].lineage,
				      .number = number,
				      .threads = c->threads,
				      .meter = &c->meter,
				      .each = add_row,
				      .context = c };

	c->numbers = c->people.numbers[c->sides[c->side].first + number];
	MEDARK_TRY(medark_sweep_begin(&sweep, err));
	MEDARK_TRY(medark_sweep_run(&sweep, err));
	out->records += sweep.records;
	out->files += sweep.files + sweep.large;
	out->large += sweep.large;
	return 0;
}

static int read_side(struct medark_compare *c, uint32_t side, struct medark_compare_side *out,
		     struct medark_error *err)
{
	struct medark_lineage *lineage = c->sides[side].lineage;

	c->side = side;
	out->archives = lineage->count;
	for (size_t i = 0; i < lineage->count; i++)
		MEDARK_TRY(read_archive(c, i, out, err));
	for (unsigned i = 0; i < MEDARK_PARALLEL_MAX; i++) {
		out->xml += c->workers[i].xml;
		out->faulty += c->workers[i].faulty;
		c->workers[i].xml = 0;
		c->workers[i].faulty = 0;
	}
	return 0;
}

static int begin_side(struct medark_compare *c, uint32_t side,
		      struct medark_archive *const *archives, size_t count, size_t *out_latest,
		      struct medark_error *err)
{
	struct medark_lineage **lineage = &c->sides[side].lineage;

	if (count == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "there is no archive to compare");
	MEDARK_TRY(medark_lineage_new(archives, count, INT64_MAX, lineage, err));
	MEDARK_TRY(medark_lineage_warn(*lineage, archives, count, INT64_MAX, &c->meter, err));
	for (size_t i = 0; i < count; i++)
		if (archives[i] == (*lineage)->archives[(*lineage)->count - 1])
			*out_latest = i;
	return 0;
}

/* All archives of both sides, the old ones first. */
static int find_people(struct medark_compare *c, struct medark_error *err)
{
	const struct medark_lineage *a = c->sides[0].lineage, *b = c->sides[1].lineage;
	MEDARK_AUTO(medark_heap_free) struct medark_archive **all = NULL;
	uint64_t bytes = 0;

	c->sides[1].first = a->count;
	all = calloc(a->count + b->count, sizeof(struct medark_archive *));
	if (!all)
		return medark_error_memory(err, "a comparison");
	memcpy(all, a->archives, a->count * sizeof(*all));
	memcpy(all + a->count, b->archives, b->count * sizeof(*all));
	for (size_t i = 0; i < a->count + b->count; i++)
		bytes += all[i]->summary.bytes;
	medark_meter_total(&c->meter, bytes);
	MEDARK_TRY(medark_people_find(&c->people, all, a->count + b->count, err));
	c->tallies = calloc((size_t)c->people.count + 1, sizeof(*c->tallies));
	return c->tallies ? 0 : medark_error_memory(err, "the counts of patients");
}

static int begin_workers(struct medark_compare *c, struct medark_error *err)
{
	size_t each;
	int added;

	MEDARK_TRY(medark_parallel_check(c->request->threads, err));
	c->threads = medark_parallel_threads(c->request->threads);
	each = ROWS_MEMORY / c->threads > ROWS_LEAST ? ROWS_MEMORY / c->threads : ROWS_LEAST;
	c->workers = calloc(MEDARK_PARALLEL_MAX, sizeof(*c->workers));
	if (!c->workers)
		return medark_error_memory(err, "a comparison");
	for (unsigned i = 0; i < c->threads; i++) {
		struct medark_compare_worker *w = &c->workers[i];

		w->key = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX);
		w->value = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SORTER_VALUE_MAX);
		w->owners = (struct medark_buffer)MEDARK_BUFFER(OWNERS_MAX);
		MEDARK_TRY(medark_normal_new(&w->normal, err));
		MEDARK_TRY(medark_sorter_new(each, c->request->folder, &w->rows, err));
	}
	if (c->request->difference)
		MEDARK_TRY(medark_sorter_new(FOUND_MEMORY, c->request->folder, &c->found, err));
	MEDARK_TRY(medark_nameset_init(&c->names, err));
	added = medark_nameset_add(&c->names, medark_bytes_text("?"), err);
	return added < 0 ? added : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void fill_types(struct medark_compare *c)
{
	struct medark_compare_result *r = c->result;

	for (uint32_t i = 0; i <= c->types.count; i++) {
		const struct medark_compare_counts *counts = &c->by_type[i];
		bool is_met = false;

		for (size_t k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
			is_met = is_met || counts->of[k];
		if (!is_met)
			continue;
		(void)snprintf(r->types[r->type_count].name, sizeof(r->types->name), "%s",
			       i ? c->types.names[i] : "?");
		r->types[r->type_count++].records = *counts;
	}
	qsort(r->types, r->type_count, sizeof(*r->types), by_name);
}

static int run(struct medark_compare *c, struct medark_error *err)
{
	const struct medark_compare_request *q = c->request;
	struct medark_compare_result *r = c->result;

	MEDARK_TRY(begin_side(c, 0, q->old_archives, q->old_count, &r->old_side.latest, err));
	MEDARK_TRY(begin_side(c, 1, q->new_archives, q->new_count, &r->new_side.latest, err));
	MEDARK_TRY(find_people(c, err));
	MEDARK_TRY(begin_workers(c, err));
	MEDARK_TRY(read_side(c, 0, &r->old_side, err));
	MEDARK_TRY(read_side(c, 1, &r->new_side, err));
	MEDARK_TRY(medark_compare_match(c, err));
	fill_types(c);
	return medark_compare_tell(c, err);
}

int medark_compare_run(const struct medark_compare_request *request,
		       const struct medark_events *events, struct medark_compare_result *out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct medark_compare_result *result = NULL;
	MEDARK_AUTO(clear) struct medark_compare *c = calloc(1, sizeof(*c));

	if (!c)
		return medark_error_memory(err, "a comparison");
	c->request = request;
	medark_meter_init(&c->meter, events, "comparing", 0);
	(void)pthread_mutex_init(&c->lock, NULL);
	result = calloc(1, sizeof(*result));
	if (!result)
		return medark_error_memory(err, "a comparison");
	c->result = result;
	MEDARK_TRY(run(c, err));
	*out = *result;
	return 0;
}
