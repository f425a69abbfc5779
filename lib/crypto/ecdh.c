/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/ecdh.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"
#include "crypto/token.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include <string.h>

#define SECRET_MAX 48 /* one coordinate of P-384 */

/* ECC-CMS-SharedInfo (RFC 5753 section 7.2): AES-256 wrap without parameters, key of 256 bits. */
static const uint8_t shared_info[] = {
	0x30, 0x15, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03,
	0x04, 0x01, 0x2d, 0xa2, 0x06, 0x04, 0x04, 0x00, 0x00, 0x01, 0x00,
};

static const char *group_name(enum medark_native_kind curve)
{
	return curve == MEDARK_NATIVE_P384 ? "P-384" : "P-256";
}

size_t medark_ecdh_point_size(enum medark_native_kind curve)
{
	return curve == MEDARK_NATIVE_P384 ? 97 : 65;
}

/* RFC 5753 leaves the digest to the scheme: the format has one for each curve. */
static bool derive_kek(enum medark_native_kind curve, struct medark_bytes secret,
		       struct medark_key *out)
{
	const char *digest = curve == MEDARK_NATIVE_P384 ? "SHA384" : "SHA256";
	MEDARK_AUTO(EVP_KDF_CTX_free) EVP_KDF_CTX *context = NULL;
	const struct medark_algorithms *algorithms;
	/* OSSL_PARAM takes pointers to non-const; OpenSSL does not write through them. */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)secret.data,
						  secret.size),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)shared_info,
						  sizeof(shared_info)),
		OSSL_PARAM_construct_end(),
	};

	if (medark_algorithms_get(&algorithms, NULL))
		return false;
	context = EVP_KDF_CTX_new(algorithms->x963);
	return context && EVP_KDF_derive(context, out->bytes, sizeof(out->bytes), params) > 0;
}

static bool operate(EVP_PKEY_CTX *context, EVP_PKEY *own, uint8_t *secret, size_t *size)
{
	bool ok;

	medark_token_begin(own);
	ok = EVP_PKEY_derive(context, secret, size) > 0;
	medark_token_end(own);
	return ok;
}

/* The shared secret of `own` and `peer`, and the KEK from it. */
static bool agree(EVP_PKEY *own, EVP_PKEY *peer, enum medark_native_kind curve,
		  struct medark_key *out)
{
	MEDARK_AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(medark_token_library(own), own, NULL);
	uint8_t secret[SECRET_MAX];
	/* A coordinate: a token is asked for as many bytes as there is said to be room. */
	size_t size = medark_ecdh_point_size(curve) / 2;
	bool ok;

	/* set_peer also checks that the peer's point is on the curve. */
	ok = context && EVP_PKEY_derive_init(context) > 0 &&
	     EVP_PKEY_derive_set_peer(context, peer) > 0 && operate(context, own, secret, &size) &&
	     derive_kek(curve, medark_bytes(secret, size), out);
	medark_secret_wipe(secret, sizeof(secret));
	if (!ok)
		medark_key_clear(out);
	return ok;
}

int medark_ecdh_send(EVP_PKEY *recipient, uint8_t out_point[MEDARK_ECDH_POINT_MAX],
		     struct medark_key *out_kek, struct medark_error *err)
{
	enum medark_native_kind curve = medark_native_kind(recipient);
	MEDARK_AUTO(EVP_PKEY_free) EVP_PKEY *ephemeral = EVP_EC_gen(group_name(curve));
	unsigned char *point = NULL;
	size_t size = 0;
	bool ok;

	if (ephemeral)
		size = EVP_PKEY_get1_encoded_public_key(ephemeral, &point);
	ok = size == medark_ecdh_point_size(curve);
	if (ok)
		memcpy(out_point, point, size);
	OPENSSL_free(point);
	if (!ok || !agree(ephemeral, recipient, curve, out_kek))
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot agree on a key");
	return 0;
}

static EVP_PKEY *peer_of(enum medark_native_kind curve, struct medark_bytes point)
{
	MEDARK_AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *peer = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						 (char *)group_name(curve), 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point.data,
						  point.size),
		OSSL_PARAM_construct_end(),
	};

	if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
	    EVP_PKEY_fromdata(context, &peer, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		return NULL;
	return peer;
}

int medark_ecdh_receive(EVP_PKEY *own, struct medark_bytes point, struct medark_key *out_kek,
			struct medark_error *err)
{
	enum medark_native_kind curve = medark_native_kind(own);
	MEDARK_AUTO(EVP_PKEY_free) EVP_PKEY *peer = NULL;

	if (point.size == medark_ecdh_point_size(curve) && point.data[0] == 0x04)
		peer = peer_of(curve, point);
	if (!peer || !agree(own, peer, curve, out_kek)) {
		medark_openssl_drain();
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the sender's key is not on the curve");
	}
	return 0;
}
