/* SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

size_t cli_utf8_next(const char *text, unsigned *out)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)text;
	size_t size = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 0;
	unsigned c;

	if (size == 0 || p[0] > 0xf7)
		return 0;
	c = size == 1 ? p[0] : p[0] & (0xffu >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[size] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return size;
}

/* One character, ready to be shown. */
struct glyph {
	char shown[12]; /* UTF-8 or an escape, zero-terminated */
	int width;	/* columns */
};

/* Controls, and what shows nothing or changes the direction of what stands around it. */
static bool is_unsafe(unsigned c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe0fff);
}

/* wcwidth() knows wide and combining characters in a UTF-8 locale, which main() has set. */
static int width_of(unsigned c)
{
	int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	return width < 0 ? 1 : width;
}

/* Takes the next character of `*text` and moves on; false at the end. */
static bool glyph_next(const char **text, struct glyph *out)
{
	unsigned c = 0;
	size_t size;

	if (!**text)
		return false;
	size = cli_utf8_next(*text, &c);
	if (size && !is_unsafe(c)) {
		memcpy(out->shown, *text, size);
		out->shown[size] = '\0';
		out->width = width_of(c);
	} else if (size > 1) {
		out->width = snprintf(out->shown, sizeof(out->shown), "\\u%04X", c);
	} else {
		c = (unsigned char)**text;
		out->width = snprintf(out->shown, sizeof(out->shown), "\\x%02X", c);
	}
	*text += size ? size : 1;
	return true;
}

size_t cli_text_width(const char *text)
{
	struct glyph glyph;
	size_t width = 0;

	while (glyph_next(&text, &glyph))
		width += (size_t)glyph.width;
	return width;
}

void cli_text_print(FILE *f, const char *text)
{
	struct glyph glyph;

	while (glyph_next(&text, &glyph))
		(void)fputs(glyph.shown, f);
}

void cli_text_print_bytes(FILE *f, const char *text, size_t size)
{
	for (const char *end = text + size;; text++) {
		cli_text_print(f, text);
		text += strlen(text);
		if (text == end)
			return;
		(void)fputs("\\x00", f);
	}
}

void cli_text_print_field(FILE *f, const char *text, size_t width)
{
	bool cut = cli_text_width(text) > width;
	size_t room = cut && width ? width - 1 : width;
	size_t used = 0;
	struct glyph glyph;

	while (glyph_next(&text, &glyph) && used + (size_t)glyph.width <= room) {
		(void)fputs(glyph.shown, f);
		used += (size_t)glyph.width;
	}
	if (cut && width) {
		(void)fputs("\xe2\x80\xa6", f);
		used++;
	}
	for (; used < width; used++)
		(void)fputc(' ', f);
}

const char *cli_text_bytes(double bytes, char *out)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t i = 0;

	for (; bytes >= 1024 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		bytes /= 1024;
	(void)snprintf(out, CLI_BYTES_MAX, i ? "%.1f %s" : "%.0f %s", bytes, units[i]);
	return out;
}

const char *cli_text_quote(const char *path, char *out, size_t size)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._/-+=@%:,";
	size_t used = 0;

	if (*path && path[strspn(path, plain)] == '\0') {
		(void)snprintf(out, size, "%s", path);
		return out;
	}
	if (size < 8)
		return "";
	out[used++] = '\'';
	for (; *path && used + 6 < size; path++) {
		if (*path == '\'') {
			memcpy(out + used, "'\\''", 4);
			used += 4;
		} else {
			out[used++] = *path;
		}
	}
	out[used++] = '\'';
	out[used] = '\0';
	return out;
}
