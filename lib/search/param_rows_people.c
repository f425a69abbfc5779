/* SPDX-License-Identifier: Apache-2.0 */
/* Patients, who cares for them, where, when, and under which agreements. Checked against the
 * definitions by tests/search. */
#include "search/param_rows.h"

/* clang-format off */
/* What every type with addresses has. */
#define ADDRESS_ROWS \
	{ "address", MEDARK_SEARCH_STRING, { "address" }, .rule = MEDARK_SEARCH_WORDS }, \
	{ "address-city", MEDARK_SEARCH_STRING, { "address.city" }, .rule = MEDARK_SEARCH_WORDS }, \
	{ "address-country", MEDARK_SEARCH_STRING, { "address.country" }, .rule = MEDARK_SEARCH_WORDS }, \
	{ "address-postalcode", MEDARK_SEARCH_STRING, { "address.postalCode" }, .rule = MEDARK_SEARCH_WORDS }, \
	{ "address-state", MEDARK_SEARCH_STRING, { "address.state" }, .rule = MEDARK_SEARCH_WORDS }, \
	{ "address-use", MEDARK_SEARCH_TOKEN, { "address.use" }, \
	  .system = "http://hl7.org/fhir/address-use" }

static const struct medark_search_param appointment[] = {
	{ "actor", MEDARK_SEARCH_REFERENCE, { "participant.actor" } },
	{ "appointment-type", MEDARK_SEARCH_TOKEN, { "appointmentType" } },
	{ "based-on", MEDARK_SEARCH_REFERENCE, { "basedOn" } },
	{ "date", MEDARK_SEARCH_DATE, { "start" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "location", MEDARK_SEARCH_REFERENCE, { "participant.actor" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Location" },
	{ "part-status", MEDARK_SEARCH_TOKEN, { "participant.status" },
	  .system = "http://hl7.org/fhir/participationstatus" },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "participant.actor" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Patient" },
	{ "practitioner", MEDARK_SEARCH_REFERENCE, { "participant.actor" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Practitioner" },
	{ "reason-code", MEDARK_SEARCH_TOKEN, { "reasonCode", "reason" } },
	{ "reason-reference", MEDARK_SEARCH_REFERENCE, { "reasonReference" } },
	{ "service-category", MEDARK_SEARCH_TOKEN, { "serviceCategory" } },
	{ "service-type", MEDARK_SEARCH_TOKEN, { "serviceType" } },
	{ "slot", MEDARK_SEARCH_REFERENCE, { "slot" } },
	{ "specialty", MEDARK_SEARCH_TOKEN, { "specialty" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/appointmentstatus" },
	{ "supporting-info", MEDARK_SEARCH_REFERENCE, { "supportingInformation" } },
};

static const struct medark_search_param care_team[] = {
	{ "category", MEDARK_SEARCH_TOKEN, { "category" } },
	{ "date", MEDARK_SEARCH_DATE, { "period" } },
	{ "encounter", MEDARK_SEARCH_REFERENCE, { "encounter", "context" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "participant", MEDARK_SEARCH_REFERENCE, { "participant.member" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "subject" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Patient" },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/care-team-status" },
	{ "subject", MEDARK_SEARCH_REFERENCE, { "subject" } },
};

static const struct medark_search_param consent[] = {
	{ "action", MEDARK_SEARCH_TOKEN, { "provision.action", "action" } },
	{ "actor", MEDARK_SEARCH_REFERENCE, { "provision.actor.reference", "actor.reference" } },
	{ "category", MEDARK_SEARCH_TOKEN, { "category" } },
	{ "consentor", MEDARK_SEARCH_REFERENCE, { "performer", "consentingParty" } },
	{ "data", MEDARK_SEARCH_REFERENCE, { "provision.data.reference", "data.reference" } },
	{ "date", MEDARK_SEARCH_DATE, { "dateTime" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "organization", MEDARK_SEARCH_REFERENCE, { "organization" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "patient" } },
	{ "period", MEDARK_SEARCH_DATE, { "provision.period", "period" } },
	{ "purpose", MEDARK_SEARCH_TOKEN, { "provision.purpose", "purpose" } },
	{ "scope", MEDARK_SEARCH_TOKEN, { "scope" } },
	{ "security-label", MEDARK_SEARCH_TOKEN, { "provision.securityLabel", "securityLabel" } },
	{ "source-reference", MEDARK_SEARCH_REFERENCE, { "sourceReference" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/consent-state-codes" },
};

static const struct medark_search_param coverage[] = {
	{ "beneficiary", MEDARK_SEARCH_REFERENCE, { "beneficiary" } },
	{ "class-type", MEDARK_SEARCH_TOKEN, { "class.type" } },
	{ "class-value", MEDARK_SEARCH_STRING, { "class.value" } },
	{ "dependent", MEDARK_SEARCH_STRING, { "dependent" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "beneficiary" } },
	{ "payor", MEDARK_SEARCH_REFERENCE, { "payor" } },
	{ "policy-holder", MEDARK_SEARCH_REFERENCE, { "policyHolder" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/fm-status" },
	{ "subscriber", MEDARK_SEARCH_REFERENCE, { "subscriber" } },
	{ "type", MEDARK_SEARCH_TOKEN, { "type" } },
};

static const struct medark_search_param device[] = {
	{ "device-name", MEDARK_SEARCH_STRING, { "deviceName.name", "type.coding.display", "type.text" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "location", MEDARK_SEARCH_REFERENCE, { "location" } },
	{ "manufacturer", MEDARK_SEARCH_STRING, { "manufacturer" } },
	{ "model", MEDARK_SEARCH_STRING, { "modelNumber", "model" } },
	{ "organization", MEDARK_SEARCH_REFERENCE, { "owner" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "patient" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/device-status" },
	{ "type", MEDARK_SEARCH_TOKEN, { "type" } },
	{ "udi-carrier", MEDARK_SEARCH_STRING, { "udiCarrier.carrierHRF", "udi.carrierHRF" } },
	{ "udi-di", MEDARK_SEARCH_STRING, { "udiCarrier.deviceIdentifier", "udi.deviceIdentifier" } },
	{ "url", MEDARK_SEARCH_URI, { "url" } },
};

static const struct medark_search_param device_use_statement[] = {
	{ "device", MEDARK_SEARCH_REFERENCE, { "device" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "subject" } },
	{ "subject", MEDARK_SEARCH_REFERENCE, { "subject" } },
};

static const struct medark_search_param encounter[] = {
	{ "account", MEDARK_SEARCH_REFERENCE, { "account" } },
	{ "appointment", MEDARK_SEARCH_REFERENCE, { "appointment" } },
	{ "based-on", MEDARK_SEARCH_REFERENCE, { "basedOn" } },
	{ "class", MEDARK_SEARCH_TOKEN, { "class" } },
	{ "date", MEDARK_SEARCH_DATE, { "period" } },
	{ "diagnosis", MEDARK_SEARCH_REFERENCE, { "diagnosis.condition" } },
	{ "episode-of-care", MEDARK_SEARCH_REFERENCE, { "episodeOfCare" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "length", MEDARK_SEARCH_QUANTITY, { "length" } },
	{ "location", MEDARK_SEARCH_REFERENCE, { "location.location" } },
	{ "location-period", MEDARK_SEARCH_DATE, { "location.period" } },
	{ "part-of", MEDARK_SEARCH_REFERENCE, { "partOf" } },
	{ "participant", MEDARK_SEARCH_REFERENCE, { "participant.individual" } },
	{ "participant-type", MEDARK_SEARCH_TOKEN, { "participant.type" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "subject" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Patient" },
	{ "practitioner", MEDARK_SEARCH_REFERENCE, { "participant.individual" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Practitioner" },
	{ "reason-code", MEDARK_SEARCH_TOKEN, { "reasonCode", "reason" } },
	{ "reason-reference", MEDARK_SEARCH_REFERENCE, { "reasonReference" } },
	{ "service-provider", MEDARK_SEARCH_REFERENCE, { "serviceProvider" } },
	{ "special-arrangement", MEDARK_SEARCH_TOKEN, { "hospitalization.specialArrangement" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/encounter-status" },
	{ "subject", MEDARK_SEARCH_REFERENCE, { "subject" } },
	{ "type", MEDARK_SEARCH_TOKEN, { "type" } },
};

static const struct medark_search_param episode_of_care[] = {
	{ "care-manager", MEDARK_SEARCH_REFERENCE, { "careManager" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Practitioner" },
	{ "condition", MEDARK_SEARCH_REFERENCE, { "diagnosis.condition" } },
	{ "date", MEDARK_SEARCH_DATE, { "period" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "incoming-referral", MEDARK_SEARCH_REFERENCE, { "referralRequest" } },
	{ "organization", MEDARK_SEARCH_REFERENCE, { "managingOrganization" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "patient" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/episode-of-care-status" },
	{ "type", MEDARK_SEARCH_TOKEN, { "type" } },
};

static const struct medark_search_param flag[] = {
	{ "author", MEDARK_SEARCH_REFERENCE, { "author" } },
	{ "date", MEDARK_SEARCH_DATE, { "period" } },
	{ "encounter", MEDARK_SEARCH_REFERENCE, { "encounter" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "subject" }, .rule = MEDARK_SEARCH_REFERS_TO, .only = "Patient" },
	{ "subject", MEDARK_SEARCH_REFERENCE, { "subject" } },
};

static const struct medark_search_param location[] = {
	ADDRESS_ROWS,
	{ "endpoint", MEDARK_SEARCH_REFERENCE, { "endpoint" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "name", MEDARK_SEARCH_STRING, { "name", "alias" } },
	{ "operational-status", MEDARK_SEARCH_TOKEN, { "operationalStatus" } },
	{ "organization", MEDARK_SEARCH_REFERENCE, { "managingOrganization" } },
	{ "partof", MEDARK_SEARCH_REFERENCE, { "partOf" } },
	{ "status", MEDARK_SEARCH_TOKEN, { "status" },
	  .system = "http://hl7.org/fhir/location-status" },
	{ "type", MEDARK_SEARCH_TOKEN, { "type" } },
};

static const struct medark_search_param organization[] = {
	{ "active", MEDARK_SEARCH_TOKEN, { "active" },
	  .system = "http://hl7.org/fhir/special-values" },
	ADDRESS_ROWS,
	{ "endpoint", MEDARK_SEARCH_REFERENCE, { "endpoint" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "name", MEDARK_SEARCH_STRING, { "name", "alias" } },
	{ "partof", MEDARK_SEARCH_REFERENCE, { "partOf" } },
	{ "type", MEDARK_SEARCH_TOKEN, { "type" } },
};

static const struct medark_search_param patient[] = {
	{ "active", MEDARK_SEARCH_TOKEN, { "active" },
	  .system = "http://hl7.org/fhir/special-values" },
	ADDRESS_ROWS,
	{ "birthdate", MEDARK_SEARCH_DATE, { "birthDate" } },
	{ "death-date", MEDARK_SEARCH_DATE, { "deceasedDateTime" } },
	{ "deceased", MEDARK_SEARCH_TOKEN, { "deceasedBoolean", "deceasedDateTime" }, .rule = MEDARK_SEARCH_IS_DECEASED,
	  .system = "http://hl7.org/fhir/special-values" },
	{ "email", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "email" },
	{ "family", MEDARK_SEARCH_STRING, { "name.family" }, .rule = MEDARK_SEARCH_WORDS },
	{ "gender", MEDARK_SEARCH_TOKEN, { "gender" },
	  .system = "http://hl7.org/fhir/administrative-gender" },
	{ "general-practitioner", MEDARK_SEARCH_REFERENCE, { "generalPractitioner" } },
	{ "given", MEDARK_SEARCH_STRING, { "name.given" }, .rule = MEDARK_SEARCH_WORDS },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "language", MEDARK_SEARCH_TOKEN, { "communication.language" } },
	{ "link", MEDARK_SEARCH_REFERENCE, { "link.other" } },
	{ "name", MEDARK_SEARCH_STRING, { "name" }, .rule = MEDARK_SEARCH_WORDS },
	{ "organization", MEDARK_SEARCH_REFERENCE, { "managingOrganization" } },
	{ "phone", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "phone" },
	{ "telecom", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT },
};

static const struct medark_search_param practitioner[] = {
	{ "active", MEDARK_SEARCH_TOKEN, { "active" },
	  .system = "http://hl7.org/fhir/special-values" },
	ADDRESS_ROWS,
	{ "communication", MEDARK_SEARCH_TOKEN, { "communication" } },
	{ "email", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "email" },
	{ "family", MEDARK_SEARCH_STRING, { "name.family" }, .rule = MEDARK_SEARCH_WORDS },
	{ "gender", MEDARK_SEARCH_TOKEN, { "gender" },
	  .system = "http://hl7.org/fhir/administrative-gender" },
	{ "given", MEDARK_SEARCH_STRING, { "name.given" }, .rule = MEDARK_SEARCH_WORDS },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "name", MEDARK_SEARCH_STRING, { "name" }, .rule = MEDARK_SEARCH_WORDS },
	{ "phone", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "phone" },
	{ "telecom", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT },
};

static const struct medark_search_param practitioner_role[] = {
	{ "active", MEDARK_SEARCH_TOKEN, { "active" },
	  .system = "http://hl7.org/fhir/special-values" },
	{ "date", MEDARK_SEARCH_DATE, { "period" } },
	{ "email", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "email" },
	{ "endpoint", MEDARK_SEARCH_REFERENCE, { "endpoint" } },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "location", MEDARK_SEARCH_REFERENCE, { "location" } },
	{ "organization", MEDARK_SEARCH_REFERENCE, { "organization" } },
	{ "phone", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "phone" },
	{ "practitioner", MEDARK_SEARCH_REFERENCE, { "practitioner" } },
	{ "role", MEDARK_SEARCH_TOKEN, { "code" } },
	{ "service", MEDARK_SEARCH_REFERENCE, { "healthcareService" } },
	{ "specialty", MEDARK_SEARCH_TOKEN, { "specialty" } },
	{ "telecom", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT },
};

static const struct medark_search_param related_person[] = {
	{ "active", MEDARK_SEARCH_TOKEN, { "active" },
	  .system = "http://hl7.org/fhir/special-values" },
	ADDRESS_ROWS,
	{ "birthdate", MEDARK_SEARCH_DATE, { "birthDate" } },
	{ "email", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "email" },
	{ "gender", MEDARK_SEARCH_TOKEN, { "gender" },
	  .system = "http://hl7.org/fhir/administrative-gender" },
	{ "identifier", MEDARK_SEARCH_TOKEN, { "identifier" } },
	{ "name", MEDARK_SEARCH_STRING, { "name" }, .rule = MEDARK_SEARCH_WORDS },
	{ "patient", MEDARK_SEARCH_REFERENCE, { "patient" } },
	{ "phone", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT, .only = "phone" },
	{ "relationship", MEDARK_SEARCH_TOKEN, { "relationship" } },
	{ "telecom", MEDARK_SEARCH_TOKEN, { "telecom" }, .rule = MEDARK_SEARCH_CONTACT },
};

const struct medark_search_type medark_search_rows_people[] = {
	{ "Appointment", appointment, sizeof(appointment) / sizeof(*appointment) },
	{ "CareTeam", care_team, sizeof(care_team) / sizeof(*care_team) },
	{ "Consent", consent, sizeof(consent) / sizeof(*consent) },
	{ "Coverage", coverage, sizeof(coverage) / sizeof(*coverage) },
	{ "Device", device, sizeof(device) / sizeof(*device) },
	{ "DeviceUseStatement", device_use_statement, sizeof(device_use_statement) / sizeof(*device_use_statement) },
	{ "Encounter", encounter, sizeof(encounter) / sizeof(*encounter) },
	{ "EpisodeOfCare", episode_of_care, sizeof(episode_of_care) / sizeof(*episode_of_care) },
	{ "Flag", flag, sizeof(flag) / sizeof(*flag) },
	{ "Location", location, sizeof(location) / sizeof(*location) },
	{ "Organization", organization, sizeof(organization) / sizeof(*organization) },
	{ "Patient", patient, sizeof(patient) / sizeof(*patient) },
	{ "Practitioner", practitioner, sizeof(practitioner) / sizeof(*practitioner) },
	{ "PractitionerRole", practitioner_role, sizeof(practitioner_role) / sizeof(*practitioner_role) },
	{ "RelatedPerson", related_person, sizeof(related_person) / sizeof(*related_person) },
};

const size_t medark_search_rows_people_count =
	sizeof(medark_search_rows_people) / sizeof(*medark_search_rows_people);
