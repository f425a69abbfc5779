/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/patient_row.h"
#include "archive/scope_private.h"
#include "record/bsn.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048

/* All that is known of one patient. */
struct person {
	uint64_t categories, records; /* without the Patient resource */
	uint32_t first, last;
	uint64_t by_type[MEDARK_TYPES_MAX + 1];
	/* The Patient resource, if it is the patient's own. */
	uint64_t own_categories, own_records;
	char address[TEXT_MAX], phone[TEXT_MAX], email[TEXT_MAX];
};

struct merge {
	struct medark_scope *s;
	struct medark_people_walk walk;
	struct medark_patient_scratch scratch;
	struct medark_bytes keys[MEDARK_PARALLEL_MAX], values[MEDARK_PARALLEL_MAX]; /* at hand */
	bool has[MEDARK_PARALLEL_MAX];
	struct medark_patient_row row;
	bool is_minor;
	struct person *person;
	uint32_t patient_type; /* number of the type Patient */
	struct medark_scope_type types[MEDARK_TYPES_MAX + 1];
	uint32_t first, last; /* of all patients */
};

static void merge_clear(struct merge *m)
{
	medark_people_walk_clear(&m->walk);
	medark_patient_scratch_clear(&m->scratch);
	free(m->person);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct merge, merge_clear)

static int advance(struct merge *m, unsigned i, struct medark_error *err)
{
	int more = medark_sorter_next(m->s->workers[i].rows, &m->keys[i], &m->values[i], err);

	MEDARK_TRY(more);
	m->has[i] = more > 0;
	return 0;
}

static uint32_t number_of(struct medark_bytes key)
{
	return (uint32_t)key.data[0] << 24 | (uint32_t)key.data[1] << 16 |
	       (uint32_t)key.data[2] << 8 | key.data[3];
}

/* The least number of all rows that are left; false: there is none. */
static bool find_least(const struct merge *m, uint32_t *out)
{
	bool found = false;

	for (unsigned i = 0; i < m->s->threads; i++) {
		if (!m->has[i] || (found && number_of(m->keys[i]) >= *out))
			continue;
		*out = number_of(m->keys[i]);
		found = true;
	}
	return found;
}

/* ---- the rows of one patient ---- */

static void widen(uint32_t *first, uint32_t *last, uint32_t from, uint32_t to)
{
	if (from && (!*first || from < *first))
		*first = from;
	if (to > *last)
		*last = to;
}

static void copy(char out[TEXT_MAX], struct medark_bytes *rest, uint32_t size)
{
	size_t n = size < TEXT_MAX ? size : TEXT_MAX - 1;

	memcpy(out, rest->data, n);
	out[n] = '\0';
	*rest = medark_bytes(rest->data + size, rest->size - size);
}

static int add_identifier(void *context, struct medark_bytes system, struct medark_bytes value,
			  struct medark_error *err)
{
	uint64_t *bits = context;
	bool is_bsn = medark_bsn_is_system(system) && medark_bsn_is_valid(value);

	(void)err;
	*bits |= UINT64_C(1) << (is_bsn ? MEDARK_CATEGORY_BSN : MEDARK_CATEGORY_IDENTIFIERS);
	return 0;
}

/* What the index knows of a Patient resource in XML. */
static int find_categories(const struct merge *m, uint64_t *out, struct medark_error *err)
{
	const struct medark_patient_row *row = &m->row;
	const struct {
		bool has;
		enum medark_category category;
	} known[] = { { *row->family || *row->given || *row->text, MEDARK_CATEGORY_NAME },
		      { *row->birth_date, MEDARK_CATEGORY_BIRTH_DATE },
		      { *row->gender, MEDARK_CATEGORY_GENDER } };

	*out = 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		*out |= (uint64_t)known[i].has << known[i].category;
	return medark_patient_row_identifiers(row, add_identifier, out, err);
}

/* A Patient resource may stand in the compartment of another patient, whom it is linked to. */
static int take_patient(struct merge *m, const struct medark_scope_row *row,
			struct medark_bytes rest, struct medark_error *err)
{
	struct medark_bytes id = medark_bytes(rest.data, row->sizes[0]);
	uint64_t categories = row->categories;
	struct person *p = m->person;

	if (id.size ? !medark_bytes_is(id, m->row.id) : !row->is_only)
		return 0;
	if (row->is_xml)
		MEDARK_TRY(find_categories(m, &categories, err));
	p->own_records += row->counts;
	p->own_categories |= row->counts ? categories : 0;
	rest = medark_bytes(rest.data + id.size, rest.size - id.size);
	copy(p->address, &rest, row->sizes[1]);
	copy(p->phone, &rest, row->sizes[2]);
	copy(p->email, &rest, row->sizes[3]);
	return 0;
}

static int take_row(struct merge *m, struct medark_bytes value, struct medark_error *err)
{
	struct person *p = m->person;
	struct medark_scope_row row;
	struct medark_bytes rest;

	memcpy(&row, value.data, sizeof(row));
	rest = medark_bytes(value.data + sizeof(row), value.size - sizeof(row));
	if (row.is_patient)
		return take_patient(m, &row, rest, err);
	for (uint32_t i = 0; i < row.type_count; i++) {
		struct medark_scope_count count;

		memcpy(&count, rest.data + i * sizeof(count), sizeof(count));
		p->by_type[count.type] += count.records;
	}
	p->categories |= row.categories;
	p->records += row.records;
	widen(&p->first, &p->last, row.first, row.last);
	return 0;
}

static int take_rows(struct merge *m, uint32_t number, struct medark_error *err)
{
	struct person *p = m->person;

	/* Not all of it: the texts are long, and there may be a million patients. */
	memset(p, 0, offsetof(struct person, address));
	p->address[0] = '\0';
	p->phone[0] = '\0';
	p->email[0] = '\0';
	for (unsigned i = 0; i < m->s->threads; i++)
		while (m->has[i] && number_of(m->keys[i]) == number) {
			MEDARK_TRY(take_row(m, m->values[i], err));
			MEDARK_TRY(advance(m, i, err));
		}
	return 0;
}

/* ---- a patient in scope ---- */

/* "2010" may be the last day of that year: who may be a minor counts as one. */
static bool is_minor(const struct merge *m)
{
	unsigned year, month = 12, day = 31;
	const char *birth = m->row.birth_date;
	/* NOLINTNEXTLINE(cert-err34-c): four digits at most, and two. */
	int parts = sscanf(birth, "%4u-%2u-%2u", &year, &month, &day);

	return parts > 0 && (year + 18) * 10000 + month * 100 + day > m->s->today;
}

static void print_day(uint32_t date, char out[11])
{
	unsigned year = date / 10000 % 10000, month = date / 100 % 100, day = date % 100;

	out[0] = '\0';
	if (day)
		(void)snprintf(out, 11, "%04u-%02u-%02u", year, month, day);
	else if (month)
		(void)snprintf(out, 11, "%04u-%02u", year, month);
	else if (date)
		(void)snprintf(out, 11, "%04u", year);
}

static int by_type_name(const void *a, const void *b)
{
	const struct medark_scope_type *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static size_t list_types(struct merge *m)
{
	const struct medark_types *types = &m->s->types;
	size_t count = 0;

	for (uint32_t i = 0; i <= types->count; i++)
		if (m->person->by_type[i])
			m->types[count++] =
				(struct medark_scope_type) { .name = i ? types->names[i] : "?",
							     .records = m->person->by_type[i] };
	qsort(m->types, count, sizeof(*m->types), by_type_name);
	return count;
}

static int tell(struct merge *m, struct medark_error *err)
{
	const struct medark_scope_request *q = m->s->request;
	const struct person *p = m->person;
	struct medark_scope_patient out = { .row = &m->row,
					    .has_bsn = m->row.bsn[0] != '\0',
					    .is_minor = m->is_minor,
					    .address = p->address,
					    .phone = p->phone,
					    .email = p->email,
					    .categories = p->categories,
					    .records = p->records,
					    .types = m->types };

	if (!q->patient)
		return 0;
	out.type_count = list_types(m);
	print_day(p->first, out.first);
	print_day(p->last, out.last);
	return q->patient(q->context, &out, err);
}

/* Counts the Patient resource, too, which is in scope if anything else is. */
static void count(struct merge *m)
{
	struct medark_scope_result *r = m->s->result;
	struct person *p = m->person;

	p->by_type[m->patient_type] += p->own_records;
	p->records += p->own_records;
	p->categories |= p->own_categories;
	r->records += p->own_records;
	m->s->by_type[m->patient_type] += p->own_records;
	r->patients++;
	r->minors += m->is_minor;
	r->deceased += m->row.deceased;
	for (size_t i = 0; i < MEDARK_CATEGORIES; i++) {
		r->categories[i].patients += p->categories >> i & 1;
		if (p->own_categories >> i & 1)
			r->categories[i].records += p->own_records;
	}
	widen(&m->first, &m->last, p->first, p->last);
}

static int take_person(struct merge *m, uint32_t number, struct medark_error *err)
{
	struct medark_bytes text;
	uint64_t row;

	MEDARK_TRY(medark_people_walk_to(&m->walk, number, &text, &row, err));
	MEDARK_TRY(medark_patient_row_parse(text, row, &m->scratch, &m->row, NULL, err));
	MEDARK_TRY(take_rows(m, number, err));
	if (!m->person->records && (m->s->is_limited || !m->person->own_records))
		return 0;
	m->is_minor = is_minor(m);
	count(m);
	return tell(m, err);
}

static int sort_rows(void *context, unsigned worker, uint64_t index, struct medark_error *err)
{
	struct medark_scope *s = context;

	(void)worker;
	return medark_sorter_sort(s->workers[index].rows, err);
}

int medark_scope_people(struct medark_scope *s, struct medark_error *err)
{
	MEDARK_AUTO(merge_clear) struct merge m = { .s = s, .scratch = MEDARK_PATIENT_SCRATCH };
	const struct medark_parallel job = {
		.count = s->threads, .threads = s->threads, .work = sort_rows, .context = s
	};
	uint32_t number = 0;

	m.person = calloc(1, sizeof(*m.person));
	if (!m.person)
		return medark_error_memory(err, "a patient");
	m.patient_type = medark_types_get(&s->types, medark_bytes_text("Patient"));
	MEDARK_TRY(medark_people_walk_begin(&s->people, &m.walk, err));
	MEDARK_TRY(medark_parallel_run(&job, err));
	for (unsigned i = 0; i < s->threads; i++)
		MEDARK_TRY(advance(&m, i, err));
	while (find_least(&m, &number)) {
		MEDARK_TRY(take_person(&m, number, err));
		if (number % 4096 == 0)
			MEDARK_TRY(medark_meter_add(&s->meter, 0, 0, 0, err));
	}
	print_day(m.first, s->result->first);
	print_day(m.last, s->result->last);
	return 0;
}
