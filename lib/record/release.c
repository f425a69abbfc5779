/* SPDX-License-Identifier: Apache-2.0 */
#include "record/release.h"

#include "record/fhir_xml.h"

#include <string.h>

/* Names of one release alone, with spaces between; NULL: the type is of the other one. */
static const struct {
	const char *type, *stu3, *r4;
} table[] = {
	{ "AllergyIntolerance", "assertedDate", "encounter recordedDate" },
	{ "Appointment", "incomingReferral indication",
	  "basedOn cancelationReason patientInstruction reasonCode reasonReference" },
	{ "BodySite", "", NULL },
	{ "CarePlan", "context definition",
	  "contributor created encounter instantiatesCanonical instantiatesUri" },
	{ "CareTeam", "context", "encounter telecom" },
	{ "Communication", "context definition notDone notDoneReason",
	  "about encounter inResponseTo priority statusReason" },
	{ "Composition", "class", "category" },
	{ "Condition", "abatementBoolean assertedDate context", "encounter recordedDate recorder" },
	{ "Consent", "action actor consentingParty data dataPeriod except purpose securityLabel",
	  "performer provision scope verification" },
	{ "Coverage", "grouping sequence", "class costToBeneficiary subrogation" },
	{ "Device", "model udi",
	  "definition deviceName distinctIdentifier modelNumber udiCarrier" },
	{ "DeviceRequest", "context definition", "encounter insurance parameter" },
	{ "DeviceUseStatement", "indication whenUsed", "derivedFrom reasonCode reasonReference" },
	{ "DiagnosticReport", "codedDiagnosis context image",
	  "conclusionCode encounter media resultsInterpreter" },
	{ "DocumentReference", "class created indexed", "category date" },
	{ "EligibilityRequest", "", NULL },
	{ "Encounter", "incomingReferral", "basedOn reasonCode reasonReference serviceType" },
	{ "Goal", "status", "achievementStatus lifecycleStatus" },
	{ "ImagingManifest", "", NULL },
	{ "ImagingStudy", "accession availability context patient uid",
	  "encounter modality reasonCode status subject" },
	{ "Immunization", "date explanation notGiven practitioner vaccinationProtocol",
	  "occurrenceDateTime occurrenceString performer protocolApplied reasonCode recorded "
	  "statusReason" },
	{ "Media", "context subtype", "createdDateTime createdPeriod encounter issued status" },
	{ "Medication", "image isBrand isOverTheCounter package", "amount batch identifier" },
	{ "MedicationAdministration", "definition notGiven prescription reasonNotGiven",
	  "instantiates request statusReason" },
	{ "MedicationDispense", "notDone notDoneReasonCodeableConcept notDoneReasonReference",
	  "location statusReasonCodeableConcept statusReasonReference" },
	{ "MedicationRequest", "context definition",
	  "courseOfTherapyType encounter insurance performer reportedBoolean reportedReference "
	  "statusReason" },
	{ "MedicationStatement", "reasonNotTaken taken", "statusReason" },
	{ "Observation", "comment context related",
	  "derivedFrom effectiveInstant encounter focus hasMember note partOf valueInteger" },
	{ "Procedure", "context definition notDone notDoneReason",
	  "asserter encounter recorder statusReason" },
	{ "ProcedureRequest", "", NULL },
	{ "Provenance", "period", "occurredDateTime occurredPeriod" },
	{ "QuestionnaireResponse", "context parent", "encounter partOf" },
	{ "ReferralRequest", "", NULL },
	{ "RiskAssessment", "comment context", "encounter note reasonCode" },
	{ "Sequence", "", NULL },
	{ "ServiceRequest", NULL, "" },
	{ "Task", "context definitionReference definitionUri",
	  "encounter insurance location reasonCode reasonReference" },
};

#define ROWS (sizeof(table) / sizeof(*table))

static bool is_listed(const char *names, struct medark_bytes name)
{
	while (*names) {
		size_t size = strcspn(names, " ");

		if (medark_bytes_equal(medark_bytes(names, size), name))
			return true;
		names += size + (names[size] == ' ');
	}
	return false;
}

static bool is_status(struct medark_bytes name)
{
	return medark_bytes_is(name, "clinicalStatus") ||
	       medark_bytes_is(name, "verificationStatus");
}

static size_t find_row(struct medark_bytes type)
{
	size_t i = 0;

	while (i < ROWS && !medark_bytes_is(type, table[i].type))
		i++;
	return i;
}

/* What the elements of one record say. */
struct votes {
	size_t row, stu3, r4;
};

static void count_name(struct votes *v, struct medark_bytes name)
{
	v->stu3 += is_listed(table[v->row].stu3, name);
	v->r4 += is_listed(table[v->row].r4, name);
}

static enum medark_fhir_release by_votes(const struct votes *v)
{
	return v->stu3 > v->r4	 ? MEDARK_FHIR_RELEASE_STU3
	       : v->r4 > v->stu3 ? MEDARK_FHIR_RELEASE_R4
				 : MEDARK_FHIR_RELEASE_UNKNOWN;
}

/* Of a type that both have: MEDARK_FHIR_RELEASE_UNKNOWN, its elements have to say it. */
static enum medark_fhir_release by_type(size_t row)
{
	return !table[row].r4	  ? MEDARK_FHIR_RELEASE_STU3
	       : !table[row].stu3 ? MEDARK_FHIR_RELEASE_R4
				  : MEDARK_FHIR_RELEASE_UNKNOWN;
}

enum medark_fhir_release medark_fhir_release_of(const struct medark_json_tree *tree,
						const struct medark_json_node *resource)
{
	struct votes v = { .row = find_row(medark_json_text_at(tree, resource, "resourceType")) };
	const struct medark_json_node *m = medark_json_first(tree, resource);

	if (v.row == ROWS)
		return MEDARK_FHIR_RELEASE_UNKNOWN;
	if (by_type(v.row))
		return by_type(v.row);
	for (; m; m = medark_json_next_of(tree, m)) {
		count_name(&v, m->name);
		/* STU3 has a code where R4 has a CodeableConcept. */
		v.stu3 += is_status(m->name) && m->kind == MEDARK_JSON_STRING;
		v.r4 += is_status(m->name) && m->kind == MEDARK_JSON_OBJECT_BEGIN;
	}
	return by_votes(&v);
}

/* ---- XML ---- */

/* A walk: depth 1 is within the resource. */
struct walk {
	struct votes votes;
	size_t depth;
	bool is_status; /* of the element at hand, or the one it stands in */
};

static int begin(void *context, struct medark_bytes name, struct medark_error *err)
{
	struct walk *w = context;

	(void)err;
	if (w->depth == 0)
		w->votes.row = find_row(name);
	if (w->votes.row == ROWS || by_type(w->votes.row))
		return 1;
	if (w->depth == 1) {
		count_name(&w->votes, name);
		w->is_status = is_status(name);
	}
	w->votes.r4 += w->depth == 2 && w->is_status && medark_bytes_is(name, "coding");
	w->depth++;
	return 0;
}

static int value(void *context, const struct medark_fhir_text *text, struct medark_error *err)
{
	struct walk *w = context;

	(void)text;
	(void)err;
	w->votes.stu3 += w->depth == 2 && w->is_status;
	return 0;
}

static int end(void *context, struct medark_error *err)
{
	struct walk *w = context;

	(void)err;
	w->depth--;
	return 0;
}

int medark_fhir_release_of_xml(struct medark_bytes text, enum medark_fhir_release *out,
			       struct medark_error *err)
{
	struct walk w = { .votes = { .row = ROWS } };
	const struct medark_fhir_visitor v = { &w, begin, value, end };
	enum medark_fault fault;

	*out = MEDARK_FHIR_RELEASE_UNKNOWN;
	MEDARK_TRY(medark_fhir_walk_xml(text, &v, &fault, err));
	if (fault || w.votes.row == ROWS)
		return 0;
	*out = by_type(w.votes.row) ? by_type(w.votes.row) : by_votes(&w.votes);
	return 0;
}
