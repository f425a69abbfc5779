/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/bulk_manifest.h"

#include <string.h>

static struct medark_url base;

static int parse(const char *text, struct medark_bulk_manifest *m, struct medark_error *err)
{
	return medark_bulk_manifest_parse(medark_bytes_text(text), &base, m, err);
}

static void a_manifest_names_its_files(void **state)
{
	MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(
		parse("{\"transactionTime\":\"2026-11-22T03:00:00.123+01:00\","
		      "\"request\":\"https://h.example/$export\",\"requiresAccessToken\":false,"
		      "\"output\":[{\"type\":\"Patient\",\"url\":\"https://f.example/1?sig=a\","
		      "\"count\":12},{\"type\":\"Observation\",\"url\":\"../files/2\"}],"
		      "\"deleted\":[{\"type\":\"Bundle\",\"url\":\"https://f.example/3\"}],"
		      "\"error\":[{\"type\":\"OperationOutcome\",\"url\":\"https://f.example/4\"}],"
		      "\"extension\":{}}",
		      &m, &err),
		0);
	assert_string_equal(m.transaction_time, "2026-11-22T03:00:00.123+01:00");
	assert_false(m.wants_token);
	assert_int_equal(m.count, 4);
	assert_int_equal(m.files[0].kind, MEDARK_BULK_OUTPUT);
	assert_string_equal(m.files[0].type, "Patient");
	assert_string_equal(m.files[0].url.text, "https://f.example/1?sig=a");
	assert_true(m.files[0].has_count);
	assert_int_equal(m.files[0].count, 12);
	assert_string_equal(m.files[1].url.text, "https://h.example/fhir/files/2");
	assert_false(m.files[1].has_count);
	assert_int_equal(m.files[2].kind, MEDARK_BULK_DELETED);
	assert_int_equal(m.files[3].kind, MEDARK_BULK_OUTCOME);
	assert_null(m.next.text);
}

static void what_is_left_out_or_misspelt_is_borne(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"output\":null,\"error\":\"\",\"requiresAccessToken\":true}",
		"{\"output\":\"\",\"deleted\":{},\"transactionTime\":7,\"link\":\"\"}",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };
		struct medark_error err = { 0 };

		assert_int_equal(parse(texts[i], &m, &err), 0);
		assert_int_equal(m.count, 0);
		assert_true(m.wants_token);
		assert_string_equal(m.transaction_time, "");
	}
}

static void entries_that_lead_nowhere_are_counted(void **state)
{
	MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(
		parse("{\"output\":[{\"type\":\"Patient\"},{\"url\":\"\"},"
		      "{\"url\":\"file:///etc/passwd\"},{\"url\":\"http://other.example/\"},"
		      "{\"url\":\"http://127.0.0.1/\"},"
		      "7,null,{\"url\":\"https://f.example/1\",\"type\":\"../x\",\"count\":-1},"
		      "{\"url\":\"https://f.example/2\",\"count\":\"3\"}]}",
		      &m, &err),
		0);
	assert_int_equal(m.unusable, 7);
	assert_int_equal(m.count, 2);
	assert_string_equal(m.files[0].type, "");
	assert_false(m.files[0].has_count);
	assert_false(m.files[1].has_count);
}

static void parts_of_a_manifest_are_put_together(void **state)
{
	MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(parse("{\"transactionTime\":\"a\",\"output\":[{\"url\":\"/1\"}],"
			       "\"link\":[{\"relation\":\"self\",\"url\":\"/m1\"},"
			       "{\"relation\":\"next\",\"url\":\"/m2\"}]}",
			       &m, &err),
			 0);
	assert_string_equal(m.next.text, "https://h.example/m2");
	assert_int_equal(
		parse("{\"transactionTime\":\"b\",\"output\":[{\"url\":\"/2\"}]}", &m, &err), 0);
	assert_null(m.next.text);
	assert_int_equal(m.count, 2);
	assert_string_equal(m.files[1].url.text, "https://h.example/2");
	assert_string_equal(m.transaction_time, "a");
}

static void what_is_no_object_is_no_manifest(void **state)
{
	static const char *const texts[] = { "", "[]", "<html>", "{\"output\":[", "\xff" };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		MEDARK_AUTO(medark_bulk_manifest_clear) struct medark_bulk_manifest m = { 0 };
		struct medark_error err = { 0 };

		assert_int_equal(parse(texts[i], &m, &err), MEDARK_E_REMOTE);
		assert_string_equal(err.message, "the server's list of files is no JSON object");
	}
}

static int set_up(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	return medark_url_parse("https://h.example/fhir/status/1", &base, &err);
}

static int tear_down(void **state)
{
	(void)state;
	medark_url_clear(&base);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_names_its_files),
		cmocka_unit_test(what_is_left_out_or_misspelt_is_borne),
		cmocka_unit_test(entries_that_lead_nowhere_are_counted),
		cmocka_unit_test(parts_of_a_manifest_are_put_together),
		cmocka_unit_test(what_is_no_object_is_no_manifest),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
