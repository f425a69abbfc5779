/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature: F-23 and F-24, MANIFEST.p7s, a detached CMS SignedData (RFC 5652 section 5) of the
 * CAdES-BES level (ETSI EN 319 122-1): one signer; signed attributes content-type, signing-time,
 * message-digest and signing-certificate-v2 (RFC 5035) with an entry for each embedded certificate;
 * no unsigned attributes. ECDSA P-256 with SHA-256, P-384 with SHA-384, or RSASSA-PSS with SHA-256.
 *
 * There is one encoding for given contents. A verifier rebuilds it from the parts and compares, so
 * that no byte of the file can change without being refused, also those that a CMS signature does
 * not cover.
 */
#ifndef MEDARK_CRYPTO_SIGNATURE_H
#define MEDARK_CRYPTO_SIGNATURE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/judgement.h"
#include "crypto/private_key.h"
#include "crypto/trust.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define MEDARK_SIGNATURE_SIZE_MAX (1u << 20)

/*
 * Appends a signature over `manifest` to `out`, with the certificate and its chain embedded; the
 * signing time is now. MEDARK_E_KEY if the key is not the certificate's or the certificate is
 * unsuitable (see medark_certificate_check_signer()); MEDARK_E_MEMORY, MEDARK_E_SYSTEM. Any thread.
 */
int medark_signature_make(struct medark_bytes manifest,
			  const struct medark_certificate *certificate,
			  const struct medark_private_key *key, struct medark_buffer *out,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Who signed. No clean-up needed. */
struct medark_signer {
	char subject[MEDARK_SUBJECT_MAX]; /* as medark_certificate_subject() */
	struct medark_digest fingerprint; /* SHA-256 of the certificate */
	time_t signing_time;		  /* as claimed by the signer */
	time_t not_before, not_after;	  /* of the certificate */
	char also[256];			  /* medark_native_alternatives() of the certificate */
	char purposes[160];	 /* extendedKeyUsage: names or OIDs joined by spaces; empty: none is
				    named */
	const char *digest_name; /* "SHA-256" or "SHA-384"; static */
	const char *algorithm_name; /* "ECDSA P-256", "ECDSA P-384", "RSA-PSS"; static */
	bool time_given;	    /* the certificates were judged as of judged_at, not now */
	bool time_proven;	    /* that time is a time stamp's */
	time_t judged_at;	    /* meaningful only then */
	time_t revoked_at;	    /* after the time that is proven; 0: not that anybody knows */
	size_t chain_length;	    /* certificates up to the anchor; 0 from peek */
	time_t revocation_as_of;    /* date of the newest CRL of its issuer that counts for the time
				       as of which it is judged; 0: none, and from peek */
};

/*
 * Verifies `p7s` over `manifest` and the signer's chain up to an anchor in `trust`, at trust's
 * time, the judgement's (NULL: none), or now. CRLs in `trust` are honoured for the issuers that
 * they are of. Any thread. MEDARK_E_FORMAT if the file is malformed, not in its one form, or the
 * signature is wrong; MEDARK_E_UNTRUSTED, naming the signer and the reason, if it is right but the
 * signer's certificate does not lead to an anchor, is expired, revoked or unsuitable; `out` is then
 * filled all the same and chain_length is 0.
 */
int medark_signature_verify(struct medark_bytes manifest, struct medark_bytes p7s,
			    const struct medark_trust *trust,
			    const struct medark_judgement *judgement, struct medark_signer *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Tells who claims to have signed, UNVERIFIED: only the form of the file is checked; neither the
 * signature nor the signer. For display next to the word "unverified". MEDARK_E_FORMAT.
 */
int medark_signature_peek(struct medark_bytes p7s, struct medark_signer *out_unverified,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
