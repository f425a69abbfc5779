/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/wrap.h"

#include "crypto/algorithms.h"
#include "crypto/openssl_error.h"

#include <string.h>

struct medark_key_wrapper {
	EVP_CIPHER_CTX *wrap;
	EVP_CIPHER_CTX *unwrap;
};

/* A context for one direction; OpenSSL wants to be told that a wrapping mode is meant. */
static int start(const struct medark_key *kek, int encrypt, EVP_CIPHER_CTX **out_context,
		 struct medark_error *err)
{
	MEDARK_AUTO(EVP_CIPHER_CTX_free) EVP_CIPHER_CTX *context = NULL;
	const struct medark_algorithms *algorithms;

	MEDARK_TRY(medark_algorithms_get(&algorithms, err));
	context = EVP_CIPHER_CTX_new();
	if (context)
		EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (!context ||
	    EVP_CipherInit_ex2(context, algorithms->aes_wrap, kek->bytes, NULL, encrypt, NULL) <= 0)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot start AES key wrap");
	*out_context = MEDARK_TAKE(context);
	return 0;
}

int medark_key_wrapper_new(const struct medark_key *kek, struct medark_key_wrapper **out_wrapper,
			   struct medark_error *err)
{
	MEDARK_AUTO(medark_key_wrapper_free)
	struct medark_key_wrapper *wrapper = calloc(1, sizeof(*wrapper));

	if (!wrapper)
		return medark_error_memory(err, "wrapping keys");
	MEDARK_TRY(start(kek, 1, &wrapper->wrap, err));
	MEDARK_TRY(start(kek, 0, &wrapper->unwrap, err));
	*out_wrapper = MEDARK_TAKE(wrapper);
	return 0;
}

void medark_key_wrapper_free(struct medark_key_wrapper *wrapper)
{
	if (!wrapper)
		return;
	EVP_CIPHER_CTX_free(wrapper->wrap);
	EVP_CIPHER_CTX_free(wrapper->unwrap);
	free(wrapper);
}

int medark_key_wrapper_wrap(struct medark_key_wrapper *wrapper, const struct medark_key *key,
			    uint8_t out[MEDARK_WRAPPED_SIZE], struct medark_error *err)
{
	int size = 0;

	if (EVP_CipherUpdate(wrapper->wrap, out, &size, key->bytes, MEDARK_KEY_SIZE) <= 0 ||
	    size != MEDARK_WRAPPED_SIZE)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot wrap a key");
	return 0;
}

bool medark_key_wrapper_unwrap(struct medark_key_wrapper *wrapper,
			       const uint8_t wrapped[MEDARK_WRAPPED_SIZE], struct medark_key *out)
{
	/* OpenSSL works on the whole input's size in the output. */
	uint8_t room[MEDARK_WRAPPED_SIZE];
	int size = 0;
	bool ok =
		EVP_CipherUpdate(wrapper->unwrap, room, &size, wrapped, MEDARK_WRAPPED_SIZE) > 0 &&
		size == MEDARK_KEY_SIZE;

	if (ok)
		memcpy(out->bytes, room, MEDARK_KEY_SIZE);
	else
		medark_key_clear(out);
	medark_secret_wipe(room, sizeof(room));
	medark_openssl_drain();
	return ok;
}

int medark_key_wrap(const struct medark_key *kek, const struct medark_key *key,
		    uint8_t out[MEDARK_WRAPPED_SIZE], struct medark_error *err)
{
	MEDARK_AUTO(medark_key_wrapper_free) struct medark_key_wrapper *wrapper = NULL;

	MEDARK_TRY(medark_key_wrapper_new(kek, &wrapper, err));
	return medark_key_wrapper_wrap(wrapper, key, out, err);
}

int medark_key_unwrap(const struct medark_key *kek, const uint8_t wrapped[MEDARK_WRAPPED_SIZE],
		      struct medark_key *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_wrapper_free) struct medark_key_wrapper *wrapper = NULL;

	MEDARK_TRY(medark_key_wrapper_new(kek, &wrapper, err));
	if (!medark_key_wrapper_unwrap(wrapper, wrapped, out))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a wrapped key is of another key or was changed");
	return 0;
}
