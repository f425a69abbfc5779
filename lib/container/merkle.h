/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle: the record tree over leaf hashes (FORMAT.md section 7, RFC 6962 section 2.1). Needs a
 * successful medark_digest_setup() before. Any thread, no state.
 */
#ifndef MEDARK_CONTAINER_MERKLE_H
#define MEDARK_CONTAINER_MERKLE_H

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most hashes of a path: one for each level of a tree over 2^64 - 1 hashes. */
#define MEDARK_MERKLE_PATH_MAX 64

/*
 * Tree over `count` hashes, SHA-256(0x01 || left || right) at every node; `hashes` is used as
 * scratch and overwritten. The tree over one hash is that hash, over none SHA-256 of no bytes.
 */
void medark_merkle_root(struct medark_digest *hashes, size_t count, struct medark_digest *out);

/* SHA-256(0x02 || be64(segment) || be64(leaves) || root). `segment` counts from 1. */
void medark_merkle_segment(uint64_t segment, uint64_t leaves, const struct medark_digest *root,
			   struct medark_digest *out);

/* ---- paths (RFC 6962 section 2.1.1) ---- */

/* A whole tree in memory; made by one thread, then read by any. */
struct medark_merkle_tree;

/*
 * The tree over `count` hashes (1 or more), which are copied: twice their size is allocated.
 * MEDARK_E_MEMORY.
 */
int medark_merkle_tree_new(const struct medark_digest *hashes, size_t count,
			   struct medark_merkle_tree **out,
			   struct medark_error *err) MEDARK_MUST_USE;
void medark_merkle_tree_free(struct medark_merkle_tree *tree);
MEDARK_DEFINE_AUTO(struct medark_merkle_tree, medark_merkle_tree_free)

const struct medark_digest *medark_merkle_tree_root(const struct medark_merkle_tree *tree);

/*
 * Writes the path of hash `index` (below the count), from the bottom up, and returns how many
 * hashes that is.
 */
size_t medark_merkle_tree_path(const struct medark_merkle_tree *tree, size_t index,
			       struct medark_digest out[MEDARK_MERKLE_PATH_MAX]);

/*
 * The root that a path leads to from `hash`, which is number `index` of `count` (RFC 9162 section
 * 2.1.3.2). False if there is no such number, or the path is longer or shorter than that of the
 * number: so there is one path for each.
 */
bool medark_merkle_fold(const struct medark_digest *hash, uint64_t index, uint64_t count,
			const struct medark_digest *path, size_t path_count,
			struct medark_digest *out_root);

#endif
