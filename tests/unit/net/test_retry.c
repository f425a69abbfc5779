/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "net/retry.h"

#define NOW INT64_C(1795345006) /* a minute before what stands below */

static const struct medark_retry_bounds bounds = MEDARK_RETRY_BOUNDS;

static double after(const char *value)
{
	double seconds = -1;

	return medark_retry_after(medark_bytes_text(value), NOW, &bounds, &seconds) ? seconds : -1;
}

static void seconds_dates_and_moments_are_understood(void **state)
{
	(void)state;
	assert_true(after("120") == 120);
	assert_true(after(" 7 ") == 7);
	assert_true(after("1.5") == 1);
	assert_true(after("1795345066") == 60); /* seconds since 1970 */
	assert_true(after("Sun, 22 Nov 2026 10:57:46 GMT") == 60);
	assert_true(after("Sunday, 22-Nov-26 10:57:46 GMT") == 60);
}

static void no_server_makes_us_wait_for_ever_or_not_at_all(void **state)
{
	(void)state;
	assert_true(after("0") == 1);
	assert_true(after("7200") == 300);
	assert_true(after("18000") == 300);
	assert_true(after("99999999999999999999999999999999") == 300);
	assert_true(after("1795345000") == 1); /* is over */
	assert_true(after("Sun, 22 Nov 2015 09:37:46 GMT") == 1);
}

static void nonsense_is_no_time(void **state)
{
	(void)state;
	assert_true(after("") == -1);
	assert_true(after("soon") == -1);
	assert_true(after("-5") == -1);
	assert_true(after("5 minutes or so, depending on the weather, and perhaps much longer") ==
		    -1);
}

static void waits_double_and_stay_within_bounds(void **state)
{
	double last = 0;

	(void)state;
	for (unsigned attempt = 1; attempt <= 100; attempt++) {
		double least = medark_retry_delay(attempt, 0, &bounds);
		double most = medark_retry_delay(attempt, UINT32_MAX, &bounds);

		assert_true(least >= 1 && most <= 300 && least <= most && most >= last);
		last = most;
	}
	assert_true(medark_retry_delay(1, UINT32_MAX, &bounds) == 1);
	assert_true(medark_retry_delay(4, UINT32_MAX, &bounds) == 8);
	assert_true(medark_retry_delay(4, 0, &bounds) == 4);
	assert_true(last == 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_dates_and_moments_are_understood),
		cmocka_unit_test(no_server_makes_us_wait_for_ever_or_not_at_all),
		cmocka_unit_test(nonsense_is_no_time),
		cmocka_unit_test(waits_double_and_stay_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
