/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/capability.h"

#include <stdio.h>
#include <string.h>

static int parse(const char *text, struct medark_capability *c, struct medark_error *err)
{
	return medark_capability_parse(medark_bytes_text(text), c, err);
}

static void a_statement_names_types_and_how_they_are_searched(void **state)
{
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
	const struct medark_capability_type *type;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(
		parse("{\"resourceType\":\"CapabilityStatement\",\"fhirVersion\":\"4.0.1\","
		      "\"rest\":[{\"mode\":\"server\",\"resource\":["
		      "{\"type\":\"Patient\",\"interaction\":[{\"code\":\"read\"}],"
		      "\"operation\":[{\"name\":\"everything\",\"definition\":"
		      "\"http://hl7.org/fhir/OperationDefinition/Patient-everything\"}]},"
		      "{\"type\":\"Observation\",\"searchParam\":[{\"name\":\"subject\"},"
		      "{\"name\":\"patient\"},{\"name\":\"_id\"}]}]}]}",
		      &c, &err),
		0);
	assert_string_equal(c.fhir_version, "4.0.1");
	assert_int_equal(c.count, 2);
	assert_true(c.has_everything);
	assert_false(c.has_export || c.has_patient_export || c.has_group_export);
	type = medark_capability_find(&c, "Observation");
	assert_non_null(type);
	assert_true(type->can_search && type->can_read);
	assert_true(medark_capability_has_param(type, "patient"));
	assert_true(medark_capability_has_param(type, "_id"));
	assert_false(medark_capability_has_param(type, "performer"));
	type = medark_capability_find(&c, "Patient");
	assert_non_null(type);
	assert_true(type->can_read);
	assert_false(type->can_search);
	assert_false(medark_capability_has_param(type, "_id"));
	assert_null(medark_capability_find(&c, "Encounter"));
	assert_null(medark_capability_find(&c, ""));
}

static void bulk_export_is_named_in_many_ways(void **state)
{
	static const struct {
		const char *text;
		bool has_export, has_patient_export, has_group_export;
	} cases[] = {
		{ "\"rest\":[{\"operation\":[{\"name\":\"export\",\"definition\":"
		  "\"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export\"}]}]",
		  true, false, false },
		{ "\"rest\":[{\"operation\":[{\"name\":\"$export\"}]}]", true, false, false },
		{ "\"rest\":[{\"operation\":[{\"name\":\"export\",\"definition\":"
		  "{\"reference\":\"OperationDefinition/-s-export\"}}]}]",
		  true, false, false },
		{ "\"rest\":[{\"operation\":[{\"name\":\"export\",\"definition\":"
		  "\"http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export\"}]}]",
		  false, true, false },
		{ "\"rest\":[{\"resource\":[{\"type\":\"Group\",\"operation\":[{\"name\":\"export\"}]},"
		  "{\"type\":\"Patient\",\"operation\":[{\"name\":\"patient-export\"}]}]}]",
		  false, true, true },
		{ "\"instantiates\":[7,\"http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/"
		  "bulk-data\"]",
		  true, false, false },
		{ "\"rest\":[{\"mode\":\"client\",\"operation\":[{\"name\":\"export\"}]}]", false,
		  false, false },
		{ "\"rest\":[{\"resource\":[{\"type\":\"ValueSet\",\"operation\":"
		  "[{\"name\":\"export\"},{\"name\":\"everything\"}]}]}]",
		  false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
		struct medark_error err = { 0 };
		char text[1000];

		(void)snprintf(text, sizeof(text), "{\"resourceType\":\"CapabilityStatement\",%s}",
			       cases[i].text);
		assert_int_equal(parse(text, &c, &err), 0);
		assert_int_equal(c.has_export, cases[i].has_export);
		assert_int_equal(c.has_patient_export, cases[i].has_patient_export);
		assert_int_equal(c.has_group_export, cases[i].has_group_export);
		assert_false(c.has_everything);
	}
}

static void what_is_misspelt_is_left_out(void **state)
{
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(
		parse("{\"resourceType\":\"CapabilityStatement\",\"fhirVersion\":\"R4 \\u001b[31m\","
		      "\"rest\":[7,null,{\"resource\":\"\",\"operation\":{}},"
		      "{\"resource\":[1,{\"type\":\"../x\"},{\"type\":\"\"},{\"type\":7},"
		      "{\"type\":\"Patient\",\"searchParam\":[{\"name\":\"a b\"},{\"name\":\"id\"},5],"
		      "\"interaction\":[null,{\"code\":3},{\"code\":\"search-type\"}],"
		      "\"operation\":[{},{\"name\":4,\"definition\":5}]},"
		      "{\"type\":\"Patient\"}]}]}",
		      &c, &err),
		0);
	assert_string_equal(c.fhir_version, "");
	assert_int_equal(c.count, 1);
	assert_int_equal(c.types[0].param_count, 1);
	assert_string_equal(c.types[0].params[0].name, "id");
}

static void what_is_no_statement_is_refused(void **state)
{
	static const char *const texts[] = { "", "[]", "<html>", "{}",
					     "{\"resourceType\":\"OperationOutcome\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
		struct medark_error err = { 0 };

		assert_int_equal(parse(texts[i], &c, &err), MEDARK_E_REMOTE);
		assert_int_equal(c.count, 0);
	}
}

static void more_types_than_allowed_are_left_out(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(
		medark_buffer_text(
			&text,
			"{\"resourceType\":\"CapabilityStatement\",\"rest\":[{\"resource\":[",
			&err),
		0);
	for (int i = 0; i < MEDARK_CAPABILITY_TYPES_MAX + 10; i++)
		assert_int_equal(medark_buffer_print(&text, &err, "{\"type\":\"T%c%c%c\"},",
						     'A' + i / 676, 'a' + i / 26 % 26,
						     'a' + i % 26),
				 0);
	assert_int_equal(medark_buffer_text(&text, "{}]}]}", &err), 0);
	assert_int_equal(medark_capability_parse(medark_bytes(text.data, text.size), &c, &err), 0);
	assert_int_equal(c.count, MEDARK_CAPABILITY_TYPES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_names_types_and_how_they_are_searched),
		cmocka_unit_test(bulk_export_is_named_in_many_ways),
		cmocka_unit_test(what_is_misspelt_is_left_out),
		cmocka_unit_test(what_is_no_statement_is_refused),
		cmocka_unit_test(more_types_than_allowed_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
