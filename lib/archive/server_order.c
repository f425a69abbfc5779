/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_order.h"

#include "archive/patient_row.h"
#include "archive/search.h"
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS_MAX ((size_t)1 << 33)

void medark_order_clear(struct medark_order *order)
{
	medark_buffer_clear(&order->rows);
}

/* YYYY-MM-DD of the place where this runs. */
static void day_of(int64_t seconds, char out[16], uint32_t *out_number)
{
	time_t t = (time_t)seconds;
	struct tm tm;

	out[0] = '\0';
	*out_number = 0;
	if (!localtime_r(&t, &tm) || strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		return;
	*out_number = (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

/* What tells today from other days. */
struct days {
	char today[16], recent[16];
	uint32_t number;
};

/* Looks for appointments among a patient's records. */
struct look {
	uint32_t today;
	bool found;
};

static int look(void *context, const struct medark_walk_record *record, struct medark_error *err)
{
	struct look *l = context;

	(void)err;
	l->found |= medark_bytes_is(record->facts->type, "Appointment") &&
		    record->facts->date == l->today;
	return 0;
}

/* 1: the patient has an appointment today. */
static int has_appointment(struct medark_walk *walk, uint64_t row, uint32_t today,
			   struct medark_error *err)
{
	struct look l = { .today = today };
	const struct medark_walk_listener kept = walk->listener;
	int code;

	walk->listener = (struct medark_walk_listener) { .each = look, .context = &l };
	code = medark_walk_patient(walk, row, err);
	walk->listener = kept;
	return code < 0 ? code : l.found;
}

static int keep_first(void *context, const struct medark_range *range, struct medark_error *err)
{
	struct medark_order_row *row = context;

	(void)err;
	if (!row->segment || range->segment < row->segment ||
	    (range->segment == row->segment && range->offset < row->offset)) {
		row->segment = range->segment;
		row->offset = range->offset;
	}
	return 0;
}

/* Dates as in the index: a day, a month or a year compares with a day as it should. */
static enum medark_order_kind kind_of(const struct days *days, const char *last,
				      struct medark_bytes counts)
{
	static const char appointment[] = "\"Appointment\":";
	size_t n = strlen(last);

	if (n && strncmp(last, days->today, n) >= 0 && counts.size &&
	    memmem(counts.data, counts.size, appointment, sizeof(appointment) - 1))
		return MEDARK_ORDER_TODAY; /* perhaps: it is looked at */
	return n && strncmp(last, days->recent, n) >= 0 ? MEDARK_ORDER_RECENT : MEDARK_ORDER_REST;
}

static int add_row(struct medark_walk *walk, uint64_t n, const struct days *days,
		   struct medark_patient_scratch *scratch, struct medark_order *out,
		   struct medark_error *err)
{
	struct medark_order_row row = {
		.row = n,
		.first = out->rows.size / sizeof(row),
		.archive = (uint32_t)walk->number,
		.kind = MEDARK_ORDER_REST,
	};
	struct medark_patient_values values;
	struct medark_patient_row patient;
	struct medark_bytes text;

	MEDARK_TRY(medark_index_row(walk->index, MEDARK_KIND_PATIENTS, n, &text, err));
	MEDARK_TRY(medark_patient_row_parse(text, n, scratch, &patient, &values, err));
	MEDARK_TRY(medark_patient_ranges(values.at, keep_first, &row, err));
	MEDARK_TRY(medark_patient_ranges(values.shared, keep_first, &row, err));
	if (days->number)
		row.kind = kind_of(days, patient.last, values.counts);
	if (row.kind == MEDARK_ORDER_TODAY) {
		int found = has_appointment(walk, n, days->number, err);

		MEDARK_TRY(found);
		row.kind = found ? MEDARK_ORDER_TODAY : MEDARK_ORDER_RECENT;
	}
	return medark_buffer_add(&out->rows, &row, sizeof(row), err);
}

static int add_rows(struct medark_walk *walk, const struct days *days, struct medark_order *out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;

	for (uint64_t n = medark_rowset_next(walk->rows, 0); n < walk->rows->rows;
	     n = medark_rowset_next(walk->rows, n + 1))
		MEDARK_TRY(add_row(walk, n, days, &scratch, out, err));
	return 0;
}

/* ---- over several archives ---- */

static struct medark_order_row *rows_of(const struct medark_order *order)
{
	return (struct medark_order_row *)(void *)order->rows.data;
}

static uint64_t count_of(const struct medark_order *order)
{
	return order->rows.size / sizeof(struct medark_order_row);
}

static int by_row(const void *a, const void *b)
{
	const struct medark_order_row *x = a, *y = b;

	if (x->archive != y->archive)
		return x->archive < y->archive ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* The patient of `row` in an archive before its own, the earliest of them; or `row` itself. */
static int find_first(const struct medark_walk *walks, const struct medark_order *order,
		      struct medark_order_row *row, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer copy = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX);
	const struct medark_walk *walk = &walks[row->archive];
	struct medark_order_row sought = { .row = 0 };
	const struct medark_order_row *found = NULL;
	struct medark_bytes text, key;

	MEDARK_TRY(medark_index_row(walk->index, MEDARK_KIND_PATIENTS, row->row, &text, err));
	MEDARK_TRY(medark_index_first_field(walk->index, MEDARK_KIND_PATIENTS, text, &key, err));
	MEDARK_TRY(medark_buffer_add(&copy, key.data, key.size, err));
	for (uint32_t k = 0; !found && copy.size && k < row->archive; k++) {
		int code = medark_search_key(walks[k].index, (char)copy.data[0],
					     medark_bytes(copy.data + 1, copy.size - 1),
					     &sought.row, err);

		MEDARK_TRY(code);
		sought.archive = k;
		if (code)
			found = bsearch(&sought, rows_of(order), (size_t)row->first, sizeof(sought),
					by_row);
	}
	row->first = found ? found->first : row->first;
	return 0;
}

/* Every row of a patient is as urgent as the most urgent one, and goes where the first one goes. */
static int join(const struct medark_walk *walks, struct medark_order *order,
		struct medark_error *err)
{
	struct medark_order_row *rows = rows_of(order);
	uint64_t count = count_of(order);

	for (uint64_t i = 0; i < count; i++) {
		struct medark_order_row *first;

		if (rows[i].archive)
			MEDARK_TRY(find_first(walks, order, &rows[i], err));
		first = &rows[rows[i].first];
		if (rows[i].kind < first->kind)
			first->kind = rows[i].kind;
	}
	for (uint64_t i = 0; i < count; i++) {
		const struct medark_order_row *first = &rows[rows[i].first];

		rows[i].kind = first->kind;
		if (first->kind != MEDARK_ORDER_REST) {
			rows[i].segment = first->segment;
			rows[i].offset = first->offset;
		}
		order->patients += first == &rows[i];
		order->today += first == &rows[i] && first->kind == MEDARK_ORDER_TODAY;
		order->recent += first == &rows[i] && first->kind == MEDARK_ORDER_RECENT;
	}
	return 0;
}

/* Where there is no hurry, archive by archive, in the order of reading. */
static int by_need(const void *a, const void *b)
{
	const struct medark_order_row *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == MEDARK_ORDER_REST && x->archive != y->archive)
		return x->archive < y->archive ? -1 : 1;
	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->archive > y->archive) - (x->archive < y->archive);
}

int medark_order_make(struct medark_walk *walks, size_t count, int64_t now,
		      struct medark_order *out, struct medark_error *err)
{
	struct days days = { .number = 0 };
	uint32_t ignored;

	out->rows.limit = ROWS_MAX;
	if (now) {
		day_of(now, days.today, &days.number);
		day_of(now - (int64_t)MEDARK_ORDER_RECENT_DAYS * 86400, days.recent, &ignored);
	}
	for (size_t k = 0; k < count; k++)
		MEDARK_TRY(add_rows(&walks[k], &days, out, err));
	MEDARK_TRY(join(walks, out, err));
	if (out->rows.size)
		qsort(out->rows.data, (size_t)count_of(out), sizeof(struct medark_order_row),
		      by_need);
	return 0;
}
