/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage: do extents, in whatever order they come, cover every item without gap and overlap
 * (F-17)? Extents tile [0, size) exactly if the multiset of their starts and `size` equals that of
 * their ends and 0: what has been entered more often than left at some byte is covered there so
 * many times. The two multisets, over all items, are compared by the difference of their sums of a
 * hash with a random seed: a few bytes of memory whatever the archive's size, and no order needed.
 *
 * A sum belongs to one thread; sums of one seed are joined at the end.
 */
#ifndef MEDARK_ARCHIVE_COVERAGE_H
#define MEDARK_ARCHIVE_COVERAGE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_coverage {
	uint64_t seeds[2];
	uint64_t sums[2];
};

/* An empty sum with a fresh seed; copy it for each thread before adding. MEDARK_E_SYSTEM. */
int medark_coverage_init(struct medark_coverage *c, struct medark_error *err) MEDARK_MUST_USE;

/* An item that is to be covered from 0 to `size`. */
void medark_coverage_item(struct medark_coverage *c, uint32_t item, uint64_t size);

/* An extent from `begin` to `end`, which is behind it. */
void medark_coverage_extent(struct medark_coverage *c, uint32_t item, uint64_t begin, uint64_t end);

/* Adds what another sum of the same seed has seen. */
void medark_coverage_join(struct medark_coverage *c, const struct medark_coverage *other);

/* Is everything covered exactly once? */
bool medark_coverage_is_exact(const struct medark_coverage *c);

#endif
