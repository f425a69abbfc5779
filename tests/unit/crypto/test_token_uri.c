/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "crypto/token_uri.h"

#include <medark/key.h>

#include <stdio.h>
#include <string.h>

static struct medark_token_uri uri;

static void assert_refused(const char *text, const char *why)
{
	struct medark_error err = { 0 };
	char sentence[256];

	(void)snprintf(sentence, sizeof(sentence), "the PKCS#11 URI %s", why);
	assert_int_equal(medark_token_uri_parse(text, &uri, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, sentence);
}

static void a_key_is_named_by_token_and_object(void **state)
{
	(void)state;
	assert_true(medark_token_uri_is("pkcs11:"));
	assert_true(medark_token_uri_is("PKCS11:token=a"));
	assert_false(medark_token_uri_is("pkcs11.pem"));
	assert_int_equal(medark_token_uri_parse("pkcs11:token=a%20b;object=c", &uri, NULL), 0);
	assert_string_equal(uri.key, "pkcs11:token=a%20b;object=c;type=private");
	assert_string_equal(uri.module, "");
	assert_string_equal(uri.pin_file, "");
	assert_int_equal(medark_token_uri_parse("PKCS11:serial=1;id=%00%ff;type=private;model=M;"
						"manufacturer=X",
						&uri, NULL),
			 0);
	assert_string_equal(uri.key, "pkcs11:serial=1;id=%00%ff;type=private;model=M;"
				     "manufacturer=X");
}

static void the_query_names_files(void **state)
{
	(void)state;
	assert_int_equal(
		medark_token_uri_parse("pkcs11:token=a;id=%01?pin-source=file:/etc/my%20pin&"
				       "module-path=/usr/lib/m.so",
				       &uri, NULL),
		0);
	assert_string_equal(uri.key, "pkcs11:token=a;id=%01;type=private");
	assert_string_equal(uri.pin_file, "/etc/my pin");
	assert_string_equal(uri.module, "/usr/lib/m.so");
	assert_int_equal(
		medark_token_uri_parse("pkcs11:token=a;id=1?pin-source=file:///p", &uri, NULL), 0);
	assert_string_equal(uri.pin_file, "/p");
	assert_int_equal(medark_token_uri_parse("pkcs11:token=a;id=1?pin-source=/p", &uri, NULL),
			 0);
	assert_string_equal(uri.pin_file, "/p");
}

static void what_is_malformed_is_refused(void **state)
{
	static const char value[] = "has a value that is empty, too long or not well-formed";
	char longest[2000];

	(void)state;
	assert_refused("pkcs12:token=a", "does not begin with pkcs11:");
	for (size_t i = 0; i < 4; i++) {
		static const char *const few[] = { "pkcs11:", "pkcs11:token=a", "pkcs11:object=a",
						   "pkcs11:id=%01;object=a" };

		assert_refused(few[i], "has to name a token (token= or serial=) and a key in it "
				       "(object= or id=)");
	}
	assert_refused("pkcs11:token=;object=a", value);
	assert_refused("pkcs11:token=a%2;object=a", value);
	assert_refused("pkcs11:token=a%2x;object=a", value);
	assert_refused("pkcs11:token=a%00;object=a", value);
	assert_refused("pkcs11:token=a b;object=a", value);
	assert_refused("pkcs11:token=a;token=b;object=a", "says the same twice");
	assert_refused("pkcs11:token=a;object=b;", "ends in a separator");
	assert_refused("pkcs11:token=a;object=b;type=cert",
		       "is not of a private key (type=private)");
	assert_refused("pkcs11:token=a;object=b?module-path=m.so",
		       "has a module-path that is not absolute");
	assert_refused("pkcs11:token=a;object=b?pin-source=|cat",
		       "has a pin-source that is no absolute path of a file");
	assert_refused("pkcs11:token=a;object=b?pin-source=file://host/p",
		       "has a pin-source that is no absolute path of a file");
	assert_refused("pkcs11:token=a;slot-id=1", "has more in its path than token, serial, "
						   "manufacturer, model, object, id and type");
	assert_refused("pkcs11:token=a;object=b;pin-source=/p",
		       "has more in its path than token, serial, "
		       "manufacturer, model, object, id and type");
	assert_refused("pkcs11:token=a;object=b?token=c",
		       "has more in its query than module-path and pin-source");
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "pkcs11:token=", 13);
	assert_refused(longest, "is too long");
	longest[900] = '\0';
	assert_refused(longest, value);
}

static void a_pin_in_it_is_refused(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_refused("pkcs11:token=a;object=b?pin-value=1234",
		       "holds the PIN (pin-value), which other users of this machine can read "
		       "there; take it out and change the PIN");
	assert_int_equal(medark_key_needs_pin("pkcs11:token=a;object=b?pin-value=1", &err),
			 MEDARK_E_USAGE);
}

static void a_pin_is_needed_where_no_file_is_named(void **state)
{
	(void)state;
	assert_int_equal(medark_key_needs_pin("a.key.pem", NULL), 0);
	assert_int_equal(medark_key_needs_pin("pkcs11:token=a;object=b", NULL), 1);
	assert_int_equal(medark_key_needs_pin("pkcs11:token=a;object=b?pin-source=/p", NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_named_by_token_and_object),
		cmocka_unit_test(the_query_names_files),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(a_pin_in_it_is_refused),
		cmocka_unit_test(a_pin_is_needed_where_no_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
