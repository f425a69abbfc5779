/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/member_read.h"

#include "container/member.h"
#include "crypto/digest.h"

int medark_member_read_unverified(struct medark_input *in,
				  const struct medark_manifest_member *member,
				  struct medark_buffer *scratch, struct medark_bytes *out_content,
				  struct medark_error *err)
{
	uint8_t header[MEDARK_TAR_BLOCK];
	uint64_t space = medark_member_space(member->size);
	const uint8_t *padding;
	size_t at = 0;

	scratch->size = 0;
	if (space > MEDARK_MEMBER_READ_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is too large", member->name);
	MEDARK_TRY(medark_buffer_reserve(scratch, (size_t)space, err));
	MEDARK_TRY(medark_input_read(in, member->offset, scratch->data, (size_t)space, err));
	scratch->size = (size_t)space;
	medark_member_header(member->name, member->size, header);
	while (at < sizeof(header) && scratch->data[at] == header[at])
		at++;
	if (at < sizeof(header)) /* F-6 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"%s: its tar header is not the one that the manifest "
					"gives it (from byte %llu of the file on)",
					member->name, (unsigned long long)(member->offset + at));
	padding = scratch->data + MEDARK_TAR_BLOCK + member->size;
	if (!medark_bytes_are_zero(
		    medark_bytes(padding, (size_t)(scratch->data + space - padding)))) /* F-4 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"%s is not followed by zero bytes only", member->name);
	*out_content = medark_bytes(scratch->data + MEDARK_TAR_BLOCK, (size_t)member->size);
	return 0;
}

int medark_member_read(struct medark_input *in, const struct medark_manifest_member *member,
		       struct medark_buffer *scratch, struct medark_bytes *out_content,
		       struct medark_error *err)
{
	unsigned long long first = member->offset + MEDARK_TAR_BLOCK;
	struct medark_digest digest;

	MEDARK_TRY(medark_member_read_unverified(in, member, scratch, out_content, err));
	medark_sha256(out_content->data, out_content->size, &digest);
	if (!medark_digest_equal(&digest, &member->digest))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"%s: its content, bytes %llu to %llu of the file, is not "
					"the one that was signed (SHA-256 differs); copy the "
					"archive again, or take another copy",
					member->name, first,
					first + (member->size ? member->size - 1 : 0));
	return 0;
}
