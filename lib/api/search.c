/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search: what a query finds (https://hl7.org/fhir/R4/search.html), page by page. Where the records
 * are that may be found, is said by hunt.h: in one chart, among some patients, or anywhere.
 */
#include "api/hunt.h"
#include "base/text.h"
#include "search/follow.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_DEFAULT 50
#define COUNT_MAX     1000
#define INCLUDED_MAX  10000
#define INCLUDE_MS    5000 /* for what records refer to */

/* A search on its way to an answer. */
struct search {
	struct medark_api_call *call;
	struct medark_buffer text; /* the parameters, as they came or as the link says */
	struct medark_form form;
	struct medark_search_query query;
	struct medark_api_cursor cursor;
	struct medark_bytes patient; /* of the path; or empty */
	struct medark_hunt hunt;
	struct medark_nameset written; /* Type/id of the entries */
	struct medark_nameset sought;  /* the same of what was looked for, to be included */
	struct medark_api_cut cut;
	bool is_first;	       /* no entry was written yet */
	int64_t include_until; /* as of medark_api_clock() */
};

static void search_clear(struct search *s)
{
	medark_buffer_clear(&s->text);
	medark_form_clear(&s->form);
	medark_search_query_clear(&s->query);
	medark_hunt_clear(&s->hunt);
	medark_nameset_clear(&s->written);
	medark_nameset_clear(&s->sought);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct search, search_clear)

/* ---- reading ---- */

static bool is_strict(const struct search *s)
{
	struct medark_bytes prefer = s->call->request->fields[MEDARK_SERVE_PREFER];
	static const char word[] = "handling=strict";

	return prefer.size && memmem(prefer.data, prefer.size, word, sizeof(word) - 1);
}

/* 1, or 0 after a refusal. */
static int read_query(struct search *s, const struct medark_search_type *type)
{
	struct medark_error why = { 0 };
	int code = medark_api_arguments(s->call, &s->text, &s->form);

	if (code > 0)
		code = medark_api_follow_page(s->call, &s->text, &s->form, &s->cursor);
	if (code <= 0)
		return code;
	code = medark_search_query_parse(
		&s->query, type, s->form.pairs, s->form.count,
		is_strict(s) ? &s->call->api->strict : &s->call->api->lenient, &why);
	return medark_api_judge(s->call, code, s->query.issue, &why);
}

/* ---- entries ---- */

/* Notes the name in a set: 1 if it was not there yet. */
static int is_new_in(struct search *s, struct medark_nameset *set, struct medark_bytes type,
		     struct medark_bytes id)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(1 << 12);

	if (!id.size || type.size + id.size > 2048)
		return 1;
	MEDARK_TRY(medark_buffer_add(&name, type.data, type.size, s->call->err));
	MEDARK_TRY(medark_buffer_add(&name, "/", 1, s->call->err));
	MEDARK_TRY(medark_buffer_add(&name, id.data, id.size, s->call->err));
	return medark_nameset_add(set, medark_bytes(name.data, name.size), s->call->err);
}

/* Notes the record's name: 1 if it was not written yet. */
static int is_new(struct search *s, struct medark_bytes type, struct medark_bytes id)
{
	return is_new_in(s, &s->written, type, id);
}

static int put_matches(struct search *s, const struct medark_view_records *found)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct medark_view_record *r = &found->list[i];

		MEDARK_TRY(is_new(s, r->type, r->id));
		MEDARK_TRY(medark_api_entry(s->call, r, "match", &s->cut, &s->is_first));
	}
	return 0;
}

/* ---- what is included ---- */

struct included {
	struct search *search;
	const struct medark_search_include *include;
	const struct medark_view_records *of;
	struct medark_hunt_keep *keep; /* what was included, for :iterate */
};

static int include_record(struct included *in, const struct medark_view_record *record)
{
	struct search *s = in->search;
	int code = is_new(s, record->type, record->id);

	if (code <= 0)
		return code;
	if (medark_nameset_count(&s->written) > INCLUDED_MAX)
		return medark_error_set(s->call->err, MEDARK_E_MEMORY,
					"a search includes more than %d records", INCLUDED_MAX);
	MEDARK_TRY(medark_api_entry(s->call, record, "include", &s->cut, &s->is_first));
	return medark_hunt_keep_add(in->keep, record, s->call->err);
}

/* What a reference leads to. A record may have as many as its source wrote into it. */
static int include_target(struct included *in, struct medark_bytes type, struct medark_bytes id)
{
	MEDARK_AUTO(medark_shelf_record_clear) struct medark_shelf_record one = { 0 };
	struct medark_api_call *call = in->search->call;
	struct medark_error why = { 0 };
	int code;

	if (medark_api_clock() > in->search->include_until ||
	    call->gate->is_stopping(call->gate->context))
		return medark_error_set(call->err, MEDARK_E_USAGE,
					"there is no time for all that is to be included: ask for "
					"fewer records (_count=...)");
	code = medark_shelf_record(call->shelf, type, id, &one, &why);
	if (code == MEDARK_E_NOT_FOUND)
		return 0;
	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	return include_record(in, &one.one.list[0]);
}

static int include_forward(struct included *in, const struct medark_view_record *of)
{
	struct medark_api_call *call = in->search->call;
	struct medark_search_follow follow;
	struct medark_bytes type, id;

	if (!of->root || !medark_bytes_is(of->type, in->include->type->name))
		return 0;
	medark_search_follow_init(&follow, in->include, &of->tree, call->api->lenient.base);
	while (medark_search_follow_next(&follow, &type, &id)) {
		/* Once, whoever refers to it: each costs a chart to be read. */
		int code = is_new_in(in->search, &in->search->sought, type, id);

		MEDARK_TRY(code);
		if (code)
			MEDARK_TRY(include_target(in, type, id));
	}
	return 0;
}

static int take_reverse(void *context, const struct medark_view_record *record)
{
	struct included *in = context;
	struct medark_bytes base = in->search->call->api->lenient.base;

	for (size_t i = 0; record->root && i < in->of->count; i++) {
		const struct medark_view_record *of = &in->of->list[i];

		if (of->root && of->id.size &&
		    medark_search_follow_leads(in->include, &record->tree, base, of->type, of->id))
			return include_record(in, record);
	}
	return 0;
}

/* One of the includes, of some records: what may refer to them is looked at once. */
static int include_of(struct search *s, const struct medark_view_records *of,
		      const struct medark_search_include *include, struct medark_hunt_keep *keep)
{
	struct included in = { .search = s, .include = include, .of = of, .keep = keep };

	if (include->reverse)
		return medark_hunt_referring(s->call, include->type, of, take_reverse, &in);
	for (size_t i = 0; i < of->count; i++)
		MEDARK_TRY(include_forward(&in, &of->list[i]));
	return 0;
}

/* What :iterate brings of what was included the last time: again, as long as there is some. */
static int put_iterated(struct search *s, struct medark_hunt_keep *last)
{
	while (medark_hunt_keep_count(last)) {
		MEDARK_AUTO(medark_view_records_clear) struct medark_view_records of = { 0 };
		struct medark_hunt_keep next = MEDARK_HUNT_KEEP;
		int code = 0;

		for (size_t i = 0; i < medark_hunt_keep_count(last); i++)
			MEDARK_TRY(medark_hunt_keep_get(last, i, &of, s->call->err));
		for (size_t i = 0; i < s->query.include_count && code >= 0; i++)
			if (s->query.includes[i].iterate)
				code = include_of(s, &of, &s->query.includes[i], &next);
		medark_hunt_keep_clear(last);
		*last = next;
		MEDARK_TRY(code);
	}
	return 0;
}

static int put_included(struct search *s, const struct medark_view_records *found)
{
	MEDARK_AUTO(medark_hunt_keep_clear) struct medark_hunt_keep keep = MEDARK_HUNT_KEEP;

	/* Also of a page that took all the time that a search has. */
	s->include_until = medark_api_clock() + INCLUDE_MS;
	for (size_t i = 0; i < s->query.include_count; i++)
		MEDARK_TRY(include_of(s, found, &s->query.includes[i], &keep));
	return put_iterated(s, &keep);
}

/* ---- the Bundle ---- */

static bool is_ignored(const struct search *s, size_t i)
{
	for (size_t k = 0; k < s->query.ignored_count; k++)
		if (s->query.ignored[k] == i)
			return true;
	return medark_bytes_is(s->form.pairs[i].name, "_page");
}

static int put_path(const struct search *s, struct medark_buffer *out)
{
	struct medark_error *err = s->call->err;

	MEDARK_TRY(medark_buffer_print(out, err, "%s/", s->call->api->setup.base));
	if (s->patient.size) {
		MEDARK_TRY(medark_buffer_text(out, "Patient/", err));
		MEDARK_TRY(medark_api_escape(out, s->patient, err));
		MEDARK_TRY(medark_buffer_text(out, "/", err));
	}
	return medark_buffer_text(out, s->query.type->name, err);
}

/* What was understood of the question, without what was ignored. */
static int put_self(struct search *s)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer url = MEDARK_BUFFER_SECRET(4 * MEDARK_API_QUERY_ROOM);
	struct medark_error *err = s->call->err;
	const char *sign = "?";

	MEDARK_TRY(put_path(s, &url));
	for (size_t i = 0; i < s->form.count; i++) {
		if (is_ignored(s, i))
			continue;
		MEDARK_TRY(medark_buffer_text(&url, sign, err));
		MEDARK_TRY(medark_api_escape(&url, s->form.pairs[i].name, err));
		MEDARK_TRY(medark_buffer_text(&url, "=", err));
		MEDARK_TRY(medark_api_escape(&url, s->form.pairs[i].value, err));
		sign = "&";
	}
	MEDARK_TRY(medark_api_put(s->call, "{\"relation\":\"self\",\"url\":"));
	MEDARK_TRY(medark_text_json(&s->call->body, medark_bytes(url.data, url.size), err));
	return medark_api_put(s->call, "}");
}

static int put_link(struct search *s, const char *relation, const struct medark_api_cursor *cursor)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer url = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);

	MEDARK_TRY(put_path(s, &url));
	return medark_api_put_page(s->call, relation, &url, &s->text, cursor);
}

static int put_links(struct search *s)
{
	const struct medark_api_cursor first = { .outside = UINT64_MAX };

	MEDARK_TRY(medark_api_put(s->call, "\"link\":["));
	MEDARK_TRY(put_self(s));
	if (s->hunt.more || s->cursor.offset || s->cursor.at || s->cursor.skip)
		MEDARK_TRY(put_link(s, "first", &first));
	if (s->hunt.more)
		MEDARK_TRY(put_link(s, "next", &s->hunt.next));
	return medark_api_put(s->call, "]");
}

static int put_ignored(struct search *s)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	size_t count = 0;

	MEDARK_TRY(medark_buffer_text(&text, "not understood, and ignored:", s->call->err));
	for (size_t k = 0; k < s->query.ignored_count; k++) {
		struct medark_bytes name = s->form.pairs[s->query.ignored[k]].name;

		MEDARK_TRY(medark_buffer_text(&text, " ", s->call->err));
		MEDARK_TRY(medark_buffer_add(&text, name.data, name.size, s->call->err));
		count++;
	}
	if (!count)
		return 0;
	MEDARK_TRY(
		medark_api_put(s->call,
			       "%s{\"resource\":{\"resourceType\":\"OperationOutcome\",\"issue\":"
			       "[{\"severity\":\"warning\",\"code\":\"not-supported\","
			       "\"diagnostics\":",
			       s->is_first ? "" : ","));
	s->is_first = false;
	MEDARK_TRY(
		medark_text_json(&s->call->body, medark_bytes(text.data, text.size), s->call->err));
	return medark_api_put(s->call, "}]},\"search\":{\"mode\":\"outcome\"}}");
}

static int put_bundle(struct search *s, const struct medark_view_records *found)
{
	MEDARK_TRY(medark_api_put(s->call, "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","));
	if (s->hunt.is_counted && s->query.total != MEDARK_SEARCH_TOTAL_NONE)
		MEDARK_TRY(medark_api_put(s->call, "\"total\":%llu,",
					  (unsigned long long)s->hunt.total));
	MEDARK_TRY(put_links(s));
	if (s->query.summary == MEDARK_SEARCH_SUMMARY_COUNT)
		return medark_api_put(s->call, "}");
	if (found->count || s->query.ignored_count)
		MEDARK_TRY(medark_api_put(s->call, ",\"entry\":["));
	MEDARK_TRY(put_matches(s, found));
	MEDARK_TRY(put_included(s, found));
	MEDARK_TRY(put_ignored(s));
	return medark_api_put(s->call, s->is_first ? "}" : "]}");
}

/* ---- the whole ---- */

static int answer(struct search *s)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records found = { 0 };
	struct medark_error *err = s->call->err, why = { 0 };
	int code;

	s->call->err = &why;
	code = medark_hunt_run(&s->hunt);
	if (code >= 0)
		code = medark_hunt_found(&s->hunt, &found);
	if (code >= 0)
		code = put_bundle(s, &found);
	s->call->err = err;
	return medark_api_send_made(s->call, code, &why);
}

int medark_api_search(struct medark_api_call *call, const struct medark_search_type *type,
		      struct medark_bytes patient)
{
	MEDARK_AUTO(search_clear)
	struct search s = { .call = call,
			    .text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM),
			    .cursor = { .outside = UINT64_MAX },
			    .patient = patient,
			    .is_first = true };
	int code = read_query(&s, type);

	if (code <= 0)
		return code;
	s.cut = (struct medark_api_cut) { .summary = s.query.summary,
					  .elements = s.query.elements,
					  .element_count = s.query.element_count };
	MEDARK_TRY(medark_nameset_init(&s.written, call->err));
	MEDARK_TRY(medark_nameset_init(&s.sought, call->err));
	medark_hunt_init(&s.hunt, call, &s.query, patient, &s.cursor);
	s.hunt.want = s.query.count < 0 ? COUNT_DEFAULT : (uint64_t)s.query.count;
	if (s.hunt.want > COUNT_MAX)
		s.hunt.want = COUNT_MAX;
	if (medark_hunt_needs_names(&s.hunt) &&
	    !medark_record_find_is_complete(call->api->setup.find)) {
		MEDARK_TRY(
			medark_api_error(call, 503, "transient",
					 "the archive is still being read: name a patient, or try "
					 "again in some seconds"));
		return medark_api_header(call, "Retry-After", "5");
	}
	MEDARK_TRY(medark_hunt_pass(&s.hunt, s.query.type->name,
				    medark_bytes(s.text.data, s.text.size)));
	return answer(&s);
}
