/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <stdint.h>

/* ---- writing ---- */

static char sign(const char *alphabet, const char ends[3], uint32_t six)
{
	if (six < 62)
		return alphabet[six];
	return ends[six - 62];
}

/* `ends`: the last two signs of the alphabet, and the padding, or a zero for none. */
static int encode(struct medark_bytes data, const char ends[3], struct medark_buffer *out,
		  struct medark_error *err)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (size_t i = 0; i < data.size; i += 3) {
		size_t left = data.size - i;
		uint32_t bits = (uint32_t)data.data[i] << 16;
		char four[4];

		if (left > 1)
			bits |= (uint32_t)data.data[i + 1] << 8;
		if (left > 2)
			bits |= data.data[i + 2];
		for (unsigned k = 0; k < 4; k++)
			four[k] = sign(alphabet, ends, bits >> (18 - 6 * k) & 63);
		for (size_t k = left + 1; k < 4; k++)
			four[k] = ends[2];
		MEDARK_TRY(medark_buffer_add(out, four, left > 2 || ends[2] ? 4 : left + 1, err));
	}
	return 0;
}

int medark_base64(struct medark_bytes data, struct medark_buffer *out, struct medark_error *err)
{
	return encode(data, (const char[3]) { '+', '/', '=' }, out, err);
}

int medark_base64url(struct medark_bytes data, struct medark_buffer *out, struct medark_error *err)
{
	return encode(data, (const char[3]) { '-', '_', '\0' }, out, err);
}

/* ---- reading ---- */

/* The six bits of a sign; -1: it is none. */
static int six_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four signs on their way, of which the last ones may be padding. */
struct quad {
	uint32_t bits;
	unsigned signs, padding;
};

/* False if the sign may not stand here. */
static bool quad_add(struct quad *q, uint8_t c)
{
	int six = c == '=' ? 0 : six_of(c);

	if (six < 0 || (q->padding && c != '=') || (c == '=' && q->signs < 2))
		return false;
	q->bits = q->bits << 6 | (uint32_t)six;
	q->padding += c == '=';
	q->signs++;
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int medark_base64_decode_begin(struct medark_bytes text, size_t max, struct medark_buffer *out,
			       struct medark_error *err)
{
	size_t begin = out->size;
	struct quad q = { 0 };
	bool is_done = false; /* behind padding nothing may stand */

	for (size_t i = 0; i < text.size && out->size - begin < max; i++) {
		if (is_blank(text.data[i]))
			continue;
		if (is_done || !quad_add(&q, text.data[i]))
			return medark_error_set(err, MEDARK_E_FORMAT, "it is not base64");
		if (q.signs < 4)
			continue;
		MEDARK_TRY(medark_buffer_add(out,
					     (const uint8_t[3]) { (uint8_t)(q.bits >> 16),
								  (uint8_t)(q.bits >> 8),
								  (uint8_t)q.bits },
					     3 - q.padding, err));
		is_done = q.padding > 0;
		q = (struct quad) { 0 };
	}
	return q.signs ? medark_error_set(err, MEDARK_E_FORMAT, "it is not base64") : 0;
}

int medark_base64_decode(struct medark_bytes text, struct medark_buffer *out,
			 struct medark_error *err)
{
	return medark_base64_decode_begin(text, SIZE_MAX, out, err);
}

bool medark_base64_is(struct medark_bytes text)
{
	size_t padding = 0;

	while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < text.size - padding; i++)
		if (six_of(text.data[i]) < 0)
			return false;
	return text.size % 4 == 0;
}
