/* SPDX-License-Identifier: Apache-2.0 */
/*
 * member_read: reads a member that the verified manifest names, and checks on the way everything
 * that can be checked without a key: header, padding, hash (F-3 to F-6, section 12 step 2).
 */
#ifndef MEDARK_ARCHIVE_MEMBER_READ_H
#define MEDARK_ARCHIVE_MEMBER_READ_H

#include "base/buffer.h"
#include "container/manifest.h"
#include "store/input.h"

/* Ceiling of a buffer that any member fits into, with header and padding. */
#define MEDARK_MEMBER_READ_MAX ((size_t)MEDARK_SEALED_MAX + 2 * MEDARK_TAR_BLOCK)

/*
 * Reads into `scratch` (emptied first); *out_content is borrowed from it. MEDARK_E_FORMAT, naming
 * the member, if a byte of header, content or padding is not what the manifest says. Any thread,
 * with a buffer of its own.
 */
int medark_member_read(struct medark_input *in, const struct medark_manifest_member *member,
		       struct medark_buffer *scratch, struct medark_bytes *out_content,
		       struct medark_error *err) MEDARK_MUST_USE;

/* As above without the hash: for what is shown as unverified. */
int medark_member_read_unverified(struct medark_input *in,
				  const struct medark_manifest_member *member,
				  struct medark_buffer *scratch, struct medark_bytes *out_content,
				  struct medark_error *err) MEDARK_MUST_USE;

#endif
