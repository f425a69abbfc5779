/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf_avx512: messages of leaves put together in registers of 512 bits, for the two ways of
 * computing leaf hashes that use AVX-512. Internal to leaf_eight.c, leaf_sixteen.c and leaf_feed.h.
 *
 * A masked load touches no byte that its mask leaves out, so nothing beyond a record is read.
 */
#ifndef MEDARK_CRYPTO_LEAF_AVX512_H
#define MEDARK_CRYPTO_LEAF_AVX512_H

#include "crypto/leaf_x86.h"

#define MEDARK_LEAF_AVX512                                                                         \
	__attribute__((target("sha,sse4.1,avx2,avx512f,avx512bw,avx512vl,avx512vbmi")))

static inline uint64_t medark_leaf_bytes_below(size_t n)
{
	return n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
}

/* The prefix 0x00, the salt, and what fits of the record; zeros behind. */
MEDARK_LEAF_AVX512 static inline __m512i medark_leaf_front(const uint8_t *salt,
							   struct medark_bytes record)
{
	static const uint8_t places[MEDARK_LEAF_BLOCK] __attribute__((aligned(64))) = {
		0,  64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78,
		79, 0,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14,
		15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
		31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46,
	};
	size_t size = record.size < MEDARK_LEAF_BLOCK - MEDARK_LEAF_PREFIX
			      ? record.size
			      : MEDARK_LEAF_BLOCK - MEDARK_LEAF_PREFIX;

	return _mm512_maskz_permutex2var_epi8(
		~(uint64_t)1, _mm512_maskz_loadu_epi8(medark_leaf_bytes_below(size), record.data),
		_mm512_load_si512(places),
		_mm512_maskz_loadu_epi8(medark_leaf_bytes_below(MEDARK_LEAF_SALT_SIZE), salt));
}

/* The last `rest` bytes of a message of `total`, padded (section 5.1.1); gives the blocks. */
MEDARK_LEAF_AVX512 static inline size_t medark_leaf_put_tail(__m512i v, size_t rest, size_t total,
							     uint8_t to[2 * MEDARK_LEAF_BLOCK])
{
	long long bits = (long long)__builtin_bswap64((uint64_t)total * 8);

	v = _mm512_mask_blend_epi8((uint64_t)1 << rest, v, _mm512_set1_epi8((char)0x80));
	if (rest + MEDARK_LEAF_PADDING <= MEDARK_LEAF_BLOCK) {
		_mm512_store_si512(to, _mm512_mask_set1_epi64(v, 0x80, bits));
		return 1;
	}
	_mm512_store_si512(to, v);
	_mm512_store_si512(to + MEDARK_LEAF_BLOCK, _mm512_maskz_set1_epi64(0x80, bits));
	return 2;
}

MEDARK_LEAF_AVX512 static inline void
medark_leaf_lay_out(struct medark_leaf_message *m, const uint8_t *salt, struct medark_bytes record)
{
	size_t total = MEDARK_LEAF_PREFIX + record.size, rest = total % MEDARK_LEAF_BLOCK;
	__m512i first = medark_leaf_front(salt, record), last = first;

	m->run = 2;
	if (total >= MEDARK_LEAF_BLOCK) {
		_mm512_store_si512(m->head, first);
		m->runs[0] = (struct medark_leaf_run) { m->head, 1 };
		m->runs[1] = (struct medark_leaf_run) { record.data + MEDARK_LEAF_BLOCK -
								MEDARK_LEAF_PREFIX,
							total / MEDARK_LEAF_BLOCK - 1 };
		m->run = 0;
		last = _mm512_maskz_loadu_epi8(medark_leaf_bytes_below(rest),
					       record.data + record.size - rest);
	}
	m->runs[2] = (struct medark_leaf_run) { m->tail,
						medark_leaf_put_tail(last, rest, total, m->tail) };
}

#endif
