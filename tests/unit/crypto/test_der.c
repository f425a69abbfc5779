/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "crypto/der.h"

static struct medark_der reader_of(const char *bytes, size_t size)
{
	return medark_der(medark_bytes(bytes, size));
}
#define READER(literal) reader_of(literal, sizeof(literal) - 1)

static void every_length_comes_back(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 70000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);
		uint8_t *content = calloc(1, sizes[i] + 1);
		struct medark_der_writer w = medark_der_writer(&b, NULL);
		struct medark_bytes found;
		struct medark_der r, inner;

		medark_der_begin(&w, MEDARK_DER_SEQUENCE);
		medark_der_put(&w, MEDARK_DER_OCTET_STRING, medark_bytes(content, sizes[i]));
		medark_der_end(&w);
		assert_int_equal(medark_der_writer_finish(&w), 0);
		r = medark_der(view(&b));
		assert_true(medark_der_enter(&r, MEDARK_DER_SEQUENCE, &inner));
		assert_true(medark_der_at_end(&r));
		assert_true(medark_der_get(&inner, MEDARK_DER_OCTET_STRING, &found));
		assert_true(medark_der_at_end(&inner));
		assert_int_equal(found.size, sizes[i]);
		free(content);
	}
}

static void a_length_has_one_form_only(void **state)
{
	struct medark_bytes out;
	struct medark_der r;

	(void)state;
	r = READER("\x04\x81\x01x");
	assert_false(medark_der_get(&r, 0x04, &out));
	r = READER("\x04\x82\x00\x01x");
	assert_false(medark_der_get(&r, 0x04, &out));
	r = READER("\x30\x80\x00\x00"); /* indefinite */
	assert_false(medark_der_get(&r, 0x30, &out));
	r = READER("\x04\x85\x00\x00\x00\x00\x01x");
	assert_false(medark_der_get(&r, 0x04, &out));
	r = READER("\x04\xff");
	assert_false(medark_der_get(&r, 0x04, &out));
	r = READER("\x1f\x01x"); /* a tag of several bytes */
	assert_false(medark_der_get(&r, 0x1f, &out));
}

static void what_is_cut_off_is_refused_and_nothing_moves(void **state)
{
	static const char element[] = "\x30\x04\x02\x02\x01\x00";
	struct medark_bytes out = { NULL, 77 };

	(void)state;
	for (size_t n = 0; n < sizeof(element) - 1; n++) {
		struct medark_der r = reader_of(element, n);

		assert_false(medark_der_get(&r, 0x30, &out));
		assert_int_equal(r.rest.size, n);
		assert_int_equal(out.size, 77);
	}
	struct medark_der r = READER("\x04\x84\xff\xff\xff\xff");

	assert_false(medark_der_get(&r, 0x04, &out));
}

static void integers_are_minimal_and_not_negative(void **state)
{
	static const uint64_t values[] = { 0, 1, 127, 128, 255, 256, 0x8000, UINT64_MAX };
	struct medark_der r;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(64);
		struct medark_der_writer w = medark_der_writer(&b, NULL);

		medark_der_put_integer(&w, values[i]);
		assert_int_equal(medark_der_writer_finish(&w), 0);
		assert_true(b.size == 2 || !(b.data[2] == 0 && !(b.data[3] & 0x80)) ||
			    values[i] == 0);
		r = medark_der(view(&b));
		assert_true(medark_der_expect_integer(&r, values[i]));
		assert_true(medark_der_at_end(&r));
	}
	r = READER("\x02\x01\x80");
	assert_false(medark_der_expect_integer(&r, 128));
	r = READER("\x02\x02\x00\x01");
	assert_false(medark_der_expect_integer(&r, 1));
}

static void a_set_is_put_in_order(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(64);
	struct medark_der_writer w = medark_der_writer(&b, NULL);
	struct medark_bytes items[] = {
		medark_bytes("\x04\x02zz", 4),
		medark_bytes("\x02\x01\x07", 3),
		medark_bytes("\x04\x01z", 3),
	};

	(void)state;
	medark_der_put_set_of(&w, MEDARK_DER_SET, items, 3);
	assert_int_equal(medark_der_writer_finish(&w), 0);
	assert_true(medark_bytes_equal(
		view(&b), medark_bytes("\x31\x0a\x02\x01\x07\x04\x01z\x04\x02zz", 12)));
}

static void the_first_failure_of_a_writer_sticks(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(8);
	struct medark_error err = { 0 };
	struct medark_der_writer w = medark_der_writer(&b, &err);

	(void)state;
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put(&w, MEDARK_DER_OCTET_STRING, medark_bytes("12345678", 8));
	medark_der_put(&w, MEDARK_DER_NULL, medark_bytes(NULL, 0));
	medark_der_end(&w);
	assert_fails(medark_der_writer_finish(&w), MEDARK_E_MEMORY,
		     "larger than the limit of 8 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(a_length_has_one_form_only),
		cmocka_unit_test(what_is_cut_off_is_refused_and_nothing_moves),
		cmocka_unit_test(integers_are_minimal_and_not_negative),
		cmocka_unit_test(a_set_is_put_in_order),
		cmocka_unit_test(the_first_failure_of_a_writer_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
