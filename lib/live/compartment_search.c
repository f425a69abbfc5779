/* SPDX-License-Identifier: Apache-2.0 */
#include "live/compartment_search.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct medark_compartment_search medark_compartment_searches[] = {
	{ "Account", "patient subject |", true },
	{ "AdverseEvent", "patient subject |", false },
	{ "AllergyIntolerance", "patient | recorder asserter participant", false },
	{ "Appointment", "patient actor |", true },
	{ "AppointmentResponse", "patient actor |", true },
	{ "AuditEvent", "patient |", true },
	{ "Basic", "patient subject | author", true },
	{ "BiologicallyDerivedProductDispense", "patient |", true },
	{ "BodySite", "patient |", false },
	{ "BodyStructure", "patient |", false },
	{ "CarePlan", "patient subject | performer", false },
	{ "CareTeam", "patient subject | participant", false },
	{ "ChargeItem", "patient subject |", false },
	{ "Claim", "patient | payee", false },
	{ "ClaimResponse", "patient |", false },
	{ "ClinicalImpression", "patient subject |", false },
	{ "Communication", "patient subject | sender recipient", true },
	{ "CommunicationRequest", "patient subject | sender recipient requester information-provider", true },
	{ "Composition", "patient subject | author attester", false },
	{ "Condition", "patient subject | asserter participant-actor", false },
	{ "Consent", "patient subject |", false },
	{ "Contract", "patient subject |", true },
	{ "Coverage", "patient beneficiary | policy-holder subscriber payor paymentby-party", false },
	{ "CoverageEligibilityRequest", "patient |", false },
	{ "CoverageEligibilityResponse", "patient |", false },
	{ "DetectedIssue", "patient subject |", false },
	{ "Device", "patient |", true },
	{ "DeviceAssociation", "patient subject | operator", true },
	{ "DeviceRequest", "patient subject | requester performer", false },
	{ "DeviceUsage", "patient |", false },
	{ "DeviceUseStatement", "patient subject |", false },
	{ "DiagnosticReport", "patient subject |", false },
	{ "DocumentManifest", "patient subject | author recipient", false },
	{ "DocumentReference", "patient subject | author", false },
	{ "EligibilityRequest", "patient |", false },
	{ "Encounter", "patient subject |", false },
	{ "EncounterHistory", "patient subject |", false },
	{ "EnrollmentRequest", "patient subject |", false },
	{ "EpisodeOfCare", "patient |", false },
	{ "ExplanationOfBenefit", "patient | payee", false },
	{ "FamilyMemberHistory", "patient |", false },
	{ "Flag", "patient subject |", false },
	{ "GenomicStudy", "patient subject |", false },
	{ "Goal", "patient subject |", false },
	{ "Group", "member |", true },
	{ "GuidanceResponse", "patient subject |", true },
	{ "ImagingManifest", "patient | author", false },
	{ "ImagingSelection", "patient subject |", false },
	{ "ImagingStudy", "patient subject |", false },
	{ "Immunization", "patient |", false },
	{ "ImmunizationEvaluation", "patient |", false },
	{ "ImmunizationRecommendation", "patient |", false },
	{ "Invoice", "patient subject | recipient", true },
	{ "List", "patient subject | source", true },
	{ "MeasureReport", "patient subject |", true },
	{ "Media", "patient subject |", false },
	{ "MedicationAdministration", "patient subject | performer", false },
	{ "MedicationDispense", "patient subject | receiver", false },
	{ "MedicationRequest", "patient subject |", false },
	{ "MedicationStatement", "patient subject |", false },
	{ "MolecularSequence", "patient subject |", false },
	{ "NutritionIntake", "patient subject | source", false },
	{ "NutritionOrder", "patient subject |", false },
	{ "Observation", "patient subject | performer", false },
	{ "Patient", "_id | link", false },
	{ "Person", "patient |", true },
	{ "Procedure", "patient subject | performer", false },
	{ "ProcedureRequest", "patient subject | performer", false },
	{ "Provenance", "patient target |", true },
	{ "QuestionnaireResponse", "patient subject | author", false },
	{ "ReferralRequest", "patient subject | requester", false },
	{ "RelatedPerson", "patient |", false },
	{ "RequestGroup", "patient subject | participant", false },
	{ "RequestOrchestration", "patient subject | participant", false },
	{ "ResearchSubject", "patient individual subject |", false },
	{ "RiskAssessment", "patient subject |", false },
	{ "Schedule", "actor |", true },
	{ "ServiceRequest", "patient subject | performer", false },
	{ "Specimen", "patient subject |", false },
	{ "SupplyDelivery", "patient |", true },
	{ "SupplyRequest", "patient subject | requester", true },
	{ "Task", "patient subject | focus", true },
	{ "VisionPrescription", "patient |", false },
};
/* clang-format on */
const size_t medark_compartment_search_count =
	sizeof(medark_compartment_searches) / sizeof(*medark_compartment_searches);

static int compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct medark_compartment_search *)row)->type);
}

const struct medark_compartment_search *medark_compartment_search_find(const char *type)
{
	return bsearch(type, medark_compartment_searches, medark_compartment_search_count,
		       sizeof(*medark_compartment_searches), compare);
}
