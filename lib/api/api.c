/* SPDX-License-Identifier: Apache-2.0 */
/* Which interaction a request is (https://hl7.org/fhir/R4/http.html). */
#include "api/api_private.h"

#include "base/text.h"
#include "record/compartment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_MAX 3
#define PATH_ROOM   ((size_t)16 << 10)

int medark_api_new(const struct medark_api_setup *setup, struct medark_api **out,
		   struct medark_error *err)
{
	struct medark_api *api = calloc(1, sizeof(*api));
	int code;

	if (!api)
		return medark_error_memory(err, "the API");
	api->setup = *setup;
	api->lenient = (struct medark_search_setup) { .zone = setup->zone,
						      .base = medark_bytes_text(setup->base),
						      .is_stu3 = setup->is_stu3 };
	api->strict = api->lenient;
	api->strict.strict = true;
	(void)pthread_mutex_init(&api->lock, NULL);
	code = medark_scratch_cipher_new(&api->cipher, err);
	if (code < 0) {
		medark_api_free(api);
		return code;
	}
	*out = api;
	return 0;
}

void medark_api_free(struct medark_api *api)
{
	if (!api)
		return;
	medark_scratch_cipher_free(api->cipher);
	(void)pthread_mutex_destroy(&api->lock);
	free(api);
}

int64_t medark_api_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool medark_api_is_late(const struct medark_api_call *call)
{
	return medark_api_clock() > call->deadline || call->gate->is_stopping(call->gate->context);
}

/* ---- the path ---- */

/* Decodes one segment behind what is in call->path; false: it cannot be. */
static int add_segment(struct medark_api_call *call, const uint8_t *p, size_t size)
{
	size_t begin = call->path.size;

	if (call->segment_count == MEDARK_API_SEGMENTS)
		return 0;
	for (size_t i = 0; i < size; i++) {
		uint8_t c = p[i];

		if (c == '%') {
			int high = i + 2 < size ? medark_text_hex_digit(p[i + 1]) : -1;
			int low = i + 2 < size ? medark_text_hex_digit(p[i + 2]) : -1;

			if (high < 0 || low < 0 || (high == 0 && low == 0))
				return 0;
			c = (uint8_t)(high << 4 | low);
			i += 2;
		}
		MEDARK_TRY(medark_buffer_add(&call->path, &c, 1, call->err));
	}
	call->segments[call->segment_count++] =
		medark_bytes(call->path.data + begin, call->path.size - begin);
	return 1;
}

/* 1; 0 for a path that leads nowhere. */
static int read_path(struct medark_api_call *call)
{
	struct medark_bytes path = call->request->path;
	size_t at = strlen(MEDARK_API_PATH);

	MEDARK_TRY(medark_buffer_reserve(&call->path, path.size + 1, call->err)); /* never moves */
	while (at < path.size) {
		const uint8_t *begin = path.data + at + 1, *end;
		size_t left = path.size - at - 1;
		int code;

		if (path.data[at] != '/')
			return 0;
		if (left == 0)
			break;
		end = memchr(begin, '/', left);
		code = add_segment(call, begin, end ? (size_t)(end - begin) : left);
		if (code <= 0)
			return code;
		at += 1 + (end ? (size_t)(end - begin) : left);
	}
	return 1;
}

/* ---- parameters ---- */

static bool is_operation(const struct medark_api_call *call)
{
	for (size_t i = 0; i < call->segment_count; i++)
		if (call->segments[i].size && call->segments[i].data[0] == '$')
			return true;
	return false;
}

int medark_api_parameters(struct medark_api_call *call, struct medark_buffer *out)
{
	const struct medark_serve_request *q = call->request;

	if (q->has_query)
		MEDARK_TRY(medark_buffer_add(out, q->query.data, q->query.size, call->err));
	if (q->method != MEDARK_SERVE_POST || q->body.size == 0)
		return 1;
	if (is_operation(call) && medark_api_is_json(q->fields[MEDARK_SERVE_CONTENT_TYPE]))
		return medark_api_parameters_json(call, out);
	if (!medark_serve_is_type(q->fields[MEDARK_SERVE_CONTENT_TYPE],
				  "application/x-www-form-urlencoded"))
		return medark_api_refused(call, 415, "not-supported",
					  "parameters of a POST come as a form: "
					  "application/x-www-form-urlencoded");
	if (out->size)
		MEDARK_TRY(medark_buffer_add(out, "&", 1, call->err));
	MEDARK_TRY(medark_buffer_add(out, q->body.data, q->body.size, call->err));
	return 1;
}

/* ---- the table ---- */

static bool is(const struct medark_api_call *call, size_t i, const char *word)
{
	return i < call->segment_count && medark_bytes_is(call->segments[i], word);
}

static bool is_reading(const struct medark_api_call *call)
{
	return medark_serve_is_reading(call->request);
}

static int refuse_method(struct medark_api_call *call, const char *allow)
{
	MEDARK_TRY(medark_api_error(call, 405, "not-supported",
				    "this is an archive: it can be read, and nothing in it can be "
				    "made, changed or deleted"));
	return medark_api_header(call, "Allow", allow);
}

static int nothing(struct medark_api_call *call)
{
	return medark_api_error(call, 404, "not-found", "there is nothing at this address");
}

static int operation(struct medark_api_call *call)
{
	bool is_job = is(call, 0, "$export-status");

	if (is_reading(call) || call->request->method == MEDARK_SERVE_POST ||
	    (is_job && call->request->method == MEDARK_SERVE_DELETE))
		return medark_api_operation(call);
	return refuse_method(call, is_job ? "GET, HEAD, DELETE" : "GET, HEAD, POST");
}

static const struct medark_search_type *find_type(const struct medark_api_call *call, size_t i)
{
	const struct medark_search_type *type = medark_search_type_find(call->segments[i]);

	return type && call->api->setup.is_stu3 && !medark_search_stu3_has_type(type) ? NULL : type;
}

/* Below a type: [type], [type]/_search, [type]/[id], [type]/[id]/_history/[vid], compartments. */
static int below_type(struct medark_api_call *call, const struct medark_search_type *type)
{
	const struct medark_search_type *inner;
	struct medark_bytes none = medark_bytes(NULL, 0);
	bool is_post = call->request->method == MEDARK_SERVE_POST;

	if (call->segment_count == 1)
		return is_reading(call) ? medark_api_search(call, type, none)
					: refuse_method(call, "GET, HEAD");
	if (call->segment_count == 2 && is(call, 1, "_search"))
		return is_post || is_reading(call) ? medark_api_search(call, type, none)
						   : refuse_method(call, "GET, HEAD, POST");
	if (call->segment_count == 2)
		return is_reading(call) ? medark_api_read(call, none)
					: refuse_method(call, "GET, HEAD");
	if (call->segment_count == 4 && is(call, 2, "_history"))
		return is_reading(call) ? medark_api_read(call, call->segments[3])
					: refuse_method(call, "GET, HEAD");
	inner = is(call, 0, "Patient") ? find_type(call, 2) : NULL;
	if (!inner || call->segment_count > 4 ||
	    (call->segment_count == 4 && !is(call, 3, "_search")))
		return nothing(call);
	if (!is_reading(call) && !(is_post && call->segment_count == 4))
		return refuse_method(call, "GET, HEAD");
	return medark_api_search(call, inner, call->segments[1]);
}

/* Below a type without declared parameters: it can be read, and not searched. */
static int below_other(struct medark_api_call *call)
{
	bool is_read = call->segment_count == 2 && !is(call, 1, "_search");
	bool is_version = call->segment_count == 4 && is(call, 2, "_history");

	if (!medark_compartment_find(call->segments[0]))
		return medark_api_error(call, 404, "not-supported",
					"there is no such resource type here");
	if (!is_reading(call))
		return refuse_method(call, "GET, HEAD");
	if (is_read || is_version)
		return medark_api_read(call,
				       is_version ? call->segments[3] : medark_bytes(NULL, 0));
	return medark_api_error(call, 404, "not-supported",
				"records of this type can be read here, and not searched");
}

/* May the answer be JSON, by the Accept field and _format? Only what asks for XML alone is not. */
static bool takes_json(const struct medark_api_call *call)
{
	struct medark_bytes accept = call->request->fields[MEDARK_SERVE_ACCEPT];
	static const char *const good[] = { "json", "*/*", "application/*" }; /* ndjson, too */

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (accept.size && memmem(accept.data, accept.size, good[i], strlen(good[i])))
			return true;
	return accept.size == 0;
}

static int route(struct medark_api_call *call)
{
	const struct medark_search_type *type;

	if (call->segment_count == 0)
		return refuse_method(call, "GET, HEAD");
	if (!takes_json(call))
		return medark_api_error(call, 406, "not-supported",
					"answers are JSON: accept application/fhir+json");
	if (is(call, 0, "metadata") && call->segment_count == 1)
		return is_reading(call) ? medark_api_metadata(call)
					: refuse_method(call, "GET, HEAD");
	if (is(call, 0, ".well-known") && is(call, 1, "smart-configuration"))
		return is_reading(call) ? medark_api_smart(call) : refuse_method(call, "GET, HEAD");
	if (is_operation(call))
		return operation(call);
	type = find_type(call, 0);
	return type ? below_type(call, type) : below_other(call);
}

int medark_api_answer(struct medark_api *api, struct medark_shelf *shelf,
		      const struct medark_serve_request *request,
		      const struct medark_api_gate *gate, struct medark_serve_response *response,
		      struct medark_error *err)
{
	struct medark_api_call call = {
		.api = api,
		.shelf = shelf,
		.request = request,
		.gate = gate,
		.response = response,
		.err = err,
		.deadline = medark_api_clock() + SECONDS_MAX * 1000,
		.path = MEDARK_BUFFER_SECRET(PATH_ROOM),
		.body = MEDARK_BUFFER_SECRET(MEDARK_API_BODY_MAX),
	};
	int code = read_path(&call);

	if (code == 0)
		code = nothing(&call);
	else if (code > 0)
		code = route(&call);
	medark_buffer_clear(&call.path);
	medark_buffer_clear(&call.body);
	return code < 0 ? code : 0;
}
