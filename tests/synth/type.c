/* SPDX-License-Identifier: Apache-2.0 */
#include "type.h"

const char *const synth_type_names[TYPE_COUNT] = {
	[TYPE_PATIENT] = "Patient",
	[TYPE_ENCOUNTER] = "Encounter",
	[TYPE_CONDITION] = "Condition",
	[TYPE_OBSERVATION] = "Observation",
	[TYPE_REPORT] = "DiagnosticReport",
	[TYPE_REQUEST] = "MedicationRequest",
	[TYPE_STATEMENT] = "MedicationStatement",
	[TYPE_ALLERGY] = "AllergyIntolerance",
	[TYPE_APPOINTMENT] = "Appointment",
	[TYPE_PROCEDURE] = "Procedure",
	[TYPE_IMMUNIZATION] = "Immunization",
	[TYPE_DOCUMENT] = "DocumentReference",
	[TYPE_BINARY] = "Binary",
	[TYPE_CARE_PLAN] = "CarePlan",
	[TYPE_FLAG] = "Flag",
	[TYPE_COVERAGE] = "Coverage",
	[TYPE_CONSENT] = "Consent",
	[TYPE_ORGANIZATION] = "Organization",
	[TYPE_PRACTITIONER] = "Practitioner",
	[TYPE_ROLE] = "PractitionerRole",
	[TYPE_LOCATION] = "Location",
	[TYPE_MEDICATION] = "Medication",
};
