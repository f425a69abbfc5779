/* SPDX-License-Identifier: Apache-2.0 */
/* text: hexadecimal, decimal, UTF-8 and JSON string forms of bytes. No locale is ever consulted. */
#ifndef MEDARK_BASE_TEXT_H
#define MEDARK_BASE_TEXT_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Writes 2 * size lower-case digits and a terminating zero into `out` (2 * size + 1 chars). */
void medark_text_hex(const void *data, size_t size, char *out);

/* Reads exactly 2 * size lower-case digits; false on anything else (upper case too: one form). */
bool medark_text_unhex(struct medark_bytes hex, void *out, size_t size);

/* The value of a digit in either case; -1: it is none. */
int medark_text_hex_digit(uint8_t c);

/* Reads a decimal number without sign, space or superfluous zero; false past `max`. */
bool medark_text_decimal(struct medark_bytes text, uint64_t max, uint64_t *out);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool medark_text_is_utf8(struct medark_bytes text);

/* Appends a JSON string with its quotes (RFC 8259). Bytes that are not UTF-8 become U+FFFD. */
int medark_text_json(struct medark_buffer *out, struct medark_bytes text,
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
