/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf: the salted leaf hashes of records, SHA-256(0x00 || salt || record) with a 16-byte salt
 * (leaf prefix of RFC 6962 section 2.1). Every byte that is exported passes here, so the many
 * records of a segment are hashed at once, in several lanes of one thread where the processor can.
 */
#ifndef MEDARK_CRYPTO_LEAF_H
#define MEDARK_CRYPTO_LEAF_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/digest.h"

#include <stddef.h>
#include <stdint.h>

#define MEDARK_LEAF_SALT_SIZE 16

/*
 * Writes out[i] = SHA-256(0x00 || salts[i] || records[i]) for `count` records of any sizes, empty
 * ones too. Needs a successful medark_digest_setup(); cannot fail then. Any thread.
 */
void medark_leaf_hash(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
		      const struct medark_bytes *records, size_t count, struct medark_digest *out);

/*
 * Writes out[i] = SHA-256(0x01 || children[2i] || children[2i + 1]), the nodes above leaves and
 * nodes (RFC 6962 section 2.1), for i < count. `out` may be `children`. Setup, failure and threads
 * as above.
 */
void medark_node_hash(const struct medark_digest *children, size_t count,
		      struct medark_digest *out);

/*
 * Writes out[i] = AES-256-ECB(salt_key, be64(segment) || be64(first + i)) for i < count: a
 * permutation, so that no two records of an archive share a salt. Any thread. MEDARK_E_MEMORY,
 * MEDARK_E_SYSTEM.
 */
int medark_leaf_salts(const struct medark_key *salt_key, uint64_t segment, uint64_t first,
		      size_t count, uint8_t (*out)[MEDARK_LEAF_SALT_SIZE],
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
