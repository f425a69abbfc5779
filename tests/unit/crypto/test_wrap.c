/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/wrap.h"

static void set(struct medark_key *key, const char *hex)
{
	assert_true(medark_text_unhex(medark_bytes_text(hex), key->bytes, sizeof(key->bytes)));
}

/* RFC 3394 section 4.6 */
static void a_key_is_wrapped_as_published(void **state)
{
	struct medark_error err = { 0 };
	struct medark_key kek, key, back;
	uint8_t wrapped[MEDARK_WRAPPED_SIZE];
	char hex[2 * MEDARK_WRAPPED_SIZE + 1];

	(void)state;
	set(&kek, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	set(&key, "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
	assert_ok(medark_key_wrap(&kek, &key, wrapped, &err));
	medark_text_hex(wrapped, sizeof(wrapped), hex);
	assert_string_equal(hex, "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326"
				 "cbc7f0e71a99f43bfb988b9b7a02dd21");
	assert_ok(medark_key_unwrap(&kek, wrapped, &back, &err));
	assert_memory_equal(key.bytes, back.bytes, sizeof(key.bytes));
}

static void every_changed_bit_is_refused_and_nothing_comes_out(void **state)
{
	static const struct medark_key zero;
	struct medark_error err = { 0 };
	struct medark_key kek = { { 1 } }, key = { { 2 } }, out;
	uint8_t wrapped[MEDARK_WRAPPED_SIZE];

	(void)state;
	assert_ok(medark_key_wrap(&kek, &key, wrapped, &err));
	for (size_t bit = 0; bit < 8 * sizeof(wrapped); bit++) {
		wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memset(&out, 0xaa, sizeof(out));
		assert_fails(medark_key_unwrap(&kek, wrapped, &out, &err), MEDARK_E_FORMAT,
			     "a wrapped key is of another key or was changed");
		assert_memory_equal(&out, &zero, sizeof(out));
		wrapped[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void a_wrapper_works_again_after_a_failure(void **state)
{
	MEDARK_AUTO(medark_key_wrapper_free) struct medark_key_wrapper *wrapper = NULL;
	struct medark_error err = { 0 };
	struct medark_key kek = { { 1 } }, key = { { 2 } }, out;
	uint8_t wrapped[MEDARK_WRAPPED_SIZE], bad[MEDARK_WRAPPED_SIZE] = { 0 };

	(void)state;
	assert_ok(medark_key_wrapper_new(&kek, &wrapper, &err));
	for (int i = 0; i < 3; i++) {
		key.bytes[5]++;
		assert_ok(medark_key_wrapper_wrap(wrapper, &key, wrapped, &err));
		assert_false(medark_key_wrapper_unwrap(wrapper, bad, &out));
		assert_true(medark_key_wrapper_unwrap(wrapper, wrapped, &out));
		assert_memory_equal(key.bytes, out.bytes, sizeof(key.bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_wrapped_as_published),
		cmocka_unit_test(every_changed_bit_is_refused_and_nothing_comes_out),
		cmocka_unit_test(a_wrapper_works_again_after_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
