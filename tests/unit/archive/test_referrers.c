/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/referrers.h"

#define PAIR(name, patient) ((uint64_t)(name) << 32 | (patient))

static void add(struct medark_referrers *r, uint64_t pair)
{
	struct medark_error err;

	assert_int_equal(medark_referrers_add(r, pair, &err), 0);
}

static void what_refers_to_another_patients_record_is_left(void **state)
{
	static const uint64_t entries[] = { PAIR(1, 5), PAIR(3, 2), PAIR(3, 7), PAIR(9, 0) };
	static const uint64_t left[] = { PAIR(1, 4), PAIR(3, 9), PAIR(9, 1) };
	static struct medark_referrers r;
	struct medark_error err;

	(void)state;
	medark_referrers_init(&r);
	for (int twice = 0; twice < 2; twice++) {
		add(&r, PAIR(9, 1));
		add(&r, PAIR(9, 0)); /* its own */
		add(&r, PAIR(3, 7)); /* its own: one of two that have it */
		add(&r, PAIR(3, 9));
		add(&r, PAIR(1, 4));
		add(&r, PAIR(2, 5));  /* to nothing in a compartment */
		add(&r, PAIR(10, 1)); /* the same, behind the last */
		add(&r, 0);
	}
	assert_int_equal(medark_referrers_seal(&r, entries, 4, &err), 0);
	assert_int_equal(r.pairs.size, sizeof(left));
	assert_memory_equal(r.pairs.data, left, sizeof(left));
	medark_referrers_clear(&r);
}

static void what_came_just_now_is_known(void **state)
{
	static struct medark_referrers r;

	(void)state;
	medark_referrers_init(&r);
	assert_false(medark_referrers_is_recent(&r, PAIR(7, 1)));
	assert_true(medark_referrers_is_recent(&r, PAIR(7, 1)));
	assert_false(medark_referrers_is_recent(&r, PAIR(7, 2)));
	/* The first of all is not, although the memory of it is zeroed. */
	assert_false(medark_referrers_is_recent(&r, 0));
	medark_referrers_clear(&r);
}

static void nothing_may_be_left(void **state)
{
	static struct medark_referrers r;
	struct medark_error err;

	(void)state;
	medark_referrers_init(&r);
	assert_int_equal(medark_referrers_seal(&r, NULL, 0, &err), 0);
	add(&r, PAIR(1, 1));
	assert_int_equal(medark_referrers_seal(&r, NULL, 0, &err), 0);
	assert_int_equal(r.pairs.size, 0);
	medark_referrers_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_refers_to_another_patients_record_is_left),
		cmocka_unit_test(what_came_just_now_is_known),
		cmocka_unit_test(nothing_may_be_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
