/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/private_key.h"

#include "base/secret.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/pq.h"
#include "crypto/small_file.h"
#include "crypto/token.h"
#include "crypto/token_uri.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <string.h>

struct medark_private_key {
	EVP_PKEY *pkey;
	char *path;
};

void medark_private_key_free(struct medark_private_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key->path);
	free(key);
}

int medark_private_key_from_native(EVP_PKEY *pkey, const char *path,
				   struct medark_private_key **out_key, struct medark_error *err)
{
	struct medark_private_key *key = calloc(1, sizeof(*key));
	char *copy = strdup(path);

	if (!key || !copy) {
		free(key);
		free(copy);
		EVP_PKEY_free(pkey);
		return medark_error_memory(err, "a private key");
	}
	key->pkey = pkey;
	key->path = copy;
	*out_key = key;
	return 0;
}

static bool holds(struct medark_bytes pem, const char *label)
{
	return pem.size && memmem(pem.data, pem.size, label, strlen(label));
}

/* The file of a pair that was not meant is named as what it is. */
static int check_kind(const char *path, struct medark_bytes pem, struct medark_error *err)
{
	if (holds(pem, "PRIVATE KEY-----"))
		return 0;
	if (holds(pem, "-----BEGIN CERTIFICATE-----"))
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' is a certificate, the private key is wanted", path);
	if (holds(pem, "PUBLIC KEY-----"))
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' is a public key, the private key is wanted", path);
	return 0;
}

struct passphrase {
	struct medark_bytes text;
	bool asked;
};

/* OpenSSL asks here where it would otherwise ask on the terminal. */
static int give_passphrase(char *out, int room, int writing, void *context)
{
	struct passphrase *passphrase = context;

	(void)writing;
	passphrase->asked = true;
	if (passphrase->text.size == 0 || passphrase->text.size > (size_t)room)
		return -1;
	memcpy(out, passphrase->text.data, passphrase->text.size);
	return (int)passphrase->text.size;
}

static int parse(const char *path, struct medark_bytes pem, struct medark_bytes text,
		 EVP_PKEY **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.size);
	struct passphrase passphrase = { .text = text };
	EVP_PKEY *pkey = NULL;

	if (bio)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &passphrase);
	if (pkey) {
		medark_openssl_drain();
		*out = pkey;
		return 0;
	}
	if (!passphrase.asked)
		return medark_openssl_error(err, MEDARK_E_KEY, "'%s' holds no usable private key",
					    path);
	medark_openssl_drain();
	if (text.size == 0)
		return medark_error_set(
			err, MEDARK_E_KEY,
			"private key '%s' is protected by a passphrase, and none was given", path);
	return medark_error_set(err, MEDARK_E_KEY,
				"private key '%s' does not open with this passphrase", path);
}

/* Takes `pkey`, also on failure. */
static int take_pq(EVP_PKEY *pkey, const char *path, struct medark_private_key **out_key,
		   struct medark_error *err)
{
	if (medark_native_pq_kind(pkey) == MEDARK_NATIVE_OTHER) {
		EVP_PKEY_free(pkey);
		return medark_error_set(err, MEDARK_E_KEY,
					"private key '%s' is neither ML-DSA-65 nor ML-DSA-87",
					path);
	}
	return medark_private_key_from_native(pkey, path, out_key, err);
}

/* Takes `pkey`, also on failure. */
static int take(EVP_PKEY *pkey, const char *path, struct medark_private_key **out_key,
		struct medark_error *err)
{
	if (medark_native_kind(pkey) == MEDARK_NATIVE_OTHER) {
		EVP_PKEY_free(pkey);
		return medark_error_set(
			err, MEDARK_E_KEY,
			"private key '%s' is neither RSA of %d bits or more nor EC P-256 or P-384",
			path, MEDARK_RSA_BITS_MIN);
	}
	return medark_private_key_from_native(pkey, path, out_key, err);
}

/* One line end at the end does not belong to it. */
static int read_pin(const char *path, struct medark_buffer *pin, struct medark_error *err)
{
	struct stat st;

	MEDARK_TRY(medark_small_file_read(path, pin, &st, err));
	MEDARK_TRY(medark_small_file_check_own("the file of the PIN", path, &st, err));
	if (pin->size && pin->data[pin->size - 1] == '\n')
		pin->size--;
	if (pin->size && pin->data[pin->size - 1] == '\r')
		pin->size--;
	return 0;
}

static int check_pin(const struct medark_buffer *pin, struct medark_error *err)
{
	if (pin->size == 0)
		return medark_error_set(err, MEDARK_E_KEY,
					"the key is in a token, and its PIN was not given");
	if (pin->size > MEDARK_TOKEN_PIN_MAX || memchr(pin->data, '\0', pin->size) ||
	    memchr(pin->data, '\n', pin->size))
		return medark_error_set(err, MEDARK_E_KEY,
					"a PIN is one line of 1 to %d bytes, without a NUL",
					MEDARK_TOKEN_PIN_MAX);
	return 0;
}

static int load_from_token(const char *path, struct medark_bytes given,
			   struct medark_private_key **out_key, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer pin = MEDARK_BUFFER_SECRET(MEDARK_PRIVATE_KEY_FILE_MAX);
	struct medark_token_uri uri;
	EVP_PKEY *pkey = NULL;

	MEDARK_TRY(medark_token_uri_parse(path, &uri, err));
	if (uri.pin_file[0])
		MEDARK_TRY(read_pin(uri.pin_file, &pin, err));
	else
		MEDARK_TRY(medark_buffer_add(&pin, given.data, given.size, err));
	MEDARK_TRY(check_pin(&pin, err));
	MEDARK_TRY(medark_buffer_add(&pin, "", 1, err));
	MEDARK_TRY(medark_token_load(&uri, (const char *)pin.data, &pkey, err));
	return take(pkey, path, out_key, err);
}

int medark_key_needs_pin(const char *path, struct medark_error *err)
{
	struct medark_token_uri uri;

	if (!medark_token_uri_is(path))
		return 0;
	MEDARK_TRY(medark_token_uri_parse(path, &uri, err));
	return uri.pin_file[0] ? 0 : 1;
}

static int load_file(const char *path, struct medark_bytes passphrase, EVP_PKEY **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer pem = MEDARK_BUFFER_SECRET(MEDARK_PRIVATE_KEY_FILE_MAX);
	struct stat st;

	MEDARK_TRY(medark_small_file_read(path, &pem, &st, err));
	MEDARK_TRY(check_kind(path, medark_bytes(pem.data, pem.size), err));
	MEDARK_TRY(medark_small_file_check_own("private key", path, &st, err));
	return parse(path, medark_bytes(pem.data, pem.size), passphrase, out, err);
}

int medark_private_key_load(const char *path, struct medark_bytes passphrase,
			    struct medark_private_key **out_key, struct medark_error *err)
{
	EVP_PKEY *pkey = NULL;

	if (medark_token_uri_is(path))
		return load_from_token(path, passphrase, out_key, err);
	MEDARK_TRY(load_file(path, passphrase, &pkey, err));
	return take(pkey, path, out_key, err);
}

int medark_private_key_load_pq(const char *path, struct medark_bytes passphrase,
			       struct medark_private_key **out_key, struct medark_error *err)
{
	EVP_PKEY *pkey = NULL;

	MEDARK_TRY(medark_pq_check(err));
	if (medark_token_uri_is(path))
		return medark_error_set(err, MEDARK_E_KEY,
					"a key of ML-DSA is taken from a file, not from a token");
	MEDARK_TRY(load_file(path, passphrase, &pkey, err));
	return take_pq(pkey, path, out_key, err);
}

int medark_private_key_load_reader(const char *path, struct medark_bytes passphrase,
				   struct medark_private_key **out_key, struct medark_error *err)
{
	EVP_PKEY *pkey = NULL;

	if (medark_token_uri_is(path))
		return load_from_token(path, passphrase, out_key, err);
	MEDARK_TRY(load_file(path, passphrase, &pkey, err));
	if (EVP_PKEY_is_a(pkey, "ML-KEM-768") || EVP_PKEY_is_a(pkey, "ML-KEM-1024"))
		return medark_private_key_from_native(pkey, path, out_key, err);
	return take(pkey, path, out_key, err);
}

const char *medark_private_key_path(const struct medark_private_key *key)
{
	return key->path;
}

EVP_PKEY *medark_private_key_native(const struct medark_private_key *key)
{
	return key->pkey;
}

bool medark_private_key_matches(const struct medark_private_key *key,
				const struct medark_certificate *certificate)
{
	const EVP_PKEY *public = X509_get0_pubkey(medark_certificate_native(certificate));
	bool same = public && EVP_PKEY_eq(public, key->pkey) == 1;

	medark_openssl_drain();
	return same;
}

/* OpenSSL's names (FIPS 203, FIPS 204). */
static const char *pq_name(enum medark_key_type type)
{
	switch (type) {
	case MEDARK_KEY_ML_DSA_65:
		return "ML-DSA-65";
	case MEDARK_KEY_ML_DSA_87:
		return "ML-DSA-87";
	case MEDARK_KEY_ML_KEM_768:
		return "ML-KEM-768";
	default:
		return "ML-KEM-1024";
	}
}

int medark_private_key_generate(enum medark_key_type type, struct medark_private_key **out_key,
				struct medark_error *err)
{
	EVP_PKEY *pkey = NULL;

	switch (type) {
	case MEDARK_KEY_P256:
		pkey = EVP_EC_gen("P-256");
		break;
	case MEDARK_KEY_P384:
		pkey = EVP_EC_gen("P-384");
		break;
	case MEDARK_KEY_RSA3072:
		pkey = EVP_RSA_gen(3072);
		break;
	case MEDARK_KEY_ML_DSA_65:
	case MEDARK_KEY_ML_DSA_87:
	case MEDARK_KEY_ML_KEM_768:
	case MEDARK_KEY_ML_KEM_1024:
		MEDARK_TRY(medark_pq_check(err));
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, pq_name(type));
		break;
	}
	if (!pkey)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot make a key");
	return medark_private_key_from_native(pkey, "", out_key, err);
}

static int encode(const struct medark_private_key *key, BIO *bio, struct medark_bytes *out,
		  struct medark_error *err)
{
	char *pem;
	long size;

	if (!bio || !PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encode a private key");
	size = BIO_get_mem_data(bio, &pem);
	*out = medark_bytes(pem, (size_t)size);
	return 0;
}

int medark_private_key_write(const struct medark_private_key *key, const char *path, bool replace,
			     struct medark_error *err)
{
	/* Its memory is wiped when it is freed. */
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new(BIO_s_secmem());
	struct medark_bytes pem = { 0 };

	MEDARK_TRY(encode(key, bio, &pem, err));
	return medark_small_file_write(path, pem, 0600, replace, err);
}

int medark_private_key_stage(const struct medark_private_key *key, const char *path,
			     struct medark_small_file **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new(BIO_s_secmem());
	struct medark_bytes pem = { 0 };

	MEDARK_TRY(encode(key, bio, &pem, err));
	return medark_small_file_stage(path, pem, 0600, out, err);
}
