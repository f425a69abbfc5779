/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clinical: what can happen to a patient, as tables. Codes are real (ICPC-1, SNOMED CT, LOINC, ATC,
 * UCUM), displays Dutch; how often things happen is invented. A row's number is its identity:
 * inserting a row changes every set, so the fixed digest in the test changes with it.
 */
#ifndef SYNTH_CLINICAL_H
#define SYNTH_CLINICAL_H

#include <stdbool.h>
#include <stdint.h>

enum synth_sex { SYNTH_ANY, SYNTH_WOMEN, SYNTH_MEN };

#define SYNTH_NONE 0xffff /* no row */

#define SYNTH_TREATMENTS_MAX 4

/* A lasting problem or an episode. */
struct synth_condition {
	const char *icpc;
	const char *snomed;
	const char *text;
	uint16_t rate[3]; /* per 1000 patients: below 40, 40 to 65, above */
	enum synth_sex sex;
	bool lasting;
	const char *treatments[SYNTH_TREATMENTS_MAX]; /* ATC codes, rows of medications */
};

/* A reason to come that is no condition. */
struct synth_complaint {
	const char *icpc;
	const char *snomed;
	const char *text;
	const char *story;   /* what the patient says */
	const char *finding; /* what the doctor sees */
	const char *plan;
};

enum synth_route { SYNTH_ORAL, SYNTH_INHALED, SYNTH_SKIN, SYNTH_NASAL };

struct synth_medication {
	const char *atc;
	const char *display; /* of the ATC code */
	const char *text;    /* of the product */
	const char *dose;
	const char *unit;
	uint8_t frequency; /* times a day */
	enum synth_route route;
};

/* A measured quantity; numbers are in units of the last decimal. */
struct synth_quantity {
	const char *loinc;
	const char *display;
	const char *text;
	const char *unit; /* UCUM */
	uint8_t decimals;
	int32_t low, high;  /* reference range */
	int32_t noise;	    /* from one time to the next */
	const char *raised; /* ICPC code of a condition that moves it, or NULL */
	int32_t raise;	    /* by how much */
};

#define SYNTH_PANEL_QUANTITIES_MAX 8

/* A laboratory request; its quantities are reported together. */
struct synth_panel {
	const char *loinc;
	const char *display;
	const char *text;
	const char *icpc; /* of a condition that is followed with it, or NULL */
	const char *quantities[SYNTH_PANEL_QUANTITIES_MAX]; /* LOINC codes */
};

/* A quantity measured at a contact, and how often per 1000. */
struct synth_measurement {
	const char *loinc;
	uint16_t rate;
};

struct synth_finding_kind {
	const char *loinc;
	const char *display;
	const char *text;
	struct {
		const char *snomed;
		const char *text;
	} answers[3];
};

struct synth_contact {
	const char *class_code;
	const char *class_display;
	const char *snomed;
	const char *display;
	const char *text;
	uint16_t minutes;
	uint16_t rate;	/* weight among contacts */
	bool in_person; /* something can be measured */
	bool hospital;
};

struct synth_procedure {
	const char *snomed;
	const char *text;
	const char *category;
	const char *category_text;
	uint16_t minutes;
	bool hospital;
	enum synth_sex sex;
};

struct synth_vaccine {
	const char *atc;
	const char *display;
	const char *text;
	const char *series;
	int16_t from_month; /* of life */
	int16_t to_month;
	uint8_t doses;
	bool yearly;   /* every autumn */
	int16_t since; /* first year */
};

struct synth_allergy {
	const char *snomed;
	const char *text;
	const char *category;
	const char *type;
	const char *reaction;
	const char *reaction_text;
};

struct synth_letter {
	const char *loinc;
	const char *display;
	const char *text;
	const char *opening;
	bool hospital;
};

struct synth_plan {
	const char *icpc;
	const char *snomed;
	const char *text;
	const char *title;
	const char *description;
	const char *activities[3];
};

struct synth_signal {
	const char *snomed;
	const char *text;
	const char *category;
	const char *category_text;
};

/* A table and its length. */
#define SYNTH_TABLE(row, name)                                                                     \
	extern const struct row name##_rows[];                                                     \
	extern const unsigned name##_count

SYNTH_TABLE(synth_condition, synth_condition);
SYNTH_TABLE(synth_complaint, synth_complaint);
SYNTH_TABLE(synth_medication, synth_medication);
SYNTH_TABLE(synth_quantity, synth_quantity);
SYNTH_TABLE(synth_panel, synth_panel);
SYNTH_TABLE(synth_measurement, synth_measurement);
SYNTH_TABLE(synth_finding_kind, synth_finding_kind);
SYNTH_TABLE(synth_contact, synth_contact);
SYNTH_TABLE(synth_procedure, synth_procedure);
SYNTH_TABLE(synth_vaccine, synth_vaccine);
SYNTH_TABLE(synth_allergy, synth_allergy);
SYNTH_TABLE(synth_letter, synth_letter);
SYNTH_TABLE(synth_plan, synth_plan);
SYNTH_TABLE(synth_signal, synth_signal);

extern const char *const synth_sentence_rows[];
extern const unsigned synth_sentence_count;

/* Row of the condition, medication or quantity with a code; SYNTH_NONE for NULL. */
uint16_t synth_condition_find(const char *icpc);
uint16_t synth_medication_find(const char *atc);
uint16_t synth_quantity_find(const char *loinc);

#endif
