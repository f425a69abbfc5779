/* SPDX-License-Identifier: Apache-2.0 */
#include "ips/choose.h"
#include "record/fhir_reference.h"

#include <stdlib.h>

static const struct medark_ips_form forms[MEDARK_IPS_COUNT] = {
	[MEDARK_IPS_MEDICATION] = { "10160-0", MEDARK_WORD_MEDICATION, MEDARK_LIST_MEDICATION, true,
				    false, MEDARK_WORD_NO_MEDICATION_INFO },
	[MEDARK_IPS_ALLERGIES] = { "48765-2", MEDARK_WORD_ALLERGIES, MEDARK_LIST_ALLERGIES, true,
				   false, MEDARK_WORD_NO_ALLERGY_INFO },
	[MEDARK_IPS_PROBLEMS] = { "11450-4", MEDARK_WORD_PROBLEM_LIST, MEDARK_LIST_PROBLEMS, true,
				  false, MEDARK_WORD_NO_PROBLEM_INFO },
	[MEDARK_IPS_ALERTS] = { "104605-1", MEDARK_WORD_FLAGS, MEDARK_LIST_ALERTS },
	[MEDARK_IPS_IMMUNISATIONS] = { "11369-6", MEDARK_WORD_IMMUNISATIONS,
				       MEDARK_LIST_IMMUNISATIONS },
	[MEDARK_IPS_PROCEDURES] = { "47519-4", MEDARK_WORD_PROCEDURES, MEDARK_LIST_PROCEDURES },
	[MEDARK_IPS_RESULTS] = { "30954-2", MEDARK_WORD_RESULTS, MEDARK_LIST_LABORATORY, false,
				 true },
	[MEDARK_IPS_VITALS] = { "8716-3", MEDARK_WORD_VITALS, MEDARK_LIST_VITALS, false, true },
	[MEDARK_IPS_DEVICES] = { "46264-8", MEDARK_WORD_DEVICES, MEDARK_LIST_CARE },
	[MEDARK_IPS_PAST] = { "11348-0", MEDARK_WORD_PAST_ILLNESS, MEDARK_LIST_PROBLEMS },
	[MEDARK_IPS_PLAN] = { "18776-5", MEDARK_WORD_PLAN_OF_CARE, MEDARK_LIST_CARE },
	[MEDARK_IPS_SOCIAL] = { "29762-2", MEDARK_WORD_SOCIAL_HISTORY, MEDARK_LIST_FINDINGS, false,
				true },
	[MEDARK_IPS_PREGNANCY] = { "10162-6", MEDARK_WORD_PREGNANCY, MEDARK_LIST_FINDINGS, false,
				   true },
	[MEDARK_IPS_DIRECTIVES] = { "42348-3", MEDARK_WORD_DIRECTIVES, MEDARK_LIST_ALERTS },
};

const struct medark_ips_form *medark_ips_form(enum medark_ips_section section)
{
	return &forms[section];
}

void medark_ips_clear(struct medark_ips *ips)
{
	for (size_t i = 0; i < ips->count; i++)
		medark_view_row_clear(&ips->entries[i].row);
	free(ips->entries);
	*ips = (struct medark_ips) { 0 };
}

/* ---- whom it is about ---- */

/* By the index's id; where that is no logical id, the one Patient of the chart. */
static const struct medark_view_record *find_patient(const struct medark_view_chart *chart)
{
	const struct medark_view_records *all = chart->records;
	const struct medark_view_record *only = NULL;
	const char *id = chart->facts.id ? chart->facts.id : "";
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct medark_view_record *r = &all->list[i];

		if (!r->root || r->is_outside || !medark_bytes_is(r->type, "Patient"))
			continue;
		if (medark_bytes_is(r->id, id))
			return r;
		only = r;
		count++;
	}
	return count == 1 ? only : NULL;
}

bool medark_ips_is_about(const struct medark_ips *ips, const struct medark_view_record *record)
{
	const struct medark_view_record *target;
	struct medark_fhir_reference ref;
	struct medark_bytes text =
		medark_json_text_at(&record->tree, record->root, "subject.reference");

	if (!text.size)
		text = medark_json_text_at(&record->tree, record->root, "patient.reference");
	medark_fhir_reference_parse(text, &ref);
	if (ref.kind != MEDARK_FHIR_REFERENCE_LITERAL && ref.kind != MEDARK_FHIR_REFERENCE_URN)
		return true;
	target = medark_view_records_find(ips->chart->records, text);
	/* A Patient that stands in this chart is the same person under another id. */
	if (target)
		return !target->is_outside && medark_bytes_is(target->type, "Patient");
	return ref.kind == MEDARK_FHIR_REFERENCE_URN ||
	       (medark_bytes_is(ref.type, "Patient") && ips->chart->facts.id &&
		medark_bytes_is(ref.id, ips->chart->facts.id));
}

/* ---- what goes in ---- */

static int add(struct medark_ips *ips, const struct medark_view_record *record,
	       enum medark_ips_section section, struct medark_error *err)
{
	struct medark_ips_entry *e = &ips->entries[ips->count++];

	e->section = section;
	e->list = medark_bytes_is(record->type, "DiagnosticReport") ? MEDARK_LIST_LETTERS
								    : forms[section].list;
	MEDARK_TRY(medark_view_row(&ips->values, e->list, record, &e->row, err));
	e->is_behind = !e->row.is_current;
	/* Active ones first: those without a status are behind them. */
	if (section == MEDARK_IPS_PROBLEMS)
		e->is_behind = !medark_json_at(&record->tree, record->root, "clinicalStatus");
	return 0;
}

static int choose(struct medark_ips *ips, const struct medark_view_record *record,
		  struct medark_error *err)
{
	enum medark_ips_section section = MEDARK_IPS_COUNT;
	enum medark_ips_choice choice = medark_ips_choose(record, &section);
	struct medark_ips_left *left;

	if (choice == MEDARK_IPS_NONE)
		return 0;
	left = &ips->left[section];
	if (choice == MEDARK_IPS_UNREAD)
		left->unread++;
	else if (!medark_ips_is_about(ips, record))
		left->others++;
	else if (choice == MEDARK_IPS_WRONG)
		left->wrong++;
	else if (choice == MEDARK_IPS_ASIDE)
		left->aside++;
	else
		return add(ips, record, section, err);
	return 0;
}

/* ---- the latest result of each test ---- */

static int compare_test(const struct medark_view_record *a, const struct medark_view_record *b)
{
	static const char *const paths[] = { "code.coding.system", "code.coding.code",
					     "code.text" };
	int order = medark_bytes_compare(a->type, b->type);

	for (size_t i = 0; order == 0 && i < sizeof(paths) / sizeof(*paths); i++) {
		struct medark_bytes x = medark_json_text_at(&a->tree, a->root, paths[i]);
		struct medark_bytes y = medark_json_text_at(&b->tree, b->root, paths[i]);

		order = medark_bytes_compare(x, y);
		/* The same code is the same test, however it is called that day. */
		if (i == 1 && x.size && y.size)
			break;
	}
	return order;
}

static int by_moment(const struct medark_view_row *a, const struct medark_view_row *b)
{
	if (a->is_dated != b->is_dated)
		return a->is_dated ? -1 : 1;
	return a->is_dated ? (a->moment < b->moment) - (a->moment > b->moment) : 0;
}

static int by_record(const struct medark_view_row *a, const struct medark_view_row *b)
{
	return (a->record > b->record) - (a->record < b->record);
}

static int by_test(const void *a, const void *b)
{
	const struct medark_ips_entry *x = a, *y = b;
	int order = (x->section > y->section) - (x->section < y->section);

	if (order == 0 && forms[x->section].is_latest)
		order = compare_test(x->row.record, y->row.record);
	if (order == 0)
		order = by_moment(&x->row, &y->row);
	return order ? order : by_record(&x->row, &y->row);
}

/* What does not say of which test it is stays. */
static bool has_test(const struct medark_view_record *r)
{
	return medark_json_text_at(&r->tree, r->root, "code.coding.code").size ||
	       medark_json_text_at(&r->tree, r->root, "code.text").size;
}

static bool is_earlier(const struct medark_ips_entry *latest, const struct medark_ips_entry *e)
{
	return forms[e->section].is_latest && e->section == latest->section &&
	       has_test(e->row.record) && compare_test(latest->row.record, e->row.record) == 0 &&
	       by_moment(&latest->row, &e->row) != 0;
}

static void drop_earlier(struct medark_ips *ips)
{
	size_t kept = 0, latest = 0;

	if (ips->count == 0)
		return;
	qsort(ips->entries, ips->count, sizeof(*ips->entries), by_test);
	for (size_t i = 0; i < ips->count; i++) {
		struct medark_ips_entry *e = &ips->entries[i];

		if (kept && is_earlier(&ips->entries[latest], e)) {
			ips->left[e->section].earlier++;
			medark_view_row_clear(&e->row);
			continue;
		}
		if (!kept || e->section != ips->entries[latest].section ||
		    compare_test(ips->entries[latest].row.record, e->row.record) != 0)
			latest = kept;
		if (kept != i) {
			ips->entries[kept] = *e;
			*e = (struct medark_ips_entry) { 0 };
		}
		kept++;
	}
	ips->count = kept;
}

/* ---- order ---- */

static int by_place(const void *a, const void *b)
{
	const struct medark_ips_entry *x = a, *y = b;
	int order = (x->section > y->section) - (x->section < y->section);

	if (order == 0)
		order = (x->list > y->list) - (x->list < y->list);
	if (order == 0)
		order = x->is_behind - y->is_behind;
	if (order == 0)
		order = by_moment(&x->row, &y->row);
	return order ? order : by_record(&x->row, &y->row);
}

static void arrange(struct medark_ips *ips)
{
	size_t at = 0;

	if (ips->count)
		qsort(ips->entries, ips->count, sizeof(*ips->entries), by_place);
	for (size_t section = 0; section <= MEDARK_IPS_COUNT; section++) {
		while (at < ips->count && (size_t)ips->entries[at].section < section)
			at++;
		ips->begin[section] = at;
	}
}

int medark_ips_init(struct medark_ips *ips, const struct medark_view_chart *chart,
		    struct medark_error *err)
{
	const struct medark_view_records *records = chart->records;

	ips->chart = chart;
	ips->values = (struct medark_view_values) { .records = records,
						    .language = chart->language,
						    .is_page = true };
	ips->patient = find_patient(chart);
	ips->entries = calloc(records->count + 1, sizeof(*ips->entries));
	if (!ips->entries)
		return medark_error_memory(err, "a summary");
	for (size_t i = 0; i < records->count; i++) {
		if (records->list[i].is_outside)
			continue;
		ips->records++;
		MEDARK_TRY(choose(ips, &records->list[i], err));
	}
	drop_earlier(ips);
	arrange(ips);
	return 0;
}

bool medark_ips_has(const struct medark_ips *ips, enum medark_ips_section section)
{
	return forms[section].is_required || ips->begin[section + 1] > ips->begin[section] ||
	       ips->left[section].unread > 0;
}
