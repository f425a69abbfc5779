/* SPDX-License-Identifier: Apache-2.0 */
/* oaep: RSAES-OAEP (RFC 8017 section 7.1) of a key, SHA-256 throughout. Internal to lib/crypto. */
#ifndef MEDARK_CRYPTO_OAEP_H
#define MEDARK_CRYPTO_OAEP_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/native.h"

#include <stddef.h>
#include <stdint.h>

#define MEDARK_OAEP_SIZE_MAX (MEDARK_RSA_BITS_MAX / 8)

/* MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_oaep_encrypt(EVP_PKEY *recipient, const struct medark_key *key,
			uint8_t out[MEDARK_OAEP_SIZE_MAX], size_t *out_size,
			struct medark_error *err) MEDARK_MUST_USE;

/* False, for whatever reason, if this does not give a key of 32 bytes. */
bool medark_oaep_decrypt(EVP_PKEY *own, struct medark_bytes encrypted, struct medark_key *out);

#endif
