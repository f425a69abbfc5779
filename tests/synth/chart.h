/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart: the plan of one patient's records: who it is, which contacts there were, and for each type
 * how many records there are and what each is about. Cheap to make (about a microsecond), so that
 * it is made anew rather than kept; the records' own details follow from their keys when they are
 * written.
 */
#ifndef SYNTH_CHART_H
#define SYNTH_CHART_H

#include "base/error.h"

#include "person.h"
#include "set.h"

#include <stdint.h>

#define SYNTH_CONTACTS_MAX     768
#define SYNTH_OBSERVATIONS_MAX 6144
#define SYNTH_ITEMS_MAX	       1024 /* of every other type */

/* Rows of Observations that are no quantity. */
enum synth_observation {
	SYNTH_PRESSURE = 0x1000,
	SYNTH_WEIGHT,
	SYNTH_HEIGHT,
	SYNTH_MASS_INDEX,
	SYNTH_FINDING, /* and the rows of the table after it */
};

/* Who a contact is with. */
enum synth_staff_of {
	SYNTH_DOCTOR, /* the patient's own */
	SYNTH_NURSE,
	SYNTH_SPECIALIST, /* and the specialists after it */
};

struct synth_visit {
	int32_t day;
	uint16_t minute; /* of the day */
	uint16_t contact;
	uint16_t staff;
	uint16_t condition; /* index of the patient's Condition, or SYNTH_NONE */
	uint16_t complaint; /* row, if there is no condition */
};

/* What one record is about; the meaning of the last two is the type's. */
struct synth_item {
	uint16_t visit;
	uint16_t row;
	uint16_t more;
};

struct synth_chart {
	const struct synth_set *set;
	struct synth_person person;
	uint32_t weight; /* of this patient's share of records, per cent */
	uint32_t visits;
	uint64_t conditions; /* a bit for each row that the patient has */
	uint32_t count[TYPE_PATIENT_COUNT];
	struct synth_item *items[TYPE_PATIENT_COUNT]; /* NULL where the number says all */
	struct synth_visit visit[SYNTH_CONTACTS_MAX];
	struct synth_item pool[]; /* what `items` point into */
};

int synth_chart_new(const struct synth_set *set, struct synth_chart **out,
		    struct medark_error *err) MEDARK_MUST_USE;
void synth_chart_free(struct synth_chart *chart);

/* Makes the chart of patient `number`. */
void synth_chart_make(struct synth_chart *chart, uint64_t number);

/* Records of the chart in all types. */
uint32_t synth_chart_total(const struct synth_chart *chart);

/* Day on which vaccine `row` was given to record `index`, or SYNTH_NO_DAY if it cannot have been.
 */
int32_t synth_vaccine_day(const struct synth_chart *chart, uint16_t row, uint32_t index);

/* Does the patient have the condition of that row? */
static inline bool synth_chart_has(const struct synth_chart *chart, uint16_t row)
{
	return row != SYNTH_NONE && (chart->conditions >> row & 1) != 0;
}

#endif
