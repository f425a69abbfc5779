/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_file.h"
#include "fixture.h"

#include "crypto/certificate.h"
#include "crypto/private_key.h"

#include <sys/xattr.h>
#include <time.h>

static const struct medark_bytes none;

static int set_up(void **state)
{
	if (fixture_set_up(state))
		return -1;
	return run("umask 077; openssl genpkey -algorithm EC -pkeyopt "
		   "ec_paramgen_curve:P-256 -out a.key && "
		   "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out b.key && "
		   "openssl req -x509 -key a.key -subj /CN=a -days 2 -out a.pem && "
		   "openssl pkcs8 -topk8 -in a.key -passout pass:geheim -out locked.key && "
		   "openssl genrsa -out weak.key 2048");
}

static int load(const char *name, struct medark_bytes passphrase, struct medark_error *err)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	int code = medark_private_key_load(in_folder(name), passphrase, &key, err);

	assert_int_equal(code == 0, key != NULL);
	return code;
}

static void a_key_is_matched_with_its_certificate(void **state)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *a = NULL, *b = NULL;
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_ok(medark_private_key_load(in_folder("a.key"), none, &a, &err));
	assert_ok(medark_private_key_load(in_folder("b.key"), none, &b, &err));
	assert_ok(medark_certificate_load(in_folder("a.pem"), &c, &err));
	assert_true(medark_private_key_matches(a, c));
	assert_false(medark_private_key_matches(b, c));
}

static void a_certificate_of_the_public_half_needs_no_signature_of_the_key(void **state)
{
	static const enum medark_key_type types[] = { MEDARK_KEY_P256, MEDARK_KEY_P384,
						      MEDARK_KEY_RSA3072 };
	struct medark_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
		MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;

		assert_ok(medark_private_key_generate(types[i], &key, &err));
		assert_ok(medark_private_key_certify(key, "who has it", &c, &err));
		assert_true(medark_private_key_matches(key, c));
		assert_ok(medark_certificate_check_recipient(c, time(NULL), &err));
		assert_string_equal(medark_certificate_subject(c), "CN=who has it");
	}
}

static void a_key_that_is_open_to_others_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0620, 0610, 0604, 0602, 0601, 0666 };
	struct medark_error err = { 0 };
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(in_folder("a.key"), modes[i]), 0);
		(void)snprintf(text, sizeof(text),
			       "private key '%s' is open to others (mode %04o); chmod 600 it",
			       in_folder("a.key"), (unsigned)modes[i]);
		assert_fails(load("a.key", none, &err), MEDARK_E_KEY, text);
	}
	assert_int_equal(chmod(in_folder("a.key"), 0400), 0);
	assert_ok(load("a.key", none, &err));
	assert_int_equal(chmod(in_folder("a.key"), 0600), 0);
}

/* As systemd gives a service its credentials: acl(5), the form of linux/posix_acl_xattr.h. */
static void a_list_that_names_this_user_alone_opens_a_key_to_nobody(void **state)
{
	const struct {
		uint16_t named, mask, group, other; /* rights */
		uint32_t user;			    /* beside this one's number */
		bool taken;
	} lists[] = {
		{ 4, 4, 0, 0, 0, true },  { 6, 6, 0, 0, 0, true },  { 0, 4, 0, 0, 1, true },
		{ 4, 4, 0, 0, 1, false }, { 4, 4, 4, 0, 0, false }, { 4, 4, 0, 4, 0, false },
	};
	const char *path = in_folder("listed.key");
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(run("cp a.key listed.key && chmod 400 listed.key"), 0);
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		const struct {
			uint16_t tag, rights;
			uint32_t id;
		} entries[] = { { 1, 4, UINT32_MAX },
				{ 2, lists[i].named, geteuid() + lists[i].user },
				{ 4, lists[i].group, UINT32_MAX },
				{ 16, lists[i].mask, UINT32_MAX },
				{ 32, lists[i].other, UINT32_MAX } };
		unsigned char acl[4 + sizeof(entries)] = { 2 };

		memcpy(acl + 4, entries, sizeof(entries));
		assert_int_equal(setxattr(path, "system.posix_acl_access", acl, sizeof(acl), 0), 0);
		assert_int_equal(load("listed.key", none, &err) == 0, lists[i].taken);
	}
}

static void a_certificate_in_the_place_of_its_key_is_told_whatever_its_mode(void **state)
{
	struct medark_error err = { 0 };
	char text[256];

	(void)state;
	for (mode_t mode = 0600; mode <= 0644; mode += 0044) {
		assert_int_equal(chmod(in_folder("a.pem"), mode), 0);
		(void)snprintf(text, sizeof(text),
			       "'%s' is a certificate, the private key is wanted",
			       in_folder("a.pem"));
		assert_fails(load("a.pem", none, &err), MEDARK_E_KEY, text);
	}
	/* A file that holds both is a key. */
	must_run("cat a.pem a.key >both.pem && chmod 600 both.pem");
	assert_ok(load("both.pem", none, &err));
}

static void a_locked_key_needs_its_passphrase(void **state)
{
	struct medark_error err = { 0 };
	char text[256];

	(void)state;
	assert_ok(load("locked.key", medark_bytes_text("geheim"), &err));
	(void)snprintf(text, sizeof(text),
		       "private key '%s' is protected by a passphrase, and none was given",
		       in_folder("locked.key"));
	assert_fails(load("locked.key", none, &err), MEDARK_E_KEY, text);
	(void)snprintf(text, sizeof(text), "private key '%s' does not open with this passphrase",
		       in_folder("locked.key"));
	assert_fails(load("locked.key", medark_bytes_text("fout"), &err), MEDARK_E_KEY, text);
	must_run("head -c 3000 /dev/zero | tr '\\0' x >long");
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(4096);
	read_whole("long", &b);
	assert_fails(load("locked.key", view(&b), &err), MEDARK_E_KEY, text);
	/* A passphrase for a key that needs none does no harm. */
	assert_ok(load("a.key", medark_bytes_text("geheim"), &err));
}

static void what_is_no_usable_key_is_refused(void **state)
{
	struct medark_error err = { 0 };
	char text[256];

	(void)state;
	assert_int_equal(chmod(in_folder("a.pem"), 0600), 0);
	assert_int_equal(load("a.pem", none, &err), MEDARK_E_KEY);
	assert_int_equal(load("none", none, &err), MEDARK_E_SYSTEM);
	assert_int_equal(load(".", none, &err), MEDARK_E_KEY);
	(void)snprintf(text, sizeof(text),
		       "private key '%s' is neither RSA of 3072 bits or more nor EC P-256 or P-384",
		       in_folder("weak.key"));
	assert_fails(load("weak.key", none, &err), MEDARK_E_KEY, text);
	must_run("umask 077; head -c 70000 /dev/zero >large.key");
	assert_int_equal(load("large.key", none, &err), MEDARK_E_KEY);
}

static void a_new_key_is_written_for_the_owner_alone(void **state)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_error err = { 0 };
	struct stat st;

	(void)state;
	assert_ok(medark_private_key_generate(MEDARK_KEY_P384, &key, &err));
	umask(0);
	assert_ok(medark_private_key_write(key, in_folder("new.key"), false, &err));
	umask(022);
	assert_int_equal(stat(in_folder("new.key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(medark_private_key_write(key, in_folder("new.key"), false, &err),
			 MEDARK_E_EXISTS);
	/* Not through a symbolic link that somebody laid there. */
	assert_int_equal(symlink("elsewhere", in_folder("link.key")), 0);
	assert_int_equal(medark_private_key_write(key, in_folder("link.key"), false, &err),
			 MEDARK_E_EXISTS);
	assert_int_equal(access(in_folder("elsewhere"), F_OK), -1);
	assert_ok(load("new.key", none, &err));
	must_run("openssl pkey -in new.key -noout");
}

static void self_signed(enum medark_key_type type, enum medark_key_role role, const char *usage)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	struct medark_error err = { 0 };
	time_t now;

	assert_ok(medark_private_key_generate(type, &key, &err));
	assert_ok(medark_private_key_self_sign(key, role, "Huisarts 't Sticht é", &c, &err));
	now = time(NULL);
	assert_true(medark_private_key_matches(key, c));
	assert_string_equal(medark_certificate_subject(c), "CN=Huisarts 't Sticht é");
	assert_true(medark_certificate_not_after(c) > now + 3651 * 86400L);
	assert_int_equal(medark_certificate_check_signer(c, now, &err),
			 role == MEDARK_ROLE_SIGNER ? 0 : MEDARK_E_KEY);
	assert_int_equal(medark_certificate_check_recipient(c, now, &err),
			 role == MEDARK_ROLE_RECIPIENT ? 0 : MEDARK_E_KEY);
	assert_ok(write_certificate(c, in_folder("self.pem"), true, &err));
	must_run("openssl verify -CAfile self.pem -purpose any self.pem");
	assert_int_equal(run("openssl x509 -in self.pem -noout -text >text && "
			     "grep -A1 'Key Usage: critical' text | grep -q '%s' && "
			     "grep -q 'CA:FALSE' text && grep -q 'Authority Key' text",
			     usage),
			 0);
}

static void a_self_signed_certificate_serves_its_role(void **state)
{
	(void)state;
	self_signed(MEDARK_KEY_P256, MEDARK_ROLE_SIGNER, "Digital Signature");
	self_signed(MEDARK_KEY_P384, MEDARK_ROLE_SIGNER, "Digital Signature");
	self_signed(MEDARK_KEY_P256, MEDARK_ROLE_RECIPIENT, "Key Agreement");
	self_signed(MEDARK_KEY_RSA3072, MEDARK_ROLE_RECIPIENT, "Key Encipherment");
}

static void a_common_name_is_checked(void **state)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_certificate *c = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_ok(medark_private_key_generate(MEDARK_KEY_P256, &key, &err));
	assert_fails(medark_private_key_self_sign(key, MEDARK_ROLE_SIGNER, "", &c, &err),
		     MEDARK_E_USAGE, "a common name has 1 to 64 characters");
	assert_fails(medark_private_key_self_sign(key, MEDARK_ROLE_SIGNER, "a\nb", &c, &err),
		     MEDARK_E_USAGE, "the common name has control characters");
	assert_fails(medark_private_key_self_sign(key, MEDARK_ROLE_SIGNER, "\xff", &c, &err),
		     MEDARK_E_USAGE, "the common name is not UTF-8");
	assert_null(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_matched_with_its_certificate),
		cmocka_unit_test(a_certificate_of_the_public_half_needs_no_signature_of_the_key),
		cmocka_unit_test(a_key_that_is_open_to_others_is_refused),
		cmocka_unit_test(a_list_that_names_this_user_alone_opens_a_key_to_nobody),
		cmocka_unit_test(a_certificate_in_the_place_of_its_key_is_told_whatever_its_mode),
		cmocka_unit_test(a_locked_key_needs_its_passphrase),
		cmocka_unit_test(what_is_no_usable_key_is_refused),
		cmocka_unit_test(a_new_key_is_written_for_the_owner_alone),
		cmocka_unit_test(a_self_signed_certificate_serves_its_role),
		cmocka_unit_test(a_common_name_is_checked),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
