/* SPDX-License-Identifier: Apache-2.0 */
/*
 * private_key: an RSA or EC private key from a PEM file, in a token or newly made, one of ML-DSA or
 * ML-KEM where OpenSSL has them, and a self-signed certificate for it where there is no PKI.
 * Immutable once made: any thread.
 */
#ifndef MEDARK_CRYPTO_PRIVATE_KEY_H
#define MEDARK_CRYPTO_PRIVATE_KEY_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/certificate.h"

#include <medark/key.h>

#include <stdbool.h>

#define MEDARK_PRIVATE_KEY_FILE_MAX ((size_t)64 << 10)

struct medark_private_key;
struct medark_small_file;

/*
 * Reads a PEM file (PKCS #8, or the traditional forms). `passphrase` opens an encrypted one and may
 * be empty; nothing is ever asked on a terminal. MEDARK_E_KEY if group or others have any right on
 * the file, if it is not a regular file or belongs to neither the user nor root, if a passphrase is
 * missing or wrong, or if it holds no usable key; MEDARK_E_SYSTEM if it cannot be read.
 *
 * A `path` that is a URI of PKCS #11 (token_uri.h) names a key that stays in a token; `passphrase`
 * is then its PIN, unless the URI says pin-source: a file of one line, judged as one of a key is.
 * Then as medark_token_uri_parse() and medark_token_load() say.
 */
int medark_private_key_load(const char *path, struct medark_bytes passphrase,
			    struct medark_private_key **out_key,
			    struct medark_error *err) MEDARK_MUST_USE;
/*
 * The same for a key of ML-DSA (FIPS 204), 65 or 87, in a file; for medark_pq_signature_make()
 * alone. MEDARK_E_SYSTEM also if OpenSSL has no ML-DSA; MEDARK_E_KEY also for one in a token.
 */
int medark_private_key_load_pq(const char *path, struct medark_bytes passphrase,
			       struct medark_private_key **out_key,
			       struct medark_error *err) MEDARK_MUST_USE;
/* As the first, and takes a key of ML-KEM (FIPS 203), 768 or 1024, too: for who opens archives. */
int medark_private_key_load_reader(const char *path, struct medark_bytes passphrase,
				   struct medark_private_key **out_key,
				   struct medark_error *err) MEDARK_MUST_USE;
void medark_private_key_free(struct medark_private_key *key);
MEDARK_DEFINE_AUTO(struct medark_private_key, medark_private_key_free)

/* Where it was loaded from, for messages; "" if it was made. */
const char *medark_private_key_path(const struct medark_private_key *key);

/* Is it the certificate's key? */
bool medark_private_key_matches(const struct medark_private_key *key,
				const struct medark_certificate *certificate);

/* Makes a key. MEDARK_E_SYSTEM, also if OpenSSL has no such algorithm; MEDARK_E_MEMORY. */
int medark_private_key_generate(enum medark_key_type type, struct medark_private_key **out_key,
				struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes PKCS #8 PEM, not encrypted, with mode 0600. If the file exists: MEDARK_E_EXISTS, unless
 * `replace`. MEDARK_E_SYSTEM; a failure leaves what was there.
 */
int medark_private_key_write(const struct medark_private_key *key, const char *path, bool replace,
			     struct medark_error *err) MEDARK_MUST_USE;

/* The same, but without its name until medark_small_file_commit(). */
int medark_private_key_stage(const struct medark_private_key *key, const char *path,
			     struct medark_small_file **out,
			     struct medark_error *err) MEDARK_MUST_USE;

#define MEDARK_COMMON_NAME_MAX 64

/* Is it 1 to 64 characters of UTF-8 without control characters? MEDARK_E_USAGE. Any thread. */
int medark_common_name_check(struct medark_bytes name, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Makes a self-signed certificate for the role: common name `name` (1 to 64 characters of UTF-8, no
 * control characters; MEDARK_E_USAGE), valid for ten years from now, random 128-bit serial, not a
 * CA. It can itself be the trust anchor.
 */
int medark_private_key_self_sign(const struct medark_private_key *key, enum medark_key_role role,
				 const char *name, struct medark_certificate **out_certificate,
				 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Makes a certificate of the key as a recipient, for what is encrypted to its owner, who opens it
 * with the key alone: named as above, it is signed by a key that is forgotten at once, so that the
 * key itself need not sign, and proves nothing. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_private_key_certify(const struct medark_private_key *key, const char *name,
			       struct medark_certificate **out_certificate,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
