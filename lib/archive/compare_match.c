/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/compare_private.h"

#include <stdlib.h>
#include <string.h>

/* Rows of one name, which are held in memory: repeated ones, but of a hostile source, are few. */
#define GROUP_MAX ((size_t)256 << 20)

struct row {
	struct medark_compare_head head;
	const uint32_t *owners;
	const struct medark_compare_element *elements;
};

struct match {
	struct medark_compare *c;
	struct medark_sorter *sorters[MEDARK_PARALLEL_MAX];
	struct medark_bytes keys[MEDARK_PARALLEL_MAX], values[MEDARK_PARALLEL_MAX]; /* at hand */
	bool has[MEDARK_PARALLEL_MAX];
	struct medark_buffer key;	/* of the group */
	struct medark_buffer values_of; /* of its rows, one behind the other, each in 32 bits */
	struct medark_buffer rows;	/* struct row */
	struct medark_buffer found_key, found_value;
};

static void match_clear(struct match *m)
{
	medark_buffer_clear(&m->key);
	medark_buffer_clear(&m->values_of);
	medark_buffer_clear(&m->rows);
	medark_buffer_clear(&m->found_key);
	medark_buffer_clear(&m->found_value);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct match, match_clear)

/* ---- what became of a record ---- */

static bool same_owners(const struct row *a, const struct row *b)
{
	return a->head.owner_count == b->head.owner_count &&
	       (a->head.owner_count == 0 ||
		memcmp(a->owners, b->owners, a->head.owner_count * sizeof(uint32_t)) == 0);
}

static bool has_element(const struct row *row, const struct medark_compare_element *element)
{
	for (uint32_t i = 0; i < row->head.element_count; i++)
		if (memcmp(&row->elements[i], element, sizeof(*element)) == 0)
			return true;
	return false;
}

static bool is_listed(const struct medark_buffer *value, size_t from, uint32_t name)
{
	const uint32_t *list = (const uint32_t *)(const void *)(value->data + from);

	for (size_t i = 0; i < (value->size - from) / sizeof(*list); i++)
		if (list[i] == name)
			return true;
	return false;
}

/* Names of what `a` has, and `b` has otherwise or not. */
static int list_elements(struct match *m, const struct row *a, const struct row *b,
			 struct medark_error *err)
{
	struct medark_buffer *value = &m->found_value;
	size_t from = sizeof(struct medark_compare_found);

	for (uint32_t i = 0; i < a->head.element_count; i++) {
		const struct medark_compare_element *element = &a->elements[i];

		if (!has_element(b, element) && !is_listed(value, from, element->name))
			MEDARK_TRY(medark_buffer_add(value, &element->name, sizeof(element->name),
						     err));
	}
	return 0;
}

/* What is told later, without the number of the patient in front. */
static int prepare_found(struct match *m, const struct row *old_row, const struct row *new_row,
			 struct medark_error *err)
{
	const struct medark_compare_head *head = old_row ? &old_row->head : &new_row->head;
	struct medark_compare_found found = { .type_size = head->type_size,
					      .is_file = head->type == MEDARK_COMPARE_FILE };
	struct medark_bytes name = { m->key.data + MEDARK_COMPARE_PREFIX,
				     m->key.size - MEDARK_COMPARE_PREFIX };

	if (!head->named)
		name.size = head->type_size + 1; /* what stands behind is a hash */
	m->found_key.size = 0;
	m->found_value.size = 0;
	MEDARK_TRY(medark_buffer_add(&m->found_key, "\0\0\0\0", 4, err));
	MEDARK_TRY(medark_buffer_add(&m->found_key, name.data, name.size, err));
	MEDARK_TRY(medark_buffer_add(&m->found_value, &found, sizeof(found), err));
	if (!old_row || !new_row)
		return 0;
	found.moved = !same_owners(old_row, new_row);
	MEDARK_TRY(list_elements(m, old_row, new_row, err));
	MEDARK_TRY(list_elements(m, new_row, old_row, err));
	found.count = (uint32_t)((m->found_value.size - sizeof(found)) / sizeof(uint32_t));
	memcpy(m->found_value.data, &found, sizeof(found));
	return 0;
}

/* Counts for one patient. */
static int note(struct match *m, uint32_t patient, enum medark_difference_kind kind, bool is_file,
		struct medark_error *err)
{
	struct medark_compare_found *found;

	if (!is_file)
		m->c->tallies[patient].of[kind]++;
	if (!m->c->found || kind == MEDARK_SAME)
		return 0;
	found = (struct medark_compare_found *)(void *)m->found_value.data;
	found->kind = kind;
	medark_put_be32(m->found_key.data, patient);
	return medark_sorter_add(m->c->found, medark_bytes(m->found_key.data, m->found_key.size),
				 medark_bytes(m->found_value.data, m->found_value.size), err);
}

/* The owners of a row; what is nobody's is of the number behind the last patient. */
static const uint32_t *owners_of(const struct match *m, const struct row *row, uint32_t *out_count)
{
	*out_count = 0;
	if (!row)
		return NULL;
	*out_count = row->head.owner_count ? row->head.owner_count : 1;
	return row->head.owner_count ? row->owners : &m->c->people.count;
}

/* For the patients of both rows, of which one may be missing. */
static int note_all(struct match *m, const struct row *old_row, const struct row *new_row,
		    enum medark_difference_kind kind, struct medark_error *err)
{
	uint32_t a_count, b_count, i = 0, j = 0;
	const uint32_t *a = owners_of(m, old_row, &a_count), *b = owners_of(m, new_row, &b_count);
	bool is_file = (old_row ? old_row : new_row)->head.type == MEDARK_COMPARE_FILE;

	while (i < a_count || j < b_count) {
		bool in_old = i < a_count && (j == b_count || a[i] <= b[j]);
		bool in_new = j < b_count && (i == a_count || b[j] <= a[i]);
		uint32_t patient = in_old ? a[i] : b[j];

		MEDARK_TRY(note(m, patient,
				in_old && in_new ? kind
				: in_old	 ? MEDARK_GONE
						 : MEDARK_ADDED,
				is_file, err));
		i += in_old;
		j += in_new;
	}
	return 0;
}

static int tell(struct match *m, const struct row *old_row, const struct row *new_row,
		enum medark_difference_kind kind, struct medark_error *err)
{
	const struct row *one = old_row ? old_row : new_row;
	struct medark_compare_result *r = m->c->result;

	if (one->head.type == MEDARK_COMPARE_FILE) {
		r->files.of[kind]++;
	} else {
		m->c->by_type[one->head.type].of[kind]++;
		r->records.of[kind]++;
		r->shared.of[kind] += (!old_row || !old_row->head.owner_count) &&
				      (!new_row || !new_row->head.owner_count);
		r->moved += old_row && new_row && !same_owners(old_row, new_row);
	}
	if (m->c->found && kind != MEDARK_SAME)
		MEDARK_TRY(prepare_found(m, old_row, new_row, err));
	return note_all(m, old_row, new_row, kind, err);
}

/* ---- the rows of one name ---- */

static int by_content(const void *x, const void *y)
{
	const struct row *a = x, *b = y;
	int order = memcmp(a->head.hash, b->head.hash, sizeof(a->head.hash));

	if (order)
		return order;
	if (a->head.owner_count != b->head.owner_count)
		return a->head.owner_count < b->head.owner_count ? -1 : 1;
	return a->head.owner_count
		       ? memcmp(a->owners, b->owners, a->head.owner_count * sizeof(uint32_t))
		       : 0;
}

static int by_side(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->head.side != b->head.side)
		return a->head.side < b->head.side ? -1 : 1;
	return by_content(x, y);
}

/* Sorts the rows, leaves each content once, and says how many are of the old side. */
static size_t settle(struct match *m, size_t *out_count)
{
	struct medark_compare_side *sides[] = { &m->c->result->old_side, &m->c->result->new_side };
	struct row *rows = (struct row *)(void *)m->rows.data;
	size_t count = m->rows.size / sizeof(*rows), kept = 0, old_count = 0;

	if (count > 1)
		qsort(rows, count, sizeof(*rows), by_side);
	for (size_t i = 0; i < count; i++) {
		if (kept && by_side(&rows[kept - 1], &rows[i]) == 0) {
			sides[rows[i].head.side]->repeated++;
			continue;
		}
		rows[kept++] = rows[i];
		old_count += rows[kept - 1].head.side == 0;
	}
	*out_count = kept;
	return old_count;
}

/*
 * What is left of each side when the same ones are taken out. With a name, one of the one side has
 * become one of the other.
 */
static int tell_rest(struct match *m, struct row *a, size_t a_count, struct row *b, size_t b_count,
		     struct medark_error *err)
{
	size_t pairs = a_count < b_count ? a_count : b_count;

	if (pairs && !a[0].head.named)
		pairs = 0;
	for (size_t i = 0; i < pairs; i++)
		MEDARK_TRY(tell(m, &a[i], &b[i], MEDARK_CHANGED, err));
	for (size_t i = pairs; i < a_count; i++)
		MEDARK_TRY(tell(m, &a[i], NULL, MEDARK_GONE, err));
	for (size_t i = pairs; i < b_count; i++)
		MEDARK_TRY(tell(m, NULL, &b[i], MEDARK_ADDED, err));
	return 0;
}

static int match_group(struct match *m, struct medark_error *err)
{
	struct row *a = (struct row *)(void *)m->rows.data, *b;
	size_t count, a_count = settle(m, &count), b_count = count - a_count;
	size_t i = 0, j = 0, a_left = 0, b_left = 0;

	b = a + a_count;
	while (i < a_count && j < b_count) {
		int order = by_content(&a[i], &b[j]);

		if (order == 0)
			MEDARK_TRY(tell(m, &a[i++], &b[j++], MEDARK_SAME, err));
		else if (order < 0)
			a[a_left++] = a[i++];
		else
			b[b_left++] = b[j++];
	}
	while (i < a_count)
		a[a_left++] = a[i++];
	while (j < b_count)
		b[b_left++] = b[j++];
	return tell_rest(m, a, a_left, b, b_left, err);
}

/* ---- all rows, in order ---- */

static int advance(struct match *m, unsigned i, struct medark_error *err)
{
	int more = medark_sorter_next(m->sorters[i], &m->keys[i], &m->values[i], err);

	MEDARK_TRY(more);
	m->has[i] = more > 0;
	return 0;
}

/* The sorter with the least row; `threads`: none has one. */
static unsigned find_least(const struct match *m)
{
	unsigned count = m->c->threads, least = count;

	for (unsigned i = 0; i < count; i++)
		if (m->has[i] &&
		    (least == count || medark_bytes_compare(m->keys[i], m->keys[least]) < 0))
			least = i;
	return least;
}

/* The values have moved: where the owners and the elements of each row stand. */
static int parse_rows(struct match *m, struct medark_error *err)
{
	size_t at = 0;

	m->rows.size = 0;
	while (at < m->values_of.size) {
		const uint8_t *value = m->values_of.data + at;
		struct row row;

		memcpy(&row.head, value, sizeof(row.head));
		row.owners = (const uint32_t *)(const void *)(value + sizeof(row.head));
		row.elements =
			(const struct medark_compare_element *)(const void *)(row.owners +
									      row.head.owner_count);
		MEDARK_TRY(medark_buffer_add(&m->rows, &row, sizeof(row), err));
		at += sizeof(row.head) + row.head.owner_count * sizeof(*row.owners) +
		      row.head.element_count * sizeof(*row.elements);
	}
	return 0;
}

static int take_group(struct match *m, unsigned least, struct medark_error *err)
{
	m->key.size = 0;
	m->values_of.size = 0;
	MEDARK_TRY(medark_buffer_add(&m->key, m->keys[least].data, m->keys[least].size, err));
	for (unsigned i = least; i < m->c->threads; i++)
		while (m->has[i] &&
		       medark_bytes_equal(m->keys[i], medark_bytes(m->key.data, m->key.size))) {
			MEDARK_TRY(medark_buffer_add(&m->values_of, m->values[i].data,
						     m->values[i].size, err));
			MEDARK_TRY(advance(m, i, err));
		}
	MEDARK_TRY(parse_rows(m, err));
	return match_group(m, err);
}

static int sort_rows(void *context, unsigned worker, uint64_t index, struct medark_error *err)
{
	struct match *m = context;

	(void)worker;
	return medark_sorter_sort(m->sorters[index], err);
}

int medark_compare_match(struct medark_compare *c, struct medark_error *err)
{
	MEDARK_AUTO(match_clear)
	struct match m = { .c = c,
			   .key = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX),
			   .values_of = MEDARK_BUFFER(GROUP_MAX),
			   .rows = MEDARK_BUFFER(GROUP_MAX),
			   .found_key = MEDARK_BUFFER_SECRET(MEDARK_SORTER_KEY_MAX),
			   .found_value = MEDARK_BUFFER(MEDARK_SORTER_VALUE_MAX) };
	const struct medark_parallel job = {
		.count = c->threads, .threads = c->threads, .work = sort_rows, .context = &m
	};
	unsigned least;
	uint64_t told = 0;

	for (unsigned i = 0; i < c->threads; i++)
		m.sorters[i] = c->workers[i].rows;
	MEDARK_TRY(medark_parallel_run(&job, err));
	for (unsigned i = 0; i < c->threads; i++)
		MEDARK_TRY(advance(&m, i, err));
	while ((least = find_least(&m)) < c->threads) {
		MEDARK_TRY(take_group(&m, least, err));
		if (++told % 4096 == 0)
			MEDARK_TRY(medark_meter_add(&c->meter, 0, 0, 0, err));
	}
	return 0;
}
