/* SPDX-License-Identifier: Apache-2.0 */
#include "container/merkle.h"

#include "base/bytes.h"
#include "crypto/leaf.h"

/*
 * RFC 6962 splits from the top, at the largest power of two below the count. Joining neighbours
 * level by level and carrying an odd last one up unchanged gives the same tree, in place.
 */
void medark_merkle_root(struct medark_digest *hashes, size_t count, struct medark_digest *out)
{
	if (count == 0) {
		medark_sha256("", 0, out);
		return;
	}
	while (count > 1) {
		medark_node_hash(hashes, count / 2, hashes);
		if (count % 2)
			hashes[count / 2] = hashes[count - 1];
		count = (count + 1) / 2;
	}
	*out = hashes[0];
}

void medark_merkle_segment(uint64_t segment, uint64_t leaves, const struct medark_digest *root,
			   struct medark_digest *out)
{
	uint8_t message[1 + 8 + 8 + MEDARK_DIGEST_SIZE] = { 0x02 };

	medark_put_be64(message + 1, segment);
	medark_put_be64(message + 9, leaves);
	memcpy(message + 17, root->bytes, MEDARK_DIGEST_SIZE);
	medark_sha256(message, sizeof(message), out);
}
