/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Observation/$lastn: of one patient the latest observations of each code
 * (https://hl7.org/fhir/R4/observation-operation-lastn.html). The other parameters are those of a
 * search.
 */
#include "api/hunt.h"
#include "base/text.h"
#include "search/order.h"
#include "search/values.h"

#include <stdlib.h>
#include <string.h>

#define NAME_ROOM ((size_t)1 << 20)

/* Of one code, and of those that mean the same because an observation has both. */
struct group {
	uint32_t parent;    /* its own number: it stands for itself */
	uint64_t given;	    /* observations on the way out */
	size_t at, size;    /* the last one's key, in `keys` */
	bool is_last_dated; /* it has a date */
};

/* A request on its way to an answer. */
struct lastn {
	struct medark_api_call *call;
	struct medark_buffer text;
	struct medark_form form;
	struct medark_search_query query;
	struct medark_hunt hunt;
	uint64_t max;
	struct medark_nameset names; /* of codes */
	struct group *groups;	     /* of each name */
	uint32_t group_count;
	struct medark_buffer name; /* scratch */
	struct medark_buffer keys;
	struct medark_buffer given; /* uint32_t: records that are given, in order */
};

static void lastn_clear(struct lastn *l)
{
	medark_buffer_clear(&l->text);
	medark_form_clear(&l->form);
	medark_search_query_clear(&l->query);
	medark_hunt_clear(&l->hunt);
	medark_nameset_clear(&l->names);
	free(l->groups);
	medark_buffer_clear(&l->name);
	medark_buffer_clear(&l->keys);
	medark_buffer_clear(&l->given);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct lastn, lastn_clear)

/* ---- what is asked ---- */

/* Takes `max` out of the pairs. */
static int take_max(struct lastn *l)
{
	size_t left = 0;
	bool is_there = false;

	for (size_t i = 0; i < l->form.count; i++) {
		const struct medark_form_pair pair = l->form.pairs[i];

		if (!medark_bytes_is(pair.name, "max")) {
			l->form.pairs[left++] = pair;
			continue;
		}
		if (is_there || !medark_text_decimal(pair.value, INT32_MAX, &l->max) || !l->max)
			return medark_api_refused(l->call, 400, "invalid",
						  "max is one positive number");
		is_there = true;
	}
	l->form.count = left;
	return 1;
}

/* The most recent first: as a search sorts. */
static int add_order(struct lastn *l)
{
	if (l->form.count == MEDARK_FORM_PAIRS_MAX)
		return medark_api_refused(l->call, 400, "too-costly",
					  "there are too many parameters");
	l->form.pairs[l->form.count++] = (struct medark_form_pair) { medark_bytes_text("_sort"),
								     medark_bytes_text("-date") };
	return 1;
}

static bool has_other_settings(const struct medark_search_query *q)
{
	return q->include_count || q->element_count || q->count >= 0 || q->summary || q->total;
}

/* 1, or 0 after a refusal. */
static int read_query(struct lastn *l)
{
	const struct medark_search_type *type =
		medark_search_type_find(medark_bytes_text("Observation"));
	struct medark_error why = { 0 };
	int code = medark_api_arguments(l->call, &l->text, &l->form);

	if (code > 0)
		code = take_max(l);
	if (code > 0)
		code = add_order(l);
	if (code <= 0)
		return code;
	/* Nothing is ignored here: observations too many would hide the right ones. */
	code = medark_search_query_parse(&l->query, type, l->form.pairs, l->form.count,
					 &l->call->api->strict, &why);
	code = medark_api_judge(l->call, code, l->query.issue, &why);
	if (code <= 0)
		return code;
	if (has_other_settings(&l->query))
		return medark_api_refused(
			l->call, 400, "not-supported",
			"$lastn takes max, and search parameters of Observation, but no "
			"_count, _summary, _elements, _total or includes");
	return 1;
}

/* ---- groups ---- */

static uint32_t find_root(struct lastn *l, uint32_t n)
{
	while (l->groups[n].parent != n) {
		l->groups[n].parent = l->groups[l->groups[n].parent].parent;
		n = l->groups[n].parent;
	}
	return n;
}

/* The number of the name in l->name. */
static int number_name(struct lastn *l, uint32_t *out)
{
	struct medark_bytes name = medark_bytes(l->name.data, l->name.size);
	struct group *more;

	if (medark_nameset_find(&l->names, name, out))
		return 0;
	MEDARK_TRY(medark_nameset_add(&l->names, name, l->call->err));
	*out = medark_nameset_count(&l->names) - 1;
	if (*out >= l->group_count) {
		l->group_count = *out < 32 ? 64 : 2 * *out;
		more = realloc(l->groups, l->group_count * sizeof(*more));
		if (!more)
			return medark_error_memory(l->call->err, "codes");
		l->groups = more;
	}
	l->groups[*out] = (struct group) { .parent = *out };
	return 0;
}

/* 'C': a coding with its system; 'T': a text alone; neither: no code. */
static int write_name(struct lastn *l, char kind, struct medark_bytes system,
		      struct medark_bytes text)
{
	uint64_t size = system.size;

	l->name.size = 0;
	MEDARK_TRY(medark_buffer_add(&l->name, &kind, 1, l->call->err));
	MEDARK_TRY(medark_buffer_add(&l->name, &size, sizeof(size), l->call->err));
	MEDARK_TRY(medark_buffer_add(&l->name, system.data, system.size, l->call->err));
	return medark_buffer_add(&l->name, text.data, text.size, l->call->err);
}

static struct medark_bytes text_at(const struct medark_view_record *record,
				   const struct medark_json_node *from, const char *path)
{
	return medark_json_text_at(&record->tree, from, path);
}

/* The group of a record, after all of its codings have become one. */
static int find_group(struct lastn *l, const struct medark_view_record *record, uint32_t *out)
{
	struct medark_bytes text = text_at(record, record->root, "code.text");
	const struct medark_json_node *coding;
	struct medark_json_walk walk;
	bool is_any = false;

	medark_json_walk_init(&walk, &record->tree, record->root, "code.coding");
	while ((coding = medark_json_walk_next(&walk))) {
		uint32_t n;

		if (!text_at(record, coding, "code").size)
			continue;
		MEDARK_TRY(write_name(l, 'C', text_at(record, coding, "system"),
				      text_at(record, coding, "code")));
		MEDARK_TRY(number_name(l, &n));
		if (is_any)
			l->groups[find_root(l, n)].parent = find_root(l, *out);
		else
			*out = n;
		is_any = true;
	}
	if (is_any)
		return 0;
	MEDARK_TRY(write_name(l, text.size ? 'T' : '-', medark_bytes(NULL, 0), text));
	return number_name(l, out);
}

/* ---- which are given ---- */

static bool has_date(const struct lastn *l, const struct medark_view_record *record)
{
	struct medark_search_values values;

	medark_search_values_init(&values, &record->tree, l->query.sorts[0].param,
				  l->call->api->lenient.base);
	return medark_search_values_next(&values) != NULL;
}

/* The records come from the most recent on: up to max of each group, and those as old as the last
 * of them. */
static int choose(struct lastn *l, const struct medark_view_record *record, uint32_t number,
		  uint32_t name)
{
	struct group *g = &l->groups[find_root(l, name)];
	bool is_dated = has_date(l, record), is_tie;
	size_t at = l->keys.size;
	struct medark_bytes key, last;

	MEDARK_TRY(medark_search_order_key(&l->query, &record->tree, &l->keys, l->call->err));
	key = medark_bytes(l->keys.data + at, l->keys.size - at);
	last = medark_bytes(l->keys.data + g->at, g->size);
	is_tie = g->given && is_dated && g->is_last_dated && medark_bytes_equal(key, last);
	if (g->given >= l->max && !is_tie)
		return 0;
	g->given++;
	g->at = at;
	g->size = key.size;
	g->is_last_dated = is_dated;
	return medark_buffer_add(&l->given, &number, sizeof(number), l->call->err);
}

static int choose_all(struct lastn *l, const struct medark_view_records *found)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer names = MEDARK_BUFFER(MEDARK_HUNT_KEYS_MAX);

	for (size_t i = 0; i < found->count; i++) {
		uint32_t name;

		MEDARK_TRY(find_group(l, &found->list[i], &name));
		MEDARK_TRY(medark_buffer_add(&names, &name, sizeof(name), l->call->err));
	}
	/* Only now it is known which codes are the same. */
	for (size_t i = 0; i < found->count; i++)
		MEDARK_TRY(choose(l, &found->list[i], (uint32_t)i,
				  ((const uint32_t *)(const void *)names.data)[i]));
	return 0;
}

/* ---- the Bundle ---- */

static int put_bundle(struct lastn *l, const struct medark_view_records *found)
{
	const uint32_t *given = (const uint32_t *)(const void *)l->given.data;
	size_t count = l->given.size / sizeof(*given);
	bool is_first = true;

	MEDARK_TRY(medark_api_put(l->call,
				  "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":"
				  "%zu%s",
				  count, count ? ",\"entry\":[" : ""));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(medark_api_entry(l->call, &found->list[given[i]], "match", NULL,
					    &is_first));
	return medark_api_put(l->call, count ? "]}" : "}");
}

static int find_and_put(struct lastn *l)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records found = { 0 };

	MEDARK_TRY(medark_hunt_run(&l->hunt));
	MEDARK_TRY(medark_hunt_found(&l->hunt, &found));
	MEDARK_TRY(medark_nameset_init(&l->names, l->call->err));
	MEDARK_TRY(choose_all(l, &found));
	return put_bundle(l, &found);
}

int medark_api_lastn(struct medark_api_call *call)
{
	const struct medark_api_cursor begin = { .outside = UINT64_MAX };
	struct medark_error *err = call->err, why = { 0 };
	MEDARK_AUTO(lastn_clear)
	struct lastn l = { .call = call,
			   .text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM),
			   .max = 1,
			   .name = MEDARK_BUFFER_SECRET(NAME_ROOM),
			   .keys = MEDARK_BUFFER_SECRET(MEDARK_HUNT_KEYS_MAX),
			   .given = MEDARK_BUFFER(MEDARK_HUNT_KEYS_MAX) };
	int code = read_query(&l);

	if (code <= 0)
		return code;
	medark_hunt_init(&l.hunt, call, &l.query, medark_bytes(NULL, 0), &begin);
	l.hunt.want = UINT32_MAX;
	if (l.hunt.kind != MEDARK_HUNT_CHART)
		return medark_api_error(call, 400, "required",
					"$lastn needs one patient: patient=... or subject=Patient/"
					"...");
	MEDARK_TRY(medark_hunt_pass(&l.hunt, "Observation/$lastn",
				    medark_bytes(l.text.data, l.text.size)));
	call->err = &why;
	code = find_and_put(&l);
	call->err = err;
	return medark_api_send_made(call, code, &why);
}
