/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gcm: AES-256-GCM with a 12-byte nonce, a 16-byte tag and no associated data, over a context that
 * is used again. Internal to lib/crypto.
 */
#ifndef MEDARK_CRYPTO_GCM_H
#define MEDARK_CRYPTO_GCM_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"

#include <openssl/evp.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDARK_GCM_NONCE_SIZE 12
#define MEDARK_GCM_TAG_SIZE   16

struct medark_gcm {
	EVP_CIPHER_CTX *context;
};

/* A context for one direction. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_gcm_init(struct medark_gcm *gcm, bool encrypt, struct medark_error *err) MEDARK_MUST_USE;
void medark_gcm_clear(struct medark_gcm *gcm);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_gcm, medark_gcm_clear)

/* Begins a message. False if OpenSSL fails, here and below. */
bool medark_gcm_start(struct medark_gcm *gcm, const struct medark_key *key,
		      const uint8_t nonce[MEDARK_GCM_NONCE_SIZE]);

/* Encrypts the concatenation of `count` parts, each below 2 GiB, and gives the tag. */
bool medark_gcm_encrypt(struct medark_gcm *gcm, const struct medark_bytes *parts, size_t count,
			uint8_t *out, uint8_t tag[MEDARK_GCM_TAG_SIZE]);

/* Decrypts `content`, below 2 GiB. On false, also for a wrong tag, `out` is wiped. */
bool medark_gcm_decrypt(struct medark_gcm *gcm, struct medark_bytes content,
			const uint8_t tag[MEDARK_GCM_TAG_SIZE], uint8_t *out);

#endif
