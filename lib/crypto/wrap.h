/* SPDX-License-Identifier: Apache-2.0 */
/* wrap: a 256-bit key encrypted under another one by AES key wrap (RFC 3394, default IV). */
#ifndef MEDARK_CRYPTO_WRAP_H
#define MEDARK_CRYPTO_WRAP_H

#include "base/error.h"
#include "base/secret.h"

#include <stdint.h>

#define MEDARK_WRAPPED_SIZE (MEDARK_KEY_SIZE + 8)

/* Any thread. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_key_wrap(const struct medark_key *kek, const struct medark_key *key,
		    uint8_t out[MEDARK_WRAPPED_SIZE], struct medark_error *err) MEDARK_MUST_USE;

/*
 * MEDARK_E_FORMAT if `wrapped` was not wrapped under `kek` or was changed; `out` is then wiped.
 * Any thread. MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_key_unwrap(const struct medark_key *kek, const uint8_t wrapped[MEDARK_WRAPPED_SIZE],
		      struct medark_key *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
