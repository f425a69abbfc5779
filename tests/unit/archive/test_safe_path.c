/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/safe_path.h"

#include <stdlib.h>

static void expect(const char *part, size_t size, bool strict, const char *want)
{
	char out[MEDARK_NAME_SIZE];
	bool changed = medark_safe_name(medark_bytes(part, size), strict, out);

	assert_string_equal(out, want);
	assert_int_equal(changed, strlen(want) != size || memcmp(part, want, size) != 0);
}

static void ordinary_names_stay(void **state)
{
	static const char *const names[] = {
		"Patient.ndjson", "a b", "caf\xc3\xa9", "CON", "a:b", "x.", "...", "%1B", "-rf", "~"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect(names[i], strlen(names[i]), false, names[i]);
}

static void names_that_lead_elsewhere_are_encoded(void **state)
{
	(void)state;
	expect("", 0, false, "%");
	expect(".", 1, false, "%2E");
	expect("..", 2, false, "%2E%2E");
	expect("a\0b", 3, false, "a%00b");
}

static void control_characters_and_broken_utf8_are_encoded(void **state)
{
	(void)state;
	expect("\x1b[31m", 5, false, "%1B[31m");
	expect("a\nb", 3, false, "a%0Ab");
	expect("\x7f", 1, false, "%7F");
	expect("a\xff\xc3", 3, false, "a%FF%C3");
	expect("\xed\xa0\x80", 3, false, "%ED%A0%80");
}

static void strict_names_are_taken_by_every_file_system(void **state)
{
	(void)state;
	expect("a:b<c>d\"e|f?g*h\\", 16, true, "a%3Ab%3Cc%3Ed%22e%7Cf%3Fg%2Ah%5C");
	expect("con", 3, true, "%63on");
	expect("NUL.txt", 7, true, "%4EUL.txt");
	expect("com1.log", 8, true, "%63om1.log");
	expect("com0", 4, true, "com0");
	expect("console", 7, true, "console");
	expect("end.", 4, true, "end%2E");
	expect("end ", 4, true, "end%20");
}

static void long_names_are_cut_at_a_character(void **state)
{
	char part[400], out[MEDARK_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(part); i += 2)
		memcpy(part + i, "\xc3\xa9", 2);
	assert_true(medark_safe_name(medark_bytes(part, sizeof(part)), false, out));
	assert_int_equal(strlen(out), 250);
	memset(part, 1, sizeof(part));
	assert_true(medark_safe_name(medark_bytes(part, sizeof(part)), false, out));
	assert_int_equal(strlen(out), 249);
}

/* No name, whatever the bytes, is "", "." or "..", or holds a slash or a control character. */
static void no_bytes_make_a_dangerous_name(void **state)
{
	char out[MEDARK_NAME_SIZE];
	uint8_t part[8];

	(void)state;
	srandom(1);
	for (int i = 0; i < 200000; i++) {
		size_t size = (size_t)random() % sizeof(part);

		for (size_t j = 0; j < size; j++) {
			part[j] = (uint8_t)(random() % 3 ? random() : '.');
			part[j] = part[j] == '/' ? '.' : part[j];
		}
		(void)medark_safe_name(medark_bytes(part, size), i & 1, out);
		assert_true(strlen(out) > 0 && strcmp(out, ".") != 0 && strcmp(out, "..") != 0);
		for (const char *p = out; *p; p++)
			assert_true((uint8_t)*p >= 0x20 && *p != 0x7f && *p != '/');
	}
}

static void paths_fall_into_parts(void **state)
{
	static const char *const want[] = { "", "a", "", "b", "" };
	struct medark_path_parts parts = medark_path_parts(medark_bytes_text("/a//b/"));
	struct medark_bytes part;
	size_t n = 0;

	(void)state;
	while (medark_path_next(&parts, &part))
		assert_true(medark_bytes_is(part, want[n++]));
	assert_int_equal(n, 5);
}

static void paths_split_at_the_last_slash(void **state)
{
	struct medark_bytes folder, leaf;

	(void)state;
	medark_path_split(medark_bytes_text("a/b/c"), &folder, &leaf);
	assert_true(medark_bytes_is(folder, "a/b") && medark_bytes_is(leaf, "c"));
	medark_path_split(medark_bytes_text("c"), &folder, &leaf);
	assert_true(medark_bytes_is(folder, "") && medark_bytes_is(leaf, "c"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_names_stay),
		cmocka_unit_test(names_that_lead_elsewhere_are_encoded),
		cmocka_unit_test(control_characters_and_broken_utf8_are_encoded),
		cmocka_unit_test(strict_names_are_taken_by_every_file_system),
		cmocka_unit_test(long_names_are_cut_at_a_character),
		cmocka_unit_test(no_bytes_make_a_dangerous_name),
		cmocka_unit_test(paths_fall_into_parts),
		cmocka_unit_test(paths_split_at_the_last_slash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
