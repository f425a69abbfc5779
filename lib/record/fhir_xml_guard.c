/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fhir_xml_guard: a lexical look at an XML text before libxml2 parses it. Its limits are lifted
 * there because attachments stand in attributes of any size, so the bounds that matter are checked
 * here: depth, attributes of one element (libxml2 compares each with each), no DTD.
 */
#include "base/text.h"
#include "record/fhir_xml.h"

#include <strings.h>

/* Just past the first `mark` at or behind text[at]; the end of the text if there is none. */
static size_t past(struct medark_bytes text, size_t at, const char *mark)
{
	size_t n = strlen(mark);
	const uint8_t *found = memmem(text.data + at, text.size - at, mark, n);

	return found ? (size_t)(found - text.data) + n : text.size;
}

/* The encoding that the XML declaration names; empty if it names none. */
static struct medark_bytes declared_encoding(struct medark_bytes text)
{
	size_t end, at;
	uint8_t quote;
	const uint8_t *close;

	if (!medark_bytes_starts(text, "<?xml"))
		return medark_bytes(NULL, 0);
	end = past(text, 0, "?>");
	at = past(medark_bytes(text.data, end), 0, "encoding");
	while (at < end && text.data[at] != '"' && text.data[at] != '\'')
		at++;
	if (at >= end)
		return medark_bytes(NULL, 0);
	quote = text.data[at++];
	close = memchr(text.data + at, quote, end - at);
	return medark_bytes(text.data + at, close ? (size_t)(close - text.data) - at : 0);
}

static bool is_named(struct medark_bytes encoding, const char *name)
{
	return encoding.size == strlen(name) &&
	       strncasecmp((const char *)encoding.data, name, encoding.size) == 0;
}

static bool is_ascii(struct medark_bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 0x80)
			return false;
	return true;
}

static enum medark_fault guard_encoding(struct medark_bytes text)
{
	struct medark_bytes encoding;

	if (medark_bytes_starts(text, "\xef\xbb\xbf"))
		text = medark_bytes(text.data + 3, text.size - 3);
	encoding = declared_encoding(text);
	if (is_named(encoding, "us-ascii"))
		return is_ascii(text) ? MEDARK_FAULT_NONE : MEDARK_FAULT_SYNTAX;
	if (encoding.size && !is_named(encoding, "utf-8"))
		return MEDARK_FAULT_UTF8;
	return medark_text_is_utf8(text) ? MEDARK_FAULT_NONE : MEDARK_FAULT_UTF8;
}

/*
 * The end of the tag whose '<' stands at text[at], and its number of attributes. '>' may stand in
 * a quoted value.
 */
static size_t tag_end(struct medark_bytes text, size_t at, unsigned *out_attributes)
{
	*out_attributes = 0;
	while (at < text.size && text.data[at] != '>') {
		uint8_t c = text.data[at++];
		const uint8_t *close;

		if (c != '"' && c != '\'')
			continue;
		close = memchr(text.data + at, c, text.size - at);
		at = close ? (size_t)(close - text.data) + 1 : text.size;
		++*out_attributes;
	}
	return at < text.size ? at + 1 : at;
}

/* One tag; *depth follows. */
static enum medark_fault guard_tag(struct medark_bytes text, size_t at, size_t *out_end,
				   unsigned *depth)
{
	bool is_end = at + 1 < text.size && text.data[at + 1] == '/';
	unsigned attributes;

	*out_end = tag_end(text, at, &attributes);
	if (attributes > MEDARK_FHIR_XML_ATTRIBUTES_MAX)
		return MEDARK_FAULT_TOO_LARGE;
	if (is_end && *depth > 0)
		--*depth;
	else if (!is_end && ++*depth > MEDARK_FHIR_XML_DEPTH_MAX)
		return MEDARK_FAULT_DEPTH;
	if (!is_end && *out_end >= 2 && text.data[*out_end - 2] == '/')
		--*depth;
	return MEDARK_FAULT_NONE;
}

enum medark_fault medark_fhir_xml_guard(struct medark_bytes text)
{
	enum medark_fault fault;
	unsigned depth = 0;
	size_t at = 0;

	if (text.size > MEDARK_FHIR_XML_SIZE_MAX)
		return MEDARK_FAULT_TOO_LARGE;
	fault = guard_encoding(text);
	if (fault)
		return fault;
	while (at < text.size) {
		const uint8_t *open = memchr(text.data + at, '<', text.size - at);
		struct medark_bytes rest;

		if (!open)
			break;
		at = (size_t)(open - text.data);
		rest = medark_bytes(open, text.size - at);
		if (medark_bytes_starts(rest, "<!--")) {
			at = past(text, at + 4, "-->");
		} else if (medark_bytes_starts(rest, "<![CDATA[")) {
			at = past(text, at, "]]>");
		} else if (medark_bytes_starts(rest, "<?")) {
			at = past(text, at, "?>");
		} else if (medark_bytes_starts(rest, "<!")) {
			return MEDARK_FAULT_SYNTAX;
		} else {
			fault = guard_tag(text, at, &at, &depth);
			if (fault)
				return fault;
		}
	}
	return MEDARK_FAULT_NONE;
}
