/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "crypto/hotp.h"

static void the_numbers_are_those_of_rfc_4226(void **state)
{
	static const uint32_t wanted[] = { 755224, 287082, 359152, 969429, 338314,
					   254676, 287922, 162583, 399871, 520489 };
	struct medark_bytes secret = medark_bytes_text("12345678901234567890");

	(void)state;
	for (uint64_t i = 0; i < 10; i++) {
		uint32_t number;

		assert_int_equal(medark_hotp(secret, i, &number, NULL), 0);
		assert_int_equal(number, wanted[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_are_those_of_rfc_4226),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
