/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's masks from two registers of 32 bytes. */
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,bmi,bmi2,pclmul,popcnt")))

#include <immintrin.h>
#include <stdint.h>

#define LANES 4
typedef uint64_t lanes __attribute__((vector_size(32)));

struct text {
	__m256i half[2];
};

#include "scan/json_engine_body.h"

TARGET static inline struct text text_load(const uint8_t *p)
{
	return (struct text) { { _mm256_loadu_si256((const __m256i *)p),
				 _mm256_loadu_si256((const __m256i *)(p + 32)) } };
}

TARGET static inline struct text text_load_part(const uint8_t *p, size_t n, bool padded)
{
	const __m256i spaces = _mm256_set1_epi8(' '), size = _mm256_set1_epi8((char)n);
	const __m256i index =
		_mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
				 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);
	__m256i behind = _mm256_add_epi8(index, _mm256_set1_epi8(32));
	uint8_t copy[64] = { 0 };
	struct text text;

	if (!padded) {
		memcpy(copy, p, n);
		p = copy;
	}
	text = text_load(p);
	text.half[0] = _mm256_blendv_epi8(spaces, text.half[0], _mm256_cmpgt_epi8(size, index));
	text.half[1] = _mm256_blendv_epi8(spaces, text.half[1], _mm256_cmpgt_epi8(size, behind));
	return text;
}

TARGET static inline uint64_t equal(struct text text, char c)
{
	__m256i all = _mm256_set1_epi8(c);
	uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(text.half[0], all));
	uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(text.half[1], all));

	return (uint64_t)high << 32 | low;
}

/* The highest bit of each byte. */
TARGET static inline uint64_t tops(struct text text)
{
	uint32_t low = (uint32_t)_mm256_movemask_epi8(text.half[0]);
	uint32_t high = (uint32_t)_mm256_movemask_epi8(text.half[1]);

	return (uint64_t)high << 32 | low;
}

TARGET static inline __m256i is_space(__m256i v)
{
	/* [low four bits of c] is c for the four white space characters, and no other c fits. */
	const __m256i table =
		_mm256_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0, ' ', 0,
				 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0);

	return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, v), v);
}

TARGET static inline __m256i is_control(__m256i v)
{
	return _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);
}

TARGET static inline void text_masks(struct text text, struct masks *out)
{
	const __m256i bit5 = _mm256_set1_epi8(0x20);
	__m256i a = text.half[0], b = text.half[1];
	/* '[' | 0x20 is '{', ']' | 0x20 is '}'. */
	struct text folded = { { _mm256_or_si256(a, bit5), _mm256_or_si256(b, bit5) } };

	out->quote = equal(text, '"');
	out->colon = equal(text, ':');
	out->comma = equal(text, ',');
	out->open = equal(folded, '{');
	out->close = equal(folded, '}');
	out->curly = tops((struct text) { { _mm256_slli_epi16(a, 2), _mm256_slli_epi16(b, 2) } });
	out->space = tops((struct text) { { is_space(a), is_space(b) } });
}

TARGET static inline bool text_is_special(struct text text)
{
	const __m256i backslash = _mm256_set1_epi8('\\');
	__m256i a = text.half[0], b = text.half[1];
	__m256i escapes =
		_mm256_or_si256(_mm256_cmpeq_epi8(a, backslash), _mm256_cmpeq_epi8(b, backslash));
	/* With a sign, bytes from 0x80 on are below 0x20 too. */
	__m256i low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), _mm256_min_epi8(a, b));

	return _mm256_movemask_epi8(_mm256_or_si256(escapes, low)) != 0;
}

TARGET static inline uint64_t text_backslashes(struct text text)
{
	return equal(text, '\\');
}

TARGET static inline uint64_t text_controls(struct text text)
{
	return tops((struct text) { { is_control(text.half[0]), is_control(text.half[1]) } });
}

TARGET static inline unsigned lanes_tops(lanes v)
{
	return (unsigned)_mm256_movemask_pd((__m256d)v);
}

TARGET static inline unsigned lanes_used(lanes v)
{
	__m256i zero = _mm256_cmpeq_epi64((__m256i)v, _mm256_setzero_si256());

	return (unsigned)_mm256_movemask_pd((__m256d)zero) ^ 15;
}

TARGET static inline lanes lanes_expand(unsigned bits)
{
	const __m256i each = _mm256_setr_epi64x(1, 2, 4, 8);

	return (lanes)_mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(bits), each), each);
}

TARGET static inline __m256i text_half(struct text text, int half)
{
	return text.half[half];
}

TARGET size_t medark_json_engine_avx2(const uint8_t *data, size_t size,
				      const struct medark_json_members *members)
{
	return run(data, size, members);
}
#endif
