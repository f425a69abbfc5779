/* SPDX-License-Identifier: Apache-2.0 */
#include "writer.h"

#include "calendar.h"

#include <stdlib.h>

static synth_write_fn *const writers[TYPE_COUNT] = {
	[TYPE_PATIENT] = synth_write_patient,
	[TYPE_ENCOUNTER] = synth_write_encounter,
	[TYPE_CONDITION] = synth_write_condition,
	[TYPE_OBSERVATION] = synth_write_observation,
	[TYPE_REPORT] = synth_write_report,
	[TYPE_REQUEST] = synth_write_request,
	[TYPE_STATEMENT] = synth_write_statement,
	[TYPE_ALLERGY] = synth_write_allergy,
	[TYPE_APPOINTMENT] = synth_write_appointment,
	[TYPE_PROCEDURE] = synth_write_procedure,
	[TYPE_IMMUNIZATION] = synth_write_immunization,
	[TYPE_DOCUMENT] = synth_write_document,
	[TYPE_BINARY] = synth_write_binary,
	[TYPE_CARE_PLAN] = synth_write_care_plan,
	[TYPE_FLAG] = synth_write_flag,
	[TYPE_COVERAGE] = synth_write_coverage,
	[TYPE_CONSENT] = synth_write_consent,
	[TYPE_ORGANIZATION] = synth_write_organization,
	[TYPE_PRACTITIONER] = synth_write_practitioner,
	[TYPE_ROLE] = synth_write_role,
	[TYPE_LOCATION] = synth_write_location,
	[TYPE_MEDICATION] = synth_write_medication,
};

int synth_writer_new(const struct synth_set *set, struct synth_writer **out,
		     struct medark_error *err)
{
	MEDARK_AUTO(synth_writer_free) struct synth_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return medark_error_memory(err, "the writer");
	w->set = set;
	MEDARK_TRY(synth_chart_new(set, &w->chart, err));
	MEDARK_TRY(synth_form_new(&w->form, err));
	MEDARK_TRY(synth_sink_memory(&w->plain, err));
	for (uint32_t i = 0; i < SYNTH_SPECIALISTS; i++)
		synth_staff_make(set, i, &w->specialist[i]);
	synth_organization_name(SYNTH_LABORATORY, &w->laboratory);
	*out = MEDARK_TAKE(w);
	return 0;
}

void synth_writer_free(struct synth_writer *w)
{
	if (!w)
		return;
	synth_sink_clear(&w->plain);
	synth_form_free(w->form);
	synth_chart_free(w->chart);
	free(w);
}

void synth_writer_patient(struct synth_writer *w, uint64_t number)
{
	const struct synth_person *person = &w->chart->person;
	struct synth_form *form = w->form;

	synth_chart_make(w->chart, number);
	synth_staff_make(w->set, synth_staff_of(person->practice, person->doctor), &w->doctor);
	synth_staff_make(w->set, synth_staff_of(person->practice, SYNTH_DOCTORS), &w->nurse);
	synth_organization_name(synth_organization_of(person->practice, SYNTH_PRACTICE),
				&w->practice);
	synth_organization_name(synth_organization_of(person->practice, SYNTH_PHARMACY),
				&w->pharmacy);
	synth_set_reference(form, SLOT_subject, synth_type_names[TYPE_PATIENT],
			    synth_record_key(person->key, TYPE_PATIENT, 0), true);
	synth_set(form, SLOT_subject_name, person->name.text);
	synth_set_time(form, SLOT_birth, SYNTH_DATE, person->birth);
}

void synth_write(struct synth_writer *w, enum synth_type type, uint32_t index)
{
	struct synth_form *form = w->form;
	uint64_t key, number;

	if (type < TYPE_PATIENT_COUNT) {
		w->owner = w->chart->person.key;
		key = synth_record_key(w->owner, type, index);
		number = synth_local_number(w->chart->person.number) * 10000 + index;
	} else {
		w->owner = w->set->directory_key;
		key = synth_directory_key(w->set, type, index);
		number = 99000000 + index;
	}
	w->random = (struct synth_random) { .key = synth_key(key, 1) };
	synth_set_id(form, SLOT_id, key);
	synth_set_number(form, SLOT_number, (int64_t)number, 0);
	synth_set_number(form, SLOT_version, 1 + synth_random_below(&w->random, 3), 0);
	writers[type](w, index);
}

static int64_t to_utc(int64_t seconds)
{
	return seconds - 3600 * (int64_t)synth_utc_offset(synth_day_at(seconds));
}

/* What belongs to one contact was saved at once, but not after the day of the export. */
void synth_writer_time(struct synth_writer *w, int64_t seconds)
{
	struct synth_random r = { .key = synth_key(w->owner, (uint64_t)seconds) };
	int64_t latest = ((int64_t)w->set->end + 1) * SYNTH_DAY_SECONDS - 1;
	int64_t lag = 60 + synth_random_below(&r, SYNTH_DAY_SECONDS);

	if (seconds + lag > latest)
		lag = latest - seconds;
	w->now = seconds;
	w->lag = lag;
	synth_set_time(w->form, SLOT_time, SYNTH_TIME, seconds);
	synth_set_time(w->form, SLOT_updated, SYNTH_INSTANT,
		       to_utc(seconds + lag) * 1000 + synth_random_below(&r, 1000));
}

void synth_writer_issued(struct synth_writer *w)
{
	synth_set_time(w->form, SLOT_issued, SYNTH_INSTANT, to_utc(w->now + w->lag / 2) * 1000);
}

void synth_writer_own(struct synth_writer *w, enum synth_slot slot, enum synth_type type,
		      uint32_t index)
{
	synth_set_reference(w->form, slot, synth_type_names[type],
			    synth_record_key(w->chart->person.key, type, index), true);
}

void synth_writer_directory(struct synth_writer *w, enum synth_slot slot, enum synth_type type,
			    uint32_t number)
{
	synth_set_reference(w->form, slot, synth_type_names[type],
			    synth_directory_key(w->set, type, number), false);
}

void synth_writer_staff(struct synth_writer *w, const struct synth_staff *staff)
{
	synth_set_reference(w->form, SLOT_performer, synth_type_names[TYPE_PRACTITIONER],
			    staff->key, false);
	synth_set(w->form, SLOT_performer_name, staff->name.text);
}

void synth_writer_organization(struct synth_writer *w, uint32_t number, const char *name)
{
	synth_writer_directory(w, SLOT_organization, TYPE_ORGANIZATION, number);
	synth_set(w->form, SLOT_organization_name, name);
}

const struct synth_visit *synth_writer_visit(struct synth_writer *w, uint32_t index)
{
	const struct synth_visit *visit = &w->chart->visit[index];
	const struct synth_staff *staff = visit->staff == SYNTH_DOCTOR ? &w->doctor : &w->nurse;

	synth_writer_own(w, SLOT_encounter, TYPE_ENCOUNTER, index);
	synth_writer_time(w, (int64_t)visit->day * SYNTH_DAY_SECONDS + visit->minute * 60);
	if (visit->staff >= SYNTH_SPECIALIST) {
		staff = &w->specialist[visit->staff - SYNTH_SPECIALIST];
		synth_location_name(staff->location, &w->place);
		synth_organization_name(staff->organization, &w->hospital);
		synth_writer_organization(w, staff->organization, w->hospital.text);
		synth_set(w->form, SLOT_location_name, w->place.text);
	} else {
		synth_writer_organization(w, staff->organization, w->practice.text);
		synth_set(w->form, SLOT_location_name, w->practice.text);
	}
	synth_writer_staff(w, staff);
	synth_writer_directory(w, SLOT_location, TYPE_LOCATION, staff->location);
	return visit;
}

const struct synth_condition *synth_writer_condition(const struct synth_writer *w, uint32_t index)
{
	return &synth_condition_rows[w->chart->items[TYPE_CONDITION][index].row];
}

struct synth_sink *synth_writer_compose(struct synth_writer *w)
{
	struct synth_sink *before = w->form->sink;

	w->plain.used = 0;
	w->form->sink = &w->plain;
	return before;
}
