/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token: private keys that stay in a token (smart card, HSM), by PKCS#11. OpenSSL reaches them by
 * the provider "pkcs11" where that is installed, otherwise by the engine of that name; which of
 * them is decided when the first key is wanted, for the whole process. What is loaded stays until
 * the process ends, the PIN with it: tokens ask for it again. Internal to lib/crypto. Any thread,
 * as are operations with the keys.
 */
#ifndef MEDARK_CRYPTO_TOKEN_H
#define MEDARK_CRYPTO_TOKEN_H

#include "base/error.h"
#include "crypto/token_uri.h"

#include <openssl/evp.h>

/* Longest PIN, in bytes. */
#define MEDARK_TOKEN_PIN_MAX 255

/*
 * Finds the key; `pin` is a string, tried once at most: tokens lock after a few wrong ones. The
 * caller frees the key. MEDARK_E_KEY: there is no such token or key, the PIN is wrong or locked,
 * each in a sentence of its own; MEDARK_E_SYSTEM: OpenSSL or the module cannot do it;
 * MEDARK_E_USAGE: another module than before.
 */
int medark_token_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Where algorithms for a key are fetched from: a context of its own for one that the provider
 * holds, so that nothing else is ever sent to a token; NULL, the default, for any other key.
 */
OSSL_LIB_CTX *medark_token_library(const EVP_PKEY *key);

/*
 * Around an operation with a private key: one in a token works alone, as not every module and token
 * takes several at a time; with any other key nothing is done.
 */
void medark_token_begin(const EVP_PKEY *key);
void medark_token_end(const EVP_PKEY *key);

/*
 * The ways to load, for token.c alone, one thread at a time. They return 1 if this OpenSSL has
 * none. `module`: "" for the system's; it is looked at in the first call only.
 */
int medark_token_provider_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
			       struct medark_error *err) MEDARK_MUST_USE;
int medark_token_engine_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* The context of the provider; NULL before it was loaded. */
OSSL_LIB_CTX *medark_token_provider_library(void);

/*
 * The sentence for what stands in OpenSSL's queue, which is emptied: return values of PKCS#11 (its
 * section 5.1), which both ways leave as reasons. MEDARK_E_KEY or MEDARK_E_SYSTEM.
 */
int medark_token_error(struct medark_error *err);

/* The sentences that both ways share; MEDARK_E_KEY. */
int medark_token_wrong_pin(struct medark_error *err);
int medark_token_no_key(struct medark_error *err);

#endif
