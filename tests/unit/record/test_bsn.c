/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "record/bsn.h"

#include <stdio.h>

static bool valid(const char *text)
{
	return medark_bsn_is_valid(medark_bytes_text(text));
}

static void the_eleven_test_decides(void **state)
{
	(void)state;
	assert_true(valid("999911120"));
	assert_true(valid("999900006"));
	assert_true(valid("111222333"));
	assert_false(valid("999911121"));
	assert_false(valid("123456789"));
}

static void one_in_eleven_numbers_passes(void **state)
{
	char text[16];
	int count = 0;

	(void)state;
	for (int i = 0; i < 11000; i++) {
		snprintf(text, sizeof(text), "%09d", 999900000 + i);
		count += valid(text);
	}
	assert_in_range(count, 990, 1010);
}

static void anything_but_nine_digits_fails(void **state)
{
	(void)state;
	assert_false(valid(""));
	assert_false(valid("99991112"));
	assert_false(valid("9999111200"));
	assert_false(valid("99991112x"));
	assert_false(valid(" 99911120"));
	assert_false(valid("000000000"));
}

static void a_system_has_two_names(void **state)
{
	(void)state;
	assert_true(
		medark_bsn_is_system(medark_bytes_text("http://fhir.nl/fhir/NamingSystem/bsn")));
	assert_true(medark_bsn_is_system(medark_bytes_text("urn:oid:2.16.840.1.113883.2.4.6.3")));
	assert_false(
		medark_bsn_is_system(medark_bytes_text("http://fhir.nl/fhir/NamingSystem/agb")));
	assert_false(medark_bsn_is_system(medark_bytes_text("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_eleven_test_decides),
		cmocka_unit_test(one_in_eleven_numbers_passes),
		cmocka_unit_test(anything_but_nine_digits_fails),
		cmocka_unit_test(a_system_has_two_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
