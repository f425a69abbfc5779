/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

static const char *const names[] = { "code", "note", "a-name-that-is-longer-than-32-bytes" };
enum { CODE, NOTE, LONG, NAMES };

static struct medark_fhir *wider;

static int new_both(void **state)
{
	int rc = medark_fhir_new_with(names, NAMES, &wider, NULL);

	return rc < 0 ? rc : new_fhir(state);
}

static int free_both(void **state)
{
	medark_fhir_free(wider);
	return free_fhir(state);
}

/* The facts of a line, which are those that a recogniser without more members finds. */
static const char *read_line(const char *text, struct medark_bytes *out_copy)
{
	static char line[8192];
	struct medark_bytes copy = padded(medark_bytes_text(text));
	size_t size = 0;

	assert_int_equal(medark_fhir_json_line(wider, copy, &size, &record, NULL), 1);
	assert_int_equal(size, strcspn(text, "\n"));
	(void)snprintf(line, sizeof(line), "%s", record_line());
	assert_int_equal(medark_fhir_json(fhir, medark_bytes(copy.data, size),
					  medark_bytes(NULL, 0), &record, NULL),
			 1);
	assert_string_equal(line, record_line());
	assert_int_equal(medark_fhir_json(wider, medark_bytes(copy.data, size),
					  medark_bytes(NULL, 0), &record, NULL),
			 1);
	assert_string_equal(line, record_line());
	*out_copy = copy;
	return line;
}

static void assert_members(const char *text, const char *expected_line, const char *code,
			   const char *note)
{
	struct medark_bytes copy;

	assert_string_equal(read_line(text, &copy), expected_line);
	assert_true(medark_bytes_is(medark_fhir_member(wider, CODE), code));
	assert_true(medark_bytes_is(medark_fhir_member(wider, NOTE), note));
	free((void *)(uintptr_t)copy.data);
}

static void members_come_with_the_facts(void **state)
{
	(void)state;
	assert_members("{\"code\":{\"text\":\"a\"},\"resourceType\":\"Basic\",\"note\": [1] ,"
		       "\"subject\":{\"reference\":\"Patient/1\"}}",
		       "ok Basic - P:1 0 0", "{\"text\":\"a\"}", "[1]");
	assert_members("{\"resourceType\":\"Basic\",\"id\":\"b\"}", "ok Basic b - 0 0", "", "");
	assert_members("\xef\xbb\xbf{\"resourceType\":\"Basic\",\"note\":7}\n{\"code\":1}",
		       "ok Basic - - 0 0", "", "7");
}

static void names_are_compared_decoded_and_in_the_outermost_object(void **state)
{
	struct medark_bytes copy;

	(void)state;
	assert_members("{\"resourceType\":\"Basic\",\"\\u0063ode\":1,\"x\":{\"note\":2}}",
		       "ok Basic - - 0 0", "1", "");
	(void)read_line("{\"resourceType\":\"Basic\","
			"\"a-name-that-is-longer-than-32-bytes\":3}",
			&copy);
	assert_true(medark_bytes_is(medark_fhir_member(wider, LONG), "3"));
	free((void *)(uintptr_t)copy.data);
}

static void a_repeated_one_is_no_fault_and_hides_none(void **state)
{
	(void)state;
	assert_members("{\"resourceType\":\"Basic\",\"code\":1,\"code\":2}", "ok Basic - - 0 0",
		       "1", "");
	assert_members("{\"resourceType\":\"Basic\",\"code\":1,\"code\":2,\"id\":\"a\",\"id\":"
		       "\"b\"}",
		       "repeated-member Basic a - 0 0", "1", "");
	assert_members("{\"resourceType\":\"Basic\",\"id\":\"a\",\"id\":\"b\",\"code\":1,"
		       "\"code\":2}",
		       "repeated-member Basic a - 0 0", "1", "");
}

static void what_is_no_object_has_none(void **state)
{
	(void)state;
	assert_members("{\"code\":1,", "broken-syntax - - - 0 0", "", "");
	assert_members("[{\"code\":1}]", "no-resource-type - - - 0 0", "", "");
}

static void xml_has_none(void **state)
{
	struct medark_bytes copy = padded(medark_bytes_text("{\"code\":1}"));
	struct medark_bytes none = { NULL, 0 },
			    xml = medark_bytes_text("<Basic xmlns=\"http://hl7.org/fhir\"/>");

	(void)state;
	assert_int_equal(medark_fhir_json(wider, copy, none, &record, NULL), 1);
	assert_true(medark_bytes_is(medark_fhir_member(wider, CODE), "1"));
	assert_int_equal(medark_fhir_xml(wider, xml, none, &record, NULL), 1);
	assert_int_equal(medark_fhir_member(wider, CODE).size, 0);
	free((void *)(uintptr_t)copy.data);
}

static void names_that_cannot_be_wanted_are_refused(void **state)
{
	static const char *const own[] = { "code", "subject" }, *const twice[] = { "code", "code" };
	const char *many[MEDARK_JSON_KEYS_MAX];
	struct medark_fhir *none = NULL;

	(void)state;
	for (size_t i = 0; i < MEDARK_JSON_KEYS_MAX; i++)
		many[i] = "x";
	assert_int_equal(medark_fhir_new_with(own, 2, &none, NULL), MEDARK_E_USAGE);
	assert_int_equal(medark_fhir_new_with(twice, 2, &none, NULL), MEDARK_E_USAGE);
	assert_int_equal(medark_fhir_new_with(many, MEDARK_JSON_KEYS_MAX, &none, NULL),
			 MEDARK_E_USAGE);
	assert_null(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_with_the_facts),
		cmocka_unit_test(names_are_compared_decoded_and_in_the_outermost_object),
		cmocka_unit_test(a_repeated_one_is_no_fault_and_hides_none),
		cmocka_unit_test(what_is_no_object_has_none),
		cmocka_unit_test(xml_has_none),
		cmocka_unit_test(names_that_cannot_be_wanted_are_refused),
	};

	return cmocka_run_group_tests(tests, new_both, free_both);
}
