/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/algorithms.h"

#include "crypto/openssl_error.h"

#include <pthread.h>

static struct medark_algorithms fetched;
static const char *missing; /* NULL once everything is there */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Notes the first algorithm that is not to be had. */
static void *need(void *algorithm, const char *name)
{
	if (!algorithm && !missing)
		missing = name;
	return algorithm;
}

static void fetch(void)
{
	fetched.sha256 = need(EVP_MD_fetch(NULL, "SHA256", NULL), "SHA-256");
	fetched.sha384 = need(EVP_MD_fetch(NULL, "SHA384", NULL), "SHA-384");
	fetched.sha512 = need(EVP_MD_fetch(NULL, "SHA512", NULL), "SHA-512");
	fetched.aes_gcm = need(EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL), "AES-256-GCM");
	fetched.aes_wrap = need(EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL), "AES-256 key wrap");
	fetched.aes_ecb = need(EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL), "AES-256");
	fetched.hmac = need(EVP_MAC_fetch(NULL, "HMAC", NULL), "HMAC");
	fetched.x963 = need(EVP_KDF_fetch(NULL, "X963KDF", NULL), "the X9.63 KDF");
	fetched.pbkdf2 = need(EVP_KDF_fetch(NULL, "PBKDF2", NULL), "PBKDF2");
	medark_openssl_drain();
}

int medark_algorithms_get(const struct medark_algorithms **out, struct medark_error *err)
{
	(void)pthread_once(&once, fetch);
	if (missing)
		return medark_error_set(err, MEDARK_E_SYSTEM, "OpenSSL does not provide %s",
					missing);
	*out = &fetched;
	return 0;
}
