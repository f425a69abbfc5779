/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kdf: a key from a passphrase. The costs stand in the archive's header and are read before
 * anything is decrypted, so they are capped here: a hostile header must not eat memory or hours.
 * What all recipients of a header cost together is capped by its reader (F-27).
 */
#ifndef MEDARK_CRYPTO_KDF_H
#define MEDARK_CRYPTO_KDF_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"

#include <stdint.h>

#define MEDARK_KDF_SALT_MIN	  16
#define MEDARK_KDF_SALT_MAX	  64
#define MEDARK_KDF_PASSPHRASE_MAX 1000 /* F-10 */

/* scrypt: n is a power of two between these, r is always 8, 1 <= p <= 4; 128 * n * r bytes. */
#define MEDARK_SCRYPT_N_MIN	(UINT64_C(1) << 14)
#define MEDARK_SCRYPT_N_DEFAULT (UINT64_C(1) << 17)
#define MEDARK_SCRYPT_N_MAX	(UINT64_C(1) << 20)
#define MEDARK_SCRYPT_R		8
#define MEDARK_SCRYPT_P_MAX	4

struct medark_scrypt_cost {
	uint64_t n;
	uint32_t r;
	uint32_t p;
};

/* PBKDF2-HMAC-SHA-512 iterations. */
#define MEDARK_PBKDF2_ITERATIONS_MIN	 UINT64_C(100000)
#define MEDARK_PBKDF2_ITERATIONS_DEFAULT UINT64_C(600000)
#define MEDARK_PBKDF2_ITERATIONS_MAX	 UINT64_C(10000000)

/*
 * scrypt (RFC 7914), 32 bytes. `passphrase` has 1 to MEDARK_KDF_PASSPHRASE_MAX bytes as F-10 wants
 * them, `salt` MEDARK_KDF_SALT_MIN to _MAX. Any thread. MEDARK_E_FORMAT for a salt or cost outside
 * the caps, MEDARK_E_USAGE for the passphrase, MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_scrypt(struct medark_bytes passphrase, struct medark_bytes salt,
		  const struct medark_scrypt_cost *cost, struct medark_key *out,
		  struct medark_error *err) MEDARK_MUST_USE;

/* PBKDF2 (RFC 8018 section 5.2) with HMAC-SHA-512, 32 bytes; limits and errors as above. */
int medark_pbkdf2_sha512(struct medark_bytes passphrase, struct medark_bytes salt,
			 uint64_t iterations, struct medark_key *out,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
