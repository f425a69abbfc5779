/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaf hashes with AVX-512 and the SHA extensions side by side. The SHA extensions do the rounds of
 * eight messages, while vector units that they leave idle make the message words of the eight next
 * blocks: one word of every message in a register of 256 bits. This is for processors of AMD, where
 * registers of 512 bits would take the SHA unit's place, and everything in vectors of sixteen
 * messages (leaf_sixteen.c) is not faster than the SHA extensions alone.
 *
 * A lane whose message ends takes the next record at once. When there are no more records and few
 * lanes are still busy, the SHA extensions alone finish what is left: they are quicker then.
 */
#include "crypto/leaf_lanes.h"

#ifdef MEDARK_LEAF_HAS_X86

#include "crypto/leaf_feed.h"

#define TARGET MEDARK_LEAF_AVX512
#define BLOCK  MEDARK_LEAF_BLOCK
#define LANES  8
/* With fewer busy lanes the SHA extensions alone are faster. */
#define WORTH 6

/* ---- a step: the rounds of one block of each lane, and the words of its next block ---- */

/*
 * The message words of a block of each lane, with the constants added, in pairs: what one
 * instruction for two rounds takes. Pair p of lane l is for rounds 2p and 2p + 1. In both parts it
 * lies where the vector instructions leave it.
 */
struct words {
	uint32_t first[4][4][8]; /* rounds 0 to 15 */
	uint32_t rest[24][16];
} __attribute__((aligned(64)));

#define PAIR_FIRST(l, p) first[((p) / 2) & 3][(l)&3][((l) / 4) * 4 + ((p)&1) * 2]
#define PAIR_REST(l, p)	 rest[((p) + 16) % 24][((l)&1) * 2 + (((l) / 2) & 1) * 8 + ((l) / 4) * 4]
#define PAIR(l, p)	 ((p) < 8 ? &now->PAIR_FIRST(l, p) : &now->PAIR_REST(l, p))

/* Two rounds of the lane half * 4 + i. */
#define TWO_ROUNDS(half, i, p)                                                                     \
	do {                                                                                       \
		__m128i k_ =                                                                       \
			_mm_loadl_epi64((const __m128i *)(const void *)PAIR((half)*4 + (i), p));   \
		if ((p)&1)                                                                         \
			abef[i] = _mm_sha256rnds2_epu32(abef[i], cdgh[i], k_);                     \
		else                                                                               \
			cdgh[i] = _mm_sha256rnds2_epu32(cdgh[i], abef[i], k_);                     \
	} while (0)

/* Of four lanes: as many as the instruction takes cycles to finish. */
#define ROUNDS(half, p)                                                                            \
	do {                                                                                       \
		TWO_ROUNDS(half, 0, p);                                                            \
		TWO_ROUNDS(half, 1, p);                                                            \
		TWO_ROUNDS(half, 2, p);                                                            \
		TWO_ROUNDS(half, 3, p);                                                            \
	} while (0)

/* FIPS 180-4 section 4.1.2; 0x96 is the truth table of an exclusive or of three. */
#define XOR(x, y, z) _mm256_ternarylogic_epi32(x, y, z, 0x96)
#define ROTATE	     _mm256_ror_epi32
#define ADD	     _mm256_add_epi32
#define SMALL_0(x)   XOR(ROTATE(x, 7), ROTATE(x, 18), _mm256_srli_epi32(x, 3))
#define SMALL_1(x)   XOR(ROTATE(x, 17), ROTATE(x, 19), _mm256_srli_epi32(x, 10))

/* Section 6.2.2: replaces word i by the one sixteen rounds later. */
#define SCHEDULE(i)                                                                                \
	(w[(i)&15] = ADD(ADD(ADD(w[(i)&15], w[((i) + 9) & 15]), SMALL_0(w[((i) + 1) & 15])),       \
			 SMALL_1(w[((i) + 14) & 15])))

/* Puts the words of rounds t and t + 1 where PAIR_REST finds them. */
#define PUT_REST(t)                                                                                \
	do {                                                                                       \
		__m256i x_ = ADD(w[(t)&15], _mm256_set1_epi32((int)medark_leaf_constants[t]));     \
		__m256i y_ = ADD(w[((t) + 1) & 15],                                                \
				 _mm256_set1_epi32((int)medark_leaf_constants[(t) + 1]));          \
		__m256i *to_ = (__m256i *)(void *)next->rest[(t) / 2 - 8];                         \
		_mm256_store_si256(to_, _mm256_unpacklo_epi32(x_, y_));                            \
		_mm256_store_si256(to_ + 1, _mm256_unpackhi_epi32(x_, y_));                        \
	} while (0)

/* Rounds of pairs p and p + 1, and the words of rounds t and t + 1. */
#define TWO_PAIRS(half, p, t)                                                                      \
	do {                                                                                       \
		ROUNDS(half, p);                                                                   \
		SCHEDULE(t);                                                                       \
		ROUNDS(half, (p) + 1);                                                             \
		SCHEDULE((t) + 1);                                                                 \
		PUT_REST(t);                                                                       \
	} while (0)

#define SIXTEEN_PAIRS(half, p, t)                                                                  \
	do {                                                                                       \
		TWO_PAIRS(half, p, t);                                                             \
		TWO_PAIRS(half, (p) + 2, (t) + 2);                                                 \
		TWO_PAIRS(half, (p) + 4, (t) + 4);                                                 \
		TWO_PAIRS(half, (p) + 6, (t) + 6);                                                 \
		TWO_PAIRS(half, (p) + 8, (t) + 8);                                                 \
		TWO_PAIRS(half, (p) + 10, (t) + 10);                                               \
		TWO_PAIRS(half, (p) + 12, (t) + 12);                                               \
		TWO_PAIRS(half, (p) + 14, (t) + 14);                                               \
	} while (0)

/* Words 4g to 4g + 3 of lanes i and i + 4. */
#define LOAD(g, i)                                                                                 \
	do {                                                                                       \
		__m256i k_ = _mm256_broadcastsi128_si256(_mm_load_si128(                           \
			(const __m128i *)(const void *)&medark_leaf_constants[(size_t)4 * (g)]));  \
		w[4 * (g) + (i)] =                                                                 \
			load_two(at[i] + (size_t)16 * (g), at[(i) + 4] + (size_t)16 * (g));        \
		_mm256_store_si256((__m256i *)(void *)next->first[g][i],                           \
				   ADD(w[4 * (g) + (i)], k_));                                     \
	} while (0)

/* Rounds of four pairs, and words 4g to 4g + 3 of all lanes. */
#define FOUR_PAIRS(half, g)                                                                        \
	do {                                                                                       \
		ROUNDS(half, 4 * (g));                                                             \
		LOAD(g, 0);                                                                        \
		ROUNDS(half, 4 * (g) + 1);                                                         \
		LOAD(g, 1);                                                                        \
		ROUNDS(half, 4 * (g) + 2);                                                         \
		LOAD(g, 2);                                                                        \
		ROUNDS(half, 4 * (g) + 3);                                                         \
		LOAD(g, 3);                                                                        \
		transpose(w + (size_t)4 * (g));                                                    \
	} while (0)

TARGET static inline __m256i load_two(const uint8_t *low, const uint8_t *high)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
	__m256i v = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)low));

	v = _mm256_inserti128_si256(v, _mm_loadu_si128((const __m128i *)(const void *)high), 1);
	return _mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(swap));
}

/* In each half, from four words of each lane to each word of four lanes. */
TARGET static inline __attribute__((always_inline)) void transpose(__m256i r[4])
{
	__m256i a = _mm256_unpacklo_epi32(r[0], r[1]), b = _mm256_unpackhi_epi32(r[0], r[1]);
	__m256i c = _mm256_unpacklo_epi32(r[2], r[3]), d = _mm256_unpackhi_epi32(r[2], r[3]);

	r[0] = _mm256_unpacklo_epi64(a, c);
	r[1] = _mm256_unpackhi_epi64(a, c);
	r[2] = _mm256_unpacklo_epi64(b, d);
	r[3] = _mm256_unpackhi_epi64(b, d);
}

TARGET static inline __attribute__((always_inline)) void
begin_half(const struct medark_leaf_state s[4], __m128i abef[4], __m128i cdgh[4])
{
	for (int i = 0; i < 4; i++) {
		abef[i] = s[i].abef;
		cdgh[i] = s[i].cdgh;
	}
}

TARGET static inline __attribute__((always_inline)) void
end_half(struct medark_leaf_state s[4], const __m128i abef[4], const __m128i cdgh[4])
{
	for (int i = 0; i < 4; i++) {
		s[i].abef = _mm_add_epi32(s[i].abef, abef[i]);
		s[i].cdgh = _mm_add_epi32(s[i].cdgh, cdgh[i]);
	}
}

/* Takes the states s through the blocks of `now`; `next` gets the words of the blocks `at`. */
TARGET static void step(struct medark_leaf_state s[LANES], const struct words *now,
			struct words *next, const uint8_t *const at[LANES])
{
	__m128i abef[4], cdgh[4];
	__m256i w[16];

	begin_half(s, abef, cdgh);
	FOUR_PAIRS(0, 0);
	FOUR_PAIRS(0, 1);
	FOUR_PAIRS(0, 2);
	FOUR_PAIRS(0, 3);
	SIXTEEN_PAIRS(0, 16, 16);
	end_half(s, abef, cdgh);
	begin_half(s + 4, abef, cdgh);
	SIXTEEN_PAIRS(1, 0, 32);
	SIXTEEN_PAIRS(1, 16, 48);
	end_half(s + 4, abef, cdgh);
}

/* ---- leaves ---- */

struct lanes {
	struct words words[2];
	struct medark_leaf_state states[LANES];
	struct medark_digest *out[LANES]; /* of a message whose last block comes in this step */
	uint32_t last;			  /* the lanes with such a message, a bit each */
	struct medark_leaf_feed feed;
};

/* From the blocks whose words are made to those behind them. */
TARGET static void advance(struct lanes *lanes)
{
	struct medark_leaf_feed *feed = &lanes->feed;
	uint32_t ended = medark_leaf_feed_advance(feed, LANES);

	for (; ended; ended &= ended - 1) {
		unsigned i = (unsigned)__builtin_ctz(ended);

		if (medark_leaf_feed_next_run(feed, i))
			continue;
		lanes->out[i] = feed->messages[i].out;
		lanes->last |= UINT32_C(1) << i;
		medark_leaf_feed_take(feed, i);
	}
}

/* Gives the digests of the messages that have ended; their lanes begin anew. */
TARGET static void put_digests(struct lanes *lanes)
{
	for (; lanes->last; lanes->last &= lanes->last - 1) {
		unsigned i = (unsigned)__builtin_ctz(lanes->last);

		medark_leaf_put_digest(lanes->states[i], lanes->out[i]);
		lanes->states[i] = medark_leaf_initial();
	}
}

/* Leaves the messages under way to the SHA extensions; their words in hand are of no use. */
TARGET static void finish(struct lanes *lanes)
{
	struct medark_leaf_started started[LANES];
	size_t count = 0;

	for (uint32_t left = lanes->feed.busy; left; left &= left - 1) {
		unsigned i = (unsigned)__builtin_ctz(left);

		started[count++] = (struct medark_leaf_started) {
			medark_leaf_feed_rest(&lanes->feed, i),
			lanes->states[i],
		};
	}
	medark_leaf_finish_sha_ni(started, count);
}

TARGET void medark_leaf_hash_eight(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
				   const struct medark_bytes *records, size_t count,
				   struct medark_digest *out)
{
	struct lanes lanes;

	if (count < LANES) {
		medark_leaf_hash_sha_ni(salts, records, count, out);
		return;
	}
	lanes.last = 0;
	medark_leaf_feed_init(&lanes.feed, LANES, salts, records, count, out);
	/* The first words come with rounds that are of no use. */
	memset(&lanes.words[1], 0, sizeof(lanes.words[1]));
	memset(lanes.states, 0, sizeof(lanes.states));
	step(lanes.states, &lanes.words[1], &lanes.words[0], lanes.feed.at);
	for (unsigned i = 0; i < LANES; i++)
		lanes.states[i] = medark_leaf_initial();
	for (unsigned turn = 0; __builtin_popcount(lanes.feed.busy) >= WORTH; turn ^= 1) {
		advance(&lanes);
		step(lanes.states, &lanes.words[turn], &lanes.words[turn ^ 1], lanes.feed.at);
		put_digests(&lanes);
	}
	finish(&lanes);
}

/* ---- nodes: messages of one size, two blocks each ---- */

TARGET void medark_node_hash_eight(const struct medark_digest *children, size_t count,
				   struct medark_digest *out)
{
	size_t whole = count < (size_t)2 * LANES ? 0 : count - count % LANES;
	uint8_t messages[LANES][2 * BLOCK];
	struct medark_leaf_state states[LANES];
	const uint8_t *first[LANES], *second[LANES];
	struct words words[2];

	for (size_t i = 0; i < LANES; i++) {
		medark_leaf_begin_node(messages[i]);
		first[i] = messages[i];
		second[i] = messages[i] + BLOCK;
	}
	memset(&words[1], 0, sizeof(words[1]));
	memset(states, 0, sizeof(states));
	for (size_t n = 0; n < whole + LANES && whole; n += LANES) {
		/* The second blocks of the nodes before, while the first blocks of these are made.
		 */
		for (size_t i = 0; i < LANES && n < whole; i++)
			medark_leaf_put_children(messages[i], &children[2 * (n + i)]);
		step(states, &words[1], &words[0], first);
		for (size_t i = 0; i < LANES; i++) {
			if (n)
				medark_leaf_put_digest(states[i], &out[n - LANES + i]);
			states[i] = medark_leaf_initial();
		}
		if (n < whole)
			step(states, &words[0], &words[1], second);
	}
	medark_node_hash_sha_ni(&children[2 * whole], count - whole, &out[whole]);
}

#else
/* ISO C wants a translation unit to hold something. */
extern int medark_leaf_eight_absent;
#endif
