/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share: one share of a private key (shamir.h, scalar.h) as text, in two forms that say the same.
 *
 * A line, for QR codes, of characters that these have a short code for:
 *
 *	MEDARK-SHARE:1:TYPE:SET:NUMBER:THRESHOLD:COUNT:PUBLIC:BYTES:CHECK
 *
 * TYPE is P256 or P384, SET 16 hexadecimal digits that all shares of a set have, PUBLIC the SHA-256
 * of the public key (64 digits), BYTES the share, CHECK the first 16 digits of the SHA-256 of what
 * stands in front of its colon. And a page, for people, that may be typed in again: its first line
 * is MEDARK_SHARE_TITLE; lines that begin with one of the names below have a value; BYTES stands in
 * lines "1) 0123 4567 89AB CDEF = 89AB", each with a check of its own: the first 4 digits of the
 * SHA-256 of the line's number (one byte) and its 8 bytes. CHECK is that of the other form. Other
 * lines are for who reads them; spaces, order and case of digits do not count. Any thread.
 */
#ifndef MEDARK_CRYPTO_SHARE_H
#define MEDARK_CRYPTO_SHARE_H

#include "base/buffer.h"
#include "crypto/scalar.h"

#include <stdbool.h>

#define MEDARK_SHARE_TITLE    "medark key share, version 1"
#define MEDARK_SHARE_FILE_MAX ((size_t)64 << 10)
#define MEDARK_SHARE_LINE_MAX 320 /* of the first form, with its zero */
#define MEDARK_SHARE_SET_SIZE 8
#define MEDARK_SHARE_ROW_SIZE 8	 /* bytes of the share in a line of the page */
#define MEDARK_SHARE_ROW_MAX  40 /* such a line, with its zero */

struct medark_share {
	enum medark_key_type type; /* MEDARK_KEY_P256 or MEDARK_KEY_P384 */
	uint8_t set[MEDARK_SHARE_SET_SIZE];
	unsigned number, threshold,
		count;			 /* 2 <= threshold <= count <= 255, 1 <= number <= count */
	struct medark_digest public_key; /* see medark_private_key_public_digest() */
	uint8_t bytes[MEDARK_SCALAR_MAX];
};

static inline void medark_share_clear(struct medark_share *share)
{
	medark_secret_wipe(share, sizeof(*share));
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_share, medark_share_clear)

/* Does it begin as one of the two forms does? */
bool medark_share_is(struct medark_bytes text);

/*
 * Reads either form. MEDARK_E_KEY: something is missing, given twice, out of bounds or does not fit
 * its check; the sentence says which line. `out` is written on success only, and wiped by the
 * caller.
 */
int medark_share_parse(struct medark_bytes text, struct medark_share *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* The first form, with a zero; the caller wipes it. Its last 16 characters are the check. */
void medark_share_line(const struct medark_share *share, char out[MEDARK_SHARE_LINE_MAX]);

/* How many lines of bytes the page has, and line `i` of them (from 0). The caller wipes it. */
size_t medark_share_rows(const struct medark_share *share);
void medark_share_row(const struct medark_share *share, size_t i, char out[MEDARK_SHARE_ROW_MAX]);

#endif
