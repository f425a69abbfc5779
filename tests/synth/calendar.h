/* SPDX-License-Identifier: Apache-2.0 */
/* calendar: days since 1970-01-01 in the Gregorian calendar, and Dutch summer time. */
#ifndef SYNTH_CALENDAR_H
#define SYNTH_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define SYNTH_YEAR_DAYS	  365
#define SYNTH_DAY_SECONDS 86400

struct synth_date {
	int32_t year;
	uint32_t month; /* 1-12 */
	uint32_t day;	/* 1-31 */
};

int32_t synth_day_from(int32_t year, uint32_t month, uint32_t day);
struct synth_date synth_date_from(int32_t day);

/* The day of a number of seconds since 1970-01-01. */
int32_t synth_day_at(int64_t seconds);

/* Monday is 0. */
unsigned synth_weekday(int32_t day);

/* Hours that a Dutch clock is ahead of UTC by day: from the last Sunday of March 2, else 1. */
unsigned synth_utc_offset(int32_t day);

/* Reads YYYY-MM-DD, 1900 to 2199; false on anything else. */
bool synth_day_parse(const char *text, int32_t *out);

#endif
