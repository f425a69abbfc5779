/* SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"

#include <stddef.h>
#include <string.h>

#define ERA_YEARS  400
#define ERA_DAYS   146097 /* days of 400 years */
#define EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

/* A year is counted from March, so that the leap day comes last. */
int32_t synth_day_from(int32_t year, uint32_t month, uint32_t day)
{
	int32_t y = month <= 2 ? year - 1 : year;
	int32_t era = y / ERA_YEARS, in_era = y % ERA_YEARS;
	int32_t from_march = (int32_t)((month + 9) % 12);
	int32_t in_year = (153 * from_march + 2) / 5 + (int32_t)day - 1;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - EPOCH_DAYS;
}

struct synth_date synth_date_from(int32_t day)
{
	uint32_t z = (uint32_t)(day + EPOCH_DAYS);
	uint32_t era = z / ERA_DAYS, in_era = z % ERA_DAYS;
	uint32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	uint32_t in_year = in_era - (365 * year + year / 4 - year / 100);
	uint32_t from_march = (5 * in_year + 2) / 153;
	uint32_t month = from_march < 10 ? from_march + 3 : from_march - 9;

	return (struct synth_date) {
		.year = (int32_t)(era * ERA_YEARS + year) + (month <= 2),
		.month = month,
		.day = in_year - (153 * from_march + 2) / 5 + 1,
	};
}

int32_t synth_day_at(int64_t seconds)
{
	return (int32_t)(seconds / SYNTH_DAY_SECONDS - (seconds % SYNTH_DAY_SECONDS < 0));
}

unsigned synth_weekday(int32_t day)
{
	return (unsigned)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
}

static int32_t last_sunday(int32_t year, uint32_t month)
{
	int32_t last = synth_day_from(year, month, 31);

	return last - (int32_t)((synth_weekday(last) + 1) % 7);
}

unsigned synth_utc_offset(int32_t day)
{
	struct synth_date date = synth_date_from(day);

	if (date.month < 3 || date.month > 10)
		return 1;
	if (date.month > 3 && date.month < 10)
		return 2;
	if (date.month == 3)
		return day >= last_sunday(date.year, 3) ? 2 : 1;
	return day >= last_sunday(date.year, 10) ? 1 : 2;
}

bool synth_day_parse(const char *text, int32_t *out)
{
	static const char form[] = "dddd-dd-dd";
	uint32_t part[3] = { 0 };
	unsigned n = 0;

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		if (form[i] == '-' && text[i] == '-') {
			n++;
			continue;
		}
		if (form[i] == '-' || text[i] < '0' || text[i] > '9')
			return false;
		part[n] = part[n] * 10 + (uint32_t)(text[i] - '0');
	}
	if (part[0] < 1900 || part[0] > 2199 || part[1] < 1 || part[1] > 12 || part[2] < 1)
		return false;

	int32_t day = synth_day_from((int32_t)part[0], part[1], part[2]);

	if (synth_date_from(day).month != part[1])
		return false;
	*out = day;
	return true;
}
