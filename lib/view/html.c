/* SPDX-License-Identifier: Apache-2.0 */
#include "view/html.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdarg.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Bytes of a text that stand for themselves, from its beginning. */
static size_t plain_bytes(struct medark_bytes text)
{
	size_t i = 0;

	for (; i < text.size; i++) {
		uint8_t c = text.data[i];

		if ((c < ' ' && c != '\t' && c != '\n') || c >= 0x7f || c == '&' || c == '<' ||
		    c == '>' || c == '"' || c == '\'')
			break;
	}
	return i;
}

static int put_ascii(struct medark_buffer *out, uint8_t c, struct medark_error *err)
{
	/* U+2400 and so on are the pictures of the controls, U+2421 that of DEL. */
	uint8_t picture[3] = { 0xe2, 0x90, (uint8_t)(c == 0x7f ? 0xa1 : 0x80 + c) };

	switch (c) {
	case '&':
		return medark_buffer_text(out, "&amp;", err);
	case '<':
		return medark_buffer_text(out, "&lt;", err);
	case '>':
		return medark_buffer_text(out, "&gt;", err);
	case '"':
		return medark_buffer_text(out, "&quot;", err);
	case '\'':
		return medark_buffer_text(out, "&#39;", err);
	case '\r':
		return 0; /* half of a line end */
	default:
		return medark_buffer_add(out, picture, sizeof(picture), err);
	}
}

static uint32_t code_point(const uint8_t *p, size_t size)
{
	uint32_t code = size == 2 ? p[0] & 0x1fu : size == 3 ? p[0] & 0x0fu : p[0] & 0x07u;

	for (size_t i = 1; i < size; i++)
		code = code << 6 | (p[i] & 0x3fu);
	return code;
}

/* Drawn as what it is not: C1 controls, embeddings, overrides and isolates, noncharacters. */
static bool is_misleading(uint32_t code)
{
	return code < 0xa0 || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || (code >= 0xfdd0 && code <= 0xfdef) ||
	       (code & 0xfffe) == 0xfffe;
}

static int put_sequence(struct medark_buffer *out, const uint8_t *p, size_t size,
			struct medark_error *err)
{
	uint32_t code = code_point(p, size);

	if (code == 0xfeff)
		return 0;
	if (code == 0x2028 || code == 0x2029)
		return medark_buffer_text(out, "\n", err);
	if (is_misleading(code))
		return medark_buffer_text(out, REPLACEMENT, err);
	return medark_buffer_add(out, p, size, err);
}

int medark_html_text(struct medark_buffer *out, struct medark_bytes text, struct medark_error *err)
{
	size_t i = 0;

	while (i < text.size) {
		size_t run = plain_bytes(medark_bytes(text.data + i, text.size - i)), size;

		MEDARK_TRY(medark_buffer_add(out, text.data + i, run, err));
		i += run;
		if (i == text.size)
			break;
		size = medark_utf8_sequence(text.data + i, text.size - i);
		if (size == 0)
			MEDARK_TRY(medark_buffer_text(out, REPLACEMENT, err));
		else if (size == 1)
			MEDARK_TRY(put_ascii(out, text.data[i], err));
		else
			MEDARK_TRY(put_sequence(out, text.data + i, size, err));
		i += size ? size : 1;
	}
	return 0;
}

/* What stands for one letter behind a percent sign. */
static int put_argument(struct medark_buffer *out, char letter, va_list *args,
			struct medark_error *err)
{
	const char *text;

	switch (letter) {
	case 's':
		text = va_arg(*args, const char *);
		return medark_html_text(out, medark_bytes_text(text), err);
	case 'b':
		return medark_html_text(out, va_arg(*args, struct medark_bytes), err);
	case 'u':
		return medark_buffer_number(out, va_arg(*args, unsigned long long), err);
	default:
		assert(letter == '%');
		return medark_buffer_text(out, "%", err);
	}
}

int medark_html(struct medark_buffer *out, struct medark_error *err, const char *markup, ...)
{
	va_list args;
	int code = 0;

	va_start(args, markup);
	while (code == 0 && *markup) {
		size_t size = strcspn(markup, "%");

		code = medark_buffer_add(out, markup, size, err);
		markup += size;
		if (code == 0 && *markup) {
			code = put_argument(out, markup[1], &args, err);
			markup += 2;
		}
	}
	va_end(args);
	return code;
}
