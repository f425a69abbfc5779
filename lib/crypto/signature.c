/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/signature.h"

#include "crypto/algorithms.h"
#include "crypto/certificate_chain.h"
#include "crypto/der.h"
#include "crypto/openssl_error.h"
#include "crypto/signed_form.h"
#include "crypto/signed_signer.h"
#include "crypto/token.h"

#include <openssl/cms.h>
#include <openssl/rsa.h>

#include <limits.h>
#include <string.h>

/* A signature of RSA of the largest size. */
#define VALUE_MAX (MEDARK_RSA_BITS_MAX / 8)

static void cms_free(CMS_ContentInfo *cms)
{
	CMS_ContentInfo_free(cms);
}
MEDARK_DEFINE_AUTO(CMS_ContentInfo, cms_free)

static int check_pair(const struct medark_certificate *certificate,
		      const struct medark_private_key *key, time_t now, struct medark_error *err)
{
	MEDARK_TRY(medark_certificate_check_signer(certificate, now, err));
	if (!medark_private_key_matches(key, certificate))
		return medark_error_set(
			err, MEDARK_E_KEY, "private key '%s' does not belong to certificate '%s'",
			medark_private_key_path(key), medark_certificate_path(certificate));
	return 0;
}

static bool set_pss(EVP_PKEY_CTX *context)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* RFC 5652 section 5.4: what is signed are the attributes as a SET. */
static int sign(const struct medark_signed_form *form, EVP_PKEY *key, uint8_t value[VALUE_MAX],
		size_t *out_size, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer attributes = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	MEDARK_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
	const char *digest = form->kind == MEDARK_NATIVE_P384 ? "SHA384" : "SHA256";
	EVP_PKEY_CTX *key_context = NULL; /* belongs to context */

	*out_size = VALUE_MAX;
	MEDARK_TRY(medark_signed_form_attributes(form, MEDARK_DER_SET, &attributes, err));
	if (!context ||
	    EVP_DigestSignInit_ex(context, &key_context, digest, medark_token_library(key), NULL,
				  key, NULL) <= 0 ||
	    (form->kind == MEDARK_NATIVE_RSA && !set_pss(key_context)) ||
	    EVP_DigestSign(context, value, out_size, attributes.data, attributes.size) <= 0)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot sign");
	return 0;
}

static void stack_free(STACK_OF(X509) * stack)
{
	sk_X509_free(stack);
}
MEDARK_DEFINE_AUTO(STACK_OF(X509), stack_free)

/*
 * Is the signature over what `content` gives made with this certificate's key? Left to itself,
 * OpenSSL takes the first embedded certificate that has the signer's issuer and serial number, and
 * anybody can make another one of the same names.
 */
static bool is_signed_by(const struct medark_certificate *certificate, CMS_ContentInfo *cms,
			 BIO *content)
{
	MEDARK_AUTO(stack_free) STACK_OF(X509) *signers = sk_X509_new_null();

	return signers && sk_X509_push(signers, medark_certificate_native(certificate)) > 0 &&
	       CMS_verify(cms, signers, NULL, content, NULL,
			  CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY | CMS_NOINTERN) > 0;
}

/* The signature over the manifest, by the key of the signer's certificate; nothing about trust. */
static int check_value(struct medark_bytes manifest, struct medark_bytes p7s,
		       const struct medark_signed_form *form,
		       const struct medark_certificate *certificate, struct medark_error *err)
{
	MEDARK_AUTO(cms_free) CMS_ContentInfo *cms = NULL;
	MEDARK_AUTO(medark_bio_free) BIO *content = NULL;
	uint8_t digest[MEDARK_SIGNED_DIGEST_MAX];
	const unsigned char *p = p7s.data;

	if (manifest.size > INT_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT, "the manifest is too large");
	MEDARK_TRY(medark_signed_digest(form->kind, manifest, digest, err));
	if (memcmp(digest, form->message_digest, medark_signed_digest_size(form->kind)) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the signature is not over this manifest");
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)p7s.size);
	content = BIO_new_mem_buf(manifest.data, (int)manifest.size);
	if (!cms || !content || !is_signed_by(certificate, cms, content)) {
		medark_openssl_drain();
		return medark_error_set(err, MEDARK_E_FORMAT, "the signature is wrong");
	}
	return 0;
}

int medark_signature_make(struct medark_bytes manifest,
			  const struct medark_certificate *certificate,
			  const struct medark_private_key *key, struct medark_buffer *out,
			  struct medark_error *err)
{
	struct medark_signed_form form = { .signing_time = time(NULL) };
	uint8_t value[VALUE_MAX];
	size_t before = out->size, size;
	struct medark_bytes p7s;

	MEDARK_TRY(check_pair(certificate, key, form.signing_time, err));
	form.kind = medark_native_kind(medark_private_key_native(key));
	medark_signed_set_certificates(&form, certificate);
	MEDARK_TRY(medark_signed_digest(form.kind, manifest, form.message_digest, err));
	MEDARK_TRY(sign(&form, medark_private_key_native(key), value, &size, err));
	form.signature = medark_bytes(value, size);
	MEDARK_TRY(medark_signed_form_write(&form, out, err));
	/* A token can fail in silence; what cannot be verified must not become an archive. */
	p7s = medark_bytes(out->data + before, out->size - before);
	if (medark_signed_form_parse(p7s, &form, err) ||
	    check_value(manifest, p7s, &form, certificate, err)) {
		out->size = before;
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the signature just made does not verify");
	}
	return 0;
}

int medark_signature_verify(struct medark_bytes manifest, struct medark_bytes p7s,
			    const struct medark_trust *trust,
			    const struct medark_judgement *judgement, struct medark_signer *out,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_signed_form form;
	enum medark_native_kind kind;

	MEDARK_TRY(medark_signed_form_parse(p7s, &form, err));
	MEDARK_TRY(medark_signed_load_signer(&form, &certificate, err));
	MEDARK_TRY(check_value(manifest, p7s, &form, certificate, err));
	kind = medark_native_kind(X509_get0_pubkey(medark_certificate_native(certificate)));
	/* An unfit key is a matter of trust; an algorithm that is not the key's is one of form. */
	if (kind != MEDARK_NATIVE_OTHER && kind != form.kind)
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the signature's algorithm is not the one for the signer's key");
	medark_signed_describe(&form, certificate, out);
	return medark_certificate_chain_check(certificate, &form, trust, judgement, out, err);
}

int medark_signature_peek(struct medark_bytes p7s, struct medark_signer *out_unverified,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_signed_form form;

	MEDARK_TRY(medark_signed_form_parse(p7s, &form, err));
	MEDARK_TRY(medark_signed_load_signer(&form, &certificate, err));
	medark_signed_describe(&form, certificate, out_unverified);
	return 0;
}
