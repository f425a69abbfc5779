/* SPDX-License-Identifier: Apache-2.0 */
#include "directory.h"

#include "person.h"

static const char *const hospitals[SYNTH_HOSPITALS] = {
	"Ziekenhuis De Voorbeeldhoeve",
	"Medisch Centrum Testerveen",
	"Sint Fictus Ziekenhuis",
	"Streekziekenhuis Nergenshuizen",
};

static const char *const insurers[SYNTH_INSURERS] = {
	"Onderlinge Verzekeraar Voorbeeld U.A.",
	"Zorgverzekeraar Nergens N.V.",
	"Fictieve Zorgpolis N.V.",
	"Voorbeeldzorg Coöperatie U.A.",
};

static const char *const practices[] = {
	"De Linde", "Het Spoor",   "De Brink", "Aan de Vaart", "De Meent", "Zuiderpoort",
	"De Hoek",  "Oud-Nergens", "De Kade",  "Het Anker",    "De Akker", "Noordhof",
};

static const struct {
	const char *code;
	const char *text;
} roles[SYNTH_PRACTICE_STAFF] = {
	{ "17561000", "Cardioloog" },	     { "39677007", "Internist" },
	{ "41672002", "Longarts" },	     { "22731001", "Orthopedisch chirurg" },
	{ "56397003", "Neuroloog" },	     { "18803008", "Dermatoloog" },
}, practice_roles[SYNTH_PRACTICE_STAFF] = {
	{ "62247001", "Huisarts" },	     { "62247001", "Huisarts" },
	{ "62247001", "Huisarts" },	     { "224535009", "Praktijkondersteuner somatiek" },
	{ "224535009", "Praktijkondersteuner ggz" }, { "46255001", "Apotheker" },
};

static void set_role(struct synth_staff *staff, uint32_t number)
{
	uint32_t of_practice = number - SYNTH_SPECIALISTS;
	uint32_t practice = of_practice / SYNTH_PRACTICE_STAFF;
	uint32_t member = of_practice % SYNTH_PRACTICE_STAFF;

	if (number < SYNTH_SPECIALISTS) {
		staff->organization = number % SYNTH_HOSPITALS;
		staff->location = staff->organization;
		staff->role = roles[number / SYNTH_HOSPITALS].text;
		staff->role_code = roles[number / SYNTH_HOSPITALS].code;
		return;
	}
	staff->organization = synth_organization_of(
		practice, member == SYNTH_PRACTICE_STAFF - 1 ? SYNTH_PHARMACY : SYNTH_PRACTICE);
	staff->location = synth_location_of(practice);
	staff->role = practice_roles[member].text;
	staff->role_code = practice_roles[member].code;
}

void synth_staff_make(const struct synth_set *set, uint32_t number, struct synth_staff *out)
{
	struct synth_random r = { .key = synth_directory_key(set, TYPE_PRACTITIONER, number) };
	const struct synth_surname *surname;

	out->key = r.key;
	set_role(out, number);
	out->woman = synth_random_chance(&r, 580);
	out->given = out->woman ? synth_women_rows[synth_random_below(&r, synth_women_count)]
				: synth_men_rows[synth_random_below(&r, synth_men_count)];
	surname = &synth_surname_rows[synth_random_below(&r, synth_surname_count)];
	synth_line_start(&out->family);
	synth_name_add(&out->family, NULL, surname);
	synth_line_start(&out->name);
	synth_name_add(&out->name, out->given, surname);
	synth_line_put(&out->name, ", ");
	synth_line_put(&out->name, out->role);
}

void synth_organization_name(uint32_t number, struct synth_line *out)
{
	const uint32_t names = sizeof(practices) / sizeof(practices[0]);
	uint32_t of_practice = number - synth_organization_of(0, SYNTH_PRACTICE);
	uint32_t practice = of_practice / 2;

	synth_line_start(out);
	if (number < SYNTH_HOSPITALS) {
		synth_line_put(out, hospitals[number]);
	} else if (number == SYNTH_LABORATORY) {
		synth_line_put(out, "Stichting Laboratorium Voorbeeld");
	} else if (number < synth_insurer(SYNTH_INSURERS)) {
		synth_line_put(out, insurers[number - synth_insurer(0)]);
	} else {
		synth_line_put(out, of_practice % 2 == SYNTH_PRACTICE ? "Huisartsenpraktijk "
								      : "Apotheek ");
		synth_line_put(out, practices[practice % names]);
		synth_line_put(out, " ");
		synth_line_number(out, practice / names + 1, 1);
	}
}

void synth_location_name(uint32_t number, struct synth_line *out)
{
	if (number <= SYNTH_LABORATORY) {
		synth_organization_name(number, out);
		synth_line_put(out, ", hoofdlocatie");
		return;
	}
	synth_organization_name(
		synth_organization_of(number - synth_location_of(0), SYNTH_PRACTICE), out);
}

uint64_t synth_directory_count(const struct synth_set *set, enum synth_type type)
{
	uint32_t practices_of_set = (uint32_t)((set->patients + SYNTH_PATIENTS_OF_A_PRACTICE - 1) /
					       SYNTH_PATIENTS_OF_A_PRACTICE);

	switch (type) {
	case TYPE_ORGANIZATION:
		return synth_organization_of(practices_of_set, SYNTH_PRACTICE);
	case TYPE_PRACTITIONER:
	case TYPE_ROLE:
		return synth_staff_of(practices_of_set, 0);
	case TYPE_LOCATION:
		return synth_location_of(practices_of_set);
	case TYPE_MEDICATION:
		return synth_medication_count;
	default:
		return 0;
	}
}
