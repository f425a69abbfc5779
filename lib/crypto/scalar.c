/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/scalar.h"

#include "crypto/native.h"
#include "crypto/openssl_error.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>

MEDARK_DEFINE_AUTO(BIGNUM, BN_clear_free)
MEDARK_DEFINE_AUTO(EC_GROUP, EC_GROUP_free)
MEDARK_DEFINE_AUTO(EC_POINT, EC_POINT_free)
MEDARK_DEFINE_AUTO(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
MEDARK_DEFINE_AUTO(OSSL_PARAM, OSSL_PARAM_free)
MEDARK_DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

#define POINT_MAX 97

size_t medark_scalar_size(enum medark_key_type type)
{
	return type == MEDARK_KEY_P384 ? 48 : 32;
}

int medark_scalar_of(const struct medark_private_key *key, struct medark_scalar *out,
		     struct medark_error *err)
{
	MEDARK_AUTO(BN_clear_free) BIGNUM *number = NULL;
	EVP_PKEY *pkey = medark_private_key_native(key);
	enum medark_native_kind kind = medark_native_kind(pkey);
	int size;

	if (kind != MEDARK_NATIVE_P256 && kind != MEDARK_NATIVE_P384)
		return medark_error_set(err, MEDARK_E_KEY,
					"the key is neither P-256 nor P-384: only these are split");
	out->type = kind == MEDARK_NATIVE_P384 ? MEDARK_KEY_P384 : MEDARK_KEY_P256;
	size = (int)medark_scalar_size(out->type);
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1 ||
	    BN_bn2binpad(number, out->bytes, size) != size)
		return medark_openssl_error(err, MEDARK_E_KEY, "the key does not leave its token");
	return 0;
}

/* The public point of a number from 1 to the order less one; false where OpenSSL fails. */
static bool point_of(const EC_GROUP *group, const BIGNUM *number, uint8_t out[POINT_MAX],
		     size_t *out_size)
{
	MEDARK_AUTO(EC_POINT_free) EC_POINT *point = EC_POINT_new(group);

	if (!point || EC_POINT_mul(group, point, number, NULL, NULL, NULL) != 1)
		return false;
	*out_size = EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, POINT_MAX,
				       NULL);
	return *out_size != 0;
}

static EVP_PKEY *assemble(const char *curve, const BIGNUM *number, const uint8_t *point,
			  size_t size)
{
	MEDARK_AUTO(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	MEDARK_AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	MEDARK_AUTO(OSSL_PARAM_free) OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (!build || !context ||
	    !OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) ||
	    !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, size))
		return NULL;
	params = OSSL_PARAM_BLD_to_param(build);
	if (!params || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		return NULL;
	return pkey;
}

int medark_scalar_key(const struct medark_scalar *scalar, struct medark_private_key **out_key,
		      struct medark_error *err)
{
	bool is_p384 = scalar->type == MEDARK_KEY_P384;
	MEDARK_AUTO(EC_GROUP_free)
	EC_GROUP *group =
		EC_GROUP_new_by_curve_name(is_p384 ? NID_secp384r1 : NID_X9_62_prime256v1);
	/* In OpenSSL's secure heap where there is one: fromdata copies it likewise. */
	MEDARK_AUTO(BN_clear_free) BIGNUM *number = BN_secure_new();
	uint8_t point[POINT_MAX];
	EVP_PKEY *pkey = NULL;
	size_t size = 0;

	if (!group || !number ||
	    !BN_bin2bn(scalar->bytes, (int)medark_scalar_size(scalar->type), number))
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot make a key");
	BN_set_flags(number, BN_FLG_CONSTTIME);
	if (BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(group)) >= 0)
		return medark_error_set(err, MEDARK_E_KEY, "no key has this number");
	if (point_of(group, number, point, &size))
		pkey = assemble(is_p384 ? "P-384" : "P-256", number, point, size);
	if (!pkey)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot make a key");
	return medark_private_key_from_native(pkey, "", out_key, err);
}

int medark_private_key_public_digest(const struct medark_private_key *key,
				     struct medark_digest *out, struct medark_error *err)
{
	uint8_t *der = NULL;
	int size = i2d_PUBKEY(medark_private_key_native(key), &der);

	if (size <= 0)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encode a public key");
	medark_sha256(der, (size_t)size, out);
	OPENSSL_free(der);
	return 0;
}
