/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/scratch.h"

#include "crypto/hotp.h"
#include "desk/accounts.h"

#include <time.h>

#define GOOD  "correct horse"
#define OTHER "battery staple"

static struct medark_accounts *open_in(const char *name)
{
	struct medark_accounts *a = NULL;
	struct medark_error err = { 0 };

	if (medark_accounts_open(scratch_path(name), true, &a, &err) < 0)
		fail_msg("%s", err.message);
	return a;
}

static int add(struct medark_accounts *a, const char *name, const char *password,
	       struct medark_error *err)
{
	struct medark_account account = { .shown = "Dr Jansen", .roles = MEDARK_MAY_TREAT };

	(void)snprintf(account.name, sizeof(account.name), "%s", name);
	return medark_accounts_add(a, &account, password, strlen(password), err);
}

static struct medark_login_answer try_code(struct medark_accounts *a, const char *name,
					   const char *password, const char *code, int64_t clock)
{
	struct medark_login login = { .name = medark_bytes_text(name),
				      .password = medark_bytes_text(password),
				      .code = medark_bytes_text(code),
				      .peer = medark_bytes_text("192.0.2.7"),
				      .now = 1111111111,
				      .clock = clock };
	struct medark_login_answer answer;
	struct medark_error err = { 0 };

	if (medark_accounts_check(a, &login, &answer, &err) < 0)
		fail_msg("%s", err.message);
	return answer;
}

static enum medark_login_result try(struct medark_accounts *a, const char *name,
				    const char *password)
{
	return try_code(a, name, password, "", 0).result;
}

static void the_right_password_logs_in_and_no_other(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("login");
	struct medark_login_answer answer;

	(void)state;
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	answer = try_code(a, "jansen", GOOD, "", 0);
	assert_int_equal(answer.result, MEDARK_LOGIN_OK);
	assert_string_equal(answer.account.shown, "Dr Jansen");
	assert_int_equal(answer.account.roles, MEDARK_MAY_TREAT);
	answer = try_code(a, "jansen", OTHER, "", 0);
	assert_int_equal(answer.result, MEDARK_LOGIN_WRONG);
	assert_string_equal(answer.account.name, "");
	assert_int_equal(try(a, "Jansen", GOOD), MEDARK_LOGIN_WRONG);
	assert_int_equal(try(a, "jansen", ""), MEDARK_LOGIN_WRONG);
	assert_int_equal(try(a, "jansen", GOOD "\n"), MEDARK_LOGIN_WRONG);
	assert_int_equal(try(a, "../../etc/passwd", GOOD), MEDARK_LOGIN_WRONG);
	assert_int_equal(try(a, "", "-"), MEDARK_LOGIN_WRONG);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void an_unknown_name_takes_the_same_work(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("work");
	double start, known, unknown;

	(void)state;
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	start = seconds();
	assert_int_equal(try(a, "jansen", OTHER), MEDARK_LOGIN_WRONG);
	known = seconds() - start;
	start = seconds();
	assert_int_equal(try(a, "nobody", OTHER), MEDARK_LOGIN_WRONG);
	unknown = seconds() - start;
	assert_true(unknown > known / 2 && unknown < known * 2);
}

static void who_fails_waits_and_is_not_even_tried(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("wait");
	struct medark_login_answer answer;

	(void)state;
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(try(a, "jansen", OTHER), MEDARK_LOGIN_WRONG);
		assert_int_equal(try(a, "nobody", OTHER), MEDARK_LOGIN_WRONG);
	}
	answer = try_code(a, "jansen", GOOD, "", 1999);
	assert_int_equal(answer.result, MEDARK_LOGIN_LOCKED);
	assert_int_equal(answer.until, 2000);
	assert_false(answer.is_again);
	assert_true(try_code(a, "jansen", GOOD, "", 1999).is_again);
	assert_string_equal(answer.account.name, "");
	/* A name that is not known looks the same. */
	assert_int_equal(try_code(a, "nobody", GOOD, "", 1999).result, MEDARK_LOGIN_LOCKED);
	assert_int_equal(try_code(a, "jansen", GOOD, "", 2000).result, MEDARK_LOGIN_OK);
	assert_int_equal(try_code(a, "jansen", OTHER, "", 2000).result, MEDARK_LOGIN_WRONG);
	assert_int_equal(try_code(a, "jansen", GOOD, "", 2000).result, MEDARK_LOGIN_OK);
}

static void an_address_that_tries_many_names_waits_too(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("peer");
	char name[16];

	(void)state;
	for (int i = 0; i < 21; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(try(a, name, OTHER), MEDARK_LOGIN_WRONG);
	}
	assert_int_equal(try(a, "another", OTHER), MEDARK_LOGIN_LOCKED);
	/* Other names, too: one address is told of once. */
	assert_true(try_code(a, "one more", OTHER, "", 0).is_again);
}

static void changes_of_another_process_are_seen(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("two");
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *b = open_in("two");
	struct medark_account account;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	assert_int_equal(try(b, "jansen", GOOD), MEDARK_LOGIN_OK);
	assert_int_equal(add(b, "bakker", GOOD, NULL), 0);
	assert_int_equal(medark_accounts_set_disabled(a, "jansen", true, NULL), 0);
	assert_int_equal(try(b, "jansen", GOOD), MEDARK_LOGIN_DISABLED);
	assert_int_equal(try(b, "jansen", OTHER), MEDARK_LOGIN_WRONG);
	assert_int_equal(medark_accounts_set_disabled(a, "jansen", false, NULL), 0);
	assert_int_equal(medark_accounts_set_password(a, "jansen", OTHER, strlen(OTHER), NULL), 0);
	assert_int_equal(try(b, "jansen", GOOD), MEDARK_LOGIN_WRONG);
	assert_int_equal(try(b, "jansen", OTHER), MEDARK_LOGIN_OK);
	assert_int_equal(medark_accounts_set_roles(a, "jansen", MEDARK_MAY_AUDIT, NULL), 0);
	assert_int_equal(medark_accounts_find(b, "jansen", &account, NULL), 0);
	assert_int_equal(account.roles, MEDARK_MAY_AUDIT);
	assert_int_equal(medark_accounts_remove(a, "jansen", NULL), 0);
	assert_int_equal(medark_accounts_find(b, "jansen", &account, &err), MEDARK_E_NOT_FOUND);
	assert_string_equal(err.message, "there is no account 'jansen'");
	assert_int_equal(medark_accounts_find(b, "bakker", &account, NULL), 0);
}

static void note_change(void *context, const char *name, const char *what, bool ends_sessions)
{
	char *text = context;
	size_t used = strlen(text);

	(void)snprintf(text + used, 512 - used, "%s: %s%s\n", name, what,
		       ends_sessions ? ", ends sessions" : "");
}

static void changes_are_told_once_whoever_made_them(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("told");
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *b = NULL;
	char uri[MEDARK_TOTP_URI_SIZE], text[512] = "";

	(void)state;
	assert_int_equal(add(a, "bakker", GOOD, NULL), 0);
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	b = open_in("told");
	assert_int_equal(medark_accounts_changes(a, note_change, text, NULL), 0);
	assert_string_equal(text, "bakker: made\njansen: made\n");
	text[0] = '\0';
	/* What was there when it was opened is no change; nor is a log-in. */
	assert_int_equal(try(b, "jansen", GOOD), MEDARK_LOGIN_OK);
	assert_int_equal(medark_accounts_changes(b, note_change, text, NULL), 0);
	assert_int_equal(medark_accounts_changes(a, note_change, text, NULL), 0);
	assert_string_equal(text, "");
	assert_int_equal(medark_accounts_remove(b, "bakker", NULL), 0);
	assert_int_equal(add(b, "aalders", GOOD, NULL), 0);
	assert_int_equal(medark_accounts_set_disabled(b, "jansen", true, NULL), 0);
	assert_int_equal(medark_accounts_set_roles(b, "jansen", MEDARK_MAY_ADMIN, NULL), 0);
	assert_int_equal(medark_accounts_set_password(b, "jansen", OTHER, strlen(OTHER), NULL), 0);
	assert_int_equal(medark_accounts_enrol_totp(b, "jansen", "Clinic", uri, NULL), 0);
	assert_int_equal(medark_accounts_changes(a, note_change, text, NULL), 0);
	assert_string_equal(text, "aalders: made\nbakker: taken away, ends sessions\n"
				  "jansen: new password, ends sessions\n"
				  "jansen: other roles\njansen: disabled, ends sessions\n"
				  "jansen: new secret for codes, ends sessions\n");
	text[0] = '\0';
	assert_int_equal(medark_accounts_drop_totp(b, "jansen", NULL), 0);
	assert_int_equal(medark_accounts_set_disabled(b, "jansen", false, NULL), 0);
	assert_int_equal(medark_accounts_changes(a, note_change, text, NULL), 0);
	assert_string_equal(text, "jansen: enabled\njansen: needs no code any more\n");
}

/* The secret that an app reads from the address. */
static void unbase32(const char *uri, uint8_t out[20])
{
	const char *p = strstr(uri, "?secret=");
	uint64_t bits = 0;
	int have = 0, n = 0;

	assert_non_null(p);
	for (p += 8; *p != '&'; p++) {
		bits = bits << 5 | (unsigned)(*p >= 'A' ? *p - 'A' : *p - '2' + 26);
		have += 5;
		if (have >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	assert_int_equal(n, 20);
}

static void with_a_telephone_the_code_is_wanted_and_taken_once(void **state)
{
	char uri[MEDARK_TOTP_URI_SIZE], code[8];
	uint8_t secret[20];
	uint32_t number;

	(void)state;
	{
		MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("totp");

		assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
		assert_int_equal(medark_accounts_enrol_totp(a, "jansen", "Clinic", uri, NULL), 0);
		unbase32(uri, secret);
		assert_int_equal(
			medark_hotp(medark_bytes(secret, 20), 1111111111 / 30, &number, NULL), 0);
		(void)snprintf(code, sizeof(code), "%06u", number % 1000000);
		assert_int_equal(try(a, "jansen", GOOD), MEDARK_LOGIN_NEEDS_CODE);
		assert_int_equal(try(a, "jansen", OTHER), MEDARK_LOGIN_WRONG);
		assert_int_equal(try_code(a, "jansen", OTHER, code, 0).result, MEDARK_LOGIN_WRONG);
		assert_int_equal(try_code(a, "jansen", GOOD, "12345x", 0).result,
				 MEDARK_LOGIN_WRONG);
		assert_int_equal(try_code(a, "jansen", GOOD, code, 0).result, MEDARK_LOGIN_OK);
		assert_int_equal(try_code(a, "jansen", GOOD, code, 0).result, MEDARK_LOGIN_WRONG);
	}
	{
		/* Nor after a restart. */
		MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("totp");

		assert_int_equal(try_code(a, "jansen", GOOD, code, 0).result, MEDARK_LOGIN_WRONG);
		assert_int_equal(medark_accounts_drop_totp(a, "jansen", NULL), 0);
		assert_int_equal(try(a, "jansen", GOOD), MEDARK_LOGIN_OK);
	}
}

static void bad_names_passwords_and_roles_are_refused(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("bad");
	struct medark_account account = { .name = "jansen", .shown = "Dr Jansen" };
	struct medark_error err = { 0 };
	size_t count;
	struct medark_account *all = NULL;

	(void)state;
	assert_int_equal(add(a, "jansen", "eleven char", &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a password has 12 characters at least");
	/* Characters, not bytes. */
	assert_int_equal(add(a, "jansen", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", &err),
			 MEDARK_E_USAGE);
	assert_int_equal(add(a, "j.jansen-van.der.berg", "J.Jansen-van.der.Berg", &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "the password is the name");
	assert_int_equal(add(a, "jansen", "two lines of\ntext", &err), MEDARK_E_USAGE);
	assert_int_equal(add(a, "van der Berg", GOOD, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "a name is 1 to 64 letters, digits, '.', '_' or '-'");
	assert_int_equal(add(a, "", GOOD, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_accounts_add(a, &account, GOOD, strlen(GOOD), &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "an account has one role at least");
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	assert_int_equal(add(a, "jansen", GOOD, &err), MEDARK_E_EXISTS);
	assert_string_equal(err.message, "there is an account 'jansen' already");
	assert_int_equal(medark_accounts_set_roles(a, "jansen", 16, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_accounts_list(a, &all, &count, NULL), 0);
	assert_int_equal(count, 1);
	free(all);
}

static void what_others_can_read_is_refused_and_what_we_write_they_cannot(void **state)
{
	struct medark_accounts *a = open_in("mode");
	struct medark_error err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	medark_accounts_free(a);
	assert_int_equal(stat(scratch_path("mode"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(scratch_path("mode/accounts.json"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(scratch_path("mode/accounts.json"), 0640), 0);
	assert_int_equal(medark_accounts_open(scratch_path("mode"), false, &a, &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "chmod 600"));
	assert_int_equal(chmod(scratch_path("mode"), 0750), 0);
	assert_int_equal(medark_accounts_open(scratch_path("mode"), false, &a, &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "chmod 700"));
	assert_int_equal(medark_accounts_open(scratch_path("none"), false, &a, &err),
			 MEDARK_E_NOT_FOUND);
}

static void a_change_that_cannot_be_written_is_not_made(void **state)
{
	MEDARK_AUTO(medark_accounts_free) struct medark_accounts *a = open_in("full");
	struct medark_account account;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(add(a, "jansen", GOOD, NULL), 0);
	/* Something else than a file is never replaced. */
	scratch_run("mv full/accounts.json full/kept && mkdir full/accounts.json");
	assert_true(add(a, "bakker", GOOD, &err) < 0);
	scratch_run("rmdir full/accounts.json && mv full/kept full/accounts.json");
	assert_int_equal(medark_accounts_find(a, "bakker", &account, &err), MEDARK_E_NOT_FOUND);
	assert_int_equal(medark_accounts_find(a, "jansen", &account, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_logs_in_and_no_other),
		cmocka_unit_test(an_unknown_name_takes_the_same_work),
		cmocka_unit_test(who_fails_waits_and_is_not_even_tried),
		cmocka_unit_test(an_address_that_tries_many_names_waits_too),
		cmocka_unit_test(changes_of_another_process_are_seen),
		cmocka_unit_test(changes_are_told_once_whoever_made_them),
		cmocka_unit_test(with_a_telephone_the_code_is_wanted_and_taken_once),
		cmocka_unit_test(bad_names_passwords_and_roles_are_refused),
		cmocka_unit_test(what_others_can_read_is_refused_and_what_we_write_they_cannot),
		cmocka_unit_test(a_change_that_cannot_be_written_is_not_made),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
