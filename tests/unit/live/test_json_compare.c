/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/json_compare.h"

#include <string.h>

/* The path of the first difference; "=" if there is none. */
static const char *difference(const char *sent, const char *got)
{
	static char path[MEDARK_JSON_PATH_MAX];
	MEDARK_AUTO(medark_json_release) json_t *a = json_loads(sent, 0, NULL);
	MEDARK_AUTO(medark_json_release) json_t *b = json_loads(got, 0, NULL);

	assert_non_null(a);
	assert_non_null(b);
	return medark_json_compare(a, b, "https://h/fhir", path) ? "=" : path;
}

static void what_is_equal_is_equal(void **state)
{
	(void)state;
	assert_string_equal(difference("{\"a\":[1,{\"b\":null}],\"c\":true}",
				       "{\"c\":true,\"a\":[1,{\"b\":null}]}"),
			    "=");
	assert_string_equal(difference("{\"v\":1.10}", "{\"v\":1.1}"), "=");
	assert_string_equal(difference("{\"v\":1.0}", "{\"v\":1}"), "=");
}

static void the_outermost_meta_and_id_do_not_count(void **state)
{
	(void)state;
	assert_string_equal(
		difference("{\"id\":\"1\",\"a\":1}", "{\"id\":\"2\",\"meta\":{},\"a\":1}"), "=");
	assert_string_equal(difference("{\"a\":{\"id\":\"1\"}}", "{\"a\":{\"id\":\"2\"}}"), "a.id");
}

static void the_first_difference_is_named(void **state)
{
	(void)state;
	assert_string_equal(difference("{\"name\":[{\"given\":[\"a\",\"b\"]}]}",
				       "{\"name\":[{\"given\":[\"a\",\"c\"]}]}"),
			    "name[0].given[1]");
	assert_string_equal(difference("{\"a\":1}", "{}"), "a");
	assert_string_equal(difference("{}", "{\"a\":1}"), "a");
	assert_string_equal(difference("{\"a\":[1]}", "{\"a\":[1,2]}"), "a[1]");
	assert_string_equal(difference("{\"a\":\"1\"}", "{\"a\":1}"), "a");
	assert_string_equal(difference("{\"a\":{\"some name\":1}}", "{\"a\":{}}"), "a.?");
	assert_string_equal(difference("{\"a\":true}", "{\"a\":false}"), "a");
}

static void a_reference_is_compared_without_address_and_version(void **state)
{
	(void)state;
	assert_string_equal(difference("{\"s\":{\"reference\":\"Patient/1\"}}",
				       "{\"s\":{\"reference\":\"https://h/fhir/Patient/1\"}}"),
			    "=");
	assert_string_equal(difference("{\"s\":{\"reference\":\"Patient/1\"}}",
				       "{\"s\":{\"reference\":\"Patient/1/_history/2\"}}"),
			    "=");
	assert_string_equal(difference("{\"s\":{\"reference\":\"Patient/1\"}}",
				       "{\"s\":{\"reference\":\"Patient/2\"}}"),
			    "s.reference");
	assert_string_equal(difference("{\"s\":{\"display\":\"Patient/1\"}}",
				       "{\"s\":{\"display\":\"https://h/fhir/Patient/1\"}}"),
			    "s.display");
}

static void a_long_path_is_cut(void **state)
{
	char a[2048] = "", b[2048] = "";

	(void)state;
	for (int i = 0; i < 60; i++) {
		strcat(a, "{\"member\":");
		strcat(b, "{\"member\":");
	}
	strcat(a, "1");
	strcat(b, "2");
	for (int i = 0; i < 60; i++) {
		strcat(a, "}");
		strcat(b, "}");
	}
	assert_int_equal(strlen(difference(a, b)), MEDARK_JSON_PATH_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_equal_is_equal),
		cmocka_unit_test(the_outermost_meta_and_id_do_not_count),
		cmocka_unit_test(the_first_difference_is_named),
		cmocka_unit_test(a_reference_is_compared_without_address_and_version),
		cmocka_unit_test(a_long_path_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
