/* SPDX-License-Identifier: Apache-2.0 */
/* fhir_recognise: what an item is, judged by its first bytes and never by its name. */
#include "record/fhir_state.h"

/* The prolog of an XML document and its root's start tag stand within this. */
#define XML_HEAD_MAX ((size_t)16 << 10)

struct medark_bytes medark_fhir_strip_mark(struct medark_bytes text)
{
	return medark_bytes_starts(text, "\xef\xbb\xbf")
		       ? medark_bytes(text.data + 3, text.size - 3)
		       : text;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct medark_bytes skip_blanks(struct medark_bytes text)
{
	while (text.size && is_blank(*text.data))
		text = medark_bytes(text.data + 1, text.size - 1);
	return text;
}

bool medark_fhir_is_xml(struct medark_bytes text)
{
	text = skip_blanks(medark_fhir_strip_mark(text));
	return text.size && *text.data == '<';
}

/* What a run of JSON tokens turned out to be. */
struct shape {
	bool is_open;	     /* well-formed up to its end, where something is still open */
	bool is_whole;	     /* one complete value and nothing behind it */
	bool has_type;	     /* a complete outermost object with a string resourceType */
	bool has_inner_type; /* a string resourceType at any depth */
};

/* Has the reader stopped in a token that goes on behind the end of the text? */
static bool is_cut_off(const struct medark_json_reader *r)
{
	const uint8_t *at = r->at;
	bool is_string = at < r->end && *at == '"';

	/* A string holds no line end: one that runs into it is broken, not cut off. */
	for (at += is_string; at < r->end; at++) {
		if (is_string ? *at == '"' || *at < ' ' : !strchr("+-.aeflnrstuE0123456789", *at))
			return false;
		at += is_string && *at == '\\' && at + 1 < r->end;
	}
	return true;
}

/* Looks at the text as one JSON text of which the end may be missing. */
static struct shape look(struct medark_bytes text)
{
	struct shape shape = { 0 };
	struct medark_json_reader r;
	enum medark_json_token token;
	bool is_type = false, outer_type = false;

	medark_json_reader_init(&r, text);
	while ((token = medark_json_next(&r)) > MEDARK_JSON_END) {
		if (token == MEDARK_JSON_STRING && is_type) {
			shape.has_inner_type = true;
			outer_type |= r.depth == 1;
		}
		is_type = token == MEDARK_JSON_KEY && medark_bytes_is(r.raw, "resourceType");
	}
	shape.is_whole = token == MEDARK_JSON_END && r.depth == 0;
	shape.is_open = r.depth > 0 && is_cut_off(&r);
	shape.has_type = shape.is_whole && outer_type;
	return shape;
}

/* Splits the first line off; false if it has no end and `whole` does not say that it is one. */
static bool next_line(struct medark_bytes *rest, bool whole, struct medark_bytes *line)
{
	const uint8_t *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;

	if (rest->size == 0 || (!end && !whole))
		return false;
	line->data = rest->data;
	line->size = end ? (size_t)(end - rest->data) : rest->size;
	*rest = medark_bytes(rest->data + line->size + (end ? 1 : 0),
			     rest->size - line->size - (end ? 1 : 0));
	return true;
}

/* Is one of the complete lines a resource of its own? */
static bool has_resource_line(struct medark_bytes text, bool whole)
{
	struct medark_bytes line;

	while (next_line(&text, whole, &line)) {
		line = skip_blanks(line);
		if (line.size && *line.data == '{' && look(line).has_type)
			return true;
	}
	return false;
}

static enum medark_fhir_kind recognise_json(struct medark_bytes text, bool whole)
{
	struct shape shape = look(text);
	struct medark_bytes rest = text, line;
	bool has_line = next_line(&rest, whole, &line);

	if (shape.is_whole && (whole || shape.has_type))
		return shape.has_type ? MEDARK_FHIR_JSON : MEDARK_FHIR_NO;
	/* One text that goes on over lines, or one line that goes on behind the head. */
	if (shape.is_open && !whole) {
		bool is_bundle;

		if (!shape.has_inner_type)
			return MEDARK_FHIR_NO;
		is_bundle = memmem(text.data, text.size, "\"Bundle\"", 8) != NULL;
		return has_line || is_bundle ? MEDARK_FHIR_JSON : MEDARK_FHIR_NDJSON;
	}
	if (has_resource_line(text, whole))
		return MEDARK_FHIR_NDJSON;
	/* Broken, but meant to be a resource: it is archived as one, with its fault. */
	return shape.has_inner_type ? MEDARK_FHIR_JSON : MEDARK_FHIR_NO;
}

/* The start tag of the root; empty if the head does not hold one. */
static struct medark_bytes root_tag(struct medark_bytes text)
{
	for (size_t at = 0; at + 1 < text.size; at++) {
		const uint8_t *end;
		struct medark_bytes rest = medark_bytes(text.data + at, text.size - at);

		if (text.data[at] != '<')
			continue;
		if (medark_bytes_starts(rest, "<!--")) {
			end = memmem(rest.data, rest.size, "-->", 3);
			if (!end)
				break;
			at = (size_t)(end - text.data);
		} else if ((uint8_t)((rest.data[1] | 0x20) - 'a') < 26) {
			end = memchr(rest.data, '>', rest.size);
			return medark_bytes(rest.data, end ? (size_t)(end - rest.data) : rest.size);
		}
	}
	return medark_bytes(NULL, 0);
}

static enum medark_fhir_kind recognise_xml(struct medark_bytes text)
{
	static const char namespaces[][sizeof(MEDARK_FHIR_NAMESPACE) + 2] = {
		"\"" MEDARK_FHIR_NAMESPACE "\"",
		"'" MEDARK_FHIR_NAMESPACE "'",
	};
	struct medark_bytes tag = root_tag(text);

	for (int i = 0; i < 2 && tag.size; i++) {
		if (memmem(tag.data, tag.size, namespaces[i], strlen(namespaces[i])))
			return MEDARK_FHIR_XML;
	}
	return MEDARK_FHIR_NO;
}

/* UTF-16 is nothing that we read, but what is FHIR in it is to be reported as such. */
static enum medark_fhir_kind recognise_utf16(struct medark_bytes head)
{
	uint8_t narrow[2048];
	size_t size = 0;

	for (size_t i = 2; i < head.size && size < sizeof(narrow); i++) {
		if (head.data[i])
			narrow[size++] = head.data[i];
	}
	return recognise_xml(medark_bytes(narrow, size));
}

enum medark_fhir_kind medark_fhir_recognise(struct medark_bytes head, bool whole)
{
	struct medark_bytes text = skip_blanks(medark_fhir_strip_mark(head));

	if (medark_bytes_starts(head, "\xff\xfe") || medark_bytes_starts(head, "\xfe\xff"))
		return recognise_utf16(head);
	if (text.size == 0)
		return MEDARK_FHIR_NO;
	if (*text.data == '<') {
		if (text.size > XML_HEAD_MAX)
			text.size = XML_HEAD_MAX;
		return recognise_xml(text);
	}
	/* A broken first line may begin with anything. */
	if (*text.data == '{')
		return recognise_json(text, whole);
	return has_resource_line(text, whole) ? MEDARK_FHIR_NDJSON : MEDARK_FHIR_NO;
}
