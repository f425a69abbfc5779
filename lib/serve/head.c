/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/head.h"

#include "base/text.h"

#include <string.h>

/* Besides name and value: a colon, a blank, and the line's end. */
#define FIELD_EXTRA 4

/* What the fields say together. */
struct survey {
	size_t size;
	bool is_malformed;
	unsigned counts[MEDARK_SERVE_FIELDS];
	unsigned lengths, codings, expects;
	struct medark_bytes host, length, coding, expect;
};

static struct medark_bytes trim(const char *value, size_t size)
{
	while (size && (value[0] == ' ' || value[0] == '\t')) {
		value++;
		size--;
	}
	while (size && (value[size - 1] == ' ' || value[size - 1] == '\t'))
		size--;
	return medark_bytes(value, size);
}

/* MEDARK_SERVE_FIELDS: none of ours. */
static unsigned field_of(struct medark_bytes name)
{
	unsigned i = 0;

	while (i < MEDARK_SERVE_FIELDS &&
	       !medark_serve_same_name(name, medark_bytes_text(medark_serve_field_name(i))))
		i++;
	return i;
}

/* Lists may come on several lines (RFC 9110 section 5.3); of the others only one makes sense. */
static bool is_list(unsigned field)
{
	return field == MEDARK_SERVE_ACCEPT || field == MEDARK_SERVE_ACCEPT_ENCODING ||
	       field == MEDARK_SERVE_ACCEPT_LANGUAGE || field == MEDARK_SERVE_IF_NONE_MATCH ||
	       field == MEDARK_SERVE_PREFER;
}

static bool is(struct medark_bytes name, const char *text)
{
	return medark_serve_same_name(name, medark_bytes_text(text));
}

static void note(struct survey *s, struct medark_bytes name, struct medark_bytes value)
{
	unsigned field = field_of(name);

	if (field == MEDARK_SERVE_HOST)
		s->host = value;
	if (field < MEDARK_SERVE_FIELDS)
		s->counts[field]++;
	if (is(name, "content-length")) {
		s->lengths++;
		s->length = value;
	} else if (is(name, "transfer-encoding")) {
		s->codings++;
		s->coding = value;
	} else if (is(name, "expect")) {
		s->expects++;
		s->expect = value;
	}
}

static enum MHD_Result look(void *context, enum MHD_ValueKind kind, const char *name,
			    size_t name_size, const char *value, size_t value_size)
{
	struct survey *s = context;
	struct medark_bytes trimmed = trim(value, value_size);

	(void)kind;
	s->size += name_size + value_size + FIELD_EXTRA;
	if (!medark_serve_is_name(medark_bytes(name, name_size)) || !medark_serve_is_value(trimmed))
		s->is_malformed = true;
	note(s, medark_bytes(name, name_size), trimmed);
	return MHD_YES;
}

/* Where does the body end? (RFC 9112 section 6.3) */
static unsigned read_length(const struct survey *s, struct medark_head *out)
{
	out->is_unclear = true;
	if (s->lengths > 1 || s->codings > 1 || (s->lengths && s->codings))
		return MHD_HTTP_BAD_REQUEST;
	if (s->codings && !is(s->coding, "chunked"))
		return MHD_HTTP_NOT_IMPLEMENTED;
	if (s->lengths && !medark_text_decimal(s->length, INT64_MAX, &out->length))
		return MHD_HTTP_BAD_REQUEST;
	out->is_unclear = false;
	if (s->expects && !(s->expects == 1 && is(s->expect, "100-continue")))
		return MHD_HTTP_EXPECTATION_FAILED;
	out->expects = s->expects;
	return out->length > MEDARK_SERVE_BODY_MAX ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

static unsigned read_target(struct medark_bytes target, struct medark_head *out)
{
	const uint8_t *mark = target.size ? memchr(target.data, '?', target.size) : NULL;

	/* Origin-form alone (RFC 9112 section 3.2.1): nobody uses this server as a proxy. */
	if (target.size == 0 || target.data[0] != '/')
		return MHD_HTTP_BAD_REQUEST;
	for (size_t i = 0; i < target.size; i++)
		if (target.data[i] <= 0x20 || target.data[i] >= 0x7f || target.data[i] == '#')
			return MHD_HTTP_BAD_REQUEST;
	out->path = target;
	if (mark) {
		out->has_query = true;
		out->path.size = (size_t)(mark - target.data);
		out->query = medark_bytes(mark + 1, target.size - out->path.size - 1);
	}
	return 0;
}

static unsigned read_fields(const struct survey *s, const struct medark_rules *rules,
			    struct medark_head *out)
{
	if (s->is_malformed)
		return MHD_HTTP_BAD_REQUEST;
	for (unsigned i = 0; i < MEDARK_SERVE_FIELDS; i++)
		if (s->counts[i] > 1 && !is_list(i))
			return MHD_HTTP_BAD_REQUEST;
	if (s->counts[MEDARK_SERVE_HOST] == 0)
		return MHD_HTTP_BAD_REQUEST;
	out->host = medark_rules_host(rules, s->host);
	return out->host ? 0 : MHD_HTTP_MISDIRECTED_REQUEST;
}

unsigned medark_head_read(struct MHD_Connection *connection, const struct medark_rules *rules,
			  const char *method, const char *version, struct medark_bytes target,
			  struct medark_head *out)
{
	struct survey s = { .size = strlen(method) + strlen(version) + target.size + FIELD_EXTRA };
	unsigned of_length, of_fields;

	(void)medark_mhd.get_connection_values_n(connection, MHD_HEADER_KIND, look, &s);
	of_length = read_length(&s, out);
	if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0 &&
	    strcmp(version, MHD_HTTP_VERSION_1_0) != 0)
		return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
	if (s.size > MEDARK_SERVE_HEAD_MAX)
		return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
	if (read_target(target, out))
		return MHD_HTTP_BAD_REQUEST;
	of_fields = read_fields(&s, rules, out);
	if (of_fields)
		return of_fields;
	if (!medark_serve_method_find(medark_bytes_text(method), &out->method))
		return MHD_HTTP_NOT_IMPLEMENTED;
	return of_length;
}

struct collection {
	struct medark_buffer *text;
	unsigned field;
	size_t begin;
	unsigned count;
	int code;
	struct medark_error *err;
};

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name,
			       size_t name_size, const char *value, size_t value_size)
{
	struct collection *c = context;
	struct medark_bytes trimmed = trim(value, value_size);

	(void)kind;
	if (field_of(medark_bytes(name, name_size)) != c->field)
		return MHD_YES;
	c->count++;
	/* Empty parts of a list are none (RFC 9110 section 5.6.1). */
	if (trimmed.size && c->text->size > c->begin)
		c->code = medark_buffer_text(c->text, ", ", c->err);
	if (c->code >= 0)
		c->code = medark_buffer_add(c->text, trimmed.data, trimmed.size, c->err);
	return c->code < 0 ? MHD_NO : MHD_YES;
}

int medark_head_fields(struct MHD_Connection *connection, struct medark_buffer *text,
		       struct medark_bytes out[MEDARK_SERVE_FIELDS], struct medark_error *err)
{
	/* It does not move while it is pointed into. */
	MEDARK_TRY(medark_buffer_reserve(text, MEDARK_SERVE_HEAD_MAX, err));
	for (unsigned i = 0; i < MEDARK_SERVE_FIELDS; i++) {
		struct collection c = { .text = text, .field = i, .begin = text->size, .err = err };

		(void)medark_mhd.get_connection_values_n(connection, MHD_HEADER_KIND, collect, &c);
		MEDARK_TRY(c.code);
		if (c.count)
			out[i] = medark_bytes(text->data + c.begin, text->size - c.begin);
	}
	return 0;
}
