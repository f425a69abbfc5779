/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/exclude.h"

static bool matches(const char *pattern, const char *path)
{
	struct medark_exclude e = { 0 };
	bool result;

	assert_int_equal(medark_exclude_add(&e, pattern, NULL), 0);
	result = medark_exclude_matches(&e, medark_bytes_text(path));
	medark_exclude_clear(&e);
	return result;
}

static void a_pattern_is_about_the_whole_path_or_that_of_a_folder(void **state)
{
	(void)state;
	assert_true(matches("a.tmp", "a.tmp"));
	assert_true(matches("*.tmp", "x/y/a.tmp"));
	assert_true(matches("cache", "cache/x/y"));
	assert_true(matches("cache/", "cache"));
	assert_true(matches("./cache/", "cache/x"));
	assert_true(matches("*/cache", "x/cache/y"));
	assert_true(matches("[ab]?", "a1/x"));
	assert_false(matches("a.tmp", "x/a.tmp"));
	assert_false(matches("cache", "cached"));
	assert_false(matches("*.tmp", "a.tmpx"));
	assert_false(matches("*", ""));
}

static void what_could_match_nothing_is_refused(void **state)
{
	struct medark_exclude e = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_exclude_add(&e, "/srv", &err), MEDARK_E_USAGE);
	assert_string_equal(err.message,
			    "the pattern '/srv' begins with /, but paths within a source do not");
	assert_int_equal(medark_exclude_add(&e, "", &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a pattern to exclude is empty");
	for (int i = 0; i < MEDARK_EXCLUDE_PATTERNS_MAX; i++)
		assert_int_equal(medark_exclude_add(&e, "x", &err), 0);
	assert_int_equal(medark_exclude_add(&e, "x", &err), MEDARK_E_USAGE);
	medark_exclude_clear(&e);
}

static void a_file_that_is_being_written_is_known_by_what_it_is(void **state)
{
	struct medark_entry entry = { .path = medark_bytes_text("x"), .device = 1, .inode = 2 };
	struct medark_exclude e = { 0 };

	(void)state;
	medark_exclude_own(&e, 1, 2);
	assert_string_equal(medark_exclude_reason(&e, &entry),
			    "it is being written by this export");
	entry.device = 2;
	assert_null(medark_exclude_reason(&e, &entry));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pattern_is_about_the_whole_path_or_that_of_a_folder),
		cmocka_unit_test(what_could_match_nothing_is_refused),
		cmocka_unit_test(a_file_that_is_being_written_is_known_by_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
