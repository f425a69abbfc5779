/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"

#define ROUNDS 4

struct synth_permutation synth_permutation_of(uint64_t key, uint64_t size)
{
	struct synth_permutation p = { .key = key, .size = size, .half = 1 };

	while (p.half < 31 && (uint64_t)1 << 2 * p.half < size)
		p.half++;
	return p;
}

static uint64_t step(const struct synth_permutation *p, uint64_t x)
{
	uint64_t mask = ((uint64_t)1 << p->half) - 1;
	uint64_t left = x >> p->half, right = x & mask;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t next = left ^ (synth_key(p->key + round, right) & mask);

		left = right;
		right = next;
	}
	return left << p->half | right;
}

/* The network permutes a power of four; a place outside the set is sent through it again. */
uint64_t synth_permutation_at(const struct synth_permutation *p, uint64_t place)
{
	do
		place = step(p, place);
	while (place >= p->size);
	return place;
}
