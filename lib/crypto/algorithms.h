/* SPDX-License-Identifier: Apache-2.0 */
/*
 * algorithms: what is fetched from OpenSSL's providers, once for the process and for good. Internal
 * to lib/crypto. Fetching by name costs more than hashing a record does.
 */
#ifndef MEDARK_CRYPTO_ALGORITHMS_H
#define MEDARK_CRYPTO_ALGORITHMS_H

#include "base/cleanup.h"
#include "base/error.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

struct medark_algorithms {
	EVP_MD *sha256;
	EVP_MD *sha384;
	EVP_MD *sha512;
	EVP_CIPHER *aes_gcm;  /* AES-256 */
	EVP_CIPHER *aes_wrap; /* AES-256, RFC 3394 */
	EVP_CIPHER *aes_ecb;  /* AES-256 */
	EVP_MAC *hmac;
	EVP_KDF *x963;
	EVP_KDF *pbkdf2;
};

/* MEDARK_E_SYSTEM, naming the algorithm that is missing. Any thread. */
int medark_algorithms_get(const struct medark_algorithms **out,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Clean-up of OpenSSL's objects in a scope. */
MEDARK_DEFINE_AUTO(EVP_MD_CTX, EVP_MD_CTX_free)
MEDARK_DEFINE_AUTO(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)
MEDARK_DEFINE_AUTO(EVP_MAC_CTX, EVP_MAC_CTX_free)
MEDARK_DEFINE_AUTO(EVP_KDF_CTX, EVP_KDF_CTX_free)
MEDARK_DEFINE_AUTO(EVP_KDF, EVP_KDF_free)
MEDARK_DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
MEDARK_DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

#endif
