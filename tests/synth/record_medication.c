/* SPDX-License-Identifier: Apache-2.0 */
/* MedicationRequest, MedicationStatement and the Medications that they may point to. */
#include "writer.h"

#include "calendar.h"

#define SUPPLY_DAYS 90

static const struct {
	const char *code;
	const char *text;
} routes[] = {
	[SYNTH_ORAL] = { "26643006", "oraal" },
	[SYNTH_INHALED] = { "447694001", "inhalatie" },
	[SYNTH_SKIN] = { "6064005", "cutaan" },
	[SYNTH_NASAL] = { "46713006", "nasaal" },
};

static void set_product(struct synth_form *form, uint16_t row)
{
	const struct synth_medication *medication = &synth_medication_rows[row];

	synth_set_number(form, SLOT_code, 90000000 + row * 37, 0);
	synth_set(form, SLOT_atc, medication->atc);
	synth_set(form, SLOT_display, medication->display);
	synth_set(form, SLOT_text, medication->text);
	synth_set(form, SLOT_dose, medication->dose);
	synth_set(form, SLOT_dose_unit, medication->unit);
	synth_set_number(form, SLOT_quantity, medication->frequency, 0);
	synth_set_number(form, SLOT_size, medication->frequency * SUPPLY_DAYS, 0);
	synth_set(form, SLOT_type, routes[medication->route].code);
	synth_set(form, SLOT_type_text, routes[medication->route].text);
}

/* What it is given for: $condition, $reason_text. */
static const struct synth_condition *set_reason(struct synth_writer *w, uint16_t index)
{
	const struct synth_condition *condition = synth_writer_condition(w, index);

	synth_writer_own(w, SLOT_condition, TYPE_CONDITION, index);
	synth_set(w->form, SLOT_reason_text, condition->text);
	return condition;
}

void synth_write_request(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_REQUEST][index];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	int32_t until = visit->day + SUPPLY_DAYS;
	bool active = until > w->chart->person.to;

	set_product(w->form, item->row);
	set_reason(w, item->more);
	synth_writer_organization(w,
				  synth_organization_of(w->chart->person.practice, SYNTH_PHARMACY),
				  w->pharmacy.text);
	synth_writer_directory(w, SLOT_medication, TYPE_MEDICATION, item->row);
	synth_set(w->form, SLOT_status, active ? "active" : "completed");
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, visit->day);
	synth_set_time(w->form, SLOT_end, SYNTH_DATE, until);
	synth_fill(w->form, T_REQUEST);
	synth_fill(w->form,
		   synth_random_chance(&w->random, 800) ? T_REQUEST_CODE : T_REQUEST_REFERENCE);
	synth_fill(w->form, T_REQUEST_END);
}

void synth_write_statement(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_STATEMENT][index];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	int32_t days = 14 + (int32_t)synth_random_below(&w->random, 600);
	const struct synth_condition *condition = set_reason(w, item->more);
	bool active = condition->lasting && synth_random_chance(&w->random, 800);

	if (visit->day + days >= w->chart->person.to)
		active = true;
	set_product(w->form, item->row);
	synth_set(w->form, SLOT_status, active ? "active" : "completed");
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, visit->day);
	synth_set_time(w->form, SLOT_end, SYNTH_DATE, visit->day + days);
	synth_fill(w->form, T_STATEMENT);
	synth_fill(w->form, active ? T_STATEMENT_PERIOD : T_STATEMENT_STOPPED);
	synth_fill(w->form, T_STATEMENT_END);
}

void synth_write_medication(struct synth_writer *w, uint32_t index)
{
	synth_writer_time(w, (int64_t)w->set->start * SYNTH_DAY_SECONDS);
	set_product(w->form, (uint16_t)index);
	synth_fill(w->form, T_MEDICATION);
}
