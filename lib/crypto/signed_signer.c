/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/signed_signer.h"

#include "crypto/openssl_error.h"

#include <openssl/x509v3.h>

#include <stdio.h>
#include <string.h>

void medark_signed_set_certificates(struct medark_signed_form *form,
				    const struct medark_certificate *certificate)
{
	size_t chain = medark_certificate_chain_count(certificate);

	form->certificates[0].der = medark_certificate_der(certificate);
	for (size_t i = 0; i < chain; i++)
		form->certificates[1 + i].der = medark_certificate_chain_der(certificate, i);
	form->certificate_count = 1 + chain;
	for (size_t i = 0; i < form->certificate_count; i++)
		form->certificates[i].has_issuer_serial = true;
}

/* Makes an object of the signer's certificate; its key must be of the signature's kind. */
int medark_signed_load_signer(const struct medark_signed_form *form,
			      struct medark_certificate **out_certificate, struct medark_error *err)
{
	struct medark_bytes der = form->certificates[0].der;
	const unsigned char *p = der.data;
	X509 *x509 = d2i_X509(NULL, &p, (long)der.size);

	if (!x509 || p != der.data + der.size ||
	    medark_certificate_from_native(x509, out_certificate, NULL)) {
		medark_openssl_drain();
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"the signature is malformed: the signer's certificate cannot be read");
	}
	return 0;
}

/* Names as OpenSSL has them where it does ("emailProtection"), OIDs otherwise; for rules that ask
 * for one. */
static void describe_purposes(X509 *x509, char *out, size_t room)
{
	EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	size_t used = 0;

	for (int i = 0; i < sk_ASN1_OBJECT_num(purposes); i++) {
		const ASN1_OBJECT *purpose = sk_ASN1_OBJECT_value(purposes, i);
		int nid = OBJ_obj2nid(purpose);
		char oid[64];
		int n;

		(void)OBJ_obj2txt(oid, sizeof(oid), purpose, 1);
		n = snprintf(out + used, room - used, "%s%s", used ? " " : "",
			     nid == NID_undef ? oid : OBJ_nid2sn(nid));
		if (n < 0 || (size_t)n >= room - used) {
			out[used] = '\0';
			break;
		}
		used += (size_t)n;
	}
	EXTENDED_KEY_USAGE_free(purposes);
	medark_openssl_drain();
}

void medark_signed_describe(const struct medark_signed_form *form,
			    const struct medark_certificate *certificate, struct medark_signer *out)
{
	memset(out, 0, sizeof(*out));
	(void)snprintf(out->subject, sizeof(out->subject), "%s",
		       medark_certificate_subject(certificate));
	out->fingerprint = *medark_certificate_fingerprint(certificate);
	out->signing_time = form->signing_time;
	out->not_before = medark_certificate_not_before(certificate);
	out->not_after = medark_certificate_not_after(certificate);
	out->digest_name = medark_signed_digest_name(form->kind);
	out->algorithm_name = medark_signed_algorithm_name(form->kind);
	medark_native_alternatives(medark_certificate_native(certificate), out->also,
				   sizeof(out->also));
	describe_purposes(medark_certificate_native(certificate), out->purposes,
			  sizeof(out->purposes));
}
