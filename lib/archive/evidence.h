/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence: who signed an archive, and when: the signatures, time stamps and revocation lists at
 * its end, each judged on its own (FORMAT.md sections 11 and 12). No key to the records is needed.
 */
#ifndef MEDARK_ARCHIVE_EVIDENCE_H
#define MEDARK_ARCHIVE_EVIDENCE_H

#include "archive/tail.h"
#include "crypto/signature.h"
#include "crypto/timestamp.h"

/* What became of one signature or stamp: right by all means, but perhaps of nobody who is trusted.
 */
struct medark_standing {
	bool is_trusted;
	char why[256]; /* if it is not */
};

struct medark_evidence {
	/* MANIFEST.p7s; it is trusted, or there is no evidence. */
	struct medark_signer signer;
	size_t signature_count; /* the others */
	struct {
		struct medark_signer signer;
		struct medark_standing standing;
	} signatures[MEDARK_SIGNATURES_MAX - 1];
	size_t stamp_count;
	struct {
		struct medark_timestamp stamp;
		struct medark_standing standing;
	} stamps[MEDARK_STAMPS_MAX];
	size_t revision_count; /* of recipients, KEYS.2.p7m … : who added them */
	struct {
		struct medark_signer signer;
		struct medark_standing standing;
	} revisions[MEDARK_REVISIONS_MAX];
	size_t crl_count;
	bool has_pq; /* MANIFEST.pq.p7s is there: */
	struct {
		struct medark_signer signer;
		struct medark_standing standing; /* untrusted also if this OpenSSL has no ML-DSA */
	} pq;
	bool is_proven;	  /* a trusted stamp covers MANIFEST.p7s: */
	time_t proven_at; /* it was there by then */
};

/*
 * Verifies everything behind MANIFEST. A stamp is judged as of the trusted one behind it, the last
 * as of now; the signatures that a trusted stamp covers as of that stamp, the others, and those of
 * added recipients, as of now. A time that `trust` was given holds instead. MEDARK_E_FORMAT, with
 * the member's name, if any signature, stamp or list is malformed or over something else, or
 * trusted stamps go back in time; MEDARK_E_UNTRUSTED if who signed MANIFEST.p7s is not trusted
 * (`out` is then filled as far as it is known); MEDARK_E_MEMORY. Any thread.
 */
int medark_evidence_check(const struct medark_tail *tail, const struct medark_trust *trust,
			  struct medark_evidence *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Fills who claims to have signed, and how many stamps there are, UNVERIFIED, for display next to
 * that word: nobody is trusted. MEDARK_E_FORMAT.
 */
int medark_evidence_peek(const struct medark_tail *tail, struct medark_evidence *out_unverified,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * The last trusted stamp, which holds all before it until its `ends`; NULL: none is trusted.
 * Borrowed. Any thread.
 */
const struct medark_timestamp *medark_evidence_last_stamp(const struct medark_evidence *e);

/* What a time stamp is over: parts that are joined, borrowed of a tail. */
struct medark_covered {
	struct medark_bytes parts[2 + MEDARK_ADDITIONS_MAX];
	size_t count;
};

/*
 * What time stamp `number` (from 1) covers, if `additions` of the tail stand before it:
 * MANIFEST.p7s for the first one, for all others the contents of MANIFEST and all that follows
 * (F-42). Any thread.
 */
void medark_evidence_covered(const struct medark_tail *tail, unsigned number, size_t additions,
			     struct medark_covered *out);

/* Room for the text of medark_evidence_revision_text(). */
#define MEDARK_EVIDENCE_REVISION_TEXT_MAX 256

/*
 * Appends what KEYS.N.p7s signs (F-47): what `sha256sum MANIFEST KEYS.N.p7m` prints. `keys` is
 * KEYS.N.p7m, its number set. MEDARK_E_MEMORY. Any thread.
 */
int medark_evidence_revision_text(struct medark_bytes manifest, const struct medark_addition *keys,
				  struct medark_buffer *out,
				  struct medark_error *err) MEDARK_MUST_USE;

#endif
