/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir_reference.h"

#include "base/text.h"

static bool is_letter(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}

bool medark_fhir_is_type(struct medark_bytes text)
{
	if (text.size == 0 || text.size > MEDARK_FHIR_TYPE_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (!is_letter(text.data[i]))
			return false;
	}
	return true;
}

/* `prefix` in lower case; schemes and URN namespaces are compared without case (RFC 8141). */
static bool starts_any_case(struct medark_bytes text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (text.size < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = text.data[i];

		if (c != (uint8_t)prefix[i] && !(is_letter(c) && (c | 0x20) == prefix[i]))
			return false;
	}
	return true;
}

static struct medark_bytes before(struct medark_bytes text, char stop)
{
	const uint8_t *at = text.size ? memchr(text.data, stop, text.size) : NULL;

	return at ? medark_bytes(text.data, (size_t)(at - text.data)) : text;
}

/* Splits off what stands behind the last '/'; *head then ends before it. */
static struct medark_bytes pop_segment(struct medark_bytes *head)
{
	const uint8_t *slash = head->size ? memrchr(head->data, '/', head->size) : NULL;
	size_t begin = slash ? (size_t)(slash - head->data) + 1 : 0;
	struct medark_bytes last = medark_bytes(head->data + begin, head->size - begin);

	head->size = slash ? begin - 1 : 0;
	return last;
}

/* "Type/id" and "Type/id/_history/version" at the end of a path. */
static bool parse_path(struct medark_bytes path, bool absolute, struct medark_fhir_reference *out)
{
	struct medark_bytes version = path;
	struct medark_bytes last = pop_segment(&version);

	if (last.size && version.size && medark_bytes_is(pop_segment(&version), "_history"))
		path = version;
	out->id = pop_segment(&path);
	if (path.size == 0 || out->id.size == 0)
		return false;
	out->type = pop_segment(&path);
	if (!medark_fhir_is_type(out->type) || out->type.data[0] > 'Z')
		return false;
	/* A host is no type, and a relative reference has no base. */
	return absolute ? path.size > 0 : path.data == out->type.data;
}

/* The path of an http(s) URL with its authority, or the whole text if it is relative. */
static bool strip_scheme(struct medark_bytes *text)
{
	size_t n = starts_any_case(*text, "http://")	? 7
		   : starts_any_case(*text, "https://") ? 8
							: 0;

	*text = medark_bytes(text->data + n, text->size - n);
	return n > 0;
}

void medark_fhir_reference_parse(struct medark_bytes text, struct medark_fhir_reference *out)
{
	struct medark_bytes path;
	bool absolute;

	*out = (struct medark_fhir_reference) { .kind = MEDARK_FHIR_REFERENCE_UNKNOWN };
	if (text.size == 0)
		return;
	if (text.data[0] == '#') {
		out->kind = MEDARK_FHIR_REFERENCE_CONTAINED;
		out->id = medark_bytes(text.data + 1, text.size - 1);
		return;
	}
	if (starts_any_case(text, "urn:uuid:") || starts_any_case(text, "urn:oid:")) {
		out->kind = MEDARK_FHIR_REFERENCE_URN;
		out->id = text;
		return;
	}
	text = before(text, '#');
	absolute = strip_scheme(&text);
	path = before(text, '?');
	if (path.size < text.size) {
		out->id = medark_bytes(path.data + path.size + 1, text.size - path.size - 1);
		out->type = pop_segment(&path);
		if (medark_fhir_is_type(out->type) && (absolute ? path.size > 0 : !path.size))
			out->kind = MEDARK_FHIR_REFERENCE_CONDITIONAL;
	} else if (parse_path(path, absolute, out)) {
		out->kind = MEDARK_FHIR_REFERENCE_LITERAL;
	}
}

struct medark_bytes medark_fhir_query_identifier(struct medark_bytes query)
{
	static const char name[] = "identifier=";

	while (query.size) {
		struct medark_bytes parameter = before(query, '&');
		size_t skip = parameter.size < query.size ? parameter.size + 1 : parameter.size;

		if (medark_bytes_starts(parameter, name)) {
			size_t n = sizeof(name) - 1;

			return medark_bytes(parameter.data + n, parameter.size - n);
		}
		query = medark_bytes(query.data + skip, query.size - skip);
	}
	return medark_bytes(NULL, 0);
}

size_t medark_fhir_percent_decode(struct medark_bytes text, uint8_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.size; i++, n++) {
		bool code = text.data[i] == '%' && text.size - i > 2 &&
			    medark_text_hex_digit(text.data[i + 1]) >= 0 &&
			    medark_text_hex_digit(text.data[i + 2]) >= 0;

		out[n] = text.data[i];
		if (code) {
			out[n] = (uint8_t)(medark_text_hex_digit(text.data[i + 1]) << 4 |
					   medark_text_hex_digit(text.data[i + 2]));
			i += 2;
		}
	}
	return n;
}

bool medark_fhir_is_id(struct medark_bytes text)
{
	static const char others[] = "-._";

	if (medark_bytes_is(text, ".") || medark_bytes_is(text, ".."))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      (c && strchr(others, c))))
			return false;
	}
	return text.size != 0;
}
