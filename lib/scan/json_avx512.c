/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's masks from one register of 64 bytes. */
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512bw,avx512dq,avx512f,avx2,bmi,bmi2,pclmul,popcnt")))

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
TARGET static inline struct text text_load_part(const uint8_t *p, size_t n, bool padded)
{
	__mmask64 mask = ((uint64_t)1 << n) - 1;

	(void)padded;
	return (struct text) { _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), mask, p) };
}

TARGET static inline uint64_t equal(__m512i v, char c)
{
	return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

TARGET static inline void text_masks(struct text text, struct masks *out)
{
	/* [low four bits of c] is c for the four white space characters, and no other c fits. */
	const __m512i table = _mm512_broadcast_i32x4(
		_mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0));
	const __m512i bit5 = _mm512_set1_epi8(0x20);
	__m512i v = text.all;
	/* '[' | 0x20 is '{', ']' | 0x20 is '}'. */
	__m512i folded = _mm512_or_si512(v, bit5);

	out->quote = equal(v, '"');
	out->colon = equal(v, ':');
	out->comma = equal(v, ',');
	out->open = equal(folded, '{');
	out->close = equal(folded, '}');
	out->curly = _mm512_test_epi8_mask(v, bit5);
	out->space = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(table, v), v);
}

TARGET static inline uint64_t text_backslashes(struct text text)
{
	return equal(text.all, '\\');
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
