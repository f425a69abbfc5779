/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time: the one form in which a moment is written, `2026-11-22T03:10:00Z` (RFC 3339 section 5.6
 * with seconds, in UTC). No time zone, locale or leap second table is consulted.
 */
#ifndef MEDARK_BASE_TIME_H
#define MEDARK_BASE_TIME_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Characters of the form, and its terminating zero. */
#define MEDARK_TIME_SIZE 21

/*
 * Writes `seconds` since 1970-01-01T00:00:00Z and a terminating zero. False (an empty text) for a
 * year before 0000 or after 9999. Any thread.
 */
bool medark_time_format(int64_t seconds, char out[MEDARK_TIME_SIZE]);

/*
 * Reads exactly that form: 20 characters, upper-case T and Z, a date that exists in the Gregorian
 * calendar. Second 60 is refused, as POSIX time has no place for it. *out is written on success
 * only. Any thread.
 */
bool medark_time_parse(struct medark_bytes text, int64_t *out);

#endif
