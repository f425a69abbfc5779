/* SPDX-License-Identifier: Apache-2.0 */
#include "view/date.h"

#include "base/time.h"

#include <stdio.h>

static bool are_digits(struct medark_bytes text, size_t from, size_t count)
{
	if (text.size < from + count)
		return false;
	for (size_t i = from; i < from + count; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return true;
}

/* Of two digits. */
static unsigned number_at(struct medark_bytes text, size_t at)
{
	return (text.data[at] - '0') * 10u + (text.data[at + 1] - '0');
}

static bool has_month(struct medark_bytes t)
{
	return are_digits(t, 0, 4) && t.size >= 7 && t.data[4] == '-' && are_digits(t, 5, 2) &&
	       number_at(t, 5) >= 1 && number_at(t, 5) <= 12;
}

static bool has_day(struct medark_bytes t)
{
	return has_month(t) && t.size >= 10 && t.data[7] == '-' && are_digits(t, 8, 2);
}

static bool has_time(struct medark_bytes t)
{
	return has_day(t) && t.size >= 16 && t.data[10] == 'T' && are_digits(t, 11, 2) &&
	       t.data[13] == ':' && are_digits(t, 14, 2);
}

bool medark_view_is_date(struct medark_bytes t)
{
	return t.size == 7 ? has_month(t) : t.size == 10 ? has_day(t) : has_time(t);
}

int medark_view_date(enum medark_language language, struct medark_bytes t,
		     struct medark_buffer *out, struct medark_error *err)
{
	const char *text = (const char *)t.data;

	if (!medark_view_is_date(t))
		return medark_buffer_add(out, t.data, t.size, err);
	if (t.size >= 10)
		MEDARK_TRY(medark_buffer_print(out, err, "%.2s ", text + 8));
	MEDARK_TRY(medark_buffer_print(out, err, "%s %.4s", medark_month(language, number_at(t, 5)),
				       text));
	if (has_time(t))
		MEDARK_TRY(medark_buffer_print(out, err, " %.5s%s", text + 11,
					       t.data[t.size - 1] == 'Z' ? " UTC" : ""));
	return 0;
}

/* Seconds of +01:00 or -05:30 at the end of a time; 0 of Z, and of what has none. */
static int64_t zone(struct medark_bytes t)
{
	struct medark_bytes end = medark_bytes(t.data + t.size - 6, 6);
	int64_t seconds;

	if (t.size < 22 || (end.data[0] != '+' && end.data[0] != '-') || end.data[3] != ':' ||
	    !are_digits(end, 1, 2) || !are_digits(end, 4, 2))
		return 0;
	seconds = number_at(end, 1) * 3600 + number_at(end, 4) * 60;
	return end.data[0] == '-' ? -seconds : seconds;
}

bool medark_view_moment(struct medark_bytes t, int64_t *out)
{
	char text[MEDARK_TIME_SIZE] = "0000-01-01T00:00:00Z";
	bool is_year = t.size == 4 && are_digits(t, 0, 4);

	if (!is_year && !medark_view_is_date(t))
		return false;
	memcpy(text, t.data, t.size < 10 ? t.size : has_time(t) ? 16 : 10);
	if (has_time(t) && t.size >= 19 && t.data[16] == ':' && are_digits(t, 17, 2))
		memcpy(text + 17, t.data + 17, 2);
	if (!medark_time_parse(medark_bytes_text(text), out))
		return false;
	if (has_time(t))
		*out -= zone(t);
	return true;
}

/* Months between two days, those that are over. */
static int months_between(struct medark_bytes a, struct medark_bytes b)
{
	int years = (int)(number_at(b, 0) * 100 + number_at(b, 2)) -
		    (int)(number_at(a, 0) * 100 + number_at(a, 2));

	return years * 12 + (int)number_at(b, 5) - (int)number_at(a, 5) -
	       (number_at(b, 8) < number_at(a, 8));
}

int medark_view_age(enum medark_language language, struct medark_bytes born, struct medark_bytes on,
		    struct medark_buffer *out, struct medark_error *err)
{
	int months = has_day(born) && has_day(on) ? months_between(born, on) : -1;
	bool is_year = months >= 24;

	if (months < 0)
		return 0;
	return medark_buffer_print(out, err, "%d %s", is_year ? months / 12 : months,
				   medark_word(language, is_year       ? MEDARK_WORD_YEARS
							 : months == 1 ? MEDARK_WORD_MONTH
								       : MEDARK_WORD_MONTHS));
}
