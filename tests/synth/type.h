/* SPDX-License-Identifier: Apache-2.0 */
/* type: the resource types of a set, in the order in which their files are listed. */
#ifndef SYNTH_TYPE_H
#define SYNTH_TYPE_H

enum synth_type {
	/* Each of these belongs to a patient. */
	TYPE_PATIENT,
	TYPE_ENCOUNTER,
	TYPE_CONDITION,
	TYPE_OBSERVATION,
	TYPE_REPORT,
	TYPE_REQUEST,
	TYPE_STATEMENT,
	TYPE_ALLERGY,
	TYPE_APPOINTMENT,
	TYPE_PROCEDURE,
	TYPE_IMMUNIZATION,
	TYPE_DOCUMENT,
	TYPE_BINARY,
	TYPE_CARE_PLAN,
	TYPE_FLAG,
	TYPE_COVERAGE,
	TYPE_CONSENT,
	TYPE_PATIENT_COUNT,
	/* The directory: what the patients' records point to. */
	TYPE_ORGANIZATION = TYPE_PATIENT_COUNT,
	TYPE_PRACTITIONER,
	TYPE_ROLE,
	TYPE_LOCATION,
	TYPE_MEDICATION,
	TYPE_COUNT
};

/* FHIR's name. */
extern const char *const synth_type_names[TYPE_COUNT];

#endif
