/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/totp.h"

#include "base/secret.h"
#include "crypto/hotp.h"

#include <stdio.h>
#include <string.h>

#define STEP   30 /* seconds */
#define DIGITS 6
#define WINDOW 1 /* steps that a telephone's clock may be off */

int medark_totp_check(const uint8_t secret[MEDARK_TOTP_SECRET_SIZE], struct medark_bytes code,
		      int64_t now, uint64_t *last, bool *out_fits, struct medark_error *err)
{
	uint64_t middle = now < 0 ? 0 : (uint64_t)now / STEP;
	uint64_t found = 0;

	for (uint64_t step = middle > WINDOW ? middle - WINDOW : 0; step <= middle + WINDOW;
	     step++) {
		char text[DIGITS + 2];
		uint32_t number;

		MEDARK_TRY(medark_hotp(medark_bytes(secret, MEDARK_TOTP_SECRET_SIZE), step, &number,
				       err));
		(void)snprintf(text, sizeof(text), "%06u", number % MEDARK_HOTP_MODULUS);
		if (code.size == DIGITS && medark_secret_equal(text, code.data, DIGITS) &&
		    step > *last)
			found = step;
		medark_secret_wipe(text, sizeof(text));
	}
	if (found)
		*last = found;
	*out_fits = found != 0;
	return 0;
}

/* RFC 4648 section 6, without padding; 20 bytes are 32 letters. */
static void base32(const uint8_t secret[MEDARK_TOTP_SECRET_SIZE], char out[33])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (size_t i = 0; i < 32; i++) {
		size_t bit = 5 * i, byte = bit / 8;
		unsigned two = (unsigned)secret[byte] << 8;

		if (byte + 1 < MEDARK_TOTP_SECRET_SIZE)
			two |= secret[byte + 1];
		out[i] = letters[two >> (11 - bit % 8) & 31];
	}
	out[32] = '\0';
}

/* RFC 3986 section 2: what is not unreserved is escaped. */
static int add_escaped(struct medark_buffer *out, const char *text, struct medark_error *err)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)(*text == ':' ? ' ' : *text);

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    memchr("-._~", c, 4))
			MEDARK_TRY(medark_buffer_add(out, &c, 1, err));
		else
			MEDARK_TRY(medark_buffer_print(out, err, "%%%02X", c));
	}
	return 0;
}

int medark_totp_uri(const uint8_t secret[MEDARK_TOTP_SECRET_SIZE], const char *issuer,
		    const char *name, struct medark_buffer *out, struct medark_error *err)
{
	char letters[33];
	int code;

	MEDARK_TRY(medark_buffer_text(out, "otpauth://totp/", err));
	MEDARK_TRY(add_escaped(out, issuer, err));
	MEDARK_TRY(medark_buffer_text(out, ":", err));
	MEDARK_TRY(add_escaped(out, name, err));
	base32(secret, letters);
	code = medark_buffer_print(out, err, "?secret=%s&issuer=", letters);
	medark_secret_wipe(letters, sizeof(letters));
	MEDARK_TRY(code);
	MEDARK_TRY(add_escaped(out, issuer, err));
	return medark_buffer_add(out, "", 1, err);
}
