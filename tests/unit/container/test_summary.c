/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "container/summary.h"

#include <stdio.h>
#include <string.h>

static const char golden[] = "{\n"
			     "  \"format\": \"medark\",\n"
			     "  \"version\": 1,\n"
			     "  \"archive\": \"000102030405060708090a0b0c0d0e0f\",\n"
			     "  \"sources\": 2,\n"
			     "  \"items\": 3,\n"
			     "  \"bytes\": 9223372036854775807,\n"
			     "  \"records\": 12,\n"
			     "  \"opaque\": 1,\n"
			     "  \"patients\": 2,\n"
			     "  \"quarantined\": 4,\n"
			     "  \"duplicates\": 5,\n"
			     "  \"types\": {\n"
			     "    \"Observation\": 10,\n"
			     "    \"Patient\": 2\n"
			     "  },\n"
			     "  \"reasons\": {\n"
			     "    \"broken-json\": 4\n"
			     "  },\n"
			     "  \"skipped\": 6,\n"
			     "  \"declared\": {\n"
			     "    \"Patient\": 2,\n"
			     "    \"Procedure\": 0\n"
			     "  },\n"
			     "  \"complete\": false\n"
			     "}\n";

static struct medark_summary summary; /* too large for some stacks */

static int parse(const char *text, struct medark_error *err)
{
	return medark_summary_parse(medark_bytes_text(text), &summary, err);
}

static void the_golden_summary_is_read(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(parse(golden, &err), 0);
	assert_int_equal(summary.archive.bytes[15], 15);
	assert_true(summary.sources == 2);
	assert_true(medark_summary_reason(&summary, "broken-json") == 4 &&
		    medark_summary_reason(&summary, "duplicate") == 0);
	assert_true(summary.items == 3 && summary.bytes == INT64_MAX && summary.records == 12);
	assert_true(summary.opaque == 1 && summary.patients == 2 && summary.quarantined == 4);
	assert_true(summary.duplicates == 5 && summary.skipped == 6);
	assert_int_equal(summary.type_count, 2);
	assert_string_equal(summary.types[1].name, "Patient");
	assert_true(summary.types[1].count == 2);
	assert_int_equal(summary.reason_count, 1);
	assert_string_equal(summary.reasons[0].name, "broken-json");
	assert_true(summary.has_declared);
	assert_int_equal(summary.declared_count, 2);
	assert_string_equal(summary.declared[1].name, "Procedure");
	assert_false(summary.complete);
}

static void what_is_written_is_the_golden_summary(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_SUMMARY_MAX);

	(void)state;
	assert_int_equal(parse(golden, NULL), 0);
	assert_int_equal(medark_summary_write(&summary, &out, NULL), 0);
	assert_int_equal(out.size, strlen(golden));
	assert_memory_equal(out.data, golden, out.size);
}

static void servers_and_their_times_come_back(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_SUMMARY_MAX);
	struct medark_summary_server *server = &summary.servers[0];

	(void)state;
	assert_int_equal(parse(golden, NULL), 0);
	assert_int_equal(summary.server_count, 0);
	assert_false(medark_summary_is_increment(&summary));
	summary.server_count = 2;
	(void)snprintf(server[0].base, sizeof(server[0].base), "https://ehr.example/fhir");
	(void)snprintf(server[0].time, sizeof(server[0].time), "2026-11-22T03:00:00.123+01:00");
	(void)snprintf(server[1].base, sizeof(server[1].base), "https://other.example/\"");
	(void)snprintf(server[1].since, sizeof(server[1].since), "2026-11-21T03:00:00Z");
	server[1].partial = true;
	assert_int_equal(medark_summary_write(&summary, &out, NULL), 0);
	memset(&summary, 0, sizeof(summary));
	assert_int_equal(medark_summary_parse(medark_bytes(out.data, out.size), &summary, NULL), 0);
	assert_int_equal(summary.server_count, 2);
	assert_string_equal(server[0].base, "https://ehr.example/fhir");
	assert_string_equal(server[0].time, "2026-11-22T03:00:00.123+01:00");
	assert_string_equal(server[0].since, "");
	assert_string_equal(server[1].base, "https://other.example/\"");
	assert_string_equal(server[1].time, "");
	assert_true(server[1].partial && !server[0].partial);
	assert_string_equal(server[1].since, "2026-11-21T03:00:00Z");
	assert_true(medark_summary_is_increment(&summary));
}

static void nothing_declared_and_nothing_counted_is_written(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_SUMMARY_MAX);

	(void)state;
	memset(&summary, 0, sizeof(summary));
	summary.complete = true;
	assert_int_equal(medark_summary_write(&summary, &out, NULL), 0);
	assert_non_null(memmem(out.data, out.size, "\"types\": {},\n  \"reasons\": {},\n", 30));
	assert_non_null(memmem(out.data, out.size, "\"declared\": null,", 17));
	assert_int_equal(medark_summary_parse(medark_bytes(out.data, out.size), &summary, NULL), 0);
	assert_true(summary.complete && !summary.has_declared);
}

static void types_are_sorted_when_read(void **state)
{
	char text[1024];
	char *at;

	(void)state;
	memcpy(text, golden, sizeof(golden));
	at = strstr(text, "Observation");
	memcpy(at, "Zbservation", 11);
	assert_int_equal(parse(text, NULL), 0);
	assert_string_equal(summary.types[0].name, "Patient");
	assert_string_equal(summary.types[1].name, "Zbservation");
}

static void names_that_could_tell_of_a_patient_are_not_written(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer out = MEDARK_BUFFER(MEDARK_SUMMARY_MAX);
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(parse(golden, NULL), 0);
	(void)snprintf(summary.types[0].name, sizeof(summary.types[0].name), "Jan de Vries");
	assert_int_equal(medark_summary_write(&summary, &out, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message,
			    "cannot be written: summary.json: 'types' has no valid value");
}

static void refused(const char *from, const char *to, const char *message)
{
	const char *at = strstr(golden, from);
	struct medark_error err = { 0 };
	char changed[2048];

	assert_non_null(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - golden), golden, to,
		       at + strlen(from));
	assert_int_equal(parse(changed, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
}

static void other_forms_are_refused(void **state)
{
	(void)state;
	refused("{\n", "{ \"names\": 1,\n", "summary.json: holds a name that is not known");
	refused("\"skipped\"", "\"Skipped\"", "summary.json: 'skipped' is missing");
	refused("\"version\": 1", "\"version\": 2", "summary.json: 'version' has no valid value");
	refused("\"medark\"", "7", "summary.json: 'format' has no valid value");
	refused("0e0f", "0e", "summary.json: 'archive' has no valid value");
	refused("\"items\": 3", "\"items\": -3", "summary.json: 'items' has no valid value");
	refused("\"items\": 3", "\"items\": 3.5", "summary.json: 'items' has no valid value");
	refused("\"items\": 3", "\"items\": \"3\"", "summary.json: 'items' has no valid value");
	refused("\"items\": 3", "\"items\": 9223372036854775808",
		"summary.json is not valid JSON (line 6)");
	refused("false", "0", "summary.json: 'complete' has no valid value");
	refused("\"declared\": {", "\"declared\": 16, \"more\": {",
		"summary.json: holds a name that is not known");
	refused("\"Procedure\": 0", "\"Pro cedure\": 0",
		"summary.json: 'declared' has no valid value");
	refused("\"declared\": {\n    \"Patient\": 2,\n    \"Procedure\": 0\n  }",
		"\"declared\": 16", "summary.json: 'declared' has no valid value");
	refused("\"Patient\": 2", "\"Patient\": null",
		"summary.json: 'Patient' has no valid value");
	refused("\"Patient\": 2", "\"Patient\": 2, \"Patient\": 2",
		"summary.json is not valid JSON (line 15)");
	refused("\"Patient\": 2", "\"\": 2", "summary.json: 'types' has no valid value");
	refused("\"Patient\": 2", "\"Pati\\u00ebnt\": 2",
		"summary.json: 'types' has no valid value");
	refused("\"broken-json\": 4", "\"broken json\": 4",
		"summary.json: 'reasons' has no valid value");
}

static void the_number_of_types_is_bounded(void **state)
{
	static char text[65536];
	struct medark_error err = { 0 };
	const char *at = strstr(golden, "    \"Observation");

	(void)state;
	for (unsigned count = MEDARK_SUMMARY_TYPES_MAX; count <= MEDARK_SUMMARY_TYPES_MAX + 1;
	     count++) {
		int n = snprintf(text, sizeof(text), "%.*s", (int)(at - golden), golden);

		for (unsigned i = 0; i < count; i++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%s\"T%u\": %u",
				      i ? "," : "", i, i);
		(void)snprintf(text + n, sizeof(text) - (size_t)n, "%s",
			       strstr(golden, "\n  },\n  \"reasons"));
		assert_int_equal(parse(text, &err),
				 count > MEDARK_SUMMARY_TYPES_MAX ? MEDARK_E_FORMAT : 0);
	}
	assert_string_equal(err.message, "summary.json: 'types' has no valid value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_summary_is_read),
		cmocka_unit_test(what_is_written_is_the_golden_summary),
		cmocka_unit_test(servers_and_their_times_come_back),
		cmocka_unit_test(nothing_declared_and_nothing_counted_is_written),
		cmocka_unit_test(types_are_sorted_when_read),
		cmocka_unit_test(names_that_could_tell_of_a_patient_are_not_written),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(the_number_of_types_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
