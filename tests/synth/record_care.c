/* SPDX-License-Identifier: Apache-2.0 */
/* Records of contacts and what was done: Encounter, Condition, Appointment, Procedure, ... */
#include "writer.h"

#include "calendar.h"

#define EPISODE_DAYS 28 /* after which an episode is over */

static void set_code(struct synth_form *form, const char *code, const char *display,
		     const char *text)
{
	synth_set(form, SLOT_code, code);
	synth_set(form, SLOT_display, display);
	synth_set(form, SLOT_text, text);
}

/* The end of something that began at the record's time. */
static void set_end(struct synth_writer *w, uint32_t minutes)
{
	synth_set_number(w->form, SLOT_minutes, minutes, 0);
	synth_set_time(w->form, SLOT_end, SYNTH_TIME, w->now + (int64_t)minutes * 60);
}

/* The doctor's note; leaves it in $body. */
static void compose_note(struct synth_writer *w, const struct synth_visit *visit)
{
	const struct synth_complaint *complaint = &synth_complaint_rows[visit->complaint];
	struct synth_form *form = w->form;
	struct synth_sink *before = synth_writer_compose(w);
	uint32_t sentence = synth_random_below(&w->random, synth_sentence_count);

	synth_set(form, SLOT_reason_text, synth_sentence_rows[sentence]);
	synth_set(form, SLOT_title, complaint->story);
	synth_set(form, SLOT_finding, complaint->finding);
	synth_set(form, SLOT_plan, complaint->plan);
	synth_set(form, SLOT_text, complaint->text);
	synth_set(form, SLOT_icpc, complaint->icpc);
	if (visit->condition != SYNTH_NONE) {
		const struct synth_condition *condition =
			synth_writer_condition(w, visit->condition);

		synth_set(form, SLOT_title, "Controle.");
		synth_set(form, SLOT_text, condition->text);
		synth_set(form, SLOT_icpc, condition->icpc);
	}
	synth_fill(form, T_NOTE);
	form->sink = before;
	synth_set_bytes(form, SLOT_body, w->plain.data, w->plain.used);
}

/* Why the patient came: $icpc, $reason, $reason_text. */
static void set_reason(struct synth_writer *w, const struct synth_visit *visit)
{
	const struct synth_complaint *complaint = &synth_complaint_rows[visit->complaint];
	const char *icpc = complaint->icpc, *snomed = complaint->snomed, *text = complaint->text;

	if (visit->condition != SYNTH_NONE) {
		const struct synth_condition *condition =
			synth_writer_condition(w, visit->condition);

		icpc = condition->icpc;
		snomed = condition->snomed;
		text = condition->text;
	}
	synth_set(w->form, SLOT_icpc, icpc);
	synth_set(w->form, SLOT_reason, snomed);
	synth_set(w->form, SLOT_reason_text, text);
}

void synth_write_encounter(struct synth_writer *w, uint32_t index)
{
	const struct synth_visit *visit = synth_writer_visit(w, index);
	const struct synth_contact *contact = &synth_contact_rows[visit->contact];
	struct synth_form *form = w->form;

	synth_fill(form, T_ENCOUNTER);
	if (!contact->hospital && synth_random_chance(&w->random, 750)) {
		compose_note(w, visit);
		synth_fill(form, T_ENCOUNTER_NOTE);
	}
	set_reason(w, visit);
	set_code(form, contact->class_code, contact->class_display, contact->text);
	synth_set(form, SLOT_type, contact->snomed);
	synth_set(form, SLOT_type_text, contact->display);
	set_end(w, contact->minutes);
	synth_fill(form, T_ENCOUNTER_END);
}

void synth_write_condition(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_CONDITION][index];
	const struct synth_condition *condition = &synth_condition_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	int32_t over = visit->day + EPISODE_DAYS;
	bool active = condition->lasting || over > w->chart->person.to;

	synth_set(w->form, SLOT_status, active ? "active" : "resolved");
	synth_set(w->form, SLOT_icpc, condition->icpc);
	synth_set(w->form, SLOT_code, condition->snomed);
	synth_set(w->form, SLOT_text, condition->text);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, visit->day);
	synth_set_time(w->form, SLOT_end, SYNTH_DATE, over);
	synth_fill(w->form, T_CONDITION);
	if (!active)
		synth_fill(w->form, T_CONDITION_ABATED);
	synth_fill(w->form, T_CONDITION_END);
}

void synth_write_allergy(struct synth_writer *w, uint32_t index)
{
	static const char *const severities[] = { "mild", "moderate", "severe" };
	const struct synth_item *item = &w->chart->items[TYPE_ALLERGY][index];
	const struct synth_allergy *allergy = &synth_allergy_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	uint32_t severity = synth_random_below(&w->random, 3);

	set_code(w->form, allergy->snomed, allergy->text, allergy->text);
	synth_set(w->form, SLOT_status,
		  synth_random_chance(&w->random, 700) ? "confirmed" : "unconfirmed");
	synth_set(w->form, SLOT_type, allergy->type);
	synth_set(w->form, SLOT_allergy_category, allergy->category);
	synth_set(w->form, SLOT_flag, severity == 2 ? "high" : "low");
	synth_set(w->form, SLOT_value, allergy->reaction);
	synth_set(w->form, SLOT_finding, allergy->reaction_text);
	synth_set(w->form, SLOT_status_text, severities[severity]);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, visit->day);
	synth_fill(w->form, T_ALLERGY);
}

/* A planned appointment lies after the last day of the set and was made before it. */
static void plan_appointment(struct synth_writer *w)
{
	int32_t ahead = 1 + (int32_t)synth_random_below(&w->random, 180);
	int32_t made = w->set->end - (int32_t)synth_random_below(&w->random, 60);
	int64_t minute = 480 + 5 * synth_random_below(&w->random, 108);

	synth_writer_time(w, (int64_t)made * SYNTH_DAY_SECONDS + 36000);
	synth_writer_issued(w);
	w->now = (int64_t)(w->set->end + ahead) * SYNTH_DAY_SECONDS + minute * 60;
	synth_set_time(w->form, SLOT_time, SYNTH_TIME, w->now);
	synth_set(w->form, SLOT_status, "booked");
	synth_set(w->form, SLOT_reason_text, "Controle");
	synth_writer_staff(w, &w->doctor);
	synth_writer_directory(w, SLOT_location, TYPE_LOCATION, w->doctor.location);
	synth_set(w->form, SLOT_location_name, w->practice.text);
}

static void keep_appointment(struct synth_writer *w, uint32_t index)
{
	const struct synth_visit *visit = synth_writer_visit(w, index);
	uint32_t luck = synth_random_below(&w->random, 100);
	int64_t days = 1 + synth_random_below(&w->random, 40);

	synth_set_time(w->form, SLOT_issued, SYNTH_TIME, w->now - days * SYNTH_DAY_SECONDS);
	synth_set(w->form, SLOT_status,
		  luck < 86   ? "fulfilled"
		  : luck < 92 ? "noshow"
			      : "cancelled");
	set_reason(w, visit);
}

/* Somebody of the same house comes along: the patient before this one. */
static void fill_other(struct synth_writer *w)
{
	struct synth_person other;

	synth_person_make(w->set, w->chart->person.number - 1, &other);
	synth_set_reference(w->form, SLOT_other, synth_type_names[TYPE_PATIENT],
			    synth_record_key(other.key, TYPE_PATIENT, 0), false);
	synth_set(w->form, SLOT_other_name, other.name.text);
	synth_fill(w->form, T_APPOINTMENT_OTHER);
}

void synth_write_appointment(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_APPOINTMENT][index];
	const struct synth_contact *contact = &synth_contact_rows[item->row];

	if (item->visit == SYNTH_NONE)
		plan_appointment(w);
	else
		keep_appointment(w, item->visit);
	set_code(w->form, "ROUTINE", "Routine appointment", contact->text);
	synth_set(w->form, SLOT_type, contact->snomed);
	synth_set(w->form, SLOT_type_text, contact->display);
	set_end(w, contact->minutes);
	synth_fill(w->form, T_APPOINTMENT);
	if (item->more)
		fill_other(w);
	synth_fill(w->form, T_APPOINTMENT_END);
}

void synth_write_procedure(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_PROCEDURE][index];
	const struct synth_procedure *procedure = &synth_procedure_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);

	set_code(w->form, procedure->snomed, procedure->text, procedure->text);
	synth_set(w->form, SLOT_type, procedure->category);
	synth_set(w->form, SLOT_type_text, procedure->category_text);
	set_end(w, procedure->minutes);
	synth_fill(w->form, T_PROCEDURE);
	if (visit->condition != SYNTH_NONE) {
		synth_writer_own(w, SLOT_condition, TYPE_CONDITION, visit->condition);
		synth_set(w->form, SLOT_reason_text,
			  synth_writer_condition(w, visit->condition)->text);
		synth_fill(w->form, T_PROCEDURE_REASON);
	}
	synth_put(w->form->sink, "}", 1);
}

void synth_write_immunization(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_IMMUNIZATION][index];
	const struct synth_vaccine *vaccine = &synth_vaccine_rows[item->row];
	int32_t day = synth_vaccine_day(w->chart, item->row, index);

	synth_writer_time(w, (int64_t)day * SYNTH_DAY_SECONDS + 36000);
	synth_writer_staff(w, &w->doctor);
	synth_line_start(&w->line);
	synth_line_put(&w->line, "NL");
	synth_line_number(&w->line, synth_random_below(&w->random, 100000), 5);
	synth_set(w->form, SLOT_atc, vaccine->atc);
	synth_set(w->form, SLOT_display, vaccine->display);
	synth_set(w->form, SLOT_text, vaccine->text);
	synth_set(w->form, SLOT_title, vaccine->series);
	synth_set(w->form, SLOT_value, w->line.text);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, day);
	synth_set_number(w->form, SLOT_quantity, 1 + synth_random_below(&w->random, vaccine->doses),
			 0);
	synth_fill(w->form, T_IMMUNIZATION);
}

/* The patient's Condition of a row; a care plan has one. */
static uint32_t find_condition(const struct synth_chart *chart, uint16_t row)
{
	uint32_t i = 0;

	while (chart->items[TYPE_CONDITION][i].row != row)
		i++;
	return i;
}

void synth_write_care_plan(struct synth_writer *w, uint32_t index)
{
	static const char *const when[] = { "elke 3 maanden", "elk half jaar", "elk jaar" };
	const struct synth_item *item = &w->chart->items[TYPE_CARE_PLAN][index];
	const struct synth_plan *plan = &synth_plan_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);
	uint32_t condition = find_condition(w->chart, w->set->plan_condition[item->row]);

	set_code(w->form, plan->snomed, plan->text, plan->text);
	synth_set(w->form, SLOT_title, plan->title);
	synth_set(w->form, SLOT_plan, plan->description);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, visit->day);
	synth_set_time(w->form, SLOT_end, SYNTH_DATE, visit->day + SYNTH_YEAR_DAYS);
	synth_writer_own(w, SLOT_condition, TYPE_CONDITION, condition);
	synth_set(w->form, SLOT_reason_text, synth_writer_condition(w, condition)->text);
	synth_fill(w->form, T_CARE_PLAN);
	for (unsigned i = 0; i < 3; i++) {
		uint32_t sentence = synth_random_below(&w->random, synth_sentence_count);

		if (i > 0)
			synth_put(w->form->sink, ",", 1);
		synth_set(w->form, SLOT_finding, plan->activities[i]);
		synth_set(w->form, SLOT_body, synth_sentence_rows[sentence]);
		synth_set(w->form, SLOT_begin, when[synth_random_below(&w->random, 3)]);
		synth_set(w->form, SLOT_status,
			  synth_random_chance(&w->random, 500) ? "in-progress" : "scheduled");
		synth_fill(w->form, T_CARE_PLAN_ACTIVITY);
	}
	synth_fill(w->form, T_CARE_PLAN_END);
}
