/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/query.h"

static void expect_births(const char *word, const char *first, const char *second)
{
	struct medark_query_births b;

	medark_query_births(medark_bytes_text(word), &b);
	assert_string_equal(b.digits[0], first);
	assert_string_equal(b.digits[1], second);
}

static void a_birth_date_is_read_in_the_usual_orders(void **state)
{
	(void)state;
	expect_births("1970-12-31", "19701231", "");
	expect_births("31-12-1970", "19701231", "");
	expect_births("31/12/1970", "19701231", "");
	expect_births("31.12.1970", "19701231", "");
	expect_births("1-2-1970", "19700201", "");
	expect_births("31121970", "19701231", "");
	expect_births("19701231", "19701231", "");
	expect_births("1970-12", "197012", "");
	expect_births("12-1970", "197012", "");
	expect_births("1970", "1970", "");
}

static void digits_that_are_two_dates_are_both(void **state)
{
	(void)state;
	expect_births("12101110", "12101110", "11101012");
}

static void what_is_no_date_is_none(void **state)
{
	(void)state;
	expect_births("", "", "");
	expect_births("-", "", "");
	expect_births("1970-13-01", "", "");
	expect_births("32-12-1970", "", "");
	expect_births("00-12-1970", "", "");
	expect_births("1-2-70", "", "");
	expect_births("0999", "", "");
	expect_births("123456789", "", "");
	expect_births("1970-12-31-1", "", "");
	expect_births("19701231x", "", "");
}

static void a_query_is_split_at_white_space(void **state)
{
	struct medark_query q;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_query_parse(medark_bytes_text(" \t jan  de vries\n"), &q, &err), 0);
	assert_int_equal(q.count, 3);
	assert_true(medark_bytes_is(q.words[0], "jan"));
	assert_true(medark_bytes_is(q.words[2], "vries"));
	assert_true(medark_bytes_is(q.whole, "jan  de vries"));
	assert_int_equal(medark_query_parse(medark_bytes_text("  "), &q, &err), 0);
	assert_int_equal(q.count, 0);
	assert_int_equal(q.whole.size, 0);
}

static void a_query_is_bounded(void **state)
{
	char text[MEDARK_QUERY_MAX + 2];
	struct medark_query q;
	struct medark_error err;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(medark_query_parse(medark_bytes(text, MEDARK_QUERY_MAX + 1), &q, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "a query has at most 1024 bytes");
	for (size_t i = 1; i < 100; i += 2)
		text[i] = ' ';
	assert_int_equal(medark_query_parse(medark_bytes(text, 100), &q, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a query has at most 32 words");
	assert_int_equal(medark_query_parse(medark_bytes("\xff", 1), &q, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "the query is not UTF-8");
}

static void identifiers_lose_spaces_and_dots(void **state)
{
	uint8_t out[32];
	size_t n;

	(void)state;
	n = medark_query_compact(medark_bytes_text("1234.56 789"), false, out);
	assert_true(medark_bytes_is(medark_bytes(out, n), "1234.56789"));
	n = medark_query_compact(medark_bytes_text("1234.56 789"), true, out);
	assert_true(medark_bytes_is(medark_bytes(out, n), "123456789"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_birth_date_is_read_in_the_usual_orders),
		cmocka_unit_test(digits_that_are_two_dates_are_both),
		cmocka_unit_test(what_is_no_date_is_none),
		cmocka_unit_test(a_query_is_split_at_white_space),
		cmocka_unit_test(a_query_is_bounded),
		cmocka_unit_test(identifiers_lose_spaces_and_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
