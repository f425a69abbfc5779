/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_uri: RFC 7512, the name of a private key in a token: "pkcs11:token=clinic;object=signer".
 * Taken are token, serial, manufacturer, model, object, id and type of the path, and module-path
 * and pin-source of the query; a URI has to name a token (token or serial) and a key in it (object
 * or id), so that no PIN is ever tried on another token. Any thread.
 */
#ifndef MEDARK_CRYPTO_TOKEN_URI_H
#define MEDARK_CRYPTO_TOKEN_URI_H

#include "base/error.h"

#include <stdbool.h>

/* Bytes with the zero: of a URI, and of each name of a file in one. */
#define MEDARK_TOKEN_URI_MAX  1024
#define MEDARK_TOKEN_FILE_MAX 512

struct medark_token_uri {
	char key[MEDARK_TOKEN_URI_MAX + 16];  /* the path, which says type=private; no query */
	char module[MEDARK_TOKEN_FILE_MAX];   /* the PKCS#11 module; "": the system's */
	char pin_file[MEDARK_TOKEN_FILE_MAX]; /* pin-source; "": none */
};

/* Does it begin as such a URI, in either case (RFC 3986 section 3.1)? */
bool medark_token_uri_is(const char *text);

/*
 * Reads a URI. MEDARK_E_USAGE, in a sentence without the URI's text: it is malformed or too long,
 * an attribute is unknown, comes twice or is missing, or it holds a PIN (pin-value), which has no
 * place where other processes can see it.
 */
int medark_token_uri_parse(const char *text, struct medark_token_uri *out,
			   struct medark_error *err) MEDARK_MUST_USE;

#endif
