/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pq_recipient.h"

#include "crypto/algorithms.h"
#include "crypto/native.h"
#include "crypto/oid.h"
#include "crypto/openssl_error.h"
#include "crypto/pq.h"
#include "crypto/wrap.h"

#include <openssl/core_names.h>
#include <openssl/x509v3.h>

#include <string.h>

#define SECRET_SIZE    32 /* of either kind (FIPS 203 section 8) */
#define CIPHERTEXT_MAX 1568

/* 1.2.840.113549.1.9.16.13.3: id-ori-kem (RFC 9629) */
#define OID_ORI_KEM MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x0d\x03")
/* 1.2.840.113549.1.9.16.3.28: id-alg-hkdf-with-sha256 (RFC 8619) */
#define OID_HKDF_SHA256 MEDARK_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1c")

/* CMSORIforKEMOtherInfo (RFC 9629 section 5): AES-256 wrap without parameters, a key of 32 bytes.
 */
static const uint8_t other_info[] = {
	0x30, 0x10, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
	0x01, 0x65, 0x03, 0x04, 0x01, 0x2d, 0x02, 0x01, 0x20,
};

/* In the order of enum medark_ml_kem; 2.16.840.1.101.3.4.4.2 and .3. */
static const struct kind {
	const char *name;
	size_t ciphertext;
	struct medark_bytes oid;
} kinds[] = {
	{ "ML-KEM-768", 1088, { (const uint8_t *)"\x60\x86\x48\x01\x65\x03\x04\x04\x02", 9 } },
	{ "ML-KEM-1024",
	  CIPHERTEXT_MAX,
	  { (const uint8_t *)"\x60\x86\x48\x01\x65\x03\x04\x04\x03", 9 } },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool kind_of(const EVP_PKEY *key, enum medark_ml_kem *out)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (!key || !EVP_PKEY_is_a(key, kinds[i].name))
			continue;
		*out = (enum medark_ml_kem)i;
		return true;
	}
	return false;
}

bool medark_pq_recipient_kind(const struct medark_certificate *certificate, enum medark_ml_kem *out)
{
	const X509_PUBKEY *spki = X509_get_X509_PUBKEY(medark_certificate_native(certificate));
	ASN1_OBJECT *algorithm = NULL;

	if (!X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, spki))
		return false;
	for (size_t i = 0; i < KINDS; i++) {
		if (!medark_bytes_equal(kinds[i].oid, medark_bytes(OBJ_get0_data(algorithm),
								   OBJ_length(algorithm))))
			continue;
		*out = (enum medark_ml_kem)i;
		return true;
	}
	return false;
}

int medark_pq_recipient_check(const struct medark_certificate *certificate,
			      struct medark_error *err)
{
	int code = medark_pq_check(err);

	if (code < 0)
		return medark_error_prefix(err, code, "has a key of ML-KEM");
	/* Where the extension is absent, OpenSSL says that every usage is allowed. */
	if (!(X509_get_key_usage(medark_certificate_native(certificate)) & KU_KEY_ENCIPHERMENT))
		return medark_error_set(err, MEDARK_E_KEY,
					"is not meant for encryption (keyEncipherment is missing)");
	return 0;
}

/* RFC 9629 section 5, with HKDF (RFC 5869) as its KDF. */
static bool derive(const uint8_t secret[SECRET_SIZE], struct medark_key *out)
{
	char digest[] = "SHA256";
	MEDARK_AUTO(EVP_KDF_free) EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	MEDARK_AUTO(EVP_KDF_CTX_free) EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	/* OSSL_PARAM takes pointers to non-const; OpenSSL does not write through them. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, SECRET_SIZE),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)other_info,
						  sizeof(other_info)),
		OSSL_PARAM_construct_end(),
	};

	return context && EVP_KDF_derive(context, out->bytes, sizeof(out->bytes), params) > 0;
}

/* The ciphertext for the key, and the key that wraps. */
static int encapsulate(EVP_PKEY *key, const struct kind *kind, uint8_t out[CIPHERTEXT_MAX],
		       struct medark_key *out_kek, struct medark_error *err)
{
	MEDARK_AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	uint8_t secret[SECRET_SIZE];
	size_t size = CIPHERTEXT_MAX, secret_size = sizeof(secret);
	bool ok;

	ok = context && EVP_PKEY_encapsulate_init(context, NULL) > 0 &&
	     EVP_PKEY_encapsulate(context, out, &size, secret, &secret_size) > 0 &&
	     size == kind->ciphertext && secret_size == sizeof(secret) && derive(secret, out_kek);
	medark_secret_wipe(secret, sizeof(secret));
	if (!ok)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encrypt with %s",
					    kind->name);
	return 0;
}

static void put_algorithm(struct medark_der_writer *w, struct medark_bytes oid)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, oid);
	medark_der_end(w);
}

static int write_form(const struct medark_pq_recipient *r, struct medark_buffer *out,
		      struct medark_error *err)
{
	struct medark_der_writer w = medark_der_writer(out, err);

	medark_der_begin(&w, MEDARK_DER_CONTEXT_CONSTRUCTED(4));
	medark_der_put_oid(&w, OID_ORI_KEM);
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_integer(&w, 0);
	medark_der_put_raw(&w, r->issuer_serial);
	put_algorithm(&w, kinds[r->kem].oid);
	medark_der_put(&w, MEDARK_DER_OCTET_STRING, r->ciphertext);
	put_algorithm(&w, OID_HKDF_SHA256);
	medark_der_put_integer(&w, MEDARK_KEY_SIZE);
	put_algorithm(&w, MEDARK_OID_AES256_WRAP);
	medark_der_put(&w, MEDARK_DER_OCTET_STRING, r->wrapped);
	medark_der_end(&w);
	medark_der_end(&w);
	return medark_der_writer_finish(&w);
}

int medark_pq_recipient_write(const struct medark_certificate *certificate,
			      const struct medark_key *content_key, struct medark_buffer *out,
			      struct medark_error *err)
{
	EVP_PKEY *key = X509_get0_pubkey(medark_certificate_native(certificate));
	MEDARK_AUTO(medark_key_clear) struct medark_key kek = { 0 };
	uint8_t ciphertext[CIPHERTEXT_MAX], wrapped[MEDARK_WRAPPED_SIZE];
	struct medark_pq_recipient r = {
		.issuer_serial = medark_certificate_issuer_serial(certificate),
		.wrapped = medark_bytes(wrapped, sizeof(wrapped)),
	};

	MEDARK_TRY(medark_pq_check(err));
	if (!kind_of(key, &r.kem))
		return medark_error_set(err, MEDARK_E_KEY, "cannot encrypt to the key of '%s'",
					medark_certificate_subject(certificate));
	MEDARK_TRY(encapsulate(key, &kinds[r.kem], ciphertext, &kek, err));
	MEDARK_TRY(medark_key_wrap(&kek, content_key, wrapped, err));
	r.ciphertext = medark_bytes(ciphertext, kinds[r.kem].ciphertext);
	return write_form(&r, out, err);
}

static bool parse_names(struct medark_der *der, struct medark_bytes *out)
{
	struct medark_der inner = *der, names;
	struct medark_bytes issuer, serial;

	return medark_der_enter(&inner, MEDARK_DER_SEQUENCE, &names) &&
	       medark_der_get(&names, MEDARK_DER_SEQUENCE, &issuer) &&
	       medark_der_get(&names, MEDARK_DER_INTEGER, &serial) && serial.size &&
	       medark_der_at_end(&names) && medark_der_get_whole(der, MEDARK_DER_SEQUENCE, out);
}

static bool expect_algorithm(struct medark_der *der, struct medark_bytes oid)
{
	struct medark_der algorithm;

	return medark_der_enter(der, MEDARK_DER_SEQUENCE, &algorithm) &&
	       medark_der_expect_oid(&algorithm, oid) && medark_der_at_end(&algorithm);
}

static bool parse_kem(struct medark_der *der, enum medark_ml_kem *out)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct medark_der copy = *der;

		if (!expect_algorithm(&copy, kinds[i].oid))
			continue;
		*der = copy;
		*out = (enum medark_ml_kem)i;
		return true;
	}
	return false;
}

const char *medark_pq_recipient_parse(struct medark_der *der, struct medark_pq_recipient *out)
{
	struct medark_der other, info;

	memset(out, 0, sizeof(*out));
	if (!medark_der_enter(der, MEDARK_DER_CONTEXT_CONSTRUCTED(4), &other) ||
	    !medark_der_expect_oid(&other, OID_ORI_KEM) ||
	    !medark_der_enter(&other, MEDARK_DER_SEQUENCE, &info) || !medark_der_at_end(&other) ||
	    !medark_der_expect_integer(&info, 0) || !parse_names(&info, &out->issuer_serial))
		return "a recipient is not a KEMRecipientInfo with issuer and serial number";
	if (!parse_kem(&info, &out->kem) ||
	    !medark_der_get(&info, MEDARK_DER_OCTET_STRING, &out->ciphertext) ||
	    out->ciphertext.size != kinds[out->kem].ciphertext)
		return "a recipient's KEM is neither ML-KEM-768 nor ML-KEM-1024";
	if (!expect_algorithm(&info, OID_HKDF_SHA256) ||
	    !medark_der_expect_integer(&info, MEDARK_KEY_SIZE) ||
	    !expect_algorithm(&info, MEDARK_OID_AES256_WRAP))
		return "a recipient's key is not derived by HKDF with SHA-256 for AES-256";
	if (!medark_der_get(&info, MEDARK_DER_OCTET_STRING, &out->wrapped) ||
	    out->wrapped.size != MEDARK_WRAPPED_SIZE || !medark_der_at_end(&info))
		return "a recipient's wrapped key is not 40 bytes";
	return NULL;
}

bool medark_pq_recipient_open(const struct medark_pq_recipient *recipient,
			      const struct medark_private_key *key,
			      struct medark_key *out_content_key)
{
	EVP_PKEY *own = medark_private_key_native(key);
	MEDARK_AUTO(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = NULL;
	MEDARK_AUTO(medark_key_clear) struct medark_key kek = { 0 };
	uint8_t secret[SECRET_SIZE];
	size_t size = sizeof(secret);
	enum medark_ml_kem kem;
	bool ok;

	if (!kind_of(own, &kem) || kem != recipient->kem)
		return false;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	ok = context && EVP_PKEY_decapsulate_init(context, NULL) > 0 &&
	     EVP_PKEY_decapsulate(context, secret, &size, recipient->ciphertext.data,
				  recipient->ciphertext.size) > 0 &&
	     size == sizeof(secret) && derive(secret, &kek) &&
	     medark_key_unwrap(&kek, recipient->wrapped.data, out_content_key, NULL) == 0;
	medark_secret_wipe(secret, sizeof(secret));
	medark_openssl_drain();
	return ok;
}
