/* SPDX-License-Identifier: Apache-2.0 */
/* Records about who the patient is and what was agreed: Patient, Coverage, Consent, Flag. */
#include "writer.h"

#include "calendar.h"

static void set_name(struct synth_form *form, const struct synth_person *person)
{
	static const char *const orders[] = {
		[SYNTH_NL1] = "NL1",
		[SYNTH_NL2] = "NL2",
		[SYNTH_NL4] = "NL4",
	};

	synth_set(form, SLOT_code, orders[person->order]);
	synth_set(form, SLOT_family, person->family.text);
	synth_set(form, SLOT_own_prefix, person->own->prefix);
	synth_set(form, SLOT_own_name, person->own->name);
	synth_set(form, SLOT_partner_prefix, person->partner->prefix);
	synth_set(form, SLOT_partner_name, person->partner->name);
	synth_set(form, SLOT_given, person->given);
	synth_set(form, SLOT_initials, person->initials.text);
}

static void set_home(struct synth_form *form, const struct synth_person *person)
{
	synth_set(form, SLOT_street, person->street);
	synth_set(form, SLOT_house, person->house.text);
	synth_set(form, SLOT_postcode, person->postcode.text);
	synth_set(form, SLOT_city, person->town->name);
	synth_set(form, SLOT_phone, person->phone.text);
	synth_set(form, SLOT_mobile, person->mobile.text);
	synth_set(form, SLOT_email, person->email.text);
}

static void set_status(struct synth_form *form, const struct synth_person *person)
{
	bool merged = person->replaced_by != SYNTH_NOBODY;

	synth_set(form, SLOT_active, merged ? "false" : "true");
	synth_set(form, SLOT_gender, person->woman ? "female" : "male");
	synth_set_number(form, SLOT_bsn, person->bsn, 0);
	synth_set_number(form, SLOT_number, (int64_t)synth_local_number(person->number), 0);
	synth_set_time(form, SLOT_end, SYNTH_DATE, person->death);
	synth_set(form, SLOT_marital, person->has_partner ? "M" : "S");
	synth_set(form, SLOT_marital_text, person->has_partner ? "Married" : "Never Married");
}

static void fill_name(struct synth_form *form, const struct synth_person *person)
{
	synth_fill(form, T_PATIENT_NAME);
	if (person->own->prefix[0])
		synth_fill(form, T_PATIENT_OWN_PREFIX);
	synth_fill(form, T_PATIENT_OWN_NAME);
	if (person->order != SYNTH_NL1 && person->partner->prefix[0])
		synth_fill(form, T_PATIENT_PARTNER_PREFIX);
	if (person->order != SYNTH_NL1)
		synth_fill(form, T_PATIENT_PARTNER_NAME);
	synth_fill(form, T_PATIENT_GIVEN);
}

void synth_write_patient(struct synth_writer *w, uint32_t index)
{
	const struct synth_person *person = &w->chart->person;
	struct synth_form *form = w->form;

	(void)index; /* a patient has one Patient */
	synth_writer_time(w, (int64_t)person->to * SYNTH_DAY_SECONDS - SYNTH_DAY_SECONDS);
	synth_writer_staff(w, &w->doctor);
	synth_writer_organization(w, w->doctor.organization, w->practice.text);
	set_name(form, person);
	set_home(form, person);
	set_status(form, person);
	synth_fill(form, T_PATIENT);
	if (person->bsn != 0)
		synth_fill(form, T_PATIENT_BSN);
	fill_name(form, person);
	if (person->has_email)
		synth_fill(form, T_PATIENT_EMAIL);
	synth_fill(form, T_PATIENT_BIRTH);
	synth_fill(form, person->death == SYNTH_NO_DAY ? T_PATIENT_ALIVE : T_PATIENT_DEAD);
	synth_fill(form, T_PATIENT_ADDRESS);
	if (person->replaced_by != SYNTH_NOBODY) {
		uint64_t key = synth_patient_key(w->set, person->replaced_by);

		synth_set_reference(form, SLOT_other, synth_type_names[TYPE_PATIENT],
				    synth_record_key(key, TYPE_PATIENT, 0), false);
		synth_fill(form, T_PATIENT_LINK);
	}
	synth_put(form->sink, "}", 1);
}

void synth_write_coverage(struct synth_writer *w, uint32_t index)
{
	uint32_t insurer = synth_insurer(synth_random_below(&w->random, SYNTH_INSURERS));
	int32_t year = synth_date_from(w->chart->person.to).year;
	int32_t first = synth_day_from(year, 1, 1);

	(void)index;
	if (first < w->chart->person.from)
		first = w->chart->person.from;
	synth_organization_name(insurer, &w->hospital);
	synth_writer_organization(w, insurer, w->hospital.text);
	synth_writer_time(w, (int64_t)first * SYNTH_DAY_SECONDS);
	synth_set_number(w->form, SLOT_value, 800000000 + synth_random_below(&w->random, 99999999),
			 0);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, first);
	synth_set_time(w->form, SLOT_end, SYNTH_DATE, synth_day_from(year, 12, 31));
	synth_fill(w->form, T_COVERAGE);
}

void synth_write_consent(struct synth_writer *w, uint32_t index)
{
	const struct synth_person *person = &w->chart->person;
	int32_t day = synth_random_between(&w->random, person->from, person->to);
	bool permits = synth_random_chance(&w->random, 880);

	(void)index;
	synth_writer_time(w, (int64_t)day * SYNTH_DAY_SECONDS + 36000);
	synth_writer_organization(w, w->doctor.organization, w->practice.text);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, day);
	synth_set(w->form, SLOT_type, permits ? "permit" : "deny");
	synth_set(w->form, SLOT_code, permits ? "OPTIN" : "OPTOUT");
	synth_set(w->form, SLOT_text,
		  permits ? "Toestemming voor beschikbaar stellen van gegevens"
			  : "Geen toestemming voor beschikbaar stellen van gegevens");
	synth_fill(w->form, T_CONSENT);
}

void synth_write_flag(struct synth_writer *w, uint32_t index)
{
	const struct synth_item *item = &w->chart->items[TYPE_FLAG][index];
	const struct synth_signal *signal = &synth_signal_rows[item->row];
	const struct synth_visit *visit = synth_writer_visit(w, item->visit);

	synth_set(w->form, SLOT_type, signal->category);
	synth_set(w->form, SLOT_type_text, signal->category_text);
	synth_set(w->form, SLOT_code, signal->snomed);
	synth_set(w->form, SLOT_display, signal->text);
	synth_set(w->form, SLOT_text, signal->text);
	synth_set_time(w->form, SLOT_date, SYNTH_DATE, visit->day);
	synth_fill(w->form, T_FLAG);
}
