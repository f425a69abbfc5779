/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append: puts signatures, time stamps, revocation lists and recipients behind MANIFEST.p7s of an
 * archive that is there already. Only the last bytes of the file are written; everything before,
 * and so all data, stays as it is.
 *
 * The new end is first written and synced beside the archive, ARCHIVE.tail, and so is its name:
 * whatever stops the change leaves either the old end, or what it takes to finish. The next change
 * does. One thread at a time per object; any thread otherwise.
 */
#ifndef MEDARK_ARCHIVE_APPEND_H
#define MEDARK_ARCHIVE_APPEND_H

#include "archive/tail.h"
#include "crypto/trust.h"

#include <stdbool.h>

/* An archive that is being changed: no other process changes it meanwhile. */
struct medark_append;

/*
 * Opens the archive for writing and locks it. A change that was interrupted is finished first.
 * MEDARK_E_EXISTS if another process changes it; MEDARK_E_SYSTEM if it cannot be written to or
 * locked, as on a file system without locks;
 * MEDARK_E_FORMAT as of medark_tail_read(); MEDARK_E_MEMORY.
 */
int medark_append_open(const char *path, struct medark_append **out,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_append_free(struct medark_append *a);
MEDARK_DEFINE_AUTO(struct medark_append, medark_append_free)

/* Its end as it stands; borrowed until the next medark_append_add(). */
const struct medark_tail *medark_append_tail(const struct medark_append *a);

/*
 * Adds one (its number is set), or replaces a member of lists, and syncs. `content` is copied.
 * Before anything is written the archive is judged as it will be, by `trust`: what would make it
 * malformed, or its signer untrusted, is not added (MEDARK_E_FORMAT, MEDARK_E_UNTRUSTED). Errors of
 * medark_addition_place(); MEDARK_E_SYSTEM; MEDARK_E_MEMORY.
 */
int medark_append_add(struct medark_append *a, const struct medark_trust *trust,
		      struct medark_addition *wanted, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Makes `count` additions, in order and numbered (F-40), those of the archive: what is not among
 * them is taken away. Otherwise as medark_append_add(); contents may be those of the tail.
 */
int medark_append_replace(struct medark_append *a, const struct medark_trust *trust,
			  const struct medark_addition *list, size_t count,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Is a journal there? Nothing else is looked at. */
bool medark_append_has_journal(const char *path);

#endif
