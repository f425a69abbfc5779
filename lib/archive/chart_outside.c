/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources outside of all compartments (organisations, practitioners, medications …) come along
 * when a restored record refers to them, so that the chart can be read without the archive.
 */
#include "archive/chart.h"
#include "archive/search.h"
#include "record/record.h"

#include <stdio.h>
#include <stdlib.h>

/* Places of all that one step looks for. */
#define RANGES_MAX (1u << 30)

/* Texts that are looked for, in order, so that look-ups meet each page of the index once. */
struct sought {
	struct medark_bytes *texts;  /* of `copies` */
	struct medark_buffer copies; /* the set grows, and moves, while records are read */
	bool *found;
	uint32_t count;
};

static void sought_clear(struct sought *s)
{
	free(s->texts);
	free(s->found);
	medark_buffer_clear(&s->copies);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct sought, sought_clear)

static int by_bytes(const void *a, const void *b)
{
	return medark_bytes_compare(*(const struct medark_bytes *)a,
				    *(const struct medark_bytes *)b);
}

/* What `from` holds from number *next on and `known` does not. */
static int sought_init(struct sought *s, const struct medark_nameset *from, uint32_t *next,
		       const struct medark_nameset *known, struct medark_error *err)
{
	uint32_t end = medark_nameset_count(from);
	size_t room = (size_t)(end - *next) + 1, size = 0;

	s->copies = (struct medark_buffer)MEDARK_BUFFER_SECRET(UINT32_MAX);
	for (uint32_t i = *next; i < end; i++)
		size += medark_nameset_get(from, i).size;
	/* All at once: the texts must not move. */
	MEDARK_TRY(medark_buffer_reserve(&s->copies, size, err));
	s->texts = malloc(room * sizeof(*s->texts));
	s->found = calloc(room, sizeof(*s->found));
	if (!s->texts || !s->found)
		return medark_error_memory(err, "what the records refer to");
	for (; *next < end; (*next)++) {
		struct medark_bytes text = medark_nameset_get(from, *next);

		if (medark_nameset_has(known, text))
			continue;
		s->texts[s->count++] = medark_bytes(s->copies.data + s->copies.size, text.size);
		MEDARK_TRY(medark_buffer_add(&s->copies, text.data, text.size, err));
	}
	qsort(s->texts, s->count, sizeof(*s->texts), by_bytes);
	return 0;
}

/* ---- the table of what stands outside ---- */

/* A place in the table `outside` of the archive at hand: its first row that is not before a key. */
struct cursor {
	struct medark_chart *chart;
	struct medark_index *index;
	struct medark_buffer *ranges; /* of what was found */
	uint64_t at, rows;
	struct medark_bytes name;   /* its first field; empty behind the last row */
	struct medark_bytes places; /* its second */
};

static int seek(struct cursor *c, struct medark_bytes key, struct medark_error *err)
{
	struct medark_bytes row, f[2];

	MEDARK_TRY(medark_index_lower(c->index, MEDARK_KIND_OUTSIDE, key, &c->at, err));
	c->name = c->places = medark_bytes(NULL, 0);
	if (c->at == c->rows)
		return 0;
	MEDARK_TRY(medark_index_row(c->index, MEDARK_KIND_OUTSIDE, c->at, &row, err));
	if (!medark_row_split(row, f, 2))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index's table outside is malformed");
	c->name = f[0];
	c->places = f[1];
	return 0;
}

/* 1: taken; 0: a later archive has the record, or says that it is gone. */
static int take_places(struct cursor *c, struct medark_error *err)
{
	struct medark_range range;
	int more = medark_lineage_superseded(c->chart->lineage, c->chart->at, c->name, err);

	if (more)
		return more < 0 ? more : 0;
	while ((more = medark_range_next(&c->places, &range, err)) == 1)
		MEDARK_TRY(medark_buffer_add(c->ranges, &range, sizeof(range), err));
	return more < 0 ? more : 1;
}

/* ---- by type and id ---- */

/* Is it a patient who was not asked for, in any of the archives? */
static int is_other_patient(struct medark_chart *chart, struct medark_bytes name,
			    struct medark_error *err)
{
	static const char patient[] = "Patient/";
	const size_t skip = sizeof(patient) - 1;
	uint64_t row;
	int found = 0;

	if (!medark_bytes_starts(name, patient))
		return 0;
	for (size_t k = 0; !found && k < chart->lineage->count; k++) {
		MEDARK_TRY(medark_chart_turn(chart, k, err));
		found = medark_search_key(chart->index, MEDARK_PATIENT_ID,
					  medark_bytes(name.data + skip, name.size - skip), &row,
					  err);
	}
	return found;
}

/* What no archive has: if it is no patient who was not asked for, it is missing. */
static int note_absent(struct medark_chart *chart, const struct sought *s, struct medark_error *err)
{
	for (uint32_t i = 0; i < s->count; i++) {
		int other = s->found[i] ? 0 : is_other_patient(chart, s->texts[i], err);

		MEDARK_TRY(other);
		if (!s->found[i] && !other)
			MEDARK_TRY(medark_nameset_add(&chart->missing, s->texts[i], err));
		chart->other_patients += other != 0;
	}
	return 0;
}

static int find_names(struct cursor *c, struct sought *s, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer key = MEDARK_BUFFER(MEDARK_PAGE_MAX);

	for (uint32_t i = 0; i < s->count; i++) {
		int taken = 0;

		key.size = 0;
		MEDARK_TRY(medark_row_encode(s->texts[i], &key, err));
		MEDARK_TRY(seek(c, medark_bytes(key.data, key.size), err));
		if (c->name.size && medark_bytes_equal(c->name, medark_bytes(key.data, key.size)))
			taken = take_places(c, err);
		MEDARK_TRY(taken);
		s->found[i] |= taken;
	}
	return 0;
}

/* ---- by URN, which does not tell the type ---- */

/* Is the cursor at a record of the type `front` ("Type/")? Then its id. */
static bool is_of_type(const struct cursor *c, struct medark_bytes front, struct medark_bytes *id)
{
	if (c->name.size < front.size || memcmp(c->name.data, front.data, front.size) != 0)
		return false;
	*id = medark_bytes(c->name.data + front.size, c->name.size - front.size);
	return true;
}

/*
 * Looks for all ids among the records of one type, whose first one the cursor is at. Both are in
 * order, and each leaps over what the other one does not have: so there are no more look-ups than
 * the shorter of the two has members. Leaves the cursor at the next type.
 */
static int find_in_type(struct cursor *c, struct sought *s, struct medark_error *err)
{
	const uint8_t *slash = c->name.size ? memchr(c->name.data, '/', c->name.size) : NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer key = MEDARK_BUFFER(MEDARK_PAGE_MAX);
	size_t front = slash ? (size_t)(slash - c->name.data) + 1 : 0;
	uint64_t begin = c->at;
	struct medark_bytes id;
	uint32_t i = 0;

	if (!front)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a row of the index's table outside is malformed");
	MEDARK_TRY(medark_buffer_add(&key, c->name.data, front, err));
	while (i < s->count) {
		key.size = front;
		MEDARK_TRY(medark_buffer_add(&key, s->texts[i].data, s->texts[i].size, err));
		MEDARK_TRY(seek(c, medark_bytes(key.data, key.size), err));
		if (!is_of_type(c, medark_bytes(key.data, front), &id))
			break;
		if (medark_bytes_equal(id, s->texts[i])) {
			int taken = take_places(c, err);

			MEDARK_TRY(taken);
			s->found[i] |= taken;
		}
		do
			i++;
		while (i < s->count && medark_bytes_compare(s->texts[i], id) < 0);
	}
	key.size = front;
	key.data[front - 1]++; /* the byte behind the slash: behind all of the type */
	MEDARK_TRY(seek(c, medark_bytes(key.data, key.size), err));
	if (c->at <= begin)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index's table outside is not in order");
	return 0;
}

static int find_urns(struct cursor *c, struct sought *s, struct medark_error *err)
{
	if (s->count)
		MEDARK_TRY(seek(c, medark_bytes(NULL, 0), err));
	while (s->count && c->name.size)
		MEDARK_TRY(find_in_type(c, s, err));
	return 0;
}

static int note_absent_urns(struct medark_chart *chart, const struct sought *s,
			    struct medark_error *err)
{
	char name[128];

	for (uint32_t i = 0; i < s->count; i++) {
		if (s->found[i])
			continue;
		(void)snprintf(name, sizeof(name), "urn:uuid:%.*s", (int)s->texts[i].size,
			       (const char *)s->texts[i].data);
		MEDARK_TRY(medark_nameset_add(&chart->missing, medark_bytes_text(name), err));
	}
	return 0;
}

/* ---- step by step ---- */

static int add_record(void *context, const struct medark_cut_record *cut, struct medark_error *err)
{
	struct medark_chart *chart = context;
	int found = medark_chart_read(chart, cut, err);

	return found <= 0 ? found : medark_chart_keep(chart, chart->outside, cut, err);
}

/* What one step looks for, in all archives. */
struct step {
	struct sought names, urns;
	struct medark_buffer ranges;
	uint32_t next_name, next_urn;
};

static void step_clear(struct step *s)
{
	sought_clear(&s->names);
	sought_clear(&s->urns);
	medark_buffer_clear(&s->ranges);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct step, step_clear)

/* All that was not looked for yet. */
static int step_begin(struct step *s, struct medark_chart *chart, struct medark_error *err)
{
	sought_clear(&s->names);
	sought_clear(&s->urns);
	s->names = s->urns = (struct sought) { 0 };
	MEDARK_TRY(sought_init(&s->names, &chart->wanted, &s->next_name, &chart->known, err));
	return sought_init(&s->urns, &chart->urns, &s->next_urn, &chart->known_ids, err);
}

/* What of it stands in archive `k`, and is still so in those behind it. */
static int restore_from(struct step *s, struct medark_chart *chart, size_t k,
			struct medark_error *err)
{
	struct cursor c = { .chart = chart, .ranges = &s->ranges };
	struct medark_cut cut = {
		.folder = chart->folder,
		.threads = chart->request->threads,
		.cache = chart->caches ? chart->caches[k] : NULL,
		.meter = &chart->meter,
		.each = add_record,
		.context = chart,
	};
	struct medark_range *r;
	size_t count;

	MEDARK_TRY(medark_chart_turn(chart, k, err));
	cut.archive = chart->archive;
	c.index = chart->index;
	c.rows = medark_index_rows(chart->index, MEDARK_KIND_OUTSIDE);
	s->ranges.size = 0;
	MEDARK_TRY(find_names(&c, &s->names, err));
	MEDARK_TRY(find_urns(&c, &s->urns, err));
	r = (struct medark_range *)(void *)s->ranges.data;
	count = medark_ranges_merge(r, s->ranges.size / sizeof(*r));
	return count ? medark_cut_run(&cut, r, count, err) : 0;
}

int medark_chart_outside(struct medark_chart *chart, struct medark_error *err)
{
	MEDARK_AUTO(step_clear) struct step s = { .ranges = MEDARK_BUFFER(RANGES_MAX) };

	for (int depth = 0; depth < MEDARK_CHART_DEPTH_MAX; depth++) {
		MEDARK_TRY(step_begin(&s, chart, err));
		if (!s.names.count && !s.urns.count)
			break;
		for (size_t k = 0; k < chart->lineage->count; k++)
			MEDARK_TRY(restore_from(&s, chart, k, err));
		MEDARK_TRY(note_absent(chart, &s.names, err));
		MEDARK_TRY(note_absent_urns(chart, &s.urns, err));
	}
	return medark_record_files_flush(chart->outside, err);
}
