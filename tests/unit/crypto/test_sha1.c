/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/text.h"
#include "crypto/sha1.h"

static void parts_make_the_digest_of_the_whole(void **state)
{
	/* FIPS 180-4's own examples. */
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		MEDARK_AUTO(medark_sha1_free) struct medark_sha1 *s = NULL;
		uint8_t digest[MEDARK_SHA1_SIZE];
		char hex[2 * MEDARK_SHA1_SIZE + 1];
		struct medark_error err = { 0 };

		assert_int_equal(medark_sha1_new(&s, &err), 0);
		for (const char *p = cases[i].text; *p; p++)
			assert_int_equal(medark_sha1_add(s, medark_bytes(p, 1), &err), 0);
		assert_int_equal(medark_sha1_end(s, digest, &err), 0);
		medark_text_hex(digest, sizeof(digest), hex);
		assert_string_equal(hex, cases[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_make_the_digest_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
