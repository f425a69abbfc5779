/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/people.h"

#include <stdlib.h>
#include <string.h>

#define KEY_MAX MEDARK_PAGE_MAX

void medark_people_clear(struct medark_people *p)
{
	for (size_t i = 0; p->numbers && i < p->archive_count; i++)
		free(p->numbers[i]);
	free(p->numbers);
	free(p->archives);
	*p = (struct medark_people) { 0 };
}

/* The tables are sorted by key: they are merged. */
struct merge {
	struct medark_people *people;
	uint64_t *rows;		    /* of each archive: the next one */
	struct medark_buffer *keys; /* of each archive: the next one's */
};

static void merge_clear(struct merge *m)
{
	for (size_t i = 0; m->keys && i < m->people->archive_count; i++)
		medark_buffer_clear(&m->keys[i]);
	free(m->keys);
	free(m->rows);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct merge, merge_clear)

static uint64_t row_count(const struct medark_people *p, size_t i)
{
	return medark_index_rows(p->archives[i]->index, MEDARK_KIND_PATIENTS);
}

/* Keeps the next key of archive `i`: of a page that another row's may take the place of. */
static int read_key(struct merge *m, size_t i, struct medark_error *err)
{
	struct medark_index *index = m->people->archives[i]->index;
	struct medark_bytes row, key;

	m->keys[i].size = 0;
	if (m->rows[i] == row_count(m->people, i))
		return 0;
	MEDARK_TRY(medark_index_row(index, MEDARK_KIND_PATIENTS, m->rows[i], &row, err));
	MEDARK_TRY(medark_index_first_field(index, MEDARK_KIND_PATIENTS, row, &key, err));
	return medark_buffer_add(&m->keys[i], key.data, key.size, err);
}

static struct medark_bytes key_of(const struct merge *m, size_t i)
{
	return medark_bytes(m->keys[i].data, m->keys[i].size);
}

/* The archive with the least key; archive_count: no row is left. */
static size_t find_least(const struct merge *m)
{
	size_t count = m->people->archive_count, least = count;

	for (size_t i = 0; i < count; i++)
		if (m->rows[i] < row_count(m->people, i) &&
		    (least == count || medark_bytes_compare(key_of(m, i), key_of(m, least)) < 0))
			least = i;
	return least;
}

/* The patient whose key archive `least` has: all archives that have it go on. */
static int take_patient(struct merge *m, size_t least, struct medark_error *err)
{
	struct medark_people *p = m->people;

	for (size_t i = p->archive_count; i-- > 0;) {
		if (i == least || m->rows[i] == row_count(p, i) ||
		    !medark_bytes_equal(key_of(m, i), key_of(m, least)))
			continue;
		p->numbers[i][m->rows[i]++] = p->count;
		MEDARK_TRY(read_key(m, i, err));
	}
	p->numbers[least][m->rows[least]++] = p->count++;
	return read_key(m, least, err);
}

static int begin(struct merge *m, struct medark_archive *const *archives, size_t count,
		 struct medark_error *err)
{
	struct medark_people *p = m->people;
	struct medark_index *index;
	uint64_t total = 0;

	p->archives = calloc(count, sizeof(struct medark_archive *));
	p->numbers = calloc(count, sizeof(uint32_t *));
	p->archive_count = count;
	m->rows = calloc(count, sizeof(*m->rows));
	m->keys = calloc(count, sizeof(*m->keys));
	if (!p->archives || !p->numbers || !m->rows || !m->keys)
		return medark_error_memory(err, "the list of patients");
	for (size_t i = 0; i < count; i++) {
		p->archives[i] = archives[i];
		m->keys[i] = (struct medark_buffer)MEDARK_BUFFER_SECRET(KEY_MAX);
		MEDARK_TRY(medark_archive_index(archives[i], &index, err));
		total += row_count(p, i);
		if (total >= UINT32_MAX)
			return medark_error_set(err, MEDARK_E_MEMORY,
						"the archives have too many patients");
		p->numbers[i] = calloc(row_count(p, i) + 1, sizeof(**p->numbers));
		if (!p->numbers[i])
			return medark_error_memory(err, "the list of patients");
		MEDARK_TRY(read_key(m, i, err));
	}
	return 0;
}

/* The patients of one archive have the numbers of their rows. */
static int number_rows(struct medark_people *p)
{
	for (p->count = 0; p->count < row_count(p, 0); p->count++)
		p->numbers[0][p->count] = p->count;
	return 0;
}

int medark_people_find(struct medark_people *p, struct medark_archive *const *archives,
		       size_t count, struct medark_error *err)
{
	MEDARK_AUTO(merge_clear) struct merge m = { .people = p };
	size_t least;

	MEDARK_TRY(begin(&m, archives, count, err));
	if (count == 1)
		return number_rows(p);
	while ((least = find_least(&m)) < count)
		MEDARK_TRY(take_patient(&m, least, err));
	return 0;
}

/* ---- a walk ---- */

int medark_people_walk_begin(const struct medark_people *p, struct medark_people_walk *out,
			     struct medark_error *err)
{
	*out = (struct medark_people_walk) { .people = p };
	out->rows = calloc(p->archive_count, sizeof(*out->rows));
	return out->rows ? 0 : medark_error_memory(err, "the list of patients");
}

void medark_people_walk_clear(struct medark_people_walk *w)
{
	free(w->rows);
	w->rows = NULL;
}

/* The numbers of an archive's rows rise. */
static bool seek(struct medark_people_walk *w, size_t i, uint32_t number)
{
	const uint32_t *numbers = w->people->numbers[i];
	uint64_t count = row_count(w->people, i);

	while (w->rows[i] < count && numbers[w->rows[i]] < number)
		w->rows[i]++;
	return w->rows[i] < count && numbers[w->rows[i]] == number;
}

int medark_people_walk_to(struct medark_people_walk *w, uint32_t number, struct medark_bytes *out,
			  uint64_t *out_row, struct medark_error *err)
{
	for (size_t i = w->people->archive_count; i-- > 0;) {
		if (!seek(w, i, number))
			continue;
		*out_row = w->rows[i];
		return medark_index_row(w->people->archives[i]->index, MEDARK_KIND_PATIENTS,
					w->rows[i], out, err);
	}
	return medark_error_set(err, MEDARK_E_FORMAT, "the index has lost a patient");
}
