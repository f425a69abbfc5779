/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleanup: scope-bound clean-up, so that a body can return at the first failure.
 *
 *	MEDARK_AUTO(medark_thing_free) struct medark_thing *thing = NULL;
 *	MEDARK_TRY(medark_thing_new(&thing, err));
 *	*out_thing = MEDARK_TAKE(thing);
 *
 * GCC and Clang only.
 */
#ifndef MEDARK_BASE_CLEANUP_H
#define MEDARK_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Declares fn##_auto for a `void fn(type *)` that accepts NULL (variables of type `type *`). */
#define MEDARK_DEFINE_AUTO(type, fn)                                                               \
	static inline __attribute__((unused)) void fn##_auto(type **p)                             \
	{                                                                                          \
		fn(*p);                                                                            \
	}

/* Declares fn##_auto for embedded objects cleared by `void fn(type *)`. */
#define MEDARK_DEFINE_AUTO_EMBEDDED(type, fn)                                                      \
	static inline __attribute__((unused)) void fn##_auto(type *p)                              \
	{                                                                                          \
		fn(p);                                                                             \
	}

#define MEDARK_AUTO(fn) __attribute__((cleanup(fn##_auto)))

/* Hands the pointer over and forgets it, so that the clean-up finds NULL. */
#define MEDARK_TAKE(pointer)                                                                       \
	({                                                                                         \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

static inline __attribute__((unused)) void medark_heap_free(void *p)
{
	free(p);
}

static inline __attribute__((unused)) void medark_heap_free_auto(void *p)
{
	free(*(void **)p);
}

/* For `int fd = -1;`. A close that must be checked is done by hand before. */
static inline __attribute__((unused)) void medark_fd_close_auto(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* MEDARK_TAKE for a descriptor. */
static inline __attribute__((unused)) int medark_fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline __attribute__((unused)) void medark_file_close_auto(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

#endif
