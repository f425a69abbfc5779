/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104). The algorithms are fetched from
 * OpenSSL once for the process; each thread keeps one context, so that a short message costs no
 * allocation.
 */
#ifndef MEDARK_CRYPTO_DIGEST_H
#define MEDARK_CRYPTO_DIGEST_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MEDARK_DIGEST_SIZE 32
struct medark_digest {
	uint8_t bytes[MEDARK_DIGEST_SIZE];
};

static inline bool medark_digest_equal(const struct medark_digest *a, const struct medark_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/*
 * Fetches every algorithm that this floor uses. Call it once before the first digest; more calls
 * cost nothing. Any thread. MEDARK_E_SYSTEM if OpenSSL's provider lacks one of them.
 */
int medark_digest_setup(struct medark_error *err) MEDARK_MUST_USE;

/*
 * SHA-256 of `size` bytes. Cannot fail after medark_digest_setup() succeeded (it aborts the process
 * if OpenSSL stops working later, rather than give a wrong digest). Any thread.
 */
void medark_sha256(const void *data, size_t size, struct medark_digest *out);

/* As above, of the concatenation of `count` parts. */
void medark_sha256_parts(const struct medark_bytes *parts, size_t count, struct medark_digest *out);

/*
 * HMAC-SHA-256 with `key` (at least 1 byte) over the concatenation of `count` parts. Any thread.
 * MEDARK_E_MEMORY or MEDARK_E_SYSTEM.
 */
int medark_hmac_sha256(struct medark_bytes key, const struct medark_bytes *parts, size_t count,
		       struct medark_digest *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
