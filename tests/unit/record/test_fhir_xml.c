/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

#include "record/fhir_xml.h"

#include <time.h>

#define NS		      " xmlns=\"http://hl7.org/fhir\""
#define OBSERVATION(elements) "<Observation" NS "><id value=\"1\"/>" elements "</Observation>"

static void a_record_has_type_id_patient_and_dates(void **state)
{
	(void)state;
	assert_string_equal(
		facts("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- c --><Observation" NS ">"
		      "<id value=\"o-1\"/><meta><lastUpdated value=\"2021-02-03\"/></meta><text>"
		      "<div xmlns=\"http://www.w3.org/1999/xhtml\"><id value=\"no\"/></div></text>"
		      "<subject><reference value=\"Patient/p1\"/></subject><effectivePeriod>"
		      "<start value=\"2020-01-02\"/></effectivePeriod></Observation>"),
		"ok Observation o-1 P:p1 20200102 20210203");
	assert_string_equal(facts("\xef\xbb\xbf<Basic" NS "/>"), "ok Basic - - 0 0");
	assert_string_equal(facts("<Basic/>"), "ok Basic - - 0 0");
	assert_string_equal(facts("<f:Basic><f:id value='1'/></f:Basic>"), "ok Basic 1 - 0 0");
	assert_string_equal(
		facts("<f:Basic xmlns:f='http://hl7.org/fhir'><f:id value='1'/></f:Basic>"),
		"ok Basic 1 - 0 0");
}

static void the_rules_are_those_of_json(void **state)
{
	(void)state;
	assert_string_equal(facts("<Appointment" NS
				  "><participant><actor><reference value=\"Patient/1\"/></actor>"
				  "</participant><participant><actor><reference value=\"Practitio"
				  "ner/1\"/></actor>"
				  "</participant><participant><actor><reference value=\"Patient/2"
				  "/_history/1\"/>"
				  "</actor></participant></Appointment>"),
			    "ok Appointment - P:1,P:2 0 0");
	assert_string_equal(
		facts(OBSERVATION("<subject><identifier><system value=\"s\"/><value value=\"v\"/>"
				  "</identifier></subject>")),
		"ok Observation 1 I:s|v 0 0");
	assert_string_equal(
		facts("<Claim" NS "><patient><reference value=\"foo\"/></patient></Claim>"),
		"unknown-reference Claim - - 0 0");
	assert_string_equal(facts(OBSERVATION("<subject value=\"Patient/1\"/>")),
			    "unknown-reference Observation 1 - 0 0");
	assert_string_equal(
		facts(OBSERVATION("<date value=\"2018\"/><onsetDateTime value=\"2019\"/>"
				  "<onsetDateTime value=\"2020\"/>")),
		"ok Observation 1 - 20190000 0");
	assert_string_equal(facts("<Patient" NS
				  "><link><other><reference value=\"Patient/2\"/></other>"
				  "</link><id value=\"1\"/></Patient>"),
			    "ok Patient 1 P:1,P:2 0 0");
	assert_string_equal(facts_at("<Patient" NS "/>", "urn:uuid:A"),
			    "ok Patient - U:urn:uuid:a 0 0");
	assert_string_equal(facts("<Basic" NS "><id value=\"1\"/><id value=\"2\"/></Basic>"),
			    "repeated-member Basic 1 - 0 0");
	assert_string_equal(facts(" \n"), "nothing");
}

static void contained_patients_are_found(void **state)
{
	(void)state;
	assert_string_equal(
		facts(OBSERVATION(
			"<contained><Group><id value=\"g\"/></Group></contained><contained>"
			"<Patient><id value=\"p\"/><identifier><system value=\"s\"/><value "
			"value=\"&lt;&amp;amp;&quot;\"/></identifier></Patient></contained>"
			"<subject><reference value=\"#p\"/></subject>")),
		"ok Observation 1 I:s|<&amp;\" 0 0");
	assert_string_equal(
		facts(OBSERVATION("<contained><Patient><id value=\"p\"/></Patient>"
				  "</contained><subject><reference value=\"#p\"/></subject>")),
		"unknown-reference Observation 1 - 0 0");
}

static void what_is_not_well_formed_is_a_fault(void **state)
{
	(void)state;
	assert_string_equal(facts("<Basic" NS "><id value=\"1\"></Basic>"),
			    "broken-syntax - - - 0 0");
	assert_string_equal(facts("<Basic" NS "/><Basic/>"), "broken-syntax - - - 0 0");
	assert_string_equal(facts("<Basic"), "broken-syntax - - - 0 0");
	assert_string_equal(facts("<Basic" NS " a=\"1\" a=\"2\"/>"), "broken-syntax - - - 0 0");
	assert_string_equal(facts("<Basic" NS "><id value=\"&nbsp;\"/></Basic>"),
			    "broken-syntax - - - 0 0");
	assert_string_equal(facts("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>"),
			    "no-resource-type - - - 0 0");
	assert_string_equal(facts("<a-b" NS "/>"), "no-resource-type - - - 0 0");
}

static void a_dtd_is_refused(void **state)
{
	(void)state;
	assert_string_equal(facts("<!DOCTYPE Basic><Basic/>"), "broken-syntax - - - 0 0");
	assert_string_equal(
		facts("<!DOCTYPE b [<!ENTITY a \"aaa\"><!ENTITY c \"&a;&a;\">]><b>&c;</b>"),
		"broken-syntax - - - 0 0");
	assert_string_equal(facts("<!DOCTYPE b SYSTEM \"file:///etc/passwd\"><b/>"),
			    "broken-syntax - - - 0 0");
	assert_string_equal(facts("<Basic" NS "><!-- <!DOCTYPE x> --><text><![CDATA[<!x>]]></text>"
				  "</Basic>"),
			    "ok Basic - - 0 0");
}

static void only_utf8_is_read(void **state)
{
	(void)state;
	assert_string_equal(facts("<?xml version='1.0' encoding='ISO-8859-1'?><Basic" NS "/>"),
			    "invalid-utf8 - - - 0 0");
	assert_string_equal(facts("<?xml version='1.0' encoding='UTF-8'?><Basic" NS "/>"),
			    "ok Basic - - 0 0");
	assert_string_equal(facts("<Basic" NS "><id value=\"\xff\"/></Basic>"),
			    "invalid-utf8 - - - 0 0");
	assert_string_equal(facts("<?xml version='1.0' encoding='utf-16'?><Basic" NS "/>"),
			    "invalid-utf8 - - - 0 0");
	assert_string_equal(facts("<?xml version='1.0' encoding='us-ascii'?><Basic" NS
				  "><id value='1'/></Basic>"),
			    "ok Basic 1 - 0 0");
	assert_string_equal(facts("\xef\xbb\xbf<?xml version='1.0' encoding='US-ASCII'?><Basic" NS
				  "><id value='&#233;'/></Basic>"),
			    "ok Basic \xc3\xa9 - 0 0");
	assert_string_equal(facts("<?xml version='1.0' encoding='us-ascii'?><Basic" NS
				  "><id value='\xc3\xa9'/></Basic>"),
			    "broken-syntax - - - 0 0");
}

static int see_nothing(void *context, struct medark_bytes name, struct medark_error *err)
{
	(void)context, (void)name, (void)err;
	return 0;
}

static int see_no_value(void *context, const struct medark_fhir_text *text,
			struct medark_error *err)
{
	(void)context, (void)text, (void)err;
	return 0;
}

/* Keeps the place of the last element but the outermost one. */
struct last {
	struct medark_fhir_xml_place place, kept;
};

static int see_end(void *context, struct medark_error *err)
{
	struct last *last = context;

	(void)err;
	if (last->place.begin)
		last->kept = last->place;
	last->place.begin = 0;
	return 0;
}

/* The places are right, and found in a moment: 300,000 elements took minutes in US-ASCII. */
static void places_do_not_depend_on_the_declared_encoding(void **state)
{
	static const char *const names[] = { "utf-8", "us-ascii" };
	enum { COUNT = 300000 };
	static char text[COUNT * 5 + 100];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct last last = { .kept = { 0 } };
		const struct medark_fhir_visitor v = { .context = &last,
						       .begin = see_nothing,
						       .value = see_no_value,
						       .end = see_end };
		struct medark_error err = { 0 };
		enum medark_fault fault;
		time_t start = time(NULL);
		size_t at =
			(size_t)sprintf(text, "<?xml version='1.0' encoding='%s'?><a>", names[i]);

		for (size_t k = 0; k < COUNT; k++, at += 4)
			memcpy(text + at, "<b/>", 4);
		memcpy(text + at, "</a>", 4);
		assert_int_equal(medark_fhir_walk_xml_placed(medark_bytes(text, at + 4), &v,
							     &last.place, &fault, &err),
				 0);
		assert_int_equal(fault, MEDARK_FAULT_NONE);
		assert_int_equal(last.kept.begin, at - 4);
		assert_int_equal(last.kept.end, at);
		assert_true(time(NULL) - start < 30);
	}
}

static void repeat(char *out, const char *text, int count)
{
	for (out += strlen(out); count > 0; count--)
		out += sprintf(out, "%s", text);
}

static void depth_and_attributes_are_bounded(void **state)
{
	static char text[65536];

	(void)state;
	repeat(strcpy(text, ""), "<a>", MEDARK_FHIR_XML_DEPTH_MAX);
	repeat(text, "</a>", MEDARK_FHIR_XML_DEPTH_MAX);
	assert_string_equal(facts(text), "ok a - - 0 0");
	repeat(strcpy(text, ""), "<a>", MEDARK_FHIR_XML_DEPTH_MAX + 1);
	repeat(text, "</a>", MEDARK_FHIR_XML_DEPTH_MAX + 1);
	assert_string_equal(facts(text), "too-deep - - - 0 0");
	strcpy(text, "<a>");
	repeat(text, "<b/>", 2 * MEDARK_FHIR_XML_DEPTH_MAX);
	repeat(text, "</a>", 1);
	assert_string_equal(facts(text), "ok a - - 0 0");
	strcpy(text, "<a");
	for (int i = 0; i <= MEDARK_FHIR_XML_ATTRIBUTES_MAX; i++)
		sprintf(text + strlen(text), " a%d='>'", i);
	repeat(text, "/>", 1);
	assert_string_equal(facts(text), "too-large - - - 0 0");
}

static void a_large_attachment_passes(void **state)
{
	const size_t size = 64u << 20;
	static const char head[] = "<Binary" NS "><id value=\"1\"/><data value=\"";
	static const char tail[] = "\"/></Binary>";
	char *text = malloc(size + 200);

	(void)state;
	assert_non_null(text);
	memcpy(text, head, sizeof(head) - 1);
	memset(text + sizeof(head) - 1, 'A', size);
	memcpy(text + sizeof(head) - 1 + size, tail, sizeof(tail));
	assert_string_equal(facts(text), "ok Binary 1 - 0 0");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_has_type_id_patient_and_dates),
		cmocka_unit_test(the_rules_are_those_of_json),
		cmocka_unit_test(contained_patients_are_found),
		cmocka_unit_test(what_is_not_well_formed_is_a_fault),
		cmocka_unit_test(a_dtd_is_refused),
		cmocka_unit_test(only_utf8_is_read),
		cmocka_unit_test(places_do_not_depend_on_the_declared_encoding),
		cmocka_unit_test(depth_and_attributes_are_bounded),
		cmocka_unit_test(a_large_attachment_passes),
	};

	return cmocka_run_group_tests(tests, new_fhir, free_fhir);
}
