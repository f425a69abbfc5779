/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "search/decimal.h"

#include <string.h>

static struct medark_decimal read(const char *text)
{
	struct medark_decimal v;

	assert_true(medark_decimal_parse(medark_bytes_text(text), &v));
	return v;
}

static int compare(const char *a, const char *b)
{
	struct medark_decimal x = read(a), y = read(b);

	assert_int_equal(medark_decimal_compare(&y, &x), -medark_decimal_compare(&x, &y));
	return medark_decimal_compare(&x, &y);
}

static void values_compare_whatever_their_form(void **state)
{
	(void)state;
	assert_int_equal(compare("1.10", "1.1"), 0);
	assert_int_equal(compare("100", "1e2"), 0);
	assert_int_equal(compare("0.001E+3", "1"), 0);
	assert_int_equal(compare("0", "-0.00"), 0);
	assert_int_equal(compare("0", "0e5"), 0);
	assert_int_equal(compare("9.99", "10"), -1);
	assert_int_equal(compare("-9.99", "-10"), 1);
	assert_int_equal(compare("-1", "0.0001"), -1);
	assert_int_equal(compare("0", "-1e-900"), 1);
	assert_int_equal(compare("1e-900", "0"), 1);
	assert_int_equal(compare("12345678901234567890.5", "12345678901234567890.4999"), 1);
	assert_int_equal(compare("1.5", "1.50000000000000000000000000000000000001"), -1);
}

static void what_is_no_decimal_is_refused(void **state)
{
	static const char *const texts[] = { "",    "-",   ".5",     "5.",	"01",
					     "+1",  "1e",  "1e+",    "1 ",	"0x1",
					     "1,5", "NaN", "1e1001", "1e-1001", "0.1e-1000",
					     "--1", "1.e", "1.5.5",  "-e1" };
	struct medark_decimal v;
	char digits[MEDARK_DECIMAL_DIGITS + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(medark_decimal_parse(medark_bytes_text(texts[i]), &v));
	memset(digits, '9', sizeof(digits));
	assert_true(medark_decimal_parse(medark_bytes(digits, MEDARK_DECIMAL_DIGITS), &v));
	assert_false(medark_decimal_parse(medark_bytes(digits, MEDARK_DECIMAL_DIGITS + 1), &v));
}

static void assert_ends(const char *text,
			struct medark_decimal (*end)(const struct medark_decimal *, bool),
			const char *below, const char *above)
{
	struct medark_decimal v = read(text), low = end(&v, false), high = end(&v, true);
	struct medark_decimal wanted_low = read(below), wanted_high = read(above);

	assert_int_equal(medark_decimal_compare(&low, &wanted_low), 0);
	assert_int_equal(medark_decimal_compare(&high, &wanted_high), 0);
}

static void a_number_stands_for_what_rounds_to_it(void **state)
{
	(void)state;
	assert_ends("1.10", medark_decimal_rounded, "1.095", "1.105");
	assert_ends("100", medark_decimal_rounded, "99.5", "100.5");
	assert_ends("100.00", medark_decimal_rounded, "99.995", "100.005");
	assert_ends("1e2", medark_decimal_rounded, "50", "150");
	assert_ends("1000", medark_decimal_rounded, "999.5", "1000.5");
	assert_ends("10.0e1", medark_decimal_rounded, "99.5", "100.5");
	assert_ends("-1.1", medark_decimal_rounded, "-1.15", "-1.05");
	assert_ends("0", medark_decimal_rounded, "-0.5", "0.5");
	assert_ends("-0.0", medark_decimal_rounded, "-0.05", "0.05");
}

/* As many digits as are read: the ends have more. */
static void the_longest_number_has_ends_too(void **state)
{
	char digits[MEDARK_DECIMAL_DIGITS];
	struct medark_decimal v, low, high;

	(void)state;
	memset(digits, '9', sizeof(digits));
	assert_true(medark_decimal_parse(medark_bytes(digits, sizeof(digits)), &v));
	low = medark_decimal_rounded(&v, false);
	high = medark_decimal_rounded(&v, true);
	assert_int_equal(medark_decimal_compare(&low, &v), -1);
	assert_int_equal(medark_decimal_compare(&high, &v), 1);
	low = medark_decimal_about(&v, false);
	high = medark_decimal_about(&v, true);
	assert_int_equal(medark_decimal_compare(&low, &v), -1);
	assert_int_equal(medark_decimal_compare(&high, &v), 1);
}

static void about_is_a_tenth(void **state)
{
	(void)state;
	assert_ends("100", medark_decimal_about, "90", "110");
	assert_ends("-5.4", medark_decimal_about, "-5.94", "-4.86");
	assert_ends("0", medark_decimal_about, "0", "0");
	assert_ends("99.99", medark_decimal_about, "89.991", "109.989");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_compare_whatever_their_form),
		cmocka_unit_test(what_is_no_decimal_is_refused),
		cmocka_unit_test(a_number_stands_for_what_rounds_to_it),
		cmocka_unit_test(the_longest_number_has_ends_too),
		cmocka_unit_test(about_is_a_tenth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
