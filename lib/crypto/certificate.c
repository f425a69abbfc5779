/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate.h"

#include "crypto/certificate_der.h"
#include "crypto/der.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/small_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string.h>

/* A certificate of any size that occurs. */
#define DER_MAX (1u << 20)

struct medark_certificate {
	X509 *x509;
	char *path;
	char subject[MEDARK_SUBJECT_MAX];
	struct medark_digest fingerprint;
	struct medark_buffer der, issuer_serial;
	time_t not_before, not_after;
	size_t chain_count;
	struct medark_buffer chain[MEDARK_CERTIFICATE_CHAIN_MAX];
	char unfit_issuer[MEDARK_SUBJECT_MAX]; /* of the chain; "": none */
};

void medark_certificate_free(struct medark_certificate *certificate)
{
	if (!certificate)
		return;
	X509_free(certificate->x509);
	free(certificate->path);
	medark_buffer_clear(&certificate->der);
	medark_buffer_clear(&certificate->issuer_serial);
	for (size_t i = 0; i < certificate->chain_count; i++)
		medark_buffer_clear(&certificate->chain[i]);
	free(certificate);
}

static bool time_of(const ASN1_TIME *asn1, time_t *out)
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(asn1, &tm))
		return false;
	*out = timegm(&tm);
	return true;
}

static int der_of(X509 *x509, struct medark_buffer *out, struct medark_error *err)
{
	unsigned char *p;
	int size = i2d_X509(x509, NULL);

	if (size <= 0)
		return medark_openssl_error(err, MEDARK_E_KEY, "a certificate cannot be encoded");
	out->limit = DER_MAX;
	MEDARK_TRY(medark_buffer_reserve(out, (size_t)size, err));
	p = out->data;
	out->size = (size_t)i2d_X509(x509, &p);
	return 0;
}

/* RFC 5652 section 10.2.4, from the fields as they stand in the certificate. */
static int set_issuer_serial(struct medark_certificate *certificate, struct medark_error *err)
{
	struct medark_der_writer w = medark_der_writer(&certificate->issuer_serial, err);
	struct medark_bytes issuer, serial;

	certificate->issuer_serial.limit = DER_MAX;
	if (!medark_certificate_der_names(medark_certificate_der(certificate), &issuer, &serial))
		return medark_error_set(err, MEDARK_E_KEY, "a certificate is not in DER");
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_raw(&w, issuer);
	medark_der_put_raw(&w, serial);
	medark_der_end(&w);
	return medark_der_writer_finish(&w);
}

static int fill(struct medark_certificate *certificate, struct medark_error *err)
{
	X509 *x509 = certificate->x509;

	MEDARK_TRY(medark_digest_setup(err));
	/* Also parses the extensions, which otherwise happens at the first question. */
	if (X509_check_purpose(x509, -1, 0) != 1 ||
	    !time_of(X509_get0_notBefore(x509), &certificate->not_before) ||
	    !time_of(X509_get0_notAfter(x509), &certificate->not_after))
		return medark_openssl_error(err, MEDARK_E_KEY, "a certificate is malformed");
	MEDARK_TRY(der_of(x509, &certificate->der, err));
	MEDARK_TRY(set_issuer_serial(certificate, err));
	medark_sha256(certificate->der.data, certificate->der.size, &certificate->fingerprint);
	medark_native_name(X509_get_subject_name(x509), certificate->subject,
			   sizeof(certificate->subject));
	return 0;
}

int medark_certificate_from_native(X509 *x509, struct medark_certificate **out_certificate,
				   struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free)
	struct medark_certificate *certificate = calloc(1, sizeof(*certificate));

	if (!certificate) {
		X509_free(x509);
		return medark_error_memory(err, "a certificate");
	}
	certificate->x509 = x509;
	MEDARK_TRY(fill(certificate, err));
	*out_certificate = MEDARK_TAKE(certificate);
	return 0;
}

/* What the file is instead, where that can be told. */
static int no_certificate(struct medark_bytes pem, struct medark_error *err)
{
	static const char key[] = "PRIVATE KEY-----";

	if (pem.size && memmem(pem.data, pem.size, key, sizeof(key) - 1))
		return medark_error_set(err, MEDARK_E_KEY,
					"it is a private key, the certificate is wanted");
	if (pem.size && pem.data[0] == MEDARK_DER_SEQUENCE)
		return medark_error_set(err, MEDARK_E_KEY,
					"it is not PEM; convert it: openssl x509 -inform DER");
	return medark_error_set(err, MEDARK_E_KEY, "it holds no certificate");
}

/* All certificates of a PEM text, in its order. */
static int read_all(struct medark_bytes pem, STACK_OF(X509) * out, struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);

	medark_openssl_drain();
	while (bio) {
		MEDARK_AUTO(X509_free) X509 *x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);

		if (!x509)
			break;
		if (sk_X509_num(out) > MEDARK_CERTIFICATE_CHAIN_MAX)
			return medark_error_set(err, MEDARK_E_KEY,
						"it holds more than %d certificates",
						MEDARK_CERTIFICATE_CHAIN_MAX + 1);
		if (sk_X509_push(out, x509) <= 0)
			return medark_error_memory(err, "certificates");
		x509 = NULL;
	}
	/* The end of the text is an error like others to OpenSSL. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return medark_openssl_error(err, MEDARK_E_KEY, "a certificate cannot be read");
	medark_openssl_drain();
	return sk_X509_num(out) ? 0 : no_certificate(pem, err);
}

static int set_chain(struct medark_certificate *certificate, STACK_OF(X509) * all,
		     struct medark_error *err)
{
	for (int i = 1; i < sk_X509_num(all); i++) {
		X509 *below = sk_X509_value(all, i - 1), *x509 = sk_X509_value(all, i);

		/* A certificate that issued itself ends a chain: nothing can stand above it. */
		if (X509_self_signed(below, 0) == 1 || X509_check_issued(x509, below) != X509_V_OK)
			return medark_error_set(err, MEDARK_E_KEY,
						"certificate %d did not issue the one before it",
						i + 1);
		/* A root has to come from the verifier's side: carried along it proves nothing. */
		if (X509_self_signed(x509, 0) == 1)
			continue;
		MEDARK_TRY(der_of(x509, &certificate->chain[certificate->chain_count++], err));
		if (!certificate->unfit_issuer[0] && !medark_native_may_sign(x509))
			medark_native_name(X509_get_subject_name(x509), certificate->unfit_issuer,
					   sizeof(certificate->unfit_issuer));
	}
	return 0;
}

static int parse(struct medark_bytes pem, struct medark_certificate **out_certificate,
		 struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(medark_x509_stack_free) STACK_OF(X509) *all = sk_X509_new_null();

	if (!all)
		return medark_error_memory(err, "certificates");
	MEDARK_TRY(read_all(pem, all, err));
	X509_up_ref(sk_X509_value(all, 0));
	MEDARK_TRY(medark_certificate_from_native(sk_X509_value(all, 0), &certificate, err));
	MEDARK_TRY(set_chain(certificate, all, err));
	*out_certificate = MEDARK_TAKE(certificate);
	return 0;
}

int medark_certificate_load(const char *path, struct medark_certificate **out_certificate,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer pem = MEDARK_BUFFER(MEDARK_CERTIFICATE_FILE_MAX);
	struct medark_certificate *certificate;
	struct stat st;
	int code;

	MEDARK_TRY(medark_small_file_read(path, &pem, &st, err));
	code = parse(medark_bytes(pem.data, pem.size), &certificate, err);
	if (code)
		return medark_error_prefix(err, code, "cannot use certificate '%s'", path);
	certificate->path = strdup(path);
	if (!certificate->path) {
		medark_certificate_free(certificate);
		return medark_error_memory(err, "a certificate's name");
	}
	*out_certificate = certificate;
	return 0;
}

const char *medark_certificate_path(const struct medark_certificate *certificate)
{
	return certificate->path ? certificate->path : "";
}

const char *medark_certificate_subject(const struct medark_certificate *certificate)
{
	return certificate->subject;
}

const struct medark_digest *
medark_certificate_fingerprint(const struct medark_certificate *certificate)
{
	return &certificate->fingerprint;
}

struct medark_bytes medark_certificate_der(const struct medark_certificate *certificate)
{
	return medark_bytes(certificate->der.data, certificate->der.size);
}

size_t medark_certificate_chain_count(const struct medark_certificate *certificate)
{
	return certificate->chain_count;
}

struct medark_bytes medark_certificate_chain_der(const struct medark_certificate *certificate,
						 size_t i)
{
	return medark_bytes(certificate->chain[i].data, certificate->chain[i].size);
}

const char *medark_certificate_unfit_issuer(const struct medark_certificate *certificate)
{
	return certificate->unfit_issuer;
}

struct medark_bytes medark_certificate_issuer_serial(const struct medark_certificate *certificate)
{
	return medark_bytes(certificate->issuer_serial.data, certificate->issuer_serial.size);
}

time_t medark_certificate_not_before(const struct medark_certificate *certificate)
{
	return certificate->not_before;
}

time_t medark_certificate_not_after(const struct medark_certificate *certificate)
{
	return certificate->not_after;
}

X509 *medark_certificate_native(const struct medark_certificate *certificate)
{
	return certificate->x509;
}

int medark_certificate_stage(const struct medark_certificate *certificate, const char *path,
			     struct medark_small_file **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	long size;

	if (!bio || !PEM_write_bio_X509(bio, certificate->x509))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encode a certificate");
	size = BIO_get_mem_data(bio, &pem);
	return medark_small_file_stage(path, medark_bytes(pem, (size_t)size), 0644, out, err);
}
