/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "desk/failures.h"

#define DAY (INT64_C(24) * 3600 * 1000)

static const struct medark_failures_rule rule = { 3, 2, 1000, 7000 };

static struct medark_failures *make(void)
{
	struct medark_failures *f = NULL;

	assert_int_equal(medark_failures_new(&rule, &f, NULL), 0);
	return f;
}

static int64_t until(struct medark_failures *f, const char *who, int64_t now)
{
	return medark_failures_until(f, medark_bytes_text(who), now);
}

static void add(struct medark_failures *f, const char *who, int64_t now)
{
	medark_failures_add(f, medark_bytes_text(who), now);
}

static void the_wait_doubles_up_to_the_longest(void **state)
{
	static const int64_t waits[] = { 0, 0, 1000, 2000, 4000, 7000, 7000 };
	MEDARK_AUTO(medark_failures_free) struct medark_failures *f = make();
	int64_t now = 50;

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		add(f, "a", now);
		assert_int_equal(until(f, "a", now), waits[i] ? now + waits[i] : 0);
		now += waits[i];
		assert_int_equal(until(f, "a", now), 0);
	}
	assert_int_equal(until(f, "b", now), 0);
}

static void success_and_a_day_make_it_begin_anew(void **state)
{
	MEDARK_AUTO(medark_failures_free) struct medark_failures *f = make();

	(void)state;
	for (int i = 0; i < 3; i++)
		add(f, "a", 1);
	assert_int_not_equal(until(f, "a", 1), 0);
	medark_failures_forget(f, medark_bytes_text("a"));
	assert_int_equal(until(f, "a", 1), 0);
	for (int i = 0; i < 3; i++)
		add(f, "a", 1);
	add(f, "a", 1 + DAY);
	assert_int_equal(until(f, "a", 1 + DAY), 0);
}

static void who_failed_longest_ago_is_forgotten_for_one_more(void **state)
{
	MEDARK_AUTO(medark_failures_free) struct medark_failures *f = make();

	(void)state;
	for (int i = 0; i < 3; i++) {
		add(f, "a", 1);
		add(f, "b", 2);
		add(f, "c", 3);
	}
	add(f, "d", 4);
	assert_int_equal(until(f, "a", 4), 0);
	assert_int_equal(until(f, "b", 4), 1002);
	assert_int_equal(until(f, "c", 4), 1003);
}

static void who_tries_during_the_wait_is_news_once(void **state)
{
	MEDARK_AUTO(medark_failures_free) struct medark_failures *f = make();
	struct medark_bytes a = medark_bytes_text("a");

	(void)state;
	assert_false(medark_failures_is_news(f, a, 1));
	add(f, "a", 1);
	add(f, "a", 1);
	assert_false(medark_failures_is_news(f, a, 1)); /* no wait yet */
	add(f, "a", 1);
	assert_true(medark_failures_is_news(f, a, 2));
	assert_false(medark_failures_is_news(f, a, 3));
	assert_false(medark_failures_is_news(f, a, 1001)); /* it is over */
	add(f, "a", 1001);
	assert_true(medark_failures_is_news(f, a, 1002));
	assert_false(medark_failures_is_news(f, a, 1003));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_wait_doubles_up_to_the_longest),
		cmocka_unit_test(success_and_a_day_make_it_begin_anew),
		cmocka_unit_test(who_failed_longest_ago_is_forgotten_for_one_more),
		cmocka_unit_test(who_tries_during_the_wait_is_news_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
