/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/bundle.h"

#include <string.h>

static int parse(const char *text, struct medark_bundle *b)
{
	struct medark_error err = { 0 };

	return medark_bundle_parse(medark_bytes_text(text), b, &err);
}

static int note(void *context, struct medark_bytes resource, struct medark_error *err)
{
	char *names = context;
	char name[MEDARK_RECORD_NAME_MAX + 1];

	(void)err;
	medark_bundle_name(resource, name);
	(void)strcat(strcat(names, name), " ");
	return 0;
}

static void a_page_tells_what_it_holds(void **state)
{
	struct medark_error err = { 0 };
	struct medark_bundle b;
	char names[1000] = "";

	(void)state;
	assert_int_equal(
		parse("{\"resourceType\":\"Bundle\",\"total\":12,\"link\":[{\"relation\":\"self\","
		      "\"url\":\"x\"},{\"relation\":\"next\",\"url\":\"y\"}],\"entry\":["
		      "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\"}},"
		      "{\"search\":{\"mode\":\"include\"},\"resource\":{\"id\":\"o-1\","
		      "\"resourceType\":\"Observation\"}},"
		      "{\"search\":{\"mode\":\"outcome\"},\"resource\":{\"resourceType\":"
		      "\"OperationOutcome\",\"issue\":[{\"severity\":\"fatal\"}]}},"
		      "{\"resource\":{\"resourceType\":\"OperationOutcome\"}},"
		      "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"../x\"}},{}]} ",
		      &b),
		0);
	assert_true(b.has_total);
	assert_int_equal(b.total, 12);
	assert_int_equal(b.records, 4);
	assert_int_equal(b.outcomes, 2);
	assert_int_equal(b.errors, 1);
	assert_int_equal(medark_bundle_each(&b, note, names, &err), 0);
	assert_string_equal(names, "Patient/p1 Observation/o-1  ");
}

static void what_is_no_page_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"<html>",
		"[]",
		"{\"resourceType\":\"Patient\"}",
		"{\"resourceType\":\"Bundle\",\"entry\":{}}",
		"{\"resourceType\":\"Bundle\",\"entry\":[{]}",
		"{\"resourceType\":\"Bundle\"} x",
		"{\"resourceType\":\"Bundle\",\"entry\":[],\"entry\":[]}",
	};
	struct medark_bundle b;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(parse(texts[i], &b), MEDARK_E_REMOTE);
	assert_int_equal(parse("{\"resourceType\":\"Bundle\",\"total\":-1,\"link\":7}", &b), 0);
	assert_false(b.has_total);
	assert_int_equal(b.records, 0);
}

static void links_stay_at_the_server(void **state)
{
	static const struct {
		const char *link, *url; /* NULL: it is not followed */
	} cases[] = {
		{ "https://h.example/fhir?page=2\\u0026x=1", "https://h.example/fhir?page=2&x=1" },
		{ "Observation?page=2", "https://h.example/fhir/Observation?page=2" },
		{ "?page=2", "https://h.example/fhir/Patient/1/$everything?page=2" },
		{ "/other?page=2", "https://h.example/other?page=2" },
		{ "https://elsewhere.example/fhir?page=2", NULL },
		{ "//elsewhere.example/", NULL },
		{ "http://h.example/fhir?page=2", NULL },
		{ "https://h.example:444/fhir?page=2", NULL },
		{ "https://user@h.example/fhir", NULL },
		{ "file:///etc/passwd", NULL },
		{ "x\\u0000y", NULL },
	};
	MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url page = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url next = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_url_parse("https://h.example/fhir", &base, &err), 0);
	assert_int_equal(medark_url_parse("https://h.example/fhir/Patient/1/$everything?_count=5",
					  &page, &err),
			 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct medark_bundle b = { .next = medark_bytes_text(cases[i].link) };

		assert_int_equal(medark_bundle_next(&b, &base, &page, &next, &err),
				 cases[i].url ? 0 : MEDARK_E_REMOTE);
		if (cases[i].url)
			assert_string_equal(next.text, cases[i].url);
		else
			assert_null(next.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_tells_what_it_holds),
		cmocka_unit_test(what_is_no_page_is_refused),
		cmocka_unit_test(links_stay_at_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
