/* SPDX-License-Identifier: Apache-2.0 */
/*
 * $export: everything, as NDJSON by type (https://hl7.org/fhir/uv/bulkdata/STU2/export.html), for a
 * system that takes over what was kept here. An archive does not change: there is nothing to
 * prepare, and nothing to clean up. A job is its question, sealed into its address (token.c), and a
 * file is written while it is fetched (export_file.c).
 */
#include "api/api_private.h"

#include "base/text.h"
#include "search/form.h"
#include "search/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The question has to fit into an address: sealed, and in base64. */
#define QUESTION_MAX 4000
#define TYPES_MAX    512

/* What a sealed address is for. */
#define OF_JOB	"$export\n"
#define OF_FILE "$export-file\n"

struct question {
	struct medark_buffer text; /* behind OF_JOB: "Patient/" or nothing, and the parameters */
	struct medark_form form;
	struct medark_bytes types; /* separated by commas; empty: all */
	struct medark_bytes since; /* empty: whatever its age */
};

static void question_clear(struct question *q)
{
	medark_buffer_clear(&q->text);
	medark_form_clear(&q->form);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct question, question_clear)

/* ---- the question ---- */

static bool prefers(const struct medark_api_call *call, const char *word)
{
	struct medark_bytes prefer = call->request->fields[MEDARK_SERVE_PREFER];

	return prefer.size && memmem(prefer.data, prefer.size, word, strlen(word));
}

static bool is_ndjson(struct medark_bytes format)
{
	return medark_bytes_is(format, "ndjson") || medark_bytes_is(format, "application/ndjson") ||
	       medark_bytes_is(format, "application/fhir+ndjson");
}

/* A sentence that says what is wrong; NULL: nothing. */
static const char *take_parameter(const struct medark_api_call *call,
				  const struct medark_form_pair *pair, struct question *q)
{
	struct medark_moments when;

	if (medark_bytes_is(pair->name, "_type")) {
		q->types = pair->value;
	} else if (medark_bytes_is(pair->name, "_since")) {
		if (!medark_moments_parse(pair->value, call->api->setup.zone, &when))
			return "_since is not a date";
		q->since = pair->value;
	} else if (medark_bytes_is(pair->name, "_outputFormat")) {
		if (!is_ndjson(pair->value))
			return "files are application/fhir+ndjson, nothing else";
	} else if (!prefers(call, "handling=lenient")) {
		/* More than was wanted would leave: the client has to say that it may. */
		return "of the parameters of $export there are _type, _since and _outputFormat; "
		       "with Prefer: handling=lenient others are ignored";
	}
	return NULL;
}

/* Reads the parameters of `text`, which stays: 1, or 0 after a refusal. */
static int read_question(struct medark_api_call *call, struct medark_bytes text, struct question *q)
{
	struct medark_error why = { 0 };
	const char *wrong = NULL;
	int code = medark_form_parse(&q->form, text, &why);

	if (code < 0 && code != MEDARK_E_USAGE)
		return medark_error_set(call->err, code, "%s", why.message);
	if (code < 0)
		wrong = why.message;
	else if (text.size > QUESTION_MAX)
		wrong = "the parameters are too long";
	for (size_t i = 0; !wrong && i < q->form.count; i++)
		wrong = take_parameter(call, &q->form.pairs[i], q);
	if (!wrong)
		return 1;
	return medark_api_refused(call, 400, "invalid", wrong);
}

/* The sealed text of the address's only parameter, behind `of`: 1, or 0 after a refusal. */
static int open_address(struct medark_api_call *call, const char *of, struct medark_buffer *out,
			struct medark_bytes *out_rest)
{
	MEDARK_AUTO(medark_form_clear) struct medark_form form = { 0 };
	struct medark_api_cursor cursor;
	struct medark_error why = { 0 };
	int code = medark_form_parse(&form, call->request->query, &why);

	if (code >= 0 && form.count != 1)
		code = MEDARK_E_USAGE;
	if (code >= 0)
		code = medark_api_token_open(call->api, form.pairs[0].value, out, &cursor, &why);
	if (code < 0 && code != MEDARK_E_USAGE)
		return medark_error_set(call->err, code, "%s", why.message);
	if (code < 0 || !medark_bytes_starts(medark_bytes(out->data, out->size), of)) {
		return medark_api_refused(call, 404, "not-found",
					  "there is no such export; ask for $export again");
	}
	*out_rest = medark_bytes(out->data + strlen(of), out->size - strlen(of));
	return 1;
}

static int put_sealed(struct medark_api_call *call, const char *path, struct medark_bytes text,
		      struct medark_buffer *out)
{
	const struct medark_api_cursor none = { 0 };

	MEDARK_TRY(medark_buffer_print(out, call->err, "%s/%s=", call->api->setup.base, path));
	return medark_api_token(call->api, text, &none, out, call->err);
}

static int only_get(struct medark_api_call *call)
{
	MEDARK_TRY(medark_api_error(call, 405, "not-supported",
				    "an export is asked for by GET, with its parameters in the "
				    "address"));
	return medark_api_header(call, "Allow", "GET, HEAD");
}

static bool is_post(const struct medark_api_call *call)
{
	return call->request->method == MEDARK_SERVE_POST;
}

/* ---- the job ---- */

/* Writes the row: `what` is asked for, as addresses have it. */
static int pass_gate(struct medark_api_call *call, const char *what, const char *name,
		     struct medark_bytes value)
{
	char query[MEDARK_API_QUERY_MAX];
	const struct medark_api_access access = { .kind = MEDARK_API_BULK, .query = query };

	(void)snprintf(query, sizeof(query), "%s?%s%.*s", what, name,
		       (int)(value.size < QUESTION_MAX ? value.size : QUESTION_MAX),
		       value.size ? (const char *)value.data : "");
	return call->gate->pass(call->gate->context, &access, call->err);
}

int medark_api_export(struct medark_api_call *call)
{
	MEDARK_AUTO(question_clear)
	struct question q = { .text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM) };
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer place = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	bool of_patients = call->segment_count == 2;
	struct medark_bytes asked = call->request->query;
	int code;

	if (is_post(call))
		return only_get(call);
	if (!prefers(call, "respond-async"))
		return medark_api_error(call, 400, "invalid",
					"$export answers later: ask with Prefer: respond-async");
	code = read_question(call, asked, &q);
	if (code <= 0)
		return code;
	MEDARK_TRY(pass_gate(call, of_patients ? "Patient/$export" : "$export", "", asked));
	MEDARK_TRY(medark_buffer_text(&q.text, of_patients ? OF_JOB "Patient/\n" : OF_JOB "\n",
				      call->err));
	MEDARK_TRY(medark_buffer_add(&q.text, asked.data, asked.size, call->err));
	MEDARK_TRY(put_sealed(call, "$export-status?_job", medark_bytes(q.text.data, q.text.size),
			      &place));
	MEDARK_TRY(medark_buffer_add(&place, "", 1, call->err));
	call->response->status = 202;
	return medark_api_header(call, "Content-Location", (const char *)place.data);
}

/* ---- which types there are ---- */

struct types {
	char names[TYPES_MAX][MEDARK_API_TYPE_MAX + 1];
	size_t count;
};

/* What a resource type can be called, so that it can stand anywhere. */
static bool is_type_name(const char *name)
{
	size_t size = strlen(name);

	if (size == 0 || size > MEDARK_API_TYPE_MAX)
		return false;
	for (size_t i = 0; i < size; i++)
		if (!((name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'z'))
			return false;
	return true;
}

static void add_type(struct types *types, const char *name)
{
	if (!is_type_name(name) || types->count == TYPES_MAX)
		return;
	for (size_t i = 0; i < types->count; i++)
		if (strcmp(types->names[i], name) == 0)
			return;
	(void)snprintf(types->names[types->count++], sizeof(types->names[0]), "%s", name);
}

static int find_types(struct medark_api_call *call, struct types *out)
{
	struct medark_archive_info *info = calloc(1, sizeof(*info));
	int code = 0;

	if (!info)
		return medark_error_memory(call->err, "an export");
	for (size_t k = 0; k < medark_shelf_archives(call->shelf) && code >= 0; k++) {
		code = medark_shelf_info(call->shelf, k, info, call->err);
		for (uint32_t i = 0; code >= 0 && i < info->type_count; i++)
			if (info->types[i].count)
				add_type(out, info->types[i].name);
	}
	free(info);
	return code < 0 ? code : 0;
}

/* ---- the manifest ---- */

static int put_file(struct medark_api_call *call, const struct question *q, const char *type,
		    bool is_first)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer place = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);

	MEDARK_TRY(medark_buffer_print(&text, call->err, OF_FILE "%s\n", type));
	MEDARK_TRY(medark_buffer_add(&text, q->since.data, q->since.size, call->err));
	MEDARK_TRY(
		put_sealed(call, "$export-file?_file", medark_bytes(text.data, text.size), &place));
	MEDARK_TRY(medark_api_put(call, "%s{\"type\":\"%s\",\"url\":", is_first ? "" : ",", type));
	MEDARK_TRY(medark_text_json(&call->body, medark_bytes(place.data, place.size), call->err));
	return medark_api_put(call, "}");
}

static int put_manifest(struct medark_api_call *call, const struct question *q,
			struct medark_bytes level, struct medark_bytes asked)
{
	MEDARK_AUTO(medark_heap_free) struct types *memory = calloc(1, sizeof(*memory));
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer request = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	uint64_t xml = 0;
	bool is_first = true;

	if (!memory)
		return medark_error_memory(call->err, "an export");
	MEDARK_TRY(find_types(call, memory));
	MEDARK_TRY(medark_shelf_xml(call->shelf, &xml, call->err));
	MEDARK_TRY(medark_buffer_print(&request, call->err, "%s/%.*s$export%s",
				       call->api->setup.base, (int)level.size,
				       (const char *)level.data, asked.size ? "?" : ""));
	MEDARK_TRY(medark_buffer_add(&request, asked.data, asked.size, call->err));
	MEDARK_TRY(medark_api_put(
		call, "{\"transactionTime\":\"%s\",\"request\":", call->api->setup.created));
	MEDARK_TRY(
		medark_text_json(&call->body, medark_bytes(request.data, request.size), call->err));
	MEDARK_TRY(medark_api_put(call, ",\"requiresAccessToken\":true,\"output\":["));
	for (size_t i = 0; i < memory->count; i++) {
		if (!medark_api_is_listed(q->types, medark_bytes_text(memory->names[i])))
			continue;
		MEDARK_TRY(put_file(call, q, memory->names[i], is_first));
		is_first = false;
	}
	MEDARK_TRY(medark_api_put(call, "],\"error\":["));
	if (xml)
		MEDARK_TRY(put_file(call, q, MEDARK_API_EXPORT_OUTCOME, true));
	return medark_api_put(call, "]}");
}

/* Behind OF_JOB: the level, a line's end, the parameters. */
static int answer_status(struct medark_api_call *call, struct medark_bytes text)
{
	MEDARK_AUTO(question_clear)
	struct question q = { .text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM) };
	const uint8_t *end = text.size ? memchr(text.data, '\n', text.size) : NULL;
	size_t size = end ? (size_t)(end - text.data) : 0;
	struct medark_bytes asked;
	int code;

	if (!end)
		return medark_error_set(call->err, MEDARK_E_USAGE, "an export has no question");
	asked = medark_bytes(end + 1, text.size - size - 1);
	code = read_question(call, asked, &q);
	if (code <= 0)
		return code;
	MEDARK_TRY(put_manifest(call, &q, medark_bytes(text.data, size), asked));
	MEDARK_TRY(medark_api_header(call, "Content-Type", "application/json"));
	return medark_serve_response_text(call->response, &call->body, call->err);
}

int medark_api_export_status(struct medark_api_call *call)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	struct medark_bytes rest = { NULL, 0 };
	int code;

	if (is_post(call))
		return only_get(call);
	code = open_address(call, OF_JOB, &text, &rest);
	if (code <= 0)
		return code;
	if (call->request->method == MEDARK_SERVE_DELETE ||
	    !medark_record_find_is_complete(call->api->setup.find)) {
		call->response->status = 202;
		if (call->request->method == MEDARK_SERVE_DELETE)
			return 0; /* there is nothing that could be left behind */
		MEDARK_TRY(
			medark_api_header(call, "X-Progress", "the archive is still being read"));
		return medark_api_header(call, "Retry-After", "5");
	}
	return answer_status(call, rest);
}

/* ---- a file ---- */

int medark_api_export_file(struct medark_api_call *call)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	struct medark_bytes rest = { NULL, 0 }, type;
	const uint8_t *end;
	int code;

	if (is_post(call))
		return only_get(call);
	code = open_address(call, OF_FILE, &text, &rest);
	if (code <= 0)
		return code;
	if (!medark_record_find_is_complete(call->api->setup.find))
		return medark_api_not_yet(call);
	end = rest.size ? memchr(rest.data, '\n', rest.size) : NULL;
	if (!end)
		return medark_error_set(call->err, MEDARK_E_USAGE, "a file has no type");
	type = medark_bytes(rest.data, (size_t)(end - rest.data));
	MEDARK_TRY(pass_gate(call, "$export-file", "_type=", type));
	MEDARK_TRY(medark_api_header(call, "Content-Type", "application/fhir+ndjson"));
	return medark_api_export_send(call, type, medark_bytes(end + 1, rest.size - type.size - 1));
}
