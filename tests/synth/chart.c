/* SPDX-License-Identifier: Apache-2.0 */
#include "chart.h"

#include "calendar.h"

#include <assert.h>
#include <stdlib.h>

/* Records per patient of average weight, in thousandths. */
#define VISITS	     19000
#define PANELS	     12800
#define VACCINES     7600
#define PROCEDURES   8500
#define ALLERGIES    700
#define LETTERS	     4300
#define APPOINTMENTS 4200
#define PLANNED	     1300 /* appointments to come */
#define SIGNALS	     450
#define REQUESTS     3000 /* for each treatment of a lasting condition */
#define TREATED	     650  /* of 1000 conditions and medications */

/* A second entry of somebody has a tenth of the records. */
#define MERGED_PART 10

#define ITEM_TYPES (TYPE_PATIENT_COUNT - TYPE_CONDITION)

int synth_chart_new(const struct synth_set *set, struct synth_chart **out, struct medark_error *err)
{
	size_t pool = SYNTH_OBSERVATIONS_MAX + (size_t)ITEM_TYPES * SYNTH_ITEMS_MAX;
	struct synth_chart *chart = calloc(1, sizeof(*chart) + pool * sizeof(chart->pool[0]));
	struct synth_item *next;

	if (!chart)
		return medark_error_memory(err, "a chart");
	assert(synth_condition_count <= 64);
	chart->set = set;
	next = chart->pool;
	for (unsigned type = TYPE_CONDITION; type < TYPE_PATIENT_COUNT; type++) {
		chart->items[type] = next;
		next += type == TYPE_OBSERVATION ? SYNTH_OBSERVATIONS_MAX : SYNTH_ITEMS_MAX;
	}
	*out = chart;
	return 0;
}

void synth_chart_free(struct synth_chart *chart)
{
	free(chart);
}

static void add(struct synth_chart *chart, enum synth_type type, uint32_t visit, uint32_t row,
		uint32_t more)
{
	uint32_t limit = type == TYPE_OBSERVATION ? SYNTH_OBSERVATIONS_MAX : SYNTH_ITEMS_MAX;

	if (chart->count[type] == limit)
		return;
	chart->items[type][chart->count[type]++] = (struct synth_item) {
		.visit = (uint16_t)visit,
		.row = (uint16_t)row,
		.more = (uint16_t)more,
	};
}

/* Rounds thousandths to a whole number by chance. */
static uint32_t round_by_chance(struct synth_random *r, uint64_t thousandths)
{
	return (uint32_t)(thousandths / 1000) + (synth_random_below(r, 1000) < thousandths % 1000);
}

/* How many of something that an average patient has `mean` thousandths of, at a density. */
static uint32_t amount_at(const struct synth_chart *chart, struct synth_random *r, uint32_t mean,
			  uint32_t density)
{
	uint64_t n = (uint64_t)mean * chart->weight * density;

	n = n * (60 + synth_random_below(r, 81)) / 100;
	return round_by_chance(r, n / 100 / SYNTH_DENSITY_ONE);
}

static uint32_t amount(const struct synth_chart *chart, struct synth_random *r, uint32_t mean)
{
	return amount_at(chart, r, mean, chart->set->density);
}

/* The whole density where it is below one; what cannot be had twice does not grow with it. */
static uint32_t thinned(const struct synth_chart *chart, uint32_t rate)
{
	uint32_t density = chart->set->density;

	return density < SYNTH_DENSITY_ONE ? rate * density / SYNTH_DENSITY_ONE : rate;
}

/* The old have more records than the young, and some people much more than others. */
static void weigh(struct synth_chart *chart, struct synth_random *r)
{
	static const uint16_t by_luck[] = { 15, 30, 45, 60, 70, 80, 90, 110, 130, 170, 220, 320 };
	unsigned age = chart->person.age;
	uint32_t by_age = age < 5 ? 65 : age < 18 ? 45 : age < 40 ? 60 : age < 65 ? 105 : 170;

	chart->weight = by_age * by_luck[synth_random_below(r, 12)] / 100;
	if (chart->person.replaced_by != SYNTH_NOBODY)
		chart->weight = chart->weight / MERGED_PART + 1;
}

static uint16_t pick_contact(struct synth_random *r)
{
	uint32_t n = synth_random_below(r, 1000);
	uint16_t row = 0;

	while (row < synth_contact_count - 1 && n >= synth_contact_rows[row].rate)
		n -= synth_contact_rows[row++].rate;
	return row;
}

/* Contacts lie evenly over the years, each somewhere in its own part, and so in order. */
static void plan_visits(struct synth_chart *chart, struct synth_random *r)
{
	const struct synth_person *person = &chart->person;
	int64_t days = person->to - person->from;
	uint32_t visits = amount(chart, r, VISITS);

	visits = visits < 1 ? 1 : visits > SYNTH_CONTACTS_MAX ? SYNTH_CONTACTS_MAX : visits;
	chart->visits = visits;
	for (uint32_t i = 0; i < visits; i++) {
		struct synth_visit *visit = &chart->visit[i];
		int64_t part = synth_random_below(r, 1000);
		int32_t day = person->from + (int32_t)(days * (i * 1000 + part) / visits / 1000);
		unsigned weekday = synth_weekday(day);

		visit->contact = pick_contact(r);
		/* Practices are closed at weekends. */
		if (weekday > 4 && day - 2 >= person->from &&
		    !synth_contact_rows[visit->contact].hospital)
			day -= (int32_t)weekday - 4;
		visit->day = day;
		visit->minute = (uint16_t)(480 + 5 * synth_random_below(r, 108));
		visit->staff = SYNTH_DOCTOR;
		if (synth_contact_rows[visit->contact].hospital)
			visit->staff = (uint16_t)(SYNTH_SPECIALIST + synth_random_below(r, 24));
		else if (visit->contact == 1)
			visit->staff = SYNTH_NURSE;
	}
}

/* A thin set has few conditions, and those are treated as in any other. */
static void plan_treatments(struct synth_chart *chart, struct synth_random *r, uint16_t row,
			    uint32_t visit)
{
	uint32_t condition = chart->count[TYPE_CONDITION] - 1, later = chart->visits - visit;
	uint32_t density = chart->set->density;

	if (density < SYNTH_DENSITY_ONE)
		density = SYNTH_DENSITY_ONE;
	for (unsigned i = 0; i < SYNTH_TREATMENTS_MAX; i++) {
		uint16_t medication = chart->set->treatment[row][i];
		uint32_t requests = 1;

		if (synth_condition_rows[row].lasting)
			requests = amount_at(chart, r, REQUESTS, density);
		if (medication == SYNTH_NONE || !synth_random_chance(r, TREATED))
			continue;
		add(chart, TYPE_STATEMENT, visit, medication, condition);
		for (uint32_t k = 0; k < requests; k++)
			add(chart, TYPE_REQUEST, visit + later * k / requests, medication,
			    condition);
	}
}

static void plan_conditions(struct synth_chart *chart, struct synth_random *r)
{
	const struct synth_person *person = &chart->person;
	unsigned group = person->age < 40 ? 0 : person->age < 65 ? 1 : 2;

	chart->conditions = 0;
	for (uint16_t row = 0; row < synth_condition_count; row++) {
		const struct synth_condition *condition = &synth_condition_rows[row];
		uint64_t rate = condition->rate[group];
		uint32_t times;

		if (condition->sex != SYNTH_ANY &&
		    condition->sex != (person->woman ? SYNTH_WOMEN : SYNTH_MEN))
			continue;
		if (condition->lasting)
			rate = thinned(chart, (uint32_t)rate);
		else
			rate = rate * chart->set->density / SYNTH_DENSITY_ONE * 2;
		times = round_by_chance(r, rate);
		for (; times > 0; times--) {
			uint32_t visit = synth_random_below(r, chart->visits);

			add(chart, TYPE_CONDITION, visit, row, 0);
			plan_treatments(chart, r, row, visit);
			chart->conditions |= (uint64_t)1 << row;
		}
	}
}

/* A contact is about a condition that is known by then, or about a complaint. */
static void plan_reasons(struct synth_chart *chart, struct synth_random *r)
{
	uint32_t conditions = chart->count[TYPE_CONDITION];

	for (uint32_t i = 0; i < chart->visits; i++) {
		struct synth_visit *visit = &chart->visit[i];

		visit->condition = SYNTH_NONE;
		visit->complaint = (uint16_t)synth_random_below(r, synth_complaint_count);
		if (conditions == 0)
			continue;

		uint32_t pick = synth_random_below(r, conditions);

		if (chart->items[TYPE_CONDITION][pick].visit <= i)
			visit->condition = (uint16_t)pick;
	}
}

static void add_measurements(struct synth_chart *chart, struct synth_random *r, uint32_t visit)
{
	bool adult = chart->person.age >= 18;

	if (synth_random_chance(r, adult ? 720 : 60))
		add(chart, TYPE_OBSERVATION, visit, SYNTH_PRESSURE, 0);
	if (synth_random_chance(r, adult ? 160 : 500))
		add(chart, TYPE_OBSERVATION, visit, SYNTH_HEIGHT, 0);
	if (synth_random_chance(r, adult ? 360 : 600)) {
		add(chart, TYPE_OBSERVATION, visit, SYNTH_WEIGHT, 0);
		if (adult)
			add(chart, TYPE_OBSERVATION, visit, SYNTH_MASS_INDEX, 0);
	}
	for (unsigned i = 0; i < synth_measurement_count; i++)
		if (synth_random_chance(r, synth_measurement_rows[i].rate))
			add(chart, TYPE_OBSERVATION, visit, chart->set->measured[i], 0);
	for (unsigned i = 0; adult && i < synth_finding_kind_count; i++)
		if (synth_random_chance(r, 70))
			add(chart, TYPE_OBSERVATION, visit, SYNTH_FINDING + i, 0);
}

/* Most laboratory work follows a condition that the patient has. */
static uint32_t pick_panel(const struct synth_chart *chart, struct synth_random *r)
{
	uint32_t start = synth_random_below(r, synth_panel_count);

	if (synth_random_chance(r, 650)) {
		for (uint32_t i = 0; i < synth_panel_count; i++) {
			uint32_t panel = (start + i) % synth_panel_count;

			if (synth_chart_has(chart, chart->set->panel_condition[panel]))
				return panel;
		}
	}
	return start % 9; /* the general ones come first */
}

static void add_panel(struct synth_chart *chart, struct synth_random *r, uint32_t visit)
{
	uint32_t panel = pick_panel(chart, r), first = chart->count[TYPE_OBSERVATION];

	if (first + SYNTH_PANEL_QUANTITIES_MAX > SYNTH_OBSERVATIONS_MAX ||
	    chart->count[TYPE_REPORT] == SYNTH_ITEMS_MAX)
		return;
	for (unsigned i = 0; i < SYNTH_PANEL_QUANTITIES_MAX; i++) {
		uint16_t quantity = chart->set->panel_quantity[panel][i];

		if (quantity != SYNTH_NONE)
			add(chart, TYPE_OBSERVATION, visit, quantity, 0);
	}
	add(chart, TYPE_REPORT, visit, panel, first);
}

static void plan_observations(struct synth_chart *chart, struct synth_random *r)
{
	uint32_t panels = amount(chart, r, PANELS), done = 0;

	for (uint32_t i = 0; i < chart->visits; i++) {
		if (synth_contact_rows[chart->visit[i].contact].in_person)
			add_measurements(chart, r, i);
		for (; (uint64_t)done * chart->visits < (uint64_t)panels * (i + 1); done++)
			add_panel(chart, r, i);
	}
}

int32_t synth_vaccine_day(const struct synth_chart *chart, uint16_t row, uint32_t index)
{
	const struct synth_vaccine *vaccine = &synth_vaccine_rows[row];
	const struct synth_person *person = &chart->person;
	struct synth_random r = { .key = synth_record_key(person->key, TYPE_IMMUNIZATION, index) };
	int32_t first = person->birth + vaccine->from_month * 487 / 16;
	int32_t last = person->birth + vaccine->to_month * 487 / 16;
	int32_t since = synth_day_from(vaccine->since, 1, 1);

	first = first > since ? first : since;
	first = first > person->from ? first : person->from;
	last = last < person->to ? last : person->to;
	if (first > last)
		return SYNTH_NO_DAY;

	int32_t day = synth_random_between(&r, first, last);

	if (!vaccine->yearly)
		return day;
	day = synth_day_from(synth_date_from(day).year, 10, 10 + (day & 15));
	return day >= first && day <= last ? day : SYNTH_NO_DAY;
}

static void plan_vaccines(struct synth_chart *chart, struct synth_random *r)
{
	uint32_t vaccines = amount(chart, r, VACCINES);

	for (uint32_t i = 0; i < vaccines; i++) {
		uint32_t start = synth_random_below(r, synth_vaccine_count);

		for (uint32_t k = 0; k < synth_vaccine_count; k++) {
			uint16_t row = (uint16_t)((start + k) % synth_vaccine_count);
			int32_t day =
				synth_vaccine_day(chart, row, chart->count[TYPE_IMMUNIZATION]);

			if (day == SYNTH_NO_DAY)
				continue;
			add(chart, TYPE_IMMUNIZATION, 0, row, 0);
			break;
		}
	}
}

static void plan_care(struct synth_chart *chart, struct synth_random *r)
{
	uint32_t procedures = amount(chart, r, PROCEDURES), allergies = amount(chart, r, ALLERGIES);
	uint32_t letters = amount(chart, r, LETTERS), signals = amount(chart, r, SIGNALS);

	for (uint32_t i = 0; i < procedures; i++) {
		uint32_t row = synth_random_below(r, synth_procedure_count);

		if (synth_procedure_rows[row].sex == SYNTH_WOMEN && !chart->person.woman)
			row = 0;
		add(chart, TYPE_PROCEDURE, synth_random_below(r, chart->visits), row, 0);
	}
	/* One draw a statement: the order of arguments is the compiler's. */
	for (uint32_t i = 0; i < allergies; i++) {
		uint32_t row = synth_random_below(r, synth_allergy_count);

		add(chart, TYPE_ALLERGY, synth_random_below(r, chart->visits), row, 0);
	}
	for (uint32_t i = 0; i < signals; i++) {
		uint32_t row = synth_random_below(r, synth_signal_count);

		add(chart, TYPE_FLAG, synth_random_below(r, chart->visits), row, 0);
	}
	for (uint32_t i = 0; i < letters; i++) {
		uint32_t visit = synth_random_below(r, chart->visits), scan = SYNTH_NONE;
		uint32_t row = synth_random_below(r, synth_letter_count);

		if (synth_random_chance(r, 180) && chart->count[TYPE_BINARY] < SYNTH_ITEMS_MAX) {
			scan = chart->count[TYPE_BINARY];
			add(chart, TYPE_BINARY, visit, row, 0);
		}
		add(chart, TYPE_DOCUMENT, visit, row, scan);
	}
	for (uint32_t row = 0; row < synth_plan_count; row++)
		if (synth_chart_has(chart, chart->set->plan_condition[row]) &&
		    synth_random_chance(r, thinned(chart, 550)))
			add(chart, TYPE_CARE_PLAN, chart->visits - 1, row, 0);
}

/* Sometimes two patients come together: to the patient before, who is always in the set. */
static void plan_appointments(struct synth_chart *chart, struct synth_random *r)
{
	const struct synth_person *person = &chart->person;
	uint32_t past = amount(chart, r, APPOINTMENTS), planned = amount(chart, r, PLANNED);
	bool alone = person->number == 0 || person->replaced_by != SYNTH_NOBODY;

	if (person->death != SYNTH_NO_DAY)
		planned = 0;
	for (uint32_t i = 0; i < past + planned; i++) {
		uint32_t visit = synth_random_below(r, chart->visits);
		uint32_t row = chart->visit[visit].contact;
		bool together = synth_random_chance(r, 40);

		add(chart, TYPE_APPOINTMENT, i < past ? visit : SYNTH_NONE, i < past ? row : i % 2,
		    together && !alone);
	}
}

void synth_chart_make(struct synth_chart *chart, uint64_t number)
{
	struct synth_random r = { 0 };

	synth_person_make(chart->set, number, &chart->person);
	r.key = synth_key(chart->person.key, 79);
	memset(chart->count, 0, sizeof(chart->count));
	weigh(chart, &r);
	plan_visits(chart, &r);
	plan_conditions(chart, &r);
	plan_reasons(chart, &r);
	plan_observations(chart, &r);
	plan_vaccines(chart, &r);
	plan_care(chart, &r);
	plan_appointments(chart, &r);
	chart->count[TYPE_PATIENT] = 1;
	chart->count[TYPE_ENCOUNTER] = chart->visits;
	chart->count[TYPE_COVERAGE] = synth_random_chance(&r, thinned(chart, 1000));
	chart->count[TYPE_CONSENT] = synth_random_chance(&r, thinned(chart, 800));
}

uint32_t synth_chart_total(const struct synth_chart *chart)
{
	uint32_t total = 0;

	for (unsigned type = 0; type < TYPE_PATIENT_COUNT; type++)
		total += chart->count[type];
	return total;
}
