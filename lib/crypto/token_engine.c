/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_engine: keys in a token by OpenSSL's engine "pkcs11" of libp11 (see token.h), which is what
 * Debian 12 has. OpenSSL calls engines deprecated since 3.0, and 4.0 has none.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/openssl_error.h"
#include "crypto/token.h"

#include <openssl/err.h>
#include <openssl/opensslv.h>
#include <openssl/ui.h>

#include <string.h>

#if defined(OPENSSL_NO_ENGINE) || OPENSSL_VERSION_MAJOR >= 4

int medark_token_engine_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
			     struct medark_error *err)
{
	(void)uri;
	(void)pin;
	(void)out;
	(void)err;
	return 1;
}

#else

#include <openssl/engine.h>

/* The engine's own: P11_R_OBJECT_NOT_FOUND of libp11. */
#define OBJECT_NOT_FOUND 101

/* Stays: keys of it may be in use anywhere, and libp11 loses memory when it is unloaded. */
static ENGINE *engine;
static UI_METHOD *method;

/* The engine would ask on the terminal where the PIN that it has does not do. */
static int no_answer(UI *ui, UI_STRING *question)
{
	(void)ui;
	(void)question;
	return -1;
}

static bool begin(ENGINE *e, const char *module)
{
	return ENGINE_ctrl_cmd_string(e, "QUIET", NULL, 0) > 0 &&
	       (!module[0] || ENGINE_ctrl_cmd_string(e, "MODULE_PATH", module, 0) > 0) &&
	       ENGINE_init(e) > 0;
}

/* 1 without the engine. */
static int set_up(const char *module, struct medark_error *err)
{
	ENGINE *e;

	if (engine)
		return 0;
	ENGINE_load_dynamic();
	e = ENGINE_by_id("pkcs11");
	method = method ? method : UI_create_method("no PIN");
	if (!e || !method || UI_method_set_reader(method, no_answer) < 0 ||
	    UI_method_set_writer(method, no_answer) < 0) {
		ENGINE_free(e);
		medark_openssl_drain();
		return 1;
	}
	if (!begin(e, module)) {
		ENGINE_free(e);
		return medark_openssl_error(err, MEDARK_E_SYSTEM,
					    "OpenSSL's engine for tokens does not start");
	}
	engine = e;
	return 0;
}

static bool is_not_found(void)
{
	unsigned long entry = ERR_peek_error();

	return ERR_GET_LIB(entry) >= ERR_LIB_USER && ERR_GET_REASON(entry) == OBJECT_NOT_FOUND;
}

int medark_token_engine_load(const struct medark_token_uri *uri, const char *pin, EVP_PKEY **out,
			     struct medark_error *err)
{
	int code = set_up(uri->module, err);

	if (code)
		return code;
	if (ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) <= 0)
		return medark_openssl_error(err, MEDARK_E_SYSTEM, "the token takes no PIN");
	*out = ENGINE_load_private_key(engine, uri->key, method, NULL);
	if (*out) {
		medark_openssl_drain();
		return 0;
	}
	if (!is_not_found())
		return medark_token_error(err);
	medark_openssl_drain();
	return medark_token_no_key(err);
}

#endif
