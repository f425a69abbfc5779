/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made by tests/synth/compartment_table.py from the definitions of FHIR STU3, R4 and R5;
 * change the script, not this file.
 */
#include "record/compartment.h"

/* clang-format off */
const char *const medark_compartment_members[] = {
	"action",
	"activity",
	"actor",
	"agent",
	"asserter",
	"attester",
	"author",
	"beneficiary",
	"candidate",
	"deliverFor",
	"deliverTo",
	"entity",
	"focus",
	"for",
	"individual",
	"informationProvider",
	"link",
	"member",
	"operation",
	"participant",
	"patient",
	"payee",
	"paymentBy",
	"payor",
	"performer",
	"policyHolder",
	"receiver",
	"recipient",
	"recorder",
	"reportedReference",
	"requester",
	"sender",
	"source",
	"subject",
	"subscriber",
	"target",
};

const size_t medark_compartment_member_count = 36;

static const struct medark_compartment_path paths_Account[] = {
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_AllergyIntolerance[] = {
	{ { "asserter" }, 1, 4, 0 },
	{ { "participant", "actor" }, 2, 19, 0 },
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
	{ { "recorder" }, 1, 28, 0 },
};

static const struct medark_compartment_path paths_Appointment[] = {
	{ { "participant", "actor" }, 2, 19, 0 },
};

static const struct medark_compartment_path paths_AppointmentResponse[] = {
	{ { "actor" }, 1, 2, 0 },
};

static const struct medark_compartment_path paths_AuditEvent[] = {
	{ { "agent", "reference" }, 2, 3, 0 },
	{ { "agent", "who" }, 2, 3, 0 },
	{ { "entity", "reference" }, 2, 11, 0 },
	{ { "entity", "what" }, 2, 11, 0 },
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Basic[] = {
	{ { "author" }, 1, 6, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_BiologicallyDerivedProductDispense[] = {
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_CarePlan[] = {
	{ { "activity", "detail", "performer" }, 3, 1, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_CareTeam[] = {
	{ { "participant", "member" }, 2, 19, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Claim[] = {
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
	{ { "payee", "party" }, 2, 21, 0 },
};

static const struct medark_compartment_path paths_Communication[] = {
	{ { "recipient" }, 1, 27, 0 },
	{ { "sender" }, 1, 31, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_CommunicationRequest[] = {
	{ { "informationProvider" }, 1, 15, 0 },
	{ { "recipient" }, 1, 27, 0 },
	{ { "requester" }, 1, 30, 0 },
	{ { "requester", "agent" }, 2, 30, 0 },
	{ { "sender" }, 1, 31, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Composition[] = {
	{ { "attester", "party" }, 2, 5, 0 },
	{ { "author" }, 1, 6, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Condition[] = {
	{ { "asserter" }, 1, 4, 0 },
	{ { "participant", "actor" }, 2, 19, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Consent[] = {
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Coverage[] = {
	{ { "beneficiary" }, 1, 7, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
	{ { "paymentBy", "party" }, 2, 22, 0 },
	{ { "payor" }, 1, 23, 0 },
	{ { "policyHolder" }, 1, 25, 0 },
	{ { "subscriber" }, 1, 34, 0 },
};

static const struct medark_compartment_path paths_DeviceAssociation[] = {
	{ { "operation", "operator" }, 2, 18, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_DeviceRequest[] = {
	{ { "performer" }, 1, 24, 0 },
	{ { "performer", "reference" }, 2, 24, 0 },
	{ { "requester", "agent" }, 2, 30, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_DocumentManifest[] = {
	{ { "author" }, 1, 6, 0 },
	{ { "recipient" }, 1, 27, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_EnrollmentRequest[] = {
	{ { "candidate" }, 1, 8, MEDARK_COMPARTMENT_ONLY },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Group[] = {
	{ { "member", "entity" }, 2, 17, 0 },
};

static const struct medark_compartment_path paths_ImagingManifest[] = {
	{ { "author" }, 1, 6, 0 },
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Invoice[] = {
	{ { "recipient" }, 1, 27, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_List[] = {
	{ { "source" }, 1, 32, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_MedicationAdministration[] = {
	{ { "performer", "actor" }, 2, 24, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_MedicationDispense[] = {
	{ { "receiver" }, 1, 26, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_NutritionIntake[] = {
	{ { "reportedReference" }, 1, 29, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Observation[] = {
	{ { "performer" }, 1, 24, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_Patient[] = {
	{ { "link", "other" }, 2, 16, 0 },
};

static const struct medark_compartment_path paths_Person[] = {
	{ { "link", "target" }, 2, 16, 0 },
};

static const struct medark_compartment_path paths_Provenance[] = {
	{ { "patient" }, 1, 20, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
	{ { "target" }, 1, 35, 0 },
};

static const struct medark_compartment_path paths_ReferralRequest[] = {
	{ { "requester", "agent" }, 2, 30, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_RequestGroup[] = {
	{ { "action", "participant" }, 2, 0, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_RequestOrchestration[] = {
	{ { "action", "participant", "actorReference" }, 3, 0, 0 },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_ResearchSubject[] = {
	{ { "individual" }, 1, 14, MEDARK_COMPARTMENT_ONLY | MEDARK_COMPARTMENT_ABOUT },
	{ { "subject" }, 1, 33, MEDARK_COMPARTMENT_ABOUT },
};

static const struct medark_compartment_path paths_SupplyRequest[] = {
	{ { "deliverFor" }, 1, 9, MEDARK_COMPARTMENT_ONLY },
	{ { "deliverTo" }, 1, 10, 0 },
	{ { "requester", "agent" }, 2, 30, 0 },
};

static const struct medark_compartment_path paths_Task[] = {
	{ { "focus" }, 1, 12, 0 },
	{ { "for" }, 1, 13, 0 },
};

const struct medark_compartment medark_compartments[] = {
	{ "Account", paths_Account, 1 },
	{ "ActivityDefinition", NULL, 0 },
	{ "ActorDefinition", NULL, 0 },
	{ "AdministrableProductDefinition", NULL, 0 },
	{ "AdverseEvent", paths_Account, 1 },
	{ "AllergyIntolerance", paths_AllergyIntolerance, 4 },
	{ "Appointment", paths_Appointment, 1 },
	{ "AppointmentResponse", paths_AppointmentResponse, 1 },
	{ "ArtifactAssessment", NULL, 0 },
	{ "AuditEvent", paths_AuditEvent, 5 },
	{ "Basic", paths_Basic, 2 },
	{ "Binary", NULL, 0 },
	{ "BiologicallyDerivedProduct", NULL, 0 },
	{ "BiologicallyDerivedProductDispense", paths_BiologicallyDerivedProductDispense, 1 },
	{ "BodySite", paths_BiologicallyDerivedProductDispense, 1 },
	{ "BodyStructure", paths_BiologicallyDerivedProductDispense, 1 },
	{ "Bundle", NULL, 0 },
	{ "CapabilityStatement", NULL, 0 },
	{ "CarePlan", paths_CarePlan, 2 },
	{ "CareTeam", paths_CareTeam, 2 },
	{ "CatalogEntry", NULL, 0 },
	{ "ChargeItem", paths_Account, 1 },
	{ "ChargeItemDefinition", NULL, 0 },
	{ "Citation", NULL, 0 },
	{ "Claim", paths_Claim, 2 },
	{ "ClaimResponse", paths_BiologicallyDerivedProductDispense, 1 },
	{ "ClinicalImpression", paths_Account, 1 },
	{ "ClinicalUseDefinition", NULL, 0 },
	{ "CodeSystem", NULL, 0 },
	{ "Communication", paths_Communication, 3 },
	{ "CommunicationRequest", paths_CommunicationRequest, 6 },
	{ "CompartmentDefinition", NULL, 0 },
	{ "Composition", paths_Composition, 3 },
	{ "ConceptMap", NULL, 0 },
	{ "Condition", paths_Condition, 3 },
	{ "ConditionDefinition", NULL, 0 },
	{ "Consent", paths_Consent, 2 },
	{ "Contract", paths_Account, 1 },
	{ "Coverage", paths_Coverage, 5 },
	{ "CoverageEligibilityRequest", paths_BiologicallyDerivedProductDispense, 1 },
	{ "CoverageEligibilityResponse", paths_BiologicallyDerivedProductDispense, 1 },
	{ "DataElement", NULL, 0 },
	{ "DetectedIssue", paths_Consent, 2 },
	{ "Device", NULL, 0 },
	{ "DeviceAssociation", paths_DeviceAssociation, 2 },
	{ "DeviceComponent", NULL, 0 },
	{ "DeviceDefinition", NULL, 0 },
	{ "DeviceDispense", NULL, 0 },
	{ "DeviceMetric", NULL, 0 },
	{ "DeviceRequest", paths_DeviceRequest, 4 },
	{ "DeviceUsage", paths_BiologicallyDerivedProductDispense, 1 },
	{ "DeviceUseStatement", paths_Account, 1 },
	{ "DiagnosticReport", paths_Account, 1 },
	{ "DocumentManifest", paths_DocumentManifest, 3 },
	{ "DocumentReference", paths_Basic, 2 },
	{ "EffectEvidenceSynthesis", NULL, 0 },
	{ "EligibilityRequest", paths_BiologicallyDerivedProductDispense, 1 },
	{ "EligibilityResponse", NULL, 0 },
	{ "Encounter", paths_Account, 1 },
	{ "EncounterHistory", paths_Account, 1 },
	{ "Endpoint", NULL, 0 },
	{ "EnrollmentRequest", paths_EnrollmentRequest, 2 },
	{ "EnrollmentResponse", NULL, 0 },
	{ "EpisodeOfCare", paths_BiologicallyDerivedProductDispense, 1 },
	{ "EventDefinition", NULL, 0 },
	{ "Evidence", NULL, 0 },
	{ "EvidenceReport", NULL, 0 },
	{ "EvidenceVariable", NULL, 0 },
	{ "ExampleScenario", NULL, 0 },
	{ "ExpansionProfile", NULL, 0 },
	{ "ExplanationOfBenefit", paths_Claim, 2 },
	{ "FamilyMemberHistory", paths_BiologicallyDerivedProductDispense, 1 },
	{ "Flag", paths_Account, 1 },
	{ "FormularyItem", NULL, 0 },
	{ "GenomicStudy", paths_Account, 1 },
	{ "Goal", paths_Account, 1 },
	{ "GraphDefinition", NULL, 0 },
	{ "Group", paths_Group, 1 },
	{ "GuidanceResponse", paths_Account, 1 },
	{ "HealthcareService", NULL, 0 },
	{ "ImagingManifest", paths_ImagingManifest, 2 },
	{ "ImagingSelection", paths_Account, 1 },
	{ "ImagingStudy", paths_Consent, 2 },
	{ "Immunization", paths_BiologicallyDerivedProductDispense, 1 },
	{ "ImmunizationEvaluation", paths_BiologicallyDerivedProductDispense, 1 },
	{ "ImmunizationRecommendation", paths_BiologicallyDerivedProductDispense, 1 },
	{ "ImplementationGuide", NULL, 0 },
	{ "Ingredient", NULL, 0 },
	{ "InsurancePlan", NULL, 0 },
	{ "InventoryItem", NULL, 0 },
	{ "InventoryReport", NULL, 0 },
	{ "Invoice", paths_Invoice, 2 },
	{ "Library", NULL, 0 },
	{ "Linkage", NULL, 0 },
	{ "List", paths_List, 2 },
	{ "Location", NULL, 0 },
	{ "ManufacturedItemDefinition", NULL, 0 },
	{ "Measure", NULL, 0 },
	{ "MeasureReport", paths_Consent, 2 },
	{ "Media", paths_Account, 1 },
	{ "Medication", NULL, 0 },
	{ "MedicationAdministration", paths_MedicationAdministration, 2 },
	{ "MedicationDispense", paths_MedicationDispense, 2 },
	{ "MedicationKnowledge", NULL, 0 },
	{ "MedicationRequest", paths_Account, 1 },
	{ "MedicationStatement", paths_Account, 1 },
	{ "MedicinalProduct", NULL, 0 },
	{ "MedicinalProductAuthorization", NULL, 0 },
	{ "MedicinalProductContraindication", NULL, 0 },
	{ "MedicinalProductDefinition", NULL, 0 },
	{ "MedicinalProductIndication", NULL, 0 },
	{ "MedicinalProductIngredient", NULL, 0 },
	{ "MedicinalProductInteraction", NULL, 0 },
	{ "MedicinalProductManufactured", NULL, 0 },
	{ "MedicinalProductPackaged", NULL, 0 },
	{ "MedicinalProductPharmaceutical", NULL, 0 },
	{ "MedicinalProductUndesirableEffect", NULL, 0 },
	{ "MessageDefinition", NULL, 0 },
	{ "MessageHeader", NULL, 0 },
	{ "MolecularSequence", paths_Consent, 2 },
	{ "NamingSystem", NULL, 0 },
	{ "NutritionIntake", paths_NutritionIntake, 2 },
	{ "NutritionOrder", paths_Consent, 2 },
	{ "NutritionProduct", NULL, 0 },
	{ "Observation", paths_Observation, 2 },
	{ "ObservationDefinition", NULL, 0 },
	{ "OperationDefinition", NULL, 0 },
	{ "OperationOutcome", NULL, 0 },
	{ "Organization", NULL, 0 },
	{ "OrganizationAffiliation", NULL, 0 },
	{ "PackagedProductDefinition", NULL, 0 },
	{ "Parameters", NULL, 0 },
	{ "Patient", paths_Patient, 1 },
	{ "PaymentNotice", NULL, 0 },
	{ "PaymentReconciliation", NULL, 0 },
	{ "Permission", NULL, 0 },
	{ "Person", paths_Person, 1 },
	{ "PlanDefinition", NULL, 0 },
	{ "Practitioner", NULL, 0 },
	{ "PractitionerRole", NULL, 0 },
	{ "Procedure", paths_MedicationAdministration, 2 },
	{ "ProcedureRequest", paths_Observation, 2 },
	{ "ProcessRequest", NULL, 0 },
	{ "ProcessResponse", NULL, 0 },
	{ "Provenance", paths_Provenance, 2 },
	{ "Questionnaire", NULL, 0 },
	{ "QuestionnaireResponse", paths_Basic, 2 },
	{ "ReferralRequest", paths_ReferralRequest, 2 },
	{ "RegulatedAuthorization", NULL, 0 },
	{ "RelatedPerson", paths_BiologicallyDerivedProductDispense, 1 },
	{ "RequestGroup", paths_RequestGroup, 2 },
	{ "RequestOrchestration", paths_RequestOrchestration, 2 },
	{ "Requirements", NULL, 0 },
	{ "ResearchDefinition", NULL, 0 },
	{ "ResearchElementDefinition", NULL, 0 },
	{ "ResearchStudy", NULL, 0 },
	{ "ResearchSubject", paths_ResearchSubject, 2 },
	{ "RiskAssessment", paths_Account, 1 },
	{ "RiskEvidenceSynthesis", NULL, 0 },
	{ "Schedule", paths_AppointmentResponse, 1 },
	{ "SearchParameter", NULL, 0 },
	{ "Sequence", NULL, 0 },
	{ "ServiceDefinition", NULL, 0 },
	{ "ServiceRequest", paths_Observation, 2 },
	{ "Slot", NULL, 0 },
	{ "Specimen", paths_Account, 1 },
	{ "SpecimenDefinition", NULL, 0 },
	{ "StructureDefinition", NULL, 0 },
	{ "StructureMap", NULL, 0 },
	{ "Subscription", NULL, 0 },
	{ "SubscriptionStatus", NULL, 0 },
	{ "SubscriptionTopic", NULL, 0 },
	{ "Substance", NULL, 0 },
	{ "SubstanceDefinition", NULL, 0 },
	{ "SubstanceNucleicAcid", NULL, 0 },
	{ "SubstancePolymer", NULL, 0 },
	{ "SubstanceProtein", NULL, 0 },
	{ "SubstanceReferenceInformation", NULL, 0 },
	{ "SubstanceSourceMaterial", NULL, 0 },
	{ "SubstanceSpecification", NULL, 0 },
	{ "SupplyDelivery", paths_BiologicallyDerivedProductDispense, 1 },
	{ "SupplyRequest", paths_SupplyRequest, 3 },
	{ "Task", paths_Task, 2 },
	{ "TerminologyCapabilities", NULL, 0 },
	{ "TestPlan", NULL, 0 },
	{ "TestReport", NULL, 0 },
	{ "TestScript", NULL, 0 },
	{ "Transport", NULL, 0 },
	{ "ValueSet", NULL, 0 },
	{ "VerificationResult", NULL, 0 },
	{ "VisionPrescription", paths_BiologicallyDerivedProductDispense, 1 },
};

const size_t medark_compartment_count = 191;
/* clang-format on */
