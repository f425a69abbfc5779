/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "record/record.h"

#include <string.h>

static void every_fault_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < MEDARK_FAULT_MAX; i++) {
		assert_non_null(medark_fault_name((enum medark_fault)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(medark_fault_name((enum medark_fault)i),
						medark_fault_name((enum medark_fault)k));
	}
	assert_string_equal(medark_fault_name(MEDARK_FAULT_SYNTAX), "broken-syntax");
	assert_string_equal(medark_fault_name(MEDARK_FAULT_COMPRESSED), "broken-compression");
	assert_string_equal(medark_fault_name(MEDARK_FAULT_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
