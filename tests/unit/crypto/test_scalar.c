/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "crypto/scalar.h"

static int set_up(void **state)
{
	if (fixture_set_up(state) || medark_digest_setup(NULL))
		return -1;
	return run("umask 077; for c in 256 384; do openssl genpkey -algorithm EC -pkeyopt "
		   "ec_paramgen_curve:P-$c -out $c.key || exit; openssl pkey -in $c.key -pubout "
		   "-outform DER -out $c.pub; done; openssl genrsa -out rsa.key 3072");
}

static struct medark_private_key *load(const char *name)
{
	struct medark_private_key *key = NULL;

	assert_int_equal(
		medark_private_key_load(in_folder(name), medark_bytes(NULL, 0), &key, NULL), 0);
	return key;
}

static void assert_public(const struct medark_private_key *key, const char *pub)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer der = MEDARK_BUFFER(1024);
	struct medark_digest wanted, digest;

	read_whole(pub, &der);
	medark_sha256(der.data, der.size, &wanted);
	assert_int_equal(medark_private_key_public_digest(key, &digest, NULL), 0);
	assert_memory_equal(&digest, &wanted, sizeof(digest));
}

static void test_a_key_comes_back_of_its_number(void **state)
{
	static const struct {
		const char *key, *pub;
		enum medark_key_type type;
	} cases[] = { { "256.key", "256.pub", MEDARK_KEY_P256 },
		      { "384.key", "384.pub", MEDARK_KEY_P384 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		MEDARK_AUTO(medark_private_key_free)
		struct medark_private_key *key = load(cases[i].key), *back = NULL;
		struct medark_scalar scalar;

		assert_int_equal(medark_scalar_of(key, &scalar, NULL), 0);
		assert_int_equal(scalar.type, cases[i].type);
		assert_public(key, cases[i].pub);
		assert_int_equal(medark_scalar_key(&scalar, &back, NULL), 0);
		assert_public(back, cases[i].pub);
		assert_int_equal(medark_private_key_write(back, in_folder("b.key"), true, NULL), 0);
		assert_int_equal(run("openssl pkey -in b.key -check -noout"), 0);
	}
}

static void test_what_is_no_number_of_a_key_is_refused(void **state)
{
	struct medark_scalar scalar = { .type = MEDARK_KEY_P256 };
	MEDARK_AUTO(medark_private_key_free)
	struct medark_private_key *key = NULL, *rsa = load("rsa.key");
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_scalar_key(&scalar, &key, &err), MEDARK_E_KEY);
	assert_string_equal(err.message, "no key has this number");
	memset(scalar.bytes, 0xff, sizeof(scalar.bytes));
	assert_int_equal(medark_scalar_key(&scalar, &key, &err), MEDARK_E_KEY);
	assert_null(key);
	assert_int_equal(medark_scalar_of(rsa, &scalar, &err), MEDARK_E_KEY);
	assert_string_equal(err.message,
			    "the key is neither P-256 nor P-384: only these are split");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_key_comes_back_of_its_number),
		cmocka_unit_test(test_what_is_no_number_of_a_key_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
