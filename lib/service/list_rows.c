/* SPDX-License-Identifier: Apache-2.0 */
#include "service/list_rows.h"

#include "view/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void medark_list_rows_clear(struct medark_list_rows *r)
{
	medark_buffer_clear(&r->list);
	medark_buffer_clear(&r->text);
	medark_buffer_clear(&r->ids);
}

/* ---- lists ---- */

bool medark_list_find(struct medark_bytes name, size_t *out)
{
	bool is_day =
		name.size == 1 && name.data[0] >= '0' && name.data[0] < '0' + MEDARK_PLANNED_DAYS;

	if (!is_day && !medark_bytes_is(name, "admitted"))
		return false;
	*out = is_day ? (size_t)(name.data[0] - '0') : MEDARK_PLANNED_ADMITTED;
	return true;
}

void medark_list_name(size_t list, char out[16])
{
	if (list == MEDARK_PLANNED_ADMITTED)
		(void)snprintf(out, 16, "admitted");
	else
		(void)snprintf(out, 16, "%zu", list);
}

void medark_list_day(const struct medark_call *call, size_t list, char out[16])
{
	uint32_t day = call->service->planned.days[list];

	(void)snprintf(out, 16, "%04u-%02u-%02u", day / 10000 % 10000, day / 100 % 100, day % 100);
}

int medark_list_title(struct medark_call *call, size_t list)
{
	char day[16];

	if (list == MEDARK_PLANNED_ADMITTED)
		return medark_call_html(call, "%s",
					medark_word(call->language, MEDARK_WORD_ADMITTED));
	medark_list_day(call, list, day);
	MEDARK_TRY(medark_call_html(call, "%s ",
				    medark_word(call->language, MEDARK_WORD_APPOINTMENTS_OF)));
	return medark_view_date(call->language, medark_bytes_text(day), medark_call_body(call),
				call->err);
}

void medark_list_detail(const struct medark_call *call, size_t list, char out[64])
{
	char day[16];

	(void)snprintf(out, 64, "admitted");
	if (list == MEDARK_PLANNED_ADMITTED)
		return;
	medark_list_day(call, list, day);
	(void)snprintf(out, 64, "appointments of %s", day);
}

int medark_list_not_yet(struct medark_call *call)
{
	MEDARK_TRY(medark_call_say(call, 503, MEDARK_SAYING_ONE_MOMENT, MEDARK_SAYING_NOT_YET));
	return medark_call_header(call, "Retry-After", "10");
}

/* ---- rows ---- */

static int add_row(struct medark_list_rows *r, const struct medark_shelf_chart *chart,
		   const struct medark_view_record *record)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(1 << 16);
	struct medark_list_row row = { .at = r->text.size, .id = r->ids.size };
	struct medark_agenda_patient patient = { .records = &chart->records,
						 .id = chart->row->id,
						 .birth_date = chart->row->birth_date };
	struct medark_error *err = r->call->err;

	MEDARK_TRY(medark_call_chart_link(r->call, chart->id, chart->row, &name));
	patient.name = medark_bytes(name.data, name.size);
	MEDARK_TRY(medark_agenda_row(&patient, record, r->call->language, row.key, &r->text, err));
	row.size = r->text.size - row.at;
	MEDARK_TRY(medark_buffer_add(&r->ids, chart->id, strlen(chart->id) + 1, err));
	return medark_buffer_add(&r->list, &row, sizeof(row), err);
}

static int add_rows(struct medark_list_rows *r, const struct medark_shelf_chart *chart)
{
	bool is_admitted = r->number == MEDARK_PLANNED_ADMITTED;
	char day[16] = "";

	if (!is_admitted)
		medark_list_day(r->call, r->number, day);
	for (size_t i = 0; i < chart->records.count; i++) {
		const struct medark_view_record *record = &chart->records.list[i];

		if (is_admitted ? medark_agenda_is_admission(record)
				: medark_agenda_is_appointment(record, day))
			MEDARK_TRY(add_row(r, chart, record));
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct medark_list_row *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

int medark_list_rows_gather(struct medark_list_rows *r)
{
	struct medark_call *call = r->call;
	const struct medark_planned *planned = &call->service->planned;
	size_t count = medark_planned_count(planned, r->number);

	r->more = count > MEDARK_LIST_PATIENTS_MAX;
	for (size_t i = 0; i < count && i < MEDARK_LIST_PATIENTS_MAX; i++) {
		const struct medark_shelf_chart *chart;

		if (medark_serve_is_stopping(call->service->serve))
			return medark_error_set(call->err, MEDARK_E_INTERRUPTED, "stopped");
		MEDARK_TRY(medark_shelf_chart_at(
			call->shelf, medark_planned_at(planned, r->number, i), &chart, call->err));
		MEDARK_TRY(add_rows(r, chart));
	}
	if (r->list.size)
		qsort(r->list.data, r->list.size / sizeof(struct medark_list_row),
		      sizeof(struct medark_list_row), by_key);
	return 0;
}

/* ---- places ---- */

static bool is_next_place(const struct medark_list_rows *r, size_t i)
{
	return i == 0 ||
	       (r->number == MEDARK_PLANNED_ADMITTED &&
		strcmp(medark_list_rows_at(r, i)->key, medark_list_rows_at(r, i - 1)->key) != 0);
}

size_t medark_list_rows_places(const struct medark_list_rows *r)
{
	size_t places = 0;

	for (size_t i = 0; i < medark_list_rows_count(r); i++)
		places += is_next_place(r, i);
	return places;
}

const char *medark_list_rows_place(const struct medark_list_rows *r, size_t wanted)
{
	size_t i = 0;

	for (size_t place = 0; i < medark_list_rows_count(r); i++)
		if (is_next_place(r, i) && place++ == wanted)
			break;
	return medark_list_rows_at(r, i)->key;
}
