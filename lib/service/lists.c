/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of several patients: appointments of a day, and who is admitted. */
#include "service/service_private.h"

#include "service/planned.h"
#include "view/date.h"
#include "view/lists.h"
#include "view/patient_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENTS_MAX 300
#define TEXT_MAX     ((size_t)3 << 20)
#define KEY_MAX	     40

/* A row, to be sorted by what it begins with: a time, or a ward. */
struct row {
	char key[KEY_MAX];
	size_t at, size; /* of its markup */
};

struct rows {
	struct medark_call *call;
	size_t list;
	struct medark_buffer list_rows; /* struct row */
	struct medark_buffer text;	/* markup */
	bool more;
};

static void rows_clear(struct rows *r)
{
	medark_buffer_clear(&r->list_rows);
	medark_buffer_clear(&r->text);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct rows, rows_clear)

/* "2026-11-29" of a day as planned.h has it. */
static void day_text(uint32_t day, char out[16])
{
	(void)snprintf(out, 16, "%04u-%02u-%02u", day / 10000 % 10000, day / 100 % 100, day % 100);
}

/* ---- which records ---- */

static bool is_appointment(const struct rows *r, const struct medark_view_record *record)
{
	const struct medark_planned *planned = &r->call->service->planned;
	struct medark_bytes start;
	char day[16];

	if (!record->root || !medark_bytes_is(record->type, "Appointment"))
		return false;
	start = medark_json_text_at(&record->tree, record->root, "start");
	day_text(planned->days[r->list], day);
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

static int put_patient(struct rows *r, const struct medark_shelf_chart *chart)
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

static int put_cell(struct rows *r, struct medark_bytes text, bool is_date)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer shown = MEDARK_BUFFER_SECRET(4096);

	if (!is_date || text.size > 64)
		return medark_html(&r->text, r->call->err, "<td>%b</td>", text);
	MEDARK_TRY(medark_view_date(r->call->language, text, &shown, r->call->err));
	return medark_html(&r->text, r->call->err, "<td class=\"when\">%b</td>",
			   medark_bytes(shown.data, shown.size));
}

static int add_row(struct rows *r, const struct medark_shelf_chart *chart,
		   const struct medark_view_record *record, enum medark_view_list list)
{
	static const size_t appointment[] = { 0, 1, 2, 4, 5 }, admission[] = { 4, 0, 1, 3, 5 };
	const size_t *cells = list == MEDARK_LIST_APPOINTMENTS ? appointment : admission;
	const struct medark_view_values values = { .records = &chart->records };
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row shown = { 0 };
	struct row row = { .at = r->text.size };
	struct medark_bytes key;

	MEDARK_TRY(medark_view_row(&values, list, record, &shown, r->call->err));
	key = medark_view_cell(&shown, cells[0]);
	(void)snprintf(row.key, sizeof(row.key), "%.*s", (int)(key.size < 39 ? key.size : 39),
		       (const char *)key.data);
	MEDARK_TRY(medark_html(&r->text, r->call->err,
			       shown.is_wrong ? "<tr class=\"wrong\">" : "<tr>"));
	MEDARK_TRY(put_cell(r, key, cells[0] == 0));
	MEDARK_TRY(medark_html(&r->text, r->call->err, "<th scope=\"row\">"));
	MEDARK_TRY(put_patient(r, chart));
	for (size_t i = 1; i < 5; i++)
		MEDARK_TRY(put_cell(r, medark_view_cell(&shown, cells[i]), cells[i] == 0));
	MEDARK_TRY(medark_html(&r->text, r->call->err, "</tr>"));
	row.size = r->text.size - row.at;
	return medark_buffer_add(&r->list_rows, &row, sizeof(row), r->call->err);
}

static int add_rows(struct rows *r, const struct medark_shelf_chart *chart)
{
	for (size_t i = 0; i < chart->records.count; i++) {
		const struct medark_view_record *record = &chart->records.list[i];

		if (r->list == MEDARK_PLANNED_ADMITTED ? is_admission(record)
						       : is_appointment(r, record))
			MEDARK_TRY(add_row(r, chart, record,
					   r->list == MEDARK_PLANNED_ADMITTED
						   ? MEDARK_LIST_CONTACTS
						   : MEDARK_LIST_APPOINTMENTS));
	}
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->key, y->key);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int gather(struct rows *r)
{
	struct medark_call *call = r->call;
	const struct medark_planned *planned = &call->service->planned;
	size_t count = medark_planned_count(planned, r->list);

	r->more = count > PATIENTS_MAX;
	for (size_t i = 0; i < count && i < PATIENTS_MAX; i++) {
		const struct medark_shelf_chart *chart;

		if (medark_serve_is_stopping(call->service->serve))
			return medark_error_set(call->err, MEDARK_E_INTERRUPTED, "stopped");
		MEDARK_TRY(medark_shelf_chart_at(
			call->shelf, medark_planned_at(planned, r->list, i), &chart, call->err));
		MEDARK_TRY(add_rows(r, chart));
	}
	if (r->list_rows.size)
		qsort(r->list_rows.data, r->list_rows.size / sizeof(struct row), sizeof(struct row),
		      by_key);
	return 0;
}

/* ---- the page ---- */

static int put_days(struct medark_call *call, size_t list)
{
	const struct medark_planned *planned = &call->service->planned;
	char day[16];

	MEDARK_TRY(medark_call_html(call, "<nav class=\"letters\" aria-label=\"%s\">",
				    medark_call_saying(call, MEDARK_SAYING_LISTS)));
	for (size_t i = 0; i < MEDARK_PLANNED_DAYS; i++) {
		day_text(planned->days[i], day);
		MEDARK_TRY(medark_call_html(call,
					    i == list
						    ? "<a href=\"/lists/%u\" aria-current=\"page\">"
						    : "<a href=\"/lists/%u\">",
					    (unsigned long long)i));
		MEDARK_TRY(medark_view_date(call->language, medark_bytes_text(day),
					    medark_call_body(call), call->err));
		MEDARK_TRY(medark_call_html(call, "</a>"));
	}
	return medark_call_html(call,
				list == MEDARK_PLANNED_ADMITTED
					? "<a href=\"/lists/admitted\" aria-current=\"page\">"
					  "%s</a></nav>"
					: "<a href=\"/lists/admitted\">%s</a></nav>",
				medark_call_saying(call, MEDARK_SAYING_ADMITTED));
}

static int put_table(struct rows *r)
{
	struct medark_call *call = r->call;
	bool is_day = r->list != MEDARK_PLANNED_ADMITTED;
	const struct row *rows = (const struct row *)(void *)r->list_rows.data;
	size_t count = r->list_rows.size / sizeof(*rows);

	if (!count)
		return medark_call_html(call, "<p class=\"notice\">%s</p>",
					medark_call_saying(call, MEDARK_SAYING_NOBODY_LISTED));
	MEDARK_TRY(medark_call_html(
		call,
		"<div class=\"scroll\" tabindex=\"0\"><table class=\"list\"><thead><tr>"
		"<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
		"<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
		"<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
		medark_word(call->language, is_day ? MEDARK_WORD_DATE : MEDARK_WORD_WHERE),
		medark_word(call->language, MEDARK_WORD_NAME),
		medark_word(call->language, MEDARK_WORD_BIRTH_DATE),
		medark_word(call->language, MEDARK_WORD_NUMBER),
		medark_word(call->language, is_day ? MEDARK_WORD_WHAT : MEDARK_WORD_DATE),
		medark_word(call->language, is_day ? MEDARK_WORD_STATUS : MEDARK_WORD_WHAT),
		medark_word(call->language, MEDARK_WORD_REASON),
		medark_word(call->language, MEDARK_WORD_BY)));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(medark_buffer_add(medark_call_body(call), r->text.data + rows[i].at,
					     rows[i].size, call->err));
	MEDARK_TRY(medark_call_html(call, "</tbody></table></div>"));
	return r->more ? medark_call_html(call, "<p class=\"notice\">%s</p>",
					  medark_call_saying(call, MEDARK_SAYING_LIST_CUT))
		       : 0;
}

/* The names are in before the list is complete: a list that lacks somebody would be worse. */
static int not_yet(struct medark_call *call)
{
	MEDARK_TRY(medark_call_say(call, 503, MEDARK_SAYING_LISTS, MEDARK_SAYING_NOT_YET));
	return medark_serve_response_header(call->response, "Retry-After", medark_bytes_text("10"),
					    call->err);
}

static int show(struct medark_call *call, size_t list)
{
	MEDARK_AUTO(rows_clear)
	struct rows rows = { .call = call,
			     .list = list,
			     .list_rows = MEDARK_BUFFER_SECRET(TEXT_MAX),
			     .text = MEDARK_BUFFER_SECRET(TEXT_MAX) };
	char detail[64] = "admitted", day[16];
	struct medark_audit_event row = { .kind = MEDARK_AUDIT_SEARCH, .detail = detail };
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_LISTS)),
		.has_data = true,
	};

	if (list != MEDARK_PLANNED_ADMITTED) {
		day_text(call->service->planned.days[list], day);
		(void)snprintf(detail, sizeof(detail), "appointments of %s", day);
	}
	MEDARK_TRY(medark_call_audit(call, &row));
	MEDARK_TRY(gather(&rows));
	MEDARK_TRY(medark_call_begin(call, &page));
	if (list == MEDARK_PLANNED_ADMITTED)
		MEDARK_TRY(medark_call_html(call, "<h1>%s</h1>",
					    medark_call_saying(call, MEDARK_SAYING_ADMITTED)));
	else {
		MEDARK_TRY(medark_call_html(call, "<h1>%s ",
					    medark_call_saying(call, MEDARK_SAYING_APPOINTMENTS)));
		MEDARK_TRY(medark_view_date(call->language, medark_bytes_text(day),
					    medark_call_body(call), call->err));
		MEDARK_TRY(medark_call_html(call, "</h1>"));
	}
	MEDARK_TRY(put_days(call, list));
	MEDARK_TRY(put_table(&rows));
	return medark_call_end(call, &page);
}

int medark_page_lists(struct medark_call *call, struct medark_bytes rest)
{
	size_t list = 0;

	if (medark_bytes_is(rest, "admitted"))
		list = MEDARK_PLANNED_ADMITTED;
	else if (rest.size == 1 && rest.data[0] >= '0' && rest.data[0] < '0' + MEDARK_PLANNED_DAYS)
		list = (size_t)(rest.data[0] - '0');
	else if (rest.size)
		return medark_call_say(call, 404, MEDARK_SAYING_NOTHING_HERE,
				       MEDARK_SAYING_NOTHING_HERE_TEXT);
	if (!medark_call_may(call, MEDARK_MAY_TREAT | MEDARK_MAY_DESK))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	if (!medark_record_find_is_complete(call->service->find))
		return not_yet(call);
	return show(call, list);
}
