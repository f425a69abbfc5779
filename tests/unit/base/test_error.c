/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>

static const char *shown(const char *hostile)
{
	static struct medark_error err;

	assert_int_equal(medark_error_set(&err, MEDARK_E_FORMAT, "'%s'", hostile), MEDARK_E_FORMAT);
	return err.message;
}

static void controls_become_question_marks(void **state)
{
	(void)state;
	assert_string_equal(shown("a\033[31mb\n\x7f"), "'a?[31mb\?\?'");
	/* C1: U+009B begins a terminal's command as ESC [ does. */
	assert_string_equal(shown("\xc2\x9b"
				  "31m \xc2\x80\xc2\x9f \xc2\xa0\xc3\xa9"),
			    "'?31m \?\? \xc2\xa0\xc3\xa9'");
}

static void what_is_no_utf8_becomes_question_marks(void **state)
{
	(void)state;
	assert_string_equal(shown("\xff\x80 \xc3"), "'\?\? ?'");
	assert_string_equal(shown("\xc0\xaf \xed\xa0\x80"), "'\?\? \?\?\?'");
	assert_string_equal(shown("\xe2\x82\xac \xf0\x9f\x8f\xa5"),
			    "'\xe2\x82\xac \xf0\x9f\x8f\xa5'");
}

static void a_character_that_the_end_cuts_is_not_left_in_halves(void **state)
{
	struct medark_error err = { 0 };
	char text[MEDARK_ERROR_MAX + 8];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + MEDARK_ERROR_MAX - 2, "\xc3\xa9", 3);
	medark_error_set(&err, MEDARK_E_FORMAT, "%s", text);
	assert_int_equal(strlen(err.message), MEDARK_ERROR_MAX - 1);
	assert_int_equal(err.message[MEDARK_ERROR_MAX - 2], '?');
	memcpy(text + MEDARK_ERROR_MAX - 6, "\xc3\xa9", 3);
	medark_error_set(&err, MEDARK_E_FORMAT, "%s", text);
	medark_error_prefix(&err, MEDARK_E_FORMAT, "p");
	assert_true(medark_text_is_utf8(medark_bytes_text(err.message)));
}

static void a_reason_of_the_system_stands_behind(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_error_errno(&err, ENOENT, "cannot open '%s'", "\xc2\x85"),
			 MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "cannot open '?': No such file or directory");
	assert_int_equal(medark_error_errno(NULL, ENOENT, "cannot open"), MEDARK_E_SYSTEM);
}

static void a_prefix_keeps_the_code_also_without_a_place_for_the_sentence(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	medark_error_set(&err, MEDARK_E_FORMAT, "wrong tag");
	assert_int_equal(medark_error_prefix(&err, MEDARK_E_FORMAT, "data/%d", 7), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "data/7: wrong tag");
	assert_int_equal(medark_error_prefix(&err, MEDARK_E_USAGE, "cannot write"), MEDARK_E_USAGE);
	assert_int_equal(err.code, MEDARK_E_USAGE);
	assert_string_equal(err.message, "cannot write: data/7: wrong tag");
	assert_int_equal(medark_error_prefix(NULL, MEDARK_E_KEY, "no place"), MEDARK_E_KEY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_become_question_marks),
		cmocka_unit_test(what_is_no_utf8_becomes_question_marks),
		cmocka_unit_test(a_character_that_the_end_cuts_is_not_left_in_halves),
		cmocka_unit_test(a_reason_of_the_system_stands_behind),
		cmocka_unit_test(a_prefix_keeps_the_code_also_without_a_place_for_the_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
