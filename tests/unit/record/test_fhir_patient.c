/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

static struct medark_patient patient;

static void read_patient(const char *text)
{
	struct medark_error err;

	assert_int_equal(medark_fhir_patient(fhir, medark_bytes_text(text), &patient, &err), 0);
}

static void assert_text(struct medark_bytes text, const char *expected)
{
	assert_int_equal(text.size, strlen(expected));
	assert_memory_equal(text.data ? text.data : (const uint8_t *)"", expected, text.size);
}

static const char json[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":false,\"identifier\":["
	"{\"system\":\"http://fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"999911120\"},"
	"{\"system\":\"http://fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"999911121\"},"
	"{\"system\":\"x\"},{\"value\":\"7\"}],"
	"\"name\":[{\"use\":\"official\",\"text\":\"Zo\\u00eb van der Berg\",\"family"
	"\":\"van der Berg\","
	"\"_family\":{\"extension\":[{\"url\":"
	"\"http://hl7.org/fhir/StructureDefinition/humanname-own-prefix\",\"valueStri"
	"ng\":\"van der\"},"
	"{\"url\":\"http://hl7.org/fhir/StructureDefinition/humanname-own-name\",\"valueString\":"
	"\"Berg\"}]},\"given\":[\"Zo\\u00eb\",null,\"M.\"],\"_given\":[null,null,{\"id\":\"x\"}]},"
	"{\"_family\":{\"extension\":[{\"url\":"
	"\"http://hl7.org/fhir/StructureDefinition/humanname-partner-prefix\",\"value"
	"String\":\"de\"},"
	"{\"url\":\"http://hl7.org/fhir/StructureDefinition/humanname-partner-name\","
	"\"valueString\":"
	"\"Wit\"}]}}],\"gender\":\"female\",\"birthDate\":\"1980-05\","
	"\"contact\":[{\"name\":{\"family\":\"Other\"}}],\"deceasedDateTime\":\"2020-02-03\","
	"\"link\":[{\"other\":{\"reference\":\"Patient/2\"},\"type\":\"replaced-by\"},"
	"{\"other\":{\"reference\":\"RelatedPerson/2\"},\"type\":\"seealso\"}]}";

static const char xml[] =
	"<Patient xmlns=\"http://hl7.org/fhir\"><id value=\"p1\"/><identifier>"
	"<system value=\"http://fhir.nl/fhir/NamingSystem/bsn\"/><value value=\"999911120\"/>"
	"</identifier><identifier><system value=\"http://fhir.nl/fhir/NamingSystem/bsn\"/>"
	"<value value=\"999911121\"/></identifier><identifier><system value=\"x\"/></identifier>"
	"<identifier><value value=\"7\"/></identifier><active value=\"false\"/>"
	"<name><use value=\"official\"/><text value=\"Zo\xc3\xab van der Berg\"/>"
	"<family value=\"van der Berg\"><extension "
	"url=\"http://hl7.org/fhir/StructureDefinition/humanname-own-prefix\"><valueString "
	"value=\"van der\"/></extension><extension "
	"url=\"http://hl7.org/fhir/StructureDefinition/humanname-own-name\"><valueString "
	"value=\"Berg\"/></extension></family><given value=\"Zo&#235;\"/><given value"
	"=\"M.\"/></name>"
	"<name><family><extension "
	"url=\"http://hl7.org/fhir/StructureDefinition/humanname-partner-prefix\"><valueString "
	"value=\"de\"/></extension><extension "
	"url=\"http://hl7.org/fhir/StructureDefinition/humanname-partner-name\"><valueString "
	"value=\"Wit\"/></extension></family></name>"
	"<gender value=\"female\"/><birthDate value=\"1980-05\"/>"
	"<deceasedDateTime value=\"2020-02-03\"/><contact><name><family value=\"Other"
	"\"/></name></contact>"
	"<link><other><reference value=\"Patient/2\"/></other><type value=\"replaced-by\"/></link>"
	"<link><other><reference value=\"RelatedPerson/2\"/></other><type value=\"see"
	"also\"/></link>"
	"</Patient>";

static void assert_example(void)
{
	assert_text(patient.id, "p1");
	assert_text(patient.birth_date, "1980-05");
	assert_text(patient.gender, "female");
	assert_true(patient.inactive);
	assert_true(patient.deceased);
	assert_text(patient.deceased_date, "2020-02-03");
	assert_false(patient.cut);
	assert_int_equal(patient.identifier_count, 3);
	assert_text(patient.identifiers[0].system, "http://fhir.nl/fhir/NamingSystem/bsn");
	assert_text(patient.identifiers[0].value, "999911120");
	assert_true(patient.identifiers[0].is_bsn);
	assert_false(patient.identifiers[1].is_bsn);
	assert_text(patient.identifiers[2].system, "");
	assert_text(patient.identifiers[2].value, "7");
	assert_int_equal(patient.name_count, 2);
	assert_text(patient.names[0].text, "Zo\xc3\xab van der Berg");
	assert_text(patient.names[0].family, "van der Berg");
	assert_text(patient.names[0].prefix, "van der");
	assert_text(patient.names[0].given, "Zo\xc3\xab M.");
	assert_text(patient.names[1].family, "Wit");
	assert_text(patient.names[1].prefix, "de");
	assert_int_equal(patient.link_count, 1);
	assert_text(patient.links[0].type, "replaced-by");
	assert_int_equal(patient.links[0].other.kind, MEDARK_PATIENT_ID);
	assert_text(patient.links[0].other.text, "2");
}

static void demographics_are_read_from_json(void **state)
{
	(void)state;
	read_patient(json);
	assert_example();
}

static void demographics_are_read_from_xml(void **state)
{
	(void)state;
	read_patient(xml);
	assert_example();
}

static void deceased_may_be_a_mere_fact(void **state)
{
	(void)state;
	read_patient("{\"resourceType\":\"Patient\",\"deceasedBoolean\":true}");
	assert_true(patient.deceased);
	assert_text(patient.deceased_date, "");
	assert_false(patient.inactive);
	read_patient("<Patient><deceasedBoolean value=\"false\"/></Patient>");
	assert_false(patient.deceased);
}

static void what_exceeds_a_limit_is_left_out_and_said(void **state)
{
	static char text[65536];
	size_t n = (size_t)sprintf(text, "{\"resourceType\":\"Patient\",\"identifier\":[");

	(void)state;
	for (int i = 0; i <= MEDARK_PATIENT_IDENTIFIERS_MAX; i++)
		n += (size_t)sprintf(text + n, "%s{\"value\":\"%d\"}", i ? "," : "", i);
	sprintf(text + n, "]}");
	read_patient(text);
	assert_int_equal(patient.identifier_count, MEDARK_PATIENT_IDENTIFIERS_MAX);
	assert_true(patient.cut);
	sprintf(text, "{\"resourceType\":\"Patient\",\"gender\":\"%05000d\"}", 1);
	read_patient(text);
	assert_text(patient.gender, "");
	assert_true(patient.cut);
}

static void a_link_may_lead_to_a_contained_patient(void **state)
{
	(void)state;
	read_patient("{\"resourceType\":\"Patient\",\"contained\":[{\"resourceType\":\"Patient\","
		     "\"id\":\"c\",\"identifier\":[{\"system\":\"s\",\"value\":\"v\"}]}],"
		     "\"link\":[{\"other\":{\"reference\":\"#c\"}}]}");
	assert_int_equal(patient.link_count, 1);
	assert_int_equal(patient.links[0].other.kind, MEDARK_PATIENT_IDENTIFIER);
	assert_text(patient.links[0].other.text, "s|v");
}

static void a_broken_text_is_an_error(void **state)
{
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_fhir_patient(fhir, medark_bytes_text("{\"a\":"), &patient, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "the record is not valid JSON");
	assert_int_equal(medark_fhir_patient(fhir, medark_bytes_text("<a>"), &patient, &err),
			 MEDARK_E_FORMAT);
	assert_string_equal(err.message, "the record is not valid XML");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(demographics_are_read_from_json),
		cmocka_unit_test(demographics_are_read_from_xml),
		cmocka_unit_test(deceased_may_be_a_mere_fact),
		cmocka_unit_test(what_exceeds_a_limit_is_left_out_and_said),
		cmocka_unit_test(a_link_may_lead_to_a_contained_patient),
		cmocka_unit_test(a_broken_text_is_an_error),
	};

	return cmocka_run_group_tests(tests, new_fhir, free_fhir);
}
