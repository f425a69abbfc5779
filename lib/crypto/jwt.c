/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/jwt.h"

#include "base/base64.h"
#include "base/text.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"

#include <openssl/ecdsa.h>

#include <string.h>

#define HEADER_MAX    ((size_t)4 << 10)
#define SIGNATURE_MAX (MEDARK_RSA_BITS_MAX / 8)

MEDARK_DEFINE_AUTO(EVP_MD_CTX, EVP_MD_CTX_free)
MEDARK_DEFINE_AUTO(ECDSA_SIG, ECDSA_SIG_free)

/* What each kind of key signs with. */
struct algorithm {
	const char *name;
	const EVP_MD *(*digest)(void);
	size_t half; /* bytes of r and of s; 0: RSA */
};

static const struct algorithm *algorithm_of(const EVP_PKEY *key)
{
	static const struct algorithm rs384 = { "RS384", EVP_sha384, 0 };
	static const struct algorithm es256 = { "ES256", EVP_sha256, 32 };
	static const struct algorithm es384 = { "ES384", EVP_sha384, 48 };

	switch (medark_native_kind(key)) {
	case MEDARK_NATIVE_RSA:
		return &rs384;
	case MEDARK_NATIVE_P256:
		return &es256;
	case MEDARK_NATIVE_P384:
		return &es384;
	default:
		return NULL;
	}
}

static int header_member(struct medark_buffer *out, const char *name, const char *value,
			 struct medark_error *err)
{
	if (!value)
		return 0;
	for (const char *p = value; *p; p++)
		if (*p < 0x20 || *p >= 0x7f)
			return medark_error_set(err, MEDARK_E_USAGE,
						"the '%s' of a token holds something else than "
						"printable characters",
						name);
	MEDARK_TRY(medark_buffer_print(out, err, ",\"%s\":", name));
	return medark_text_json(out, medark_bytes_text(value), err);
}

static int add_header(const struct algorithm *algorithm, const char *key_id, const char *key_url,
		      struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(HEADER_MAX);

	MEDARK_TRY(medark_buffer_print(&text, err, "{\"typ\":\"JWT\",\"alg\":\"%s\"",
				       algorithm->name));
	MEDARK_TRY(header_member(&text, "kid", key_id, err));
	MEDARK_TRY(header_member(&text, "jku", key_url, err));
	MEDARK_TRY(medark_buffer_text(&text, "}", err));
	return medark_base64url(medark_bytes(text.data, text.size), out, err);
}

/* OpenSSL gives DER; a token has r and s one behind the other (RFC 7518 section 3.4). */
static bool unwrap(uint8_t *signature, size_t *size, size_t half)
{
	const uint8_t *p = signature;
	MEDARK_AUTO(ECDSA_SIG_free) ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)*size);

	if (!sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, (int)half) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + half, (int)half) < 0)
		return false;
	*size = 2 * half;
	return true;
}

static int add_signature(EVP_PKEY *key, const struct algorithm *algorithm, size_t begin,
			 struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_MAX];
	size_t size = sizeof(signature);

	if (!context)
		return medark_error_memory(err, "a token");
	if (EVP_DigestSignInit(context, NULL, algorithm->digest(), NULL, key) <= 0 ||
	    EVP_DigestSign(context, signature, &size, out->data + begin, out->size - begin) <= 0 ||
	    (algorithm->half && !unwrap(signature, &size, algorithm->half)))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "a token cannot be signed");
	MEDARK_TRY(medark_buffer_text(out, ".", err));
	return medark_base64url(medark_bytes(signature, size), out, err);
}

int medark_jwt_sign(const struct medark_private_key *key, const char *key_id, const char *key_url,
		    struct medark_bytes claims, struct medark_buffer *out, struct medark_error *err)
{
	EVP_PKEY *native = medark_private_key_native(key);
	const struct algorithm *algorithm = algorithm_of(native);
	size_t begin = out->size;

	if (!algorithm)
		return medark_error_set(err, MEDARK_E_KEY,
					"the key '%s' is of no kind that signs tokens (RSA, P-256, "
					"P-384)",
					medark_private_key_path(key));
	MEDARK_TRY(add_header(algorithm, key_id, key_url, out, err));
	MEDARK_TRY(medark_buffer_text(out, ".", err));
	MEDARK_TRY(medark_base64url(claims, out, err));
	MEDARK_TRY(add_signature(native, algorithm, begin, out, err));
	MEDARK_TRY(medark_buffer_add(out, "", 1, err));
	out->size--;
	return 0;
}
