/* SPDX-License-Identifier: Apache-2.0 */
/* native: OpenSSL's objects behind the opaque ones, and what kind of key one is. Internal to
 * lib/crypto. */
#ifndef MEDARK_CRYPTO_NATIVE_H
#define MEDARK_CRYPTO_NATIVE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <stdbool.h>

struct medark_certificate;
struct medark_private_key;
struct medark_trust;
struct medark_crls;

/* Borrowed. */
X509 *medark_certificate_native(const struct medark_certificate *certificate);
EVP_PKEY *medark_private_key_native(const struct medark_private_key *key);
X509_STORE *medark_trust_native(const struct medark_trust *trust);
/* Of the time stamping authorities. */
X509_STORE *medark_trust_stamp_native(const struct medark_trust *trust);
X509_CRL *medark_crls_native(const struct medark_crls *crls, size_t i);

/* Makes a certificate object of `x509`, which it takes also on failure. */
int medark_certificate_from_native(X509 *x509, struct medark_certificate **out_certificate,
				   struct medark_error *err) MEDARK_MUST_USE;

/* Makes a private key's object of `pkey`, which it takes also on failure. MEDARK_E_MEMORY. */
int medark_private_key_from_native(EVP_PKEY *pkey, const char *path,
				   struct medark_private_key **out_key,
				   struct medark_error *err) MEDARK_MUST_USE;

/*
 * medark_certificate_check_signer() without the time: a verifier leaves that to the chain. The
 * sentence has no subject ("is not meant for signing").
 */
int medark_certificate_check_signing(const struct medark_certificate *certificate,
				     struct medark_error *err) MEDARK_MUST_USE;

/* The same of a certificate for post-quantum signatures, whose key is of ML-DSA. */
int medark_certificate_check_pq_signing(const struct medark_certificate *certificate,
					struct medark_error *err) MEDARK_MUST_USE;

/*
 * Is its extendedKeyUsage absent, or does it hold a purpose of F-26? Of a signer, and of the
 * authorities below the anchor.
 */
bool medark_native_may_sign(X509 *x509);

/* The same for time stamps: timeStamping, or any. Of the authorities below the anchor. */
bool medark_native_may_stamp(X509 *x509);

/* The kinds of key that the format takes. */
enum medark_native_kind {
	MEDARK_NATIVE_OTHER = 0, /* another algorithm or curve, or a size out of bounds */
	MEDARK_NATIVE_RSA,	 /* 3072 to 16384 bits */
	MEDARK_NATIVE_P256,
	MEDARK_NATIVE_P384,
	/* Of post-quantum signatures alone; medark_native_kind() never says so. */
	MEDARK_NATIVE_ML_DSA_65,
	MEDARK_NATIVE_ML_DSA_87,
};

#define MEDARK_RSA_BITS_MIN 3072
#define MEDARK_RSA_BITS_MAX 16384

enum medark_native_kind medark_native_kind(const EVP_PKEY *key);

/* One of the two kinds of ML-DSA, or MEDARK_NATIVE_OTHER. */
enum medark_native_kind medark_native_pq_kind(const EVP_PKEY *key);

/* Writes a distinguished name on one line, see medark_certificate_subject(). */
void medark_native_name(const X509_NAME *name, char *out, size_t size);

/*
 * Writes what else its owner is called by, on one line, of subjectAltName (RFC 5280 section
 * 4.2.1.6): "otherName 2.5.5.5: …" as a care provider's registration stands there, "email: …",
 * "dns: …", "uri: …", "name: …", joined by "; ". Empty if it has none that is a text.
 */
void medark_native_alternatives(const X509 *x509, char *out, size_t size);

/* Clean-up of OpenSSL's objects in a scope. */
static inline void medark_bio_free(BIO *bio)
{
	BIO_free_all(bio);
}
MEDARK_DEFINE_AUTO(BIO, medark_bio_free)
/* With the certificates in it. */
static inline void medark_x509_stack_free(STACK_OF(X509) * stack)
{
	sk_X509_pop_free(stack, X509_free);
}
MEDARK_DEFINE_AUTO(STACK_OF(X509), medark_x509_stack_free)
MEDARK_DEFINE_AUTO(X509, X509_free)
MEDARK_DEFINE_AUTO(X509_STORE_CTX, X509_STORE_CTX_free)

#endif
