/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random: bytes from OpenSSL's generators. Keys come from the private one, nonces, salts and ids,
 * which the world sees, from the public one, so that output of the one tells nothing of the other.
 */
#ifndef MEDARK_CRYPTO_RANDOM_H
#define MEDARK_CRYPTO_RANDOM_H

#include "base/error.h"

#include <stddef.h>

/* Fills `out` with bytes that stay secret. Any thread. MEDARK_E_SYSTEM; `out` is then wiped. */
int medark_random(void *out, size_t size, struct medark_error *err) MEDARK_MUST_USE;

/* Fills `out` with bytes that will be published. Any thread. MEDARK_E_SYSTEM; then wiped. */
int medark_random_public(void *out, size_t size, struct medark_error *err) MEDARK_MUST_USE;

#endif
