/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "record/normal.h"

#include <stdio.h>
#include <string.h>

static void assert_form(const char *text, const char *form)
{
	MEDARK_AUTO(medark_normal_free) struct medark_normal *n = NULL;
	struct medark_normal_form out;
	struct medark_error err = { 0 };

	assert_int_equal(medark_normal_new(&n, &err), 0);
	assert_int_equal(medark_normal_json(n, medark_bytes_text(text), &out, &err), 0);
	if (!medark_bytes_is(out.text, form))
		fail_msg("%s became %.*s, not %s", text, (int)out.text.size,
			 (const char *)out.text.data, form);
	/* The form is its own. */
	assert_int_equal(medark_normal_json(n, medark_bytes_text(form), &out, &err), 0);
	assert_true(medark_bytes_is(out.text, form));
}

static void assert_number(const char *number, const char *form)
{
	char text[160], wanted[160];

	(void)snprintf(text, sizeof(text), "{\"v\":%s}", number);
	(void)snprintf(wanted, sizeof(wanted), "{\"v\":%s}", form);
	assert_form(text, wanted);
}

static void members_come_in_order_and_white_space_goes(void **state)
{
	(void)state;
	assert_form("{}", "{}");
	assert_form(" { \"b\" : 1 ,\n\t\"a\":[ 1 , 2 ] }\r", "{\"a\":[1,2],\"b\":1}");
	assert_form("{\"z\":{\"b\":{\"d\":1,\"c\":2},\"a\":[{\"y\":1,\"x\":2}]},\"a\":null}",
		    "{\"a\":null,\"z\":{\"a\":[{\"x\":2,\"y\":1}],\"b\":{\"c\":2,\"d\":1}}}");
	assert_form("\xEF\xBB\xBF{\"a\":true,\"B\":false}", "{\"B\":false,\"a\":true}");
	assert_form("{\"ab\":1,\"a\":2}", "{\"a\":2,\"ab\":1}");
}

/* Names are compared by their first bytes first. */
static void names_that_begin_alike_come_in_order(void **state)
{
	(void)state;
	assert_form("{\"effectivePeriod\":1,\"effectiveDateTime\":2,\"effective\":3,\"effecti\":4,"
		    "\"effect\":5,\"e\":6,\"\":7}",
		    "{\"\":7,\"e\":6,\"effect\":5,\"effecti\":4,\"effective\":3,"
		    "\"effectiveDateTime\":2,\"effectivePeriod\":1}");
	assert_form("{\"\xC3\xA9\":1,\"z\":2,\"abcdefg!\":3,\"abcdefg\":4,\"abcdef!\":5}",
		    "{\"abcdef!\":5,\"abcdefg!\":3,\"abcdefg\":4,\"z\":2,\"\xC3\xA9\":1}");
}

static void the_order_of_an_array_stays(void **state)
{
	(void)state;
	assert_form("{\"a\":[3,1,2,[],{}]}", "{\"a\":[3,1,2,[],{}]}");
}

static void a_name_that_stands_twice_is_there_twice(void **state)
{
	(void)state;
	assert_form("{\"b\":0,\"a\":1,\"a\":0}", "{\"a\":1,\"a\":0,\"b\":0}");
	assert_form("{\"a\":0,\"a\":1}", "{\"a\":0,\"a\":1}");
}

static void strings_have_one_spelling(void **state)
{
	(void)state;
	assert_form("{\"a\":\"\\u0041\\/\\u00e9\\n\\\"\"}", "{\"a\":\"A/\xC3\xA9\\u000a\\\"\"}");
	assert_form("{\"a\":\"\x7F\\t\",\"b\":\"\x7F\"}",
		    "{\"a\":\"\\u007f\\u0009\",\"b\":\"\\u007f\"}");
	assert_form("{\"\\u0062\":1,\"a\":2}", "{\"a\":2,\"b\":1}");
	/* No Unicode normalisation: e and an accent are not one letter with it. */
	assert_form("{\"a\":\"e\xCC\x81\"}", "{\"a\":\"e\xCC\x81\"}");
}

static void numbers_have_one_spelling_and_keep_their_precision(void **state)
{
	static const char *const numbers[][2] = {
		{ "0", "0" },
		{ "-0", "0" },
		{ "-0.0", "0.0" },
		{ "1.10", "1.10" },
		{ "1.1", "1.1" },
		{ "-12.5", "-12.5" },
		{ "1e2", "100" },
		{ "1E+02", "100" },
		{ "1.0E1", "10" },
		{ "1.25e1", "12.5" },
		{ "1.5e0", "1.5" },
		{ "1.5E-0", "1.5" },
		{ "1e-2", "0.01" },
		{ "-10e-1", "-1.0" },
		{ "100.5e-1", "10.05" },
		{ "0.5e-1", "0.05" },
		{ "0.05e1", "0.5" },
		{ "0.05e4", "500" },
		{ "0.50e1", "5.0" },
		{ "0.005e2", "0.5" },
		{ "0e5", "0" },
		{ "0.0e3", "0" },
		{ "0e-2", "0.00" },
		{ "-0e2", "0" },
		{ "0.00e1", "0.0" },
		{ "12e-2", "0.12" },
		{ "1e65", "1e65" },
		{ "1e-65", "1e-65" },
		{ "1e99999999999999999999", "1e99999999999999999999" },
		{ "1e64", "10000000000000000000000000000000000000000000000000000000000000000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		assert_number(numbers[i][0], numbers[i][1]);
}

static void what_a_server_stamps_is_left_out(void **state)
{
	(void)state;
	assert_form("{\"id\":\"1\",\"meta\":{\"versionId\":\"3\",\"lastUpdated\":\"2026\","
		    "\"source\":\"#x\",\"tag\":[{\"code\":\"a\"}],\"_source\":{}}}",
		    "{\"id\":\"1\"}");
	assert_form("{\"meta\":{\"versionId\":\"3\",\"security\":[{\"code\":\"R\"}],"
		    "\"profile\":[\"p\"],\"extension\":[]},\"id\":\"1\"}",
		    "{\"id\":\"1\",\"meta\":{\"extension\":[],\"profile\":[\"p\"],"
		    "\"security\":[{\"code\":\"R\"}]}}");
	assert_form("{\"meta\":{},\"a\":1}", "{\"a\":1}");
	assert_form("{\"a\":1,\"meta\":{}}", "{\"a\":1}");
	assert_form("{\"meta\":{\"\\u0074ag\":[]}}", "{}");
	/* Not the outermost one, and not what is no object. */
	assert_form("{\"contained\":[{\"meta\":{\"versionId\":\"1\"}}],\"meta\":null}",
		    "{\"contained\":[{\"meta\":{\"versionId\":\"1\"}}],\"meta\":null}");
	assert_form("{\"meta\":{\"profile\":[{\"tag\":1}]}}",
		    "{\"meta\":{\"profile\":[{\"tag\":1}]}}");
}

static void the_elements_are_told(void **state)
{
	MEDARK_AUTO(medark_normal_free) struct medark_normal *n = NULL;
	struct medark_normal_form out;
	struct medark_error err = { 0 };
	const char text[] =
		"{\"status\":\"final\",\"id\":\"1\",\"meta\":{\"tag\":[]},\"code\":{\"b\":1,\"a\":2}}";

	(void)state;
	assert_int_equal(medark_normal_new(&n, &err), 0);
	assert_int_equal(medark_normal_json(n, medark_bytes_text(text), &out, &err), 0);
	assert_int_equal(out.count, 3);
	assert_true(medark_bytes_is(out.elements[0].name, "\"code\""));
	assert_true(medark_bytes_is(out.elements[0].value, "{\"a\":2,\"b\":1}"));
	assert_true(medark_bytes_is(out.elements[1].name, "\"id\""));
	assert_true(medark_bytes_is(out.elements[2].value, "\"final\""));
}

static void what_is_not_one_object_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     " ",
					     "[]",
					     "1",
					     "{",
					     "{}{}",
					     "{\"a\":}",
					     "{\"a\":1,}",
					     "{\"a\" 1}",
					     "{\"a\":01}",
					     "{\"\xFF\":1}",
					     "{} x",
					     "{\"meta\":{\"tag\":}}" };
	MEDARK_AUTO(medark_normal_free) struct medark_normal *n = NULL;
	struct medark_normal_form out;
	struct medark_error err = { 0 };
	char deep[1400];

	(void)state;
	assert_int_equal(medark_normal_new(&n, &err), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(medark_normal_json(n, medark_bytes_text(texts[i]), &out, &err),
				 MEDARK_E_FORMAT);
		assert_string_equal(err.message, "the record is not one JSON object");
	}
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	assert_int_equal(medark_normal_json(n, medark_bytes(deep, sizeof(deep)), &out, &err),
			 MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_in_order_and_white_space_goes),
		cmocka_unit_test(names_that_begin_alike_come_in_order),
		cmocka_unit_test(the_order_of_an_array_stays),
		cmocka_unit_test(a_name_that_stands_twice_is_there_twice),
		cmocka_unit_test(strings_have_one_spelling),
		cmocka_unit_test(numbers_have_one_spelling_and_keep_their_precision),
		cmocka_unit_test(what_a_server_stamps_is_left_out),
		cmocka_unit_test(the_elements_are_told),
		cmocka_unit_test(what_is_not_one_object_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
