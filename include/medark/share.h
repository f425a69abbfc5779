/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share: the private key of a recipient in N shares on paper or on sticks, of which any M give it
 * back and fewer tell nothing.
 */
#ifndef MEDARK_SHARE_H
#define MEDARK_SHARE_H

#include <medark/common.h>
#include <medark/error.h>
#include <medark/key.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEDARK_SHARES_MAX 255

struct medark_split_request {
	enum medark_key_type type; /* of a new key: MEDARK_KEY_P256 or MEDARK_KEY_P384 */
	unsigned threshold, count; /* M and N: 2 <= M <= N <= 255 */
	const char *name;	   /* 1 to 64 characters, UTF-8; stands on every share */
	const char *prefix;	   /* writes <prefix>.share-1.txt … (0600) */
	/*
	 * A key that exists, P-256 or P-384, and its certificate. NULL: a new one is made, of which
	 * nothing but the shares and <prefix>.cert.pem is ever written.
	 */
	const char *key, *certificate;
	const void *passphrase; /* of `key`; may be NULL */
	size_t passphrase_size;
};

/* What was split, or joined. Strings are printable, one line. */
struct medark_share_set {
	char set[17];	     /* id of the set, hex */
	char public_key[65]; /* SHA-256 of the public key, hex */
	const char *type;    /* "p256" or "p384" */
	unsigned threshold, count;
	/* After a join: shares that do not fit the others, as "share 2 ('b.txt')"; or empty. */
	char misfits[512];
};

/*
 * Splits a private key. All files are written, or none; nothing is ever replaced
 * (MEDARK_E_EXISTS): what stands there may be the shares of another key. MEDARK_E_USAGE,
 * MEDARK_E_KEY for a key or certificate that does not fit, MEDARK_E_SYSTEM, MEDARK_E_MEMORY. Any
 * thread.
 */
MEDARK_API int medark_key_split(const struct medark_split_request *request,
				struct medark_share_set *out, struct medark_error *err);

/* Is the file a share, by its first line? False also if it cannot be read. Any thread. */
MEDARK_API bool medark_share_is_file(const char *path);

/*
 * Joins shares in memory that is wiped, and writes the private key (PKCS #8 PEM, 0600) to `path`.
 * MEDARK_E_KEY: a share is damaged, of another set, open to others, there are too few, or they give
 * another key than the one that was split; the sentence names which. Wrong shares beside enough
 * right ones are told in `out`. MEDARK_E_EXISTS unless `replace`; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 * Any thread.
 */
MEDARK_API int medark_key_join(const char *const *shares, size_t count, const char *path,
			       bool replace, struct medark_share_set *out,
			       struct medark_error *err);

/* The same into an identity; nothing is written. MEDARK_E_USAGE also for too many keys. */
MEDARK_API int medark_identity_add_shares(struct medark_identity *identity,
					  const char *const *shares, size_t count,
					  struct medark_share_set *out, struct medark_error *err);

#ifdef __cplusplus
}
#endif
#endif
