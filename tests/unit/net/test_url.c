/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "net/url.h"

#include <string.h>

static void refused(const char *text, const char *sentence)
{
	struct medark_error err = { 0 };
	struct medark_url url = { 0 };

	assert_int_equal(medark_url_parse(text, &url, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, sentence);
	assert_null(url.text);
}

static void taken(const char *text, const char *normal, const char *origin, bool is_local)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	struct medark_error err = { 0 };

	assert_int_equal(medark_url_parse(text, &url, &err), 0);
	assert_string_equal(url.text, normal);
	assert_string_equal(url.origin, origin);
	assert_int_equal(url.is_local, is_local);
}

static void an_address_is_read_and_its_origin_told(void **state)
{
	(void)state;
	taken("https://ehr.example/fhir?a=b#c", "https://ehr.example/fhir?a=b",
	      "https://ehr.example", false);
	taken("https://ehr.example:443/", "https://ehr.example/", "https://ehr.example", false);
	taken("https://ehr.example:8443", "https://ehr.example:8443/", "https://ehr.example:8443",
	      false);
	taken("http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080",
	      true);
	taken("http://localhost/", "http://localhost/", "http://localhost", true);
	taken("http://[::1]:80/", "http://[::1]/", "http://[::1]", true);
}

static void what_would_give_something_away_is_refused(void **state)
{
	(void)state;
	refused("http://ehr.example/fhir",
		"http://ehr.example is another machine: records would cross the network in clear "
		"text; use https");
	refused("http://127.0.0.1.example/",
		"http://127.0.0.1.example is another machine: records would cross the network in "
		"clear text; use https");
	refused("http://localhost.example/",
		"http://localhost.example is another machine: records would cross the network in "
		"clear text; use https");
	refused("http://10.0.0.1/",
		"http://10.0.0.1 is another machine: records would cross the network in clear "
		"text; use https");
	refused("https://me:secret@ehr.example/",
		"an address holds a user name or a password, which belong into a file");
	refused("https://me@ehr.example/",
		"an address holds a user name or a password, which belong into a file");
	refused("file:///etc/passwd", "an address is malformed");
	refused("ftp://ehr.example/", "an address is neither https nor http");
	refused("gopher://ehr.example/", "an address is neither https nor http");
}

static void malformed_addresses_are_refused(void **state)
{
	static char text[MEDARK_URL_MAX + 64];

	(void)state;
	refused("", "an address is malformed");
	refused("fhir", "an address is malformed");
	refused("https://", "an address is malformed");
	refused("https://ehr.example/a b", "an address is malformed or too long");
	refused("https://ehr.example/a\r\nX: y", "an address is malformed or too long");
	refused("https://ehr.example/\xc3\xa9", "an address is malformed or too long");
	refused("https://ehr.example:99999/", "an address is malformed");
	refused("https://http://ehr.example/",
		"an address has its beginning, http:// or https://, twice");
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, "https://h/", 10);
	refused(text, "an address is malformed or too long");
}

static void expect_resolved(const char *reference, const char *wanted)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	struct medark_error err = { 0 };

	assert_int_equal(medark_url_parse("https://h.example/fhir/r4/x?q", &base, &err), 0);
	assert_int_equal(medark_url_resolve(&base, reference, &url, &err), 0);
	assert_string_equal(url.text, wanted);
}

static void references_are_resolved(void **state)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
	struct medark_url url = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	expect_resolved("Binary/1", "https://h.example/fhir/r4/Binary/1");
	expect_resolved("/files/1?sig=a", "https://h.example/files/1?sig=a");
	expect_resolved("https://other.example/f", "https://other.example/f");
	expect_resolved("//other.example/f", "https://other.example/f");
	assert_int_equal(medark_url_parse("https://h.example/", &base, &err), 0);
	assert_int_equal(medark_url_resolve(&base, "http://h.example/", &url, &err),
			 MEDARK_E_USAGE);
	assert_int_equal(medark_url_resolve(&base, "javascript:alert(1)", &url, &err),
			 MEDARK_E_USAGE);
	assert_int_equal(medark_url_resolve(&base, "http://127.0.0.1:8080/", &url, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message, "https://h.example leads to an address of this machine");
}

static void paths_stand_below_the_base(void **state)
{
	static const char *const bases[] = { "https://h.example/fhir", "https://h.example/fhir/",
					     "https://h.example/fhir?x=y" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
		MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
		struct medark_error err = { 0 };

		assert_int_equal(medark_url_parse(bases[i], &base, &err), 0);
		assert_int_equal(medark_url_below(&base, "Patient/1?_count=2", &url, &err), 0);
		assert_string_equal(url.text, "https://h.example/fhir/Patient/1?_count=2");
		assert_true(medark_url_same_origin(&base, &url));
	}
}

static void values_are_encoded(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(256);
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(
		medark_url_encode(medark_bytes_text("urn:a|b c&d=\xc3\xa9~_-.9"), &out, &err), 0);
	assert_true(medark_bytes_is(medark_bytes(out.data, out.size),
				    "urn%3Aa%7Cb%20c%26d%3D%C3%A9~_-.9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_read_and_its_origin_told),
		cmocka_unit_test(what_would_give_something_away_is_refused),
		cmocka_unit_test(malformed_addresses_are_refused),
		cmocka_unit_test(references_are_resolved),
		cmocka_unit_test(paths_stand_below_the_base),
		cmocka_unit_test(values_are_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
