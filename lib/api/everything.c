/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patient/[id]/$everything: the chart, and what it refers to outside of itself
 * (https://hl7.org/fhir/R4/patient-operation-everything.html).
 */
#include "api/api_private.h"

#include "base/text.h"
#include "search/match_kinds.h"

#include <stdio.h>
#include <string.h>

#define COUNT_MAX 1000

/* A request on its way to an answer. */
struct everything {
	struct medark_api_call *call;
	struct medark_buffer text; /* the parameters, as they came or as the link says */
	struct medark_form form;
	struct medark_api_cursor cursor;
	bool has_types, has_since, has_start, has_end, has_count;
	struct medark_moment since, start; /* from here on */
	struct medark_moment end;	   /* before this */
	uint64_t count;			   /* of a page, with `has_count` */
};

static void everything_clear(struct everything *e)
{
	medark_buffer_clear(&e->text);
	medark_form_clear(&e->form);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct everything, everything_clear)

/* ---- what is asked ---- */

static int read_moment(struct everything *e, const struct medark_form_pair *pair,
		       struct medark_moments *out)
{
	char sentence[64];

	if (medark_moments_parse(pair->value, e->call->api->setup.zone, out))
		return 1;
	(void)snprintf(sentence, sizeof(sentence), "%.*s is not a date", (int)pair->name.size,
		       (const char *)pair->name.data);
	return medark_api_refused(e->call, 400, "invalid", sentence);
}

static int read_pair(struct everything *e, const struct medark_form_pair *pair)
{
	bool is_since = medark_bytes_is(pair->name, "_since");
	bool is_start = medark_bytes_is(pair->name, "start");
	bool is_end = medark_bytes_is(pair->name, "end");
	struct medark_moments when;

	if (medark_bytes_is(pair->name, "_count")) {
		if (!medark_text_decimal(pair->value, INT32_MAX, &e->count))
			return medark_api_refused(e->call, 400, "invalid",
						  "_count is not a number");
		e->count = e->count < COUNT_MAX ? e->count : COUNT_MAX;
		e->has_count = true;
	}
	e->has_types |= medark_bytes_is(pair->name, "_type") && pair->value.size;
	if (is_since || is_start || is_end) {
		int code = read_moment(e, pair, &when);

		if (code <= 0)
			return code;
	}
	if (is_since)
		e->since = when.from;
	if (is_start)
		e->start = when.from;
	if (is_end)
		e->end = when.to;
	e->has_since |= is_since;
	e->has_start |= is_start;
	e->has_end |= is_end;
	return 1;
}

/* 1, or 0 after a refusal. */
static int read_request(struct everything *e)
{
	int code = medark_api_arguments(e->call, &e->text, &e->form);

	if (code > 0)
		code = medark_api_follow_page(e->call, &e->text, &e->form, &e->cursor);
	for (size_t i = 0; code > 0 && i < e->form.count; i++)
		code = read_pair(e, &e->form.pairs[i]);
	return code;
}

/* ---- which records ---- */

static bool is_type(const struct everything *e, struct medark_bytes type)
{
	for (size_t i = 0; i < e->form.count; i++)
		if (medark_bytes_is(e->form.pairs[i].name, "_type") &&
		    medark_api_is_listed(e->form.pairs[i].value, type))
			return true;
	return !e->has_types;
}

/* Does the parameter say when there was care? */
static bool is_of_care(const struct medark_search_param *param)
{
	static const char *const others[] = { "birthdate", "death-date", "expiration-date",
					      "value-date" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strcmp(param->name, others[i]) == 0)
			return false;
	return param->kind == MEDARK_SEARCH_DATE;
}

/* Is a date of the parameter's within start and end? *out_any: there is one at all. */
static bool is_within(const struct everything *e, const struct medark_view_record *record,
		      const struct medark_search_param *param, bool *out_any)
{
	const struct medark_search_setup *setup = &e->call->api->lenient;
	const struct medark_json_node *node;
	struct medark_search_values values;
	struct medark_moments when;

	medark_search_values_init(&values, &record->tree, param, setup->base);
	while ((node = medark_search_values_next(&values))) {
		if (!medark_search_date_of(&record->tree, node, setup->zone, &when))
			continue;
		*out_any = true;
		if ((!e->has_start || medark_moment_compare(when.to, e->start) > 0) &&
		    (!e->has_end || medark_moment_compare(when.from, e->end) < 0))
			return true;
	}
	return false;
}

/* What has no date of care may be of any time. */
static bool is_in_time(const struct everything *e, const struct medark_view_record *record)
{
	const struct medark_search_type *type = medark_search_type_find(record->type);
	bool is_any = false;

	if ((!e->has_start && !e->has_end) || !type)
		return true;
	for (size_t i = 0; i < type->count; i++)
		if (is_of_care(&type->params[i]) && is_within(e, record, &type->params[i], &is_any))
			return true;
	return !is_any;
}

static bool is_wanted(const struct everything *e, const struct medark_view_record *record)
{
	return record->root && is_type(e, record->type) && is_in_time(e, record) &&
	       (!e->has_since || medark_api_is_since(e->call->api, record, e->since));
}

/* ---- the Bundle ---- */

static int put_address(struct everything *e, struct medark_buffer *out)
{
	struct medark_error *err = e->call->err;

	MEDARK_TRY(medark_buffer_print(out, err, "%s/Patient/", e->call->api->setup.base));
	MEDARK_TRY(medark_api_escape(out, e->call->segments[1], err));
	return medark_buffer_text(out, "/$everything", err);
}

/* A link to another page of the same request. */
static int put_link(struct everything *e, const char *relation, uint64_t offset)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer url = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	const struct medark_api_cursor cursor = { .offset = offset };

	MEDARK_TRY(put_address(e, &url));
	return medark_api_put_page(e->call, relation, &url, &e->text, &cursor);
}

static int put_links(struct everything *e, uint64_t total)
{
	uint64_t next = e->cursor.offset + e->count;

	MEDARK_TRY(medark_api_put(e->call, "\"link\":[{\"relation\":\"self\",\"url\":\""));
	MEDARK_TRY(put_address(e, &e->call->body));
	MEDARK_TRY(medark_api_put(e->call, "\"}"));
	if (e->count && (e->cursor.offset || next < total))
		MEDARK_TRY(put_link(e, "first", 0));
	if (e->count && next < total)
		MEDARK_TRY(put_link(e, "next", next));
	return medark_api_put(e->call, "]");
}

static int put_bundle(struct everything *e, const struct medark_shelf_chart *chart)
{
	const struct medark_view_records *records = &chart->records;
	uint64_t total = 0, place = 0, end = e->cursor.offset + e->count;
	bool is_first = true;

	for (size_t i = 0; i < records->count; i++)
		total += is_wanted(e, &records->list[i]);
	MEDARK_TRY(medark_api_put(
		e->call, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":%llu,",
		(unsigned long long)total));
	MEDARK_TRY(put_links(e, total));
	for (size_t i = 0; i < records->count; i++) {
		if (!is_wanted(e, &records->list[i]))
			continue;
		place++;
		if (e->has_count && (place <= e->cursor.offset || place > end))
			continue;
		if (is_first)
			MEDARK_TRY(medark_api_put(e->call, ",\"entry\":["));
		MEDARK_TRY(medark_api_entry(e->call, &records->list[i], "match", NULL, &is_first));
	}
	return medark_api_put(e->call, is_first ? "}" : "]}");
}

static int answer(struct everything *e, const struct medark_shelf_chart *chart)
{
	struct medark_error *err = e->call->err, why = { 0 };
	int code;

	e->call->err = &why;
	code = put_bundle(e, chart);
	e->call->err = err;
	return medark_api_send_made(e->call, code, &why);
}

int medark_api_everything(struct medark_api_call *call, struct medark_bytes patient)
{
	MEDARK_AUTO(everything_clear)
	struct everything e = { .call = call, .text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM) };
	const struct medark_shelf_chart *chart = NULL;
	int code = read_request(&e);

	if (code > 0)
		code = medark_api_chart(call, patient, &chart);
	return code > 0 ? answer(&e, chart) : code;
}
