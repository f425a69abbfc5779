/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/gcm.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <limits.h>
#include <string.h>

int medark_gcm_init(struct medark_gcm *gcm, bool encrypt, struct medark_error *err)
{
	const struct medark_algorithms *algorithms;

	gcm->context = NULL;
	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	gcm->context = EVP_CIPHER_CTX_new();
	if (gcm->context &&
	    EVP_CipherInit_ex2(gcm->context, algorithms->aes_gcm, NULL, NULL, encrypt, NULL) > 0)
		return 0;
	medark_gcm_clear(gcm);
	return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot start AES-256-GCM");
}

void medark_gcm_clear(struct medark_gcm *gcm)
{
	EVP_CIPHER_CTX_free(gcm->context);
	gcm->context = NULL;
}

bool medark_gcm_start(struct medark_gcm *gcm, const struct medark_key *key,
		      const uint8_t nonce[MEDARK_GCM_NONCE_SIZE])
{
	/* -1: the direction stays what it was. */
	return EVP_CipherInit_ex2(gcm->context, NULL, key->bytes, nonce, -1, NULL) > 0;
}

bool medark_gcm_encrypt(struct medark_gcm *gcm, const struct medark_bytes *parts, size_t count,
			uint8_t *out, uint8_t tag[MEDARK_GCM_TAG_SIZE])
{
	uint8_t none[1];
	int size = 0;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].size == 0)
			continue;
		if (parts[i].size > INT_MAX ||
		    EVP_CipherUpdate(gcm->context, out, &size, parts[i].data, (int)parts[i].size) <=
			    0)
			return false;
		out += size;
	}
	return EVP_CipherFinal_ex(gcm->context, none, &size) > 0 &&
	       EVP_CIPHER_CTX_ctrl(gcm->context, EVP_CTRL_AEAD_GET_TAG, MEDARK_GCM_TAG_SIZE, tag) >
		       0;
}

bool medark_gcm_decrypt(struct medark_gcm *gcm, struct medark_bytes content,
			const uint8_t tag[MEDARK_GCM_TAG_SIZE], uint8_t *out)
{
	uint8_t none[1], expected[MEDARK_GCM_TAG_SIZE];
	int size = 0;
	bool ok = content.size <= INT_MAX;

	memcpy(expected, tag, sizeof(expected));
	if (ok && content.size)
		ok = EVP_CipherUpdate(gcm->context, out, &size, content.data, (int)content.size) >
			     0 &&
		     (size_t)size == content.size;
	ok = ok &&
	     EVP_CIPHER_CTX_ctrl(gcm->context, EVP_CTRL_AEAD_SET_TAG, sizeof(expected), expected) >
		     0 &&
	     EVP_CipherFinal_ex(gcm->context, none, &size) > 0;
	if (!ok)
		medark_secret_wipe(out, content.size);
	return ok;
}
