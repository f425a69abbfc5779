/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/compare_private.h"
#include "archive/patient_row.h"

#include <string.h>

#define TEXT_MAX MEDARK_PAGE_MAX

struct tell {
	struct medark_compare *c;
	struct medark_people_walk walk;
	struct medark_patient_scratch scratch;
	struct medark_bytes key, value; /* what differs next; borrowed from the sorter */
	bool has;
	struct medark_buffer patient, type, id; /* each ended by a zero */
	struct medark_buffer names;		/* the same, of elements */
	const char *elements[2 * MEDARK_COMPARE_ELEMENTS + 1];
};

static void tell_clear(struct tell *t)
{
	medark_people_walk_clear(&t->walk);
	medark_patient_scratch_clear(&t->scratch);
	medark_buffer_clear(&t->patient);
	medark_buffer_clear(&t->type);
	medark_buffer_clear(&t->id);
	medark_buffer_clear(&t->names);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct tell, tell_clear)

static int advance(struct tell *t, struct medark_error *err)
{
	int more = medark_sorter_next(t->c->found, &t->key, &t->value, err);

	MEDARK_TRY(more);
	t->has = more > 0;
	return 0;
}

/* A text with a zero behind it; one inside becomes '?'. */
static int set(struct medark_buffer *out, struct medark_bytes text, struct medark_error *err)
{
	out->size = 0;
	MEDARK_TRY(medark_buffer_add(out, text.data, text.size, err));
	for (size_t i = 0; i < out->size; i++)
		if (!out->data[i])
			out->data[i] = '?';
	return medark_buffer_add(out, "", 1, err);
}

/* Names of elements in a list that ends with NULL. */
static int list_names(struct tell *t, const struct medark_compare_found *found,
		      struct medark_error *err)
{
	size_t at = 0;

	t->names.size = 0;
	for (uint32_t i = 0; i < found->count; i++) {
		uint32_t number;
		struct medark_bytes name;

		memcpy(&number, t->value.data + sizeof(*found) + i * sizeof(number),
		       sizeof(number));
		name = medark_nameset_get(&t->c->names, number);
		MEDARK_TRY(medark_buffer_add(&t->names, name.data, name.size, err));
		MEDARK_TRY(medark_buffer_add(&t->names, "", 1, err));
	}
	for (uint32_t i = 0; i < found->count; i++) {
		t->elements[i] = (const char *)t->names.data + at;
		at += strlen(t->elements[i]) + 1;
	}
	t->elements[found->count] = NULL;
	return 0;
}

static int tell_difference(struct tell *t, struct medark_error *err)
{
	const struct medark_compare_request *q = t->c->request;
	struct medark_bytes name = { t->key.data + 4, t->key.size - 4 };
	struct medark_compare_found found;
	struct medark_difference out;

	memcpy(&found, t->value.data, sizeof(found));
	MEDARK_TRY(set(&t->type,
		       found.is_file	 ? medark_bytes_text("file")
		       : found.type_size ? medark_bytes(name.data, found.type_size)
					 : medark_bytes_text("?"),
		       err));
	MEDARK_TRY(
		set(&t->id,
		    medark_bytes(name.data + found.type_size + 1, name.size - found.type_size - 1),
		    err));
	MEDARK_TRY(list_names(t, &found, err));
	out = (struct medark_difference) {
		.kind = (enum medark_difference_kind)found.kind,
		.patient = (const char *)t->patient.data,
		.type = (const char *)t->type.data,
		.id = (const char *)t->id.data,
		.moved = found.moved,
		.elements = t->elements,
	};
	return q->difference(q->context, &out, err);
}

static uint32_t patient_of(struct medark_bytes key)
{
	return (uint32_t)key.data[0] << 24 | (uint32_t)key.data[1] << 16 |
	       (uint32_t)key.data[2] << 8 | key.data[3];
}

/* The patient's id; empty for what is nobody's. */
static int find_patient(struct tell *t, uint32_t number, struct medark_error *err)
{
	struct medark_patient_row patient;
	struct medark_bytes row;
	uint64_t at;

	if (number == t->c->people.count)
		return set(&t->patient, medark_bytes_text(""), err);
	MEDARK_TRY(medark_people_walk_to(&t->walk, number, &row, &at, err));
	MEDARK_TRY(medark_patient_row_parse(row, at, &t->scratch, &patient, NULL, err));
	return set(&t->patient, medark_bytes_text(patient.id), err);
}

/* Nobody has a record that is in neither. */
static enum medark_difference_kind kind_of(const struct medark_compare_tally *tally)
{
	bool in_both = tally->of[MEDARK_SAME] || tally->of[MEDARK_CHANGED];
	bool in_old = in_both || tally->of[MEDARK_GONE],
	     in_new = in_both || tally->of[MEDARK_ADDED];

	if (!in_old || !in_new)
		return in_old ? MEDARK_GONE : MEDARK_ADDED;
	return tally->of[MEDARK_CHANGED] || tally->of[MEDARK_GONE] || tally->of[MEDARK_ADDED]
		       ? MEDARK_CHANGED
		       : MEDARK_SAME;
}

static bool is_empty(const struct medark_compare_tally *tally)
{
	return !tally->of[MEDARK_SAME] && !tally->of[MEDARK_ADDED] && !tally->of[MEDARK_CHANGED] &&
	       !tally->of[MEDARK_GONE];
}

static int tell_patient(struct tell *t, uint32_t number, struct medark_error *err)
{
	const struct medark_compare_request *q = t->c->request;
	const struct medark_compare_tally *tally = &t->c->tallies[number];
	struct medark_compare_patient out = { .kind = kind_of(tally) };
	bool differs = out.kind != MEDARK_SAME;
	bool has_files = t->has && patient_of(t->key) == number;

	if (!(differs && q->patient) && !has_files)
		return 0;
	MEDARK_TRY(find_patient(t, number, err));
	while (t->has && patient_of(t->key) == number) {
		MEDARK_TRY(tell_difference(t, err));
		MEDARK_TRY(advance(t, err));
	}
	if (!q->patient || !differs || is_empty(tally))
		return 0;
	out.id = (const char *)t->patient.data;
	for (size_t k = 0; k < MEDARK_DIFFERENCE_KINDS; k++)
		out.records.of[k] = tally->of[k];
	return q->patient(q->context, &out, err);
}

static void count_patient(struct medark_compare_result *r, const struct medark_compare_tally *tally)
{
	enum medark_difference_kind kind = kind_of(tally);

	r->patients.of[kind]++;
	r->old_side.patients += kind != MEDARK_ADDED;
	r->new_side.patients += kind != MEDARK_GONE;
}

int medark_compare_tell(struct medark_compare *c, struct medark_error *err)
{
	MEDARK_AUTO(tell_clear)
	struct tell t = { .c = c,
			  .scratch = MEDARK_PATIENT_SCRATCH,
			  .patient = MEDARK_BUFFER_SECRET(TEXT_MAX),
			  .type = MEDARK_BUFFER(TEXT_MAX),
			  .id = MEDARK_BUFFER_SECRET(TEXT_MAX),
			  .names = MEDARK_BUFFER(TEXT_MAX) };

	for (uint32_t i = 0; i < c->people.count; i++)
		if (!is_empty(&c->tallies[i]))
			count_patient(c->result, &c->tallies[i]);
	if (!c->request->difference && !c->request->patient)
		return 0;
	MEDARK_TRY(medark_people_walk_begin(&c->people, &t.walk, err));
	if (c->found) {
		MEDARK_TRY(medark_sorter_sort(c->found, err));
		MEDARK_TRY(advance(&t, err));
	}
	for (uint64_t i = 0; i <= c->people.count; i++)
		if (!is_empty(&c->tallies[i]) || i == c->people.count)
			MEDARK_TRY(tell_patient(&t, (uint32_t)i, err));
	return 0;
}
