/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include "base/utf8.h"

void medark_text_hex(const void *data, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;

	for (size_t i = 0; i < size; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '\0';
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool medark_text_unhex(struct medark_bytes hex, void *out, size_t size)
{
	uint8_t *p = out;

	if (hex.size != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = digit(hex.data[2 * i]);
		int low = digit(hex.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		p[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

int medark_text_hex_digit(uint8_t c)
{
	return digit(c >= 'A' && c <= 'F' ? c | 0x20 : c);
}

bool medark_text_decimal(struct medark_bytes text, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (text.size == 0 || (text.size > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned d = (unsigned)(text.data[i] - '0');

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

bool medark_text_is_utf8(struct medark_bytes text)
{
	size_t i = 0;

	while (i < text.size) {
		size_t n = medark_utf8_sequence(text.data + i, text.size - i);

		if (!n)
			return false;
		i += n;
	}
	return true;
}

/* Bytes from the front that a JSON string has as they are. */
static size_t plain_json(struct medark_bytes text)
{
	size_t n = 0;

	while (n < text.size && text.data[n] >= 0x20 && text.data[n] < 0x7f &&
	       text.data[n] != '"' && text.data[n] != '\\')
		n++;
	return n;
}

/* The first character, which is not plain; its size to *out_size. */
static int json_other(struct medark_buffer *out, struct medark_bytes text, size_t *out_size,
		      struct medark_error *err)
{
	size_t n = medark_utf8_sequence(text.data, text.size);

	*out_size = n ? n : 1;
	if (n == 0)
		return medark_buffer_add(out, "\xef\xbf\xbd", 3, err);
	if (n > 1)
		return medark_buffer_add(out, text.data, n, err);
	if (text.data[0] == '"' || text.data[0] == '\\')
		return medark_buffer_print(out, err, "\\%c", text.data[0]);
	return medark_buffer_print(out, err, "\\u%04x", text.data[0]);
}

int medark_text_json(struct medark_buffer *out, struct medark_bytes text, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_add(out, "\"", 1, err));
	while (text.size) {
		size_t n = plain_json(text);

		if (n)
			MEDARK_TRY(medark_buffer_add(out, text.data, n, err));
		else
			MEDARK_TRY(json_other(out, text, &n, err));
		text = medark_bytes(text.data + n, text.size - n);
	}
	return medark_buffer_add(out, "\"", 1, err);
}
