/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/message.h"

static bool is_json(const char *content_type)
{
	return medark_serve_is_type(medark_bytes_text(content_type), "application/json");
}

static void a_type_is_told_without_its_parameters(void **state)
{
	(void)state;
	assert_true(is_json("application/json"));
	assert_true(is_json("Application/JSON"));
	assert_true(is_json("application/json;charset=utf-8"));
	assert_true(is_json("application/json \t; charset=utf-8"));
	assert_false(is_json("application/jsonx"));
	assert_false(is_json("text/plain; application/json"));
	assert_false(is_json(";"));
	assert_false(medark_serve_is_type(medark_bytes(NULL, 0), "application/json"));
}

static void get_and_head_only_read(void **state)
{
	(void)state;
	for (int i = 0; i < MEDARK_SERVE_METHODS; i++) {
		const struct medark_serve_request request = { .method =
								      (enum medark_serve_method)i };

		assert_int_equal(medark_serve_is_reading(&request),
				 i == MEDARK_SERVE_GET || i == MEDARK_SERVE_HEAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_is_told_without_its_parameters),
		cmocka_unit_test(get_and_head_only_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
