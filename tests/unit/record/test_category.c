/* SPDX-License-Identifier: Apache-2.0 */
#include "fhir_fixture.h"
#include "record/category.h"

#define BIT(name) (UINT64_C(1) << MEDARK_CATEGORY_##name)

static int new_reader(void **state)
{
	(void)state;
	return medark_fhir_new_with(medark_category_key_names, MEDARK_CATEGORY_KEYS, &fhir, NULL);
}

static uint64_t find_text(struct medark_categoriser *c, const char *type, const char *text)
{
	struct medark_bytes copy = padded(medark_bytes_text(text));
	uint64_t bits;

	assert_int_equal(medark_fhir_json(fhir, copy, medark_bytes(NULL, 0), &record, NULL), 1);
	bits = medark_categoriser_find(c, medark_bytes_text(type), fhir);
	free((void *)(uintptr_t)copy.data);
	return bits;
}

static uint64_t find_with(struct medark_categoriser *c, const char *type, const char *members)
{
	char text[1024];
	int size = snprintf(text, sizeof(text), "{\"resourceType\":\"%s\"%s%s}", type,
			    *members ? "," : "", members);

	assert_in_range(size, 1, sizeof(text) - 1);
	return find_text(c, type, text);
}

static uint64_t find(const char *type, const char *members)
{
	MEDARK_AUTO(medark_categoriser_free) struct medark_categoriser *c = NULL;

	assert_int_equal(medark_categoriser_new(&c, NULL), 0);
	return find_with(c, type, members);
}

static void every_category_has_its_own_name(void **state)
{
	(void)state;
	for (int i = 0; i < MEDARK_CATEGORIES; i++) {
		assert_non_null(medark_category_name((enum medark_category)i));
		assert_non_null(medark_category_label((enum medark_category)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(medark_category_name((enum medark_category)i),
						medark_category_name((enum medark_category)k));
	}
	assert_true(MEDARK_CATEGORIES <= 64);
}

static void the_type_decides(void **state)
{
	static const struct {
		const char *type;
		uint64_t bits;
	} known[] = {
		{ "Account", BIT(INSURANCE) },
		{ "AllergyIntolerance", BIT(ALLERGIES) },
		{ "Condition", BIT(PROBLEMS) },
		{ "Coverage", BIT(INSURANCE) },
		{ "DocumentReference", BIT(LETTERS) },
		{ "Encounter", BIT(VISITS) },
		{ "FamilyMemberHistory", BIT(FAMILY_HISTORY) },
		{ "ImagingStudy", BIT(IMAGING) },
		{ "Immunization", BIT(IMMUNISATIONS) },
		{ "MedicationRequest", BIT(MEDICATION) },
		{ "Observation", BIT(MEASUREMENTS) },
		{ "QuestionnaireResponse", BIT(QUESTIONNAIRES) },
		{ "RelatedPerson", BIT(RELATIVES) },
		{ "ServiceRequest", BIT(CARE) },
		{ "VisionPrescription", BIT(DEVICES) },
		{ "Basic", BIT(OTHER) },
		{ "NoSuchType", BIT(OTHER) },
		{ "", BIT(OTHER) },
		{ "Patient", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_int_equal(find(known[i].type, ""), known[i].bits);
}

static void a_category_that_is_known_decides_of_findings(void **state)
{
	(void)state;
#define CATEGORY(code) "\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"" code "\"}]}]"
	assert_int_equal(find("Observation", CATEGORY("laboratory")), BIT(LABORATORY));
	assert_int_equal(find("Observation", CATEGORY("social-history")), BIT(LIFESTYLE));
	assert_int_equal(find("Observation", CATEGORY("exam")), BIT(MEASUREMENTS));
	assert_int_equal(find("DiagnosticReport", CATEGORY("RAD")), BIT(IMAGING));
	assert_int_equal(find("DiagnosticReport", CATEGORY("GE")), BIT(GENETICS));
	assert_int_equal(find("DiagnosticReport", CATEGORY("xyz")), BIT(LABORATORY));
	/* Of other types it says something else. */
	assert_int_equal(find("Condition", CATEGORY("laboratory")), BIT(PROBLEMS));
	assert_int_equal(find("Observation", "\"category\":\"laboratory\""), BIT(MEASUREMENTS));
#undef CATEGORY
}

static uint64_t find_code(const char *member, const char *system, const char *code)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "\"%s\":{\"coding\":[{\"system\":\"x\",\"code\":\"y\"},{\"code\":\"%s\","
		       "\"system\":\"%s\"}]}",
		       member, code, system);
	return find("Condition", text) & BIT(MENTAL_HEALTH);
}

static void mental_health_is_told_by_codes(void **state)
{
	static const struct {
		const char *system, *code;
		bool is_mental;
	} codes[] = {
		{ "http://hl7.org/fhir/sid/icd-10", "F32.1", true },
		{ "http://hl7.org/fhir/sid/icd-10", "E11", false },
		{ "http://hl7.org/fhir/sid/icd-10-cm", "F20", true },
		{ "urn:oid:2.16.840.1.113883.6.3", "F20", true },
		{ "urn:oid:2.16.840.1.113883.6.34", "F20", false },
		{ "http://id.who.int/icd/release/11/mms", "6A70", true },
		{ "http://id.who.int/icd/release/11/mms", "5A11", false },
		{ "http://hl7.org/fhir/sid/icpc-1-nl", "P76", true },
		{ "http://hl7.org/fhir/sid/icpc-1-nl", "K86", false },
		{ "http://www.whocc.no/atc", "N06AB03", true },
		{ "http://www.whocc.no/atc", "N02BE01", false },
		{ "http://hl7.org/fhir/sid/dsm5", "296.33", true },
		{ "urn:oid:2.16.840.1.113883.2.4.6.7", "0329", true },
		{ "urn:oid:2.16.840.1.113883.2.4.6.7", "0313", false },
		{ "http://snomed.info/sct", "F32", false },
		{ "", "F32", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		uint64_t wanted = codes[i].is_mental ? BIT(MENTAL_HEALTH) : 0;

		assert_int_equal(find_code("code", codes[i].system, codes[i].code), wanted);
		assert_int_equal(find_code("reasonCode", codes[i].system, codes[i].code), wanted);
	}
	/* The system of one coding, and the code of another. */
	assert_int_equal(find("Condition",
			      "\"code\":{\"coding\":[{\"system\":\"http://hl7.org/fhir/"
			      "sid/icd-10\"},{\"code\":\"F32\"}]}"),
			 BIT(PROBLEMS));
}

static void of_a_patient_what_is_recorded(void **state)
{
	(void)state;
	assert_int_equal(find("Patient", "\"name\":[{\"family\":\"A\"}],\"birthDate\":\"2000\""),
			 BIT(NAME) | BIT(BIRTH_DATE));
	assert_int_equal(find("Patient", "\"name\":[],\"address\":[{}],\"gender\":null"), 0);
	assert_int_equal(find("Patient", "\"identifier\":[{\"system\":\"http://fhir.nl/fhir/"
					 "NamingSystem/bsn\",\"value\":\"999990019\"}]"),
			 BIT(BSN));
	/* Its digits do not check: it is some number. */
	assert_int_equal(find("Patient", "\"identifier\":[{\"system\":\"http://fhir.nl/fhir/"
					 "NamingSystem/bsn\",\"value\":\"999990018\"}]"),
			 BIT(IDENTIFIERS));
	assert_int_equal(find("Patient", "\"identifier\":[{\"system\":\"s\"}]"), 0);
	assert_int_equal(find("Patient", "\"telecom\":[{\"value\":\"a@b\",\"system\":\"email\"}]"),
			 BIT(EMAIL));
	assert_int_equal(find("Patient", "\"telecom\":[{\"system\":\"phone\",\"value\":\"1\"},"
					 "{\"system\":\"email\",\"value\":\"2\"}]"),
			 BIT(EMAIL) | BIT(PHONE));
	assert_int_equal(find("Patient", "\"contact\":[{\"name\":{}}],\"photo\":[{\"url\":\"x\"}],"
					 "\"address\":[{\"city\":\"T\"}],\"gender\":\"male\""),
			 BIT(RELATIVES) | BIT(PHOTO) | BIT(ADDRESS) | BIT(GENDER));
}

/* One after the other, by one: what it remembers of one record must not be told of another. */
static void what_was_read_before_does_not_count(void **state)
{
	static const struct {
		const char *type, *members;
		uint64_t bits;
	} records[] = {
		{ "Condition", "\"code\":{\"coding\":[{\"system\":\"/icd-10\",\"code\":\"F3\"}]}",
		  BIT(PROBLEMS) | BIT(MENTAL_HEALTH) },
		{ "Condition", "\"code\":{\"coding\":[{\"system\":\"/icd-10\",\"code\":\"E3\"}]}",
		  BIT(PROBLEMS) },
		{ "Procedure", "\"code\":{\"coding\":[{\"system\":\"/icd-10\",\"code\":\"F3\"}]}",
		  BIT(PROCEDURES) | BIT(MENTAL_HEALTH) },
		{ "Condition",
		  "\"reasonCode\":{\"coding\":[{\"system\":\"/icd-10\",\"code\":\"F3\"}]}",
		  BIT(PROBLEMS) | BIT(MENTAL_HEALTH) },
		{ "Observation", "\"category\":{\"code\":\"laboratory\"}", BIT(LABORATORY) },
		{ "Observation", "\"code\":{\"code\":\"laboratory\"}", BIT(MEASUREMENTS) },
		{ "Observation", "\"status\":\"final\"", BIT(MEASUREMENTS) },
		{ "Basic", "\"status\":\"final\"", BIT(OTHER) },
	};
	MEDARK_AUTO(medark_categoriser_free) struct medark_categoriser *c = NULL;

	(void)state;
	assert_int_equal(medark_categoriser_new(&c, NULL), 0);
	for (size_t i = 0; i < 4 * sizeof(records) / sizeof(*records); i++) {
		size_t k = i * 5 % (sizeof(records) / sizeof(*records));

		assert_int_equal(find_with(c, records[k].type, records[k].members),
				 records[k].bits);
	}
}

static void what_is_not_well_formed_has_its_type(void **state)
{
	MEDARK_AUTO(medark_categoriser_free) struct medark_categoriser *c = NULL;

	(void)state;
	assert_int_equal(medark_categoriser_new(&c, NULL), 0);
	assert_int_equal(find_text(c, "Condition", "{\"code\":"), BIT(PROBLEMS));
	assert_int_equal(find_text(c, "Patient", "{\"name\":\"a\""), 0);
}

static void of_a_type_alone_it_is_the_type(void **state)
{
	MEDARK_AUTO(medark_categoriser_free) struct medark_categoriser *c = NULL;

	(void)state;
	assert_int_equal(medark_categoriser_new(&c, NULL), 0);
	assert_int_equal(medark_categoriser_find(c, medark_bytes_text("Condition"), NULL),
			 BIT(PROBLEMS));
	assert_int_equal(medark_categoriser_find(c, medark_bytes_text("Patient"), NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_category_has_its_own_name),
		cmocka_unit_test(the_type_decides),
		cmocka_unit_test(a_category_that_is_known_decides_of_findings),
		cmocka_unit_test(mental_health_is_told_by_codes),
		cmocka_unit_test(of_a_patient_what_is_recorded),
		cmocka_unit_test(what_was_read_before_does_not_count),
		cmocka_unit_test(what_is_not_well_formed_has_its_type),
		cmocka_unit_test(of_a_type_alone_it_is_the_type),
	};

	return cmocka_run_group_tests(tests, new_reader, free_fhir);
}
