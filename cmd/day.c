/* SPDX-License-Identifier: Apache-2.0 */
#include "day.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool is_day(unsigned year, unsigned month, unsigned day)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (leap && month == 2);
}

/* The digits of `text` that stand where `form` has this letter. */
static unsigned number_at(const char *text, const char *form, char letter)
{
	return (unsigned)strtoul(text + (strchr(form, letter) - form), NULL, 10);
}

bool cli_day_read(const char *text, char out[CLI_DAY_MAX])
{
	unsigned year, month, day;
	const char *form;

	if (strlen(text) != 10 || strspn(text, "0123456789-") != 10)
		return false;
	form = text[4] == '-' ? "YYYY-MM-DD" : "DD-MM-YYYY";
	for (size_t i = 0; i < 10; i++)
		if ((text[i] == '-') != (form[i] == '-'))
			return false;
	year = number_at(text, form, 'Y');
	month = number_at(text, form, 'M');
	day = number_at(text, form, 'D');
	if (!is_day(year, month, day))
		return false;
	(void)snprintf(out, CLI_DAY_MAX, "%04u-%02u-%02u", year % 10000, month % 100, day % 100);
	return true;
}

void cli_day_today(char out[CLI_DAY_MAX])
{
	time_t now = time(NULL);
	struct tm parts = { 0 };

	(void)gmtime_r(&now, &parts);
	(void)strftime(out, CLI_DAY_MAX, "%Y-%m-%d", &parts);
}
