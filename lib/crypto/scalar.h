/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scalar: the private key of an elliptic curve as the plain number that is split into shares, and a
 * key made of such a number again. Any thread.
 */
#ifndef MEDARK_CRYPTO_SCALAR_H
#define MEDARK_CRYPTO_SCALAR_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/private_key.h"

#define MEDARK_SCALAR_MAX 48 /* of P-384; P-256 has 32 */

/* Big-endian, as long as the order of the curve (SEC 1 section 2.3.7). Wiped by its owner. */
struct medark_scalar {
	enum medark_key_type type; /* MEDARK_KEY_P256 or MEDARK_KEY_P384 */
	uint8_t bytes[MEDARK_SCALAR_MAX];
};

static inline void medark_scalar_clear(struct medark_scalar *scalar)
{
	medark_secret_wipe(scalar, sizeof(*scalar));
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_scalar, medark_scalar_clear)

/* 32 or 48 bytes. */
size_t medark_scalar_size(enum medark_key_type type);

/*
 * The number of `key`. MEDARK_E_KEY if it is neither P-256 nor P-384, or is in a token, which does
 * not give it out; MEDARK_E_SYSTEM.
 */
int medark_scalar_of(const struct medark_private_key *key, struct medark_scalar *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * The key that has this number; the caller frees it. MEDARK_E_KEY if no key has (0, or not below
 * the order of the curve); MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_scalar_key(const struct medark_scalar *scalar, struct medark_private_key **out_key,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * SHA-256 of the DER of the public key (SubjectPublicKeyInfo, RFC 5280 section 4.1), as
 * `openssl pkey -pubout -outform DER | sha256sum` has it. MEDARK_E_SYSTEM.
 */
int medark_private_key_public_digest(const struct medark_private_key *key,
				     struct medark_digest *out,
				     struct medark_error *err) MEDARK_MUST_USE;

#endif
