/* SPDX-License-Identifier: Apache-2.0 */
#include "record/category.h"

#include "base/hash.h"
#include "base/secret.h"
#include "record/bsn.h"

#include <stdlib.h>
#include <string.h>

#define BIT(name) (UINT64_C(1) << MEDARK_CATEGORY_##name)
#define KEY(name) MEDARK_CATEGORY_KEY_##name

static const struct {
	const char *name, *label;
} categories[MEDARK_CATEGORIES] = {
	[MEDARK_CATEGORY_NAME] = { "name", "name" },
	[MEDARK_CATEGORY_BIRTH_DATE] = { "birth_date", "date of birth" },
	[MEDARK_CATEGORY_GENDER] = { "gender", "gender" },
	[MEDARK_CATEGORY_BSN] = { "bsn", "citizen service number (BSN)" },
	[MEDARK_CATEGORY_IDENTIFIERS] = { "identifiers", "other numbers of the patient" },
	[MEDARK_CATEGORY_ADDRESS] = { "address", "address" },
	[MEDARK_CATEGORY_PHONE] = { "phone", "telephone" },
	[MEDARK_CATEGORY_EMAIL] = { "email", "e-mail" },
	[MEDARK_CATEGORY_RELATIVES] = { "relatives", "relatives and contact persons" },
	[MEDARK_CATEGORY_PHOTO] = { "photo", "photo" },
	[MEDARK_CATEGORY_INSURANCE] = { "insurance", "insurance and payment" },
	[MEDARK_CATEGORY_VISITS] = { "visits", "visits and appointments" },
	[MEDARK_CATEGORY_PROBLEMS] = { "problems", "problems and diagnoses" },
	[MEDARK_CATEGORY_ALLERGIES] = { "allergies", "allergies" },
	[MEDARK_CATEGORY_MEDICATION] = { "medication", "medication" },
	[MEDARK_CATEGORY_IMMUNISATIONS] = { "immunisations", "immunisations" },
	[MEDARK_CATEGORY_LABORATORY] = { "laboratory", "laboratory" },
	[MEDARK_CATEGORY_MEASUREMENTS] = { "measurements", "measurements and findings" },
	[MEDARK_CATEGORY_PROCEDURES] = { "procedures", "procedures" },
	[MEDARK_CATEGORY_IMAGING] = { "imaging", "imaging" },
	[MEDARK_CATEGORY_LETTERS] = { "letters", "letters and documents" },
	[MEDARK_CATEGORY_CARE] = { "care", "care plans and requests" },
	[MEDARK_CATEGORY_MENTAL_HEALTH] = { "mental_health", "mental health (by codes)" },
	[MEDARK_CATEGORY_LIFESTYLE] = { "lifestyle", "social history, lifestyle" },
	[MEDARK_CATEGORY_FAMILY_HISTORY] = { "family_history", "family history" },
	[MEDARK_CATEGORY_GENETICS] = { "genetics", "genetic data" },
	[MEDARK_CATEGORY_QUESTIONNAIRES] = { "questionnaires", "questionnaires" },
	[MEDARK_CATEGORY_ALERTS] = { "alerts", "alerts and warnings" },
	[MEDARK_CATEGORY_CONSENT] = { "consent", "consents and wishes" },
	[MEDARK_CATEGORY_DEVICES] = { "devices", "devices and implants" },
	[MEDARK_CATEGORY_OTHER] = { "other", "other records" },
};

const char *medark_category_name(enum medark_category category)
{
	return categories[category].name;
}

const char *medark_category_label(enum medark_category category)
{
	return categories[category].label;
}

/* By name, for the search. Of those with codes the bits are what they are without any. */
static const struct type {
	const char *name;
	uint64_t bits;
} types[] = {
	{ "Account", BIT(INSURANCE) },
	{ "AdverseEvent", BIT(ALERTS) },
	{ "AllergyIntolerance", BIT(ALLERGIES) },
	{ "Appointment", BIT(VISITS) },
	{ "AppointmentResponse", BIT(VISITS) },
	{ "Binary", BIT(LETTERS) },
	{ "BodyStructure", BIT(MEASUREMENTS) },
	{ "CarePlan", BIT(CARE) },
	{ "CareTeam", BIT(CARE) },
	{ "ChargeItem", BIT(INSURANCE) },
	{ "Claim", BIT(INSURANCE) },
	{ "ClaimResponse", BIT(INSURANCE) },
	{ "ClinicalImpression", BIT(PROBLEMS) },
	{ "Communication", BIT(LETTERS) },
	{ "CommunicationRequest", BIT(LETTERS) },
	{ "Composition", BIT(LETTERS) },
	{ "Condition", BIT(PROBLEMS) },
	{ "Consent", BIT(CONSENT) },
	{ "Contract", BIT(INSURANCE) },
	{ "Coverage", BIT(INSURANCE) },
	{ "CoverageEligibilityRequest", BIT(INSURANCE) },
	{ "CoverageEligibilityResponse", BIT(INSURANCE) },
	{ "DetectedIssue", BIT(ALERTS) },
	{ "Device", BIT(DEVICES) },
	{ "DeviceRequest", BIT(DEVICES) },
	{ "DeviceUsage", BIT(DEVICES) },
	{ "DeviceUseStatement", BIT(DEVICES) },
	{ "DiagnosticReport", BIT(LABORATORY) },
	{ "DocumentManifest", BIT(LETTERS) },
	{ "DocumentReference", BIT(LETTERS) },
	{ "Encounter", BIT(VISITS) },
	{ "EnrollmentRequest", BIT(INSURANCE) },
	{ "EpisodeOfCare", BIT(VISITS) },
	{ "ExplanationOfBenefit", BIT(INSURANCE) },
	{ "FamilyMemberHistory", BIT(FAMILY_HISTORY) },
	{ "Flag", BIT(ALERTS) },
	{ "GenomicStudy", BIT(GENETICS) },
	{ "Goal", BIT(CARE) },
	{ "ImagingManifest", BIT(IMAGING) },
	{ "ImagingSelection", BIT(IMAGING) },
	{ "ImagingStudy", BIT(IMAGING) },
	{ "Immunization", BIT(IMMUNISATIONS) },
	{ "ImmunizationEvaluation", BIT(IMMUNISATIONS) },
	{ "ImmunizationRecommendation", BIT(IMMUNISATIONS) },
	{ "Invoice", BIT(INSURANCE) },
	{ "List", BIT(OTHER) },
	{ "Media", BIT(IMAGING) },
	{ "MedicationAdministration", BIT(MEDICATION) },
	{ "MedicationDispense", BIT(MEDICATION) },
	{ "MedicationRequest", BIT(MEDICATION) },
	{ "MedicationStatement", BIT(MEDICATION) },
	{ "MolecularSequence", BIT(GENETICS) },
	{ "NutritionOrder", BIT(CARE) },
	{ "Observation", BIT(MEASUREMENTS) },
	{ "Patient", 0 },
	{ "PaymentNotice", BIT(INSURANCE) },
	{ "PaymentReconciliation", BIT(INSURANCE) },
	{ "Person", BIT(RELATIVES) },
	{ "Procedure", BIT(PROCEDURES) },
	{ "ProcedureRequest", BIT(CARE) },
	{ "QuestionnaireResponse", BIT(QUESTIONNAIRES) },
	{ "ReferralRequest", BIT(CARE) },
	{ "RelatedPerson", BIT(RELATIVES) },
	{ "RequestGroup", BIT(CARE) },
	{ "RiskAssessment", BIT(PROBLEMS) },
	{ "Schedule", BIT(VISITS) },
	{ "ServiceRequest", BIT(CARE) },
	{ "Specimen", BIT(LABORATORY) },
	{ "SupplyRequest", BIT(CARE) },
	{ "Task", BIT(CARE) },
	{ "VisionPrescription", BIT(DEVICES) },
};

const char *const medark_category_key_names[MEDARK_CATEGORY_KEYS] = {
	[MEDARK_CATEGORY_KEY_CATEGORY] = "category",
	[MEDARK_CATEGORY_KEY_CODE] = "code",
	[MEDARK_CATEGORY_KEY_MEDICATION] = "medicationCodeableConcept",
	[MEDARK_CATEGORY_KEY_REASON] = "reasonCode",
	[MEDARK_CATEGORY_KEY_SERVICE] = "serviceType",
	[MEDARK_CATEGORY_KEY_SPECIALTY] = "specialty",
	[MEDARK_CATEGORY_KEY_NAME] = "name",
	[MEDARK_CATEGORY_KEY_BIRTH_DATE] = "birthDate",
	[MEDARK_CATEGORY_KEY_GENDER] = "gender",
	[MEDARK_CATEGORY_KEY_IDENTIFIER] = "identifier",
	[MEDARK_CATEGORY_KEY_TELECOM] = "telecom",
	[MEDARK_CATEGORY_KEY_ADDRESS] = "address",
	[MEDARK_CATEGORY_KEY_CONTACT] = "contact",
	[MEDARK_CATEGORY_KEY_PHOTO] = "photo",
};

/* Members that say the same say it in few ways: what was found of their bytes, which are compared.
 */
#define MEMO_KEY   500
#define MEMO_COUNT 512
struct memo {
	uint64_t bits;
	uint32_t size;
	uint8_t key[MEMO_KEY];
};

struct medark_categoriser {
	struct memo *memos;
	struct memo wanted;
};

int medark_categoriser_new(struct medark_categoriser **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_categoriser_free)
	struct medark_categoriser *c = calloc(1, sizeof(*c));

	if (!c)
		return medark_error_memory(err, "the categories of records");
	c->memos = calloc(MEMO_COUNT, sizeof(*c->memos));
	if (!c->memos)
		return medark_error_memory(err, "the categories of records");
	*out = MEDARK_TAKE(c);
	return 0;
}

void medark_categoriser_free(struct medark_categoriser *c)
{
	if (!c)
		return;
	if (c->memos)
		medark_secret_wipe(c->memos, MEMO_COUNT * sizeof(*c->memos));
	free(c->memos);
	medark_secret_wipe(c, sizeof(*c));
	free(c);
}

/* ---- codes ---- */

static int by_type(const void *key, const void *element)
{
	const struct medark_bytes *name = key;
	const struct type *type = element;

	return medark_bytes_compare(*name, medark_bytes_text(type->name));
}

static uint64_t bits_of_type(struct medark_bytes name)
{
	const struct type *type =
		bsearch(&name, types, sizeof(types) / sizeof(*types), sizeof(*types), by_type);

	return type ? type->bits : BIT(OTHER);
}

/* Of an Observation or a report: what its category makes of it; 0: nothing. */
static uint64_t bits_of_category(struct medark_bytes code)
{
	static const struct {
		const char *code;
		uint64_t bits;
	} known[] = {
		{ "laboratory", BIT(LABORATORY) },
		{ "LAB", BIT(LABORATORY) },
		{ "vital-signs", BIT(MEASUREMENTS) },
		{ "social-history", BIT(LIFESTYLE) },
		{ "imaging", BIT(IMAGING) },
		{ "survey", BIT(QUESTIONNAIRES) },
		{ "procedure", BIT(PROCEDURES) },
		{ "RAD", BIT(IMAGING) },
		{ "RUS", BIT(IMAGING) },
		{ "CUS", BIT(IMAGING) },
		{ "OUS", BIT(IMAGING) },
		{ "VUS", BIT(IMAGING) },
		{ "CT", BIT(IMAGING) },
		{ "NMR", BIT(IMAGING) },
		{ "NMS", BIT(IMAGING) },
		{ "RX", BIT(IMAGING) },
		{ "XRC", BIT(IMAGING) },
		{ "LP29684-5", BIT(IMAGING) },
		{ "GE", BIT(GENETICS) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (medark_bytes_is(code, known[i].code))
			return known[i].bits;
	return 0;
}

static bool contains(struct medark_bytes text, const char *word)
{
	return text.size && memmem(text.data, text.size, word, strlen(word));
}

/* Classifications in which codes that begin so are of mental health; "" is all of them. */
static const struct {
	const char *system; /* a part of its URL; or its OID, which is the end of the system */
	const char *codes;
} mental[] = {
	{ "/icd-10", "F" },
	{ ":2.16.840.1.113883.6.3", "F" },
	{ ":2.16.840.1.113883.6.90", "F" },
	{ "/icd/release/11", "6" },
	{ "/icpc-", "P" },
	{ ":2.16.840.1.113883.2.4.4.31.1", "P" },
	{ "whocc.no/atc", "N05" }, /* psycholeptics */
	{ "whocc.no/atc", "N06" }, /* psychoanaleptics */
	{ ":2.16.840.1.113883.6.73", "N05" },
	{ ":2.16.840.1.113883.6.73", "N06" },
	{ "/dsm", "" },
	{ ":2.16.840.1.113883.6.126", "" },
	{ ":2.16.840.1.113883.6.344", "" },
	{ ":2.16.840.1.113883.2.4.6.7", "0329" }, /* a specialty of Vektis COD016: psychiatry */
};

static bool is_system(struct medark_bytes system, const char *wanted)
{
	size_t size = strlen(wanted);

	if (wanted[0] != ':')
		return contains(system, wanted);
	return system.size > size && memcmp(system.data + (system.size - size), wanted, size) == 0;
}

static bool is_mental(struct medark_bytes system, struct medark_bytes code)
{
	if (!system.size || !code.size)
		return false;
	for (size_t i = 0; i < sizeof(mental) / sizeof(*mental); i++)
		if (medark_bytes_starts(code, mental[i].codes) &&
		    is_system(system, mental[i].system))
			return true;
	return false;
}

/* What the codes of a member say: of `category` what kind of finding it is. */
static uint64_t bits_of_codes(const struct medark_fhir *fhir, enum medark_category_key key,
			      bool *is_kind_known)
{
	struct medark_bytes system = { NULL, 0 }, code = system;
	struct medark_json_reader json;
	enum medark_json_token token;
	uint64_t bits = 0, found;

	medark_json_reader_init(&json, medark_fhir_member(fhir, key));
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		bool is_code;

		if (token == MEDARK_JSON_OBJECT_BEGIN || token == MEDARK_JSON_OBJECT_END) {
			system.size = 0;
			code.size = 0;
		}
		if (token != MEDARK_JSON_KEY)
			continue;
		is_code = medark_json_name_is(json.raw, "code");
		if (!is_code && !medark_json_name_is(json.raw, "system"))
			continue;
		if (medark_json_next(&json) != MEDARK_JSON_STRING)
			continue; /* what is none of a Coding is walked as all else */
		*(is_code ? &code : &system) = json.raw;
		bits |= is_mental(system, code) ? BIT(MENTAL_HEALTH) : 0;
		found = key == KEY(CATEGORY) && is_code ? bits_of_category(code) : 0;
		*is_kind_known |= found != 0;
		bits |= found;
	}
	return bits;
}

/* ---- a Patient ---- */

/* Is there anything in an array, object or string? */
static bool has_any(const struct medark_fhir *fhir, enum medark_category_key key)
{
	struct medark_bytes value = medark_fhir_member(fhir, key);

	for (size_t i = 0; i < value.size; i++)
		if (!memchr("[]{}\" \t\r\n", value.data[i], 9))
			return !medark_bytes_is(value, "null");
	return false;
}

/* One or several of the systems and values of `identifier` and `telecom`. */
static uint64_t bits_of_values(const struct medark_fhir *fhir, enum medark_category_key key)
{
	struct medark_bytes system = { NULL, 0 }, value = system;
	struct medark_json_reader json;
	enum medark_json_token token;
	uint64_t bits = 0;
	uint32_t depth = 0;

	medark_json_reader_init(&json, medark_fhir_member(fhir, key));
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		if (token == MEDARK_JSON_OBJECT_BEGIN && ++depth == 1) {
			system.size = 0;
			value.size = 0;
		}
		if (token == MEDARK_JSON_OBJECT_END && --depth == 0 && value.size) {
			if (key == KEY(IDENTIFIER))
				bits |= medark_bsn_is_system(system) && medark_bsn_is_valid(value)
						? BIT(BSN)
						: BIT(IDENTIFIERS);
			else
				bits |= medark_bytes_is(system, "email") ? BIT(EMAIL) : BIT(PHONE);
		}
		if (token != MEDARK_JSON_KEY || depth != 1)
			continue;
		if (medark_json_name_is(json.raw, "system") &&
		    medark_json_next(&json) == MEDARK_JSON_STRING)
			system = json.raw;
		else if (medark_json_name_is(json.raw, "value") &&
			 medark_json_next(&json) == MEDARK_JSON_STRING)
			value = json.raw;
	}
	return bits;
}

static uint64_t bits_of_patient(const struct medark_fhir *fhir)
{
	static const struct {
		enum medark_category_key key;
		uint64_t bits;
	} plain[] = { { KEY(NAME), BIT(NAME) },		{ KEY(BIRTH_DATE), BIT(BIRTH_DATE) },
		      { KEY(GENDER), BIT(GENDER) },	{ KEY(ADDRESS), BIT(ADDRESS) },
		      { KEY(CONTACT), BIT(RELATIVES) }, { KEY(PHOTO), BIT(PHOTO) } };
	uint64_t bits = bits_of_values(fhir, KEY(IDENTIFIER)) | bits_of_values(fhir, KEY(TELECOM));

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		bits |= has_any(fhir, plain[i].key) ? plain[i].bits : 0;
	return bits;
}

/* ---- all others ---- */

static const enum medark_category_key coded[] = { KEY(CODE), KEY(MEDICATION), KEY(REASON),
						  KEY(SERVICE), KEY(SPECIALTY) };
#define CODED_COUNT (sizeof(coded) / sizeof(*coded))

static bool is_finding(struct medark_bytes type)
{
	return medark_bytes_is(type, "Observation") || medark_bytes_is(type, "DiagnosticReport");
}

static uint64_t read_codes(const struct medark_fhir *fhir, struct medark_bytes type)
{
	uint64_t bits = bits_of_type(type), more = 0;
	bool is_kind_known = false, ignored = false;

	if (is_finding(type))
		more = bits_of_codes(fhir, KEY(CATEGORY), &is_kind_known);
	bits = is_kind_known ? more : bits | more;
	for (size_t i = 0; i < CODED_COUNT; i++)
		bits |= bits_of_codes(fhir, coded[i], &ignored);
	return bits;
}

/* Adds a part, which its size and a letter tell apart from the next; false: there is no room. */
static bool add_part(struct memo *memo, char letter, struct medark_bytes part)
{
	uint8_t *at = memo->key + memo->size;

	if (part.size > MEMO_KEY || memo->size + part.size + 3 > MEMO_KEY)
		return false;
	at[0] = (uint8_t)letter;
	at[1] = (uint8_t)(part.size >> 8);
	at[2] = (uint8_t)part.size;
	if (part.size)
		memcpy(at + 3, part.data, part.size);
	memo->size += (uint32_t)part.size + 3;
	return true;
}

/* All that read_codes() looks at; false: it is too long to be kept. */
static bool make_key(struct medark_categoriser *c, const struct medark_fhir *fhir,
		     struct medark_bytes type)
{
	bool fits;

	c->wanted.size = 0;
	fits = add_part(&c->wanted, 'T', type);
	for (size_t i = 0; fits && i <= CODED_COUNT; i++) {
		enum medark_category_key key = i < CODED_COUNT ? coded[i] : KEY(CATEGORY);
		struct medark_bytes value = medark_fhir_member(fhir, key);

		if (value.size && (key != KEY(CATEGORY) || is_finding(type)))
			fits = add_part(&c->wanted, (char)('a' + (int)key), value);
	}
	return fits;
}

static uint64_t find_codes(struct medark_categoriser *c, const struct medark_fhir *fhir,
			   struct medark_bytes type)
{
	struct memo *memo;
	uint64_t hash;

	if (!make_key(c, fhir, type))
		return read_codes(fhir, type);
	hash = medark_hash(0, medark_bytes(c->wanted.key, c->wanted.size));
	memo = &c->memos[hash % MEMO_COUNT];
	if (memo->size == c->wanted.size && memcmp(memo->key, c->wanted.key, c->wanted.size) == 0)
		return memo->bits;
	memo->bits = read_codes(fhir, type);
	memo->size = c->wanted.size;
	memcpy(memo->key, c->wanted.key, c->wanted.size);
	return memo->bits;
}

uint64_t medark_categoriser_find(struct medark_categoriser *c, struct medark_bytes type,
				 const struct medark_fhir *fhir)
{
	if (!fhir)
		return bits_of_type(type);
	return medark_bytes_is(type, "Patient") ? bits_of_patient(fhir) : find_codes(c, fhir, type);
}
