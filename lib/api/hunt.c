/* SPDX-License-Identifier: Apache-2.0 */
#include "api/hunt.h"

#include "base/numbers.h"
#include "base/time.h"
#include "search/match.h"
#include "search/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- records that are kept ---- */

struct mark {
	size_t at, size, type_at, type_size;
	bool is_outside;
};

void medark_hunt_keep_clear(struct medark_hunt_keep *keep)
{
	medark_buffer_clear(&keep->texts);
	medark_buffer_clear(&keep->marks);
}

int medark_hunt_keep_add(struct medark_hunt_keep *keep, const struct medark_view_record *record,
			 struct medark_error *err)
{
	static const uint8_t padding[MEDARK_JSON_PADDING];
	struct mark mark = { .at = keep->texts.size,
			     .size = record->text.size,
			     .is_outside = record->is_outside };

	MEDARK_TRY(medark_buffer_add(&keep->texts, record->text.data, record->text.size, err));
	MEDARK_TRY(medark_buffer_add(&keep->texts, padding, sizeof(padding), err));
	mark.type_at = keep->texts.size;
	mark.type_size = record->type.size;
	MEDARK_TRY(medark_buffer_add(&keep->texts, record->type.data, record->type.size, err));
	return medark_buffer_add(&keep->marks, &mark, sizeof(mark), err);
}

size_t medark_hunt_keep_count(const struct medark_hunt_keep *keep)
{
	return keep->marks.size / sizeof(struct mark);
}

int medark_hunt_keep_get(const struct medark_hunt_keep *keep, size_t i,
			 struct medark_view_records *out, struct medark_error *err)
{
	struct mark mark;

	memcpy(&mark, keep->marks.data + i * sizeof(mark), sizeof(mark));
	return medark_view_records_add(
		out, medark_bytes(keep->texts.data + mark.type_at, mark.type_size),
		medark_bytes(keep->texts.data + mark.at, mark.size), false, mark.is_outside, err);
}

void medark_hunt_clear(struct medark_hunt *hunt)
{
	medark_hunt_keep_clear(&hunt->keep);
	medark_buffer_clear(&hunt->keys);
}

bool medark_hunt_needs_names(const struct medark_hunt *hunt)
{
	return hunt->kind != MEDARK_HUNT_CHART || hunt->query->include_count > 0;
}

/* ---- taking what matches ---- */

struct key {
	size_t at, size, number;
};

static bool needs_all(const struct medark_hunt *h)
{
	return h->query->total == MEDARK_SEARCH_TOTAL_ACCURATE || h->want == 0 ||
	       h->query->summary == MEDARK_SEARCH_SUMMARY_COUNT;
}

static int keep_sorted(struct medark_hunt *h, const struct medark_view_record *record)
{
	struct key key = { .at = h->keys.size };

	MEDARK_TRY(medark_search_order_key(h->query, &record->tree, &h->keys, h->call->err));
	key.size = h->keys.size - key.at;
	/* The key's own place stands behind it, where the next key begins. */
	MEDARK_TRY(medark_buffer_add(&h->keys, &key.size, sizeof(key.size), h->call->err));
	return medark_hunt_keep_add(&h->keep, record, h->call->err);
}

/* One that matches, of a search that is counted. */
static int take(struct medark_hunt *h, const struct medark_view_record *record)
{
	uint64_t place = h->total++;

	if (h->query->summary == MEDARK_SEARCH_SUMMARY_COUNT)
		return 0;
	if (h->query->sort_count)
		return keep_sorted(h, record);
	if (place < h->from.offset || place >= h->from.offset + h->want)
		return 0;
	return medark_hunt_keep_add(&h->keep, record, h->call->err);
}

static int try_record(struct medark_hunt *h, const struct medark_view_record *record)
{
	int found = record->root ? medark_search_match(h->query, &record->tree, h->call->err) : 0;

	return found > 0 ? take(h, record) : found;
}

/* ---- one chart, and names ---- */

int medark_hunt_chart(const struct medark_hunt *h, const struct medark_shelf_chart **out)
{
	struct medark_error why = { 0 };
	char id[260];
	int code;

	if (h->patient.size >= sizeof(id) || memchr(h->patient.data, 0, h->patient.size))
		return 0;
	(void)snprintf(id, sizeof(id), "%.*s", (int)h->patient.size, (const char *)h->patient.data);
	code = medark_shelf_chart(h->call->shelf, id, out, &why);
	if (code == MEDARK_E_NOT_FOUND || code == MEDARK_E_USAGE)
		return 0; /* nobody, or not an id */
	return code < 0 ? medark_error_set(h->call->err, code, "%s", why.message) : 1;
}

static int run_chart(struct medark_hunt *h)
{
	const struct medark_shelf_chart *chart;
	int code = medark_hunt_chart(h, &chart);

	if (code <= 0)
		return code;
	for (size_t i = 0; i < chart->records.count; i++)
		if (!chart->records.list[i].is_outside)
			MEDARK_TRY(try_record(h, &chart->records.list[i]));
	return 0;
}

/* Was value `i` of the criterion there before, as it may be in a list? */
static bool is_again(const struct medark_hunt *h, size_t i)
{
	const struct medark_search_criterion *c = &h->query->criteria[h->criterion];
	struct medark_bytes id = medark_search_query_value(h->query, c->first + i)->text;

	for (size_t k = 0; k < i; k++)
		if (medark_bytes_equal(id, medark_search_query_value(h->query, c->first + k)->text))
			return true;
	return false;
}

int medark_hunt_named(const struct medark_hunt *h, size_t i, struct medark_shelf_record *out)
{
	const struct medark_search_criterion *c = &h->query->criteria[h->criterion];
	struct medark_bytes type = medark_bytes_text(h->query->type->name);
	struct medark_error why = { 0 };
	int code;

	if (is_again(h, i))
		return 0;
	code = medark_shelf_record(h->call->shelf, type,
				   medark_search_query_value(h->query, c->first + i)->text, out,
				   &why);
	if (code == MEDARK_E_NOT_FOUND)
		return 0;
	return code < 0 ? medark_error_set(h->call->err, code, "%s", why.message) : 1;
}

static int run_names(struct medark_hunt *h)
{
	for (size_t i = 0; i < h->query->criteria[h->criterion].count; i++) {
		MEDARK_AUTO(medark_shelf_record_clear) struct medark_shelf_record one = { 0 };
		int code = medark_hunt_named(h, i, &one);

		if (code > 0)
			code = try_record(h, &one.one.list[0]);
		MEDARK_TRY(code);
	}
	return 0;
}

/* ---- some patients, or all ---- */

/* A walk over patients' records of the type. */
struct walk {
	struct medark_hunt *hunt;
	const uint64_t *numbers; /* NULL: all, in their order */
	uint64_t count;
	uint64_t at, outside; /* where it is */
	uint64_t here;	      /* matches there so far */
	uint64_t skip;	      /* of them those that the page before had */
	uint64_t kept;
	bool is_full;
};

static int walk_record(void *context, const struct medark_view_record *record, uint64_t number,
		       struct medark_error *err)
{
	struct walk *w = context;
	struct medark_hunt *h = w->hunt;
	int found = record->root ? medark_search_match(h->query, &record->tree, err) : 0;

	(void)number;
	if (found <= 0)
		return found;
	if (h->query->sort_count || h->query->summary == MEDARK_SEARCH_SUMMARY_COUNT)
		return take(h, record);
	h->total++;
	if (w->here++ < w->skip)
		return 0;
	if (w->kept < h->want) {
		w->kept++;
		return medark_hunt_keep_add(&h->keep, record, err);
	}
	if (!h->more) {
		h->more = true;
		h->next = (struct medark_api_cursor) { .at = w->at,
						       .outside = w->outside,
						       .skip = w->here - 1 };
	}
	w->is_full = true;
	return needs_all(h) ? 0 : 1;
}

/* The time is up: what was found until here is a page, if that makes sense. */
static int give_up(struct walk *w)
{
	struct medark_hunt *h = w->hunt;

	if (h->query->sort_count || needs_all(h))
		return medark_error_set(h->call->err, MEDARK_E_USAGE, MEDARK_HUNT_TOO_LONG);
	h->more = true;
	h->next = (struct medark_api_cursor) { .at = w->at, .outside = w->outside };
	return 1;
}

static int walk_patients(struct walk *w)
{
	struct medark_hunt *h = w->hunt;
	struct medark_bytes type = medark_bytes_text(h->query->type->name);

	for (; w->at < w->count; w->at++) {
		int code;

		if (medark_api_is_late(h->call))
			return give_up(w);
		w->here = 0;
		code = medark_shelf_own(h->call->shelf, w->numbers ? w->numbers[w->at] : w->at,
					type, walk_record, w, h->call->err);
		w->skip = 0;
		if (code)
			return code;
	}
	return 0;
}

static int walk_outside(struct walk *w)
{
	struct medark_hunt *h = w->hunt;
	struct medark_bytes type = medark_bytes_text(h->query->type->name);
	uint64_t next = w->outside == UINT64_MAX ? 0 : w->outside;

	while (next != UINT64_MAX) {
		int code;

		w->outside = next;
		if (medark_api_is_late(h->call))
			return give_up(w);
		w->here = 0;
		code = medark_shelf_outside(h->call->shelf, type, &next, walk_record, w,
					    h->call->err);
		w->skip = 0;
		if (code)
			return code;
	}
	return 0;
}

static int run_walk(struct medark_hunt *h, const uint64_t *numbers, uint64_t count)
{
	bool is_sorted = h->query->sort_count > 0;
	struct walk w = { .hunt = h,
			  .numbers = numbers,
			  .count = count,
			  .at = is_sorted ? 0 : h->from.at,
			  .outside = is_sorted ? UINT64_MAX : h->from.outside,
			  .skip = is_sorted ? 0 : h->from.skip };
	bool from_begin = w.at == 0 && w.outside == UINT64_MAX && w.skip == 0;
	int code = walk_patients(&w);

	if (code == 0 && !numbers)
		code = walk_outside(&w);
	if (code < 0)
		return code;
	h->is_counted = code == 0 && from_begin;
	return 0;
}

struct numbers {
	struct medark_buffer list; /* uint64_t */
	const struct medark_record_find *find;
	struct medark_error *err;
};

/*
 * A Patient that names another one, as whom it was replaced by, stands in the charts of both; a
 * walk tells it with the first of them.
 */
static int add_number(void *context, const struct medark_patient_row *row)
{
	struct numbers *n = context;
	uint64_t other;
	size_t at = 0;

	while (medark_record_find_next(n->find, medark_bytes_text("Patient"),
				       medark_bytes_text(row->id), &at, &other))
		MEDARK_TRY(medark_buffer_add(&n->list, &other, sizeof(other), n->err));
	return medark_buffer_add(&n->list, &row->number, sizeof(row->number), n->err);
}

/* The index's question for a value. */
static void write_question(const struct medark_hunt *h, const struct medark_search_criterion *c,
			   const struct medark_search_value *value, char out[256])
{
	char day[MEDARK_TIME_SIZE];
	int64_t from = value->when.from.seconds;

	if (c->param->kind == MEDARK_SEARCH_DATE) {
		(void)medark_time_format(from + medark_zone_offset(h->call->api->setup.zone, from),
					 day);
		(void)snprintf(out, 256, "%.10s", day);
	} else if (c->param->kind == MEDARK_SEARCH_TOKEN) {
		(void)snprintf(out, 256, "%.*s",
			       (int)(value->text.size < 255 ? value->text.size : 255),
			       (const char *)value->text.data);
	} else {
		(void)snprintf(out, 256, "%.*s", (int)value->words.size,
			       (const char *)value->words.data);
	}
}

static int run_some(struct medark_hunt *h)
{
	const struct medark_search_criterion *c = &h->query->criteria[h->criterion];
	struct numbers n = { .list = MEDARK_BUFFER(MEDARK_HUNT_KEYS_MAX),
			     .find = h->call->api->setup.find,
			     .err = h->call->err };
	uint64_t *list;
	size_t count, left;
	int code = 0;

	for (size_t i = 0; i < c->count && code >= 0; i++) {
		char question[256];
		bool more;

		write_question(h, c, medark_search_query_value(h->query, c->first + i), question);
		code = medark_shelf_query(h->call->shelf, question, 0, &more, add_number, &n,
					  h->call->err);
	}
	list = (uint64_t *)(void *)n.list.data;
	count = n.list.size / sizeof(*list);
	left = medark_numbers_unique(list, count);
	/* Nobody: an empty list, which is not the same as none. */
	if (code >= 0 && left)
		code = run_walk(h, list, left);
	else if (code >= 0)
		h->is_counted = true;
	medark_buffer_clear(&n.list);
	return code;
}

/* ---- order ---- */

struct sorted {
	const uint8_t *keys;
	const struct key *list;
};

static int by_key(const void *a, const void *b, void *context)
{
	const struct sorted *s = context;
	const struct key *x = a, *y = b;
	int order = medark_bytes_compare(medark_bytes(s->keys + x->at, x->size),
					 medark_bytes(s->keys + y->at, y->size));

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

/* Leaves the page's marks, in order. */
static int sort(struct medark_hunt *h)
{
	size_t count = medark_hunt_keep_count(&h->keep), at = h->keys.size, first, last;
	struct key *list = calloc(count + 1, sizeof(*list));
	struct mark *marks = calloc(count + 1, sizeof(*marks));
	struct sorted sorted = { .keys = h->keys.data };

	if (!list || !marks) {
		free(list);
		free(marks);
		return medark_error_memory(h->call->err, "a search");
	}
	for (size_t i = count; i-- > 0;) { /* from the end: each key's size stands behind it */
		memcpy(&list[i].size, h->keys.data + at - sizeof(size_t), sizeof(size_t));
		at -= sizeof(size_t) + list[i].size;
		list[i].at = at;
		list[i].number = i;
	}
	qsort_r(list, count, sizeof(*list), by_key, &sorted);
	first = h->from.offset < count ? (size_t)h->from.offset : count;
	last = h->want < count - first ? first + (size_t)h->want : count;
	for (size_t i = first; i < last; i++)
		memcpy(&marks[i - first], h->keep.marks.data + list[i].number * sizeof(struct mark),
		       sizeof(struct mark));
	if (last > first)
		memcpy(h->keep.marks.data, marks, (last - first) * sizeof(struct mark));
	h->keep.marks.size = (last - first) * sizeof(struct mark);
	free(list);
	free(marks);
	return 0;
}

/* ---- the whole ---- */

static int run_kind(struct medark_hunt *h)
{
	switch (h->kind) {
	case MEDARK_HUNT_CHART:
		return run_chart(h);
	case MEDARK_HUNT_NAMES:
		return run_names(h);
	case MEDARK_HUNT_SOME:
		return run_some(h);
	default:
		return run_walk(h, NULL, medark_shelf_patients(h->call->shelf));
	}
}

int medark_hunt_run(struct medark_hunt *h)
{
	bool is_whole = h->kind == MEDARK_HUNT_CHART || h->kind == MEDARK_HUNT_NAMES ||
			h->query->sort_count > 0;

	MEDARK_TRY(run_kind(h));
	if (h->query->sort_count && h->query->summary != MEDARK_SEARCH_SUMMARY_COUNT)
		MEDARK_TRY(sort(h));
	if (!is_whole)
		return 0;
	h->is_counted = true;
	h->more = h->want > 0 && h->query->summary != MEDARK_SEARCH_SUMMARY_COUNT &&
		  h->total > h->from.offset + h->want;
	h->next = (struct medark_api_cursor) { .offset = h->from.offset + h->want,
					       .outside = UINT64_MAX };
	return 0;
}

int medark_hunt_found(const struct medark_hunt *h, struct medark_view_records *out)
{
	for (size_t i = 0; i < medark_hunt_keep_count(&h->keep); i++)
		MEDARK_TRY(medark_hunt_keep_get(&h->keep, i, out, h->call->err));
	return 0;
}
