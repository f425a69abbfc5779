/* SPDX-License-Identifier: Apache-2.0 */
/* token_provider: keys in a token by OpenSSL's provider "pkcs11" (see token.h). */
#include "crypto/native.h"
#include "crypto/openssl_error.h"
#include "crypto/token.h"

#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include <string.h>

#define NAME "pkcs11"

static OSSL_LIB_CTX *library; /* stays: keys of it may be in use anywhere */
static UI_METHOD *method;

OSSL_LIB_CTX *medark_token_provider_library(void)
{
	return library;
}

/* What the provider asks for a PIN. */
struct answer {
	const char *pin; /* NULL: there is none to give */
	bool asked;
};

static int answer(UI *ui, UI_STRING *question)
{
	enum UI_string_types type = UI_get_string_type(question);
	struct answer *with = UI_get0_user_data(ui);

	if (type != UIT_PROMPT && type != UIT_VERIFY)
		return 1;
	/* Never twice: a token counts wrong ones. */
	if (!with->pin || with->asked) {
		with->asked = true;
		return -1;
	}
	with->asked = true;
	return UI_set_result(ui, question, with->pin) < 0 ? -1 : 1;
}

/* The question itself is not shown: the terminal is the program's. */
static int write_nothing(UI *ui, UI_STRING *text)
{
	(void)ui;
	(void)text;
	return 1;
}

static OSSL_PROVIDER *load_module(OSSL_LIB_CTX *context, const char *module)
{
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("pkcs11-module-path", (char *)module, 0),
		OSSL_PARAM_construct_end(),
	};

	if (module[0])
		return OSSL_PROVIDER_load_ex(context, NAME, params);
#else
	/* Only a configuration file can tell it, and that one is the system's. */
	if (module[0])
		return NULL;
#endif
	return OSSL_PROVIDER_load(context, NAME);
}

static bool load_configuration(OSSL_LIB_CTX *context)
{
	char *file = CONF_get1_default_config_file();
	bool ok = file && OSSL_LIB_CTX_load_config(context, file);

	OPENSSL_free(file);
	return ok;
}

/* What openssl.cnf says of the provider holds, too. */
static bool load_providers(OSSL_LIB_CTX *context, const char *module)
{
	OSSL_PROVIDER *usual;

	if (!module[0] && load_configuration(context) && OSSL_PROVIDER_available(context, NAME))
		return true;
	usual = OSSL_PROVIDER_load(context, "default");
	if (usual && load_module(context, module))
		return true;
	(void)OSSL_PROVIDER_unload(usual);
	return false;
}

static bool set_up(const char *module)
{
	OSSL_LIB_CTX *context;

	if (library)
		return true;
	context = OSSL_LIB_CTX_new();
	method = method ? method : UI_create_method("the PIN of a token");
	if (!context || !method || UI_method_set_reader(method, answer) < 0 ||
	    UI_method_set_writer(method, write_nothing) < 0 || !load_providers(context, module)) {
		OSSL_LIB_CTX_free(context);
		return false;
	}
	library = context;
	return true;
}

static EVP_PKEY *find(const char *uri, struct answer *with)
{
	OSSL_STORE_CTX *store =
		OSSL_STORE_open_ex(uri, library, "provider=" NAME, method, with, NULL, NULL, NULL);
	EVP_PKEY *key = NULL;

	if (store && OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY)) {
		OSSL_STORE_INFO *info;

		while (!key && !OSSL_STORE_eof(store) && (info = OSSL_STORE_load(store))) {
			if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
				key = OSSL_STORE_INFO_get1_PKEY(info);
			OSSL_STORE_INFO_free(info);
		}
	}
	(void)OSSL_STORE_close(store);
	return key;
}

int medark_token_provider_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
			       struct medark_error *err)
{
	struct answer with = { .pin = pin }, again = { .pin = NULL };

	if (!set_up(uri->module)) {
		medark_openssl_drain();
		return 1;
	}
	*out = find(uri->key, &with);
	if (*out) {
		medark_openssl_drain();
		return 0;
	}
	if (ERR_peek_error())
		return medark_token_error(err);
	/*
	 * The provider does not say what went wrong. Whether the PIN was taken shows in whether it
	 * asks for one again; now none is given.
	 */
	EVP_PKEY_free(find(uri->key, &again));
	medark_openssl_drain();
	return with.asked && again.asked ? medark_token_wrong_pin(err) : medark_token_no_key(err);
}
