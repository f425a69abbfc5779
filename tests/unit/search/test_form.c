/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "search/form.h"

#include <string.h>

static struct medark_form form;
static struct medark_error err;

static int clear(void **state)
{
	(void)state;
	medark_form_clear(&form);
	return 0;
}

static int parse(const char *text)
{
	return medark_form_parse(&form, medark_bytes_text(text), &err);
}

static void assert_pair(size_t i, const char *name, const char *value)
{
	assert_true(i < form.count);
	assert_true(medark_bytes_is(form.pairs[i].name, name));
	assert_true(medark_bytes_is(form.pairs[i].value, value));
}

static void pairs_are_decoded(void **state)
{
	(void)state;
	assert_int_equal(parse("name=van+der%20Berg&date=ge2013-01-01T00%3a00%2B01:00&&a&b=&c=d=e"),
			 0);
	assert_int_equal(form.count, 5);
	assert_pair(0, "name", "van der Berg");
	assert_pair(1, "date", "ge2013-01-01T00:00+01:00");
	assert_pair(2, "a", "");
	assert_pair(3, "b", "");
	assert_pair(4, "c", "d=e");
	assert_int_equal(parse("%6e%C3%AB=%26%3D"), 0);
	assert_int_equal(form.count, 1);
	assert_pair(0, "n\xc3\xab", "&=");
	assert_int_equal(parse(""), 0);
	assert_int_equal(form.count, 0);
}

static void what_is_not_well_formed_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "a=%", "a '%' without two hexadecimal digits" },
		{ "a=%4", "a '%' without two hexadecimal digits" },
		{ "a=%4g", "a '%' without two hexadecimal digits" },
		{ "a=%g4&b=1", "a '%' without two hexadecimal digits" },
		{ "%u0041=1", "a '%' without two hexadecimal digits" },
		{ "a=1%00", "a zero byte in a parameter" },
		{ "a%00b=1", "a zero byte in a parameter" },
		{ "a=%ff", "a parameter that is not UTF-8" },
		{ "a=%c0%80", "a parameter that is not UTF-8" },
		{ "a=\xc3", "a parameter that is not UTF-8" },
		{ "=1", "a parameter without a name" },
		{ "a%0Ab=1", "a control character in a parameter's name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i][0]), MEDARK_E_USAGE);
		assert_string_equal(err.message, cases[i][1]);
		assert_int_equal(form.count, 0);
	}
}

/* `n` times `piece`. */
static int repeat(const char *piece, size_t n)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER((size_t)1 << 20);

	for (size_t i = 0; i < n; i++)
		assert_int_equal(medark_buffer_text(&text, piece, NULL), 0);
	return medark_form_parse(&form, medark_bytes(text.data, text.size), &err);
}

static void everything_is_bounded(void **state)
{
	static char value[MEDARK_FORM_VALUE_MAX + 4] = "b=";

	(void)state;
	assert_int_equal(repeat("a=1&", MEDARK_FORM_PAIRS_MAX), 0);
	assert_int_equal(form.count, MEDARK_FORM_PAIRS_MAX);
	assert_int_equal(repeat("a=1&", MEDARK_FORM_PAIRS_MAX + 1), MEDARK_E_USAGE);
	assert_string_equal(err.message, "more than 128 parameters");
	assert_int_equal(repeat("n", MEDARK_FORM_NAME_MAX), 0);
	assert_int_equal(repeat("n", MEDARK_FORM_NAME_MAX + 1), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a parameter's name of more than 128 bytes");
	memset(value + 2, 'x', MEDARK_FORM_VALUE_MAX);
	assert_int_equal(parse(value), 0);
	value[MEDARK_FORM_VALUE_MAX + 2] = 'x';
	assert_int_equal(parse(value), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a parameter of more than 4096 bytes");
	assert_int_equal(repeat("&", MEDARK_FORM_MAX), 0);
	assert_int_equal(repeat("&", MEDARK_FORM_MAX + 1), MEDARK_E_USAGE);
	assert_string_equal(err.message, "parameters of more than 65536 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(pairs_are_decoded, clear),
		cmocka_unit_test_teardown(what_is_not_well_formed_is_refused, clear),
		cmocka_unit_test_teardown(everything_is_bounded, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
