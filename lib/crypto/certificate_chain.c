/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate_chain.h"

#include "crypto/native.h"
#include "crypto/openssl_error.h"

#include <openssl/x509_vfy.h>

static int load_intermediates(const struct medark_signed_form *form, STACK_OF(X509) * out,
			      struct medark_error *err)
{
	for (size_t i = 1; i < form->certificate_count; i++) {
		struct medark_bytes der = form->certificates[i].der;
		const unsigned char *p = der.data;
		X509 *x509 = d2i_X509(NULL, &p, (long)der.size);

		if (!x509)
			return medark_openssl_error(err, MEDARK_E_FORMAT,
						    "an intermediate certificate cannot be read");
		if (sk_X509_push(out, x509) <= 0) {
			X509_free(x509);
			return medark_error_memory(err, "certificates");
		}
	}
	return 0;
}

/*
 * A CRL counts for the issuer that it is of. That there is none for another issuer is no fault, but
 * it is told. Where the time of judgement was given, a CRL that is newer counts too: it knows more.
 */
static int judge(int ok, X509_STORE_CTX *context)
{
	struct medark_signer *out = X509_STORE_CTX_get_app_data(context);
	int error = X509_STORE_CTX_get_error(context);
	bool absent = error == X509_V_ERR_UNABLE_TO_GET_CRL;

	if (ok || !(absent || (out->time_given && error == X509_V_ERR_CRL_NOT_YET_VALID)))
		return ok;
	if (absent && X509_STORE_CTX_get_error_depth(context) == 0)
		out->revocation_checked = false;
	X509_STORE_CTX_set_error(context, X509_V_OK);
	return 1;
}

static const char *reason_of(const X509_STORE_CTX *context)
{
	int error = X509_STORE_CTX_get_error(context);
	bool own = X509_STORE_CTX_get_error_depth(context) == 0;

	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "its certificate does not lead to a trust anchor";
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return own ? "its certificate has expired"
			   : "a certificate above its own has expired";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return own ? "its certificate is not valid yet"
			   : "a certificate above its own is not valid yet";
	case X509_V_ERR_CERT_REVOKED:
		return own ? "its certificate was revoked"
			   : "a certificate above its own was revoked";
	default:
		return X509_verify_cert_error_string(error);
	}
}

static int untrusted(const struct medark_certificate *signer, const char *reason,
		     struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_UNTRUSTED, "the signer '%s' is not trusted: %s",
				medark_certificate_subject(signer), reason);
}

/*
 * F-26, RFC 5280 section 4.2.1.12: what an authority that was given one purpose issues is for that
 * purpose. OpenSSL would look at it only for a purpose of its own list. An anchor is trusted for
 * whatever it says.
 */
static bool may_all_sign(X509_STORE_CTX *context)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
	int below_anchor = X509_STORE_CTX_get_num_untrusted(context);

	for (int i = 1; i < below_anchor; i++)
		if (!medark_native_may_sign(sk_X509_value(chain, i)))
			return false;
	return true;
}

static int verify(X509_STORE_CTX *context, const struct medark_certificate *signer,
		  struct medark_signer *out, struct medark_error *err)
{
	int ok = X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	int code = 0;

	/* No verdict: it could not be reached. */
	if (ok <= 0 && (error == X509_V_ERR_OUT_OF_MEM || error == X509_V_ERR_UNSPECIFIED))
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot verify a certificate");
	if (ok <= 0) {
		code = untrusted(signer, reason_of(context), err);
	} else if (!may_all_sign(context)) {
		code = untrusted(signer,
				 "a certificate above its own is not meant for signing (its "
				 "extendedKeyUsage names neither documentSigning nor "
				 "emailProtection nor codeSigning)",
				 err);
	} else {
		/* OpenSSL's chain can reach beyond the anchor: what follows it does not count. */
		out->chain_length = (size_t)X509_STORE_CTX_get_num_untrusted(context) + 1;
	}
	medark_openssl_drain();
	return code;
}

int medark_certificate_chain_check(const struct medark_certificate *signer,
				   const struct medark_signed_form *form,
				   const struct medark_trust *trust, struct medark_signer *out,
				   struct medark_error *err)
{
	MEDARK_AUTO(medark_x509_stack_free) STACK_OF(X509) *intermediates = sk_X509_new_null();
	MEDARK_AUTO(X509_STORE_CTX_free) X509_STORE_CTX *context = X509_STORE_CTX_new();
	struct medark_error unfit;
	int code;

	if (!intermediates || !context)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot verify a certificate");
	MEDARK_TRY(load_intermediates(form, intermediates, err));
	if (medark_certificate_check_signing(signer, &unfit))
		return medark_error_set(err, MEDARK_E_UNTRUSTED,
					"the signer '%s' is not trusted: its certificate %s",
					medark_certificate_subject(signer), unfit.message);
	if (!X509_STORE_CTX_init(context, medark_trust_native(trust),
				 medark_certificate_native(signer), intermediates))
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot verify a certificate");
	out->time_given = medark_trust_time(trust, &out->judged_at);
	out->revocation_checked = medark_trust_crl_count(trust) > 0;
	X509_STORE_CTX_set_app_data(context, out);
	X509_STORE_CTX_set_verify_cb(context, judge);
	code = verify(context, signer, out, err);
	if (!code && !medark_trust_takes_signer(trust, medark_certificate_fingerprint(signer))) {
		out->chain_length = 0;
		code = untrusted(signer, "its certificate is not the one that was asked for", err);
	}
	if (code)
		out->revocation_checked = false;
	return code;
}
