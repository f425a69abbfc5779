/* SPDX-License-Identifier: Apache-2.0 */
/* This file is compiled with AVX2: nothing in it may be called before the processor is asked. */
#include "container/sequences_finder.h"

#if defined(__x86_64__)
#include <immintrin.h>

static inline __m256i half(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

static inline uint64_t mask(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
							     << 32;
}

static inline uint64_t quotes(const uint8_t *p)
{
	const __m256i quote = _mm256_set1_epi8('"');

	return mask(_mm256_cmpeq_epi8(half(p), quote), _mm256_cmpeq_epi8(half(p + 32), quote));
}

static inline uint64_t differences(const uint8_t *a, const uint8_t *b)
{
	return ~mask(_mm256_cmpeq_epi8(half(a), half(b)),
		     _mm256_cmpeq_epi8(half(a + 32), half(b + 32)));
}

static inline size_t zeros_above(uint64_t bits)
{
	return bits ? (size_t)__builtin_clzll(bits) : 64;
}

static inline size_t quote_after(const uint8_t *p)
{
	return (size_t)_tzcnt_u64(quotes(p));
}

static inline size_t quote_before(const uint8_t *p)
{
	return 1 + zeros_above(quotes(p - 64));
}

static inline size_t equal_before(const uint8_t *a, const uint8_t *b)
{
	return zeros_above(differences(a - 64, b - 64));
}

static inline size_t equal_after(const uint8_t *a, const uint8_t *b, const uint8_t *stop)
{
	const uint8_t *from = a;
	uint64_t different = 0;

	while (a < stop && (different = differences(a, b)) == 0) {
		a += 64;
		b += 64;
	}
	if (different)
		a += _tzcnt_u64(different);
	return (size_t)((a < stop ? a : stop) - from);
}

#include "container/sequences_body.h"

bool medark_sequences_search_avx2(struct medark_bytes text, struct medark_sequence_tables *tables,
				  struct medark_sequence_list *list)
{
	return search(text, tables, list);
}

#else
/* ISO C wants a translation unit to hold something. */
extern int medark_sequences_avx2_absent;
#endif
