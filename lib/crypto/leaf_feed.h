/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf_feed: gives the lanes that hash leaves side by side their messages, one block at a time, for
 * the two ways that use AVX-512. Internal to leaf_eight.c and leaf_sixteen.c, which keep the states
 * of the lanes and say where a message begins and ends. How many `lanes` there are is a constant in
 * each of them. A feed belongs to one thread.
 */
#ifndef MEDARK_CRYPTO_LEAF_FEED_H
#define MEDARK_CRYPTO_LEAF_FEED_H

#include "crypto/leaf_avx512.h"

/* Always, so that `lanes` is a constant in them and no call stands between the blocks. */
#define MEDARK_LEAF_INLINE MEDARK_LEAF_AVX512 static inline __attribute__((always_inline))

#define MEDARK_LEAF_LANES_MAX 16

struct medark_leaf_feed {
	/* Where each lane is in its run, and the run's end. */
	const uint8_t *at[MEDARK_LEAF_LANES_MAX] __attribute__((aligned(64)));
	const uint8_t *end[MEDARK_LEAF_LANES_MAX] __attribute__((aligned(64)));
	uint32_t busy; /* the lanes with a message, a bit each */
	/* What the lanes take their records from; borrowed. */
	const uint8_t (*salts)[MEDARK_LEAF_SALT_SIZE];
	const struct medark_bytes *records;
	struct medark_digest *digests;
	size_t next, count;
	struct medark_leaf_message messages[MEDARK_LEAF_LANES_MAX];
};

MEDARK_LEAF_INLINE void medark_leaf_feed_begin_run(struct medark_leaf_feed *f, unsigned i)
{
	const struct medark_leaf_message *m = &f->messages[i];

	f->at[i] = m->runs[m->run].at;
	f->end[i] = m->runs[m->run].at + m->runs[m->run].blocks * MEDARK_LEAF_BLOCK;
}

/*
 * Gives lane i the next record, whose first block is then `at`. Without one it is not busy and
 * stays at any readable block.
 */
MEDARK_LEAF_AVX512 static inline void medark_leaf_feed_take(struct medark_leaf_feed *f, unsigned i)
{
	static const uint8_t nothing[MEDARK_LEAF_BLOCK];
	size_t n = f->next;

	if (n == f->count) {
		f->at[i] = f->end[i] = nothing;
		f->busy &= ~(UINT32_C(1) << i);
		return;
	}
	f->next++;
	medark_leaf_lay_out(&f->messages[i], f->salts[n], f->records[n]);
	f->messages[i].out = &f->digests[n];
	f->busy |= UINT32_C(1) << i;
	medark_leaf_feed_begin_run(f, i);
}

/* Begins with a record for each lane, as far as they go. The arrays are borrowed. */
MEDARK_LEAF_INLINE void medark_leaf_feed_init(struct medark_leaf_feed *f, unsigned lanes,
					      const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
					      const struct medark_bytes *records, size_t count,
					      struct medark_digest *out)
{
	f->salts = salts;
	f->records = records;
	f->digests = out;
	f->next = 0;
	f->count = count;
	f->busy = 0;
	for (unsigned i = 0; i < lanes; i++)
		medark_leaf_feed_take(f, i);
}

/* From the blocks `at` to those behind them; gives the lanes whose run has ended, a bit each. */
MEDARK_LEAF_INLINE uint32_t medark_leaf_feed_advance(struct medark_leaf_feed *f, unsigned lanes)
{
	uint32_t ended = 0;

	for (unsigned first = 0; first < lanes; first += 8) {
		__mmask8 busy = (__mmask8)(f->busy >> first);
		__m512i at = _mm512_load_si512(f->at + first);

		at = _mm512_mask_add_epi64(at, busy, at, _mm512_set1_epi64(MEDARK_LEAF_BLOCK));
		_mm512_store_si512(f->at + first, at);
		ended |= (uint32_t)_mm512_mask_cmpeq_epi64_mask(busy, at,
								_mm512_load_si512(f->end + first))
			 << first;
	}
	return ended;
}

/* Goes on with the next run of lane i's message; false if that was the last one. */
MEDARK_LEAF_INLINE bool medark_leaf_feed_next_run(struct medark_leaf_feed *f, unsigned i)
{
	struct medark_leaf_message *m = &f->messages[i];

	do
		m->run++;
	while (m->run < 3 && m->runs[m->run].blocks == 0);
	if (m->run == 3)
		return false;
	medark_leaf_feed_begin_run(f, i);
	return true;
}

/* What is left of the message of lane i, which is busy: for medark_leaf_finish_sha_ni(). */
MEDARK_LEAF_INLINE struct medark_leaf_message *medark_leaf_feed_rest(struct medark_leaf_feed *f,
								     unsigned i)
{
	struct medark_leaf_message *m = &f->messages[i];

	m->runs[m->run].at = f->at[i];
	m->runs[m->run].blocks = (size_t)(f->end[i] - f->at[i]) / MEDARK_LEAF_BLOCK;
	return m;
}

#endif
