/* SPDX-License-Identifier: Apache-2.0 */
/* A passphrase that is drawn, not thought of (<medark/key.h>). */
#include "base/secret.h"
#include "crypto/random.h"

#include <medark/key.h>

#include <stdint.h>

#define GROUP	4
#define LETTERS 24 /* of 5 bits */

_Static_assert(LETTERS + LETTERS / GROUP == MEDARK_PASSPHRASE_SIZE,
	       "a hyphen between the groups, and a zero");

int medark_passphrase_new(char out[MEDARK_PASSPHRASE_SIZE], struct medark_error *err)
{
	/* Crockford's base 32: without letters that look like digits, or like each other. */
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t bytes[LETTERS];
	char *p = out;

	MEDARK_TRY(medark_random(bytes, sizeof(bytes), err));
	for (size_t i = 0; i < LETTERS; i++) {
		if (i && i % GROUP == 0)
			*p++ = '-';
		*p++ = alphabet[bytes[i] % 32]; /* 32 divides 256: all are equally likely */
	}
	*p = '\0';
	medark_secret_wipe(bytes, sizeof(bytes));
	return 0;
}
