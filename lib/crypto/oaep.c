/* SPDX-License-Identifier: Apache-2.0 */
/* For the check of the padding alone, which has no other form. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/oaep.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"
#include "crypto/token.h"

#include <openssl/rsa.h>

#include <string.h>

/* Not by their names, which keys of an engine do not take. */
static bool set_padding(EVP_PKEY_CTX *context)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

int medark_oaep_encrypt(EVP_PKEY *recipient, const struct medark_key *key,
			uint8_t out[MEDARK_OAEP_SIZE_MAX], size_t *out_size,
			struct medark_error *err)
{
	MEDARK_AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, recipient, NULL);
	size_t size = MEDARK_OAEP_SIZE_MAX;

	if (!context || EVP_PKEY_encrypt_init(context) <= 0 || !set_padding(context) ||
	    EVP_PKEY_encrypt(context, out, &size, key->bytes, sizeof(key->bytes)) <= 0)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot encrypt a key with RSA");
	*out_size = size;
	return 0;
}

static bool decrypt(EVP_PKEY *own, bool is_raw, struct medark_bytes encrypted,
		    uint8_t out[MEDARK_OAEP_SIZE_MAX], size_t *out_size)
{
	MEDARK_AUTO(EVP_PKEY_CTX_free)
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(medark_token_library(own), own, NULL);
	bool ok;

	*out_size = MEDARK_OAEP_SIZE_MAX;
	medark_token_begin(own);
	ok = context && EVP_PKEY_decrypt_init(context) > 0 &&
	     (is_raw ? EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) > 0
		     : set_padding(context)) &&
	     EVP_PKEY_decrypt(context, out, out_size, encrypted.data, encrypted.size) > 0;
	medark_token_end(own);
	return ok;
}

/*
 * Many tokens know OAEP with SHA-1 alone. They do the bare operation (RFC 8017 section 5.1.2), and
 * the padding is taken off here, in constant time.
 */
static bool decrypt_bare(EVP_PKEY *own, struct medark_bytes encrypted,
			 uint8_t out[MEDARK_OAEP_SIZE_MAX], size_t *out_size)
{
	uint8_t padded[MEDARK_OAEP_SIZE_MAX];
	size_t size;
	int n = -1;

	if (decrypt(own, true, encrypted, padded, &size) && size == encrypted.size)
		n = RSA_padding_check_PKCS1_OAEP_mgf1(out, MEDARK_OAEP_SIZE_MAX, padded, (int)size,
						      (int)size, NULL, 0, EVP_sha256(),
						      EVP_sha256());
	medark_secret_wipe(padded, sizeof(padded));
	*out_size = n < 0 ? 0 : (size_t)n;
	return n >= 0;
}

bool medark_oaep_decrypt(EVP_PKEY *own, struct medark_bytes encrypted, struct medark_key *out)
{
	uint8_t room[MEDARK_OAEP_SIZE_MAX];
	size_t size;
	bool ok;

	if (medark_native_kind(own) != MEDARK_NATIVE_RSA ||
	    (size_t)EVP_PKEY_get_size(own) != encrypted.size)
		return false;
	ok = decrypt(own, false, encrypted, room, &size) ||
	     (medark_token_library(own) && decrypt_bare(own, encrypted, room, &size));
	ok = ok && size == sizeof(out->bytes);
	if (ok)
		memcpy(out->bytes, room, sizeof(out->bytes));
	medark_secret_wipe(room, sizeof(room));
	medark_openssl_drain();
	return ok;
}
