/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>

#define SECONDS_PER_DAY 86400
#define DAYS_TO_1970	719468 /* from 0000-03-01 */
#define DAYS_IN_400	146097 /* years: the Gregorian calendar repeats */

struct date {
	unsigned year, month, day;
};

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

/*
 * Years are counted from March, so that the leap day is the last of its year and the lengths of
 * the months before a given one are (153 * months + 2) / 5. One cycle of 400 years is added to
 * keep January and February of year 0 above zero.
 */
static int64_t days_from_date(const struct date *d)
{
	unsigned months = (d->month + 9) % 12;
	unsigned year = d->year + 400 - (d->month <= 2);
	unsigned in_cycle = year % 400;
	unsigned day_of_year = (153 * months + 2) / 5 + d->day - 1;
	unsigned day_of_cycle = in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + day_of_year;

	return (int64_t)(year / 400) * DAYS_IN_400 + day_of_cycle - DAYS_TO_1970 - DAYS_IN_400;
}

/* `days` since 1970-01-01, within years 0000 to 9999. */
static struct date date_from_days(int64_t days)
{
	uint64_t shifted = (uint64_t)(days + DAYS_TO_1970 + DAYS_IN_400);
	unsigned cycle = (unsigned)(shifted / DAYS_IN_400);
	unsigned day = (unsigned)(shifted % DAYS_IN_400);
	unsigned in_cycle = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned day_of_year = day - (365 * in_cycle + in_cycle / 4 - in_cycle / 100);
	unsigned months = (5 * day_of_year + 2) / 153;
	unsigned month = months < 10 ? months + 3 : months - 9;

	return (struct date) { .year = cycle * 400 + in_cycle - 400 + (month <= 2),
			       .month = month,
			       .day = day_of_year - (153 * months + 2) / 5 + 1 };
}

bool medark_time_format(int64_t seconds, char out[MEDARK_TIME_SIZE])
{
	const int64_t first = days_from_date(&(struct date) { 0, 1, 1 }) * SECONDS_PER_DAY;
	const int64_t end = days_from_date(&(struct date) { 10000, 1, 1 }) * SECONDS_PER_DAY;
	int64_t days;
	unsigned rest;
	struct date d;

	out[0] = '\0';
	if (seconds < first || seconds >= end)
		return false;
	/* Division that rounds down, also before 1970. */
	days = (seconds - first) / SECONDS_PER_DAY + first / SECONDS_PER_DAY;
	rest = (unsigned)((seconds - first) % SECONDS_PER_DAY);
	d = date_from_days(days);
	(void)snprintf(out, MEDARK_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ", d.year % 10000,
		       d.month % 100, d.day % 100, rest / 3600 % 100, rest / 60 % 60, rest % 60);
	return true;
}

/* Reads `digits` decimal digits at `p`; false if one of them is something else. */
static bool number(const uint8_t *p, int digits, unsigned *out)
{
	unsigned v = 0;

	for (int i = 0; i < digits; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		v = v * 10 + (unsigned)(p[i] - '0');
	}
	*out = v;
	return true;
}

bool medark_time_parse(struct medark_bytes text, int64_t *out)
{
	const uint8_t *p = text.data;
	unsigned hour, minute, second;
	struct date d;

	if (text.size != MEDARK_TIME_SIZE - 1)
		return false;
	if (p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':' ||
	    p[19] != 'Z')
		return false;
	if (!number(p, 4, &d.year) || !number(p + 5, 2, &d.month) || !number(p + 8, 2, &d.day))
		return false;
	if (!number(p + 11, 2, &hour) || !number(p + 14, 2, &minute) || !number(p + 17, 2, &second))
		return false;
	if (d.month < 1 || d.month > 12 || d.day < 1 || d.day > days_in_month(d.year, d.month))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	*out = days_from_date(&d) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
	return true;
}
