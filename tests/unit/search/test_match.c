/* SPDX-License-Identifier: Apache-2.0 */
/* What search/oracle cannot show: rules of our own, STU3, and records that are hostile. */
#include "search.h"

static void another_type_is_never_found(void **state)
{
	(void)state;
	assert_int_equal(make_query("Patient", ""), 0);
	assert_int_equal(medark_search_match(&query, record("{'resourceType':'Patient'}"), NULL),
			 1);
	assert_int_equal(medark_search_match(&query, record("{'resourceType':'Group'}"), NULL), 0);
	assert_int_equal(medark_search_match(&query, record("{}"), NULL), 0);
	assert_int_equal(medark_search_match(&query, record("[]"), NULL), 0);
	assert_int_equal(medark_search_match(&query, record("1"), NULL), 0);
}

static void all_parameters_must_hold_and_one_value_of_each(void **state)
{
	static const char r[] = "{'resourceType':'Patient','id':'a','gender':'male',"
				"'birthDate':'1970-05-01'}";

	(void)state;
	assert_true(finds("gender=female,male&birthdate=ge1970&birthdate=lt1971", r));
	assert_false(finds("gender=female,male&birthdate=ge1970&birthdate=lt1970", r));
	assert_true(finds("_id=b,a", r));
	assert_false(finds("_id=A", r));
}

static void names_are_found_by_each_word(void **state)
{
	static const char r[] = "{'resourceType':'Patient','name':[{'use':'official',"
				"'family':'van der Berg-J\xc3\xa4nsen','given':['Zo\xc3\xab']}]}";
	static const char o[] = "{'resourceType':'Organization','name':'De Witte Berg'}";

	(void)state;
	assert_true(finds("family=BERG", r) && finds("name=zoe", r) && finds("name=jan", r));
	assert_true(finds("family=van+der+b", r) && finds("family:contains=erg", r));
	assert_false(finds("family=erg", r) || finds("name=official", r) || finds("given=berg", r));
	assert_true(finds("given:exact=Zo%C3%AB", r));
	assert_false(finds("given:exact=Zoe", r));
	assert_true(finds("name=de++witte", o));
	assert_false(finds("name=berg", o));
}

static void the_dead_are_known_by_a_date_too(void **state)
{
	(void)state;
	assert_true(finds("deceased=true", "{'resourceType':'Patient','deceasedDateTime':'2020'}"));
	assert_true(finds("deceased=true", "{'resourceType':'Patient','deceasedBoolean':true}"));
	assert_true(finds("deceased=false", "{'resourceType':'Patient','deceasedBoolean':false}"));
	assert_true(finds("deceased=false", "{'resourceType':'Patient'}"));
	assert_false(finds("deceased:missing=true", "{'resourceType':'Patient'}"));
	assert_true(finds("deceased:not=true", "{'resourceType':'Patient'}"));
}

static void references_are_compared_by_target(void **state)
{
	static const char local[] = "{'resourceType':'Observation','subject':"
				    "{'reference':'Patient/1/_history/3'}}";
	static const char far[] = "{'resourceType':'Observation','subject':"
				  "{'reference':'https://a.example/fhir/Patient/1'}}";
	static const char group[] =
		"{'resourceType':'Observation','subject':{'reference':'Group/1'}}";

	(void)state;
	assert_true(finds("patient=1", local) && finds("patient=Patient/1", local));
	assert_true(finds("subject=Patient/1/_history/3", local));
	assert_false(finds("subject=Patient/1/_history/2", local) || finds("subject=2", local));
	assert_true(finds("subject:Patient=1", local));
	assert_false(finds("subject:Group=1", local) || finds("patient=1", group));
	assert_true(finds("subject=1", group) && finds("patient:missing=true", group));
	assert_false(finds("subject=1", far) || finds("subject=Patient/1", far));
	assert_true(finds("subject=https://a.example/fhir/Patient/1", far));
	assert_false(finds("subject=https://a.example/fhir/Patient/1", local));
	setup.base = medark_bytes_text("https://a.example/fhir");
	assert_true(finds("subject=1", far) && finds("subject=Patient/1", far));
	assert_true(finds("subject=https://a.example/fhir/Patient/1", local));
	setup.base = medark_bytes_text("https://a.example/fhi");
	assert_false(finds("subject=1", far));
}

static void dates_are_in_the_providers_zone(void **state)
{
	static const char r[] = "{'resourceType':'Observation','effectiveDateTime':"
				"'2020-06-30T23:30:00Z'}";

	(void)state;
	assert_true(finds("date=2020-06-30", r));
	medark_zone_fixed(&zone, 7200);
	assert_true(finds("date=2020-07-01", r));
	assert_true(finds("date=2020-07-01T01:30", r));
	assert_false(finds("date=2020-06-30", r));
	medark_zone_clear(&zone);
}

static void records_of_stu3_are_found_in_their_places(void **state)
{
	(void)state;
	assert_true(finds("encounter=9&date=2017",
			  "{'resourceType':'Observation','context':{'reference':'Encounter/9'},"
			  "'effectiveDateTime':'2017-01-05'}"));
	assert_true(finds("clinical-status=active&date=2017-02",
			  "{'resourceType':'AllergyIntolerance','clinicalStatus':'active',"
			  "'assertedDate':'2017-02-03'}"));
	assert_true(finds("patient=1", "{'resourceType':'ImagingStudy','patient':"
				       "{'reference':'Patient/1'}}"));
	assert_true(finds("requester=2", "{'resourceType':'MedicationRequest','requester':"
					 "{'agent':{'reference':'Practitioner/2'}}}"));
	assert_true(finds("performer=3", "{'resourceType':'DiagnosticReport','performer':"
					 "[{'actor':{'reference':'Practitioner/3'}}]}"));
	assert_true(finds("consentor=4", "{'resourceType':'Consent','consentingParty':"
					 "[{'reference':'Patient/4'}]}"));
}

/* Values that are not of the type that the place has: no match, and no fall. */
static void shapes_that_are_wrong_match_nothing(void **state)
{
	static const char *const values[] = { "{'start':'2020','end':'x'}",
					      "1",
					      "true",
					      "'x'",
					      "[]",
					      "{}",
					      "[[1]]",
					      "null",
					      "{'coding':5}",
					      "{'coding':[5,'x',null]}",
					      "{'reference':{}}",
					      "{'reference':'#'}",
					      "{'start':7}",
					      "{'value':{}}",
					      "{'low':1,'high':[]}",
					      "{'event':[1,{}]}",
					      "{'reference':''}" };
	static const char *const queries[] = { "code=a",	   "date=2020",
					       "value-quantity=5", "value-string=a",
					       "patient=1",	   "subject:identifier=a",
					       "category:not=a",   "date:missing=true" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		const char *v = values[i];

		assert_true(
			snprintf(text, sizeof(text),
				 "{'resourceType':'Observation','code':%s,'effectiveDateTime':%s,"
				 "'valueQuantity':%s,'valueString':%s,'subject':%s,'category':%s}",
				 v, v, v, v, v, v) > 0);
		for (size_t k = 0; k < 6; k++)
			if (finds(queries[k], text))
				fail_msg("%s finds %s", queries[k], v);
		assert_true(finds(queries[6], text));
		(void)finds(queries[7], text);
	}
}

static void quantities_keep_their_precision(void **state)
{
	static const char r[] = "{'resourceType':'Observation','valueQuantity':{'value':5.44,"
				"'unit':'mmol/L','system':'u','code':'mmol/L'}}";
	static const char less[] = "{'resourceType':'Observation','valueQuantity':{'value':5,"
				   "'comparator':'<'}}";

	(void)state;
	assert_true(finds("value-quantity=5.4", r) && finds("value-quantity=5.440", r));
	assert_false(finds("value-quantity=5.40", r) || finds("value-quantity=5.4|u|mg", r));
	assert_true(finds("value-quantity=gt5.4|u|mmol/L", r) &&
		    finds("value-quantity=5.4||mmol/L", r));
	assert_true(finds("value-quantity=lt5", less) && finds("value-quantity=gt4.9", less));
	assert_false(finds("value-quantity=5", less) || finds("value-quantity=gt5", less) ||
		     finds("value-quantity=ge5", less));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(another_type_is_never_found, clear_all),
		cmocka_unit_test_teardown(all_parameters_must_hold_and_one_value_of_each,
					  clear_all),
		cmocka_unit_test_teardown(names_are_found_by_each_word, clear_all),
		cmocka_unit_test_teardown(the_dead_are_known_by_a_date_too, clear_all),
		cmocka_unit_test_teardown(references_are_compared_by_target, clear_all),
		cmocka_unit_test_teardown(dates_are_in_the_providers_zone, clear_all),
		cmocka_unit_test_teardown(records_of_stu3_are_found_in_their_places, clear_all),
		cmocka_unit_test_teardown(shapes_that_are_wrong_match_nothing, clear_all),
		cmocka_unit_test_teardown(quantities_keep_their_precision, clear_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
