/* SPDX-License-Identifier: Apache-2.0 */
/* The search eight bytes at a time, on any processor. */
#include "container/sequences_finder.h"

#define ONES UINT64_C(0x0101010101010101)
#define TOPS UINT64_C(0x8080808080808080)

/* The byte at p is the lowest. */
static inline uint64_t word(const uint8_t *p)
{
	return medark_get_le64(p);
}

/* The top bit of each byte that is a quote, and no other bit. */
static inline uint64_t quotes(const uint8_t *p)
{
	uint64_t v = word(p) ^ ONES * '"';

	return ~(((v & ~TOPS) + ~TOPS) | v | ~TOPS);
}

static inline size_t first(uint64_t bits)
{
	return (size_t)__builtin_ctzll(bits) / 8;
}

static inline size_t last(uint64_t bits)
{
	return (size_t)__builtin_clzll(bits) / 8;
}

static inline size_t quote_after(const uint8_t *p)
{
	for (size_t n = 0; n < 64; n += 8) {
		uint64_t found = quotes(p + n);

		if (found)
			return n + first(found);
	}
	return 64;
}

static inline size_t quote_before(const uint8_t *p)
{
	for (size_t n = 0; n < 64; n += 8) {
		uint64_t found = quotes(p - n - 8);

		if (found)
			return n + 1 + last(found);
	}
	return 65;
}

static inline size_t equal_before(const uint8_t *a, const uint8_t *b)
{
	for (size_t n = 0; n < 64; n += 8) {
		uint64_t different = word(a - n - 8) ^ word(b - n - 8);

		if (different)
			return n + last(different);
	}
	return 64;
}

static inline size_t equal_after(const uint8_t *a, const uint8_t *b, const uint8_t *stop)
{
	const uint8_t *from = a;
	uint64_t different = 0;

	while (a < stop && (different = word(a) ^ word(b)) == 0) {
		a += 8;
		b += 8;
	}
	if (different)
		a += first(different);
	return (size_t)((a < stop ? a : stop) - from);
}

#include "container/sequences_body.h"

bool medark_sequences_search_scalar(struct medark_bytes text, struct medark_sequence_tables *tables,
				    struct medark_sequence_list *list)
{
	return search(text, tables, list);
}
