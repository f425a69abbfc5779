/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle: the record tree over leaf hashes (FORMAT.md section 7, RFC 6962 section 2.1). Needs a
 * successful medark_digest_setup() before. Any thread, no state.
 */
#ifndef MEDARK_CONTAINER_MERKLE_H
#define MEDARK_CONTAINER_MERKLE_H

#include "crypto/digest.h"

#include <stddef.h>

/*
 * Tree over `count` hashes, SHA-256(0x01 || left || right) at every node; `hashes` is used as
 * scratch and overwritten. The tree over one hash is that hash, over none SHA-256 of no bytes.
 */
void medark_merkle_root(struct medark_digest *hashes, size_t count, struct medark_digest *out);

/* SHA-256(0x02 || be64(segment) || be64(leaves) || root). `segment` counts from 1. */
void medark_merkle_segment(uint64_t segment, uint64_t leaves, const struct medark_digest *root,
			   struct medark_digest *out);

#endif
