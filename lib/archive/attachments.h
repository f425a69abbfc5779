/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachments: the files that a record's Attachments point to. FHIR's Attachment.url is a Binary
 * resource (`Binary/id`, perhaps behind a server's address) or, in exports to files, a relative
 * path. Any thread.
 */
#ifndef MEDARK_ARCHIVE_ATTACHMENTS_H
#define MEDARK_ARCHIVE_ATTACHMENTS_H

#include "archive/nameset.h"
#include "base/bytes.h"
#include "live/hashset.h"

/*
 * Adds what a record (JSON or XML by first byte, not trusted) points to: "Binary/id" to
 * `references`; and to `paths` every item's path that a relative URL may mean: itself, and relative
 * to `folder`, that of the record's own item; also with percent-encoding undone; and the path, up
 * to medark_attachment_stem(), that the bytes have which an export from a server has fetched.
 * medark_digest_setup() was called. MEDARK_E_MEMORY.
 */
int medark_attachments(struct medark_bytes text, struct medark_bytes folder,
		       struct medark_nameset *references, struct medark_nameset *paths,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Adds the digits (medark_attachment_key()) of all that a record points to, by which the items are
 * found that an export from a server has fetched. As above. MEDARK_E_MEMORY.
 */
int medark_attachments_fetched(struct medark_bytes text, struct medark_hashset *digits,
			       struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same of one Attachment.url (decoded) of a record in `folder`: the items' paths that it may
 * mean. MEDARK_E_MEMORY.
 */
int medark_attachment_paths(struct medark_bytes url, struct medark_bytes folder,
			    struct medark_nameset *paths, struct medark_error *err) MEDARK_MUST_USE;

/* Is an item's path among those that medark_attachments() gave? If so, *out_i is which. */
bool medark_attachments_find(const struct medark_nameset *paths, struct medark_bytes path,
			     uint32_t *out_i);

#endif
