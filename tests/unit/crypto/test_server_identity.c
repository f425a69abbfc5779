/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/server_identity.h"

static int set_up(void **state)
{
	if (fixture_set_up(state))
		return -1;
	return run("umask 077; openssl req -x509 -newkey rsa:2048 -nodes -keyout a.key -subj /CN=a "
		   "-days 2 -out a.pem 2>/dev/null && "
		   "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out b.key && "
		   "openssl pkcs8 -topk8 -in a.key -passout pass:geheim -out locked.key && "
		   "printf 'no PEM\\n' >junk; printf 'a\\0b' >zero");
}

static void put(const char *name, const struct medark_buffer *text)
{
	FILE *f = fopen(in_folder(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text->data, 1, text->size, f), text->size);
	assert_int_equal(fclose(f), 0);
}

static void a_certificate_is_made_for_its_names(void **state)
{
	static const char *const names[] = { "127.0.0.1", "localhost", "[::1]" };
	MEDARK_AUTO(medark_server_identity_clear) struct medark_server_identity identity = { 0 };
	char fingerprint[2 * MEDARK_DIGEST_SIZE + 1];
	struct medark_error err = { 0 };

	(void)state;
	assert_ok(medark_server_identity_make(names, 3, &identity, &err));
	assert_int_equal(identity.certificates.data[identity.certificates.size], 0);
	assert_int_equal(identity.key.data[identity.key.size], 0);
	put("made.pem", &identity.certificates);
	put("made.key", &identity.key);
	assert_int_equal(run("openssl x509 -in made.pem -noout -text >text && "
			     "grep -q 'DNS:localhost' text && "
			     "grep -q 'IP Address:127.0.0.1' text && "
			     "grep -q 'IP Address:0:0:0:0:0:0:0:1' text && "
			     "grep -q 'CA:FALSE' text && "
			     "grep -q 'TLS Web Server Authentication' text && "
			     "grep -q 'NIST CURVE: P-256' text && "
			     "openssl verify -CAfile made.pem -purpose sslserver "
			     "-verify_ip 127.0.0.1 made.pem >out"),
			 0);
	assert_int_equal(run("[ \"$(openssl x509 -in made.pem -noout -pubkey)\" = "
			     "\"$(openssl pkey -in made.key -pubout)\" ]"),
			 0);
	medark_text_hex(identity.fingerprint.bytes, MEDARK_DIGEST_SIZE, fingerprint);
	assert_int_equal(run("[ \"$(openssl x509 -in made.pem -outform DER | sha256sum | "
			     "cut -c1-64)\" = %s ]",
			     fingerprint),
			 0);
}

static void no_name_becomes_a_setting(void **state)
{
	static const char *const names[] = { "", "a,DNS:b", "a b", "a\nb", "a\\b" };
	struct medark_server_identity identity;
	struct medark_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(medark_server_identity_make(&names[i], 1, &identity, &err),
				 MEDARK_E_USAGE);
	assert_string_equal(err.message, "'a\\b' cannot stand in a certificate");
}

static int load(const char *certificate, const char *key, struct medark_error *err)
{
	MEDARK_AUTO(medark_server_identity_clear) struct medark_server_identity identity = { 0 };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s", in_folder(certificate));
	return medark_server_identity_load(path, in_folder(key), &identity, err);
}

static void files_of_any_kind_of_key_are_read(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_ok(load("a.pem", "a.key", &err));
}

static void files_that_do_not_do_are_refused(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(load("a.pem", "b.key", &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "b.key' is not that of certificate"));
	assert_int_equal(load("a.pem", "locked.key", &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "is protected by a passphrase, which no server can "
					    "be asked for"));
	assert_int_equal(load("a.pem", "junk", &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "junk' holds no usable private key"));
	assert_int_equal(load("a.pem", "zero", &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "zero' is not PEM"));
	assert_int_equal(load("junk", "a.key", &err), MEDARK_E_KEY);
	assert_int_equal(load("missing", "a.key", &err), MEDARK_E_SYSTEM);
	assert_int_equal(load("a.pem", "missing", &err), MEDARK_E_SYSTEM);
}

static void a_key_that_others_can_read_is_refused(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(run("chmod 640 a.key"), 0);
	assert_int_equal(load("a.pem", "a.key", &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "is open to others; chmod 600 it"));
	assert_int_equal(run("chmod 600 a.key"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_made_for_its_names),
		cmocka_unit_test(no_name_becomes_a_setting),
		cmocka_unit_test(files_of_any_kind_of_key_are_read),
		cmocka_unit_test(files_that_do_not_do_are_refused),
		cmocka_unit_test(a_key_that_others_can_read_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
