/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moment: FHIR's date, dateTime and instant as the stretch of time that they stand for, by their
 * precision: 2013-01 is all of January (https://hl7.org/fhir/R4/search.html#date). Pure functions,
 * any thread.
 */
#ifndef MEDARK_SEARCH_MOMENT_H
#define MEDARK_SEARCH_MOMENT_H

#include "search/zone.h"

/* What lies before or after every date. */
#define MEDARK_MOMENT_BEGIN INT64_MIN
#define MEDARK_MOMENT_END   INT64_MAX

struct medark_moment {
	int64_t seconds; /* since 1970-01-01T00:00:00Z, as POSIX counts; or one of the above */
	uint32_t nanos;
};

/* From `from` on, until before `to`. */
struct medark_moments {
	struct medark_moment from;
	struct medark_moment to;
};

/* Less than, equal to or greater than 0, as a is to b. */
int medark_moment_compare(struct medark_moment a, struct medark_moment b);

/*
 * Reads YYYY, YYYY-MM, YYYY-MM-DD, and with Thh:mm, Thh:mm:ss and a fraction, each with Z, +hh:mm,
 * -hh:mm, or, as then `zone` counts, without. Of a fraction nine digits are looked at. A time that
 * stands twice on the clock of `zone` is the first of both. False: no date.
 */
bool medark_moments_parse(struct medark_bytes text, const struct medark_zone *zone,
			  struct medark_moments *out);

#endif
