/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/crls.h"

#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/small_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdlib.h>
#include <string.h>

struct medark_crls {
	struct {
		X509_CRL *native;
		uint8_t *der; /* OpenSSL's memory */
		size_t size;
	} list[MEDARK_CRLS_ALL_MAX]; /* sorted */
	size_t count;
};

int medark_crls_new(struct medark_crls **out, struct medark_error *err)
{
	struct medark_crls *crls = calloc(1, sizeof(*crls));

	if (!crls)
		return medark_error_memory(err, "revocation lists");
	*out = crls;
	return 0;
}

void medark_crls_free(struct medark_crls *crls)
{
	if (!crls)
		return;
	for (size_t i = 0; i < crls->count; i++) {
		X509_CRL_free(crls->list[i].native);
		OPENSSL_free(crls->list[i].der);
	}
	free(crls);
}

size_t medark_crls_count(const struct medark_crls *crls)
{
	return crls->count;
}

X509_CRL *medark_crls_native(const struct medark_crls *crls, size_t i)
{
	return crls->list[i].native;
}

static int compare(struct medark_bytes a, struct medark_bytes b)
{
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* Takes `crl`, also if it fails. */
static int add(struct medark_crls *crls, X509_CRL *crl, struct medark_error *err)
{
	uint8_t *der = NULL;
	int size = i2d_X509_CRL(crl, &der), order = 1;
	size_t at = 0;

	while (size > 0 && at < crls->count) {
		order = compare(medark_bytes(der, (size_t)size),
				medark_bytes(crls->list[at].der, crls->list[at].size));
		if (order <= 0)
			break;
		at++;
	}
	if (size <= 0 || order == 0 || crls->count == MEDARK_CRLS_ALL_MAX) {
		X509_CRL_free(crl);
		OPENSSL_free(der);
		if (size > 0 && order == 0)
			return 0;
		if (size > 0)
			return medark_error_set(err, MEDARK_E_KEY, "more than %d revocation lists",
						MEDARK_CRLS_ALL_MAX);
		return medark_openssl_error(err, MEDARK_E_MEMORY, "a revocation list");
	}
	memmove(&crls->list[at + 1], &crls->list[at], (crls->count - at) * sizeof(crls->list[0]));
	crls->list[at].native = crl;
	crls->list[at].der = der;
	crls->list[at].size = (size_t)size;
	crls->count++;
	return 0;
}

/* Adds the next list of a PEM text: 1, or 0 at the end. */
static int add_next(struct medark_crls *crls, BIO *bio, struct medark_error *err)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	const unsigned char *p;
	X509_CRL *crl = NULL;
	long size = 0;

	if (!PEM_read_bio(bio, &name, &header, &der, &size)) {
		if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
			return medark_openssl_error(err, MEDARK_E_KEY, "its PEM is malformed");
		medark_openssl_drain();
		return 0;
	}
	p = der;
	if (strcmp(name, PEM_STRING_X509_CRL) == 0)
		crl = d2i_X509_CRL(NULL, &p, size);
	if (crl && p != der + size) {
		X509_CRL_free(crl);
		crl = NULL;
	}
	OPENSSL_free(name);
	OPENSSL_free(header);
	/* It may be a private key that somebody put here by mistake. */
	OPENSSL_clear_free(der, size > 0 ? (size_t)size : 0);
	if (!crl) {
		medark_openssl_drain();
		return medark_error_set(err, MEDARK_E_KEY,
					"it holds something else than revocation lists (X509 CRL)");
	}
	MEDARK_TRY(add(crls, crl, err));
	return 1;
}

static int add_text(struct medark_crls *crls, struct medark_bytes pem, struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	size_t found = 0;
	int more = 1;

	if (!bio)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "it cannot be read");
	medark_openssl_drain();
	while (more) {
		more = add_next(crls, bio, err);
		MEDARK_TRY(more);
		found += (size_t)more;
	}
	if (!found)
		return medark_error_set(err, MEDARK_E_KEY, "it holds no revocation list");
	return 0;
}

int medark_crls_add_file(struct medark_crls *crls, const char *path, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer pem = MEDARK_BUFFER_SECRET(MEDARK_CRLS_SIZE_MAX);
	struct stat st;
	int code;

	MEDARK_TRY(medark_small_file_read(path, &pem, &st, err));
	code = add_text(crls, medark_bytes(pem.data, pem.size), err);
	return code ? medark_error_prefix(err, code, "cannot take revocation lists from '%s'", path)
		    : 0;
}

int medark_crls_add_member(struct medark_crls *crls, struct medark_bytes text,
			   struct medark_error *err)
{
	MEDARK_AUTO(medark_crls_free) struct medark_crls *own = NULL;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer canonical = MEDARK_BUFFER(MEDARK_CRLS_SIZE_MAX);
	struct medark_error why;
	int code;

	MEDARK_TRY(medark_crls_new(&own, err));
	code = add_text(own, text, &why);
	if (code == 0)
		code = medark_crls_write(own, &canonical, &why);
	if (code == MEDARK_E_MEMORY)
		return medark_error_memory(err, "revocation lists");
	if (code < 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s", why.message);
	if (!medark_bytes_equal(text, medark_bytes(canonical.data, canonical.size)))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"it is not the one form of these revocation lists");
	for (size_t i = 0; i < own->count; i++) {
		X509_CRL *crl = own->list[i].native;

		if (!X509_CRL_up_ref(crl))
			return medark_openssl_error(err, MEDARK_E_MEMORY, "a revocation list");
		MEDARK_TRY(add(crls, crl, err));
	}
	return 0;
}

int medark_crls_write(const struct medark_crls *crls, struct medark_buffer *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long size;

	if (crls->count > MEDARK_CRLS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d revocation lists",
					MEDARK_CRLS_MAX);
	for (size_t i = 0; bio && i < crls->count; i++)
		if (!PEM_write_bio(bio, PEM_STRING_X509_CRL, "", crls->list[i].der,
				   (long)crls->list[i].size))
			return medark_openssl_error(err, MEDARK_E_MEMORY, "revocation lists");
	if (!bio)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "revocation lists");
	size = BIO_get_mem_data(bio, &text);
	if (size > (long)MEDARK_CRLS_SIZE_MAX)
		return medark_error_set(err, MEDARK_E_USAGE,
					"the revocation lists are larger than %u bytes together",
					MEDARK_CRLS_SIZE_MAX);
	return medark_buffer_add(out, text, (size_t)size, err);
}
