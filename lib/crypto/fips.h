/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fips: OpenSSL's module that was validated by FIPS 140-3, its provider "fips", and nothing else.
 * The public part is in <medark/crypto.h>.
 */
#ifndef MEDARK_CRYPTO_FIPS_H
#define MEDARK_CRYPTO_FIPS_H

#include <stdbool.h>

/*
 * Has medark_fips_enforce() been called with success? Own code that computes what OpenSSL does,
 * too, leaves it to OpenSSL then. Any thread.
 */
bool medark_fips_is_enforced(void);

#endif
