/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "desk/account_file.h"

#include <stdio.h>
#include <string.h>

#define SALT "00112233445566778899aabbccddeeff"
#define KEY  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ONE(name)                                                                                  \
	"{\"name\":\"" name "\",\"shown\":\"Dr B\xc3\xa4r\",\"roles\":[\"clinician\",\"admin\"],"  \
	"\"disabled\":false,\"scrypt\":{\"n\":65536,\"salt\":\"" SALT "\",\"key\":\"" KEY          \
	"\"},\"totp\":{\"secret\":\"3132333435363738393031323334353637383930\",\"last\":37}}"
#define FILE_OF(accounts) "{\"version\":1,\"accounts\":[" accounts "]}"

static int parse(const char *text, struct medark_account_list *list, struct medark_error *err)
{
	return medark_account_file_parse(medark_bytes_text(text), list, err);
}

static void what_is_written_reads_the_same(void **state)
{
	const char *text = FILE_OF("\n" ONE("a") ",\n" ONE("b") "\n");
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list list = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4096);

	(void)state;
	assert_int_equal(parse(text, &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[1].account.name, "b");
	assert_string_equal(list.items[1].account.shown, "Dr B\xc3\xa4r");
	assert_int_equal(list.items[1].account.roles, MEDARK_MAY_TREAT | MEDARK_MAY_ADMIN);
	assert_true(list.items[1].account.has_totp);
	assert_int_equal(list.items[1].totp_last, 37);
	assert_int_equal(medark_account_file_write(&list, &out, NULL), 0);
	assert_int_equal(out.size, strlen(text) + 1);
	assert_memory_equal(out.data, text, strlen(text));
}

static void accounts_stay_sorted(void **state)
{
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list list = { 0 };
	static const char *const names[] = { "m", "a", "z", "b" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct medark_account_entry e = { 0 };

		strcpy(e.account.name, names[i]);
		assert_int_equal(medark_account_list_add(&list, &e, NULL), 0);
	}
	medark_account_list_remove(&list, medark_account_list_find(&list, "b"));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].account.name, "a");
	assert_string_equal(list.items[1].account.name, "m");
	assert_string_equal(list.items[2].account.name, "z");
	assert_int_equal(medark_account_list_find(&list, "b"), 3);
}

/* `text` with `from` replaced by `to` once. */
static void refused(const char *from, const char *to, const char *sentence)
{
	const char *text = FILE_OF(ONE("a"));
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list list = { 0 };
	const char *at = strstr(text, from);
	struct medark_error err = { 0 };
	char changed[2048];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		       at + strlen(from));
	assert_int_equal(parse(changed, &list, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, sentence);
}

static void whatever_else_stands_there_is_refused(void **state)
{
	(void)state;
	refused("\"version\":1", "\"version\":2",
		"the file of accounts: 'version' has no valid value");
	refused("\"version\":1,", "\"version\":1,\"more\":1,",
		"the file of accounts: holds a name that is not known");
	refused("\"disabled\":false,", "", "the file of accounts: 'disabled' is missing");
	refused("\"disabled\":false,", "\"disabled\":false,\"uid\":0,",
		"the file of accounts: holds a name that is not known");
	refused("\"disabled\":false,", "\"disabled\":false,\"disabled\":true,",
		"the file of accounts is not valid JSON (line 1)");
	refused("\"name\":\"a\"", "\"name\":\"a/b\"",
		"the file of accounts: 'name' has no valid value");
	refused("\"name\":\"a\"", "\"name\":\"\"",
		"the file of accounts: 'name' has no valid value");
	refused("Dr B", "Dr \\u0007", "the file of accounts: 'shown' has no valid value");
	refused("\"clinician\",\"admin\"", "\"admin\",\"clinician\"",
		"the file of accounts: 'roles' has no valid value");
	refused("\"clinician\",\"admin\"", "\"root\"",
		"the file of accounts: 'roles' has no valid value");
	refused("\"clinician\",\"admin\"", "", "the file of accounts: 'roles' has no valid value");
	refused("65536", "65537", "the file of accounts: scrypt: 'n' has no valid value");
	refused("65536", "16384", "the file of accounts: scrypt: 'n' has no valid value");
	refused("65536", "262144", "the file of accounts: scrypt: 'n' has no valid value");
	refused(SALT, "00", "the file of accounts: scrypt: 'salt' has no valid value");
	refused("\"last\":37", "\"last\":-1",
		"the file of accounts: totp: 'last' has no valid value");
	refused(ONE("a"), ONE("a") "," ONE("a"),
		"the file of accounts: not sorted by name, or a name twice");
	refused(ONE("a"), ONE("b") "," ONE("a"),
		"the file of accounts: not sorted by name, or a name twice");
	refused(ONE("a"), "7", "the file of accounts: not an object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(accounts_stay_sorted),
		cmocka_unit_test(whatever_else_stands_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
