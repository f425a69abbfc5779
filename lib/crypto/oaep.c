/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/oaep.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <openssl/rsa.h>

#include <string.h>

static bool set_padding(EVP_PKEY_CTX *context)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md_name(context, "SHA256", NULL) > 0 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, "SHA256", NULL) > 0;
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

bool medark_oaep_decrypt(EVP_PKEY *own, struct medark_bytes encrypted, struct medark_key *out)
{
	MEDARK_AUTO(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = NULL;
	uint8_t room[MEDARK_OAEP_SIZE_MAX];
	size_t size = sizeof(room);
	bool ok;

	if (medark_native_kind(own) != MEDARK_NATIVE_RSA ||
	    (size_t)EVP_PKEY_get_size(own) != encrypted.size)
		return false;
	context = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	ok = context && EVP_PKEY_decrypt_init(context) > 0 && set_padding(context) &&
	     EVP_PKEY_decrypt(context, room, &size, encrypted.data, encrypted.size) > 0 &&
	     size == sizeof(out->bytes);
	if (ok)
		memcpy(out->bytes, room, sizeof(out->bytes));
	medark_secret_wipe(room, sizeof(room));
	medark_openssl_drain();
	return ok;
}
