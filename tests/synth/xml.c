/* SPDX-License-Identifier: Apache-2.0 */
#include "xml.h"

#include <stdbool.h>

/* A string's bytes between its quotes. */
struct name {
	const char *text;
	size_t size;
};

static bool name_is(struct name name, const char *text)
{
	return strlen(text) == name.size && memcmp(name.text, text, name.size) == 0;
}

static void put_name(struct synth_sink *sink, struct name name)
{
	synth_put(sink, name.text, name.size);
}

/* The end of the string that begins at `p`, behind its closing quote. */
static const char *string_end(const char *p)
{
	for (p++; *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

static const char *value_end(const char *p)
{
	unsigned depth = 0;

	do {
		if (*p == '"')
			p = string_end(p) - 1;
		else if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p++;
	} while (depth > 0);
	/* A number or a word goes on to what ends it. */
	return p + strcspn(p, ",]}");
}

static void put_attribute(struct synth_sink *sink, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\\')
			p++;
		if (*p == '&')
			synth_put_text(sink, "&amp;");
		else if (*p == '<')
			synth_put_text(sink, "&lt;");
		else if (*p == '"')
			synth_put_text(sink, "&quot;");
		else
			synth_put(sink, p, 1);
	}
}

/* A string's characters as they are: the narrative is XHTML already. */
static void put_raw(struct synth_sink *sink, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\\')
			p++;
		synth_put(sink, p, 1);
	}
}

static void put_members(struct synth_sink *sink, const char *p);

static void put_object(struct synth_sink *sink, struct name name, const char *p)
{
	static const char url[] = "{\"url\":";

	synth_put(sink, "<", 1);
	put_name(sink, name);
	if (name_is(name, "extension")) {
		const char *value = p + sizeof(url) - 1;

		p = string_end(value);
		synth_put_text(sink, " url=\"");
		put_attribute(sink, value + 1, p - 1);
		synth_put(sink, "\"", 1);
	}
	synth_put(sink, ">", 1);
	put_members(sink, p + 1);
	synth_put(sink, "</", 2);
	put_name(sink, name);
	synth_put(sink, ">", 1);
}

/* A string, number or word; `more` is the object with its extensions, or NULL. */
static void put_primitive(struct synth_sink *sink, struct name name, const char *p,
			  const char *more)
{
	bool quoted = *p == '"';
	const char *end = value_end(p);

	if (name_is(name, "div")) {
		put_raw(sink, p + 1, string_end(p) - 1);
		return;
	}
	synth_put(sink, "<", 1);
	put_name(sink, name);
	synth_put_text(sink, " value=\"");
	if (quoted)
		put_attribute(sink, p + 1, string_end(p) - 1);
	else
		put_attribute(sink, p, end);
	if (!more) {
		synth_put_text(sink, "\"/>");
		return;
	}
	synth_put_text(sink, "\">");
	put_members(sink, more + 1);
	synth_put(sink, "</", 2);
	put_name(sink, name);
	synth_put(sink, ">", 1);
}

static void put_value(struct synth_sink *sink, struct name name, const char *p, const char *more)
{
	if (*p == '{') {
		put_object(sink, name, p);
		return;
	}
	if (*p != '[') {
		put_primitive(sink, name, p, more);
		return;
	}
	while (*p != ']') {
		p++;
		put_value(sink, name, p, more ? more + 1 : NULL);
		p = value_end(p);
		more = more ? value_end(more + 1) : NULL;
	}
}

/* The extensions of the primitive before `p`, in the member `_name`; NULL if there is none. */
static const char *find_more(struct name name, const char *p)
{
	if (strncmp(p, ",\"_", 3) != 0 || strncmp(p + 3, name.text, name.size) != 0)
		return NULL;
	return p[3 + name.size] == '"' ? p + 3 + name.size + 2 : NULL;
}

/* All members up to the end of an object; `p` is behind its bracket or behind a member. */
static void put_members(struct synth_sink *sink, const char *p)
{
	if (*p == ',')
		p++;
	while (*p == '"') {
		const char *value = string_end(p) + 1, *end, *more;
		struct name name = { p + 1, (size_t)(value - p) - 3 };

		end = value_end(value);
		more = find_more(name, end);
		put_value(sink, name, value, more);
		p = more ? value_end(more) : end;
		if (*p == ',')
			p++;
	}
}

void synth_xml_put(struct synth_sink *sink, const char *json)
{
	static const char head[] = "{\"resourceType\":";
	const char *type = json + sizeof(head) - 1;
	const char *end = string_end(type);
	struct name name = { type + 1, (size_t)(end - type) - 2 };

	synth_put_text(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
	put_name(sink, name);
	synth_put_text(sink, " xmlns=\"http://hl7.org/fhir\">");
	put_members(sink, end);
	synth_put(sink, "</", 2);
	put_name(sink, name);
	synth_put_text(sink, ">\n");
}
