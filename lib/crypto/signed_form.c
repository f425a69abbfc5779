/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/signed_form.h"

#include "crypto/algorithms.h"
#include "crypto/certificate_der.h"
#include "crypto/der.h"
#include "crypto/oid.h"
#include "crypto/openssl_error.h"

#define ATTRIBUTE_COUNT 4
#define YEARS_UTC_TIME	150 /* UTCTime says the years 1950 to 2049 (RFC 5652 section 11.3) */

/* AlgorithmIdentifiers, whole. The parameters of RSASSA-PSS: SHA-256, MGF1 with it, salt of 32. */
static const uint8_t ecdsa_sha256[] = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
static const uint8_t ecdsa_sha384[] = "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";
static const uint8_t rsassa_pss[] =
	"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09\x60"
	"\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d"
	"\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa2\x03\x02\x01"
	"\x20";

/* Without parameters (RFC 9882 section 3.3). */
static const uint8_t ml_dsa_65[] = "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x12";
static const uint8_t ml_dsa_87[] = "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x13";

bool medark_signed_is_pq(enum medark_native_kind kind)
{
	return kind == MEDARK_NATIVE_ML_DSA_65 || kind == MEDARK_NATIVE_ML_DSA_87;
}

static bool is_sha384(enum medark_native_kind kind)
{
	return kind == MEDARK_NATIVE_P384;
}

/* RFC 5035: the default, which is left out where certificates are named. */
static bool is_sha256(enum medark_native_kind kind)
{
	return !is_sha384(kind) && !medark_signed_is_pq(kind);
}

static struct medark_bytes digest_oid(enum medark_native_kind kind)
{
	if (medark_signed_is_pq(kind))
		return MEDARK_OID_SHA512;
	return is_sha384(kind) ? MEDARK_OID_SHA384 : MEDARK_OID_SHA256;
}

static struct medark_bytes algorithm_of(enum medark_native_kind kind)
{
	if (kind == MEDARK_NATIVE_P256)
		return medark_bytes(ecdsa_sha256, sizeof(ecdsa_sha256) - 1);
	if (kind == MEDARK_NATIVE_P384)
		return medark_bytes(ecdsa_sha384, sizeof(ecdsa_sha384) - 1);
	if (kind == MEDARK_NATIVE_ML_DSA_65)
		return medark_bytes(ml_dsa_65, sizeof(ml_dsa_65) - 1);
	if (kind == MEDARK_NATIVE_ML_DSA_87)
		return medark_bytes(ml_dsa_87, sizeof(ml_dsa_87) - 1);
	return medark_bytes(rsassa_pss, sizeof(rsassa_pss) - 1);
}

const char *medark_signed_digest_name(enum medark_native_kind kind)
{
	if (medark_signed_is_pq(kind))
		return "SHA-512";
	return is_sha384(kind) ? "SHA-384" : "SHA-256";
}

size_t medark_signed_digest_size(enum medark_native_kind kind)
{
	if (medark_signed_is_pq(kind))
		return 64;
	return is_sha384(kind) ? 48 : 32;
}

const char *medark_signed_algorithm_name(enum medark_native_kind kind)
{
	if (kind == MEDARK_NATIVE_RSA)
		return "RSA-PSS";
	if (medark_signed_is_pq(kind))
		return kind == MEDARK_NATIVE_ML_DSA_65 ? "ML-DSA-65" : "ML-DSA-87";
	return is_sha384(kind) ? "ECDSA P-384" : "ECDSA P-256";
}

int medark_signed_digest(enum medark_native_kind kind, struct medark_bytes data,
			 uint8_t out[MEDARK_SIGNED_DIGEST_MAX], struct medark_error *err)
{
	const struct medark_algorithms *algorithms;
	const EVP_MD *digest;

	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	digest = is_sha256(kind)   ? algorithms->sha256
		 : is_sha384(kind) ? algorithms->sha384
				   : algorithms->sha512;
	if (!EVP_Digest(data.data, data.size, out, NULL, digest, NULL))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot compute a digest");
	return 0;
}

bool medark_signed_kind_find(struct medark_bytes oid, struct medark_bytes algorithm, bool is_pq,
			     enum medark_native_kind *out)
{
	static const enum medark_native_kind kinds[] = {
		MEDARK_NATIVE_P256,	 MEDARK_NATIVE_P384,	  MEDARK_NATIVE_RSA,
		MEDARK_NATIVE_ML_DSA_65, MEDARK_NATIVE_ML_DSA_87,
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (medark_signed_is_pq(kinds[i]) != is_pq ||
		    !medark_bytes_equal(oid, digest_oid(kinds[i])) ||
		    !medark_bytes_equal(algorithm, algorithm_of(kinds[i])))
			continue;
		*out = kinds[i];
		return true;
	}
	return false;
}

static void begin_attribute(struct medark_der_writer *w, struct medark_bytes oid)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, oid);
	medark_der_begin(w, MEDARK_DER_SET);
}

static void end_attribute(struct medark_der_writer *w)
{
	medark_der_end(w);
	medark_der_end(w);
}

static void put_time(struct medark_der_writer *w, time_t t)
{
	struct tm tm = { 0 };
	char text[32] = "";
	size_t size;
	bool is_short;

	(void)gmtime_r(&t, &tm);
	is_short = tm.tm_year >= 50 && tm.tm_year < YEARS_UTC_TIME;
	size = strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	/* UTCTime leaves the century out. */
	if (is_short && size > 2)
		medark_der_put(w, MEDARK_DER_UTC_TIME, medark_bytes(text + 2, size - 2));
	else
		medark_der_put(w, MEDARK_DER_GENERALIZED_TIME, medark_bytes(text, size));
}

static void put_digest_algorithm(struct medark_der_writer *w, enum medark_native_kind kind)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, digest_oid(kind));
	medark_der_end(w);
}

/* IssuerSerial of RFC 5035: the name as directoryName among GeneralNames. */
static void put_issuer_serial(struct medark_der_writer *w, struct medark_bytes issuer,
			      struct medark_bytes serial)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put(w, MEDARK_DER_CONTEXT_CONSTRUCTED(4), issuer);
	medark_der_end(w);
	medark_der_put_raw(w, serial);
	medark_der_end(w);
}

/* ESSCertIDv2 of RFC 5035: SHA-256 is the default and left out. */
static int put_certificate_id(struct medark_der_writer *w, const struct medark_signed_form *form,
			      size_t i, struct medark_error *err)
{
	const struct medark_signed_certificate *certificate = &form->certificates[i];
	uint8_t digest[MEDARK_SIGNED_DIGEST_MAX];
	struct medark_bytes issuer, serial;

	MEDARK_TRY(medark_signed_digest(form->kind, certificate->der, digest, err));
	if (!medark_certificate_der_names(certificate->der, &issuer, &serial))
		return medark_error_set(err, MEDARK_E_FORMAT, "a certificate is not in DER");
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	if (!is_sha256(form->kind))
		put_digest_algorithm(w, form->kind);
	medark_der_put(w, MEDARK_DER_OCTET_STRING,
		       medark_bytes(digest, medark_signed_digest_size(form->kind)));
	if (certificate->has_issuer_serial)
		put_issuer_serial(w, issuer, serial);
	medark_der_end(w);
	return 0;
}

static int put_signing_certificate(struct medark_der_writer *w,
				   const struct medark_signed_form *form, struct medark_error *err)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	for (size_t i = 0; i < form->certificate_count; i++)
		MEDARK_TRY(put_certificate_id(w, form, i, err));
	medark_der_end(w);
	medark_der_end(w);
	return 0;
}

/* The four attributes one after the other, not in the order of a SET yet. */
static int put_attributes(struct medark_der_writer *w, const struct medark_signed_form *form,
			  struct medark_error *err)
{
	begin_attribute(w, MEDARK_OID_CONTENT_TYPE);
	medark_der_put_oid(w, MEDARK_OID_DATA);
	end_attribute(w);
	begin_attribute(w, MEDARK_OID_SIGNING_TIME);
	put_time(w, form->signing_time);
	end_attribute(w);
	begin_attribute(w, MEDARK_OID_MESSAGE_DIGEST);
	medark_der_put(w, MEDARK_DER_OCTET_STRING,
		       medark_bytes(form->message_digest, medark_signed_digest_size(form->kind)));
	end_attribute(w);
	begin_attribute(w, MEDARK_OID_SIGNING_CERTIFICATE_V2);
	MEDARK_TRY(put_signing_certificate(w, form, err));
	end_attribute(w);
	return medark_der_writer_finish(w);
}

int medark_signed_form_attributes(const struct medark_signed_form *form, uint8_t tag,
				  struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer all = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	struct medark_der_writer w = medark_der_writer(&all, err);
	struct medark_bytes items[ATTRIBUTE_COUNT];
	struct medark_der reader;

	MEDARK_TRY(put_attributes(&w, form, err));
	reader = medark_der(medark_bytes(all.data, all.size));
	for (size_t i = 0; i < ATTRIBUTE_COUNT; i++)
		(void)medark_der_get_whole(&reader, MEDARK_DER_SEQUENCE, &items[i]);
	w = medark_der_writer(out, err);
	medark_der_put_set_of(&w, tag, items, ATTRIBUTE_COUNT);
	return medark_der_writer_finish(&w);
}

static void put_certificates(struct medark_der_writer *w, const struct medark_signed_form *form)
{
	struct medark_bytes items[MEDARK_SIGNED_CERTIFICATES_MAX];

	for (size_t i = 0; i < form->certificate_count; i++)
		items[i] = form->certificates[i].der;
	medark_der_put_set_of(w, MEDARK_DER_CONTEXT_CONSTRUCTED(0), items, form->certificate_count);
}

static int put_signer(struct medark_der_writer *w, const struct medark_signed_form *form,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer attributes = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	struct medark_bytes issuer, serial;

	MEDARK_TRY(medark_signed_form_attributes(form, MEDARK_DER_CONTEXT_CONSTRUCTED(0),
						 &attributes, err));
	(void)medark_certificate_der_names(form->certificates[0].der, &issuer, &serial);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_integer(w, 1);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_raw(w, issuer);
	medark_der_put_raw(w, serial);
	medark_der_end(w);
	put_digest_algorithm(w, form->kind);
	medark_der_put_raw(w, medark_bytes(attributes.data, attributes.size));
	medark_der_put_raw(w, algorithm_of(form->kind));
	medark_der_put(w, MEDARK_DER_OCTET_STRING, form->signature);
	medark_der_end(w);
	return 0;
}

int medark_signed_form_write(const struct medark_signed_form *form, struct medark_buffer *out,
			     struct medark_error *err)
{
	struct medark_der_writer w = medark_der_writer(out, err);

	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(&w, MEDARK_OID_SIGNED_DATA);
	medark_der_begin(&w, MEDARK_DER_CONTEXT_CONSTRUCTED(0));
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_integer(&w, 1);
	medark_der_begin(&w, MEDARK_DER_SET);
	put_digest_algorithm(&w, form->kind);
	medark_der_end(&w);
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(&w, MEDARK_OID_DATA);
	medark_der_end(&w);
	put_certificates(&w, form);
	medark_der_begin(&w, MEDARK_DER_SET);
	MEDARK_TRY(put_signer(&w, form, err));
	medark_der_end(&w);
	medark_der_end(&w);
	medark_der_end(&w);
	medark_der_end(&w);
	return medark_der_writer_finish(&w);
}
