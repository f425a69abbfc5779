/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set: what all records of a generated set share. Read-only once made. Patient n and the records
 * of patient n depend on the seed, the density and the dates, never on the number of patients.
 */
#ifndef SYNTH_SET_H
#define SYNTH_SET_H

#include "clinical.h"
#include "random.h"
#include "type.h"

#include <stdint.h>

#define SYNTH_PATIENTS_MAX	     10000000u
#define SYNTH_RECORDS_DEFAULT	     200 /* a patient, on average */
#define SYNTH_RECORDS_MAX	     1000
#define SYNTH_DENSITY_ONE	     1000
#define SYNTH_CONDITIONS_MAX	     64
#define SYNTH_PANELS_MAX	     16
#define SYNTH_QUANTITIES_MAX	     64
#define SYNTH_MEASUREMENTS_MAX	     16
#define SYNTH_PATIENTS_OF_A_PRACTICE 2000

struct synth_set {
	uint64_t seed;
	uint64_t patients;
	int32_t start;	  /* no record is older */
	int32_t end;	  /* "today": only appointments are later */
	uint32_t density; /* of records; SYNTH_DENSITY_ONE is the default */

	uint64_t patients_key, directory_key;

	/* The tables' cross references, as rows. */
	uint16_t treatment[SYNTH_CONDITIONS_MAX][SYNTH_TREATMENTS_MAX];
	uint16_t panel_quantity[SYNTH_PANELS_MAX][SYNTH_PANEL_QUANTITIES_MAX];
	uint16_t panel_condition[SYNTH_PANELS_MAX];
	uint16_t plan_condition[SYNTH_PANELS_MAX];
	uint16_t raised[SYNTH_QUANTITIES_MAX];
	uint16_t measured[SYNTH_MEASUREMENTS_MAX];
	uint16_t hypertension, obesity;
};

/* Fills in what follows from seed, patients, start, end and `records` a patient. */
void synth_set_begin(struct synth_set *set, uint32_t records);

static inline uint64_t synth_patient_key(const struct synth_set *set, uint64_t number)
{
	return synth_key(set->patients_key, number);
}

/* The key of a patient's record, and so its id; `patient` is from synth_patient_key(). */
static inline uint64_t synth_record_key(uint64_t patient, enum synth_type type, uint64_t index)
{
	return synth_key(patient, (uint64_t)type << 32 | index);
}

/* The key of a record of the directory. */
static inline uint64_t synth_directory_key(const struct synth_set *set, enum synth_type type,
					   uint64_t number)
{
	return synth_key(set->directory_key, (uint64_t)type << 32 | number);
}

/* The number that a practice knows patient `number` by: 8 digits, unlike for neighbours. */
static inline uint64_t synth_local_number(uint64_t number)
{
	return 10000000u + (number * 38197453u + 20260501u) % 90000000u;
}

#endif
