/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed_form: the one DER encoding that a manifest's signature has (F-23, F-24), written from its
 * parts, and taken apart and written again to see that nothing else stands there. Internal to
 * lib/crypto.
 */
#ifndef MEDARK_CRYPTO_SIGNED_FORM_H
#define MEDARK_CRYPTO_SIGNED_FORM_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/native.h"
#include "crypto/signature.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define MEDARK_SIGNED_CERTIFICATES_MAX (1 + MEDARK_CERTIFICATE_CHAIN_MAX)
#define MEDARK_SIGNED_DIGEST_MAX       64

struct medark_signed_certificate {
	struct medark_bytes der;
	bool has_issuer_serial; /* in its ESSCertIDv2 */
};

struct medark_signed_form {
	enum medark_native_kind kind; /* of the signer's key; tells digest and algorithm */
	size_t certificate_count;
	/* The signer's first, then in the order of signing-certificate-v2. */
	struct medark_signed_certificate certificates[MEDARK_SIGNED_CERTIFICATES_MAX];
	time_t signing_time; /* years 1950 to 9999 */
	uint8_t message_digest[MEDARK_SIGNED_DIGEST_MAX];
	struct medark_bytes signature;
};

/* Is it of a post-quantum signature (pq_signature.h)? */
bool medark_signed_is_pq(enum medark_native_kind kind);

/* Name and size of the digest that belongs to the kind. */
const char *medark_signed_digest_name(enum medark_native_kind kind);
size_t medark_signed_digest_size(enum medark_native_kind kind);
const char *medark_signed_algorithm_name(enum medark_native_kind kind);

/* That digest of `data`. MEDARK_E_SYSTEM. */
int medark_signed_digest(enum medark_native_kind kind, struct medark_bytes data,
			 uint8_t out[MEDARK_SIGNED_DIGEST_MAX],
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Finds the kind, post-quantum or not, whose digest and signature algorithm are encoded so; false
 * if there is none.
 */
bool medark_signed_kind_find(struct medark_bytes digest_oid, struct medark_bytes algorithm,
			     bool is_pq, enum medark_native_kind *out);

/*
 * Appends the signed attributes to `out`, with the tag `tag`: SET for what is signed (RFC 5652
 * section 5.4), [0] for what stands in the file.
 */
int medark_signed_form_attributes(const struct medark_signed_form *form, uint8_t tag,
				  struct medark_buffer *out,
				  struct medark_error *err) MEDARK_MUST_USE;

/* Appends the whole file. */
int medark_signed_form_write(const struct medark_signed_form *form, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Takes a file apart; views into it. MEDARK_E_FORMAT if it differs in a single byte from what
 * medark_signed_form_write() makes of its parts. Neither digest nor signature are checked.
 */
int medark_signed_form_parse(struct medark_bytes p7s, struct medark_signed_form *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* The same of a post-quantum signature. Neither function takes what is for the other. */
int medark_signed_form_parse_pq(struct medark_bytes p7s, struct medark_signed_form *out,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
