/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/server_order.h"

#include "archive/patient_row.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROWS_MAX ((size_t)1 << 33)

enum { TODAY, RECENT, REST };

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
static int kind_of(const struct days *days, const char *last, struct medark_bytes counts)
{
	static const char appointment[] = "\"Appointment\":";
	size_t n = strlen(last);

	if (n && strncmp(last, days->today, n) >= 0 && counts.size &&
	    memmem(counts.data, counts.size, appointment, sizeof(appointment) - 1))
		return TODAY; /* perhaps: it is looked at */
	return n && strncmp(last, days->recent, n) >= 0 ? RECENT : REST;
}

static int add_row(struct medark_walk *walk, uint64_t n, const struct days *days,
		   struct medark_patient_scratch *scratch, struct medark_order *out,
		   struct medark_error *err)
{
	struct medark_order_row row = { .row = n, .kind = REST };
	struct medark_patient_values values;
	struct medark_patient_row patient;
	struct medark_bytes text;

	MEDARK_TRY(medark_index_row(walk->index, MEDARK_KIND_PATIENTS, n, &text, err));
	MEDARK_TRY(medark_patient_row_parse(text, n, scratch, &patient, &values, err));
	MEDARK_TRY(medark_patient_ranges(values.at, keep_first, &row, err));
	MEDARK_TRY(medark_patient_ranges(values.shared, keep_first, &row, err));
	if (days->number)
		row.kind = (uint32_t)kind_of(days, patient.last, values.counts);
	if (row.kind == TODAY) {
		int found = has_appointment(walk, n, days->number, err);

		MEDARK_TRY(found);
		row.kind = found ? TODAY : RECENT;
	}
	out->today += row.kind == TODAY;
	out->recent += row.kind == RECENT;
	return medark_buffer_add(&out->rows, &row, sizeof(row), err);
}

static int by_need(const void *a, const void *b)
{
	const struct medark_order_row *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

int medark_order_make(struct medark_walk *walk, int64_t now, struct medark_order *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_patient_scratch_clear)
	struct medark_patient_scratch scratch = MEDARK_PATIENT_SCRATCH;
	struct days days = { .number = 0 };
	uint32_t ignored;

	out->rows.limit = ROWS_MAX;
	if (now) {
		day_of(now, days.today, &days.number);
		day_of(now - (int64_t)MEDARK_ORDER_RECENT_DAYS * 86400, days.recent, &ignored);
	}
	for (uint64_t n = medark_rowset_next(&walk->rows, 0); n < walk->rows.rows;
	     n = medark_rowset_next(&walk->rows, n + 1))
		MEDARK_TRY(add_row(walk, n, &days, &scratch, out, err));
	if (out->rows.size)
		qsort(out->rows.data, out->rows.size / sizeof(struct medark_order_row),
		      sizeof(struct medark_order_row), by_need);
	return 0;
}
