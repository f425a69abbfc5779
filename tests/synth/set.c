/* SPDX-License-Identifier: Apache-2.0 */
#include "set.h"

#include <assert.h>

/* What a patient has whatever the density: the Patient and about one encounter. */
#define RECORDS_ALWAYS 2

static void link_tables(struct synth_set *set)
{
	assert(synth_condition_count <= SYNTH_CONDITIONS_MAX);
	assert(synth_panel_count <= SYNTH_PANELS_MAX && synth_plan_count <= SYNTH_PANELS_MAX);
	assert(synth_quantity_count <= SYNTH_QUANTITIES_MAX);
	assert(synth_measurement_count <= SYNTH_MEASUREMENTS_MAX);
	for (unsigned i = 0; i < synth_condition_count; i++)
		for (unsigned k = 0; k < SYNTH_TREATMENTS_MAX; k++)
			set->treatment[i][k] =
				synth_medication_find(synth_condition_rows[i].treatments[k]);
	for (unsigned i = 0; i < synth_panel_count; i++) {
		set->panel_condition[i] = synth_condition_find(synth_panel_rows[i].icpc);
		for (unsigned k = 0; k < SYNTH_PANEL_QUANTITIES_MAX; k++)
			set->panel_quantity[i][k] =
				synth_quantity_find(synth_panel_rows[i].quantities[k]);
	}
	for (unsigned i = 0; i < synth_plan_count; i++)
		set->plan_condition[i] = synth_condition_find(synth_plan_rows[i].icpc);
	for (unsigned i = 0; i < synth_measurement_count; i++)
		set->measured[i] = synth_quantity_find(synth_measurement_rows[i].loinc);
	for (unsigned i = 0; i < synth_quantity_count; i++)
		set->raised[i] = synth_condition_find(synth_quantity_rows[i].raised);
	set->hypertension = synth_condition_find("K86");
	set->obesity = synth_condition_find("T82");
}

void synth_set_begin(struct synth_set *set, uint32_t records)
{
	uint32_t above = records > RECORDS_ALWAYS ? records - RECORDS_ALWAYS : 0;

	set->density = above * SYNTH_DENSITY_ONE / (SYNTH_RECORDS_DEFAULT - RECORDS_ALWAYS);
	set->patients_key = synth_key(synth_mix(set->seed), 1);
	set->directory_key = synth_key(synth_mix(set->seed), 2);
	link_tables(set);
}
