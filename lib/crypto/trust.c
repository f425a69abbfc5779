/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/trust.h"

#include "base/text.h"
#include "base/time.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/small_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string.h>

/* Longest path from a signer to an anchor. */
#define DEPTH_MAX 16
/* OpenSSL's security level 2: 112 bits; keeps SHA-1 and RSA below 2048 bits out of a chain. */
#define SECURITY_LEVEL 2

/* Signers of whom one must have signed. */
#define SIGNERS_MAX 64

/* Anchors and revocation lists. */
struct anchors {
	X509_STORE *store;
	size_t certificate_count;
	size_t crl_count;
};

struct medark_trust {
	struct anchors own;    /* of who signs archives */
	struct anchors stamps; /* of time stamping authorities; no store: the same */
	struct medark_digest signers[SIGNERS_MAX];
	size_t signer_count;
	bool has_time;
	time_t time; /* as of which certificates are judged, if has_time */
};

static int anchors_init(struct anchors *anchors, struct medark_error *err)
{
	X509_VERIFY_PARAM *param;

	anchors->store = X509_STORE_new();
	if (!anchors->store)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot hold trust anchors");
	param = X509_STORE_get0_param(anchors->store);
	/* An intermediate or the signer's own certificate may be the anchor. */
	if (!X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) ||
	    !X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot set up verification");
	X509_VERIFY_PARAM_set_depth(param, DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	return 0;
}

int medark_trust_new(struct medark_trust **out_trust, struct medark_error *err)
{
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = calloc(1, sizeof(*trust));

	if (!trust)
		return medark_error_memory(err, "trust anchors");
	MEDARK_TRY(anchors_init(&trust->own, err));
	*out_trust = MEDARK_TAKE(trust);
	return 0;
}

void medark_trust_free(struct medark_trust *trust)
{
	if (!trust)
		return;
	X509_STORE_free(trust->own.store);
	X509_STORE_free(trust->stamps.store);
	free(trust);
}

static int add_certificate(struct anchors *anchors, X509 *x509, struct medark_error *err)
{
	int ok = x509 && X509_STORE_add_cert(anchors->store, x509);

	X509_free(x509);
	if (!ok)
		return medark_openssl_error(err, MEDARK_E_KEY, "a certificate cannot be read");
	anchors->certificate_count++;
	return 0;
}

int medark_trust_add_certificate(struct medark_trust *trust,
				 const struct medark_certificate *certificate,
				 struct medark_error *err)
{
	X509 *x509 = medark_certificate_native(certificate);

	return add_certificate(&trust->own, X509_up_ref(x509) ? x509 : NULL, err);
}

static int add_crl(struct anchors *anchors, X509_CRL *crl, struct medark_error *err)
{
	int ok = crl && X509_STORE_add_crl(anchors->store, crl) &&
		 X509_STORE_set_flags(anchors->store,
				      X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);

	X509_CRL_free(crl);
	if (!ok)
		return medark_openssl_error(err, MEDARK_E_KEY, "a CRL cannot be read");
	anchors->crl_count++;
	return 0;
}

static int add_object(struct anchors *anchors, const char *name, const uint8_t *der, long size,
		      struct medark_error *err)
{
	if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0)
		return add_certificate(anchors, d2i_X509(NULL, &der, size), err);
	if (strcmp(name, PEM_STRING_X509_CRL) == 0)
		return add_crl(anchors, d2i_X509_CRL(NULL, &der, size), err);
	return medark_error_set(err, MEDARK_E_KEY,
				"it holds a '%.40s', where only certificates and CRLs belong",
				name);
}

/* Adds the next object of a PEM text: 1, or 0 at the end. */
static int add_next(struct anchors *anchors, BIO *bio, struct medark_error *err)
{
	char *name = NULL, *header = NULL;
	unsigned char *der = NULL;
	long size = 0;
	int code;

	if (!PEM_read_bio(bio, &name, &header, &der, &size)) {
		if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
			return medark_openssl_error(err, MEDARK_E_KEY, "its PEM is malformed");
		medark_openssl_drain();
		return 0;
	}
	code = add_object(anchors, name, der, size, err);
	OPENSSL_free(name);
	OPENSSL_free(header);
	/* It may be a private key that somebody put here by mistake. */
	OPENSSL_clear_free(der, size > 0 ? (size_t)size : 0);
	return code < 0 ? code : 1;
}

static int add_all(struct anchors *anchors, struct medark_bytes pem, struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	size_t count = 0;
	int more = 1;

	if (!bio)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "it cannot be read");
	medark_openssl_drain();
	while (more) {
		more = add_next(anchors, bio, err);
		MEDARK_TRY(more);
		count += (size_t)more;
	}
	if (count == 0)
		return medark_error_set(err, MEDARK_E_KEY, "it holds no certificate and no CRL");
	return 0;
}

static int add_file(struct anchors *anchors, const char *path, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer pem = MEDARK_BUFFER_SECRET(MEDARK_TRUST_FILE_MAX);
	struct stat st;
	int code;

	MEDARK_TRY(medark_small_file_read(path, &pem, &st, err));
	code = add_all(anchors, medark_bytes(pem.data, pem.size), err);
	return code ? medark_error_prefix(err, code, "cannot trust '%s'", path) : 0;
}

int medark_trust_add_file(struct medark_trust *trust, const char *path, struct medark_error *err)
{
	return add_file(&trust->own, path, err);
}

int medark_trust_add_stamp_file(struct medark_trust *trust, const char *path,
				struct medark_error *err)
{
	if (!trust->stamps.store)
		MEDARK_TRY(anchors_init(&trust->stamps, err));
	return add_file(&trust->stamps, path, err);
}

int medark_trust_add_signer(struct medark_trust *trust, const char *fingerprint,
			    struct medark_error *err)
{
	char digits[2 * sizeof(struct medark_digest) + 1];
	struct medark_digest digest;
	size_t used = 0;

	if (trust->signer_count == SIGNERS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d signers", SIGNERS_MAX);
	for (const char *p = fingerprint; *p && used < sizeof(digits); p++) {
		bool between = used && used % 2 == 0 && p[-1] != ':' && p[1];

		if (*p == ':' && between)
			continue;
		digits[used++] = (char)(*p >= 'A' && *p <= 'F' ? *p | 0x20 : *p);
	}
	if (!medark_text_unhex(medark_bytes(digits, used), digest.bytes, sizeof(digest.bytes)))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a fingerprint has %zu hexadecimal digits",
					sizeof(digits) - 1);
	trust->signers[trust->signer_count++] = digest;
	return 0;
}

bool medark_trust_takes_signer(const struct medark_trust *trust,
			       const struct medark_digest *fingerprint)
{
	for (size_t i = 0; i < trust->signer_count; i++)
		if (medark_digest_equal(&trust->signers[i], fingerprint))
			return true;
	return trust->signer_count == 0;
}

size_t medark_trust_certificate_count(const struct medark_trust *trust)
{
	return trust->own.certificate_count;
}

size_t medark_trust_crl_count(const struct medark_trust *trust)
{
	return trust->own.crl_count;
}

static int by_fingerprint(const void *a, const void *b)
{
	const struct medark_certificate *x = *(struct medark_certificate *const *)a;
	const struct medark_certificate *y = *(struct medark_certificate *const *)b;

	return memcmp(medark_certificate_fingerprint(x), medark_certificate_fingerprint(y),
		      sizeof(struct medark_digest));
}

struct certificates {
	struct medark_certificate **list; /* owned */
	size_t count;
};

static void certificates_clear(struct certificates *c)
{
	for (size_t i = 0; i < c->count; i++)
		medark_certificate_free(c->list[i]);
	free(c->list);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct certificates, certificates_clear)

int medark_trust_each(const struct medark_trust *trust,
		      int (*each)(void *context, const struct medark_certificate *certificate),
		      void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_x509_stack_free)
	STACK_OF(X509) *all = X509_STORE_get1_all_certs(trust->own.store);
	MEDARK_AUTO(certificates_clear) struct certificates found = { 0 };
	int count = sk_X509_num(all);

	if (!all)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "trust anchors");
	found.list = calloc((size_t)count + 1, sizeof(found.list[0]));
	if (!found.list)
		return medark_error_memory(err, "trust anchors");
	for (int i = 0; i < count; i++) {
		X509 *x509 = sk_X509_value(all, i);

		if (!X509_up_ref(x509))
			return medark_openssl_error(err, MEDARK_E_MEMORY, "trust anchors");
		MEDARK_TRY(medark_certificate_from_native(x509, &found.list[found.count], err));
		found.count++;
	}
	qsort(found.list, found.count, sizeof(found.list[0]), by_fingerprint);
	for (size_t i = 0; i < found.count; i++)
		MEDARK_TRY(each(context, found.list[i]));
	return 0;
}

int medark_trust_parse_time(const char *when, time_t *out, struct medark_error *err)
{
	char text[MEDARK_TIME_SIZE];
	bool is_date = strlen(when) == sizeof("2026-11-22") - 1;
	int size = snprintf(text, sizeof(text), "%s%s", when, is_date ? "T00:00:00Z" : "");
	int64_t at;

	if (size != MEDARK_TIME_SIZE - 1 || !medark_time_parse(medark_bytes_text(text), &at))
		return medark_error_set(err, MEDARK_E_USAGE,
					"it must be a date or a time in UTC, such as 2026-11-22 or "
					"2026-11-22T03:10:00Z");
	if (at > time(NULL))
		return medark_error_set(err, MEDARK_E_USAGE, "it lies in the future");
	*out = (time_t)at;
	return 0;
}

int medark_trust_judge_at(struct medark_trust *trust, const char *when, struct medark_error *err)
{
	time_t at;

	if (!when) {
		trust->has_time = false;
		X509_VERIFY_PARAM_clear_flags(X509_STORE_get0_param(trust->own.store),
					      X509_V_FLAG_USE_CHECK_TIME);
		return 0;
	}
	MEDARK_TRY(medark_trust_parse_time(when, &at, err));
	medark_trust_set_time(trust, at);
	return 0;
}

void medark_trust_set_time(struct medark_trust *trust, time_t at)
{
	trust->has_time = true;
	trust->time = at;
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(trust->own.store), at);
}

bool medark_trust_time(const struct medark_trust *trust, time_t *out)
{
	if (trust->has_time)
		*out = trust->time;
	return trust->has_time;
}

X509_STORE *medark_trust_native(const struct medark_trust *trust)
{
	return trust->own.store;
}

static const struct anchors *stamps_of(const struct medark_trust *trust)
{
	return trust->stamps.store ? &trust->stamps : &trust->own;
}

X509_STORE *medark_trust_stamp_native(const struct medark_trust *trust)
{
	return stamps_of(trust)->store;
}
