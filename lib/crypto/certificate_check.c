/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate must be like before medark encrypts to it or signs with it. */
#include "crypto/certificate.h"

#include "crypto/native.h"
#include "crypto/openssl_error.h"

#include <openssl/x509v3.h>

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

static int check_recipient(const struct medark_certificate *certificate, time_t now,
			   struct medark_error *err)
{
	enum medark_native_kind kind;

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

int medark_certificate_check_signing(const struct medark_certificate *certificate,
				     struct medark_error *err)
{
	enum medark_native_kind kind;

	MEDARK_TRY(check_key(certificate, &kind, err));
	if (!allows(certificate, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION))
		return medark_error_set(err, MEDARK_E_KEY,
					"is not meant for signing (digitalSignature is missing)");
	return 0;
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
