/* SPDX-License-Identifier: Apache-2.0 */
#include "service/list_rows.h"

#include "view/date.h"
#include "view/lists.h"
#include "view/patient_number.h"

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
					medark_call_saying(call, MEDARK_SAYING_ADMITTED));
	medark_list_day(call, list, day);
	MEDARK_TRY(medark_call_html(call, "%s ",
				    medark_call_saying(call, MEDARK_SAYING_APPOINTMENTS)));
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
	MEDARK_TRY(medark_call_say(call, 503, MEDARK_SAYING_LISTS, MEDARK_SAYING_NOT_YET));
	return medark_serve_response_header(call->response, "Retry-After", medark_bytes_text("10"),
					    call->err);
}

/* ---- which records ---- */

static bool is_appointment(const struct medark_list_rows *r,
			   const struct medark_view_record *record)
{
	struct medark_bytes start;
	char day[16];

	if (!record->root || !medark_bytes_is(record->type, "Appointment"))
		return false;
	start = medark_json_text_at(&record->tree, record->root, "start");
	medark_list_day(r->call, r->number, day);
	return start.size >= 10 && memcmp(start.data, day, 10) == 0;
}

/* As the encounter says: begun, of a kind in which people stay, and without an end. */
static bool is_admission(const struct medark_view_record *record)
{
	static const char *const states[] = { "in-progress", "onleave", "arrived" };
	static const char *const kinds[] = { "IMP", "ACUTE", "NONAC", "OBSENC", "SS", "EMER" };
	const struct medark_json_node *kind;
	struct medark_bytes text;
	bool is_open = false, stays = false;

	if (!record->root || !medark_bytes_is(record->type, "Encounter") ||
	    medark_view_find(record, record->root, "period.end"))
		return false;
	text = medark_json_text_at(&record->tree, record->root, "status");
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		is_open |= medark_bytes_is(text, states[i]);
	kind = medark_view_find(record, record->root, "class");
	text = kind ? medark_json_text_at(&record->tree, kind, "code") : medark_bytes(NULL, 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		stays |= medark_bytes_is(text, kinds[i]);
	return is_open && stays;
}

/* ---- rows ---- */

static int put_patient(struct medark_list_rows *r, const struct medark_shelf_chart *chart)
{
	struct medark_call *call = r->call;
	struct medark_bytes id = medark_bytes_text(chart->id);
	char handle[MEDARK_SESSION_HANDLE_SIZE];
	const struct medark_patient_row *p = chart->row;
	bool is_link = id.size && id.size <= MEDARK_SESSION_PATIENT_MAX &&
		       medark_call_may(call, MEDARK_MAY_TREAT);

	if (is_link) {
		MEDARK_TRY(medark_sessions_handle(call->service->sessions, call->token, id,
						  call->clock, handle, call->err));
		MEDARK_TRY(medark_html(&r->text, call->err, "<a href=\"/chart/%s\">", handle));
	}
	MEDARK_TRY(medark_call_name(call, p, &r->text));
	if (is_link)
		MEDARK_TRY(medark_html(&r->text, call->err, "</a>"));
	MEDARK_TRY(medark_html(&r->text, call->err, "</th><td class=\"when\">"));
	MEDARK_TRY(medark_view_date(call->language, medark_bytes_text(p->birth_date), &r->text,
				    call->err));
	return medark_html(&r->text, call->err, "</td><td>%b</td>",
			   medark_patient_number_in(&chart->records, p->id));
}

static int put_cell(struct medark_list_rows *r, struct medark_bytes text, bool is_date)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer shown = MEDARK_BUFFER_SECRET(4096);

	if (!is_date || text.size > 64)
		return medark_html(&r->text, r->call->err, "<td>%b</td>", text);
	MEDARK_TRY(medark_view_date(r->call->language, text, &shown, r->call->err));
	return medark_html(&r->text, r->call->err, "<td class=\"when\">%b</td>",
			   medark_bytes(shown.data, shown.size));
}

/* As much of a key as there is room for, without half a character. */
static void set_key(struct medark_list_row *row, struct medark_bytes key)
{
	size_t size = key.size < sizeof(row->key) ? key.size : sizeof(row->key) - 1;

	while (size && size < key.size && (key.data[size] & 0xc0) == 0x80)
		size--;
	if (size)
		memcpy(row->key, key.data, size);
	row->key[size] = 0;
}

static int add_row(struct medark_list_rows *r, const struct medark_shelf_chart *chart,
		   const struct medark_view_record *record, enum medark_view_list list)
{
	static const size_t appointment[] = { 0, 1, 2, 4, 5 }, admission[] = { 4, 0, 1, 3, 5 };
	const size_t *cells = list == MEDARK_LIST_APPOINTMENTS ? appointment : admission;
	const struct medark_view_values values = { .records = &chart->records };
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row shown = { 0 };
	struct medark_list_row row = { .at = r->text.size, .id = r->ids.size };
	struct medark_bytes key;

	MEDARK_TRY(medark_view_row(&values, list, record, &shown, r->call->err));
	key = medark_view_cell(&shown, cells[0]);
	set_key(&row, key);
	MEDARK_TRY(medark_html(&r->text, r->call->err,
			       shown.is_wrong ? "<tr class=\"wrong\">" : "<tr>"));
	MEDARK_TRY(put_cell(r, key, cells[0] == 0));
	MEDARK_TRY(medark_html(&r->text, r->call->err, "<th scope=\"row\">"));
	MEDARK_TRY(put_patient(r, chart));
	for (size_t i = 1; i < 5; i++)
		MEDARK_TRY(put_cell(r, medark_view_cell(&shown, cells[i]), cells[i] == 0));
	MEDARK_TRY(medark_html(&r->text, r->call->err, "</tr>"));
	row.size = r->text.size - row.at;
	MEDARK_TRY(medark_buffer_add(&r->ids, chart->id, strlen(chart->id) + 1, r->call->err));
	return medark_buffer_add(&r->list, &row, sizeof(row), r->call->err);
}

static int add_rows(struct medark_list_rows *r, const struct medark_shelf_chart *chart)
{
	for (size_t i = 0; i < chart->records.count; i++) {
		const struct medark_view_record *record = &chart->records.list[i];

		if (r->number == MEDARK_PLANNED_ADMITTED ? is_admission(record)
							 : is_appointment(r, record))
			MEDARK_TRY(add_row(r, chart, record,
					   r->number == MEDARK_PLANNED_ADMITTED
						   ? MEDARK_LIST_CONTACTS
						   : MEDARK_LIST_APPOINTMENTS));
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
