/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form: the pairs of an address's query or of a body of application/x-www-form-urlencoded (URL
 * Standard section 5.1, RFC 3986 section 2.1). They come from anybody who reaches the port: what is
 * not well-formed is refused, not guessed at.
 */
#ifndef MEDARK_SEARCH_FORM_H
#define MEDARK_SEARCH_FORM_H

#include "base/buffer.h"
#include "base/bytes.h"

#define MEDARK_FORM_MAX	      65536 /* bytes of the whole */
#define MEDARK_FORM_PAIRS_MAX 128
#define MEDARK_FORM_NAME_MAX  128  /* bytes, decoded */
#define MEDARK_FORM_VALUE_MAX 4096 /* bytes, decoded */

struct medark_form_pair {
	struct medark_bytes name; /* 1 byte or more, no control characters */
	struct medark_bytes value;
};

struct medark_form {
	struct medark_form_pair pairs[MEDARK_FORM_PAIRS_MAX];
	size_t count;
	struct medark_buffer texts; /* decoded; patients' data: wiped */
};

/* May be called on a zeroed object. */
void medark_form_clear(struct medark_form *form);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_form, medark_form_clear)

/*
 * Reads `text`, without a '?' in front; it is copied. `+` is a space; pairs without anything are
 * skipped, a pair without '=' has an empty value. What `form` held before goes; after a failure it
 * is empty. MEDARK_E_USAGE: a bound is passed, a '%' without two hexadecimal digits, NUL, a text
 * that is no UTF-8, a name that is empty or has control characters; MEDARK_E_MEMORY.
 */
int medark_form_parse(struct medark_form *form, struct medark_bytes text,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
