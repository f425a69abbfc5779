/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"

#define OBSERVATION(members) "{\"resourceType\":\"Observation\",\"id\":\"1\"," members "}"
#define SUBJECT(reference)   OBSERVATION("\"subject\":{\"reference\":\"" reference "\"}")
#define CLAIM(reference)                                                                           \
	"{\"resourceType\":\"Claim\",\"id\":\"1\",\"patient\":{\"reference\":\"" reference "\"}}"
#define PERFORMER(reference) OBSERVATION("\"performer\":[{\"reference\":\"" reference "\"}]")

static void a_record_has_type_id_patient_and_dates(void **state)
{
	(void)state;
	assert_string_equal(facts("{\"resourceType\":\"Observation\",\"id\":\"o-1\",\"meta\":"
				  "{\"lastUpdated\":\"2021-02-03T04:05:06Z\"},\"subject\":"
				  "{\"reference\":\"Patient/p1\"},"
				  "\"effectiveDateTime\":\"2020-01-02T03:04:05+01:00\"}"),
			    "ok Observation o-1 P:p1 20200102 20210203");
	assert_string_equal(facts(" { } "), "no-resource-type - - - 0 0");
	assert_string_equal(facts("\xef\xbb\xbf{\"resourceType\":\"Basic\"}"), "ok Basic - - 0 0");
}

/* Neighbours mostly have the same reference, and it is not read twice; a little difference is one.
 */
static void neighbours_do_not_lend_each_other_their_patients(void **state)
{
	static const char *const values[][2] = {
		{ "{\"reference\":\"Patient/1\"}", "1" },
		{ "{\"reference\":\"Patient/1\"}", "1" },
		{ "{\"reference\":\"Patient/2\"}", "2" },
		{ "{\"reference\":\"Patient/1\",\"display\":\"A\"}", "1" },
		{ "{\"reference\":\"Patient/11\"}", "11" },
		{ "{\"reference\":\"Group/1\"}", NULL },
		{ "[{\"reference\":\"Patient/1\"}]", "1" },
		{ "{\"reference\":\"Group/1\"}", NULL },
		{ "{\"reference\":\"Patient/1\"}", "1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"resourceType\":\"Observation\",\"id\":\"o\",\"subject\":%s}",
			       values[i][0]);
		(void)facts(text);
		assert_int_equal(record.patient_count, values[i][1] != NULL);
		/* The view is into the text, which is gone: only its size can be looked at. */
		if (values[i][1])
			assert_int_equal(record.patients[0].text.size, strlen(values[i][1]));
	}
}

static void lines_are_cut_at_line_feeds(void **state)
{
	static const char lines[] = "{\"resourceType\":\"Basic\",\"id\":\"1\"}\r\n"
				    "\n"
				    "{\"resourceType\":\"Basic\",\"id\":\"\n"
				    "\"}\n"
				    "{\"resourceType\":\"Basic\",\"id\":\"5\"}";
	static const struct {
		int rc;
		enum medark_fault fault;
		const char *id;
	} expected[] = {
		{ 1, MEDARK_FAULT_NONE, "1" },	{ 0, MEDARK_FAULT_NONE, "" },
		{ 1, MEDARK_FAULT_SYNTAX, "" }, { 1, MEDARK_FAULT_SYNTAX, "" },
		{ 1, MEDARK_FAULT_NONE, "5" },
	};
	struct medark_bytes rest = padded(medark_bytes_text(lines)), all = rest;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const uint8_t *feed = memchr(rest.data, '\n', rest.size);
		size_t size;

		assert_int_equal(medark_fhir_json_line(fhir, rest, &size, &record, &err),
				 expected[i].rc);
		assert_int_equal(size, feed ? (size_t)(feed - rest.data) : rest.size);
		assert_int_equal(record.fault, expected[i].fault);
		assert_true(medark_bytes_is(record.id, expected[i].id));
		size += feed != NULL;
		rest = medark_bytes(rest.data + size, rest.size - size);
	}
	assert_int_equal(rest.size, 0);
	free((void *)(uintptr_t)all.data);
}

static void white_space_alone_is_no_record(void **state)
{
	(void)state;
	assert_string_equal(facts(""), "nothing");
	assert_string_equal(facts(" \t\r\n"), "nothing");
}

static void what_is_not_a_resource_is_a_fault(void **state)
{
	(void)state;
	assert_string_equal(facts("{\"resourceType\":"), "broken-syntax - - - 0 0");
	assert_string_equal(facts("{\"resourceType\":\"A\xff\"}"), "invalid-utf8 - - - 0 0");
	assert_string_equal(facts("[]"), "no-resource-type - - - 0 0");
	assert_string_equal(facts("{\"resourceType\":5,\"id\":\"x\"}"),
			    "no-resource-type - x - 0 0");
	assert_string_equal(facts("{\"resourceType\":\"\"}"), "no-resource-type - - - 0 0");
	assert_string_equal(facts("{\"resourceType\":\"No such\"}"), "no-resource-type - - - 0 0");
}

static void a_type_of_a_future_version_is_a_record_without_compartment(void **state)
{
	(void)state;
	assert_string_equal(facts("{\"resourceType\":\"Futuristic\",\"id\":\"1\",\"subject\":"
				  "{\"reference\":\"Patient/1\"}}"),
			    "ok Futuristic 1 - 0 0");
}

static void ids_are_bounded_and_texts(void **state)
{
	char text[512], id[300];

	(void)state;
	memset(id, 'x', sizeof(id));
	snprintf(text, sizeof(text), "{\"resourceType\":\"Basic\",\"id\":\"%.256s\"}", id);
	assert_string_not_equal(facts(text), "too-large Basic - - 0 0");
	snprintf(text, sizeof(text), "{\"resourceType\":\"Basic\",\"id\":\"%.257s\"}", id);
	assert_string_equal(facts(text), "too-large Basic - - 0 0");
	snprintf(text, sizeof(text), CLAIM("Patient/%.257s"), id);
	assert_string_equal(facts(text), "too-large Claim 1 - 0 0");
	assert_string_equal(facts("{\"resourceType\":\"Basic\",\"id\":7}"),
			    "broken-syntax Basic - - 0 0");
	assert_string_equal(facts("{\"resourceType\":\"Basic\",\"id\":\"a b/\\u00e9\"}"),
			    "ok Basic a b/\xc3\xa9 - 0 0");
}

static void literal_references_give_the_id_alone(void **state)
{
	(void)state;
	assert_string_equal(facts(SUBJECT("Patient/2")), "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(SUBJECT("Patient/2/_history/3")), "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(SUBJECT("https://h/base/Patient/2")), "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(SUBJECT("HTTP://h/Patient/2/_history/3#x")),
			    "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(SUBJECT("Pa\\u0074ient/\\u0032")), "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"display\":\"a\",\"reference\":"
					      "\"Patient/2\"}")),
			    "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":\"Patient/2\","
					      "\"display\":\"a\\\"b\"}")),
			    "ok Observation 1 P:2 0 0");
	assert_string_equal(facts(OBSERVATION("\"s\\u0075bject\":{\"r\\u0065ference\":"
					      "\"Patient/2\"}")),
			    "ok Observation 1 P:2 0 0");
}

/* An Observation with `space` in front of the last bracket of each value. */
static const char *with_space(const char *space, const char *reference, const char *meta)
{
	static char text[400];
	int r = (int)strlen(reference) - 1, m = (int)strlen(meta) - 1;

	(void)snprintf(text, sizeof(text),
		       "{\"resourceType\":\"Observation\",\"subject\":%.*s%s%s,"
		       "\"performer\":%.*s%s%s,\"meta\":%.*s%s%s}",
		       r, reference, space, reference + r, r, reference, space, reference + r, m,
		       meta, space, meta + m);
	return text;
}

/* What is read at a glance without white space is read properly with it. */
static void white_space_changes_no_facts(void **state)
{
	static const char *const values[] = {
		"{\"reference\":\"Patient/2\"}",
		"[{\"reference\":\"Patient/2\"}]",
		"[{\"reference\":\"Patient/2\"},{\"reference\":\"Patient/3\"}]",
		"{\"reference\":\"Patient/2\",\"display\":\"a\"}",
		"[{\"reference\":\"Patient/2\",\"display\":\"\"}]",
		"{\"reference\":\"Patient/2\",\"display\":\"a\\\"},{\"}",
		"{\"reference\":\"Patient/2\",\"display\":\"a\",\"reference\":\"Patient/3\"}",
		"{\"reference\":\"Patient/2\",\"type\":\"Device\"}",
		"{\"reference\":\"Practitioner/2\"}",
		"[{\"reference\":\"Practitioner/2\",\"display\":\"a\"}]",
		"{\"reference\":\"a/Patient/2\"}",
		"{\"reference\":\"patient/2\"}",
		"{\"reference\":\"Patient\"}",
		"{\"reference\":\"Patient/\"}",
		"{\"reference\":\"/2\"}",
		"{\"reference\":\"\"}",
		"[]",
	};
	static const char *const metas[] = {
		"{\"lastUpdated\":\"2020-01-02T03:04:05Z\"}",
		"{\"versionId\":\"1\",\"lastUpdated\":\"2020-01-02\"}",
		"{\"versionId\":\"1\\\"\",\"lastUpdated\":\"2020-01-02\"}",
		"{\"versionId\":\"1\",\"lastUpdated\":\"2020-01-02\\n\"}",
		"{\"versionId\":\"1\",\"source\":\"x\",\"lastUpdated\":\"2020-01-02\"}",
		"{\"versionId\":\"1\"}",
		"{}",
	};
	char plain[400];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		for (size_t k = 0; k < sizeof(metas) / sizeof(*metas); k++) {
			(void)snprintf(plain, sizeof(plain), "%s",
				       facts(with_space("", values[i], metas[k])));
			assert_string_equal(facts(with_space(" ", values[i], metas[k])), plain);
		}
	}
}

static void references_to_others_are_no_patients(void **state)
{
	(void)state;
	assert_string_equal(facts(SUBJECT("Group/2")), "ok Observation 1 - 0 0");
	assert_string_equal(facts(SUBJECT("https://h/Device/2")), "ok Observation 1 - 0 0");
	assert_string_equal(facts(CLAIM("RelatedPerson/2")), "ok Claim 1 - 0 0");
	assert_string_equal(facts(PERFORMER("Practitioner/2")), "ok Observation 1 - 0 0");
	assert_string_equal(facts(SUBJECT("Practitioner?identifier=a|b")),
			    "ok Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"display\":\"somebody\"}")),
			    "ok Observation 1 - 0 0");
}

static void urns_are_lower_cased(void **state)
{
	(void)state;
	assert_string_equal(facts(SUBJECT("urn:uuid:AB-1")),
			    "ok Observation 1 U:urn:uuid:ab-1 0 0");
	assert_string_equal(facts(SUBJECT("URN:OID:1.2")), "ok Observation 1 U:urn:oid:1.2 0 0");
	/* a performer's URN is mostly a care provider's */
	assert_string_equal(facts(PERFORMER("urn:uuid:1")), "ok Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"performer\":{\"reference\":\"urn:uuid:1\","
					      "\"type\":\"Patient\"}")),
			    "ok Observation 1 U:urn:uuid:1 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":\"urn:uuid:1\","
					      "\"type\":\"Group\"}")),
			    "ok Observation 1 - 0 0");
}

static void conditional_references_give_the_identifier(void **state)
{
	(void)state;
	assert_string_equal(facts(SUBJECT("Patient?identifier=http://x|1")),
			    "ok Observation 1 I:http://x|1 0 0");
	assert_string_equal(facts(SUBJECT("Patient?active=true&identifier=http%3A%2F%2Fx%7C1%zz")),
			    "ok Observation 1 I:http://x|1%zz 0 0");
	assert_string_equal(facts(SUBJECT("https://h/Patient?identifier=1")),
			    "ok Observation 1 I:|1 0 0");
	assert_string_equal(facts(SUBJECT("Patient?name=x")),
			    "unknown-reference Observation 1 - 0 0");
	assert_string_equal(facts(SUBJECT("Patient?identifier=http://x|")),
			    "unknown-reference Observation 1 - 0 0");
}

static void logical_references_count_where_a_patient_is_meant(void **state)
{
	(void)state;
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"identifier\":{\"system\":\"s\","
					      "\"value\":\"v\"}}")),
			    "ok Observation 1 I:s|v 0 0");
	assert_string_equal(facts(OBSERVATION("\"performer\":[{\"identifier\":{\"system\":\"s\","
					      "\"value\":\"v\"}}]")),
			    "ok Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"performer\":[{\"type\":\"Patient\",\"identifier\":"
					      "{\"system\":\"s\",\"value\":\"v\"}}]")),
			    "ok Observation 1 I:s|v 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"type\":\"Device\",\"identifier\":"
					      "{\"value\":\"v\"}}")),
			    "ok Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"identifier\":{\"system\":\"s\"}}")),
			    "ok Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":\"foo\",\"identifier\":"
					      "{\"value\":\"v\"}}")),
			    "ok Observation 1 I:|v 0 0");
}

static void references_of_no_known_form_are_a_fault_where_a_patient_is_meant(void **state)
{
	static const char *const bad[] = { CLAIM("foo"),
					   CLAIM("Patient/"),
					   CLAIM("/Patient/1"),
					   CLAIM("a/Patient/1"),
					   CLAIM("patient/1"),
					   CLAIM("https://Patient/1"),
					   CLAIM("ftp://h/Patient/1"),
					   CLAIM("https://h/foo"),
					   CLAIM("Patient/_history/1") };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_string_equal(facts(bad[i]), "unknown-reference Claim 1 - 0 0");
	assert_string_equal(facts(SUBJECT("foo")), "unknown-reference Observation 1 - 0 0");
	assert_string_equal(facts(PERFORMER("foo")), "ok Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":\"Patient/1\"")),
			    "unknown-reference Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":5}")),
			    "unknown-reference Observation 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":null")), "ok Observation 1 - 0 0");
}

#define CONTAINED(resource)                                                                        \
	OBSERVATION("\"subject\":{\"reference\":\"#p\"},\"contained\":[" resource "]")

static void contained_patients_are_known_by_identifier(void **state)
{
	(void)state;
	assert_string_equal(
		facts(CONTAINED(
			"{\"id\":\"q\"},{\"resourceType\":\"Patient\",\"id\":\"p\","
			"\"identifier\":[{\"system\":\"a\"},{\"system\":\"b\",\"value\":\"1\"}]}")),
		"ok Observation 1 I:b|1 0 0");
	assert_string_equal(
		facts(CONTAINED(
			"{\"identifier\":[{\"system\":\"b\",\"value\":\"1\"},{\"system\":"
			"\"http://fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"999911120\"}],"
			"\"id\":\"p\",\"resourceType\":\"Patient\"}")),
		"ok Observation 1 I:http://fhir.nl/fhir/NamingSystem/bsn|999911120 0 0");
	assert_string_equal(facts(CONTAINED("{\"resourceType\":\"Patient\",\"id\":\"p\"}")),
			    "unknown-reference Observation 1 - 0 0");
	assert_string_equal(facts(CONTAINED("{\"resourceType\":\"Group\",\"id\":\"p\"}")),
			    "ok Observation 1 - 0 0");
	assert_string_equal(
		facts(CONTAINED("{\"resourceType\":\"P\\u0061tient\",\"id\":\"p\","
				"\"identifier\":[{\"system\":\"b\",\"value\":\"1\"}]}")),
		"ok Observation 1 I:b|1 0 0");
	/* Which of them is meant cannot be told. */
	assert_string_equal(
		facts(CONTAINED("{\"resourceType\":\"Group\",\"id\":\"p\"},{\"resourceType\":"
				"\"Patient\",\"id\":\"p\",\"identifier\":[{\"value\":\"1\"}]}")),
		"ambiguous-reference Observation 1 - 0 0");
	assert_string_equal(
		facts(CONTAINED("{\"resourceType\":\"Patient\",\"resourceType\":\"Group\","
				"\"id\":\"p\",\"identifier\":[{\"value\":\"1\"}]}")),
		"ambiguous-reference Observation 1 - 0 0");
	assert_string_equal(facts(SUBJECT("#p")), "unknown-reference Observation 1 - 0 0");
	assert_string_equal(facts(SUBJECT("#")), "unknown-reference Observation 1 - 0 0");
}

static void patients_belong_to_themselves_first(void **state)
{
	(void)state;
	assert_string_equal(facts("{\"link\":[{\"other\":{\"reference\":\"Patient/2\"}},"
				  "{\"other\":{\"reference\":\"Patient/1\"}},{\"other\":"
				  "{\"reference\":\"RelatedPerson/3\"}}],\"id\":\"1\","
				  "\"resourceType\":\"Patient\"}"),
			    "ok Patient 1 P:1,P:2 0 0");
	assert_true(record.is_patient);
	assert_string_equal(facts_at("{\"resourceType\":\"Patient\"}", "urn:uuid:AB"),
			    "ok Patient - U:urn:uuid:ab 0 0");
	assert_string_equal(facts_at("{\"resourceType\":\"Patient\"}", "https://h/Patient/9"),
			    "ok Patient - P:9 0 0");
	assert_string_equal(facts_at("{\"resourceType\":\"Patient\",\"id\":\"1\"}", "urn:uuid:a"),
			    "ok Patient 1 P:1 0 0");
	assert_string_equal(facts("{\"resourceType\":\"Patient\"}"),
			    "unknown-reference Patient - - 0 0");
}

static void patients_are_distinct_and_in_the_order_of_the_text(void **state)
{
	(void)state;
	assert_string_equal(
		facts("{\"resourceType\":\"Group\",\"id\":\"1\",\"member\":["
		      "{\"entity\":{\"reference\":\"Patient/b\"}},"
		      "{\"entity\":{\"reference\":\"Patient/a\"}},{\"entity\":"
		      "{\"reference\":\"Device/d\"}},{\"entity\":{\"reference\":\"Patient/b\"}}]}"),
		"ok Group 1 P:b,P:a 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":\"Patient/s\"},"
					      "\"performer\":[{\"reference\":\"Patient/p\"}]")),
			    "ok Observation 1 P:s,P:p 0 0");
	assert_string_equal(facts(OBSERVATION("\"performer\":[{\"reference\":\"Patient/p\"}],"
					      "\"subject\":{\"reference\":\"Patient/s\"}")),
			    "ok Observation 1 P:p,P:s 0 0");
}

static void nested_paths_of_all_versions_are_followed(void **state)
{
	(void)state;
	assert_string_equal(
		facts("{\"resourceType\":\"AuditEvent\",\"agent\":[{\"who\":{\"reference\":"
		      "\"Patient/1\"}},{\"reference\":{\"reference\":\"Patient/2\"}}],"
		      "\"entity\":{\"what\":{\"reference\":\"Patient/3\"}}}"),
		"ok AuditEvent - P:1,P:2,P:3 0 0");
	assert_string_equal(
		facts("{\"resourceType\":\"CommunicationRequest\",\"requester\":{\"agent\":"
		      "{\"reference\":\"Patient/1\"}}}"),
		"ok CommunicationRequest - P:1 0 0");
	assert_string_equal(facts("{\"resourceType\":\"CommunicationRequest\",\"requester\":"
				  "{\"reference\":\"Patient/1\"}}"),
			    "ok CommunicationRequest - P:1 0 0");
	assert_string_equal(
		facts("{\"resourceType\":\"DeviceRequest\",\"performer\":{\"reference\":"
		      "{\"reference\":\"Patient/1\"}}}"),
		"ok DeviceRequest - P:1 0 0");
	assert_string_equal(
		facts("{\"resourceType\":\"CarePlan\",\"activity\":[{\"detail\":{\"performer\":"
		      "[{\"reference\":\"Patient/1\"}]}}]}"),
		"ok CarePlan - P:1 0 0");
}

#define APPOINTMENT(participant)                                                                   \
	"{\"resourceType\":\"Appointment\",\"id\":\"1\",\"participant\":" participant "}"
#define ACTOR(reference) "\"actor\":{\"reference\":\"" reference "\"}"

/* Where plain references stand the value is not walked: the facts are those of the walk. */
static void plain_references_below_a_member_are_found(void **state)
{
	static const char *const cases[][2] = {
		{ "[{" ACTOR("Patient/1") "}]", "P:1" },
		{ "{" ACTOR("Patient/1") "}", "P:1" },
		{ "[{" ACTOR("Practitioner/1") "}]", "-" },
		{ "[{" ACTOR("Patient/1") "},{" ACTOR("Device/2") ",\"x\":1}]", "P:1" },
		{ "[{" ACTOR("Device/2") "},{" ACTOR("Patient/1") "}]", "P:1" },
		{ "[{" ACTOR("Patient/2") "},{" ACTOR("Patient/1") "}]", "P:2,P:1" },
		{ "[{" ACTOR("Patient/2") "," ACTOR("Patient/1") "}]", "P:2,P:1" },
		{ "[{\"actor\":{\"reference\":\"Patient/1\",\"display\":\"A\"}},{" ACTOR(
			  "Location/1") "}]",
		  "P:1" },
		{ "[{" ACTOR("Device/1") "},{\"actor\":[{\"reference\":\"Patient/3\"}]}]", "P:3" },
		{ "[{" ACTOR("Device/1") "},{\"act\\u006fr\":{\"reference\":\"Patient/3\"}}]",
		  "P:3" },
		/* Not on the path. */
		{ "[{\"x\":{" ACTOR("Patient/1") "}}]", "-" },
		{ "{\"x\":[{" ACTOR("Patient/1") "}]}", "-" },
		{ "[{\"xactor\":{\"reference\":\"Patient/1\"}}]", "-" },
		{ "[{" ACTOR("Patient/1") ",\"x\":[{" ACTOR("Patient/2") "}]}]", "P:1" },
		{ "[{\"x\":\"actor\"},{\"x\":[\"actor\"]}]", "-" },
	};
	char text[512], expected[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), APPOINTMENT("%s"), cases[i][0]);
		(void)snprintf(expected, sizeof(expected), "ok Appointment 1 %s 0 0", cases[i][1]);
		assert_string_equal(facts(text), expected);
		/* White space makes the walker look. */
		(void)snprintf(text, sizeof(text), APPOINTMENT(" [ %s ] "), cases[i][0]);
		assert_string_equal(facts(text), expected);
	}
	assert_string_equal(
		facts(APPOINTMENT("[{" ACTOR("Device/1") "},{\"actor\":\"Device/2\"}]")),
		"unknown-reference Appointment 1 - 0 0");
}

static void too_many_patients_are_a_fault(void **state)
{
	char text[16384] = "{\"resourceType\":\"Group\",\"member\":[";
	size_t n = strlen(text);

	(void)state;
	for (int i = 0; i <= MEDARK_RECORD_PATIENTS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "%s{\"entity\":{\"reference\":\"Patient/%d\"}}", i ? "," : "",
				      i);
	snprintf(text + n, sizeof(text) - n, "]}");
	(void)facts(text);
	assert_int_equal(record.fault, MEDARK_FAULT_TOO_MANY);
	assert_int_equal(record.patient_count, MEDARK_RECORD_PATIENTS_MAX);
}

static void repeated_members_are_a_fault_with_the_first_facts(void **state)
{
	(void)state;
	assert_string_equal(facts("{\"resourceType\":\"Basic\",\"id\":\"1\",\"id\":\"2\"}"),
			    "repeated-member Basic 1 - 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":\"Patient/1\"},"
					      "\"subject\":{\"reference\":\"Patient/2\"}")),
			    "repeated-member Observation 1 P:1 0 0");
	assert_string_equal(facts(OBSERVATION("\"subject\":{\"reference\":\"Patient/1\","
					      "\"reference\":\"Patient/2\"}")),
			    "repeated-member Observation 1 P:1 0 0");
	assert_string_equal(facts(OBSERVATION("\"note\":1,\"note\":2")), "ok Observation 1 - 0 0");
}

#define DATED(members) "{\"resourceType\":\"Procedure\"," members "}"

static void the_clinical_date_is_the_first_of_the_list(void **state)
{
	(void)state;
	assert_string_equal(facts(DATED("\"issued\":\"2019-01-01\",\"performedPeriod\":{\"end\":"
					"\"2000\",\"start\":\"2018-02\"}")),
			    "ok Procedure - - 20180200 0");
	assert_string_equal(
		facts(DATED("\"performedPeriod\":{\"end\":\"2000\"},\"date\":\"2017\"")),
		"ok Procedure - - 20170000 0");
	assert_string_equal(
		facts(DATED("\"performedDateTime\":\"2017-13-01\",\"date\":\"2016-05-06\"")),
		"ok Procedure - - 20160506 0");
	assert_string_equal(facts(DATED("\"performedPeriod\":{\"start\":\"2018\"}")),
			    "ok Procedure - - 20180000 0");
	assert_string_equal(facts(DATED("\"date\":\"2016-02-30x\"")), "ok Procedure - - 0 0");
	assert_string_equal(facts(DATED("\"date\":\"0000\"")), "ok Procedure - - 0 0");
	assert_string_equal(
		facts("{\"resourceType\":\"Patient\",\"id\":\"1\",\"birthDate\":\"1970\"}"),
		"ok Patient 1 P:1 0 0");
}

static void a_streamed_text_has_the_same_facts(void **state)
{
	static const char text[] = OBSERVATION("\"performer\":[{\"reference\":\"Patient/p\"}],"
					       "\"subject\":{\"reference\":\"Patient/s\"}");
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *stream = NULL;
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *blank = NULL;

	(void)state;
	assert_int_equal(medark_json_stream_new(medark_fhir_keys(), &stream, NULL), 0);
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		assert_int_equal(medark_json_stream_add(stream, (const uint8_t *)text + i, 1, NULL),
				 0);
	assert_int_equal(medark_fhir_json_stream(fhir, stream, &record, NULL), 1);
	assert_string_equal(record_line(), "ok Observation 1 P:p,P:s 0 0");
	assert_int_equal(medark_json_stream_new(medark_fhir_keys(), &blank, NULL), 0);
	assert_int_equal(medark_fhir_json_stream(fhir, blank, &record, NULL), 0);
}

static void a_member_cut_by_the_stream_is_too_large(void **state)
{
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *stream = NULL;
	static uint8_t text[MEDARK_JSON_STREAM_VALUE_MAX + 200];
	int n = snprintf((char *)text, sizeof(text),
			 OBSERVATION("\"subject\":{\"display\":\"%*d\"}"),
			 (int)MEDARK_JSON_STREAM_VALUE_MAX, 1);

	(void)state;
	assert_int_equal(medark_json_stream_new(medark_fhir_keys(), &stream, NULL), 0);
	assert_int_equal(medark_json_stream_add(stream, text, (size_t)n, NULL), 0);
	assert_int_equal(medark_fhir_json_stream(fhir, stream, &record, NULL), 1);
	assert_string_equal(record_line(), "too-large Observation 1 - 0 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_has_type_id_patient_and_dates),
		cmocka_unit_test(neighbours_do_not_lend_each_other_their_patients),
		cmocka_unit_test(lines_are_cut_at_line_feeds),
		cmocka_unit_test(white_space_alone_is_no_record),
		cmocka_unit_test(what_is_not_a_resource_is_a_fault),
		cmocka_unit_test(a_type_of_a_future_version_is_a_record_without_compartment),
		cmocka_unit_test(ids_are_bounded_and_texts),
		cmocka_unit_test(literal_references_give_the_id_alone),
		cmocka_unit_test(white_space_changes_no_facts),
		cmocka_unit_test(references_to_others_are_no_patients),
		cmocka_unit_test(urns_are_lower_cased),
		cmocka_unit_test(conditional_references_give_the_identifier),
		cmocka_unit_test(logical_references_count_where_a_patient_is_meant),
		cmocka_unit_test(references_of_no_known_form_are_a_fault_where_a_patient_is_meant),
		cmocka_unit_test(contained_patients_are_known_by_identifier),
		cmocka_unit_test(patients_belong_to_themselves_first),
		cmocka_unit_test(patients_are_distinct_and_in_the_order_of_the_text),
		cmocka_unit_test(nested_paths_of_all_versions_are_followed),
		cmocka_unit_test(plain_references_below_a_member_are_found),
		cmocka_unit_test(too_many_patients_are_a_fault),
		cmocka_unit_test(repeated_members_are_a_fault_with_the_first_facts),
		cmocka_unit_test(the_clinical_date_is_the_first_of_the_list),
		cmocka_unit_test(a_streamed_text_has_the_same_facts),
		cmocka_unit_test(a_member_cut_by_the_stream_is_too_large),
	};

	return cmocka_run_group_tests(tests, new_fhir, free_fhir);
}
