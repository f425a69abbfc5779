/* SPDX-License-Identifier: Apache-2.0 */
/* Organization, Practitioner, PractitionerRole and Location: the directory's records. */
#include "writer.h"

#include "calendar.h"

/* The directory's records refer to each other inside one Bundle. */
static void set_reference(struct synth_writer *w, enum synth_slot slot, enum synth_type type,
			  uint32_t number)
{
	synth_set_reference(w->form, slot, synth_type_names[type],
			    synth_directory_key(w->set, type, number), true);
}

static void set_organization(struct synth_writer *w, uint32_t number)
{
	set_reference(w, SLOT_organization, TYPE_ORGANIZATION, number);
	synth_organization_name(number, &w->hospital);
	synth_set(w->form, SLOT_organization_name, w->hospital.text);
}

static void set_location(struct synth_writer *w, uint32_t number)
{
	set_reference(w, SLOT_location, TYPE_LOCATION, number);
	synth_location_name(number, &w->place);
	synth_set(w->form, SLOT_location_name, w->place.text);
}

/* An address and a telephone number of an organization, the same for its Location. */
static void set_address(struct synth_writer *w, uint32_t organization)
{
	uint64_t key = synth_directory_key(w->set, TYPE_ORGANIZATION, organization);
	struct synth_random r = { .key = synth_key(key, 3) };
	const struct synth_town *town = &synth_town_rows[synth_random_below(&r, synth_town_count)];

	synth_line_start(&w->postcode);
	synth_postcode_add(&w->postcode, town, &r);
	synth_line_start(&w->phone);
	synth_phone_add(&w->phone, town, &r);
	synth_set(w->form, SLOT_street,
		  synth_street_rows[synth_random_below(&r, synth_street_count)]);
	synth_set_number(w->form, SLOT_house, 1 + synth_random_below(&r, 200), 0);
	synth_set(w->form, SLOT_city, town->name);
	synth_set(w->form, SLOT_postcode, w->postcode.text);
	synth_set(w->form, SLOT_phone, w->phone.text);
}

static void start(struct synth_writer *w)
{
	synth_writer_time(w, (int64_t)w->set->start * SYNTH_DAY_SECONDS + 36000);
}

void synth_write_organization(struct synth_writer *w, uint32_t index)
{
	static const struct {
		const char *code;
		const char *text;
	} kinds[] = {
		{ "V6", "Algemeen ziekenhuis" }, { "L1", "Laboratorium" },
		{ "ZV", "Zorgverzekeraar" },	 { "Z3", "Huisartsenpraktijk" },
		{ "J8", "Openbare apotheek" },
	};
	uint32_t of_practice = index - synth_organization_of(0, SYNTH_PRACTICE);
	unsigned kind = index < SYNTH_HOSPITALS			? 0
			: index == SYNTH_LABORATORY		? 1
			: index < synth_insurer(SYNTH_INSURERS) ? 2
			: of_practice % 2 == SYNTH_PRACTICE	? 3
								: 4;

	start(w);
	set_organization(w, index);
	set_address(w, index);
	synth_set(w->form, SLOT_code, kinds[kind].code);
	synth_set(w->form, SLOT_display, kinds[kind].text);
	synth_set(w->form, SLOT_text, kinds[kind].text);
	synth_fill(w->form, T_ORGANIZATION);
}

void synth_write_practitioner(struct synth_writer *w, uint32_t index)
{
	struct synth_staff staff;

	start(w);
	synth_staff_make(w->set, index, &staff);
	set_address(w, staff.organization);
	synth_set(w->form, SLOT_performer_name, staff.name.text);
	synth_set(w->form, SLOT_family, staff.family.text);
	synth_set(w->form, SLOT_given, staff.given);
	synth_set(w->form, SLOT_gender, staff.woman ? "female" : "male");
	synth_set(w->form, SLOT_text, staff.role);
	synth_fill(w->form, T_PRACTITIONER);
}

void synth_write_role(struct synth_writer *w, uint32_t index)
{
	struct synth_staff staff;

	start(w);
	synth_staff_make(w->set, index, &staff);
	set_reference(w, SLOT_performer, TYPE_PRACTITIONER, index);
	synth_set(w->form, SLOT_performer_name, staff.name.text);
	set_organization(w, staff.organization);
	set_location(w, staff.location);
	synth_set(w->form, SLOT_code, staff.role_code);
	synth_set(w->form, SLOT_display, staff.role);
	synth_set(w->form, SLOT_text, staff.role);
	synth_fill(w->form, T_ROLE);
}

void synth_write_location(struct synth_writer *w, uint32_t index)
{
	uint32_t organization = index;

	if (index > SYNTH_LABORATORY)
		organization = synth_organization_of(index - synth_location_of(0), SYNTH_PRACTICE);
	start(w);
	set_organization(w, organization);
	set_location(w, index);
	set_address(w, organization);
	synth_fill(w->form, T_LOCATION);
}
