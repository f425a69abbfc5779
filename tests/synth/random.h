/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random: numbers that depend on nothing but their key. A key is derived from the seed, the
 * patient, the kind of record and its number, so that every record can be made alone, in any order,
 * on any machine, and is the same whatever the size of the set. Not for secrets.
 */
#ifndef SYNTH_RANDOM_H
#define SYNTH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#define SYNTH_GOLDEN 0x9e3779b97f4a7c15u /* 2^64 divided by the golden ratio: an odd step */

/* A bijection of 64-bit numbers that scatters neighbours (the finisher of SplitMix64). */
static inline uint64_t synth_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* The key of one part of something that has a key itself. */
static inline uint64_t synth_key(uint64_t parent, uint64_t part)
{
	return synth_mix(parent + (part + 1) * SYNTH_GOLDEN);
}

/* A stream of numbers under one key: `struct synth_random r = { .key = key };`. */
struct synth_random {
	uint64_t key;
	uint64_t count;
};

static inline uint64_t synth_random_next(struct synth_random *r)
{
	return synth_key(r->key, r->count++);
}

/* A number in [0, n); n >= 1. */
static inline uint32_t synth_random_below(struct synth_random *r, uint32_t n)
{
	return (uint32_t)((synth_random_next(r) >> 32) * n >> 32);
}

/* A number in [low, high]. */
static inline int32_t synth_random_between(struct synth_random *r, int32_t low, int32_t high)
{
	return low + (int32_t)synth_random_below(r, (uint32_t)(high - low) + 1);
}

/* True `n` times in 1000. */
static inline bool synth_random_chance(struct synth_random *r, uint32_t n)
{
	return synth_random_below(r, 1000) < n;
}

/* An order of the numbers in [0, size) that needs no memory: a Feistel network, walked in cycles.
 */
struct synth_permutation {
	uint64_t key;
	uint64_t size;
	unsigned half; /* bits of one half of the network */
};

struct synth_permutation synth_permutation_of(uint64_t key, uint64_t size);
uint64_t synth_permutation_at(const struct synth_permutation *p, uint64_t place);

#endif
