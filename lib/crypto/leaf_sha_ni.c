/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaf hashes with the SHA extensions of x86-64. The instruction that does two rounds has a latency
 * of several cycles and every round waits for the one before, so a single message leaves half of
 * the unit idle: two independent records are interleaved instruction by instruction.
 *
 * A message is a few runs of whole blocks: a head block with prefix, salt and the record's first
 * bytes, the blocks that lie in the record itself, and a padded tail. A lane walks through its runs
 * and then takes the next record; both lanes advance by as many blocks as both have at hand.
 */
#include "crypto/leaf_lanes.h"

#ifdef MEDARK_LEAF_HAS_SHA_NI

#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>

#define TARGET	__attribute__((target("sha,sse4.1")))
#define BLOCK	64
#define PREFIX	(1 + MEDARK_LEAF_SALT_SIZE)
#define PADDING 9 /* the 0x80 byte and the 64-bit length */

/* FIPS 180-4 section 4.2.2 */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* The state in the order that the instructions want. */
struct state {
	__m128i abef;
	__m128i cdgh;
};

/* FIPS 180-4 section 5.3.3 */
TARGET static inline struct state initial(void)
{
	return (struct state) {
		.abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
		.cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
	};
}

TARGET static inline __m128i load(const uint8_t *p)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);

	return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), swap);
}

/* Rounds 4i to 4i+3 of one lane, s before and after, with the message words w. */
#define ROUNDS(s, w, i)                                                                            \
	do {                                                                                       \
		__m128i k_ = _mm_add_epi32(                                                        \
			w, _mm_load_si128(                                                         \
				   (const __m128i *)(const void *)&constants[(size_t)4 * (i)]));   \
		(s).cdgh = _mm_sha256rnds2_epu32((s).cdgh, (s).abef, k_);                          \
		k_ = _mm_shuffle_epi32(k_, 0x0e);                                                  \
		(s).abef = _mm_sha256rnds2_epu32((s).abef, (s).cdgh, k_);                          \
	} while (0)

/* Replaces w0 by the four message words that follow w3. */
#define SCHEDULE(w0, w1, w2, w3)                                                                   \
	((w0) = _mm_sha256msg2_epu32(                                                              \
		 _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4)), w3))

#define ROUNDS_1(i, n)                                                                             \
	do {                                                                                       \
		ROUNDS(a, a##n, i);                                                                \
	} while (0)
#define ROUNDS_2(i, n)                                                                             \
	do {                                                                                       \
		ROUNDS(a, a##n, i);                                                                \
		ROUNDS(b, b##n, i);                                                                \
	} while (0)
#define SCHEDULE_1(n0, n1, n2, n3) SCHEDULE(a##n0, a##n1, a##n2, a##n3)
#define SCHEDULE_2(n0, n1, n2, n3)                                                                 \
	do {                                                                                       \
		SCHEDULE(a##n0, a##n1, a##n2, a##n3);                                              \
		SCHEDULE(b##n0, b##n1, b##n2, b##n3);                                              \
	} while (0)

/* Sixteen rounds that also make the words of the next sixteen. */
#define SIXTEEN(ROUNDS_N, SCHEDULE_N, i)                                                           \
	do {                                                                                       \
		ROUNDS_N((i), 0);                                                                  \
		SCHEDULE_N(0, 1, 2, 3);                                                            \
		ROUNDS_N((i) + 1, 1);                                                              \
		SCHEDULE_N(1, 2, 3, 0);                                                            \
		ROUNDS_N((i) + 2, 2);                                                              \
		SCHEDULE_N(2, 3, 0, 1);                                                            \
		ROUNDS_N((i) + 3, 3);                                                              \
		SCHEDULE_N(3, 0, 1, 2);                                                            \
	} while (0)

/* The last sixteen. */
#define SIXTEEN_LAST(ROUNDS_N)                                                                     \
	do {                                                                                       \
		ROUNDS_N(12, 0);                                                                   \
		ROUNDS_N(13, 1);                                                                   \
		ROUNDS_N(14, 2);                                                                   \
		ROUNDS_N(15, 3);                                                                   \
	} while (0)

TARGET static void compress_1(struct state *s, const uint8_t *p, size_t blocks)
{
	struct state a = *s;

	for (; blocks; blocks--, p += BLOCK) {
		struct state before = a;
		__m128i a0 = load(p), a1 = load(p + 16), a2 = load(p + 32), a3 = load(p + 48);

		SIXTEEN(ROUNDS_1, SCHEDULE_1, 0);
		SIXTEEN(ROUNDS_1, SCHEDULE_1, 4);
		SIXTEEN(ROUNDS_1, SCHEDULE_1, 8);
		SIXTEEN_LAST(ROUNDS_1);
		a.abef = _mm_add_epi32(a.abef, before.abef);
		a.cdgh = _mm_add_epi32(a.cdgh, before.cdgh);
	}
	*s = a;
}

TARGET static void compress_2(struct state *s, const uint8_t *p, struct state *t, const uint8_t *q,
			      size_t blocks)
{
	struct state a = *s, b = *t;

	for (; blocks; blocks--, p += BLOCK, q += BLOCK) {
		struct state before_a = a, before_b = b;
		__m128i a0 = load(p), a1 = load(p + 16), a2 = load(p + 32), a3 = load(p + 48);
		__m128i b0 = load(q), b1 = load(q + 16), b2 = load(q + 32), b3 = load(q + 48);

		SIXTEEN(ROUNDS_2, SCHEDULE_2, 0);
		SIXTEEN(ROUNDS_2, SCHEDULE_2, 4);
		SIXTEEN(ROUNDS_2, SCHEDULE_2, 8);
		SIXTEEN_LAST(ROUNDS_2);
		a.abef = _mm_add_epi32(a.abef, before_a.abef);
		a.cdgh = _mm_add_epi32(a.cdgh, before_a.cdgh);
		b.abef = _mm_add_epi32(b.abef, before_b.abef);
		b.cdgh = _mm_add_epi32(b.cdgh, before_b.cdgh);
	}
	*s = a;
	*t = b;
}

struct run {
	const uint8_t *at;
	size_t blocks;
};

struct lane {
	struct state state;
	struct run runs[3]; /* what is left of the message; empty ones are skipped */
	unsigned run;
	struct medark_digest *out; /* NULL while the lane has no record */
	uint8_t head[BLOCK];
	uint8_t tail[2 * BLOCK];
};

/* What a lane takes its records from. */
struct work {
	const uint8_t (*salts)[MEDARK_LEAF_SALT_SIZE];
	const struct medark_bytes *records;
	struct medark_digest *out;
	size_t next, count;
};

/* Puts prefix and salt to the front of a buffer, and what fits of the record behind them. */
static void put_front(uint8_t *to, const uint8_t *salt, const uint8_t *record, size_t size)
{
	to[0] = 0x00;
	memcpy(to + 1, salt, MEDARK_LEAF_SALT_SIZE);
	if (size)
		memcpy(to + PREFIX, record, size);
}

/* Lays out the runs of the next record; false if there is none left. */
TARGET static bool lane_take(struct lane *lane, struct work *work)
{
	size_t i = work->next, size, total, rest, tail;
	const uint8_t *record;

	lane->out = NULL;
	if (i == work->count)
		return false;
	work->next++;
	record = work->records[i].data;
	size = work->records[i].size;
	total = PREFIX + size;
	rest = total % BLOCK;
	tail = rest + PADDING <= BLOCK ? 1 : 2;
	memset(lane->runs, 0, sizeof(lane->runs));
	if (total < BLOCK) {
		put_front(lane->tail, work->salts[i], record, size);
	} else {
		put_front(lane->head, work->salts[i], record, BLOCK - PREFIX);
		lane->runs[0] = (struct run) { lane->head, 1 };
		lane->runs[1] = (struct run) { record + BLOCK - PREFIX, total / BLOCK - 1 };
		memcpy(lane->tail, record + size - rest, rest);
	}
	memset(lane->tail + rest, 0, tail * BLOCK - rest);
	lane->tail[rest] = 0x80;
	medark_put_be64(lane->tail + tail * BLOCK - 8, (uint64_t)total * 8);
	lane->runs[2] = (struct run) { lane->tail, tail };
	lane->run = total < BLOCK ? 2 : 0;
	lane->state = initial();
	lane->out = &work->out[i];
	return true;
}

TARGET static void put_digest(const struct state *s, struct medark_digest *out)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bULL, 0x0405060700010203ULL);
	__m128i low = _mm_unpackhi_epi64(s->cdgh, s->abef);  /* d c b a */
	__m128i high = _mm_unpacklo_epi64(s->cdgh, s->abef); /* h g f e */

	low = _mm_shuffle_epi8(_mm_shuffle_epi32(low, 0x1b), swap);
	high = _mm_shuffle_epi8(_mm_shuffle_epi32(high, 0x1b), swap);
	_mm_storeu_si128((__m128i *)(void *)out->bytes, low);
	_mm_storeu_si128((__m128i *)(void *)(out->bytes + 16), high);
}

/* Counts blocks off; at the end of the message gives the digest and takes the next record. */
TARGET static void lane_advance(struct lane *lane, size_t blocks, struct work *work)
{
	struct run *run = &lane->runs[lane->run];

	run->at += blocks * BLOCK;
	run->blocks -= blocks;
	while (lane->run < 3 && lane->runs[lane->run].blocks == 0)
		lane->run++;
	if (lane->run < 3)
		return;
	put_digest(&lane->state, lane->out);
	(void)lane_take(lane, work);
}

TARGET static void lane_finish(struct lane *lane, struct work *work)
{
	while (lane->out) {
		const struct run *run = &lane->runs[lane->run];

		compress_1(&lane->state, run->at, run->blocks);
		lane_advance(lane, run->blocks, work);
	}
}

TARGET void medark_leaf_hash_sha_ni(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
				    const struct medark_bytes *records, size_t count,
				    struct medark_digest *out)
{
	struct work work = { .salts = salts, .records = records, .out = out, .count = count };
	struct lane a, b;

	(void)lane_take(&a, &work);
	(void)lane_take(&b, &work);
	while (a.out && b.out) {
		const struct run *x = &a.runs[a.run], *y = &b.runs[b.run];
		size_t blocks = x->blocks < y->blocks ? x->blocks : y->blocks;

		compress_2(&a.state, x->at, &b.state, y->at, blocks);
		lane_advance(&a, blocks, &work);
		lane_advance(&b, blocks, &work);
	}
	lane_finish(&a, &work);
	lane_finish(&b, &work);
}

/* ---- nodes: messages of one size, two blocks each ---- */

#define NODE (1 + 2 * MEDARK_DIGEST_SIZE)

/* The padded message; the bytes that are equal in all nodes stand there already. */
static void put_node(uint8_t message[2 * BLOCK], const struct medark_digest *children)
{
	memcpy(message + 1, children, NODE - 1);
}

TARGET void medark_node_hash_sha_ni(const struct medark_digest *children, size_t count,
				    struct medark_digest *out)
{
	uint8_t x[2 * BLOCK] = { [0] = 0x01, [NODE] = 0x80 };
	uint8_t y[2 * BLOCK] = { [0] = 0x01, [NODE] = 0x80 };
	size_t i = 0;

	medark_put_be64(x + sizeof(x) - 8, NODE * 8);
	medark_put_be64(y + sizeof(y) - 8, NODE * 8);
	for (; i + 2 <= count; i += 2) {
		struct state a = initial(), b = initial();

		put_node(x, &children[2 * i]);
		put_node(y, &children[2 * i + 2]);
		compress_2(&a, x, &b, y, 2);
		put_digest(&a, &out[i]);
		put_digest(&b, &out[i + 1]);
	}
	if (i < count) {
		struct state a = initial();

		put_node(x, &children[2 * i]);
		compress_1(&a, x, 2);
		put_digest(&a, &out[i]);
	}
}

static bool probe(void)
{
	unsigned eax, ebx, ecx, edx;

	if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & bit_SHA))
		return false;
	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_SSE4_1) && (ecx & bit_SSSE3);
}

bool medark_leaf_sha_ni_available(void)
{
	static atomic_int known; /* 0 not asked yet, 1 no, 2 yes */
	int answer = atomic_load_explicit(&known, memory_order_relaxed);

	if (answer == 0) {
		answer = probe() ? 2 : 1;
		atomic_store_explicit(&known, answer, memory_order_relaxed);
	}
	return answer == 2;
}

#else
/* ISO C wants a translation unit to hold something. */
extern int medark_leaf_sha_ni_absent;
#endif
