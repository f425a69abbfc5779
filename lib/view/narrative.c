/* SPDX-License-Identifier: Apache-2.0 */
#include "view/narrative.h"

#include <stdio.h>
#include <strings.h>

#define DEPTH_MAX 48
#define NAME_SIZE 12

static const char *const allowed[] = { "p",   "br", "b",  "i",	"em",	 "strong", "ul",    "ol",
				       "li",  "td", "th", "tr", "table", "thead",  "tbody", "span",
				       "div", "h1", "h2", "h3", "h4",	 "h5",	   "h6",    "pre" };
#define ALLOWED (sizeof(allowed) / sizeof(*allowed))
#define BR	1

/* Their content is no text for people. */
static const char *const silent[] = { "script", "style",  "head", "title", "template", "noscript",
				      "iframe", "object", "svg",  "math",  "textarea", "select" };

struct narrative {
	struct medark_buffer *out;
	struct medark_bytes text;
	size_t at;
	uint8_t open[DEPTH_MAX]; /* numbers in `allowed` */
	size_t depth;
};

static bool is_name(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The number of a name in a list; `count` if it is not there. */
static size_t find(const char *const *list, size_t count, struct medark_bytes name)
{
	size_t i = 0;

	while (i < count && (strlen(list[i]) != name.size ||
			     strncasecmp(list[i], (const char *)name.data, name.size) != 0))
		i++;
	return i;
}

/* ---- text ---- */

static size_t encode(uint32_t code, uint8_t out[4])
{
	if (code < 0x80) {
		out[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (uint8_t)(0xc0 | code >> 6);
		out[1] = (uint8_t)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (uint8_t)(0xe0 | code >> 12);
		out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | (code >> 18 & 7));
	out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (code & 0x3f));
	return 4;
}

/* The character that "amp" or "#x41" names; 0: none that is known. */
static uint32_t entity(struct medark_bytes name)
{
	static const char *const names[] = { "amp", "lt", "gt", "quot", "apos", "nbsp" };
	static const uint32_t codes[] = { '&', '<', '>', '"', '\'', 0xa0, 0 };
	bool is_hex = name.size > 1 && (name.data[1] | 0x20) == 'x';
	uint32_t code = 0;

	if (name.size < 2 || name.data[0] != '#')
		return codes[find(names, sizeof(names) / sizeof(*names), name)];
	for (size_t i = is_hex ? 2 : 1; i < name.size && code <= 0x10ffff; i++) {
		uint8_t c = name.data[i] | 0x20;
		uint32_t digit = 99;

		if (c >= '0' && c <= '9')
			digit = c - (uint32_t)'0';
		else if (c >= 'a' && c <= 'f')
			digit = c - (uint32_t)'a' + 10;
		if (digit >= (is_hex ? 16 : 10))
			return 0;
		code = code * (is_hex ? 16 : 10) + digit;
	}
	return code <= 0x10ffff ? code : 0;
}

/* An ampersand and perhaps what it begins. */
static int put_entity(struct narrative *n, struct medark_error *err)
{
	size_t begin = n->at + 1, end = begin;
	uint8_t bytes[4] = { '&' };
	uint32_t code;

	while (end < n->text.size && end < begin + NAME_SIZE &&
	       (is_name(n->text.data[end]) || n->text.data[end] == '#'))
		end++;
	code = end < n->text.size && n->text.data[end] == ';'
		       ? entity(medark_bytes(n->text.data + begin, end - begin))
		       : 0;
	n->at = code ? end + 1 : begin;
	return medark_html_text(n->out, medark_bytes(bytes, encode(code ? code : '&', bytes)), err);
}

static int put_text(struct narrative *n, struct medark_error *err)
{
	size_t begin = n->at;

	while (n->at < n->text.size && n->text.data[n->at] != '<' && n->text.data[n->at] != '&')
		n->at++;
	return medark_html_text(n->out, medark_bytes(n->text.data + begin, n->at - begin), err);
}

/* ---- tags ---- */

/* Behind the '>' that ends a tag: one in quotes does not. */
static size_t tag_end(struct medark_bytes text, size_t at)
{
	uint8_t quote = 0;

	for (; at < text.size; at++) {
		uint8_t c = text.data[at];

		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else if (c == '>' && !quote)
			return at + 1;
	}
	return text.size;
}

/* Behind what `end` ends; the text's end if nothing does. */
static size_t behind(struct medark_bytes text, size_t at, const char *end)
{
	const uint8_t *found =
		at < text.size ? memmem(text.data + at, text.size - at, end, strlen(end)) : NULL;

	return found ? (size_t)(found - text.data) + strlen(end) : text.size;
}

/* Behind the closing tag of an element whose content goes. */
static size_t behind_silent(struct medark_bytes text, size_t at, struct medark_bytes name)
{
	for (; at + 2 + name.size <= text.size; at++)
		if (text.data[at] == '<' && text.data[at + 1] == '/' &&
		    strncasecmp((const char *)text.data + at + 2, (const char *)name.data,
				name.size) == 0)
			return tag_end(text, at);
	return text.size;
}

/* colspan="2": the number, if it is one of at most two digits; else 0. */
static unsigned span(struct medark_bytes tag, const char *name)
{
	size_t at = behind(tag, 0, name), digits = 0;
	unsigned value = 0;

	if (at + 2 >= tag.size || tag.data[at] != '=' ||
	    (tag.data[at + 1] != '"' && tag.data[at + 1] != '\''))
		return 0;
	for (at += 2; at < tag.size && tag.data[at] >= '0' && tag.data[at] <= '9'; at++, digits++)
		value = value * 10 + (tag.data[at] - '0');
	return digits <= 2 ? value : 0;
}

static int close_to(struct narrative *n, size_t depth, struct medark_error *err)
{
	while (n->depth > depth)
		MEDARK_TRY(medark_html(n->out, err, "</%s>", allowed[n->open[--n->depth]]));
	return 0;
}

static int open_tag(struct narrative *n, size_t number, struct medark_bytes tag,
		    struct medark_error *err)
{
	unsigned columns = span(tag, "colspan"), rows = span(tag, "rowspan");
	bool is_cell = allowed[number][0] == 't' && allowed[number][2] == '\0' &&
		       allowed[number][1] != 'r';

	if (number == BR)
		return medark_buffer_text(n->out, "<br>", err);
	if (n->depth == DEPTH_MAX)
		return 0;
	MEDARK_TRY(medark_html(n->out, err, "<%s", allowed[number]));
	if (is_cell && columns)
		MEDARK_TRY(
			medark_html(n->out, err, " colspan=\"%u\"", (unsigned long long)columns));
	if (is_cell && rows)
		MEDARK_TRY(medark_html(n->out, err, " rowspan=\"%u\"", (unsigned long long)rows));
	n->open[n->depth++] = (uint8_t)number;
	MEDARK_TRY(medark_buffer_text(n->out, ">", err));
	if (tag.size >= 2 && tag.data[tag.size - 2] == '/')
		return close_to(n, n->depth - 1, err);
	return 0;
}

static int close_tag(struct narrative *n, size_t number, struct medark_error *err)
{
	for (size_t i = n->depth; i-- > 0;)
		if (n->open[i] == number)
			return close_to(n, i, err);
	return 0;
}

static int put_tag(struct narrative *n, struct medark_error *err)
{
	struct medark_bytes rest = medark_bytes(n->text.data + n->at, n->text.size - n->at), name;
	size_t begin = n->at, at = begin + 1, number;
	bool is_close = at < n->text.size && n->text.data[at] == '/';

	if (medark_bytes_starts(rest, "<!--")) {
		n->at = behind(n->text, begin, "-->");
		return 0;
	}
	if (!is_close && at < n->text.size && !is_name(n->text.data[at]) &&
	    !strchr("!?", n->text.data[at])) { /* "< 5" */
		n->at = at;
		return medark_html_text(n->out, medark_bytes(rest.data, 1), err);
	}
	at += is_close;
	name.data = n->text.data + at;
	while (at < n->text.size && is_name(n->text.data[at]))
		at++;
	name.size = (size_t)(n->text.data + at - name.data);
	n->at = tag_end(n->text, begin);
	if (!is_close && find(silent, sizeof(silent) / sizeof(*silent), name) <
				 sizeof(silent) / sizeof(*silent)) {
		if (n->text.data[n->at - 2] != '/')
			n->at = behind_silent(n->text, n->at, name);
		return 0;
	}
	number = find(allowed, ALLOWED, name);
	if (number == ALLOWED)
		return 0;
	return is_close ? close_tag(n, number, err)
			: open_tag(n, number, medark_bytes(n->text.data + begin, n->at - begin),
				   err);
}

int medark_narrative(struct medark_buffer *out, struct medark_bytes div, struct medark_error *err)
{
	struct narrative n = { .out = out, .text = div };
	bool is_cut = div.size > MEDARK_NARRATIVE_MAX;

	if (is_cut)
		n.text.size = MEDARK_NARRATIVE_MAX;
	while (n.at < n.text.size) {
		if (n.text.data[n.at] == '<')
			MEDARK_TRY(put_tag(&n, err));
		else if (n.text.data[n.at] == '&')
			MEDARK_TRY(put_entity(&n, err));
		else
			MEDARK_TRY(put_text(&n, err));
	}
	MEDARK_TRY(close_to(&n, 0, err));
	return is_cut ? medark_buffer_text(out, "\xe2\x80\xa6", err) : 0;
}
