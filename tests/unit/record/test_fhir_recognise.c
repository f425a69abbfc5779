/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

#define LINE "{\"resourceType\":\"Patient\",\"id\":\"1\"}"

static enum medark_fhir_kind kind_of(const char *text, size_t size, bool whole)
{
	uint8_t *copy = malloc(size ? size : 1);
	enum medark_fhir_kind kind;

	assert_non_null(copy);
	memcpy(copy, text, size);
	kind = medark_fhir_recognise(medark_bytes(copy, size), whole);
	free(copy);
	return kind;
}

static enum medark_fhir_kind whole(const char *text)
{
	return kind_of(text, strlen(text), true);
}

static enum medark_fhir_kind head(const char *text)
{
	return kind_of(text, strlen(text), false);
}

static void one_text_is_json(void **state)
{
	(void)state;
	assert_int_equal(whole(LINE), MEDARK_FHIR_JSON);
	assert_int_equal(whole("\xef\xbb\xbf\n" LINE "\n"), MEDARK_FHIR_JSON);
	assert_int_equal(
		whole("{\n\"resourceType\": \"Bundle\",\n\"entry\": [\n{\"resource\":\n" LINE
		      "\n}]}"),
		MEDARK_FHIR_JSON);
	assert_int_equal(whole("{\"id\":1,\n\"resourceType\":\"Basic\"}"), MEDARK_FHIR_JSON);
}

static void lines_are_ndjson(void **state)
{
	(void)state;
	assert_int_equal(whole(LINE "\n" LINE "\n"), MEDARK_FHIR_NDJSON);
	assert_int_equal(whole(LINE "\r\n\r\n" LINE), MEDARK_FHIR_NDJSON);
	assert_int_equal(head(LINE "\n{\"resourceType\":\"Pat"), MEDARK_FHIR_NDJSON);
	assert_int_equal(head("{\"a\":1}\n" LINE "\n"), MEDARK_FHIR_NDJSON);
}

static void broken_lines_between_good_ones_are_ndjson(void **state)
{
	(void)state;
	assert_int_equal(whole("{\"resourceType\":\"Pati\n" LINE "\n" LINE "\n"),
			 MEDARK_FHIR_NDJSON);
	assert_int_equal(whole(LINE "\nrubbish\n" LINE), MEDARK_FHIR_NDJSON);
	assert_int_equal(whole("rubbish\n" LINE "\n"), MEDARK_FHIR_NDJSON);
	assert_int_equal(whole("{\"a\":[\n" LINE "\n"), MEDARK_FHIR_NDJSON);
	assert_int_equal(whole("{\"a\":\"\xff\"}\n" LINE "\n"), MEDARK_FHIR_NDJSON);
}

static void a_cut_head_tells_lines_from_a_document(void **state)
{
	(void)state;
	assert_int_equal(head("{\n  \"resourceType\": \"Bundle\",\n  \"entry\": [ {"),
			 MEDARK_FHIR_JSON);
	assert_int_equal(
		head("{\"entry\":[{\"resource\":{\"resourceType\":\"Basic\"},\n\"fullUrl\":\"u"),
		MEDARK_FHIR_JSON);
	assert_int_equal(head("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceT"),
			 MEDARK_FHIR_JSON);
	assert_int_equal(head("{\"resourceType\":\"Binary\",\"data\":\"AAAA"), MEDARK_FHIR_NDJSON);
	assert_int_equal(head("{\"x\":\"AAAA"), MEDARK_FHIR_NO);
}

static void a_broken_resource_is_still_one(void **state)
{
	(void)state;
	assert_int_equal(whole("{\"resourceType\":\"Patient\",\"id\":"), MEDARK_FHIR_JSON);
	assert_int_equal(whole("{\"resourceType\":\"Patient\",}"), MEDARK_FHIR_JSON);
}

static void other_json_is_opaque(void **state)
{
	(void)state;
	assert_int_equal(whole("{}"), MEDARK_FHIR_NO);
	assert_int_equal(whole("{\"a\":{\"resourceType\":\"Patient\"}}"), MEDARK_FHIR_NO);
	assert_int_equal(whole("{\"resourceType\":5}"), MEDARK_FHIR_NO);
	assert_int_equal(whole("[" LINE "]"), MEDARK_FHIR_NO);
	assert_int_equal(whole("{\"a\":1}\n{\"b\":2}\n"), MEDARK_FHIR_NO);
	assert_int_equal(whole(""), MEDARK_FHIR_NO);
	assert_int_equal(whole(" \n"), MEDARK_FHIR_NO);
	assert_int_equal(whole("hello"), MEDARK_FHIR_NO);
	assert_int_equal(kind_of("\0\1\2", 3, true), MEDARK_FHIR_NO);
}

static void xml_is_known_by_its_namespace(void **state)
{
	(void)state;
	assert_int_equal(whole("<Patient xmlns=\"http://hl7.org/fhir\"/>"), MEDARK_FHIR_XML);
	assert_int_equal(head("\xef\xbb\xbf<?xml version='1.0'?><!-- <a> --><f:Bundle "
			      "xmlns:f='http://hl7.org/fhir'><f:entry"),
			 MEDARK_FHIR_XML);
	assert_int_equal(whole("<!DOCTYPE Patient><Patient xmlns=\"http://hl7.org/fhir\">"),
			 MEDARK_FHIR_XML);
	assert_int_equal(whole("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><a xmlns=\"http://h"
			       "l7.org/fhir\"/>"
			       "</ClinicalDocument>"),
			 MEDARK_FHIR_NO);
	assert_int_equal(whole("<html></html>"), MEDARK_FHIR_NO);
	assert_int_equal(whole("<"), MEDARK_FHIR_NO);
	assert_int_equal(whole("<!-- "), MEDARK_FHIR_NO);
}

static void utf16_is_recognised_to_be_reported(void **state)
{
	static const char text[] = "<?xml version='1.0'?><Patient xmlns='http://hl7.org/fhir'/>";
	char wide[2 * sizeof(text)] = "\xff\xfe";

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		wide[2 + 2 * i] = text[i];
	assert_int_equal(kind_of(wide, sizeof(wide), true), MEDARK_FHIR_XML);
}

static void every_cut_of_a_document_is_recognised(void **state)
{
	static const char text[] =
		"{\"resourceType\":\"Bundle\",\n\"a\":[true,-1.5e+3,null,\"\\u00e9\\\"\"],"
		"\"b\":{}}";

	(void)state;
	for (size_t n = sizeof("{\"resourceType\":\"Bundle\""); n < sizeof(text) - 1; n++)
		assert_int_equal(kind_of(text, n, false), MEDARK_FHIR_JSON);
	assert_int_equal(whole(text), MEDARK_FHIR_JSON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_text_is_json),
		cmocka_unit_test(lines_are_ndjson),
		cmocka_unit_test(broken_lines_between_good_ones_are_ndjson),
		cmocka_unit_test(a_cut_head_tells_lines_from_a_document),
		cmocka_unit_test(a_broken_resource_is_still_one),
		cmocka_unit_test(other_json_is_opaque),
		cmocka_unit_test(xml_is_known_by_its_namespace),
		cmocka_unit_test(utf16_is_recognised_to_be_reported),
		cmocka_unit_test(every_cut_of_a_document_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
