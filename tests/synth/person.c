/* SPDX-License-Identifier: Apache-2.0 */
#include "person.h"

#include "calendar.h"

/* People per 1000 for each ten years of age, and how many of them died since the start. */
static const uint16_t ages[] = { 100, 110, 125, 125, 120, 140, 125, 100, 45, 10 };
static const uint16_t deaths[] = { 1, 1, 2, 3, 7, 18, 45, 120, 280, 520 };

#define AGES (sizeof(ages) / sizeof(ages[0]))

/* One patient in 200 is a second entry of the patient before; never two in a row. */
#define IS_MERGED(key, number) ((number) % 2 == 1 && synth_key(key, 77) % 100 == 0)

#define WITHOUT_BSN 10 /* per 1000 */

uint32_t synth_bsn(uint64_t n)
{
	if (n >= SYNTH_BSN_COUNT)
		return 0;

	uint32_t prefix = 9999999 - (uint32_t)(n / 9), rank = (uint32_t)(n % 9), sum = 0;

	for (uint32_t rest = prefix, weight = 3; weight <= 9; weight++, rest /= 10)
		sum += rest % 10 * weight;
	/* The check digit must make sum + 2 * digit - check divisible by 11, so one digit may fail.
	 */
	for (uint32_t digit = 0;; digit++) {
		uint32_t check = (sum + 2 * digit) % 11;

		if (check < 10 && rank-- == 0)
			return prefix * 100 + digit * 10 + check;
	}
}

void synth_name_add(struct synth_line *line, const char *given, const struct synth_surname *name)
{
	if (given) {
		synth_line_put(line, given);
		synth_line_put(line, " ");
	}
	if (name->prefix[0]) {
		synth_line_put(line, name->prefix);
		synth_line_put(line, " ");
	}
	synth_line_put(line, name->name);
}

void synth_postcode_add(struct synth_line *line, const struct synth_town *town,
			struct synth_random *r)
{
	static const char letters[] = "ABCDEGHJKLMNPRTVWXZ";

	synth_line_number(line, town->postcode + synth_random_below(r, 60), 4);
	synth_line_put(line, " ");
	synth_line_add(line, &letters[synth_random_below(r, sizeof(letters) - 1)], 1);
	synth_line_add(line, &letters[synth_random_below(r, sizeof(letters) - 1)], 1);
}

/* No subscriber's number begins with 0. */
void synth_phone_add(struct synth_line *line, const struct synth_town *town, struct synth_random *r)
{
	bool long_area = town->area >= 100;

	synth_line_put(line, "+31");
	synth_line_number(line, town->area, 2);
	synth_line_put(line, "0");
	synth_line_number(line, synth_random_below(r, long_area ? 100000 : 1000000),
			  long_area ? 5 : 6);
}

/* The first letter, which may be several bytes, and a point. */
static void add_initial(struct synth_line *line, const char *name)
{
	size_t size = 1;

	while (((unsigned char)name[size] & 0xc0) == 0x80)
		size++;
	synth_line_add(line, name, size);
	synth_line_put(line, ".");
}

static const char *pick_given(bool woman, struct synth_random *r)
{
	return woman ? synth_women_rows[synth_random_below(r, synth_women_count)]
		     : synth_men_rows[synth_random_below(r, synth_men_count)];
}

static void make_life(const struct synth_set *set, struct synth_person *p, struct synth_random *r)
{
	unsigned decade = 0;

	for (uint32_t n = synth_random_below(r, 1000); decade < AGES - 1 && n >= ages[decade];)
		n -= ages[decade++];

	uint32_t years = decade * 10 + synth_random_below(r, 10);
	uint32_t days = years * SYNTH_YEAR_DAYS + years / 4 + synth_random_below(r, 365) + 1;

	p->birth = set->end - (int32_t)days;
	p->from = p->birth > set->start ? p->birth : set->start;
	p->to = set->end;
	p->death = SYNTH_NO_DAY;
	if (synth_random_chance(r, deaths[decade])) {
		int32_t quarter = (p->to - p->from) / 4;

		p->death = synth_random_between(r, p->from + quarter, p->to);
		p->to = p->death;
	}
	p->age = (unsigned)((p->to - p->birth) * 4 / (SYNTH_YEAR_DAYS * 4 + 1));
}

static void make_name(struct synth_person *p, struct synth_random *r)
{
	p->woman = synth_random_chance(r, 505);
	p->given = pick_given(p->woman, r);
	p->own = &synth_surname_rows[synth_random_below(r, synth_surname_count)];
	p->partner = &synth_surname_rows[synth_random_below(r, synth_surname_count)];
	p->has_partner = synth_random_chance(r, p->age < 25 ? 0 : p->age < 80 ? 620 : 350);
	p->order = SYNTH_NL1;
	if (p->has_partner && synth_random_chance(r, p->woman ? 600 : 40))
		p->order = synth_random_chance(r, 800) ? SYNTH_NL4 : SYNTH_NL2;

	synth_line_start(&p->initials);
	add_initial(&p->initials, p->given);
	for (uint32_t more = synth_random_below(r, 3); more > 0; more--)
		add_initial(&p->initials, pick_given(p->woman, r));

	synth_line_start(&p->family);
	if (p->order != SYNTH_NL1)
		synth_name_add(&p->family, NULL, p->partner);
	if (p->order == SYNTH_NL4)
		synth_line_put(&p->family, "-");
	if (p->order != SYNTH_NL2)
		synth_name_add(&p->family, NULL, p->own);

	synth_line_start(&p->name);
	synth_line_put(&p->name, p->given);
	synth_line_put(&p->name, " ");
	synth_line_put(&p->name, p->family.text);
}

static void make_address(struct synth_person *p, struct synth_random *r)
{
	static const char *const additions[] = { "a", "b", "-1", "-2", " hs", " bis" };

	p->town = &synth_town_rows[synth_random_below(r, synth_town_count)];
	p->street = synth_street_rows[synth_random_below(r, synth_street_count)];
	synth_line_start(&p->house);
	synth_line_number(&p->house, 1 + synth_random_below(r, 240), 1);
	if (synth_random_chance(r, 120))
		synth_line_put(&p->house, additions[synth_random_below(r, 6)]);
	synth_line_start(&p->postcode);
	synth_postcode_add(&p->postcode, p->town, r);
	synth_line_start(&p->phone);
	synth_phone_add(&p->phone, p->town, r);
	synth_line_start(&p->mobile);
	synth_line_put(&p->mobile, "+3160"); /* 06-0 is given to nobody */
	synth_line_number(&p->mobile, synth_random_below(r, 10000000), 7);
	synth_line_start(&p->email);
	synth_line_put(&p->email, "patient");
	synth_line_number(&p->email, synth_local_number(p->number), 8);
	synth_line_put(&p->email, "@example.org");
	p->has_email = synth_random_chance(r, p->age < 75 ? 850 : 400);
}

/* A second entry of somebody: initials only and no BSN, as from a desk in a hurry. */
static void make_merged(struct synth_person *p)
{
	p->bsn = 0;
	p->has_email = false;
	synth_line_start(&p->name);
	synth_line_put(&p->name, p->initials.text);
	synth_line_put(&p->name, " ");
	synth_line_put(&p->name, p->family.text);
}

void synth_person_make(const struct synth_set *set, uint64_t number, struct synth_person *out)
{
	uint64_t key = synth_patient_key(set, number);
	bool merged = IS_MERGED(key, number);
	uint64_t who = merged ? number - 1 : number;
	struct synth_random r = { .key = synth_key(synth_patient_key(set, who), 78) };

	out->number = number;
	out->key = key;
	out->replaced_by = merged ? who : SYNTH_NOBODY;
	make_life(set, out, &r);
	make_name(out, &r);
	out->bsn = synth_random_chance(&r, WITHOUT_BSN) ? 0 : synth_bsn(who);
	out->practice = (uint32_t)(who / SYNTH_PATIENTS_OF_A_PRACTICE);
	out->doctor = synth_random_below(&r, 3);
	make_address(out, &r);
	if (merged)
		make_merged(out);
}
