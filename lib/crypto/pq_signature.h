/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pq_signature: MANIFEST.pq.p7s, a second signature over the manifest by ML-DSA-65 or ML-DSA-87
 * (FIPS 204; in CMS: RFC 9882; in certificates: RFC 9881), in a file of its own: OpenSSL 3.0
 * verifies none of the signers of a file that has one with ML-DSA. It has the one form of
 * MANIFEST.p7s (F-23, F-24) with SHA-512 as its digest, and id-ml-dsa-65 or id-ml-dsa-87 without
 * parameters as its algorithm; what is signed are the attributes, in the pure mode, with an empty
 * context.
 *
 * It stands beside the classical signature and not in its place: who has an older OpenSSL verifies
 * that one. Any thread.
 */
#ifndef MEDARK_CRYPTO_PQ_SIGNATURE_H
#define MEDARK_CRYPTO_PQ_SIGNATURE_H

#include "crypto/signature.h"

#include <stdbool.h>

/*
 * Says the certificate that its key is of ML-DSA, of whatever size? Works with every OpenSSL;
 * whether the key can be used does not show.
 */
bool medark_pq_signature_is_kind(const struct medark_certificate *certificate);

/*
 * Appends a signature over `manifest` to `out`, as medark_signature_make() does; the key is of
 * medark_private_key_load_pq(). MEDARK_E_KEY, MEDARK_E_MEMORY; MEDARK_E_SYSTEM, also if OpenSSL has
 * no ML-DSA.
 */
int medark_pq_signature_make(struct medark_bytes manifest,
			     const struct medark_certificate *certificate,
			     const struct medark_private_key *key, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Verifies as medark_signature_verify() does, with its errors. MEDARK_E_SYSTEM if the form is right
 * but OpenSSL has no ML-DSA: then nothing is known of the signature.
 */
int medark_pq_signature_verify(struct medark_bytes manifest, struct medark_bytes p7s,
			       const struct medark_trust *trust,
			       const struct medark_judgement *judgement, struct medark_signer *out,
			       struct medark_error *err) MEDARK_MUST_USE;

/* As medark_signature_peek(), UNVERIFIED; works with every OpenSSL. MEDARK_E_FORMAT. */
int medark_pq_signature_peek(struct medark_bytes p7s, struct medark_signer *out_unverified,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
