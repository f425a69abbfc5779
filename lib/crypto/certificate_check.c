/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate must be like before medark encrypts to it or signs with it. */
#include "crypto/certificate.h"

#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/pq_recipient.h"
#include "crypto/pq_signature.h"

#include <openssl/x509v3.h>

#include <string.h>

/* Puts "certificate 'x.pem' " before what is wrong; the subject where there is no file. */
static int refuse(const struct medark_certificate *certificate, const struct medark_error *what,
		  struct medark_error *err)
{
	const char *path = medark_certificate_path(certificate);

	return medark_error_set(err, what->code, "certificate '%s' %s",
				*path ? path : medark_certificate_subject(certificate),
				what->message);
}

static void date(time_t t, char out[32])
{
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%d %H:%M UTC", &tm) == 0)
		out[0] = '\0';
}

static int check_time(const struct medark_certificate *certificate, time_t now,
		      struct medark_error *err)
{
	time_t from = medark_certificate_not_before(certificate);
	time_t to = medark_certificate_not_after(certificate);
	char text[32];

	if (now < from) {
		date(from, text);
		return medark_error_set(err, MEDARK_E_KEY, "is not valid before %s", text);
	}
	if (now > to) {
		date(to, text);
		return medark_error_set(err, MEDARK_E_KEY, "expired on %s", text);
	}
	return 0;
}

static int check_key(const struct medark_certificate *certificate,
		     enum medark_native_kind *out_kind, struct medark_error *err)
{
	const EVP_PKEY *key = X509_get0_pubkey(medark_certificate_native(certificate));
	int bits;

	*out_kind = medark_native_kind(key);
	if (*out_kind != MEDARK_NATIVE_OTHER)
		return 0;
	medark_openssl_drain();
	if (!key || !EVP_PKEY_is_a(key, "RSA"))
		return medark_error_set(err, MEDARK_E_KEY,
					"has a key that is neither RSA nor EC P-256 or P-384");
	bits = EVP_PKEY_get_bits(key);
	return medark_error_set(err, MEDARK_E_KEY,
				"has an RSA key of %d bits where %d to %d are needed", bits,
				MEDARK_RSA_BITS_MIN, MEDARK_RSA_BITS_MAX);
}

/* Where the extension is absent, OpenSSL says that every usage is allowed. */
static bool allows(const struct medark_certificate *certificate, uint32_t usage)
{
	return (X509_get_key_usage(medark_certificate_native(certificate)) & usage) != 0;
}

/*
 * RFC 5280 section 4.2.1.12: where the extension is there, it has to allow what is done. A
 * certificate for a web server or for time stamps does not speak for the clinic.
 */
static const char *const signing_purposes[] = {
	"2.5.29.37.0",		   /* anyExtendedKeyUsage */
	"1.3.6.1.5.5.7.3.3",	   /* id-kp-codeSigning */
	"1.3.6.1.5.5.7.3.4",	   /* id-kp-emailProtection */
	"1.3.6.1.5.5.7.3.36",	   /* id-kp-documentSigning, RFC 9336 */
	"1.3.6.1.4.1.311.10.3.12", /* document signing before RFC 9336, as in many seals */
};

static bool is_signing_purpose(const ASN1_OBJECT *purpose)
{
	char text[64];
	int size = OBJ_obj2txt(text, sizeof(text), purpose, 1);

	for (size_t i = 0; i < sizeof(signing_purposes) / sizeof(signing_purposes[0]); i++)
		if (size > 0 && strcmp(text, signing_purposes[i]) == 0)
			return true;
	return false;
}

static bool is_stamping_purpose(const ASN1_OBJECT *purpose)
{
	int nid = OBJ_obj2nid(purpose);

	return nid == NID_time_stamp || nid == NID_anyExtendedKeyUsage;
}

static bool has_purpose(X509 *x509, bool (*is_wanted)(const ASN1_OBJECT *purpose))
{
	EXTENDED_KEY_USAGE *purposes;
	bool found = false;

	if (X509_get_ext_by_NID(x509, NID_ext_key_usage, -1) < 0)
		return true;
	purposes = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
	for (int i = 0; !found && i < sk_ASN1_OBJECT_num(purposes); i++)
		found = is_wanted(sk_ASN1_OBJECT_value(purposes, i));
	EXTENDED_KEY_USAGE_free(purposes);
	medark_openssl_drain();
	return found;
}

bool medark_native_may_sign(X509 *x509)
{
	return has_purpose(x509, is_signing_purpose);
}

bool medark_native_may_stamp(X509 *x509)
{
	return has_purpose(x509, is_stamping_purpose);
}

static int check_recipient(const struct medark_certificate *certificate, time_t now,
			   struct medark_error *err)
{
	enum medark_native_kind kind;
	enum medark_ml_kem kem;

	if (medark_pq_recipient_kind(certificate, &kem)) {
		MEDARK_TRY(medark_pq_recipient_check(certificate, err));
		return check_time(certificate, now, err);
	}
	MEDARK_TRY(check_key(certificate, &kind, err));
	if (kind == MEDARK_NATIVE_RSA && !allows(certificate, KU_KEY_ENCIPHERMENT))
		return medark_error_set(err, MEDARK_E_KEY,
					"is not meant for encryption (keyEncipherment is missing)");
	if (kind != MEDARK_NATIVE_RSA && !allows(certificate, KU_KEY_AGREEMENT))
		return medark_error_set(err, MEDARK_E_KEY,
					"is not meant for encryption (keyAgreement is missing)");
	return check_time(certificate, now, err);
}

int medark_certificate_check_recipient(const struct medark_certificate *certificate, time_t now,
				       struct medark_error *err)
{
	struct medark_error what;

	return check_recipient(certificate, now, &what) ? refuse(certificate, &what, err) : 0;
}

static int check_purpose(const struct medark_certificate *certificate, struct medark_error *err)
{
	if (!allows(certificate, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))
		return medark_error_set(err, MEDARK_E_KEY,
					"is not meant for signing (digitalSignature is missing)");
	if (!medark_native_may_sign(medark_certificate_native(certificate))) /* F-26 */
		return medark_error_set(err, MEDARK_E_KEY,
					"is not meant for signing (its extendedKeyUsage names "
					"neither documentSigning nor emailProtection nor "
					"codeSigning)");
	return 0;
}

int medark_certificate_check_signing(const struct medark_certificate *certificate,
				     struct medark_error *err)
{
	enum medark_native_kind kind;

	if (medark_pq_signature_is_kind(certificate))
		return medark_error_set(err, MEDARK_E_KEY,
					"has a key of ML-DSA, whose signature stands beside a "
					"classical one and not in its place (see medark cosign)");
	MEDARK_TRY(check_key(certificate, &kind, err));
	return check_purpose(certificate, err);
}

int medark_certificate_check_pq_signing(const struct medark_certificate *certificate,
					struct medark_error *err)
{
	const EVP_PKEY *key = X509_get0_pubkey(medark_certificate_native(certificate));

	if (medark_native_pq_kind(key) == MEDARK_NATIVE_OTHER) {
		medark_openssl_drain();
		return medark_error_set(err, MEDARK_E_KEY,
					"has a key that is neither ML-DSA-65 nor ML-DSA-87");
	}
	return check_purpose(certificate, err);
}

static int check_signer(const struct medark_certificate *certificate, time_t now,
			struct medark_error *err)
{
	MEDARK_TRY(medark_certificate_check_signing(certificate, err));
	return check_time(certificate, now, err);
}

int medark_certificate_check_signer(const struct medark_certificate *certificate, time_t now,
				    struct medark_error *err)
{
	struct medark_error what;

	return check_signer(certificate, now, &what) ? refuse(certificate, &what, err) : 0;
}

static int check_pq_signer(const struct medark_certificate *certificate, time_t now,
			   struct medark_error *err)
{
	MEDARK_TRY(medark_certificate_check_pq_signing(certificate, err));
	return check_time(certificate, now, err);
}

int medark_certificate_check_pq_signer(const struct medark_certificate *certificate, time_t now,
				       struct medark_error *err)
{
	struct medark_error what;

	return check_pq_signer(certificate, now, &what) ? refuse(certificate, &what, err) : 0;
}
