/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaf hashes in vectors alone: one word of sixteen messages in a register of 512 bits. This is for
 * processors whose vector units are as wide as that and whose SHA unit is slow or, as Intel's,
 * cannot work beside them: its instructions have the old encoding, and each one that follows a
 * vector instruction of more than 128 bits costs hundreds of cycles.
 *
 * A lane whose message ends takes the next record at once. When there are no more records and few
 * lanes are still busy, the SHA extensions finish what is left: they are quicker then.
 */
#include "crypto/leaf_lanes.h"

#ifdef MEDARK_LEAF_HAS_X86

#include "crypto/leaf_feed.h"

#define TARGET MEDARK_LEAF_AVX512
#define BLOCK  MEDARK_LEAF_BLOCK
#define LANES  16
/* With fewer busy lanes the SHA extensions are faster. */
#define WORTH 8

/* ---- one block of each lane ---- */

/* Word i of the state of lane l. */
struct states {
	uint32_t words[8][LANES];
} __attribute__((aligned(64)));

/* FIPS 180-4 section 4.1.2; the constants are truth tables. */
#define XOR(x, y, z)	_mm512_ternarylogic_epi32(x, y, z, 0x96)
#define CHOOSE(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xca)
#define MOST(x, y, z)	_mm512_ternarylogic_epi32(x, y, z, 0xe8)
#define ROTATE		_mm512_ror_epi32
#define ADD		_mm512_add_epi32
#define BIG_0(x)	XOR(ROTATE(x, 2), ROTATE(x, 13), ROTATE(x, 22))
#define BIG_1(x)	XOR(ROTATE(x, 6), ROTATE(x, 11), ROTATE(x, 25))
#define SMALL_0(x)	XOR(ROTATE(x, 7), ROTATE(x, 18), _mm512_srli_epi32(x, 3))
#define SMALL_1(x)	XOR(ROTATE(x, 17), ROTATE(x, 19), _mm512_srli_epi32(x, 10))

/* Section 6.2.2, step 3 for round t; the names of the variables move instead of their values. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                                           \
	do {                                                                                       \
		__m512i k_ = _mm512_set1_epi32((int)medark_leaf_constants[t]);                     \
		__m512i x_ = ADD(ADD(h, ADD(w[(t)&15], k_)), ADD(BIG_1(e), CHOOSE(e, f, g)));      \
		d = ADD(d, x_);                                                                    \
		h = ADD(x_, ADD(BIG_0(a), MOST(a, b, c)));                                         \
	} while (0)

/* Step 1: replaces word t by the one sixteen rounds later. */
#define SCHEDULE(t)                                                                                \
	(w[(t)&15] = ADD(ADD(w[(t)&15], w[((t) + 9) & 15]),                                        \
			 ADD(SMALL_0(w[((t) + 1) & 15]), SMALL_1(w[((t) + 14) & 15]))))

#define EIGHT_ROUNDS(t)                                                                            \
	do {                                                                                       \
		ROUND(a, b, c, d, e, f, g, h, t);                                                  \
		ROUND(h, a, b, c, d, e, f, g, (t) + 1);                                            \
		ROUND(g, h, a, b, c, d, e, f, (t) + 2);                                            \
		ROUND(f, g, h, a, b, c, d, e, (t) + 3);                                            \
		ROUND(e, f, g, h, a, b, c, d, (t) + 4);                                            \
		ROUND(d, e, f, g, h, a, b, c, (t) + 5);                                            \
		ROUND(c, d, e, f, g, h, a, b, (t) + 6);                                            \
		ROUND(b, c, d, e, f, g, h, a, (t) + 7);                                            \
	} while (0)

#define EIGHT_WORDS(t)                                                                             \
	do {                                                                                       \
		SCHEDULE(t);                                                                       \
		SCHEDULE((t) + 1);                                                                 \
		SCHEDULE((t) + 2);                                                                 \
		SCHEDULE((t) + 3);                                                                 \
		SCHEDULE((t) + 4);                                                                 \
		SCHEDULE((t) + 5);                                                                 \
		SCHEDULE((t) + 6);                                                                 \
		SCHEDULE((t) + 7);                                                                 \
	} while (0)

/* From four words of four lanes in each register, to four lanes of one word in each quarter. */
TARGET static inline __attribute__((always_inline)) void transpose_quarters(__m512i r[4])
{
	__m512i a = _mm512_unpacklo_epi32(r[0], r[1]), b = _mm512_unpackhi_epi32(r[0], r[1]);
	__m512i c = _mm512_unpacklo_epi32(r[2], r[3]), d = _mm512_unpackhi_epi32(r[2], r[3]);

	r[0] = _mm512_unpacklo_epi64(a, c);
	r[1] = _mm512_unpackhi_epi64(a, c);
	r[2] = _mm512_unpacklo_epi64(b, d);
	r[3] = _mm512_unpackhi_epi64(b, d);
}

/* Words 4g to 4g + 3 of lanes i, i + 4, i + 8 and i + 12, a quarter each. */
TARGET static inline __attribute__((always_inline)) __m512i
load_four(const uint8_t *const at[LANES], size_t g, size_t i)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
	__m512i v = _mm512_castsi128_si512(
		_mm_loadu_si128((const __m128i *)(const void *)(at[i] + 16 * g)));

	v = _mm512_inserti32x4(
		v, _mm_loadu_si128((const __m128i *)(const void *)(at[i + 4] + 16 * g)), 1);
	v = _mm512_inserti32x4(
		v, _mm_loadu_si128((const __m128i *)(const void *)(at[i + 8] + 16 * g)), 2);
	v = _mm512_inserti32x4(
		v, _mm_loadu_si128((const __m128i *)(const void *)(at[i + 12] + 16 * g)), 3);
	return _mm512_shuffle_epi8(v, _mm512_broadcast_i32x4(swap));
}

/* Takes the states through the blocks `at`. */
TARGET static void compress(struct states *s, const uint8_t *const at[LANES])
{
	__m512i a = _mm512_load_si512(s->words[0]), b = _mm512_load_si512(s->words[1]);
	__m512i c = _mm512_load_si512(s->words[2]), d = _mm512_load_si512(s->words[3]);
	__m512i e = _mm512_load_si512(s->words[4]), f = _mm512_load_si512(s->words[5]);
	__m512i g = _mm512_load_si512(s->words[6]), h = _mm512_load_si512(s->words[7]);
	__m512i w[16];

#pragma GCC unroll 4
	for (size_t i = 0; i < 4; i++) {
		w[4 * i] = load_four(at, i, 0);
		w[4 * i + 1] = load_four(at, i, 1);
		w[4 * i + 2] = load_four(at, i, 2);
		w[4 * i + 3] = load_four(at, i, 3);
		transpose_quarters(w + 4 * i);
	}
	EIGHT_ROUNDS(0);
	EIGHT_WORDS(0);
	EIGHT_ROUNDS(8);
	EIGHT_WORDS(8);
	EIGHT_ROUNDS(16);
	EIGHT_WORDS(16);
	EIGHT_ROUNDS(24);
	EIGHT_WORDS(24);
	EIGHT_ROUNDS(32);
	EIGHT_WORDS(32);
	EIGHT_ROUNDS(40);
	EIGHT_WORDS(40);
	EIGHT_ROUNDS(48);
	EIGHT_ROUNDS(56);
	_mm512_store_si512(s->words[0], ADD(a, _mm512_load_si512(s->words[0])));
	_mm512_store_si512(s->words[1], ADD(b, _mm512_load_si512(s->words[1])));
	_mm512_store_si512(s->words[2], ADD(c, _mm512_load_si512(s->words[2])));
	_mm512_store_si512(s->words[3], ADD(d, _mm512_load_si512(s->words[3])));
	_mm512_store_si512(s->words[4], ADD(e, _mm512_load_si512(s->words[4])));
	_mm512_store_si512(s->words[5], ADD(f, _mm512_load_si512(s->words[5])));
	_mm512_store_si512(s->words[6], ADD(g, _mm512_load_si512(s->words[6])));
	_mm512_store_si512(s->words[7], ADD(h, _mm512_load_si512(s->words[7])));
}

/* Section 5.3.3 */
static void begin_state(struct states *s, unsigned i)
{
	static const uint32_t initial[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	for (size_t n = 0; n < 8; n++)
		s->words[n][i] = initial[n];
}

static void put_digest(const struct states *s, unsigned i, struct medark_digest *out)
{
	for (size_t n = 0; n < 8; n++)
		medark_put_be32(out->bytes + 4 * n, s->words[n][i]);
}

/* ---- leaves ---- */

struct lanes {
	struct states states;
	struct medark_leaf_feed feed;
};

/* From the blocks that are done to those behind them. */
TARGET static void advance(struct lanes *lanes)
{
	struct medark_leaf_feed *feed = &lanes->feed;
	uint32_t ended = medark_leaf_feed_advance(feed, LANES);

	for (; ended; ended &= ended - 1) {
		unsigned i = (unsigned)__builtin_ctz(ended);

		if (medark_leaf_feed_next_run(feed, i))
			continue;
		put_digest(&lanes->states, i, feed->messages[i].out);
		begin_state(&lanes->states, i);
		medark_leaf_feed_take(feed, i);
	}
}

/* Leaves the messages under way to the SHA extensions. */
TARGET static void finish(struct lanes *lanes)
{
	struct medark_leaf_started started[LANES];
	size_t count = 0;

	for (uint32_t left = lanes->feed.busy; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);
		const uint32_t(*s)[LANES] = lanes->states.words;

		started[count].message = medark_leaf_feed_rest(&lanes->feed, i);
		started[count].state.abef =
			_mm_set_epi32((int)s[0][i], (int)s[1][i], (int)s[4][i], (int)s[5][i]);
		started[count++].state.cdgh =
			_mm_set_epi32((int)s[2][i], (int)s[3][i], (int)s[6][i], (int)s[7][i]);
	}
	medark_leaf_finish_sha_ni(started, count);
}

TARGET void medark_leaf_hash_sixteen(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
				     const struct medark_bytes *records, size_t count,
				     struct medark_digest *out)
{
	struct lanes lanes;

	if (count < WORTH) {
		medark_leaf_hash_sha_ni(salts, records, count, out);
		return;
	}
	for (unsigned i = 0; i < LANES; i++)
		begin_state(&lanes.states, i);
	medark_leaf_feed_init(&lanes.feed, LANES, salts, records, count, out);
	while (__builtin_popcount(lanes.feed.busy) >= WORTH) {
		compress(&lanes.states, lanes.feed.at);
		advance(&lanes);
	}
	finish(&lanes);
}

/* ---- nodes: messages of one size, two blocks each ---- */

TARGET void medark_node_hash_sixteen(const struct medark_digest *children, size_t count,
				     struct medark_digest *out)
{
	size_t whole = count - count % LANES;
	uint8_t messages[LANES][2 * BLOCK];
	const uint8_t *first[LANES], *second[LANES];
	struct states initial, states;

	for (unsigned i = 0; i < LANES && whole; i++) {
		medark_leaf_begin_node(messages[i]);
		first[i] = messages[i];
		second[i] = messages[i] + BLOCK;
		begin_state(&initial, i);
	}
	for (size_t n = 0; n < whole; n += LANES) {
		for (size_t i = 0; i < LANES; i++)
			medark_leaf_put_children(messages[i], &children[2 * (n + i)]);
		states = initial;
		compress(&states, first);
		compress(&states, second);
		for (unsigned i = 0; i < LANES; i++)
			put_digest(&states, i, &out[n + i]);
	}
	medark_node_hash_sha_ni(&children[2 * whole], count - whole, &out[whole]);
}

#else
/* ISO C wants a translation unit to hold something. */
extern int medark_leaf_sixteen_absent;
#endif
