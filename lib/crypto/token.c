/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token.h"

#include "crypto/openssl_error.h"

#include <openssl/err.h>
#include <openssl/provider.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/* CK_RV of PKCS#11 (v2.40, section 2.1 of the header's constants). */
#define PIN_INCORRECT 0xa0
#define PIN_INVALID   0xa1
#define PIN_RANGE     0xa2
#define PIN_EXPIRED   0xa3
#define PIN_LOCKED    0xa4

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char loaded_module[MEDARK_TOKEN_FILE_MAX]; /* of the first key */
static bool is_loaded;

int medark_token_wrong_pin(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_KEY,
				"the token does not take this PIN (it was tried once; after a few "
				"wrong ones tokens lock)");
}

int medark_token_no_key(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_KEY,
				"there is no such token, or no such private key in it; "
				"pkcs11-tool --list-token-slots and --login --list-objects show "
				"what there is");
}

int medark_token_error(struct medark_error *err)
{
	unsigned long entry;

	while ((entry = ERR_peek_error()) != 0) {
		/* Libraries that are loaded while the program runs have these numbers. */
		bool is_ours = ERR_GET_LIB(entry) >= ERR_LIB_USER;
		int reason = is_ours ? ERR_GET_REASON(entry) : 0;

		if (reason < PIN_INCORRECT || reason > PIN_LOCKED)
			return medark_openssl_error(err, MEDARK_E_SYSTEM,
						    "the token cannot be used");
		medark_openssl_drain();
		if (reason == PIN_LOCKED)
			return medark_error_set(
				err, MEDARK_E_KEY,
				"the token is locked after too many wrong PINs; its "
				"security officer can unlock it");
		if (reason == PIN_EXPIRED)
			return medark_error_set(err, MEDARK_E_KEY,
						"the token's PIN has expired; set a new one");
		return medark_token_wrong_pin(err);
	}
	return medark_error_set(err, MEDARK_E_SYSTEM, "the token cannot be used");
}

/*
 * Before OpenSSL does: it says on standard error what is wrong, and not here. The module is not
 * closed again: it is used until the end.
 */
static int load_module(const char *path, struct medark_error *err)
{
	void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!module)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the PKCS#11 module cannot be loaded: %s", dlerror());
	if (dlsym(module, "C_GetFunctionList"))
		return 0;
	(void)dlclose(module);
	return medark_error_set(err, MEDARK_E_SYSTEM, "'%s' is no PKCS#11 module", path);
}

/* A process has one module: its state is the process's. */
static int check_module(const struct medark_token_uri *uri, struct medark_error *err)
{
	if (is_loaded && strcmp(uri->module, loaded_module) != 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"all keys in tokens have to name the same PKCS#11 module "
					"(module-path)");
	if (uri->module[0] && !is_loaded)
		MEDARK_TRY(load_module(uri->module, err));
	memcpy(loaded_module, uri->module, sizeof(loaded_module));
	is_loaded = true;
	return 0;
}

static int load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
		struct medark_error *err)
{
	int code;

	MEDARK_TRY(check_module(uri, err));
	code = medark_token_provider_load(uri, pin, out, err);
	if (code > 0)
		code = medark_token_engine_load(uri, pin, out, err);
	if (code > 0)
		return medark_error_set(
			err, MEDARK_E_SYSTEM,
			"OpenSSL cannot reach tokens here; install Debian's package "
			"pkcs11-provider, or on Debian 12 libengine-pkcs11-openssl");
	return code;
}

int medark_token_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
		      struct medark_error *err)
{
	int code;

	(void)pthread_mutex_lock(&lock);
	code = load(uri, pin, out, err);
	(void)pthread_mutex_unlock(&lock);
	return code;
}

OSSL_LIB_CTX *medark_token_library(const EVP_PKEY *key)
{
	const OSSL_PROVIDER *provider = EVP_PKEY_get0_provider(key);
	bool is_token = provider && strcmp(OSSL_PROVIDER_get0_name(provider), "pkcs11") == 0;

	return is_token ? medark_token_provider_library() : NULL;
}

/* A key of the engine is of no provider at all. */
static bool is_in_token(const EVP_PKEY *key)
{
	return !EVP_PKEY_get0_provider(key) || medark_token_library(key);
}

void medark_token_begin(const EVP_PKEY *key)
{
	if (is_in_token(key))
		(void)pthread_mutex_lock(&lock);
}

void medark_token_end(const EVP_PKEY *key)
{
	if (is_in_token(key))
		(void)pthread_mutex_unlock(&lock);
}
