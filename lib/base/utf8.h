/* SPDX-License-Identifier: Apache-2.0 */
/* utf8: what UTF-8 is (RFC 3629). No locale is ever consulted. */
#ifndef MEDARK_BASE_UTF8_H
#define MEDARK_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of the well-formed sequence at `p`, of which `left` (1 or more) can be read; 0 if there is
 * none (RFC 3629 section 4: no surrogates, no overlong forms).
 */
static inline size_t medark_utf8_sequence(const uint8_t *p, size_t left)
{
	uint8_t c = p[0];

	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return left >= 2 && (p[1] & 0xc0) == 0x80 ? 2 : 0;
	if (c >= 0xe0 && c <= 0xef) {
		uint8_t low = c == 0xe0 ? 0xa0 : 0x80;
		uint8_t high = c == 0xed ? 0x9f : 0xbf;

		return left >= 3 && p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 ? 3 : 0;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		uint8_t low = c == 0xf0 ? 0x90 : 0x80;
		uint8_t high = c == 0xf4 ? 0x8f : 0xbf;

		return left >= 4 && p[1] >= low && p[1] <= high && (p[2] & 0xc0) == 0x80 &&
				       (p[3] & 0xc0) == 0x80
			       ? 4
			       : 0;
	}
	return 0;
}

#endif
