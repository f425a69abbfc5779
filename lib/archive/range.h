/* SPDX-License-Identifier: Apache-2.0 */
/* range: places in data segments. Any thread. */
#ifndef MEDARK_ARCHIVE_RANGE_H
#define MEDARK_ARCHIVE_RANGE_H

#include <stddef.h>
#include <stdint.h>

/* A place in the content of a data segment (from 1). */
struct medark_range {
	uint32_t segment;
	uint64_t offset, length; /* length is 1 or more; their sum does not overflow */
};

/* The order of two ranges by where they begin, as qsort() takes it. */
int medark_range_order(const void *a, const void *b);

/*
 * Sorts `count` ranges and joins what overlaps or meets; returns how many are left. So a record is
 * never told twice.
 */
size_t medark_ranges_merge(struct medark_range *ranges, size_t count);

#endif
