/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hotp: the number of a one-time password (RFC 4226), HMAC-SHA-1 of a counter cut to six digits:
 * what the authenticator apps of telephones do. Any thread.
 */
#ifndef MEDARK_CRYPTO_HOTP_H
#define MEDARK_CRYPTO_HOTP_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdint.h>

#define MEDARK_HOTP_MODULUS 1000000

/*
 * The number, below MEDARK_HOTP_MODULUS, of `counter` under `secret` (1 byte or more).
 * MEDARK_E_SYSTEM if OpenSSL's provider has no SHA-1.
 */
int medark_hotp(struct medark_bytes secret, uint64_t counter, uint32_t *out,
		struct medark_error *err) MEDARK_MUST_USE;

#endif
