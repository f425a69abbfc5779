/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recipients: who can open an archive: those of keys.p7m, to whom it was exported, and those that
 * were added since, each time with a new revision, KEYS.2.p7m to KEYS.9.p7m, of all of them (F-46).
 */
#ifndef MEDARK_ARCHIVE_RECIPIENTS_H
#define MEDARK_ARCHIVE_RECIPIENTS_H

#include "base/bytes.h"
#include "container/addition.h"
#include "crypto/envelope.h"

#include <stddef.h>

/* Zeroed it is empty. Immutable once read: any thread. */
struct medark_recipients {
	size_t count; /* of revisions; [0] is keys.p7m, the last one has everybody */
	struct medark_envelope *revisions[MEDARK_REVISIONS_MAX + 1];
};

/*
 * Parses keys.p7m and the revisions among `additions`, and checks that each one holds everybody of
 * the one before, and no further passphrase. Copies what it needs. MEDARK_E_FORMAT names the
 * member; MEDARK_E_MEMORY. The caller clears `out` in any case.
 */
int medark_recipients_read(struct medark_bytes keys_p7m, const struct medark_addition *additions,
			   size_t count, struct medark_recipients *out,
			   struct medark_error *err) MEDARK_MUST_USE;

void medark_recipients_clear(struct medark_recipients *recipients);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_recipients, medark_recipients_clear)

/* The revision with everybody; borrowed. */
const struct medark_envelope *medark_recipients_last(const struct medark_recipients *recipients);

#endif
