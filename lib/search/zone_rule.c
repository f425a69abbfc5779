/* SPDX-License-Identifier: Apache-2.0 */
#include "search/zone_rule.h"

#define DAY 86400

struct scan {
	struct medark_bytes text;
	size_t at;
};

static uint8_t peek(const struct scan *s)
{
	return s->at < s->text.size ? s->text.data[s->at] : 0;
}

static bool take(struct scan *s, char c)
{
	if (s->at == s->text.size || s->text.data[s->at] != (uint8_t)c)
		return false;
	s->at++;
	return true;
}

static bool number(struct scan *s, int low, int high, int *out)
{
	size_t begin = s->at;

	*out = 0;
	for (; peek(s) >= '0' && peek(s) <= '9' && s->at - begin < 3; s->at++)
		*out = *out * 10 + peek(s) - '0';
	return s->at > begin && *out >= low && *out <= high;
}

/* A clock's short name: three letters or more, or anything between < and >. */
static bool skip_name(struct scan *s)
{
	size_t begin = s->at;

	if (take(s, '<')) {
		while (peek(s) && peek(s) != '>')
			s->at++;
		return take(s, '>');
	}
	while ((uint8_t)((peek(s) | 0x20) - 'a') < 26)
		s->at++;
	return s->at - begin >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_time(struct scan *s, int hours_max, int *out)
{
	bool negative = take(s, '-');
	int part;

	if (!negative)
		(void)take(s, '+');
	if (!number(s, 0, hours_max, &part))
		return false;
	*out = part * 3600;
	for (int unit = 60; unit && take(s, ':'); unit /= 60) {
		if (!number(s, 0, 59, &part))
			return false;
		*out += part * unit;
	}
	if (negative)
		*out = -*out;
	return true;
}

/* What is written west of Greenwich counts up. */
static bool offset(struct scan *s, int32_t *out)
{
	int seconds;

	if (!clock_time(s, 23, &seconds))
		return false;
	*out = -seconds;
	return true;
}

static bool rule(struct scan *s, struct medark_zone_rule *out)
{
	bool valid;

	*out = (struct medark_zone_rule) { .form = '0', .seconds = 2 * 3600 };
	if (!take(s, ','))
		return false;
	if (take(s, 'M')) {
		out->form = 'M';
		valid = number(s, 1, 12, &out->month) && take(s, '.') &&
			number(s, 1, 5, &out->week) && take(s, '.') && number(s, 0, 6, &out->day);
	} else if (take(s, 'J')) {
		out->form = 'J';
		valid = number(s, 1, 365, &out->day);
	} else {
		valid = number(s, 0, 365, &out->day);
	}
	return valid && (!take(s, '/') || clock_time(s, 167, &out->seconds));
}

bool medark_zone_rule_parse(struct medark_zone *zone, struct medark_bytes text)
{
	struct scan s = { .text = text };

	zone->has_rule = true;
	if (!skip_name(&s) || !offset(&s, &zone->winter))
		return false;
	zone->has_summer = s.at < text.size;
	if (!zone->has_summer)
		return true;
	if (!skip_name(&s))
		return false;
	zone->summer = zone->winter + 3600;
	if (peek(&s) != ',' && !offset(&s, &zone->summer))
		return false;
	return rule(&s, &zone->begin) && rule(&s, &zone->end) && s.at == text.size;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	return (int)(medark_zone_day(year + month / 12, month % 12 + 1, 1) -
		     medark_zone_day(year, month, 1));
}

/* When the clock is changed in `year`, counted on the clock that is right until then. */
static int64_t change_at(const struct medark_zone_rule *r, int year)
{
	int64_t day = medark_zone_day(year, 1, 1) + r->day;

	if (r->form == 'J') {
		day += -1 + (is_leap(year) && r->day >= 60);
	} else if (r->form == 'M') {
		int64_t first = medark_zone_day(year, r->month, 1);
		/* 1970-01-01 was a Thursday. */
		int weekday = (int)(((first + 4) % 7 + 7) % 7);
		int in_month = (r->day - weekday + 7) % 7 + 7 * (r->week - 1);

		if (in_month >= month_days(year, r->month))
			in_month -= 7;
		day = first + in_month;
	}
	return day * DAY + r->seconds;
}

static int year_of(int64_t seconds)
{
	int64_t days = seconds / DAY - (seconds % DAY < 0);
	int year = (int)(1970 + days / 366);

	/* Too early by a day for each year that has none. */
	while (medark_zone_day(year + 1, 1, 1) <= days)
		year++;
	while (medark_zone_day(year, 1, 1) > days)
		year--;
	return year;
}

int32_t medark_zone_rule_offset(const struct medark_zone *zone, int64_t utc)
{
	int64_t begin, end;
	int year;

	if (!zone->has_summer)
		return zone->winter;
	year = year_of(utc + zone->winter);
	begin = change_at(&zone->begin, year) - zone->winter;
	end = change_at(&zone->end, year) - zone->summer;
	/* In the south summer goes on over the new year. */
	if (begin < end ? utc >= begin && utc < end : utc >= begin || utc < end)
		return zone->summer;
	return zone->winter;
}
