/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/text.h"

static void hex_goes_there_and_back(void **state)
{
	uint8_t bytes[3] = { 0x00, 0x9f, 0xff }, back[3];
	char hex[7];

	(void)state;
	medark_text_hex(bytes, sizeof(bytes), hex);
	assert_string_equal(hex, "009fff");
	assert_true(medark_text_unhex(medark_bytes_text(hex), back, sizeof(back)));
	assert_memory_equal(bytes, back, sizeof(bytes));
}

static void hex_has_one_form_only(void **state)
{
	uint8_t out[2];

	(void)state;
	assert_false(medark_text_unhex(medark_bytes_text("ABCD"), out, 2));
	assert_false(medark_text_unhex(medark_bytes_text("abc"), out, 2));
	assert_false(medark_text_unhex(medark_bytes_text("abcg"), out, 2));
	assert_int_equal(medark_text_hex_digit('f'), 15);
	assert_int_equal(medark_text_hex_digit('F'), 15);
	assert_int_equal(medark_text_hex_digit('0'), 0);
	assert_int_equal(medark_text_hex_digit('G'), -1);
	assert_int_equal(medark_text_hex_digit('\x10'), -1);
}

static void decimals_are_bounded_and_canonical(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_true(medark_text_decimal(medark_bytes_text("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_false(
		medark_text_decimal(medark_bytes_text("18446744073709551616"), UINT64_MAX, &v));
	assert_false(medark_text_decimal(medark_bytes_text("01"), 10, &v));
	assert_false(medark_text_decimal(medark_bytes_text("11"), 10, &v));
	assert_false(medark_text_decimal(medark_bytes_text(""), 10, &v));
	assert_false(medark_text_decimal(medark_bytes_text("-1"), 10, &v));
}

static void utf8_refuses_overlong_and_surrogates(void **state)
{
	(void)state;
	assert_true(medark_text_is_utf8(
		medark_bytes_text("Jos\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")));
	assert_false(medark_text_is_utf8(medark_bytes_text("\xc0\xaf")));
	assert_false(medark_text_is_utf8(medark_bytes_text("\xed\xa0\x80")));
	assert_false(medark_text_is_utf8(medark_bytes_text("\xf4\x90\x80\x80")));
	assert_false(medark_text_is_utf8(medark_bytes_text("\xe2\x82")));
}

static void json_strings_are_escaped(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1024);
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_text_json(&b, medark_bytes("a\"\\\n\xff\0z", 7), &err), 0);
	assert_true(medark_bytes_is(medark_bytes(b.data, b.size),
				    "\"a\\\"\\\\\\u000a\xef\xbf\xbd\\u0000z\""));
}

static void buffers_stop_at_their_ceiling(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(4);
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_buffer_add(&b, "1234", 4, &err), 0);
	assert_int_equal(medark_buffer_add(&b, "5", 1, &err), MEDARK_E_MEMORY);
	assert_string_equal(err.message, "larger than the limit of 4 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_goes_there_and_back),
		cmocka_unit_test(hex_has_one_form_only),
		cmocka_unit_test(decimals_are_bounded_and_canonical),
		cmocka_unit_test(utf8_refuses_overlong_and_surrogates),
		cmocka_unit_test(json_strings_are_escaped),
		cmocka_unit_test(buffers_stop_at_their_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
