/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf_x86: what the ways of computing leaf hashes on x86-64 have in common. Internal to
 * leaf_sha_ni.c, leaf_eight.c and leaf_sixteen.c.
 *
 * A message is a few runs of whole blocks: a head block with prefix, salt and the record's first
 * bytes, the blocks that lie in the record itself, and a padded tail.
 */
#ifndef MEDARK_CRYPTO_LEAF_X86_H
#define MEDARK_CRYPTO_LEAF_X86_H

#include "crypto/leaf_lanes.h"

#include <immintrin.h>

#define MEDARK_LEAF_SHA_NI  __attribute__((target("sha,sse4.1")))
#define MEDARK_LEAF_BLOCK   64
#define MEDARK_LEAF_PREFIX  (1 + MEDARK_LEAF_SALT_SIZE)
#define MEDARK_LEAF_PADDING 9 /* the 0x80 byte and the 64-bit length */
#define MEDARK_LEAF_NODE    (1 + 2 * MEDARK_DIGEST_SIZE)

/* FIPS 180-4 section 4.2.2; aligned to 64 bytes. */
extern const uint32_t medark_leaf_constants[64];

struct medark_leaf_run {
	const uint8_t *at;
	size_t blocks;
};

struct medark_leaf_message {
	uint8_t head[MEDARK_LEAF_BLOCK] __attribute__((aligned(64)));
	uint8_t tail[2 * MEDARK_LEAF_BLOCK];
	struct medark_leaf_run runs[3]; /* what is left of the message; empty ones are skipped */
	unsigned run;
	struct medark_digest *out;
};

/* The state in the order that the instructions want. */
struct medark_leaf_state {
	__m128i abef;
	__m128i cdgh;
};

/* FIPS 180-4 section 5.3.3 */
MEDARK_LEAF_SHA_NI static inline struct medark_leaf_state medark_leaf_initial(void)
{
	return (struct medark_leaf_state) {
		.abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
		.cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
	};
}

/* Turns the bytes round in each of four words. */
MEDARK_LEAF_SHA_NI static inline __m128i medark_leaf_swap(__m128i v)
{
	return _mm_shuffle_epi8(v, _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL));
}

MEDARK_LEAF_SHA_NI static inline void medark_leaf_put_digest(struct medark_leaf_state s,
							     struct medark_digest *out)
{
	__m128i low = _mm_unpackhi_epi64(s.cdgh, s.abef);  /* d c b a */
	__m128i high = _mm_unpacklo_epi64(s.cdgh, s.abef); /* h g f e */

	low = medark_leaf_swap(_mm_shuffle_epi32(low, 0x1b));
	high = medark_leaf_swap(_mm_shuffle_epi32(high, 0x1b));
	_mm_storeu_si128((__m128i *)(void *)out->bytes, low);
	_mm_storeu_si128((__m128i *)(void *)(out->bytes + 16), high);
}

/* The padded message of a node, but for the children. */
static inline void medark_leaf_begin_node(uint8_t message[2 * MEDARK_LEAF_BLOCK])
{
	memset(message, 0, (size_t)2 * MEDARK_LEAF_BLOCK);
	message[0] = 0x01;
	message[MEDARK_LEAF_NODE] = 0x80;
	medark_put_be64(message + (size_t)2 * MEDARK_LEAF_BLOCK - 8,
			(uint64_t)MEDARK_LEAF_NODE * 8);
}

static inline void medark_leaf_put_children(uint8_t message[2 * MEDARK_LEAF_BLOCK],
					    const struct medark_digest *children)
{
	memcpy(message + 1, children, MEDARK_LEAF_NODE - 1);
}

/* A message whose first blocks are done, and the state after them. */
struct medark_leaf_started {
	struct medark_leaf_message *message;
	struct medark_leaf_state state;
};

/* Gives the digests of `count` messages, none of them at its end. Uses them up. */
void medark_leaf_finish_sha_ni(const struct medark_leaf_started *started, size_t count);

#endif
