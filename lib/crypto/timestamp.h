/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timestamp: time stamps of RFC 3161 over bytes, as an archive keeps them: a TimeStampResp with
 * nothing but "granted" and the token (F-42). Any thread.
 */
#ifndef MEDARK_CRYPTO_TIMESTAMP_H
#define MEDARK_CRYPTO_TIMESTAMP_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/judgement.h"
#include "crypto/trust.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define MEDARK_TIMESTAMP_SIZE_MAX (1u << 20)
#define MEDARK_TIMESTAMP_OID_MAX  80
#define MEDARK_TIMESTAMP_SERIAL	  65 /* 32 bytes in hex, with a zero */

/*
 * Appends a TimeStampReq (RFC 3161 section 2.4.1) for the SHA-256 of `count` parts, joined, with
 * 128 random bits as its nonce, that asks for the authority's certificate. MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_timestamp_request(const struct medark_bytes *parts, size_t count,
			     struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads the authority's answer to `request`, DER of a TimeStampResp: it must be granted, and its
 * token be for the request's hash, nonce and policy. Appends the form that an archive keeps:
 * certificates of roots are left out, as trust comes from outside. The token's signature is not
 * checked yet: medark_timestamp_verify(). MEDARK_E_FORMAT with what the authority says, or what is
 * wrong with its answer; MEDARK_E_MEMORY.
 */
int medark_timestamp_take(struct medark_bytes request, struct medark_bytes answer,
			  struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* Who stamped, and when. No clean-up needed. */
struct medark_timestamp {
	time_t time;			    /* genTime, without what is below a second */
	char authority[MEDARK_SUBJECT_MAX]; /* as medark_certificate_subject() */
	struct medark_digest fingerprint;   /* SHA-256 of its certificate */
	time_t not_after;		    /* of its certificate */
	char policy[MEDARK_TIMESTAMP_OID_MAX];
	char serial[MEDARK_TIMESTAMP_SERIAL];
	const char *digest_name; /* "SHA-256" …; static */
	unsigned digest_bits;	 /* of the hash of what it is over */
	size_t chain_length;
	time_t ends; /* when the first certificate of its chain expires; 0 unless it is trusted */
	time_t revocation_as_of; /* as of a signer */
};

/*
 * Verifies a kept stamp over `count` parts, joined (no copy is made): form, hash, signature,
 * signing certificate (RFC 5035, RFC 2634), critical timeStamping as the only purpose, and the
 * chain to an anchor of trust's time stamping authorities (or of all, if it names none), at the
 * judgement's time or now; genTime lies in the time of the certificate's validity. MEDARK_E_FORMAT
 * if it is malformed or not over them; MEDARK_E_UNTRUSTED, with `out` filled but for the last
 * three, if the authority is not trusted; MEDARK_E_MEMORY.
 */
int medark_timestamp_verify(struct medark_bytes stamp, const struct medark_bytes *parts,
			    size_t count, const struct medark_trust *trust,
			    const struct medark_judgement *judgement, struct medark_timestamp *out,
			    struct medark_error *err) MEDARK_MUST_USE;

#endif
