/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaf hashes with the SHA extensions of x86-64. The instruction that does two rounds has a latency
 * of several cycles and every round waits for the one before, so a single message leaves half of
 * the unit idle: two independent records are interleaved instruction by instruction.
 *
 * A lane walks through the runs of its message and then takes the next one; both lanes advance by
 * as many blocks as both have at hand.
 */
#include "crypto/leaf_lanes.h"

#ifdef MEDARK_LEAF_HAS_X86

#include "crypto/leaf_x86.h"

#include <cpuid.h>
#include <stdatomic.h>
#include <string.h>

#define TARGET MEDARK_LEAF_SHA_NI
#define BLOCK  MEDARK_LEAF_BLOCK
#define PREFIX MEDARK_LEAF_PREFIX

const uint32_t medark_leaf_constants[64] __attribute__((aligned(64))) = {
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

TARGET static inline __m128i load(const uint8_t *p)
{
	return medark_leaf_swap(_mm_loadu_si128((const __m128i *)(const void *)p));
}

/* Rounds 4i to 4i+3 of one lane, s before and after, with the message words w. */
#define ROUNDS(s, w, i)                                                                            \
	do {                                                                                       \
		__m128i k_ = _mm_add_epi32(                                                        \
			w,                                                                         \
			_mm_load_si128(                                                            \
				(const __m128i *)(const void *)&medark_leaf_constants[(size_t)4 *  \
										      (i)]));      \
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

TARGET static void compress_1(struct medark_leaf_state *s, const uint8_t *p, size_t blocks)
{
	struct medark_leaf_state a = *s;

	for (; blocks; blocks--, p += BLOCK) {
		struct medark_leaf_state before = a;
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

TARGET static void compress_2(struct medark_leaf_state *s, const uint8_t *p,
			      struct medark_leaf_state *t, const uint8_t *q, size_t blocks)
{
	struct medark_leaf_state a = *s, b = *t;

	for (; blocks; blocks--, p += BLOCK, q += BLOCK) {
		struct medark_leaf_state before_a = a, before_b = b;
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

struct lane {
	struct medark_leaf_state state;
	struct medark_leaf_message *message; /* NULL while the lane has none */
	struct medark_leaf_message own;
};

/* What a lane takes its messages from: those that have begun, then the records. */
struct work {
	const struct medark_leaf_started *started;
	size_t started_count;
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

static void lay_out(struct medark_leaf_message *m, const uint8_t *salt, struct medark_bytes record)
{
	size_t total = PREFIX + record.size, rest = total % BLOCK;
	size_t tail = rest + MEDARK_LEAF_PADDING <= BLOCK ? 1 : 2;

	memset(m->runs, 0, sizeof(m->runs));
	if (total < BLOCK) {
		put_front(m->tail, salt, record.data, record.size);
	} else {
		put_front(m->head, salt, record.data, BLOCK - PREFIX);
		m->runs[0] = (struct medark_leaf_run) { m->head, 1 };
		m->runs[1] = (struct medark_leaf_run) { record.data + BLOCK - PREFIX,
							total / BLOCK - 1 };
		memcpy(m->tail, record.data + record.size - rest, rest);
	}
	memset(m->tail + rest, 0, tail * BLOCK - rest);
	m->tail[rest] = 0x80;
	medark_put_be64(m->tail + tail * BLOCK - 8, (uint64_t)total * 8);
	m->runs[2] = (struct medark_leaf_run) { m->tail, tail };
	m->run = total < BLOCK ? 2 : 0;
}

/* Begins the next message, if there is one. */
TARGET static void lane_take(struct lane *lane, struct work *work)
{
	size_t i = work->next;

	if (work->started_count) {
		lane->message = work->started->message;
		lane->state = work->started->state;
		work->started++;
		work->started_count--;
		return;
	}
	lane->message = NULL;
	if (i == work->count)
		return;
	work->next++;
	lane->message = &lane->own;
	lane->state = medark_leaf_initial();
	lay_out(&lane->own, work->salts[i], work->records[i]);
	lane->own.out = &work->out[i];
}

/* Counts blocks off; at the end of the message gives the digest and takes the next one. */
TARGET static void lane_advance(struct lane *lane, size_t blocks, struct work *work)
{
	struct medark_leaf_message *m = lane->message;

	m->runs[m->run].at += blocks * BLOCK;
	m->runs[m->run].blocks -= blocks;
	while (m->run < 3 && m->runs[m->run].blocks == 0)
		m->run++;
	if (m->run < 3)
		return;
	medark_leaf_put_digest(lane->state, m->out);
	lane_take(lane, work);
}

TARGET static void lane_finish(struct lane *lane, struct work *work)
{
	while (lane->message) {
		const struct medark_leaf_run *run = &lane->message->runs[lane->message->run];
		size_t blocks = run->blocks;

		compress_1(&lane->state, run->at, blocks);
		lane_advance(lane, blocks, work);
	}
}

TARGET static void hash(struct work *work)
{
	struct lane a, b;

	lane_take(&a, work);
	lane_take(&b, work);
	while (a.message && b.message) {
		const struct medark_leaf_run *x = &a.message->runs[a.message->run];
		const struct medark_leaf_run *y = &b.message->runs[b.message->run];
		size_t blocks = x->blocks < y->blocks ? x->blocks : y->blocks;

		compress_2(&a.state, x->at, &b.state, y->at, blocks);
		lane_advance(&a, blocks, work);
		lane_advance(&b, blocks, work);
	}
	lane_finish(&a, work);
	lane_finish(&b, work);
}

void medark_leaf_hash_sha_ni(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			     const struct medark_bytes *records, size_t count,
			     struct medark_digest *out)
{
	struct work work = { .salts = salts, .records = records, .out = out, .count = count };

	hash(&work);
}

void medark_leaf_finish_sha_ni(const struct medark_leaf_started *started, size_t count)
{
	struct work work = { .started = started, .started_count = count };

	hash(&work);
}

/* ---- nodes: messages of one size, two blocks each ---- */

TARGET void medark_node_hash_sha_ni(const struct medark_digest *children, size_t count,
				    struct medark_digest *out)
{
	uint8_t x[2 * BLOCK], y[2 * BLOCK];
	size_t i = 0;

	medark_leaf_begin_node(x);
	medark_leaf_begin_node(y);
	for (; i + 2 <= count; i += 2) {
		struct medark_leaf_state a = medark_leaf_initial(), b = a;

		medark_leaf_put_children(x, &children[2 * i]);
		medark_leaf_put_children(y, &children[2 * i + 2]);
		compress_2(&a, x, &b, y, 2);
		medark_leaf_put_digest(a, &out[i]);
		medark_leaf_put_digest(b, &out[i + 1]);
	}
	if (i < count) {
		struct medark_leaf_state a = medark_leaf_initial();

		medark_leaf_put_children(x, &children[2 * i]);
		compress_1(&a, x, 2);
		medark_leaf_put_digest(a, &out[i]);
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

bool medark_leaf_avx512_available(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512vbmi") && medark_leaf_sha_ni_available();
}

#else
/* ISO C wants a translation unit to hold something. */
extern int medark_leaf_sha_ni_absent;
#endif
