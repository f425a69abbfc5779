/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/base64.h"

#include <string.h>

static void base64url(const char *text, const char *wanted)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(64);
	struct medark_error err = { 0 };

	assert_int_equal(medark_base64url(medark_bytes_text(text), &out, &err), 0);
	assert_true(medark_bytes_is(medark_bytes(out.data, out.size), wanted));
}

static void base64(const char *text, const char *wanted)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(64);
	struct medark_error err = { 0 };

	assert_int_equal(medark_base64(medark_bytes_text(text), &out, &err), 0);
	assert_true(medark_bytes_is(medark_bytes(out.data, out.size), wanted));
}

static void base64_is_padded(void **state)
{
	(void)state;
	base64("", "");
	base64("f", "Zg==");
	base64("fo", "Zm8=");
	base64("foobar", "Zm9vYmFy");
	base64("\xfb\xff\xfe", "+//+");
}

static void base64_is_read_again(void **state)
{
	static const struct {
		const char *text, *wanted; /* NULL: it is none */
	} cases[] = {
		{ "", "" },
		{ "Zg==", "f" },
		{ "Zm9v\r\nYmFy\n", "foobar" },
		{ "+//+", "\xfb\xff\xfe" },
		{ " Z g\t= =", "f" },
		{ "Zh==", "f" }, /* bits that nobody needs */
		{ "Zg=", NULL },
		{ "Zg", NULL },
		{ "Zm9vZg", NULL },
		{ "====", NULL },
		{ "Z===", NULL },
		{ "Zg=v", NULL },
		{ "Zg==\nZ", NULL },
		{ "Zm9\xc3", NULL },
		{ "Z", NULL },
		{ "Zm9v-_", NULL },
		{ "Zg==Zg==", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer out = MEDARK_BUFFER(4 << 20);
		struct medark_error err = { 0 };
		int code = medark_base64_decode(medark_bytes_text(cases[i].text), &out, &err);

		assert_int_equal(code, cases[i].wanted ? 0 : MEDARK_E_FORMAT);
		if (cases[i].wanted)
			assert_true(
				medark_bytes_is(medark_bytes(out.data, out.size), cases[i].wanted));
	}
}

static void base64_is_that_of_addresses(void **state)
{
	(void)state;
	/* RFC 4648 section 10, without padding. */
	base64url("", "");
	base64url("f", "Zg");
	base64url("fo", "Zm8");
	base64url("foo", "Zm9v");
	base64url("foobar", "Zm9vYmFy");
	base64url("\xfb\xff\xfe", "-__-");
}

static void every_byte_goes_there_and_back(void **state)
{
	uint8_t bytes[3 * 256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t size = sizeof(bytes) - 3; size <= sizeof(bytes); size++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(4096);
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer back = MEDARK_BUFFER(4096);
		struct medark_error err = { 0 };

		assert_int_equal(medark_base64(medark_bytes(bytes, size), &text, &err), 0);
		assert_true(medark_base64_is(medark_bytes(text.data, text.size)));
		assert_int_equal(
			medark_base64_decode(medark_bytes(text.data, text.size), &back, &err), 0);
		assert_int_equal(back.size, size);
		assert_memory_equal(back.data, bytes, size);
	}
}

static void a_beginning_is_enough(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(64);
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_base64_decode_begin(medark_bytes_text("Zm9vYmFy!!"), 4, &out, &err),
			 0);
	assert_true(medark_bytes_is(medark_bytes(out.data, out.size), "foobar"));
	assert_int_equal(medark_base64_decode_begin(medark_bytes_text("Zm9vYmFy!!"), 7, &out, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "it is not base64");
}

static void one_form_has_nothing_between(void **state)
{
	static const char *const others[] = { "Z", "Zg=", "Zm9v\nYmFy", "=Zg=", "====", "Zm9-" };

	(void)state;
	assert_true(medark_base64_is(medark_bytes_text("")));
	assert_true(medark_base64_is(medark_bytes_text("Zg==")));
	assert_true(medark_base64_is(medark_bytes_text("+//+")));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(medark_base64_is(medark_bytes_text(others[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_padded),
		cmocka_unit_test(base64_is_read_again),
		cmocka_unit_test(base64_is_that_of_addresses),
		cmocka_unit_test(every_byte_goes_there_and_back),
		cmocka_unit_test(a_beginning_is_enough),
		cmocka_unit_test(one_form_has_nothing_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
