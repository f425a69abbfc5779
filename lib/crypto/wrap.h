/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap: a 256-bit key encrypted under another one by AES key wrap (RFC 3394, default IV). A wrapper
 * holds the key schedules of one key-encryption key, for many keys; one thread at a time.
 */
#ifndef MEDARK_CRYPTO_WRAP_H
#define MEDARK_CRYPTO_WRAP_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

#define MEDARK_WRAPPED_SIZE (MEDARK_KEY_SIZE + 8)

struct medark_key_wrapper;

/* MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_key_wrapper_new(const struct medark_key *kek, struct medark_key_wrapper **out_wrapper,
			   struct medark_error *err) MEDARK_MUST_USE;
/* Wipes the key schedules. */
void medark_key_wrapper_free(struct medark_key_wrapper *wrapper);
MEDARK_DEFINE_AUTO(struct medark_key_wrapper, medark_key_wrapper_free)

/* Allocates nothing. MEDARK_E_SYSTEM. */
int medark_key_wrapper_wrap(struct medark_key_wrapper *wrapper, const struct medark_key *key,
			    uint8_t out[MEDARK_WRAPPED_SIZE],
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * False if `wrapped` was not wrapped under this key or was changed; `out` is then wiped. Allocates
 * nothing.
 */
bool medark_key_wrapper_unwrap(struct medark_key_wrapper *wrapper,
			       const uint8_t wrapped[MEDARK_WRAPPED_SIZE],
			       struct medark_key *out) MEDARK_MUST_USE;

/* One key without a wrapper of one's own. Any thread. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_key_wrap(const struct medark_key *kek, const struct medark_key *key,
		    uint8_t out[MEDARK_WRAPPED_SIZE], struct medark_error *err) MEDARK_MUST_USE;

/* As above; MEDARK_E_FORMAT where medark_key_wrapper_unwrap() gives false. */
int medark_key_unwrap(const struct medark_key *kek, const uint8_t wrapped[MEDARK_WRAPPED_SIZE],
		      struct medark_key *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
