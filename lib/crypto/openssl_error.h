/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openssl_error: turns what OpenSSL left in its queue into one sentence. Internal to lib/crypto.
 * After every failed call of OpenSSL one of these runs, so that nothing stays in the thread's queue
 * to be blamed on a later call.
 */
#ifndef MEDARK_CRYPTO_OPENSSL_ERROR_H
#define MEDARK_CRYPTO_OPENSSL_ERROR_H

#include "base/error.h"

/*
 * Sets "<text>: <reason>" with the root cause (the oldest entry), empties the queue, and returns
 * the code: `code`, or MEDARK_E_MEMORY if memory was what lacked.
 */
int medark_openssl_error(struct medark_error *err, int code, const char *fmt, ...)
	MEDARK_PRINTF(3, 4);

/* Empties the queue: where the reason must not show, or where a failure was expected. */
void medark_openssl_drain(void);

#endif
