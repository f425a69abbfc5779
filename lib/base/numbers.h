/* SPDX-License-Identifier: Apache-2.0 */
/* numbers: sets of numbers as sorted lists. Any thread. */
#ifndef MEDARK_BASE_NUMBERS_H
#define MEDARK_BASE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

/* Sorts, and leaves each number once; returns how many are left. `list` may be NULL without any. */
size_t medark_numbers_unique(uint64_t *list, size_t count);

#endif
