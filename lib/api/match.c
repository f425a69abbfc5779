/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patient/$match: who may be the patient of a POST
 * (https://hl7.org/fhir/R4/patient-operation-match.html). The index says who may fit; what the
 * Patient resources say of them decides.
 */
#include "api/hunt.h"
#include "api/match_grade.h"
#include "base/numbers.h"
#include "base/text.h"
#include "search/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_DEFAULT	50
#define COUNT_MAX	1000
#define IDENTIFIERS_MAX 16   /* that one request may ask for */
#define NAMES_MAX	8    /* likewise */
#define ROWS_MAX	1000 /* of one question to the index */
#define QUESTION_ROOM	1024
#define SCORE_CERTAIN	100

struct result {
	unsigned score;
	size_t at; /* in `keep` */
};

/* A match on its way to an answer. */
struct match {
	struct medark_api_call *call;
	struct medark_buffer text; /* of the request, with room behind it */
	struct medark_json_tree tree;
	const struct medark_json_node *patient;
	struct medark_match_person asked;
	bool only_certain;
	uint64_t count;
	struct medark_buffer numbers; /* uint64_t: of patients who may fit */
	struct medark_nameset seen;   /* ids that were looked at */
	struct medark_hunt_keep keep;
	struct medark_buffer results; /* struct result */
};

static void match_clear(struct match *m)
{
	medark_buffer_clear(&m->text);
	medark_json_tree_clear(&m->tree);
	medark_match_person_clear(&m->asked);
	medark_buffer_clear(&m->numbers);
	medark_nameset_clear(&m->seen);
	medark_hunt_keep_clear(&m->keep);
	medark_buffer_clear(&m->results);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct match, match_clear)

/* ---- what is asked ---- */

/* 1, or 0 after a refusal. */
static int read_body(struct match *m)
{
	if (!medark_api_is_json(m->call->request->fields[MEDARK_SERVE_CONTENT_TYPE]))
		return medark_api_refused(
			m->call, 415, "not-supported",
			"$match takes a Parameters resource as application/fhir+json");
	return medark_api_body_tree(m->call, &m->text, &m->tree);
}

/* 1, or 0 after a refusal: `count` is a number above 0, `onlyCertainMatches` true or false. */
static int read_setting(struct match *m, struct medark_bytes name, struct medark_bytes value)
{
	if (medark_bytes_is(name, "onlyCertainMatches")) {
		m->only_certain = medark_bytes_is(value, "true");
		if (!m->only_certain && !medark_bytes_is(value, "false"))
			return medark_api_refused(m->call, 400, "invalid",
						  "onlyCertainMatches is no boolean");
	} else if (medark_bytes_is(name, "count")) {
		if (!medark_text_decimal(value, INT32_MAX, &m->count) || !m->count)
			return medark_api_refused(m->call, 400, "invalid",
						  "count is no positive number");
		m->count = m->count < COUNT_MAX ? m->count : COUNT_MAX;
	} else if (!medark_bytes_is(name, "resource")) {
		return medark_api_refused(
			m->call, 400, "not-supported",
			"$match has the parameters resource, onlyCertainMatches and count");
	}
	return 1;
}

static struct medark_bytes value_of(const struct match *m, const struct medark_json_node *parameter)
{
	static const char *const names[] = { "valueBoolean", "valueInteger", "valuePositiveInt",
					     "valueUnsignedInt" };
	struct medark_bytes text = { NULL, 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !text.size; i++)
		text = medark_json_text_at(&m->tree, parameter, names[i]);
	return text;
}

static int read_parameters(struct match *m, const struct medark_json_node *root)
{
	const struct medark_json_node *p;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, &m->tree, root, "parameter");
	while ((p = medark_json_walk_next(&walk))) {
		struct medark_bytes name = medark_json_text_at(&m->tree, p, "name");
		int code = read_setting(m, name, value_of(m, p));

		if (code <= 0)
			return code;
		if (!medark_bytes_is(name, "resource"))
			continue;
		if (m->patient)
			return medark_api_refused(m->call, 400, "invalid",
						  "$match takes one Patient");
		m->patient = medark_json_member(&m->tree, p, "resource");
	}
	return 1;
}

/* Parameters of the address: beside a body that is the Patient itself, as R4 allows. */
static int read_address(struct match *m)
{
	MEDARK_AUTO(medark_form_clear) struct medark_form form = { 0 };
	int code;

	if (!m->call->request->has_query)
		return 1;
	code = medark_api_parse(m->call, m->call->request->query, &form);
	if (code <= 0)
		return code;
	for (size_t i = 0; i < form.count; i++) {
		if (medark_bytes_is(form.pairs[i].name, "_format") ||
		    medark_bytes_is(form.pairs[i].name, "_pretty"))
			continue;
		code = read_setting(m, form.pairs[i].name, form.pairs[i].value);
		if (code <= 0)
			return code;
	}
	return 1;
}

static bool is_birth(const struct match *m)
{
	struct medark_bytes birth = m->asked.birth;
	struct medark_moments when;

	return !birth.size || ((birth.size == 4 || birth.size == 7 || birth.size == 10) &&
			       medark_moments_parse(birth, m->call->api->setup.zone, &when));
}

/* 1, or 0 after a refusal. */
static int read_request(struct match *m)
{
	const struct medark_json_node *root = medark_json_tree_root(&m->tree);
	struct medark_match_person *p = &m->asked;
	int code = read_address(m);

	if (code <= 0)
		return code;
	if (medark_bytes_is(medark_json_text_at(&m->tree, root, "resourceType"), "Parameters")) {
		code = read_parameters(m, root);
		if (code <= 0)
			return code;
	} else {
		m->patient = root;
	}
	if (!medark_bytes_is(medark_json_text_at(&m->tree, m->patient, "resourceType"), "Patient"))
		return medark_api_refused(m->call, 400, "invalid",
					  "$match needs a Patient in `resource`");
	MEDARK_TRY(medark_match_person_read(p, &m->tree, m->patient, m->call->err));
	if (!is_birth(m))
		return medark_api_refused(m->call, 400, "invalid", "birthDate is no date");
	if (p->identifier_count > IDENTIFIERS_MAX || p->name_count > NAMES_MAX)
		return medark_api_refused(m->call, 400, "too-costly",
					  "more identifiers or names than $match takes");
	if (!p->identifier_count && (!p->birth.size || !p->name_count))
		return medark_api_refused(
			m->call, 400, "required",
			"$match needs an identifier with its system (a BSN must pass the "
			"11-test), or a family name and a birth date");
	return 1;
}

/* ---- the log ---- */

static int put_term(struct medark_buffer *out, const char *name, struct medark_bytes a,
		    struct medark_bytes b, struct medark_error *err)
{
	if (!a.size)
		return 0;
	MEDARK_TRY(medark_buffer_print(out, err, "%s%s=", out->size > 14 ? "&" : "?", name));
	MEDARK_TRY(medark_buffer_add(out, a.data, a.size, err));
	if (!b.size)
		return 0;
	MEDARK_TRY(medark_buffer_add(out, "|", 1, err));
	return medark_buffer_add(out, b.data, b.size, err);
}

/* As a search's row: who was looked for, and nothing else of the body. */
static int pass_gate(struct match *m)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(4 * MEDARK_SERVE_BODY_MAX);
	struct medark_api_access access = { .kind = MEDARK_API_SEARCH };
	struct medark_bytes none = { NULL, 0 };
	struct medark_error *err = m->call->err;
	char query[MEDARK_API_QUERY_MAX];

	MEDARK_TRY(medark_buffer_text(&text, "Patient/$match", err));
	for (size_t i = 0; i < m->asked.identifier_count; i++)
		MEDARK_TRY(put_term(&text, "identifier", m->asked.identifiers[i].system,
				    m->asked.identifiers[i].value, err));
	for (size_t i = 0; i < m->asked.name_count; i++)
		MEDARK_TRY(put_term(&text, "family", medark_match_family(&m->asked, i), none, err));
	MEDARK_TRY(put_term(&text, "birthdate", m->asked.birth, none, err));
	MEDARK_TRY(put_term(&text, "gender", m->asked.gender, none, err));
	(void)snprintf(query, sizeof(query), "%.*s", (int)(text.size < 4000 ? text.size : 4000),
		       (const char *)text.data);
	access.query = query;
	return m->call->gate->pass(m->call->gate->context, &access, err);
}

/* ---- who may fit ---- */

static int add_row(void *context, const struct medark_patient_row *row)
{
	struct match *m = context;

	return medark_buffer_add(&m->numbers, &row->number, sizeof(row->number), m->call->err);
}

static int add_row_of_birth(void *context, const struct medark_patient_row *row)
{
	const struct match *m = context;
	struct medark_bytes birth = medark_bytes_text(row->birth_date);

	return medark_match_same_birth(m->asked.birth, birth) ? add_row(context, row) : 0;
}

static int ask(struct match *m, const char *question,
	       int (*each)(void *context, const struct medark_patient_row *row))
{
	bool more;

	MEDARK_TRY(medark_shelf_query(m->call->shelf, question, ROWS_MAX, &more, each, m,
				      m->call->err));
	if (more)
		return medark_error_set(m->call->err, MEDARK_E_USAGE,
					"too many patients may fit: give more of the patient");
	return 0;
}

static int ask_identifier(struct match *m, const struct medark_match_identifier *i)
{
	char question[QUESTION_ROOM];
	int size;

	/* A BSN has two systems, and is told by its digits. */
	if (i->is_bsn)
		size = snprintf(question, sizeof(question), "%.*s", (int)i->value.size,
				(const char *)i->value.data);
	else
		size = snprintf(question, sizeof(question), "%.*s|%.*s", (int)i->system.size,
				(const char *)i->system.data, (int)i->value.size,
				(const char *)i->value.data);
	/* No identifier of an archive's index is that long. */
	return size < (int)sizeof(question) ? ask(m, question, add_row) : 0;
}

/* By the year and the family name's last word: whoever fits has both, "van der" or not. */
static int ask_name(struct match *m, struct medark_bytes family)
{
	const uint8_t *space = memrchr(family.data, ' ', family.size);
	size_t skip = space ? (size_t)(space - family.data) + 1 : 0;
	char question[QUESTION_ROOM];

	(void)snprintf(question, sizeof(question), "%.4s %.*s", (const char *)m->asked.birth.data,
		       (int)(family.size - skip), (const char *)family.data + skip);
	return ask(m, question, add_row_of_birth);
}

static int find_candidates(struct match *m)
{
	for (size_t i = 0; i < m->asked.identifier_count; i++)
		MEDARK_TRY(ask_identifier(m, &m->asked.identifiers[i]));
	for (size_t i = 0; m->asked.birth.size && i < m->asked.name_count; i++)
		MEDARK_TRY(ask_name(m, medark_match_family(&m->asked, i)));
	return 0;
}

/* ---- who does ---- */

static int take_patient(void *context, const struct medark_view_record *record, uint64_t number,
			struct medark_error *err)
{
	struct match *m = context;
	struct result result = { .at = medark_hunt_keep_count(&m->keep) };
	struct medark_match_person found = { 0 };
	int code = record->root ? 1 : 0;

	(void)number;
	if (code && record->id.size)
		code = medark_nameset_add(&m->seen, record->id, err);
	if (code <= 0)
		return code;
	code = medark_match_person_read(&found, &record->tree, record->root, err);
	if (code >= 0)
		result.score = medark_match_score(&m->asked, &found);
	medark_match_person_clear(&found);
	MEDARK_TRY(code);
	if (!result.score || (m->only_certain && result.score < SCORE_CERTAIN))
		return 0;
	MEDARK_TRY(medark_buffer_add(&m->results, &result, sizeof(result), err));
	return medark_hunt_keep_add(&m->keep, record, err);
}

static int by_score(const void *a, const void *b)
{
	const struct result *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static int grade_candidates(struct match *m)
{
	uint64_t *list = (uint64_t *)(void *)m->numbers.data;
	size_t count = medark_numbers_unique(list, m->numbers.size / sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		if (medark_api_is_late(m->call))
			return medark_error_set(m->call->err, MEDARK_E_USAGE,
						"too many patients may fit: give more of the "
						"patient");
		MEDARK_TRY(medark_shelf_of(m->call->shelf, list[i], medark_bytes_text("Patient"),
					   take_patient, m, m->call->err));
	}
	/* Of several certain ones none is the one that was meant. */
	if (m->only_certain && m->results.size > sizeof(struct result))
		m->results.size = 0;
	if (m->results.size)
		qsort(m->results.data, m->results.size / sizeof(struct result),
		      sizeof(struct result), by_score);
	return 0;
}

/* ---- the Bundle ---- */

static int put_bundle(struct match *m)
{
	const struct result *list = (const struct result *)(const void *)m->results.data;
	size_t total = m->results.size / sizeof(*list);
	size_t count = total < m->count ? total : (size_t)m->count;
	bool is_first = true;

	MEDARK_TRY(medark_api_put(m->call,
				  "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":"
				  "%zu%s",
				  total, count ? ",\"entry\":[" : ""));
	for (size_t i = 0; i < count; i++) {
		MEDARK_AUTO(medark_view_records_clear) struct medark_view_records one = { 0 };

		MEDARK_TRY(medark_hunt_keep_get(&m->keep, list[i].at, &one, m->call->err));
		MEDARK_TRY(medark_api_entry_graded(m->call, &one.list[0],
						   medark_match_grade(list[i].score), list[i].score,
						   &is_first));
	}
	return medark_api_put(m->call, count ? "]}" : "}");
}

static int answer(struct match *m)
{
	struct medark_error *err = m->call->err, why = { 0 };
	int code;

	m->call->err = &why;
	code = find_candidates(m);
	if (code >= 0)
		code = grade_candidates(m);
	if (code >= 0)
		code = put_bundle(m);
	m->call->err = err;
	return medark_api_send_made(m->call, code, &why);
}

int medark_api_match(struct medark_api_call *call)
{
	MEDARK_AUTO(match_clear)
	struct match m = { .call = call,
			   .text = MEDARK_BUFFER_SECRET(MEDARK_SERVE_BODY_MAX +
							MEDARK_JSON_PADDING),
			   .count = COUNT_DEFAULT,
			   .numbers = MEDARK_BUFFER(MEDARK_HUNT_KEYS_MAX),
			   .keep = MEDARK_HUNT_KEEP,
			   .results = MEDARK_BUFFER(MEDARK_HUNT_KEYS_MAX) };
	int code;

	if (call->request->method != MEDARK_SERVE_POST) {
		MEDARK_TRY(medark_api_error(call, 405, "not-supported", "$match is asked by POST"));
		return medark_api_header(call, "Allow", "POST");
	}
	code = read_body(&m);
	if (code > 0)
		code = read_request(&m);
	if (code <= 0)
		return code;
	if (!medark_record_find_is_complete(call->api->setup.find))
		return medark_api_not_yet(call);
	MEDARK_TRY(medark_nameset_init(&m.seen, call->err));
	MEDARK_TRY(pass_gate(&m));
	return answer(&m);
}
