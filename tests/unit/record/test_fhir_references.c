/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

static char found[1024];

static int note(void *context, struct medark_bytes type, struct medark_bytes id,
		struct medark_error *err)
{
	size_t n = strlen(found);
	int *left = context;

	snprintf(found + n, sizeof(found) - n, "%s%.*s/%.*s", n ? " " : "", (int)type.size,
		 (const char *)type.data, (int)id.size, (const char *)id.data);
	if (left && --*left == 0)
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "enough");
	return 0;
}

static const char *references(const char *text)
{
	found[0] = '\0';
	assert_int_equal(medark_fhir_references(fhir, medark_bytes_text(text), note, NULL, NULL),
			 0);
	return found;
}

static void literal_references_are_found_at_any_depth(void **state)
{
	(void)state;
	assert_string_equal(
		references(
			"{\"resourceType\":\"X\",\"a\":{\"reference\":\"Patient/1\"},\"b\":[{\"c\":"
			"{\"reference\":\"https://h/b/Group/2/_history/3\"}},{\"refer"
			"ence\":\"#x\"},"
			"{\"reference\":\"urn:uuid:1\"},{\"reference\":\"Org\\u0061ni"
			"zation/\\u0034\"}],"
			"\"contained\":[{\"d\":{\"reference\":\"Device/5\"}}],"
			"\"reference\":{\"x\":\"Location/6\"}}"),
		"Patient/1 Group/2 Organization/4 Device/5");
	assert_string_equal(
		references("<X xmlns=\"http://hl7.org/fhir\"><a><reference value="
			   "\"Patient/1\"/></a><b><c><reference value=\"Group/2\">"
			   "<extension url=\"u\"/></reference></c></b><reference value=\"#x\"/>"
			   "</X>"),
		"Patient/1 Group/2");
}

static void the_callback_can_stop_the_walk(void **state)
{
	static const char *const texts[] = {
		"[{\"reference\":\"A/1\"},{\"reference\":\"B/2\"},{\"reference\":\"C/3\"}]",
		"<X><reference value=\"A/1\"/><reference value=\"B/2\"/><reference va"
		"lue=\"C/3\"/></X>",
	};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct medark_error err;
		int left = 2;

		found[0] = '\0';
		assert_int_equal(medark_fhir_references(fhir, medark_bytes_text(texts[i]), note,
							&left, &err),
				 MEDARK_E_INTERRUPTED);
		assert_string_equal(found, "A/1 B/2");
		assert_string_equal(err.message, "enough");
	}
}

static void a_broken_text_is_an_error(void **state)
{
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_fhir_references(fhir, medark_bytes_text("{"), note, NULL, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "the record is not valid JSON");
	assert_int_equal(medark_fhir_references(fhir, medark_bytes_text("<a"), note, NULL, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "the record is not valid XML");
}

static const char *quickly(const char *text)
{
	found[0] = '\0';
	assert_int_equal(
		medark_fhir_references_quickly(fhir, medark_bytes_text(text), note, NULL, NULL), 0);
	return found;
}

/* One that came twice, before an escape and again in the walk, is no fault. */
static void searching_the_text_misses_none(void **state)
{
	(void)state;
	assert_string_equal(
		quickly("{\"a\":{\"reference\":\"Patient/1\"},\"b\":[{\"reference\" :\n"
			"\"https://h/b/Group/2/_history/3\"},{\"reference\":\"#x\"}],"
			"\"reference\":{\"type\":\"reference\"},\"c\":\"\\\"reference\\\"\","
			"\"d\":{\"reference\":\"\"}}"),
		"Patient/1 Group/2");
	assert_string_equal(quickly("{\"a\":{\"ref\\u0065rence\":\"Patient/1\"}}"), "Patient/1");
	assert_string_equal(quickly("{\"a\":{\"reference\":\"Group/1\"},\"b\":{\"reference\":"
				    "\"Patient\\/2\"}}"),
			    "Group/1 Group/1 Patient/2");
	assert_string_equal(quickly("{\"a\":{\"reference\":[\"Patient/1\"]}}"),
			    references("{\"a\":{\"reference\":[\"Patient/1\"]}}"));
	assert_string_equal(quickly(""), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literal_references_are_found_at_any_depth),
		cmocka_unit_test(the_callback_can_stop_the_walk),
		cmocka_unit_test(a_broken_text_is_an_error),
		cmocka_unit_test(searching_the_text_misses_none),
	};

	return cmocka_run_group_tests(tests, new_fhir, free_fhir);
}
