/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/scratch_cipher.h"

#include "base/bytes.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "crypto/gcm.h"
#include "crypto/openssl_error.h"
#include "crypto/random.h"

#include <openssl/evp.h>

#include <limits.h>
#include <string.h>

_Static_assert(MEDARK_SCRATCH_TAG == MEDARK_GCM_TAG_SIZE, "the tag of AES-GCM");

struct medark_scratch_cipher {
	EVP_CIPHER_CTX *ctx;
	struct medark_key key;
};

void medark_scratch_cipher_free(struct medark_scratch_cipher *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->ctx);
	medark_key_clear(&c->key);
	free(c);
}

static int allocate(struct medark_scratch_cipher **out, struct medark_error *err)
{
	struct medark_scratch_cipher *c = calloc(1, sizeof(*c));

	if (!c)
		return medark_error_memory(err, "a temporary file's cipher");
	*out = c;
	return 0;
}

static int begin(struct medark_scratch_cipher *c, struct medark_error *err)
{
	c->ctx = EVP_CIPHER_CTX_new();
	if (!c->ctx)
		return medark_error_memory(err, "a temporary file's cipher");
	if (EVP_CipherInit_ex(c->ctx, EVP_aes_256_gcm(), NULL, c->key.bytes, NULL, 1) != 1)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "AES-256-GCM is not available");
	return 0;
}

int medark_scratch_cipher_new(struct medark_scratch_cipher **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_scratch_cipher_free) struct medark_scratch_cipher *c = NULL;

	MEDARK_TRY(allocate(&c, err));
	MEDARK_TRY(medark_random(c->key.bytes, sizeof(c->key.bytes), err));
	MEDARK_TRY(begin(c, err));
	*out = MEDARK_TAKE(c);
	return 0;
}

int medark_scratch_cipher_derive(struct medark_bytes secret,
				 const uint8_t salt[MEDARK_SCRATCH_SALT],
				 struct medark_scratch_cipher **out, struct medark_error *err)
{
	static const char label[] = "medark temporary file 1";
	MEDARK_AUTO(medark_scratch_cipher_free) struct medark_scratch_cipher *c = NULL;
	const struct medark_bytes parts[] = { medark_bytes_text(label),
					      medark_bytes(salt, MEDARK_SCRATCH_SALT) };
	struct medark_digest key;

	MEDARK_TRY(allocate(&c, err));
	MEDARK_TRY(medark_hmac_sha256(secret, parts, 2, &key, err));
	memcpy(c->key.bytes, key.bytes, sizeof(c->key.bytes));
	medark_secret_wipe(&key, sizeof(key));
	MEDARK_TRY(begin(c, err));
	*out = MEDARK_TAKE(c);
	return 0;
}

int medark_scratch_cipher_with(const struct medark_key *key, struct medark_scratch_cipher **out,
			       struct medark_error *err)
{
	MEDARK_AUTO(medark_scratch_cipher_free) struct medark_scratch_cipher *c = NULL;

	MEDARK_TRY(allocate(&c, err));
	c->key = *key;
	MEDARK_TRY(begin(c, err));
	*out = MEDARK_TAKE(c);
	return 0;
}

static int start(struct medark_scratch_cipher *c, uint64_t number, int encrypt)
{
	uint8_t nonce[MEDARK_GCM_NONCE_SIZE] = { 0 };

	medark_put_be64(nonce + MEDARK_GCM_NONCE_SIZE - 8, number);
	return EVP_CipherInit_ex(c->ctx, NULL, NULL, NULL, nonce, encrypt);
}

static int fail(struct medark_error *err)
{
	return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot seal a temporary file's block");
}

int medark_scratch_cipher_begin(struct medark_scratch_cipher *c, uint64_t number,
				struct medark_error *err)
{
	return start(c, number, 1) == 1 ? 0 : fail(err);
}

int medark_scratch_cipher_add(struct medark_scratch_cipher *c, struct medark_bytes part,
			      uint8_t *out, struct medark_error *err)
{
	int n;

	if (part.size > INT_MAX ||
	    EVP_CipherUpdate(c->ctx, out, &n, part.data, (int)part.size) != 1)
		return fail(err);
	return 0;
}

int medark_scratch_cipher_end(struct medark_scratch_cipher *c, uint8_t *out_tag,
			      struct medark_error *err)
{
	uint8_t none[MEDARK_GCM_TAG_SIZE]; /* the mode has no rest */
	int n;

	if (EVP_CipherFinal_ex(c->ctx, none, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_GET_TAG, MEDARK_SCRATCH_TAG, out_tag) != 1)
		return fail(err);
	return 0;
}

int medark_scratch_cipher_seal(struct medark_scratch_cipher *c, uint64_t number, uint8_t *data,
			       size_t size, struct medark_error *err)
{
	MEDARK_TRY(medark_scratch_cipher_begin(c, number, err));
	MEDARK_TRY(medark_scratch_cipher_add(c, medark_bytes(data, size), data, err));
	return medark_scratch_cipher_end(c, data + size, err);
}

int medark_scratch_cipher_open(struct medark_scratch_cipher *c, uint64_t number, uint8_t *data,
			       size_t size, const uint8_t *tag, struct medark_error *err)
{
	uint8_t expected[MEDARK_SCRATCH_TAG], none[MEDARK_GCM_TAG_SIZE];
	int n;

	memcpy(expected, tag, sizeof(expected)); /* OpenSSL wants to be able to change it */
	if (size > INT_MAX || start(c, number, 0) != 1 ||
	    EVP_CipherUpdate(c->ctx, data, &n, data, (int)size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, MEDARK_SCRATCH_TAG, expected) != 1 ||
	    EVP_CipherFinal_ex(c->ctx, none, &n) != 1)
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "a temporary file was changed by somebody else");
	return 0;
}
