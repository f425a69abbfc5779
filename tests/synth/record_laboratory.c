/* SPDX-License-Identifier: Apache-2.0 */
/* Observation and DiagnosticReport. A patient's values move around a level of the patient's own. */
#include "writer.h"

#include "calendar.h"

#include <stdlib.h>

/* Parts of a patient's key that are no record; see also person.c and chart.c. */
#define LEVEL_OF(row)  (1000 + (uint64_t)(row))
#define NOISE_OF(row)  (3000 + (uint64_t)(row))
#define HABIT_OF(kind) (5000 + (uint64_t)(kind))

#define DECADE_DAYS 3652

/* A number in [-spread, spread] that is the patient's own for this key. */
static int32_t swing(uint64_t key, int32_t spread)
{
	struct synth_random r = { .key = key };

	return synth_random_between(&r, -spread, spread);
}

int32_t synth_quantity_value(const struct synth_chart *chart, uint16_t row, int32_t day)
{
	const struct synth_quantity *quantity = &synth_quantity_rows[row];
	uint64_t level = synth_key(chart->person.key, LEVEL_OF(row));
	uint64_t noise = synth_key(synth_key(chart->person.key, NOISE_OF(row)), (uint32_t)day);
	int32_t span = quantity->high - quantity->low;
	int32_t least = quantity->low > 5 ? quantity->low / 5 : quantity->low;
	int32_t value = (quantity->low + quantity->high) / 2 + swing(level, span / 3);

	value += swing(level + 1, span / 5) * (day - chart->set->start) / DECADE_DAYS;
	value += swing(noise, quantity->noise);
	if (synth_chart_has(chart, chart->set->raised[row]))
		value += quantity->raise + swing(level + 2, abs(quantity->raise) / 3);
	if (quantity->unit[0] == '%' && value > 100)
		return 100;
	return value > least ? value : least;
}

/* Height in cm: a part of the adult height that depends on the year of life. */
static int32_t height_of(const struct synth_chart *chart, int32_t day)
{
	static const uint16_t parts[] = { 290, 430, 500, 545, 590, 630, 670, 705, 735, 765,
					  795, 825, 855, 890, 925, 955, 980, 995, 1000 };
	const struct synth_person *person = &chart->person;
	int32_t age = (day - person->birth) * 4 / (SYNTH_YEAR_DAYS * 4 + 1);
	int32_t adult = (person->woman ? 169 : 182) +
			swing(synth_key(person->key, LEVEL_OF(SYNTH_HEIGHT)), 12);

	return adult * parts[age < 18 ? age : 18] / 1000;
}

/* Weight in tenths of a kilogram, from a body mass index in tenths. */
static int32_t weight_of(const struct synth_chart *chart, int32_t day)
{
	const struct synth_person *person = &chart->person;
	uint64_t level = synth_key(person->key, LEVEL_OF(SYNTH_WEIGHT));
	int32_t height = height_of(chart, day), age = (day - person->birth) / SYNTH_YEAR_DAYS;
	int32_t index = age < 18 ? 155 + age * 3 + swing(level, 15) : 245 + swing(level, 45);

	if (synth_chart_has(chart, chart->set->obesity))
		index += 75;
	index += swing(level + 1, 20) * (day - chart->set->start) / DECADE_DAYS;
	index += swing(synth_key(level, (uint32_t)day), 3);
	return index * height * height / 10000;
}

static void set_pressure(struct synth_writer *w, int32_t day)
{
	const struct synth_person *person = &w->chart->person;
	uint64_t level = synth_key(person->key, LEVEL_OF(SYNTH_PRESSURE));
	uint64_t noise = synth_key(level, (uint32_t)day);
	bool high = synth_chart_has(w->chart, w->set->hypertension);
	int32_t systolic = 100 + (int32_t)person->age / 2 + (high ? 16 : 0);
	int32_t diastolic = 68 + (int32_t)person->age / 8 + (high ? 9 : 0);

	systolic += swing(level, 9) + swing(noise, 9);
	diastolic += swing(level + 1, 6) + swing(noise + 1, 6);
	synth_set(w->form, SLOT_unit, "mm[Hg]");
	synth_set_number(w->form, SLOT_high, systolic, 0);
	synth_set_number(w->form, SLOT_low, diastolic, 0);
}

static void set_code(struct synth_form *form, const char *code, const char *display,
		     const char *text)
{
	synth_set(form, SLOT_code, code);
	synth_set(form, SLOT_display, display);
	synth_set(form, SLOT_text, text);
}

static void set_category(struct synth_form *form, const char *code, const char *display)
{
	synth_set(form, SLOT_type, code);
	synth_set(form, SLOT_type_text, display);
}

/* Blood pressure, height, weight and body mass index. */
static void fill_body(struct synth_writer *w, uint16_t row, int32_t day)
{
	struct synth_form *form = w->form;
	int32_t height = height_of(w->chart, day), weight = weight_of(w->chart, day);

	set_category(form, "vital-signs", "Vital Signs");
	if (row == SYNTH_PRESSURE) {
		set_code(form, "85354-9", "Blood pressure panel with all children optional",
			 "Bloeddruk");
		set_pressure(w, day);
		synth_fill(form, T_OBSERVATION);
		synth_fill(form, T_OBSERVATION_PRESSURE);
		return;
	}
	if (row == SYNTH_HEIGHT) {
		set_code(form, "8302-2", "Body height", "Lengte");
		synth_set(form, SLOT_unit, "cm");
		synth_set_number(form, SLOT_value, height, 0);
	} else if (row == SYNTH_WEIGHT) {
		set_code(form, "29463-7", "Body weight", "Gewicht");
		synth_set(form, SLOT_unit, "kg");
		synth_set_number(form, SLOT_value, weight, 1);
	} else {
		set_code(form, "39156-5", "Body mass index (BMI) [Ratio]", "BMI");
		synth_set(form, SLOT_unit, "kg/m2");
		synth_set_number(form, SLOT_value, weight * 10000 / (height * height), 1);
	}
	synth_fill(form, T_OBSERVATION);
	synth_fill(form, T_OBSERVATION_QUANTITY);
}

/* An answer that mostly stays the same. */
static void fill_finding(struct synth_writer *w, uint16_t row)
{
	const struct synth_finding_kind *kind = &synth_finding_kind_rows[row];
	struct synth_random habit = { .key = synth_key(w->chart->person.key, HABIT_OF(row)) };
	uint32_t answer =
		synth_random_below(synth_random_chance(&w->random, 900) ? &habit : &w->random, 3);

	set_category(w->form, "social-history", "Social History");
	set_code(w->form, kind->loinc, kind->display, kind->text);
	synth_set(w->form, SLOT_value, kind->answers[answer].snomed);
	synth_set(w->form, SLOT_finding, kind->answers[answer].text);
	synth_fill(w->form, T_OBSERVATION);
	synth_fill(w->form, T_OBSERVATION_FINDING);
}

static void fill_quantity(struct synth_writer *w, uint16_t row, int32_t day)
{
	const struct synth_quantity *quantity = &synth_quantity_rows[row];
	int32_t value = synth_quantity_value(w->chart, row, day);
	bool low = value<quantity->low, high = value> quantity->high;
	struct synth_form *form = w->form;

	/* What is measured at a contact stands after the laboratory's in the table. */
	if (row >= w->set->measured[0])
		set_category(form, "vital-signs", "Vital Signs");
	else
		set_category(form, "laboratory", "Laboratory");
	set_code(form, quantity->loinc, quantity->display, quantity->text);
	synth_set(form, SLOT_unit, quantity->unit);
	synth_set_number(form, SLOT_value, value, quantity->decimals);
	synth_set_number(form, SLOT_low, quantity->low, quantity->decimals);
	synth_set_number(form, SLOT_high, quantity->high, quantity->decimals);
	synth_set(form, SLOT_flag, low ? "L" : high ? "H" : "N");
	synth_set(form, SLOT_flag_text, low ? "Low" : high ? "High" : "Normal");
	synth_fill(form, T_OBSERVATION);
	synth_fill(form, T_OBSERVATION_QUANTITY);
	synth_fill(form, T_OBSERVATION_RANGE);
}

void synth_write_observation(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_OBSERVATION][index];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);

	synth_writer_issued(w);
	if (item->row >= SYNTH_FINDING)
		fill_finding(w, (uint16_t)(item->row - SYNTH_FINDING));
	else if (item->row >= SYNTH_PRESSURE)
		fill_body(w, item->row, visit->day);
	else
		fill_quantity(w, item->row, visit->day);
	synth_put(w->form->sink, "}", 1);
}

void synth_write_report(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_REPORT][index];
	const struct synth_panel *panel = &synth_panel_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	unsigned outside = 0, results = 0;

	synth_writer_issued(w);
	synth_writer_organization(w, SYNTH_LABORATORY, w->laboratory.text);
	set_code(w->form, panel->loinc, panel->display, panel->text);
	synth_fill(w->form, T_REPORT);
	for (unsigned i = 0; i < SYNTH_PANEL_QUANTITIES_MAX; i++) {
		uint16_t row = w->set->panel_quantity[item->row][i];

		if (row == SYNTH_NONE)
			continue;

		int32_t value = synth_quantity_value(w->chart, row, visit->day);

		outside += value < synth_quantity_rows[row].low ||
			   value > synth_quantity_rows[row].high;
		if (results > 0)
			synth_put(w->form->sink, ",", 1);
		synth_writer_own(w, SLOT_reference, TYPE_OBSERVATION, item->more + results++);
		synth_set(w->form, SLOT_finding, synth_quantity_rows[row].text);
		synth_fill(w->form, T_REPORT_RESULT);
	}
	synth_set(w->form, SLOT_reason_text,
		  outside == 0	 ? "Geen afwijkende uitslagen"
		  : outside == 1 ? "Een uitslag buiten de referentiewaarden"
				 : "Meerdere uitslagen buiten de referentiewaarden");
	synth_fill(w->form, T_REPORT_END);
}
