/* SPDX-License-Identifier: Apache-2.0 */
/* judgement: as of when certificates are judged, and by which revocation lists beside the trust's.
 */
#ifndef MEDARK_CRYPTO_JUDGEMENT_H
#define MEDARK_CRYPTO_JUDGEMENT_H

#include "crypto/crls.h"

#include <stdbool.h>
#include <time.h>

/*
 * Zeroed: as the trust says, now if it says nothing. A time that a time stamp proves is better than
 * one that somebody says: what was revoked after it was signed all the same (RFC 5126 annex C.4),
 * unless the authority says that the key was no secret any more before (RFC 5280 section 5.3.2).
 */
struct medark_judgement {
	bool has_time;
	bool is_proven;
	time_t at;
	/*
	 * Borrowed; NULL: none. One that is out of date by the time of the judgement, or of other
	 * certificates of its authority, is no fault, as it came with the archive; but then nothing
	 * is known of revocation.
	 */
	const struct medark_crls *crls;
};

#endif
