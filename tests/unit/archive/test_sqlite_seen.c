/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/sqlite_seen.h"

static struct medark_error err;

/* How many resources of the hash the patient has not, in the set's order, into `out`. */
static size_t find(struct medark_sqlite_seen *s, uint64_t hash, int64_t patient, int64_t *out)
{
	const struct medark_sqlite_seen_slot *slot;
	size_t at = 0, count = 0;

	while ((slot = medark_sqlite_seen_next(s, hash, patient, &at)))
		out[count++] = slot->resource;
	return count;
}

static void nothing_is_in_an_empty_one(void **state)
{
	MEDARK_AUTO(medark_sqlite_seen_clear) struct medark_sqlite_seen s;
	int64_t found[1];

	(void)state;
	assert_int_equal(medark_sqlite_seen_init(&s, &err), 0);
	assert_int_equal(find(&s, 7, 1, found), 0);
}

static void all_of_one_hash_are_told_but_those_of_the_patient(void **state)
{
	MEDARK_AUTO(medark_sqlite_seen_clear) struct medark_sqlite_seen s;
	int64_t found[4];

	(void)state;
	assert_int_equal(medark_sqlite_seen_init(&s, &err), 0);
	assert_int_equal(medark_sqlite_seen_add(&s, 7, 10, 1, &err), 0);
	assert_int_equal(medark_sqlite_seen_add(&s, 7, 11, 2, &err), 0);
	assert_int_equal(medark_sqlite_seen_add(&s, 7, 12, 1, &err), 0);
	assert_int_equal(find(&s, 7, 1, found), 1);
	assert_int_equal(found[0], 11);
	assert_int_equal(find(&s, 7, 3, found), 3);
	assert_int_equal(find(&s, 8, 3, found), 0);
}

static void many_are_found_again(void **state)
{
	MEDARK_AUTO(medark_sqlite_seen_clear) struct medark_sqlite_seen s;
	int64_t found[4];

	(void)state;
	assert_int_equal(medark_sqlite_seen_init(&s, &err), 0);
	for (int64_t i = 1; i <= 2000; i++) /* neighbours, over the end of the room */
		assert_int_equal(medark_sqlite_seen_add(&s, UINT64_MAX - (uint64_t)i, i, 1, &err),
				 0);
	for (int64_t i = 1; i <= 2000; i++) {
		assert_int_equal(find(&s, UINT64_MAX - (uint64_t)i, 2, found), 1);
		assert_int_equal(found[0], i);
	}
}

static void what_is_outside_is_never_what_is_within(void **state)
{
	MEDARK_AUTO(medark_sqlite_seen_clear) struct medark_sqlite_seen s;
	const struct medark_bytes text = medark_bytes_text("{}");

	(void)state;
	assert_int_equal(medark_sqlite_seen_init(&s, &err), 0);
	assert_true(medark_sqlite_seen_hash(&s, true, text) !=
		    medark_sqlite_seen_hash(&s, false, text));
	assert_true(medark_sqlite_seen_hash(&s, true, text) ==
		    medark_sqlite_seen_hash(&s, true, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_in_an_empty_one),
		cmocka_unit_test(all_of_one_hash_are_told_but_those_of_the_patient),
		cmocka_unit_test(many_are_found_again),
		cmocka_unit_test(what_is_outside_is_never_what_is_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
