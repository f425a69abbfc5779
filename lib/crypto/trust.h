/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust: the certificates that a verifier accepts as anchors (a root, an intermediate, or a
 * signer's own certificate) and the revocation lists that it was given. Filled by one thread, then
 * read by any.
 */
#ifndef MEDARK_CRYPTO_TRUST_H
#define MEDARK_CRYPTO_TRUST_H

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"

#include <medark/key.h>

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define MEDARK_TRUST_FILE_MAX ((size_t)16 << 20)

/*
 * medark_trust_new(), _add_file(), _add_signer(), _judge_at() and _free() stand in <medark/key.h>.
 * A new one trusts nobody. A file may hold certificates and CRLs, at least one of either; anything
 * else in it is refused with MEDARK_E_KEY. Sentences name the file.
 */
MEDARK_DEFINE_AUTO(struct medark_trust, medark_trust_free)

/*
 * Adds one certificate as an anchor, and nothing of what stood in its file beside it.
 * MEDARK_E_KEY.
 */
int medark_trust_add_certificate(struct medark_trust *trust,
				 const struct medark_certificate *certificate,
				 struct medark_error *err) MEDARK_MUST_USE;

/* Certificates and CRLs so far. */
size_t medark_trust_certificate_count(const struct medark_trust *trust);
size_t medark_trust_crl_count(const struct medark_trust *trust);

/*
 * Calls `each` for every anchor of signers, once, in the order of their fingerprints. The
 * certificate is borrowed during the call; a negative code of the callback ends it and is passed
 * on. MEDARK_E_KEY, MEDARK_E_MEMORY. Any thread when the trust is filled.
 */
int medark_trust_each(const struct medark_trust *trust,
		      int (*each)(void *context, const struct medark_certificate *certificate),
		      void *context, struct medark_error *err) MEDARK_MUST_USE;

/* Is it one of those that medark_trust_add_signer() named? True also if it named none. */
bool medark_trust_takes_signer(const struct medark_trust *trust,
			       const struct medark_digest *fingerprint);

/*
 * Reads a time of the past as medark_trust_judge_at() takes it. MEDARK_E_USAGE, with a sentence
 * about "it".
 */
int medark_trust_parse_time(const char *when, time_t *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Judges certificates and CRLs as of `at` instead of now, in the future too. */
void medark_trust_set_time(struct medark_trust *trust, time_t at);

/* Was a time given? Which one; *out is written only then. */
bool medark_trust_time(const struct medark_trust *trust, time_t *out);

#endif
