/* SPDX-License-Identifier: Apache-2.0 */
/*
 * large: zeroed memory of many megabytes, in large pages where the system has them: a page fault
 * for every 4 KiB costs more than filling them, and a table that is searched at random misses the
 * processor's page cache less. Any thread.
 */
#ifndef MEDARK_BASE_LARGE_H
#define MEDARK_BASE_LARGE_H

#include <stddef.h>

/* What one large page holds; less memory than this is taken from the heap. */
#define MEDARK_LARGE_PAGE ((size_t)2 << 20)

/* `size` zeroed bytes, aligned for any object; NULL if there is not enough memory. */
void *medark_large_new(size_t size);

/* `size` as it was asked for. `p` may be NULL. Wipes nothing. */
void medark_large_free(void *p, size_t size);

#endif
