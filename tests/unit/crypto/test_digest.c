/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/digest.h"

#include <pthread.h>

static void assert_hex(const struct medark_digest *digest, const char *expected)
{
	char hex[65];

	medark_text_hex(digest->bytes, sizeof(digest->bytes), hex);
	assert_string_equal(hex, expected);
}

/* FIPS 180-4 examples */
static void sha256_gives_the_published_values(void **state)
{
	struct medark_digest d;

	(void)state;
	medark_sha256("", 0, &d);
	assert_hex(&d, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	medark_sha256("abc", 3, &d);
	assert_hex(&d, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_message_in_pieces_gives_the_same(void **state)
{
	struct medark_digest whole, pieces;
	uint8_t data[1000];
	struct medark_bytes parts[] = {
		medark_bytes(data, 1),
		medark_bytes(NULL, 0),
		medark_bytes(data + 1, sizeof(data) - 1),
	};

	(void)state;
	memset(data, 'x', sizeof(data));
	medark_sha256(data, sizeof(data), &whole);
	medark_sha256_parts(parts, 3, &pieces);
	assert_true(medark_digest_equal(&whole, &pieces));
}

/* RFC 4231 test case 2 */
static void hmac_gives_the_published_value(void **state)
{
	struct medark_bytes parts[] = {
		medark_bytes_text("what do ya want "),
		medark_bytes_text("for nothing?"),
	};
	struct medark_error err = { 0 };
	struct medark_digest mac;

	(void)state;
	assert_ok(medark_hmac_sha256(medark_bytes_text("Jefe"), parts, 2, &mac, &err));
	assert_hex(&mac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void *hash_often(void *arg)
{
	struct medark_digest first, next;
	uint8_t data[300] = { (uint8_t)(uintptr_t)arg };

	medark_sha256(data, sizeof(data), &first);
	for (int i = 0; i < 2000; i++) {
		medark_sha256(data, sizeof(data), &next);
		if (!medark_digest_equal(&first, &next))
			return arg;
	}
	return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
	pthread_t threads[4];
	void *result;

	(void)state;
	for (uintptr_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_often, (void *)(i + 1)), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
}

static int set_up(void **state)
{
	(void)state;
	return medark_digest_setup(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_published_values),
		cmocka_unit_test(a_message_in_pieces_gives_the_same),
		cmocka_unit_test(hmac_gives_the_published_value),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
