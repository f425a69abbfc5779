/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's masks from one register of 64 bytes. */
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512vbmi,gfni,avx512bw,avx512dq,avx512f,avx2,bmi,bmi2,pclmul,popcnt")))

#include <immintrin.h>
#include <stdint.h>

#define LANES 8
typedef uint64_t lanes __attribute__((vector_size(64)));

struct text {
	__m512i all;
};

#include "scan/json_engine_body.h"

TARGET static inline struct text text_load(const uint8_t *p)
{
	return (struct text) { _mm512_loadu_si512(p) };
}

/* A masked load touches no byte that its mask leaves out. */
TARGET static inline struct text text_load_part(const uint8_t *p, size_t n)
{
	__mmask64 mask = ((uint64_t)1 << n) - 1;

	return (struct text) { _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), mask, p) };
}

/* One bit for each kind of byte, in the order of struct masks. */
enum {
	QUOTE = 1,
	COLON = 2,
	COMMA = 4,
	OPEN = 8,
	CLOSE = 16,
	CURLY = 32,
	SPACE = 64,
	OTHER = -128,
};

/*
 * A byte is of a kind if both its halves are: two tables give each byte its kinds, a product of
 * matrices over GF(2) turns each 8 bytes of 8 bits on their side, and a permutation brings the
 * bits of one kind together.
 */
TARGET static inline void text_masks(struct text text, struct masks *out)
{
	const __m512i of_low = _mm512_broadcast_i32x4(_mm_setr_epi8(
		CURLY | SPACE, CURLY, CURLY | QUOTE, CURLY, CURLY, CURLY, CURLY, CURLY, CURLY,
		CURLY | OTHER, CURLY | OTHER | COLON, CURLY | OPEN, CURLY | COMMA,
		CURLY | OTHER | CLOSE, CURLY, CURLY));
	const __m512i of_high = _mm512_broadcast_i32x4(_mm_setr_epi8(
		OTHER, 0, QUOTE | COMMA | SPACE, COLON, 0, OPEN | CLOSE, 0, OPEN | CLOSE | CURLY, 0,
		0, 0, 0, 0, 0, 0, 0));
	const __m512i backward = _mm512_broadcast_i32x4(
		_mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
	const __m512i unit = _mm512_set1_epi64((int64_t)0x8040201008040201);
	/* Byte 8 i + k comes from byte 8 k + i. */
	const __m512i gather = _mm512_setr_epi64(
		0x3830282018100800, 0x3931292119110901, 0x3a322a221a120a02, 0x3b332b231b130b03,
		0x3c342c241c140c04, 0x3d352d251d150d05, 0x3e362e261e160e06, 0x3f372f271f170f07);
	__m512i low = _mm512_shuffle_epi8(of_low, text.all);
	__m512i high = _mm512_and_si512(_mm512_srli_epi16(text.all, 4), _mm512_set1_epi8(15));
	__m512i kinds = _mm512_and_si512(low, _mm512_shuffle_epi8(of_high, high));

	kinds = _mm512_shuffle_epi8(kinds, backward);
	kinds = _mm512_gf2p8affine_epi64_epi8(unit, kinds, 0);
	_mm512_store_si512(out, _mm512_permutexvar_epi8(gather, kinds));
}

TARGET static inline uint64_t text_backslashes(struct text text)
{
	return _mm512_cmpeq_epi8_mask(text.all, _mm512_set1_epi8('\\'));
}

TARGET static inline uint64_t text_controls(struct text text)
{
	return _mm512_cmplt_epu8_mask(text.all, _mm512_set1_epi8(0x20));
}

TARGET static inline bool text_is_special(struct text text)
{
	/* With a sign, bytes from 0x80 on are below 0x20 too. */
	__mmask64 low = _mm512_cmplt_epi8_mask(text.all, _mm512_set1_epi8(0x20));

	return !_kortestz_mask64_u8(low, text_backslashes(text));
}

TARGET static inline unsigned lanes_tops(lanes v)
{
	return _mm512_movepi64_mask((__m512i)v);
}

TARGET static inline unsigned lanes_used(lanes v)
{
	return _mm512_test_epi64_mask((__m512i)v, (__m512i)v);
}

TARGET static inline lanes lanes_expand(unsigned bits)
{
	return (lanes)_mm512_movm_epi64((__mmask8)bits);
}

TARGET static inline __m256i text_half(struct text text, int half)
{
	return half ? _mm512_extracti64x4_epi64(text.all, 1) : _mm512_castsi512_si256(text.all);
}

TARGET size_t medark_json_engine_avx512(const uint8_t *data, size_t size,
					const struct medark_json_members *members)
{
	return run(data, size, members);
}
#endif
