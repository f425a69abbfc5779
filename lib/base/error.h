/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error: fills struct medark_error (see <medark/error.h>). The idiom of the whole library:
 *
 *	if (broken)
 *		return medark_error_set(err, MEDARK_E_FORMAT, "segment %u: wrong tag", n);
 *	MEDARK_TRY(medark_thing_do(thing, err));
 *
 * Context is put in front on the way up with medark_error_prefix().
 */
#ifndef MEDARK_BASE_ERROR_H
#define MEDARK_BASE_ERROR_H

#include <medark/error.h>

#define MEDARK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MEDARK_MUST_USE		 __attribute__((warn_unused_result))

/* Returns from the enclosing function when the call failed. */
#define MEDARK_TRY(call)                                                                           \
	do {                                                                                       \
		int medark_try_ = (call);                                                          \
		if (medark_try_ < 0)                                                               \
			return medark_try_;                                                        \
	} while (0)

/*
 * Sets code and sentence; its value is `code` (evaluated twice). `err` may be NULL. Controls
 * and what is no UTF-8 become '?'. A macro over medark_error_fill(), so that the compiler sees that
 * what comes back is the negative code and follows the failing path.
 */
#define medark_error_set(err, code, ...)                                                           \
	({                                                                                         \
		medark_error_fill((err), (code), __VA_ARGS__);                                     \
		(code);                                                                            \
	})

/* As above with ": " and the text of `saved_errno` appended; code MEDARK_E_SYSTEM. */
#define medark_error_errno(err, saved_errno, ...)                                                  \
	({                                                                                         \
		medark_error_fill_errno((err), (saved_errno), __VA_ARGS__);                        \
		MEDARK_E_SYSTEM;                                                                   \
	})

void medark_error_fill(struct medark_error *err, int code, const char *fmt, ...)
	MEDARK_PRINTF(3, 4);
void medark_error_fill_errno(struct medark_error *err, int saved_errno, const char *fmt, ...)
	MEDARK_PRINTF(3, 4);

/* Puts "<text>: " in front of the sentence and sets `code`, which it returns; `err` may be NULL. */
int medark_error_prefix(struct medark_error *err, int code, const char *fmt, ...)
	MEDARK_PRINTF(3, 4);

/* "not enough memory for <what>", code MEDARK_E_MEMORY. */
static inline int medark_error_memory(struct medark_error *err, const char *what)
{
	return medark_error_set(err, MEDARK_E_MEMORY, "not enough memory for %s", what);
}

#endif
