/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "desk/totp.h"

static const uint8_t secret[MEDARK_TOTP_SECRET_SIZE] = "12345678901234567890";

static bool fits(const char *code, int64_t now, uint64_t *last)
{
	bool out;

	assert_int_equal(medark_totp_check(secret, medark_bytes_text(code), now, last, &out, NULL),
			 0);
	return out;
}

static void the_codes_are_those_of_rfc_6238(void **state)
{
	static const struct {
		int64_t now;
		const char *code;
	} wanted[] = { { 59, "287082" },	 { 1111111109, "081804" },
		       { 1111111111, "050471" }, { 1234567890, "005924" },
		       { 2000000000, "279037" }, { INT64_C(20000000000), "353130" } };

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		uint64_t last = 0;

		assert_true(fits(wanted[i].code, wanted[i].now, &last));
		assert_int_equal(last, wanted[i].now / 30);
	}
}

static void a_clock_may_be_one_step_off_and_no_more(void **state)
{
	(void)state;
	for (int step = -3; step <= 3; step++) {
		uint64_t last = 0;

		assert_int_equal(fits("050471", 1111111111 + step * 30, &last),
				 step >= -1 && step <= 1);
	}
}

static void a_code_and_those_before_it_are_taken_once(void **state)
{
	uint64_t last = 0;

	(void)state;
	assert_true(fits("050471", 1111111111, &last));
	assert_false(fits("050471", 1111111111, &last));
	assert_false(fits("050471", 1111111140, &last));
	/* That of the step before. */
	assert_false(fits("081804", 1111111111, &last));
	assert_int_equal(last, 37037037);
}

static void what_is_no_code_does_not_fit(void **state)
{
	static const char *const wrong[] = { "", "50471", "0050471", "050472", "05047a", " 50471" };
	uint64_t last = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(fits(wrong[i], 1111111111, &last));
	assert_int_equal(last, 0);
	assert_false(fits("050471", INT64_MIN, &last));
}

static void the_address_has_the_secret_in_base32_and_escapes_names(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer uri = MEDARK_BUFFER_SECRET(1024);

	(void)state;
	assert_int_equal(medark_totp_uri(secret, "Clinic: \xc3\xbc&", "j.jansen", &uri, NULL), 0);
	assert_string_equal((char *)uri.data,
			    "otpauth://totp/Clinic%20%20%C3%BC%26:j.jansen?secret="
			    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Clinic%20%20%C3%BC%26");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_codes_are_those_of_rfc_6238),
		cmocka_unit_test(a_clock_may_be_one_step_off_and_no_more),
		cmocka_unit_test(a_code_and_those_before_it_are_taken_once),
		cmocka_unit_test(what_is_no_code_does_not_fit),
		cmocka_unit_test(the_address_has_the_secret_in_base32_and_escapes_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
