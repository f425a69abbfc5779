/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_token.h"

#include "base/text.h"

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* The high bit of every byte of `word` that is zero; exact up to the first such byte. */
static uint64_t zeros(uint64_t word)
{
	return (word - ONES) & ~word & HIGHS;
}

const uint8_t *medark_json_plain(const uint8_t *p, const uint8_t *end, uint64_t *seen)
{
	for (; end - p >= 8; p += 8) {
		uint64_t word = medark_get_le64(p);
		uint64_t stop = zeros(word ^ (ONES * '"')) | zeros(word ^ (ONES * '\\')) |
				((word - ONES * 0x20) & ~word & HIGHS);

		if (stop) {
			unsigned n = (unsigned)__builtin_ctzll(stop);

			/* Bytes from the stop on do not count. */
			*seen |= word & ((UINT64_C(1) << (n & 56)) - 1);
			return p + n / 8;
		}
		*seen |= word;
	}
	for (; p < end && *p != '"' && *p != '\\' && *p >= 0x20; p++)
		*seen |= *p;
	return p;
}

/* Bytes of the escape whose backslash is at `p`, 0 if it is none. */
static size_t escape(const uint8_t *p, const uint8_t *end)
{
	if (end - p < 2 || !medark_json_unescape(p[1]))
		return 0;
	if (p[1] != 'u')
		return 2;
	return end - p >= 6 && medark_json_hex4(p + 2) >= 0 ? 6 : 0;
}

bool medark_json_string(const uint8_t *p, const uint8_t *end, struct medark_bytes *out_raw,
			bool *out_escaped)
{
	const uint8_t *begin = p;
	uint64_t seen = 0;
	bool escaped = false;

	for (;;) {
		size_t n;

		p = medark_json_plain(p, end, &seen);
		if (p == end || *p < 0x20)
			return false;
		if (*p == '"')
			break;
		n = escape(p, end);
		if (!n)
			return false;
		escaped = true;
		p += n;
	}
	*out_raw = medark_bytes(begin, (size_t)(p - begin));
	*out_escaped = escaped;
	return !(seen & HIGHS) || medark_text_is_utf8(*out_raw);
}

static const uint8_t *digits(const uint8_t *p, const uint8_t *end)
{
	while (p < end && medark_json_is_digit(*p))
		p++;
	return p;
}

/* The end of the digits at `p`; NULL if there is none. */
static const uint8_t *some_digits(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *after = digits(p, end);

	return after == p ? NULL : after;
}

static size_t number(const uint8_t *begin, const uint8_t *end)
{
	const uint8_t *p = begin;

	if (p < end && *p == '-')
		p++;
	if (p == end || !medark_json_is_digit(*p))
		return 0;
	p = *p == '0' ? p + 1 : digits(p, end);
	if (p < end && *p == '.') {
		p = some_digits(p + 1, end);
		if (!p)
			return 0;
	}
	if (p < end && (*p | 0x20) == 'e') {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		p = some_digits(p, end);
		if (!p)
			return 0;
	}
	return (size_t)(p - begin);
}

size_t medark_json_scalar(const uint8_t *p, const uint8_t *end)
{
	struct medark_bytes left = medark_bytes(p, (size_t)(end - p));

	if (left.size == 0)
		return 0;
	switch (*p) {
	case 't':
		return medark_bytes_starts(left, "true") ? 4 : 0;
	case 'f':
		return medark_bytes_starts(left, "false") ? 5 : 0;
	case 'n':
		return medark_bytes_starts(left, "null") ? 4 : 0;
	default:
		return number(p, end);
	}
}
