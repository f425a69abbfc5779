/* SPDX-License-Identifier: Apache-2.0 */
#include "live/attachment_place.h"

#include "base/text.h"
#include "live/attachment.h"
#include "record/fhir_reference.h"

#include <stdio.h>
#include <string.h>

void medark_attachment_place_clear(struct medark_attachment_place *p)
{
	medark_url_clear(&p->url);
	*p = (struct medark_attachment_place) { 0 };
}

/* ---- paths ---- */

/*
 * The next byte of a path, decoded, which moves `at` on; -1: one that servers read in more than one
 * way.
 */
static int next_byte(const char **at)
{
	const char *p = *at;
	int c = (uint8_t)*p, high, low;

	*at = p + 1;
	if (c == '%') {
		high = medark_text_hex_digit((uint8_t)p[1]);
		low = high < 0 ? -1 : medark_text_hex_digit((uint8_t)p[2]);
		if (low < 0)
			return -1;
		c = high * 16 + low;
		*at = p + 3;
		if (c == '/' || c == '%')
			return -1;
	}
	return c < 0x20 || c == 0x7f || c == '\\' ? -1 : c;
}

/*
 * Appends a segment as the most forgiving server reads it: without `;` and what is behind it,
 * without dots and blanks at its end, in lower case. False: it is not plain.
 */
static bool add_segment(const char **at, char *out, size_t *size)
{
	const size_t begin = *size;
	bool is_parameter = false;

	out[(*size)++] = '/';
	while (**at && **at != '/' && **at != '?') {
		int c = next_byte(at);

		if (c < 0)
			return false;
		is_parameter |= c == ';';
		if (!is_parameter)
			out[(*size)++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
	}
	out[*size] = '\0';
	if (strcmp(out + begin, "/.") == 0 || strcmp(out + begin, "/..") == 0)
		return false;
	while (*size > begin + 1 && (out[*size - 1] == '.' || out[*size - 1] == ' '))
		(*size)--;
	if (*size == begin + 1)
		*size = begin;
	out[*size] = '\0';
	return *size == begin || out[begin + 1] != '$';
}

/* The path of an address in one spelling. */
static bool simplify(const struct medark_url *url, char out[MEDARK_URL_MAX + 2])
{
	const char *at = strstr(url->text, "://");
	size_t size = 0;

	out[0] = '\0';
	at = at ? strpbrk(at + 3, "/?") : NULL;
	while (at && *at == '/') {
		at++;
		if (!add_segment(&at, out, &size))
			return false;
	}
	return true;
}

/* ---- kinds ---- */

/* Is it one of the two forms to the letter? */
static bool take_binary(const struct medark_url *root, struct medark_attachment_place *p)
{
	const size_t size = strlen(root->text);
	struct medark_bytes rest, binary;

	if (strncmp(p->url.text, root->text, size) != 0)
		return false;
	rest = medark_bytes_text(p->url.text + size);
	binary = medark_attachment_binary(rest);
	if (binary.size == 0 || binary.data != rest.data || binary.size >= sizeof(p->binary))
		return false;
	memcpy(p->binary, binary.data, binary.size);
	p->binary[binary.size] = '\0';
	return true;
}

static bool is_beside(const struct medark_url *root, const struct medark_url *url)
{
	char base[MEDARK_URL_MAX + 2], path[MEDARK_URL_MAX + 2];
	size_t size;

	if (!simplify(root, base) || !simplify(url, path))
		return false;
	size = strlen(base);
	return strncmp(path, base, size) != 0 || (path[size] != '/' && path[size] != '\0');
}

int medark_attachment_locate(const struct medark_url *root, struct medark_bytes address,
			     struct medark_attachment_place *out, struct medark_error *err)
{
	char text[MEDARK_URL_MAX + 1];
	int code = MEDARK_E_USAGE;

	*out = (struct medark_attachment_place) { .kind = MEDARK_ATTACHMENT_ELSEWHERE };
	if (address.size <= MEDARK_URL_MAX && !memchr(address.data, 0, address.size)) {
		memcpy(text, address.data, address.size);
		text[address.size] = '\0';
		code = medark_url_resolve(root, text, &out->url, err);
	}
	if (code == MEDARK_E_USAGE || (code == 0 && !medark_url_same_origin(&out->url, root)))
		return 0;
	MEDARK_TRY(code);
	if (take_binary(root, out))
		out->kind = MEDARK_ATTACHMENT_BINARY;
	else if (is_beside(root, &out->url))
		out->kind = MEDARK_ATTACHMENT_BESIDE;
	else
		out->kind = MEDARK_ATTACHMENT_REFUSED;
	return 0;
}
