/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/large.h"

#include <string.h>

static void memory_of_any_size_is_zeroed_and_can_be_written(void **state)
{
	static const size_t sizes[] = { 0,
					1,
					4096,
					MEDARK_LARGE_PAGE - 1,
					MEDARK_LARGE_PAGE,
					MEDARK_LARGE_PAGE + 1,
					5 * MEDARK_LARGE_PAGE };

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *p = medark_large_new(sizes[i]);

		assert_non_null(p);
		for (size_t k = 0; k < sizes[i]; k += 509)
			assert_int_equal(p[k], 0);
		memset(p, 1, sizes[i]);
		medark_large_free(p, sizes[i]);
	}
	medark_large_free(NULL, 0);
	medark_large_free(NULL, MEDARK_LARGE_PAGE);
}

static void large_memory_begins_at_a_large_page(void **state)
{
	void *p = medark_large_new(3 * MEDARK_LARGE_PAGE);

	(void)state;
	assert_non_null(p);
	assert_int_equal((uintptr_t)p % MEDARK_LARGE_PAGE, 0);
	medark_large_free(p, 3 * MEDARK_LARGE_PAGE);
}

static void too_much_is_refused(void **state)
{
	(void)state;
	assert_null(medark_large_new(SIZE_MAX));
	assert_null(medark_large_new(SIZE_MAX / 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_of_any_size_is_zeroed_and_can_be_written),
		cmocka_unit_test(large_memory_begins_at_a_large_page),
		cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
