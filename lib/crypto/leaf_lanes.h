/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf_lanes: the ways to compute leaf hashes, for leaf.c to choose from and for tests to compare.
 * Internal to lib/crypto. All give the same result as medark_leaf_hash() and medark_node_hash().
 */
#ifndef MEDARK_CRYPTO_LEAF_LANES_H
#define MEDARK_CRYPTO_LEAF_LANES_H

#include "crypto/leaf.h"

#include <stdbool.h>

/* One record after the other through OpenSSL: everywhere. */
void medark_leaf_hash_plain(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			    const struct medark_bytes *records, size_t count,
			    struct medark_digest *out);

void medark_node_hash_plain(const struct medark_digest *children, size_t count,
			    struct medark_digest *out);

#if defined(__x86_64__)
#define MEDARK_LEAF_HAS_X86 1

/* Two records interleaved, with the SHA extensions; only if this processor has them. */
bool medark_leaf_sha_ni_available(void);
void medark_leaf_hash_sha_ni(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			     const struct medark_bytes *records, size_t count,
			     struct medark_digest *out);
void medark_node_hash_sha_ni(const struct medark_digest *children, size_t count,
			     struct medark_digest *out);

/* For the two ways that follow: does this processor have AVX-512 and the SHA extensions? */
bool medark_leaf_avx512_available(void);

/*
 * Eight records at once, with AVX-512 and the SHA extensions side by side. Only processors of AMD
 * do that well: on others it is right, but a hundred times slower than anything else here.
 */
void medark_leaf_hash_eight(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			    const struct medark_bytes *records, size_t count,
			    struct medark_digest *out);
void medark_node_hash_eight(const struct medark_digest *children, size_t count,
			    struct medark_digest *out);

/* Sixteen records at once, with AVX-512 alone; the SHA extensions finish the last ones. */
void medark_leaf_hash_sixteen(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			      const struct medark_bytes *records, size_t count,
			      struct medark_digest *out);
void medark_node_hash_sixteen(const struct medark_digest *children, size_t count,
			      struct medark_digest *out);
#endif

#endif
