/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

struct document {
	struct medark_bytes text;
	enum medark_fhir_kind kind;
	char lines[4096];
	size_t last_end;
	int stop_after;
};

static int note(void *context, const struct medark_fhir_part *part, struct medark_error *err)
{
	struct document *d = context;
	struct medark_bytes text =
		medark_bytes(d->text.data + part->begin, part->end - part->begin);
	size_t n = strlen(d->lines);
	int rc;

	assert_true(part->begin >= d->last_end && part->end <= d->text.size);
	d->last_end = part->end;
	rc = d->kind == MEDARK_FHIR_XML
		     ? medark_fhir_xml(fhir, text, part->full_url, &record, err)
		     : medark_fhir_json(fhir, text, part->full_url, &record, err);
	assert_int_equal(rc, 1);
	snprintf(d->lines + n, sizeof(d->lines) - n, "%s%s [%.*s]", n ? "\n" : "", record_line(),
		 (int)part->full_url.size, (const char *)part->full_url.data);
	if (d->stop_after && --d->stop_after == 0)
		return medark_error_set(err, MEDARK_E_INTERRUPTED, "enough");
	return 0;
}

/* "facts [fullUrl]" of each part, then the fault if there is one. */
static const char *parts(enum medark_fhir_kind kind, const char *text)
{
	static struct document d;
	enum medark_fault fault;
	struct medark_error err;
	size_t n;

	d = (struct document) { .text = padded(medark_bytes_text(text)), .kind = kind };
	assert_int_equal(medark_fhir_split(fhir, kind, d.text, note, &d, &fault, &err), 0);
	n = strlen(d.lines);
	if (fault)
		snprintf(d.lines + n, sizeof(d.lines) - n, " !%s", medark_fault_name(fault));
	free((void *)(uintptr_t)d.text.data);
	return d.lines;
}

static void a_resource_is_one_part(void **state)
{
	(void)state;
	assert_string_equal(parts(MEDARK_FHIR_JSON, "{\"resourceType\":\"Basic\",\"id\":\"1\"}\n"),
			    "ok Basic 1 - 0 0 []");
	assert_string_equal(parts(MEDARK_FHIR_JSON, "\xef\xbb\xbf{\"resourceType\":\"Basic\"}"),
			    "ok Basic - - 0 0 []");
	assert_string_equal(parts(MEDARK_FHIR_XML, "\xef\xbb\xbf<Basic><id value=\"1\"/></Basic>"),
			    "ok Basic 1 - 0 0 []");
}

#define PATIENT	    "{\"resourceType\":\"Patient\",\"id\":\"p\"}"
#define URN_SUBJECT "\"subject\":{\"reference\":\"urn:uuid:A\"}"

static void entries_of_a_bundle_are_parts(void **state)
{
	(void)state;
	assert_string_equal(
		parts(MEDARK_FHIR_JSON,
		      "{\"entry\":[{\"fullUrl\":\"https:\\/\\/h/Patient/p\",\"resource\":" PATIENT
		      "},\n"
		      " {\"request\":{\"method\":\"DELETE\"}}, {\"resource\" : "
		      "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{}}]} , "
		      "\"fullUrl\":\"b\"}],"
		      "\"resourceType\":\"Bundle\"}"),
		"ok Patient p P:p 0 0 [https://h/Patient/p]\nok Bundle - - 0 0 [b]");
	assert_string_equal(parts(MEDARK_FHIR_JSON, "{\"resourceType\":\"Bundle\"}"), "");
	assert_string_equal(parts(MEDARK_FHIR_JSON, "{\"resourceType\":\"Bundle\",\"entry\":[]}"),
			    "");
}

static void urns_are_resolved_within_the_bundle(void **state)
{
	(void)state;
	assert_string_equal(
		parts(MEDARK_FHIR_JSON,
		      "{\"resourceType\":\"Bundle\",\"entry\":["
		      "{\"fullUrl\":\"urn:uuid:b\",\"resource\":{\"resourceType\":\"Observation\","
		      "\"performer\":[{\"reference\":\"urn:uuid:c\"},{\"reference\":"
		      "\"urn:uuid:d\"}]," URN_SUBJECT "}},{\"resource\":" PATIENT
		      ",\"fullUrl\":\"urn:uuid:a\"},"
		      "{\"fullUrl\":\"urn:uuid:c\",\"resource\":{\"resourceType\":\"Patient\"}},"
		      "{\"fullUrl\":\"urn:uuid:d\",\"resource\":{\"resourceType\":\"Device\"}},"
		      "{\"resource\":{\"resourceType\":\"Observation\",\"subject\":{\"reference\":"
		      "\"urn:uuid:d\"}}},{\"resource\":{\"resourceType\":\"Observatio"
		      "n\",\"subject\":"
		      "{\"reference\":\"urn:uuid:e\"}}}]}"),
		"ok Observation - U:urn:uuid:c,P:p 0 0 [urn:uuid:b]\n"
		"ok Patient p P:p 0 0 [urn:uuid:a]\n"
		"ok Patient - U:urn:uuid:c 0 0 [urn:uuid:c]\n"
		"ok Device - - 0 0 [urn:uuid:d]\n"
		"ok Observation - - 0 0 []\n"
		"ok Observation - U:urn:uuid:e 0 0 []");
}

static void a_urn_of_two_patients_names_neither(void **state)
{
	(void)state;
	assert_string_equal(
		parts(MEDARK_FHIR_JSON,
		      "{\"resourceType\":\"Bundle\",\"entry\":["
		      "{\"fullUrl\":\"urn:uuid:a\",\"resource\":{\"resourceType\":\"Patient\","
		      "\"id\":\"q\"}},{\"fullUrl\":\"urn:uuid:a\",\"resource\":" PATIENT "},"
		      "{\"resource\":{\"resourceType\":\"Observation\"," URN_SUBJECT "}}]}"),
		"ok Patient q P:q 0 0 [urn:uuid:a]\nok Patient p P:p 0 0 [urn:uuid:a]\n"
		"ambiguous-reference Observation - - 0 0 []");
	/* Versions of one patient, as a history has them. */
	assert_string_equal(parts(MEDARK_FHIR_JSON,
				  "{\"resourceType\":\"Bundle\",\"entry\":["
				  "{\"fullUrl\":\"urn:uuid:a\",\"resource\":" PATIENT "},"
				  "{\"fullUrl\":\"urn:uuid:a\",\"resource\":" PATIENT "},"
				  "{\"resource\":{\"resourceType\":\"Observation\"," URN_SUBJECT
				  "}}]}"),
			    "ok Patient p P:p 0 0 [urn:uuid:a]\nok Patient p P:p 0 0 [urn:uuid:a]\n"
			    "ok Observation - P:p 0 0 []");
}

static void escaped_types_are_what_they_say(void **state)
{
	(void)state;
	assert_string_equal(parts(MEDARK_FHIR_JSON,
				  "{\"resourceType\":\"B\\u0075ndle\",\"entry\":["
				  "{\"fullUrl\":\"urn:uuid:a\",\"resource\":{\"resourceType\":"
				  "\"P\\u0061tient\",\"id\":\"p\"}},"
				  "{\"resource\":{\"resourceType\":\"Observation\"," URN_SUBJECT
				  "}}]}"),
			    "ok Patient p P:p 0 0 [urn:uuid:a]\nok Observation - P:p 0 0 []");
}

/* The URNs of one Bundle are not those of what comes behind it. */
static void a_bundle_leaves_no_urn_behind(void **state)
{
	struct medark_bytes text =
		padded(medark_bytes_text("{\"resourceType\":\"Observation\"," URN_SUBJECT "}"));
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *stream = NULL;
	struct medark_error err;

	(void)state;
	(void)parts(MEDARK_FHIR_JSON, "{\"resourceType\":\"Bundle\",\"entry\":["
				      "{\"fullUrl\":\"urn:uuid:a\",\"resource\":" PATIENT "}]}");
	assert_int_equal(medark_fhir_json(fhir, text, medark_bytes(NULL, 0), &record, &err), 1);
	assert_string_equal(record_line(), "ok Observation - U:urn:uuid:a 0 0");
	assert_int_equal(medark_json_stream_new(medark_fhir_keys(), &stream, &err), 0);
	assert_int_equal(medark_json_stream_add(stream, text.data, text.size, &err), 0);
	assert_int_equal(medark_fhir_json_stream(fhir, stream, &record, &err), 1);
	assert_string_equal(record_line(), "ok Observation - U:urn:uuid:a 0 0");
	free((void *)(uintptr_t)text.data);
}

static void nothing_of_a_broken_document_is_handed_out_by_parts(void **state)
{
	(void)state;
	assert_string_equal(parts(MEDARK_FHIR_JSON,
				  "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":" PATIENT
				  "}]"),
			    "broken-syntax - - - 0 0 [] !broken-syntax");
	assert_string_equal(parts(MEDARK_FHIR_JSON,
				  "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":" PATIENT
				  "}],\"entry\":[]}"),
			    "ok Bundle - - 0 0 [] !repeated-member");
	assert_string_equal(parts(MEDARK_FHIR_JSON, "{\"resourceType\":\"Bundle\",\"entry\":{}}"),
			    "ok Bundle - - 0 0 [] !broken-syntax");
	assert_string_equal(
		parts(MEDARK_FHIR_XML, "<Bundle><entry><resource><Patient/></resource></entry>"),
		"broken-syntax - - - 0 0 [] !broken-syntax");
	assert_string_equal(
		parts(MEDARK_FHIR_XML, "<?xml version='1.0' encoding='latin1'?><Bundle/>"),
		"invalid-utf8 - - - 0 0 [] !invalid-utf8");
}

static void an_entry_of_no_usable_form_is_not_lost(void **state)
{
	(void)state;
	assert_string_equal(parts(MEDARK_FHIR_JSON,
				  "{\"resourceType\":\"Bundle\",\"entry\":[5,{\"resource\":7},{"
				  "\"resource\":" PATIENT ",\"resource\":" PATIENT
				  "},{\"resource\":" PATIENT "}]}"),
			    "no-resource-type - - - 0 0 []\nno-resource-type - - - 0 0 []\n"
			    "no-resource-type - - - 0 0 []\nok Patient p P:p 0 0 []");
}

static void xml_parts_are_exact(void **state)
{
	(void)state;
	assert_string_equal(
		parts(MEDARK_FHIR_XML,
		      "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<Bundle xmlns=\"http://hl7.org/fhir\">"
		      "<entry><fullUrl value=\"urn:uuid:a\"/><resource>\n <Patient><i"
		      "d value=\"p\"/>"
		      "<!-- </Patient> --></Patient>\n</resource></entry><entry><resource>"
		      "<Observation a=\">\"\n><subject><reference value=\"urn:uuid:A\"/></subject>"
		      "</Observation ></resource><fullUrl value=\"x&amp;y\"/></entry>"
		      "<entry><resource><Basic/></resource></entry><entry><resource><Bundle><entry>"
		      "<resource><Basic/></resource></entry></Bundle></resource></entry>"
		      "<entry><search/></entry></Bundle>"),
		"ok Patient p P:p 0 0 [urn:uuid:a]\nok Observation - P:p 0 0 [x&y]\n"
		"ok Basic - - 0 0 []\nok Bundle - - 0 0 []");
	assert_string_equal(
		parts(MEDARK_FHIR_XML,
		      "<f:Bundle xmlns:f=\"http://hl7.org/fhir\"><f:entry><f:resource><f:Patient>"
		      "<f:id value=\"p\"/></f:Patient></f:resource></f:entry></f:Bundle>"),
		"ok Patient p P:p 0 0 []");
}

static void the_callback_can_stop(void **state)
{
	struct document d = { .kind = MEDARK_FHIR_JSON, .stop_after = 1 };
	enum medark_fault fault;
	struct medark_error err;

	(void)state;
	d.text = padded(
		medark_bytes_text("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":" PATIENT
				  "},{\"resource\":" PATIENT "}]}"));
	assert_int_equal(medark_fhir_split(fhir, d.kind, d.text, note, &d, &fault, &err),
			 MEDARK_E_INTERRUPTED);
	assert_string_equal(d.lines, "ok Patient p P:p 0 0 []");
	free((void *)(uintptr_t)d.text.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resource_is_one_part),
		cmocka_unit_test(entries_of_a_bundle_are_parts),
		cmocka_unit_test(urns_are_resolved_within_the_bundle),
		cmocka_unit_test(a_urn_of_two_patients_names_neither),
		cmocka_unit_test(escaped_types_are_what_they_say),
		cmocka_unit_test(a_bundle_leaves_no_urn_behind),
		cmocka_unit_test(nothing_of_a_broken_document_is_handed_out_by_parts),
		cmocka_unit_test(an_entry_of_no_usable_form_is_not_lost),
		cmocka_unit_test(xml_parts_are_exact),
		cmocka_unit_test(the_callback_can_stop),
	};

	return cmocka_run_group_tests(tests, new_fhir, free_fhir);
}
