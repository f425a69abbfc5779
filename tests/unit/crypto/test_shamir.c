/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/shamir.h"

#include "../test.h"

#include <stdlib.h>

static void assert_fails(int code, const struct medark_error *err, const char *sentence)
{
	assert_int_equal(code, MEDARK_E_USAGE);
	assert_string_equal(err->message, sentence);
}

/* The shares whose bit is set in `chosen`. */
static size_t choose(unsigned chosen, const uint8_t *all, size_t size, unsigned count,
		     struct medark_shamir_share *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < count; i++)
		if (chosen >> i & 1)
			out[n++] =
				(struct medark_shamir_share) { all + i * size, (uint8_t)(i + 1) };
	return n;
}

static void test_every_subset_gives_the_secret_or_not(void **state)
{
	static const char secret[] = "thirty-two bytes are one P-256 k";
	uint8_t shares[5 * 32], out[32];

	(void)state;
	assert_int_equal(medark_shamir_split(medark_bytes(secret, 32), 3, 5, shares, NULL), 0);
	for (unsigned chosen = 1; chosen < 32; chosen++) {
		struct medark_shamir_share list[5];
		size_t count = choose(chosen, shares, 32, 5, list);

		assert_int_equal(medark_shamir_join(list, count, 32, 0, out, NULL), 0);
		assert_int_equal(memcmp(out, secret, 32) == 0, count >= 3);
	}
}

static void test_other_shares_come_out_of_enough(void **state)
{
	uint8_t secret[48], shares[7 * 48], out[48];
	struct medark_shamir_share list[7];

	(void)state;
	memset(secret, 0xa5, sizeof(secret));
	assert_int_equal(medark_shamir_split(medark_bytes(secret, 48), 4, 7, shares, NULL), 0);
	assert_int_equal(choose(0x3a, shares, 48, 7, list), 4);
	assert_int_equal(medark_shamir_join(list, 4, 48, 7, out, NULL), 0);
	assert_memory_equal(out, shares + 6 * (size_t)48, 48);
}

/* By gfsplit -n 2 -m 3 of Debian's libgfshare-bin 2.0.0; the secret is "medark". */
static void test_shares_of_libgfshare_join(void **state)
{
	static const uint8_t a[] = { 0xb0, 0x5f, 0xe6, 0xc7, 0x40, 0xeb },
			     b[] = { 0x88, 0x1f, 0xb1, 0x1a, 0x01, 0xfb },
			     c[] = { 0xe8, 0xc0, 0x9c, 0x3d, 0xb5, 0x05 };
	struct medark_shamir_share pairs[][2] = { { { a, 41 }, { b, 129 } },
						  { { c, 188 }, { a, 41 } },
						  { { b, 129 }, { c, 188 } } };
	uint8_t out[6];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(medark_shamir_join(pairs[i], 2, 6, 0, out, NULL), 0);
		assert_memory_equal(out, "medark", 6);
	}
}

static void test_the_largest_secret_and_the_most_shares(void **state)
{
	uint8_t *secret = calloc(1, MEDARK_SHAMIR_SECRET_MAX), byte = 0x80, all[255], out;
	uint8_t *shares = calloc(2, MEDARK_SHAMIR_SECRET_MAX);
	struct medark_shamir_share list[255];

	(void)state;
	assert_non_null(secret);
	assert_non_null(shares);
	secret[4095] = 1;
	assert_int_equal(medark_shamir_split(medark_bytes(secret, 4096), 2, 2, shares, NULL), 0);
	choose(3, shares, 4096, 2, list);
	memset(secret, 0xff, 4096);
	assert_int_equal(medark_shamir_join(list, 2, 4096, 0, secret, NULL), 0);
	assert_int_equal(secret[4094] << 8 | secret[4095], 1);
	free(secret);
	free(shares);

	assert_int_equal(medark_shamir_split(medark_bytes(&byte, 1), 255, 255, all, NULL), 0);
	for (unsigned i = 0; i < 255; i++)
		list[i] = (struct medark_shamir_share) { all + i, (uint8_t)(i + 1) };
	assert_int_equal(medark_shamir_join(list, 255, 1, 0, &out, NULL), 0);
	assert_int_equal(out, 0x80);
}

static void test_what_is_out_of_bounds_is_refused(void **state)
{
	static const char bounds[] = "a secret is split into 2 to 255 shares, of which 2 or more "
				     "are needed";
	uint8_t out[512];
	struct medark_shamir_share twice[] = { { out, 7 }, { out, 8 }, { out, 7 } };
	struct medark_shamir_share none[] = { { out, 0 } };
	struct medark_bytes byte = medark_bytes("x", 1);
	struct medark_error err;

	(void)state;
	assert_fails(medark_shamir_split(byte, 1, 3, out, &err), &err, bounds);
	assert_fails(medark_shamir_split(byte, 4, 3, out, &err), &err, bounds);
	assert_fails(medark_shamir_split(byte, 2, 256, out, &err), &err, bounds);
	assert_fails(medark_shamir_split(medark_bytes("", 0), 2, 3, out, &err), &err,
		     "a secret that is split has 1 to 4096 bytes");
	assert_fails(medark_shamir_join(twice, 2, 4097, 0, out, &err), &err,
		     "a secret that is split has 1 to 4096 bytes");
	assert_fails(medark_shamir_join(twice, 3, 1, 0, out, &err), &err, "share 7 is given twice");
	assert_fails(medark_shamir_join(none, 1, 1, 0, out, &err), &err, "share 0 does not exist");
	assert_fails(medark_shamir_join(none, 0, 1, 0, out, &err), &err,
		     "1 to 255 shares are joined");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_subset_gives_the_secret_or_not),
		cmocka_unit_test(test_other_shares_come_out_of_enough),
		cmocka_unit_test(test_shares_of_libgfshare_join),
		cmocka_unit_test(test_the_largest_secret_and_the_most_shares),
		cmocka_unit_test(test_what_is_out_of_bounds_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
