/* SPDX-License-Identifier: Apache-2.0 */
#include "search/moment.h"

int medark_moment_compare(struct medark_moment a, struct medark_moment b)
{
	if (a.seconds != b.seconds)
		return a.seconds < b.seconds ? -1 : 1;
	return (a.nanos > b.nanos) - (a.nanos < b.nanos);
}

struct scan {
	struct medark_bytes text;
	size_t at;
};

static bool number(struct scan *s, size_t digits, int low, int high, int *out)
{
	*out = 0;
	if (s->text.size - s->at < digits)
		return false;
	for (; digits; digits--, s->at++) {
		uint8_t c = s->text.data[s->at];

		if (c < '0' || c > '9')
			return false;
		*out = *out * 10 + c - '0';
	}
	return *out >= low && *out <= high;
}

static bool take(struct scan *s, char c)
{
	if (s->at == s->text.size || s->text.data[s->at] != (uint8_t)c)
		return false;
	s->at++;
	return true;
}

static bool at_end(const struct scan *s)
{
	return s->at == s->text.size;
}

static int month_days(int year, int month)
{
	if (month == 2)
		return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/* A date that begins at midnight of the first day, and ends with it of the second. */
static bool whole_days(int64_t first, int64_t second, const struct medark_zone *zone,
		       struct medark_moments *out)
{
	*out = (struct medark_moments) {
		.from.seconds = medark_zone_utc(zone, first * 86400),
		.to.seconds = medark_zone_utc(zone, second * 86400),
	};
	return true;
}

/* One of the last digit of a fraction, of which nine count: in *out_step. */
static bool fraction(struct scan *s, uint32_t *out_nanos, uint32_t *out_step)
{
	uint32_t step = 1000000000;
	size_t begin = s->at;

	*out_nanos = 0;
	for (; !at_end(s) && s->text.data[s->at] >= '0' && s->text.data[s->at] <= '9'; s->at++) {
		if (step == 1)
			continue;
		step /= 10;
		*out_nanos += step * (uint32_t)(s->text.data[s->at] - '0');
	}
	*out_step = step;
	return s->at > begin;
}

/* The moment of `local`, a count of seconds on the clock: from what stands behind the time. */
static bool place(struct scan *s, int64_t local, const struct medark_zone *zone, int64_t *out)
{
	bool negative = take(s, '-');
	int hours, minutes;

	if (!negative && at_end(s)) {
		*out = medark_zone_utc(zone, local);
		return true;
	}
	*out = local;
	if (!negative && take(s, 'Z'))
		return at_end(s);
	if ((!negative && !take(s, '+')) || !number(s, 2, 0, 14, &hours) || !take(s, ':') ||
	    !number(s, 2, 0, 59, &minutes) || !at_end(s))
		return false;
	minutes += hours * 60;
	*out += negative ? minutes * 60 : -minutes * 60;
	return true;
}

static bool time_of_day(struct scan *s, int64_t day, const struct medark_zone *zone,
			struct medark_moments *out)
{
	uint32_t nanos = 0, step = 1000000000;
	int hour, minute, second = 0, length = 60;
	int64_t from;

	if (!number(s, 2, 0, 23, &hour) || !take(s, ':') || !number(s, 2, 0, 59, &minute))
		return false;
	if (take(s, ':')) {
		/* 60: a leap second, which POSIX counts as the next one. */
		if (!number(s, 2, 0, 60, &second) || (take(s, '.') && !fraction(s, &nanos, &step)))
			return false;
		length = step == 1000000000;
	}
	if (!place(s, day * 86400 + hour * 3600 + minute * 60 + second, zone, &from))
		return false;
	out->from = (struct medark_moment) { .seconds = from, .nanos = nanos };
	out->to = (struct medark_moment) { .seconds = from + length, .nanos = nanos };
	if (step < 1000000000) {
		out->to.seconds += (nanos + step) / 1000000000;
		out->to.nanos = (nanos + step) % 1000000000;
	}
	return true;
}

bool medark_moments_parse(struct medark_bytes text, const struct medark_zone *zone,
			  struct medark_moments *out)
{
	struct scan s = { .text = text };
	struct medark_moments found;
	int year, month, day;

	if (!number(&s, 4, 1, 9999, &year))
		return false;
	if (at_end(&s))
		return whole_days(medark_zone_day(year, 1, 1), medark_zone_day(year + 1, 1, 1),
				  zone, out);
	if (!take(&s, '-') || !number(&s, 2, 1, 12, &month))
		return false;
	if (at_end(&s))
		return whole_days(medark_zone_day(year, month, 1),
				  medark_zone_day(year + month / 12, month % 12 + 1, 1), zone, out);
	if (!take(&s, '-') || !number(&s, 2, 1, month_days(year, month), &day))
		return false;
	if (at_end(&s))
		return whole_days(medark_zone_day(year, month, day),
				  medark_zone_day(year, month, day) + 1, zone, out);
	if (!take(&s, 'T') || !time_of_day(&s, medark_zone_day(year, month, day), zone, &found))
		return false;
	*out = found;
	return true;
}
