/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch_cipher: seals the blocks of a temporary file with a key that only this process ever
 * has, or one that another process can derive anew to go on with the work (AES-256-GCM). A block's
 * number is its nonce, so each number is sealed once only. One thread at a time.
 */
#ifndef MEDARK_CRYPTO_SCRATCH_CIPHER_H
#define MEDARK_CRYPTO_SCRATCH_CIPHER_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

#define MEDARK_SCRATCH_TAG 16

struct medark_scratch_cipher;

/* Draws a fresh key. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_scratch_cipher_new(struct medark_scratch_cipher **out,
			      struct medark_error *err) MEDARK_MUST_USE;

/*
 * As above with a key that can be had again: derived from `secret`, at least 1 byte, and `salt`,
 * which is drawn for each file and never used twice with the same secret (HMAC-SHA-256 of `salt`
 * under `secret`: NIST SP 800-108 with a fixed label).
 */
#define MEDARK_SCRATCH_SALT 16
int medark_scratch_cipher_derive(struct medark_bytes secret,
				 const uint8_t salt[MEDARK_SCRATCH_SALT],
				 struct medark_scratch_cipher **out,
				 struct medark_error *err) MEDARK_MUST_USE;

/*
 * As above with a key of the caller's, which is copied: for what is read again in years, whose
 * format says how the key comes about.
 */
int medark_scratch_cipher_with(const struct medark_key *key, struct medark_scratch_cipher **out,
			       struct medark_error *err) MEDARK_MUST_USE;
/* Wipes the key: what was sealed is lost. */
void medark_scratch_cipher_free(struct medark_scratch_cipher *c);
MEDARK_DEFINE_AUTO(struct medark_scratch_cipher, medark_scratch_cipher_free)

/* Seals block `number` of `size` bytes in place and writes its tag behind it (16 bytes of room). */
int medark_scratch_cipher_seal(struct medark_scratch_cipher *c, uint64_t number, uint8_t *data,
			       size_t size, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same in parts, which are sealed into `out` (of the part's size; the part itself, or apart
 * from it) as they come. Between begin and end nothing else is done with `c`; the tag has
 * MEDARK_SCRATCH_TAG bytes. MEDARK_E_SYSTEM.
 */
int medark_scratch_cipher_begin(struct medark_scratch_cipher *c, uint64_t number,
				struct medark_error *err) MEDARK_MUST_USE;
int medark_scratch_cipher_add(struct medark_scratch_cipher *c, struct medark_bytes part,
			      uint8_t *out, struct medark_error *err) MEDARK_MUST_USE;
int medark_scratch_cipher_end(struct medark_scratch_cipher *c, uint8_t *out_tag,
			      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Opens a block in place; its tag stands somewhere else, or behind it. MEDARK_E_SYSTEM: the
 * temporary file was changed; nothing of the block may be used.
 */
int medark_scratch_cipher_open(struct medark_scratch_cipher *c, uint64_t number, uint8_t *data,
			       size_t size, const uint8_t *tag,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
