/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shamir: splits a secret into N shares of which any M give it back and fewer tell nothing (Shamir,
 * "How to share a secret", 1979). Byte by byte over GF(2^8) with the polynomial x^8 + x^4 + x^3 +
 * x^2 + 1 (0x11D), a share's number being its x: the same bytes as libgfshare's gfsplit(7) and
 * gfcombine(7), which put the number behind the file's name. No branch and no address depends on
 * what is secret. Any thread.
 */
#ifndef MEDARK_CRYPTO_SHAMIR_H
#define MEDARK_CRYPTO_SHAMIR_H

#include "base/bytes.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define MEDARK_SHAMIR_SECRET_MAX    4096
#define MEDARK_SHAMIR_SHARES_MAX    255
#define MEDARK_SHAMIR_THRESHOLD_MIN 2

/*
 * Writes the shares 1 to `count` of `secret` (1 to MEDARK_SHAMIR_SECRET_MAX bytes) one behind the
 * other into `out_shares`, which has room for count * secret.size bytes; the caller wipes it. Any
 * `threshold` of them give the secret. MEDARK_E_USAGE unless 2 <= threshold <= count <= 255 and the
 * size fits; MEDARK_E_MEMORY; MEDARK_E_SYSTEM without random bytes.
 */
int medark_shamir_split(struct medark_bytes secret, unsigned threshold, unsigned count,
			uint8_t *out_shares, struct medark_error *err) MEDARK_MUST_USE;

/* One share; `bytes` is borrowed and as long as the secret. */
struct medark_shamir_share {
	const uint8_t *bytes;
	uint8_t number; /* 1 to 255 */
};

/*
 * The value at `x` of the polynomials that go through the shares (of `size` bytes each, at least as
 * many as the threshold, none twice): the secret at 0, another share at its number. The caller
 * wipes `out`. Wrong shares give wrong bytes: whoever joins has to compare with something.
 * MEDARK_E_USAGE for no shares, more than 255, a size that does not fit, or a number that is 0 or
 * given twice.
 */
int medark_shamir_join(const struct medark_shamir_share *shares, size_t count, size_t size,
		       uint8_t x, uint8_t *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
