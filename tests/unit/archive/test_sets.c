/* SPDX-License-Identifier: Apache-2.0 */
/* rowset, nameset, coverage, merged ranges: what reading collects. */
#include "../test.h"

#include "archive/coverage.h"
#include "archive/cut.h"
#include "archive/nameset.h"
#include "archive/rowset.h"

#include <stdio.h>
#include <stdlib.h>

static void a_rowset_is_walked_in_order(void **state)
{
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset a = { 0 };
	MEDARK_AUTO(medark_rowset_clear) struct medark_rowset b = { 0 };
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_rowset_init(&a, 200, false, &err), 0);
	assert_int_equal(medark_rowset_init(&b, 200, true, &err), 0);
	assert_int_equal(medark_rowset_next(&a, 0), 200);
	assert_true(medark_rowset_add(&a, 199) && medark_rowset_add(&a, 63) &&
		    medark_rowset_add(&a, 64));
	assert_false(medark_rowset_add(&a, 200));
	assert_int_equal(medark_rowset_next(&a, 0), 63);
	assert_int_equal(medark_rowset_next(&a, 64), 64);
	assert_int_equal(medark_rowset_next(&a, 65), 199);
	medark_rowset_intersect(&b, &a);
	assert_int_equal(medark_rowset_next(&b, 0), 63);
	assert_int_equal(medark_rowset_next(&b, 199), 199);
	assert_true(medark_rowset_add(&b, 0));
	medark_rowset_unite(&a, &b);
	assert_int_equal(medark_rowset_next(&a, 0), 0);
}

static void a_nameset_numbers_names_as_they_come(void **state)
{
	MEDARK_AUTO(medark_nameset_clear) struct medark_nameset set = { 0 };
	struct medark_error err;
	char name[32];

	(void)state;
	assert_int_equal(medark_nameset_init(&set, &err), 0);
	assert_false(medark_nameset_has(&set, medark_bytes_text("x")));
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "Type/%d", i);
		assert_int_equal(medark_nameset_add(&set, medark_bytes_text(name), &err), 1);
		assert_int_equal(medark_nameset_add(&set, medark_bytes_text(name), &err), 0);
	}
	assert_int_equal(medark_nameset_count(&set), 5000);
	assert_true(medark_bytes_is(medark_nameset_get(&set, 4321), "Type/4321"));
	assert_true(medark_nameset_has(&set, medark_bytes_text("Type/0")));
	assert_false(medark_nameset_has(&set, medark_bytes_text("Type/5000")));
}

static void extents_in_any_order_cover_an_item(void **state)
{
	struct medark_coverage c, other;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_coverage_init(&c, &err), 0);
	other = c;
	medark_coverage_item(&c, 0, 100);
	medark_coverage_item(&c, 1, 0);
	medark_coverage_item(&c, 2, 50);
	medark_coverage_extent(&other, 0, 30, 100);
	medark_coverage_extent(&c, 2, 0, 50);
	medark_coverage_extent(&c, 0, 0, 10);
	medark_coverage_extent(&other, 0, 10, 30);
	assert_false(medark_coverage_is_exact(&c));
	medark_coverage_join(&c, &other);
	assert_true(medark_coverage_is_exact(&c));
}

/* The sum of lengths is right in each case, so that only the places tell. */
static void gaps_and_overlaps_are_seen(void **state)
{
	static const uint64_t cases[][3][2] = {
		{ { 0, 10 }, { 5, 15 }, { 20, 30 } },  { { 0, 10 }, { 0, 10 }, { 20, 30 } },
		{ { 0, 10 }, { 10, 20 }, { 10, 20 } }, { { 0, 30 }, { 5, 10 }, { 5, 10 } },
		{ { 1, 11 }, { 11, 21 }, { 21, 31 } },
	};
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct medark_coverage c;

		assert_int_equal(medark_coverage_init(&c, &err), 0);
		medark_coverage_item(&c, 7, 30);
		for (size_t j = 0; j < 3; j++)
			medark_coverage_extent(&c, 7, cases[i][j][0], cases[i][j][1]);
		assert_false(medark_coverage_is_exact(&c));
	}
}

static void items_do_not_stand_in_for_each_other(void **state)
{
	struct medark_coverage c;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_coverage_init(&c, &err), 0);
	medark_coverage_item(&c, 1, 10);
	medark_coverage_item(&c, 2, 10);
	medark_coverage_extent(&c, 1, 0, 10);
	medark_coverage_extent(&c, 1, 0, 10);
	assert_false(medark_coverage_is_exact(&c));
}

static void ranges_that_meet_or_overlap_are_joined(void **state)
{
	struct medark_range r[] = {
		{ 2, 0, 5 }, { 1, 10, 10 }, { 1, 0, 10 }, { 1, 15, 2 }, { 1, 30, 5 }
	};

	(void)state;
	assert_int_equal(medark_ranges_merge(r, 5), 3);
	assert_int_equal(r[0].offset, 0);
	assert_int_equal(r[0].length, 20);
	assert_int_equal(r[1].offset, 30);
	assert_int_equal(r[2].segment, 2);
	assert_int_equal(medark_ranges_merge(r, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rowset_is_walked_in_order),
		cmocka_unit_test(a_nameset_numbers_names_as_they_come),
		cmocka_unit_test(extents_in_any_order_cover_an_item),
		cmocka_unit_test(gaps_and_overlaps_are_seen),
		cmocka_unit_test(items_do_not_stand_in_for_each_other),
		cmocka_unit_test(ranges_that_meet_or_overlap_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
