/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/time.h"

#include <stdlib.h>
#include <time.h>

static void assert_pair(int64_t seconds, const char *text)
{
	char out[MEDARK_TIME_SIZE];
	int64_t back = 0;

	assert_true(medark_time_format(seconds, out));
	assert_string_equal(out, text);
	assert_true(medark_time_parse(medark_bytes_text(text), &back));
	assert_true(back == seconds);
}

static void known_moments_go_there_and_back(void **state)
{
	(void)state;
	assert_pair(0, "1970-01-01T00:00:00Z");
	assert_pair(-1, "1969-12-31T23:59:59Z");
	assert_pair(946684800, "2000-01-01T00:00:00Z");
	assert_pair(951782399, "2000-02-28T23:59:59Z");
	assert_pair(951782400, "2000-02-29T00:00:00Z");
	assert_pair(1795317000, "2026-11-22T03:10:00Z");
	assert_pair(INT64_C(4107542399), "2100-02-28T23:59:59Z");
	assert_pair(INT64_C(4107542400), "2100-03-01T00:00:00Z");
	assert_pair(INT64_C(-62167219200), "0000-01-01T00:00:00Z");
	assert_pair(INT64_C(253402300799), "9999-12-31T23:59:59Z");
}

/* 1600 to 2399: the calendar repeats after 400 years. */
static void every_day_of_800_years_agrees_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t at = INT64_C(-11676096000) + 45296; at < INT64_C(13569465600); at += 86400) {
		char mine[MEDARK_TIME_SIZE];
		time_t t = (time_t)at;
		int64_t back = 0;
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		assert_true(medark_time_format(at, mine));
		assert_true(medark_time_parse(medark_bytes_text(mine), &back));
		assert_true(back == at);
		assert_int_equal(strtol(mine, NULL, 10), tm.tm_year + 1900);
		assert_int_equal(strtol(mine + 5, NULL, 10), tm.tm_mon + 1);
		assert_int_equal(strtol(mine + 8, NULL, 10), tm.tm_mday);
		assert_string_equal(mine + 10, "T12:34:56Z");
	}
}

static void years_outside_of_four_digits_are_not_written(void **state)
{
	char out[MEDARK_TIME_SIZE] = "x";

	(void)state;
	assert_false(medark_time_format(INT64_C(-62167219201), out));
	assert_string_equal(out, "");
	assert_false(medark_time_format(INT64_C(253402300800), out));
	assert_false(medark_time_format(INT64_MAX, out));
	assert_false(medark_time_format(INT64_MIN, out));
}

static void other_forms_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-22",
		"2026-11-22T03:10:00",
		"2026-11-22T03:10:00z",
		"2026-11-22t03:10:00Z",
		"2026-11-22 03:10:00Z",
		"2026-11-22T03:10:00ZZ",
		"2026-11-22T03:10:00.0Z",
		"2026-11-22T03:10:00+00:00",
		"2026-11-2203:10:00ZZ",
		" 026-11-22T03:10:00Z",
		"+026-11-22T03:10:00Z",
		"2026/11/22T03:10:00Z",
		"2026-11-22T03-10-00Z",
		"2026-00-22T03:10:00Z",
		"2026-13-22T03:10:00Z",
		"2026-11-00T03:10:00Z",
		"2026-11-31T03:10:00Z",
		"2026-02-29T03:10:00Z",
		"2100-02-29T03:10:00Z",
		"2026-11-22T24:00:00Z",
		"2026-11-22T03:60:00Z",
		"2016-12-31T23:59:60Z",
		"2026-11-22T0x:10:00Z",
	};
	int64_t out = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(medark_time_parse(medark_bytes_text(bad[i]), &out));
	assert_true(out == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_moments_go_there_and_back),
		cmocka_unit_test(every_day_of_800_years_agrees_with_the_c_library),
		cmocka_unit_test(years_outside_of_four_digits_are_not_written),
		cmocka_unit_test(other_forms_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
