/* SPDX-License-Identifier: Apache-2.0 */
/* base64: bytes as letters (RFC 4648). Any thread. */
#ifndef MEDARK_BASE_BASE64_H
#define MEDARK_BASE_BASE64_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends base64 with padding (RFC 4648 section 4). MEDARK_E_MEMORY. */
int medark_base64(struct medark_bytes data, struct medark_buffer *out,
		  struct medark_error *err) MEDARK_MUST_USE;

/* Appends base64 in the alphabet for addresses, without padding (section 5). MEDARK_E_MEMORY. */
int medark_base64url(struct medark_bytes data, struct medark_buffer *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends what base64 with padding stands for; blanks and line ends in it do not count (RFC 2045
 * section 6.8). MEDARK_E_FORMAT if it is none: what was appended then means nothing.
 * MEDARK_E_MEMORY.
 */
int medark_base64_decode(struct medark_bytes text, struct medark_buffer *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same of the beginning: stops when it has appended `max` bytes, or up to two more, and does
 * not look at what stands behind these.
 */
int medark_base64_decode_begin(struct medark_bytes text, size_t max, struct medark_buffer *out,
			       struct medark_error *err) MEDARK_MUST_USE;

/* Is it base64 with padding, and nothing between? */
bool medark_base64_is(struct medark_bytes text);

#endif
