/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "record/release.h"

#include <string.h>

static void shows(enum medark_fhir_release release, const char *text)
{
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	char room[512] = "";

	assert_true(strlen(text) + MEDARK_JSON_PADDING < sizeof(room));
	strcpy(room, text);
	assert_int_equal(medark_json_tree_parse(&tree, medark_bytes_text(room), NULL), 0);
	assert_int_equal(medark_fhir_release_of(&tree, medark_json_tree_root(&tree)), release);
}

static void shows_in_xml(enum medark_fhir_release release, const char *text)
{
	enum medark_fhir_release found;

	assert_int_equal(medark_fhir_release_of_xml(medark_bytes_text(text), &found, NULL), 0);
	assert_int_equal(found, release);
}

static void the_type_shows_it(void **state)
{
	(void)state;
	shows(MEDARK_FHIR_RELEASE_STU3, "{\"resourceType\":\"ProcedureRequest\"}");
	shows(MEDARK_FHIR_RELEASE_R4, "{\"resourceType\":\"ServiceRequest\"}");
	shows_in_xml(MEDARK_FHIR_RELEASE_STU3,
		     "<ProcedureRequest><id value=\"1\"/></ProcedureRequest>");
	shows_in_xml(MEDARK_FHIR_RELEASE_R4, "<ServiceRequest xmlns=\"http://hl7.org/fhir\"/>");
}

static void elements_show_it(void **state)
{
	(void)state;
	shows(MEDARK_FHIR_RELEASE_STU3, "{\"resourceType\":\"Observation\",\"context\":{}}");
	shows(MEDARK_FHIR_RELEASE_R4, "{\"resourceType\":\"Observation\",\"encounter\":{}}");
	shows(MEDARK_FHIR_RELEASE_R4, "{\"resourceType\":\"Observation\",\"note\":[],\"focus\":[],"
				      "\"comment\":\"x\"}");
	shows_in_xml(MEDARK_FHIR_RELEASE_STU3,
		     "<Observation><context><reference value=\"Encounter/1\"/></context>"
		     "</Observation>");
	shows_in_xml(MEDARK_FHIR_RELEASE_R4,
		     "<Observation><encounter><context/></encounter></Observation>");
}

static void a_status_is_a_code_or_a_concept(void **state)
{
	(void)state;
	shows(MEDARK_FHIR_RELEASE_STU3,
	      "{\"resourceType\":\"Condition\",\"clinicalStatus\":\"active\"}");
	shows(MEDARK_FHIR_RELEASE_R4,
	      "{\"resourceType\":\"Condition\",\"clinicalStatus\":{\"coding\":[]}}");
	shows_in_xml(MEDARK_FHIR_RELEASE_STU3,
		     "<Condition><clinicalStatus value=\"active\"/></Condition>");
	shows_in_xml(MEDARK_FHIR_RELEASE_R4,
		     "<Condition><clinicalStatus><coding><code value=\"active\"/></coding>"
		     "</clinicalStatus></Condition>");
}

static void most_records_do_not_show_it(void **state)
{
	(void)state;
	shows(MEDARK_FHIR_RELEASE_UNKNOWN, "{\"resourceType\":\"Patient\",\"context\":{}}");
	shows(MEDARK_FHIR_RELEASE_UNKNOWN,
	      "{\"resourceType\":\"Observation\",\"code\":{\"context\":1}}");
	shows(MEDARK_FHIR_RELEASE_UNKNOWN, "{\"resourceType\":\"Observation\",\"context\":{},"
					   "\"encounter\":{}}");
	shows(MEDARK_FHIR_RELEASE_UNKNOWN, "[]");
	shows_in_xml(MEDARK_FHIR_RELEASE_UNKNOWN, "<Patient/>");
	shows_in_xml(MEDARK_FHIR_RELEASE_UNKNOWN, "<Observation><context>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_type_shows_it),
		cmocka_unit_test(elements_show_it),
		cmocka_unit_test(a_status_is_a_code_or_a_concept),
		cmocka_unit_test(most_records_do_not_show_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
