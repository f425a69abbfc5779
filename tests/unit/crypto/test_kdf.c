/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/kdf.h"

static const char salt_text[] = "0123456789abcdef";
static const struct medark_scrypt_cost low = { .n = 1 << 14, .r = 8, .p = 1 };

/* What the command prints, without colons, in lower case. */
static void stock(const char *options, char out[65])
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(4096);
	char command[512];
	size_t used = 0;

	(void)snprintf(command, sizeof(command),
		       "openssl kdf -keylen 32 -kdfopt pass:correct\\ horse -kdfopt salt:%s %s",
		       salt_text, options);
	must_run(command);
	read_whole("log", &b);
	for (size_t i = 0; i < b.size && used < 64; i++) {
		int c = b.data[i];

		if (c >= '0' && c <= '9')
			out[used++] = (char)c;
		else if (c >= 'A' && c <= 'F')
			out[used++] = (char)(c - 'A' + 'a');
	}
	out[used] = '\0';
}

static void scrypt_gives_what_stock_openssl_gives(void **state)
{
	struct medark_error err = { 0 };
	struct medark_key key;
	char hex[65], expected[65];

	(void)state;
	assert_ok(medark_scrypt(medark_bytes_text("correct horse"), medark_bytes_text(salt_text),
				&low, &key, &err));
	medark_text_hex(key.bytes, sizeof(key.bytes), hex);
	stock("-kdfopt n:16384 -kdfopt r:8 -kdfopt p:1 SCRYPT", expected);
	assert_string_equal(hex, expected);
}

static void pbkdf2_gives_what_stock_openssl_gives(void **state)
{
	struct medark_error err = { 0 };
	struct medark_key key;
	char hex[65], expected[65];

	(void)state;
	assert_ok(medark_pbkdf2_sha512(medark_bytes_text("correct horse"),
				       medark_bytes_text(salt_text), 100000, &key, &err));
	medark_text_hex(key.bytes, sizeof(key.bytes), hex);
	stock("-kdfopt iter:100000 -kdfopt digest:SHA512 PBKDF2", expected);
	assert_string_equal(hex, expected);
}

static void hostile_costs_are_refused_before_any_work(void **state)
{
	static const struct medark_scrypt_cost bad[] = {
		{ 1 << 13, 8, 1 }, { (1 << 14) + 1, 8, 1 },	{ 1 << 21, 8, 1 },
		{ 1 << 14, 9, 1 }, { 1 << 14, 8, 0 },		{ 1 << 14, 8, 5 },
		{ 0, 8, 1 },	   { UINT64_C(1) << 63, 8, 1 },
	};
	struct medark_bytes pass = medark_bytes_text("x"), salt = medark_bytes_text(salt_text);
	struct medark_error err = { 0 };
	struct medark_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(medark_scrypt(pass, salt, &bad[i], &key, &err), MEDARK_E_FORMAT);
	assert_fails(medark_scrypt(pass, salt, &bad[0], &key, &err), MEDARK_E_FORMAT,
		     "scrypt cost out of range (N 8192, r 8, p 1)");
	assert_fails(medark_pbkdf2_sha512(pass, salt, 99999, &key, &err), MEDARK_E_FORMAT,
		     "PBKDF2 iterations out of range (99999)");
	assert_int_equal(medark_pbkdf2_sha512(pass, salt, 10000001, &key, &err), MEDARK_E_FORMAT);
	assert_fails(medark_scrypt(medark_bytes("", 0), salt, &low, &key, &err), MEDARK_E_USAGE,
		     "the passphrase is empty");
	assert_fails(medark_scrypt(pass, medark_bytes_text("short"), &low, &key, &err),
		     MEDARK_E_FORMAT, "a salt of 5 bytes; 16 to 64 are allowed");
}

static void a_passphrase_that_stock_tools_read_otherwise_is_refused(void **state)
{
	static const char *const bad[] = { "two\nlines", "x\n", "\n", "x\r", "a\0b", "x\0" };
	static const size_t size[] = { 9, 2, 1, 2, 3, 2 };
	struct medark_bytes salt = medark_bytes_text(salt_text);
	struct medark_error err = { 0 };
	char longest[1001];
	struct medark_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_fails(medark_scrypt(medark_bytes(bad[i], size[i]), salt, &low, &key, &err),
			     MEDARK_E_USAGE,
			     "the passphrase is more than one line, or holds a NUL");
	memset(longest, 'x', sizeof(longest));
	assert_fails(medark_scrypt(medark_bytes(longest, 1001), salt, &low, &key, &err),
		     MEDARK_E_USAGE, "the passphrase is longer than 1000 bytes");
	assert_ok(medark_scrypt(medark_bytes(longest, 1000), salt, &low, &key, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scrypt_gives_what_stock_openssl_gives),
		cmocka_unit_test(pbkdf2_gives_what_stock_openssl_gives),
		cmocka_unit_test(hostile_costs_are_refused_before_any_work),
		cmocka_unit_test(a_passphrase_that_stock_tools_read_otherwise_is_refused),
	};

	return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
