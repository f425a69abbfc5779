/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "crypto/jwt.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <string.h>

static const struct medark_bytes none;

#define CLAIMS "{\"iss\":\"me\",\"jti\":\"\xc3\xa9\"}"

static int set_up(void **state)
{
	if (fixture_set_up(state))
		return -1;
	return run(
		"umask 077; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
		"-out p256.key && "
		"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.key && "
		"openssl genrsa -out rsa.key 3072 && "
		"for k in p256 p384 rsa; do openssl pkey -in $k.key -pubout -out $k.pub; done");
}

/* Decodes a part of a token by OpenSSL, which wants the other alphabet and padding. */
static size_t decode(const char *part, size_t size, uint8_t out[4096])
{
	char text[4096];
	size_t padding = (4 - size % 4) % 4;
	int n;

	assert_true(size + padding < sizeof(text));
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(part[i] == '-' ? '+' : part[i] == '_' ? '/' : part[i]);
	memset(text + size, '=', padding);
	n = EVP_DecodeBlock(out, (const uint8_t *)text, (int)(size + padding));
	assert_true(n >= 0);
	return (size_t)n - padding;
}

/* r and s as DER, which OpenSSL verifies. */
static size_t wrap(uint8_t *signature, size_t size)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	uint8_t *p = signature;
	int n;

	assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(signature, (int)size / 2, NULL),
					BN_bin2bn(signature + size / 2, (int)size / 2, NULL)),
			 1);
	n = i2d_ECDSA_SIG(sig, &p);
	ECDSA_SIG_free(sig);
	assert_true(n > 0);
	return (size_t)n;
}

static bool verifies(const char *name, const EVP_MD *digest, const char *token, size_t signed_size,
		     const uint8_t *signature, size_t size)
{
	FILE *f = fopen(in_folder(name), "r");
	EVP_PKEY *key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit(context, NULL, digest, NULL, key) == 1 &&
		    EVP_DigestVerify(context, signature, size, (const uint8_t *)token,
				     signed_size) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	assert_int_equal(fclose(f), 0);
	return good;
}

static void expect_token(const char *name, const char *header, const EVP_MD *digest, size_t half)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(8192);
	struct medark_error err = { 0 };
	const char *token, *first, *second;
	char file[32], wanted[256];
	uint8_t part[4096];
	size_t size;

	(void)snprintf(file, sizeof(file), "%s.key", name);
	assert_ok(medark_private_key_load(in_folder(file), none, &key, &err));
	assert_ok(medark_jwt_sign(key, "k\"1", "https://me.example/jwks", medark_bytes_text(CLAIMS),
				  &out, &err));
	token = (const char *)out.data;
	assert_int_equal(strlen(token), out.size);
	first = strchr(token, '.');
	second = strchr(first + 1, '.');
	size = decode(token, (size_t)(first - token), part);
	(void)snprintf(wanted, sizeof(wanted),
		       "{\"typ\":\"JWT\",\"alg\":\"%s\",\"kid\":\"k\\\"1\","
		       "\"jku\":\"https://me.example/jwks\"}",
		       header);
	assert_true(medark_bytes_is(medark_bytes(part, size), wanted));
	size = decode(first + 1, (size_t)(second - first - 1), part);
	assert_true(medark_bytes_is(medark_bytes(part, size), CLAIMS));
	size = decode(second + 1, strlen(second + 1), part);
	if (half) {
		assert_int_equal(size, 2 * half);
		size = wrap(part, size);
	}
	(void)snprintf(file, sizeof(file), "%s.pub", name);
	assert_true(verifies(file, digest, token, (size_t)(second - token), part, size));
	part[size - 1] ^= 1;
	assert_false(verifies(file, digest, token, (size_t)(second - token), part, size));
}

static void each_kind_of_key_signs_as_its_algorithm_says(void **state)
{
	(void)state;
	/* Many times: r or s is shorter than its half now and then. */
	for (int i = 0; i < 600; i++) {
		expect_token("p256", "ES256", EVP_sha256(), 32);
		expect_token("p384", "ES384", EVP_sha384(), 48);
	}
	expect_token("rsa", "RS384", EVP_sha384(), 0);
}

static void a_header_holds_printable_text_only(void **state)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(8192);
	struct medark_error err = { 0 };

	(void)state;
	assert_ok(medark_private_key_load(in_folder("p256.key"), none, &key, &err));
	assert_fails(medark_jwt_sign(key, "a\nb", NULL, none, &out, &err), MEDARK_E_USAGE,
		     "the 'kid' of a token holds something else than printable characters");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_key_signs_as_its_algorithm_says),
		cmocka_unit_test(a_header_holds_printable_text_only),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
