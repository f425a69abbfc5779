/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pq_signature.h"

#include "crypto/algorithms.h"
#include "crypto/certificate_chain.h"
#include "crypto/der.h"
#include "crypto/openssl_error.h"
#include "crypto/pq.h"
#include "crypto/signed_form.h"
#include "crypto/signed_signer.h"

#include <string.h>

/* ML-DSA-87, the larger one (FIPS 204 section 4). */
#define VALUE_MAX 4627

/* 2.16.840.1.101.3.4.3.17 to .19: id-ml-dsa-44, -65, -87 (RFC 9881), without the last byte. */
static const uint8_t ml_dsa[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03 };
#define ML_DSA_44 0x11
#define ML_DSA_87 0x13

bool medark_pq_signature_is_kind(const struct medark_certificate *certificate)
{
	const X509_PUBKEY *spki = X509_get_X509_PUBKEY(medark_certificate_native(certificate));
	ASN1_OBJECT *algorithm = NULL;
	const uint8_t *oid;

	if (!X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, spki) ||
	    OBJ_length(algorithm) != sizeof(ml_dsa) + 1)
		return false;
	oid = OBJ_get0_data(algorithm);
	return memcmp(oid, ml_dsa, sizeof(ml_dsa)) == 0 && oid[sizeof(ml_dsa)] >= ML_DSA_44 &&
	       oid[sizeof(ml_dsa)] <= ML_DSA_87;
}

static int check_pair(const struct medark_certificate *certificate,
		      const struct medark_private_key *key, time_t now, struct medark_error *err)
{
	MEDARK_TRY(medark_certificate_check_pq_signer(certificate, now, err));
	if (!medark_private_key_matches(key, certificate))
		return medark_error_set(
			err, MEDARK_E_KEY, "private key '%s' does not belong to certificate '%s'",
			medark_private_key_path(key), medark_certificate_path(certificate));
	return 0;
}

/* Pure mode: no digest is named, the algorithm has its own. */
static int sign(const struct medark_signed_form *form, EVP_PKEY *key, uint8_t value[VALUE_MAX],
		size_t *out_size, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer attributes = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	MEDARK_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();

	*out_size = VALUE_MAX;
	MEDARK_TRY(medark_signed_form_attributes(form, MEDARK_DER_SET, &attributes, err));
	if (!context || EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, key, NULL) <= 0 ||
	    EVP_DigestSign(context, value, out_size, attributes.data, attributes.size) <= 0)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot sign with ML-DSA");
	return 0;
}

static int check_value(struct medark_bytes manifest, const struct medark_signed_form *form,
		       const struct medark_certificate *certificate, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer attributes = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	MEDARK_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY *key = X509_get0_pubkey(medark_certificate_native(certificate));
	uint8_t digest[MEDARK_SIGNED_DIGEST_MAX];
	bool ok;

	MEDARK_TRY(medark_signed_digest(form->kind, manifest, digest, err));
	if (memcmp(digest, form->message_digest, medark_signed_digest_size(form->kind)) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the post-quantum signature is not over this manifest");
	MEDARK_TRY(medark_signed_form_attributes(form, MEDARK_DER_SET, &attributes, err));
	ok = context && medark_native_pq_kind(key) == form->kind &&
	     EVP_DigestVerifyInit_ex(context, NULL, NULL, NULL, NULL, key, NULL) > 0 &&
	     EVP_DigestVerify(context, form->signature.data, form->signature.size, attributes.data,
			      attributes.size) > 0;
	medark_openssl_drain();
	if (!ok)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the post-quantum signature is wrong");
	return 0;
}

int medark_pq_signature_make(struct medark_bytes manifest,
			     const struct medark_certificate *certificate,
			     const struct medark_private_key *key, struct medark_buffer *out,
			     struct medark_error *err)
{
	struct medark_signed_form form = { .signing_time = time(NULL) };
	uint8_t value[VALUE_MAX];
	size_t size;

	MEDARK_TRY(medark_pq_check(err));
	MEDARK_TRY(check_pair(certificate, key, form.signing_time, err));
	form.kind = medark_native_pq_kind(medark_private_key_native(key));
	medark_signed_set_certificates(&form, certificate);
	MEDARK_TRY(medark_signed_digest(form.kind, manifest, form.message_digest, err));
	MEDARK_TRY(sign(&form, medark_private_key_native(key), value, &size, err));
	form.signature = medark_bytes(value, size);
	if (check_value(manifest, &form, certificate, err))
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the post-quantum signature just made does not verify");
	return medark_signed_form_write(&form, out, err);
}

int medark_pq_signature_verify(struct medark_bytes manifest, struct medark_bytes p7s,
			       const struct medark_trust *trust,
			       const struct medark_judgement *judgement, struct medark_signer *out,
			       struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_signed_form form;

	MEDARK_TRY(medark_signed_form_parse_pq(p7s, &form, err));
	MEDARK_TRY(medark_pq_check(err));
	MEDARK_TRY(medark_signed_load_signer(&form, &certificate, err));
	MEDARK_TRY(check_value(manifest, &form, certificate, err));
	medark_signed_describe(&form, certificate, out);
	return medark_certificate_chain_check(certificate, &form, trust, judgement, out, err);
}

int medark_pq_signature_peek(struct medark_bytes p7s, struct medark_signer *out_unverified,
			     struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_signed_form form;

	MEDARK_TRY(medark_signed_form_parse_pq(p7s, &form, err));
	MEDARK_TRY(medark_signed_load_signer(&form, &certificate, err));
	medark_signed_describe(&form, certificate, out_unverified);
	return 0;
}
