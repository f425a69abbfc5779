/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_token: strings, numbers and literals of JSON (RFC 8259 sections 3, 6 and 7), one at a time,
 * over bytes that need no padding. Shared by the scanners of json.h.
 */
#ifndef MEDARK_SCAN_JSON_TOKEN_H
#define MEDARK_SCAN_JSON_TOKEN_H

#include "scan/json.h"

static inline bool medark_json_is_space(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const uint8_t *medark_json_skip_space(const uint8_t *p, const uint8_t *end)
{
	while (p < end && medark_json_is_space(*p))
		p++;
	return p;
}

static inline bool medark_json_is_digit(uint8_t c)
{
	return (uint8_t)(c - '0') <= 9;
}

/* The value of a hexadecimal digit of either case, or -1. */
static inline int medark_json_hex(uint8_t c)
{
	if (medark_json_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of the four hexadecimal digits at `p`, or -1. */
static inline int32_t medark_json_hex4(const uint8_t *p)
{
	int32_t a = medark_json_hex(p[0]), b = medark_json_hex(p[1]);
	int32_t c = medark_json_hex(p[2]), d = medark_json_hex(p[3]);

	return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
}

/* What `\c` stands for; 0 if there is no such escape. 'u' stands for itself. */
static inline uint8_t medark_json_unescape(uint8_t c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/':
	case 'u':
		return c;
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return 0;
	}
}

/*
 * The first quote, backslash or control character in [p, end), or `end`. Adds to *seen all bits of
 * the bytes passed over, so that the caller knows whether one of them is not ASCII.
 */
const uint8_t *medark_json_plain(const uint8_t *p, const uint8_t *end, uint64_t *seen);

/*
 * The string whose opening quote stands before `p`: gives the bytes up to the closing quote and
 * whether one of them is a backslash. False if it is not closed before `end`, holds a control
 * character or a wrong escape, or is not UTF-8.
 */
bool medark_json_string(const uint8_t *p, const uint8_t *end, struct medark_bytes *out_raw,
			bool *out_escaped);

/*
 * Bytes of the number, `true`, `false` or `null` at `p`; 0 if there is none. What follows it is not
 * looked at.
 */
size_t medark_json_scalar(const uint8_t *p, const uint8_t *end);

#endif
