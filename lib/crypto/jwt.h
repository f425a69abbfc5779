/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jwt: signed JSON Web Tokens (RFC 7515, RFC 7519), as a client shows them to a token server (RFC
 * 7523). RS384 with an RSA key, ES384 with one of P-384, ES256 with one of P-256: what SMART App
 * Launch 2 section 5.1 names, and its P-256 sibling. Any thread.
 */
#ifndef MEDARK_CRYPTO_JWT_H
#define MEDARK_CRYPTO_JWT_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "crypto/private_key.h"

#define MEDARK_JWT_KEY_ID_MAX 256

/*
 * Appends the token and a zero behind it. `claims` is a JSON object; `key_id` goes into the header
 * (printable ASCII; NULL: none), and so does `key_url`, where the server finds the public key
 * ("jku"; NULL: none). MEDARK_E_USAGE for a key id or address with other characters, MEDARK_E_KEY
 * for another kind of key, MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_jwt_sign(const struct medark_private_key *key, const char *key_id, const char *key_url,
		    struct medark_bytes claims, struct medark_buffer *out,
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
