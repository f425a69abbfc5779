/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "scan/json_tree.h"
#include "search/param_table.h"

#include <ctype.h>

static void check_path(const char *path)
{
	int names = 1;

	assert_true(isalpha((unsigned char)path[0]));
	for (const char *p = path; *p; p++) {
		names += *p == '.';
		assert_true(isalpha((unsigned char)*p) ||
			    (*p == '.' && isalpha((unsigned char)p[1])));
	}
	assert_true(names <= MEDARK_JSON_PATH_MAX);
}

static void types_and_parameters_are_sorted_and_can_be_found(void **state)
{
	const struct medark_search_type *type, *before = NULL;
	size_t types = 0;

	(void)state;
	for (; (type = medark_search_type_at(types)); types++, before = type) {
		assert_true(!before || strcmp(before->name, type->name) < 0);
		assert_ptr_equal(medark_search_type_find(medark_bytes_text(type->name)), type);
		for (size_t i = 0; i < type->count; i++) {
			const struct medark_search_param *p = &type->params[i];

			assert_true(i == 0 || strcmp(p[-1].name, p->name) < 0);
			assert_ptr_equal(medark_search_param_find(type, medark_bytes_text(p->name)),
					 p);
			assert_true(p->kind && p->paths[0]);
			for (size_t k = 0; k < MEDARK_SEARCH_PATHS_MAX && p->paths[k]; k++)
				check_path(p->paths[k]);
			assert_true(!p->only == (p->rule != MEDARK_SEARCH_REFERS_TO &&
						 (p->rule != MEDARK_SEARCH_CONTACT ||
						  strcmp(p->name, "telecom") == 0)));
		}
	}
	assert_int_equal(types, 36);
	assert_null(medark_search_type_find(medark_bytes_text("Patien")));
	assert_null(medark_search_type_find(medark_bytes(NULL, 0)));
}

static void every_type_has_the_common_ones(void **state)
{
	const struct medark_search_type *type = medark_search_type_find(medark_bytes_text("Flag"));
	const struct medark_search_param *p;
	size_t n = 0;

	(void)state;
	for (; (p = medark_search_common_at(n)); n++)
		assert_ptr_equal(medark_search_param_find(type, medark_bytes_text(p->name)), p);
	assert_int_equal(n, 6);
	assert_null(medark_search_param_find(type, medark_bytes_text("gender")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_and_parameters_are_sorted_and_can_be_found),
		cmocka_unit_test(every_type_has_the_common_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
