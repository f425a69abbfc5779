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

/* Sets code and sentence; returns `code`. `err` may be NULL. Control characters become '?'. */
int medark_error_set(struct medark_error *err, int code, const char *fmt, ...) MEDARK_PRINTF(3, 4);

/* As above with ": " and the text of `saved_errno` appended; code MEDARK_E_SYSTEM. */
int medark_error_errno(struct medark_error *err, int saved_errno, const char *fmt, ...)
	MEDARK_PRINTF(3, 4);

/* Puts "<text>: " in front of the sentence; returns err's code (MEDARK_E_SYSTEM if err is NULL). */
int medark_error_prefix(struct medark_error *err, const char *fmt, ...) MEDARK_PRINTF(2, 3);

/* "not enough memory for <what>", code MEDARK_E_MEMORY. */
int medark_error_memory(struct medark_error *err, const char *what);

#endif
