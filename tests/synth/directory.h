/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory: the hospitals, practices, pharmacies, insurers and people that patients meet. The
 * first numbers are the same in every set; each practice adds its own after them.
 */
#ifndef SYNTH_DIRECTORY_H
#define SYNTH_DIRECTORY_H

#include "line.h"
#include "set.h"

#include <stdbool.h>
#include <stdint.h>

#define SYNTH_HOSPITALS	     4
#define SYNTH_SPECIALISTS    24
#define SYNTH_LABORATORY     SYNTH_HOSPITALS /* number of its Organization */
#define SYNTH_INSURERS	     4
#define SYNTH_PRACTICE_STAFF 6 /* three doctors, two nurses, a pharmacist */
#define SYNTH_DOCTORS	     3

enum synth_organization_kind { SYNTH_PRACTICE, SYNTH_PHARMACY };

/* Number of the n-th insurer's Organization, and of a practice's. */
static inline uint32_t synth_insurer(uint32_t n)
{
	return SYNTH_LABORATORY + 1 + n;
}

static inline uint32_t synth_organization_of(uint32_t practice, enum synth_organization_kind kind)
{
	return SYNTH_LABORATORY + 1 + SYNTH_INSURERS + 2 * practice + (uint32_t)kind;
}

/* Number of a practice's Location; the hospitals and the laboratory come first. */
static inline uint32_t synth_location_of(uint32_t practice)
{
	return SYNTH_LABORATORY + 1 + practice;
}

/* Number of a Practitioner: the specialists come first. */
static inline uint32_t synth_staff_of(uint32_t practice, uint32_t member)
{
	return SYNTH_SPECIALISTS + practice * SYNTH_PRACTICE_STAFF + member;
}

struct synth_staff {
	uint64_t key; /* of the Practitioner */
	bool woman;
	const char *given;
	const char *role;
	const char *role_code; /* SNOMED CT */
	uint32_t organization;
	uint32_t location;
	struct synth_line family, name;
};

void synth_staff_make(const struct synth_set *set, uint32_t number, struct synth_staff *out);

/* Names of the Organization and of the Location with a number. */
void synth_organization_name(uint32_t number, struct synth_line *out);
void synth_location_name(uint32_t number, struct synth_line *out);

/* How many records of one of the directory's types a set has. */
uint64_t synth_directory_count(const struct synth_set *set, enum synth_type type);

#endif
