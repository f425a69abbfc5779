/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/server_identity.h"

#include "crypto/certificate.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/private_key.h"
#include "crypto/small_file.h"
#include "crypto/token_uri.h"
#include "crypto/x509_build.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <string.h>

#define EARLY_SECONDS 3600
/* Of all names of a certificate. */
#define NAMES_MAX ((size_t)16 << 10)

MEDARK_DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)

static void init(struct medark_server_identity *identity)
{
	*identity = (struct medark_server_identity) {
		.certificates = MEDARK_BUFFER(MEDARK_CERTIFICATE_FILE_MAX + 1),
		.key = MEDARK_BUFFER_SECRET(MEDARK_PRIVATE_KEY_FILE_MAX + 1),
	};
}

void medark_server_identity_clear(struct medark_server_identity *identity)
{
	medark_buffer_clear(&identity->certificates);
	medark_buffer_clear(&identity->key);
}

/* A zero behind a text, which does not count. */
static int end_text(struct medark_buffer *text, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_add(text, "", 1, err));
	text->size--;
	return 0;
}

/* "DNS:localhost,IP:127.0.0.1,IP:::1", as OpenSSL's settings have it. */
static int alternative_names(const char *const *names, size_t count, struct medark_buffer *out,
			     struct medark_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = names[i];
		size_t size = strlen(name);
		bool is_v6 = name[0] == '[';
		bool is_ip = is_v6 || strspn(name, "0123456789.") == size;

		if (size == 0 || strpbrk(name, ", \n\\"))
			return medark_error_set(err, MEDARK_E_USAGE,
						"'%s' cannot stand in a certificate", name);
		MEDARK_TRY(medark_buffer_print(out, err, "%s%s:%.*s", i ? "," : "",
					       is_ip ? "IP" : "DNS", (int)(size - 2 * is_v6),
					       name + is_v6));
	}
	return 0;
}

static bool fill(X509 *x509, EVP_PKEY *key, const char *names, struct medark_error *err)
{
	return X509_set_version(x509, X509_VERSION_3) && medark_x509_set_serial(x509, err) &&
	       medark_x509_set_name(x509, medark_bytes_text("medark")) &&
	       X509_gmtime_adj(X509_getm_notBefore(x509), -EARLY_SECONDS) &&
	       X509_time_adj_ex(X509_getm_notAfter(x509), MEDARK_SERVER_IDENTITY_DAYS, 0, NULL) &&
	       X509_set_pubkey(x509, key) &&
	       medark_x509_add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
	       medark_x509_add_extension(x509, NID_key_usage, "critical,digitalSignature") &&
	       medark_x509_add_extension(x509, NID_ext_key_usage, "serverAuth") &&
	       medark_x509_add_extension(x509, NID_subject_key_identifier, "hash") &&
	       medark_x509_add_extension(x509, NID_subject_alt_name, names) &&
	       X509_sign(x509, key, EVP_sha256());
}

static int take_text(BIO *bio, struct medark_buffer *out, struct medark_error *err)
{
	char *text;
	long size = BIO_get_mem_data(bio, &text);

	MEDARK_TRY(medark_buffer_add(out, text, (size_t)size, err));
	return end_text(out, err);
}

static int encode(X509 *x509, EVP_PKEY *key, struct medark_server_identity *identity,
		  struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *public = BIO_new(BIO_s_mem());
	/* Wiped when it is freed. */
	MEDARK_AUTO(medark_bio_free) BIO *secret = BIO_new(BIO_s_secmem());
	unsigned size = MEDARK_DIGEST_SIZE;

	if (!public || !secret || !PEM_write_bio_X509(public, x509) ||
	    !PEM_write_bio_PKCS8PrivateKey(secret, key, NULL, NULL, 0, NULL, NULL) ||
	    !X509_digest(x509, EVP_sha256(), identity->fingerprint.bytes, &size))
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "cannot encode a server's certificate");
	MEDARK_TRY(take_text(public, &identity->certificates, err));
	return take_text(secret, &identity->key, err);
}

int medark_server_identity_make(const char *const *names, size_t count,
				struct medark_server_identity *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_server_identity_clear) struct medark_server_identity identity;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer list = MEDARK_BUFFER(NAMES_MAX);
	MEDARK_AUTO(EVP_PKEY_free) EVP_PKEY *key = NULL;
	MEDARK_AUTO(X509_free) X509 *x509 = NULL;

	init(&identity);
	MEDARK_TRY(alternative_names(names, count, &list, err));
	MEDARK_TRY(end_text(&list, err));
	key = EVP_EC_gen("P-256");
	x509 = X509_new();
	if (!key || !x509 || !fill(x509, key, (const char *)list.data, err))
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "cannot make a server's certificate");
	MEDARK_TRY(encode(x509, key, &identity, err));
	*out = identity;
	init(&identity);
	return 0;
}

/* A text in which every byte is one that PEM may have around it too, but for zeros. */
static int read_text(const char *path, struct medark_buffer *out, struct stat *st,
		     struct medark_error *err)
{
	MEDARK_TRY(medark_small_file_read(path, out, st, err));
	if (out->size == 0 || memchr(out->data, '\0', out->size))
		return medark_error_set(err, MEDARK_E_KEY, "'%s' is not PEM", path);
	return end_text(out, err);
}

/* OpenSSL asks here where it would otherwise ask on the terminal. */
static int no_passphrase(char *out, int room, int writing, void *context)
{
	(void)out;
	(void)room;
	(void)writing;
	*(bool *)context = true;
	return -1;
}

static int read_key(const char *path, struct medark_buffer *text, EVP_PKEY **out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = NULL;
	bool is_encrypted = false;
	struct stat st;

	MEDARK_TRY(read_text(path, text, &st, err));
	if ((st.st_uid != geteuid() && st.st_uid != 0) || st.st_mode & (S_IRWXG | S_IRWXO))
		return medark_error_set(err, MEDARK_E_KEY,
					"private key '%s' is open to others; chmod 600 it", path);
	bio = BIO_new_mem_buf(text->data, (int)text->size);
	*out = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, &is_encrypted) : NULL;
	if (*out) {
		medark_openssl_drain();
		return 0;
	}
	if (!is_encrypted)
		return medark_openssl_error(err, MEDARK_E_KEY, "'%s' holds no usable private key",
					    path);
	medark_openssl_drain();
	return medark_error_set(err, MEDARK_E_KEY,
				"private key '%s' is protected by a passphrase, which no server "
				"can be asked for",
				path);
}

int medark_server_identity_load(const char *certificate_path, const char *key_path,
				struct medark_server_identity *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_server_identity_clear) struct medark_server_identity identity;
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(EVP_PKEY_free) EVP_PKEY *key = NULL;
	const EVP_PKEY *public;
	struct stat st;
	bool same;

	init(&identity);
	if (medark_token_uri_is(key_path))
		return medark_error_set(err, MEDARK_E_KEY,
					"a server's key has to be a file: the process that uses it "
					"can reach no token");
	MEDARK_TRY(medark_certificate_load(certificate_path, &certificate, err));
	MEDARK_TRY(read_text(certificate_path, &identity.certificates, &st, err));
	MEDARK_TRY(read_key(key_path, &identity.key, &key, err));
	public = X509_get0_pubkey(medark_certificate_native(certificate));
	same = public && EVP_PKEY_eq(public, key) == 1;
	medark_openssl_drain();
	if (!same)
		return medark_error_set(err, MEDARK_E_KEY,
					"private key '%s' is not that of certificate '%s'",
					key_path, certificate_path);
	identity.fingerprint = *medark_certificate_fingerprint(certificate);
	*out = identity;
	init(&identity);
	return 0;
}
