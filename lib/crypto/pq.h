/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pq: post-quantum algorithms, where the OpenSSL that is loaded has them (3.5 and later); found
 * when they are wanted, not when the program is built. Any thread.
 */
#ifndef MEDARK_CRYPTO_PQ_H
#define MEDARK_CRYPTO_PQ_H

#include "base/error.h"

#include <stdbool.h>

/* Are ML-DSA (FIPS 204) and ML-KEM (FIPS 203) there? */
bool medark_pq_offered(void);

/* MEDARK_E_SYSTEM, naming the version that is loaded and the one that is needed, if they are not.
 */
int medark_pq_check(struct medark_error *err) MEDARK_MUST_USE;

#endif
