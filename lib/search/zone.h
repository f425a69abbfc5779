/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone: the clock that the provider's dates without a zone were read from: a fixed offset, or what
 * a file of the tz database says (RFC 8536), with its rule for the time after its table. The
 * process's own zone (TZ) plays no part.
 */
#ifndef MEDARK_SEARCH_ZONE_H
#define MEDARK_SEARCH_ZONE_H

#include "base/buffer.h"
#include "base/bytes.h"

#define MEDARK_ZONE_FILE_MAX	65536 /* bytes of a file of the tz database */
#define MEDARK_ZONE_CHANGES_MAX 2048

/* When a clock is put forward or back within a year, by RFC 8536 section 3.3.1. */
struct medark_zone_rule {
	char form; /* 'M': day `day` of week `week` (5: last) of `month`; 'J': day 1 to 365 without
		    * 29 February; '0': day 0 to 365 */
	int month, week, day;
	int seconds; /* after midnight on the clock that was right until then; may be below 0 */
};

/* Zeroed: UTC. Only read after it was made, by any number of threads. */
struct medark_zone {
	int32_t first;		      /* offset before all changes, seconds east of Greenwich */
	struct medark_buffer changes; /* struct medark_zone_change, in order */
	bool has_rule;		      /* after the last change: a rule, or as that one left it */
	bool has_summer;
	int32_t winter, summer; /* offsets of the rule */
	struct medark_zone_rule begin, end;
};

struct medark_zone_change {
	int64_t at;	/* seconds since 1970 in UTC */
	int32_t offset; /* from then on */
};

/* May be called on a zeroed object. */
void medark_zone_clear(struct medark_zone *zone);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_zone, medark_zone_clear)

/*
 * Reads a file of the tz database, version 2 or later, from its bytes, which are copied. What
 * `zone` held before goes. MEDARK_E_FORMAT: it is none, or more than Earth has; MEDARK_E_MEMORY.
 */
int medark_zone_parse(struct medark_zone *zone, struct medark_bytes file,
		      struct medark_error *err) MEDARK_MUST_USE;

/* One offset for all times; `seconds` east of Greenwich, below a day. */
void medark_zone_fixed(struct medark_zone *zone, int32_t seconds);

/* The clock's offset at a moment, in seconds east of Greenwich. */
int32_t medark_zone_offset(const struct medark_zone *zone, int64_t utc);

/*
 * The moment at which the clock shows `local`, counted in seconds as if it were UTC. Of two the
 * first; of a time that is left out, what it would have been had the clock not been changed.
 */
int64_t medark_zone_utc(const struct medark_zone *zone, int64_t local);

/* Days from 1970-01-01 to a date of the Gregorian calendar, which must exist. */
int64_t medark_zone_day(int year, int month, int day);

#endif
