/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of keys where there is no PKI. */
#include "crypto/private_key.h"

#include "base/text.h"
#include "crypto/algorithms.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/x509_build.h"

#include <openssl/x509v3.h>

#include <string.h>

#define YEARS_DAYS 3652 /* ten years */

int medark_common_name_check(struct medark_bytes name, struct medark_error *err)
{
	size_t characters = 0;

	if (!medark_text_is_utf8(name))
		return medark_error_set(err, MEDARK_E_USAGE, "the common name is not UTF-8");
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] < 0x20 || name.data[i] == 0x7f)
			return medark_error_set(err, MEDARK_E_USAGE,
						"the common name has control characters");
		characters += (name.data[i] & 0xc0) != 0x80;
	}
	if (characters < 1 || characters > MEDARK_COMMON_NAME_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "a common name has 1 to %d characters",
					MEDARK_COMMON_NAME_MAX);
	return 0;
}

static const char *usage_of(enum medark_native_kind kind, enum medark_key_role role)
{
	if (role == MEDARK_ROLE_SIGNER)
		return "critical,digitalSignature";
	/* What is no classical key is one of ML-KEM (RFC 9935 section 5). */
	return kind == MEDARK_NATIVE_P256 || kind == MEDARK_NATIVE_P384
		       ? "critical,keyAgreement"
		       : "critical,keyEncipherment";
}

static bool add_extensions(X509 *x509, const char *usage)
{
	return medark_x509_add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
	       medark_x509_add_extension(x509, NID_key_usage, usage) &&
	       medark_x509_add_extension(x509, NID_subject_key_identifier, "hash") &&
	       medark_x509_add_extension(x509, NID_authority_key_identifier, "keyid");
}

/* All but extensions and signature. */
static bool fill(X509 *x509, EVP_PKEY *pkey, const char *name, struct medark_error *err)
{
	return X509_set_version(x509, X509_VERSION_3) && medark_x509_set_serial(x509, err) &&
	       medark_x509_set_name(x509, medark_bytes_text(name)) &&
	       X509_gmtime_adj(X509_getm_notBefore(x509), 0) &&
	       X509_time_adj_ex(X509_getm_notAfter(x509), YEARS_DAYS, 0, NULL) &&
	       X509_set_pubkey(x509, pkey);
}

int medark_private_key_self_sign(const struct medark_private_key *key, enum medark_key_role role,
				 const char *name, struct medark_certificate **out_certificate,
				 struct medark_error *err)
{
	MEDARK_AUTO(X509_free) X509 *x509 = X509_new();
	EVP_PKEY *pkey = medark_private_key_native(key);
	enum medark_native_kind kind = medark_native_kind(pkey);
	const EVP_MD *md = kind == MEDARK_NATIVE_P384 ? EVP_sha384() : EVP_sha256();

	/* ML-DSA takes no digest (RFC 9881). */
	if (medark_native_pq_kind(pkey) != MEDARK_NATIVE_OTHER)
		md = NULL;
	MEDARK_TRY(medark_common_name_check(medark_bytes_text(name), err));
	if (!x509 || !fill(x509, pkey, name, err) || !add_extensions(x509, usage_of(kind, role)) ||
	    !X509_sign(x509, pkey, md))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot make a certificate");
	return medark_certificate_from_native(MEDARK_TAKE(x509), out_certificate, err);
}

/* Without the private half, which may be in a token that allows it one kind of operation only. */
static EVP_PKEY *public_half(EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(pkey, &der);
	const unsigned char *p = der;
	EVP_PKEY *half = size > 0 ? d2i_PUBKEY(NULL, &p, size) : NULL;

	OPENSSL_free(der);
	return half;
}

int medark_private_key_certify(const struct medark_private_key *key, const char *name,
			       struct medark_certificate **out_certificate,
			       struct medark_error *err)
{
	MEDARK_AUTO(X509_free) X509 *x509 = X509_new();
	MEDARK_AUTO(EVP_PKEY_free) EVP_PKEY *half = public_half(medark_private_key_native(key));
	MEDARK_AUTO(EVP_PKEY_free) EVP_PKEY *issuer = EVP_EC_gen("P-256");
	const char *usage = usage_of(medark_native_kind(half), MEDARK_ROLE_RECIPIENT);

	if (!x509 || !half || !issuer || !fill(x509, half, name, err) ||
	    !medark_x509_add_extension(x509, NID_key_usage, usage) ||
	    !X509_sign(x509, issuer, EVP_sha256()))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot make a certificate");
	return medark_certificate_from_native(MEDARK_TAKE(x509), out_certificate, err);
}
