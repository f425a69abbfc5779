/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/message.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const method_names[MEDARK_SERVE_METHODS] = {
	[MEDARK_SERVE_GET] = "GET",	    [MEDARK_SERVE_HEAD] = "HEAD",
	[MEDARK_SERVE_POST] = "POST",	    [MEDARK_SERVE_PUT] = "PUT",
	[MEDARK_SERVE_PATCH] = "PATCH",	    [MEDARK_SERVE_DELETE] = "DELETE",
	[MEDARK_SERVE_OPTIONS] = "OPTIONS",
};

static const char *const field_names[MEDARK_SERVE_FIELDS] = {
	[MEDARK_SERVE_HOST] = "host",
	[MEDARK_SERVE_COOKIE] = "cookie",
	[MEDARK_SERVE_ACCEPT] = "accept",
	[MEDARK_SERVE_ACCEPT_ENCODING] = "accept-encoding",
	[MEDARK_SERVE_ACCEPT_LANGUAGE] = "accept-language",
	[MEDARK_SERVE_AUTHORIZATION] = "authorization",
	[MEDARK_SERVE_CONTENT_TYPE] = "content-type",
	[MEDARK_SERVE_IF_NONE_MATCH] = "if-none-match",
	[MEDARK_SERVE_ORIGIN] = "origin",
	[MEDARK_SERVE_PREFER] = "prefer",
	[MEDARK_SERVE_SEC_FETCH_SITE] = "sec-fetch-site",
};

const char *medark_serve_method_name(enum medark_serve_method method)
{
	assert(method < MEDARK_SERVE_METHODS);
	return method_names[method];
}

const char *medark_serve_field_name(enum medark_serve_field field)
{
	assert(field < MEDARK_SERVE_FIELDS);
	return field_names[field];
}

bool medark_serve_method_find(struct medark_bytes name, enum medark_serve_method *out)
{
	for (unsigned i = 0; i < MEDARK_SERVE_METHODS; i++) {
		if (medark_bytes_is(name, method_names[i])) {
			*out = (enum medark_serve_method)i;
			return true;
		}
	}
	return false;
}

bool medark_serve_same_name(struct medark_bytes a, struct medark_bytes b)
{
	return a.size == b.size && (a.size == 0 || strncasecmp((const char *)a.data,
							       (const char *)b.data, a.size) == 0);
}

bool medark_serve_is_reading(const struct medark_serve_request *request)
{
	return request->method == MEDARK_SERVE_GET || request->method == MEDARK_SERVE_HEAD;
}

static bool is_token_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool medark_serve_is_name(struct medark_bytes name)
{
	if (name.size < 1 || name.size > MEDARK_SERVE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (!is_token_char(name.data[i]))
			return false;
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

bool medark_serve_is_type(struct medark_bytes content_type, const char *type)
{
	struct medark_bytes name = content_type;
	const uint8_t *end = name.size ? memchr(name.data, ';', name.size) : NULL;

	if (end)
		name.size = (size_t)(end - name.data);
	while (name.size && is_blank(name.data[name.size - 1]))
		name.size--;
	return medark_serve_same_name(name, medark_bytes_text(type));
}

bool medark_serve_is_value(struct medark_bytes value)
{
	if (value.size && (is_blank(value.data[0]) || is_blank(value.data[value.size - 1])))
		return false;
	for (size_t i = 0; i < value.size; i++)
		if ((value.data[i] < 0x20 && value.data[i] != '\t') || value.data[i] == 0x7f)
			return false;
	return true;
}

bool medark_serve_is_answer_value(struct medark_bytes value)
{
	return value.size && medark_serve_is_value(value) && !memchr(value.data, '\t', value.size);
}

bool medark_serve_is_framing(struct medark_bytes name)
{
	static const char *const names[] = {
		"connection", "content-length",	   "date",   "keep-alive", "server", "trailer",
		"te",	      "transfer-encoding", "upgrade"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (medark_serve_same_name(name, medark_bytes_text(names[i])))
			return true;
	return false;
}

void medark_serve_response_init(struct medark_serve_response *response)
{
	*response = (struct medark_serve_response) {
		.status = 200,
		.block = MEDARK_BUFFER_SECRET(MEDARK_SERVE_BLOCK_MAX),
		.body = MEDARK_BUFFER_SECRET(MEDARK_SERVE_BUFFER_MAX),
		.length = MEDARK_SERVE_LENGTH_UNKNOWN,
	};
}

void medark_serve_response_clear(struct medark_serve_response *response)
{
	if (response->pull_free)
		response->pull_free(response->context);
	medark_buffer_clear(&response->block);
	medark_buffer_clear(&response->body);
	medark_serve_response_init(response);
}

int medark_serve_response_header(struct medark_serve_response *response, const char *name,
				 struct medark_bytes value, struct medark_error *err)
{
	size_t size = strlen(name);

	assert(medark_serve_is_name(medark_bytes(name, size)));
	assert(!medark_serve_is_framing(medark_bytes(name, size)));
	if (!medark_serve_is_answer_value(value))
		return medark_error_set(err, MEDARK_E_USAGE,
					"header '%s' is empty, or holds what no header may", name);
	if (response->header_count == MEDARK_SERVE_HEADERS_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY, "more than %d headers",
					MEDARK_SERVE_HEADERS_MAX);
	/* Both or neither, and what is longer than 16 bits can say does not fit either. */
	if (value.size > MEDARK_SERVE_BLOCK_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY, "header '%s' is too long", name);
	MEDARK_TRY(medark_buffer_reserve(&response->block, size + value.size, err));
	MEDARK_TRY(medark_buffer_add(&response->block, name, size, err));
	MEDARK_TRY(medark_buffer_add(&response->block, value.data, value.size, err));
	response->headers[response->header_count].name = (uint16_t)size;
	response->headers[response->header_count].value = (uint16_t)value.size;
	response->header_count++;
	return 0;
}

/* ---- long bodies ---- */

struct long_body {
	struct medark_buffer text;
	size_t at;
};

static int pull_body(void *context, struct medark_buffer *out, struct medark_error *err)
{
	struct long_body *body = context;
	size_t size = body->text.size - body->at;

	if (size == 0)
		return 0;
	size = size < MEDARK_SERVE_CHUNK_MAX ? size : MEDARK_SERVE_CHUNK_MAX;
	MEDARK_TRY(medark_buffer_add(out, body->text.data + body->at, size, err));
	body->at += size;
	return 1;
}

static void free_body(void *context)
{
	struct long_body *body = context;

	medark_buffer_clear(&body->text);
	free(body);
}

int medark_serve_response_text(struct medark_serve_response *r, struct medark_buffer *text,
			       struct medark_error *err)
{
	struct long_body *body;

	if (text->size <= MEDARK_SERVE_BUFFER_MAX)
		return medark_buffer_add(&r->body, text->data, text->size, err);
	body = calloc(1, sizeof(*body));
	if (!body)
		return medark_error_memory(err, "an answer");
	body->text = *text;
	*text = (struct medark_buffer)MEDARK_BUFFER_SECRET(body->text.limit);
	r->pull = pull_body;
	r->pull_free = free_body;
	r->context = body;
	r->length = r->held = body->text.size;
	return 0;
}
