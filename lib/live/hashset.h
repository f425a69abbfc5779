/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hashset: which texts were seen, as keyed hashes of 64 bits: 16 bytes for each. Two texts are
 * taken for one with a chance of one in 10^7 for a million of them, which nobody can raise who does
 * not know the key. One thread at a time.
 */
#ifndef MEDARK_LIVE_HASHSET_H
#define MEDARK_LIVE_HASHSET_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_hashset {
	uint64_t key;
	uint64_t *slots; /* 0: free */
	size_t count, room;
};

/* Draws the key; the set is then empty. MEDARK_E_SYSTEM. */
int medark_hashset_init(struct medark_hashset *s, struct medark_error *err) MEDARK_MUST_USE;
void medark_hashset_clear(struct medark_hashset *s);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_hashset, medark_hashset_clear)

/* 1: it is new, and now in the set; 0: it was. MEDARK_E_MEMORY. */
int medark_hashset_add(struct medark_hashset *s, struct medark_bytes text,
		       struct medark_error *err) MEDARK_MUST_USE;

bool medark_hashset_has(const struct medark_hashset *s, struct medark_bytes text);

#endif
