/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summaries of all patients of a list as one document, to be printed for a ward or a day: why
 * is asked once, and the log has a row for each patient before any of them is shown.
 */
#include "service/list_rows.h"

#include "archive/patient_row.h"
#include "base/text.h"
#include "view/chart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Patients of one document. */
#define SHEETS_MAX   100
#define NO_PLACE     SIZE_MAX
#define PATIENTS_MAX ((size_t)1 << 20)

/* Which patients are asked for. */
struct wish {
	size_t list, place; /* NO_PLACE: all of the list */
	size_t from;	    /* patients that were shown already */
};

struct pack {
	struct medark_call *call;
	struct wish wish;
	struct medark_list_rows rows;
	struct medark_buffer patients; /* const char *: ids, in the order of the rows, each once */
	const char *place;	       /* that is asked for; NULL: all, or none of that number */
	size_t left_out;	       /* patients whose ids the log has no room for */
};

static void pack_clear(struct pack *p)
{
	medark_list_rows_clear(&p->rows);
	medark_buffer_clear(&p->patients);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct pack, pack_clear)

static bool find_place(struct medark_bytes text, size_t *out)
{
	uint64_t place;

	*out = NO_PLACE;
	if (text.size == 0)
		return true;
	if (!medark_text_decimal(text, MEDARK_LIST_PATIENTS_MAX, &place))
		return false;
	*out = (size_t)place;
	return true;
}

/* ---- why ---- */

static int put_wish(struct medark_call *call, const struct wish *wish)
{
	char name[16];

	medark_list_name(wish->list, name);
	MEDARK_TRY(medark_call_hidden(call, "list", name));
	MEDARK_TRY(medark_call_hidden_number(call, "from", wish->from));
	return wish->place == NO_PLACE ? 0 : medark_call_hidden_number(call, "place", wish->place);
}

static int ask_why(struct medark_call *call, const struct wish *wish, bool is_again)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_WHY_ALL)),
		.status = is_again ? 400 : 200,
		.is_narrow = true,
		.has_data = true,
	};

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call, "<h1>%s</h1><p><b>",
				    medark_call_saying(call, MEDARK_SAYING_WHY_ALL)));
	MEDARK_TRY(medark_list_title(call, wish->list));
	MEDARK_TRY(medark_call_html(call,
				    "</b></p><p class=\"notice\">%s</p>"
				    "<form class=\"form panel\" method=\"post\" action=\"/print\">",
				    medark_call_saying(call, MEDARK_SAYING_PRINT_WHY)));
	if (is_again)
		MEDARK_TRY(medark_call_html(call, "<p class=\"error\" role=\"alert\">%s</p>",
					    medark_call_saying(call, MEDARK_SAYING_REASON_NEEDED)));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(put_wish(call, wish));
	MEDARK_TRY(medark_call_reasons(call, true));
	MEDARK_TRY(medark_call_html(call, "<button>%s</button></form>",
				    medark_call_saying(call, MEDARK_SAYING_PRINT_SHOW)));
	return medark_call_end(call, &page);
}

/* "print", "print/2" */
int medark_page_print_why(struct medark_call *call, size_t list, struct medark_bytes rest)
{
	static const char print[] = "print";
	struct wish wish = { .list = list, .place = NO_PLACE };
	size_t size = sizeof(print) - 1;
	bool has_place = rest.size > size && rest.data[size] == '/';

	if (!medark_bytes_starts(rest, print) || (rest.size > size && !has_place) ||
	    (has_place &&
	     (rest.size == size + 1 ||
	      !find_place(medark_bytes(rest.data + size + 1, rest.size - size - 1), &wish.place))))
		return medark_call_nothing_here(call);
	if (!medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	return ask_why(call, &wish, false);
}

/* ---- who ---- */

static size_t count(const struct pack *p)
{
	return p->patients.size / sizeof(const char *);
}

static const char *patient_at(const struct pack *p, size_t i)
{
	return ((const char *const *)(const void *)p->patients.data)[i];
}

/* Somebody may be in a list twice, as with two appointments; a list is short. */
static bool has(const struct pack *p, const char *id)
{
	for (size_t i = 0; i < count(p); i++)
		if (strcmp(patient_at(p, i), id) == 0)
			return true;
	return false;
}

static bool is_wanted(const struct pack *p, size_t i)
{
	return p->wish.place == NO_PLACE ||
	       (p->place && strcmp(medark_list_rows_at(&p->rows, i)->key, p->place) == 0);
}

static int take_patients(struct pack *p)
{
	if (p->wish.place != NO_PLACE && p->wish.place < medark_list_rows_places(&p->rows))
		p->place = medark_list_rows_place(&p->rows, p->wish.place);
	for (size_t i = 0; i < medark_list_rows_count(&p->rows); i++) {
		const char *id = medark_list_rows_id(&p->rows, i);

		if (!is_wanted(p, i) || has(p, id))
			continue;
		if (strlen(id) > MEDARK_AUDIT_PATIENT_MAX)
			p->left_out++;
		else
			MEDARK_TRY(medark_buffer_add(&p->patients, &id, sizeof(id), p->call->err));
	}
	return 0;
}

static size_t end_of(const struct pack *p)
{
	size_t left = count(p) - p->wish.from;

	return p->wish.from + (left < SHEETS_MAX ? left : SHEETS_MAX);
}

static int audit(const struct pack *p, const struct medark_reason *reason)
{
	char list[64], detail[96];

	medark_list_detail(p->call, p->wish.list, list);
	(void)snprintf(detail, sizeof(detail), "summary, %s", list);
	for (size_t i = p->wish.from; i < end_of(p); i++) {
		const struct medark_audit_event row = {
			.kind = MEDARK_AUDIT_PRINT,
			.patient = patient_at(p, i),
			.detail = detail,
			.reason = reason->code,
			.reason_text = reason->text,
		};

		MEDARK_TRY(medark_call_audit(p->call, &row));
	}
	return 0;
}

/* ---- what ---- */

static int put_summary(struct pack *p, size_t i)
{
	struct medark_call *call = p->call;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer name = MEDARK_BUFFER_SECRET(1 << 16);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer banner = MEDARK_BUFFER_SECRET(1 << 20);
	struct medark_page_part part = { .number = i + 1, .count = count(p) };
	const struct medark_shelf_chart *chart;
	struct medark_view_chart view;
	char on[MEDARK_SERVICE_TIME_MAX];

	if (medark_serve_is_stopping(call->service->serve))
		return medark_error_set(call->err, MEDARK_E_INTERRUPTED, "stopped");
	MEDARK_TRY(medark_shelf_chart(call->shelf, patient_at(p, i), &chart, call->err));
	medark_service_time(call->service, call->now, on);
	view = (struct medark_view_chart) { .records = &chart->records,
					    .language = call->language,
					    .on = on,
					    .facts = medark_patient_row_facts(chart->row) };
	MEDARK_TRY(medark_view_sheet(&view.facts, call->language, &name, call->err));
	MEDARK_TRY(medark_view_banner(&view, &banner, call->err));
	part.sheet = medark_bytes(name.data, name.size);
	part.banner = medark_bytes(banner.data, banner.size);
	MEDARK_TRY(medark_call_part_begin(call, &part));
	MEDARK_TRY(medark_view_summary(&view, medark_call_body(call), call->err));
	return medark_call_part_end(call);
}

/* How many there are, and the way to those who have no room here. */
static int put_head(struct pack *p, const struct medark_reason *reason)
{
	struct medark_call *call = p->call;
	struct wish next = p->wish;

	MEDARK_TRY(medark_call_html(call, "<h1 class=\"no-print\">%s: ",
				    medark_word(call->language, MEDARK_WORD_PRINT_TITLE)));
	MEDARK_TRY(medark_list_title(call, p->wish.list));
	if (p->place)
		MEDARK_TRY(medark_call_html(call, ", %s", p->place));
	if (count(p) == p->wish.from)
		return medark_call_html(call, "</h1><p class=\"notice no-print\">%s</p>",
					medark_word(call->language, MEDARK_WORD_NOBODY_LISTED));
	MEDARK_TRY(medark_call_html(
		call,
		"</h1><p class=\"notice no-print\" role=\"status\"><b>%s %u %s %u %s %u.</b> %s</p>",
		medark_word(call->language, MEDARK_WORD_PATIENTS),
		(unsigned long long)p->wish.from + 1,
		medark_word(call->language, MEDARK_WORD_PRINT_TO), (unsigned long long)end_of(p),
		medark_word(call->language, MEDARK_WORD_PRINT_OF), (unsigned long long)count(p),
		medark_word(call->language, MEDARK_WORD_PRINT_HINT)));
	if (p->left_out)
		MEDARK_TRY(
			medark_call_html(call, "<p class=\"notice bad no-print\">%u %s</p>",
					 (unsigned long long)p->left_out,
					 medark_call_saying(call, MEDARK_SAYING_PRINT_LEFT_OUT)));
	if (p->rows.more)
		MEDARK_TRY(medark_call_html(call, "<p class=\"notice bad no-print\">%s</p>",
					    medark_word(call->language, MEDARK_WORD_LIST_CUT)));
	next.from = end_of(p);
	if (next.from == count(p))
		return 0;
	MEDARK_TRY(medark_call_html(call,
				    "<form class=\"no-print\" method=\"post\" action=\"/print\">"));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(put_wish(call, &next));
	MEDARK_TRY(medark_call_keep_reason(call, reason));
	return medark_call_html(call, "<p><button>%s</button></p></form>",
				medark_word(call->language, MEDARK_WORD_PRINT_NEXT));
}

static int show(struct pack *p, const struct medark_reason *reason)
{
	struct medark_call *call = p->call;
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_word(call->language, MEDARK_WORD_PRINT_TITLE)),
		.has_data = true,
		.has_parts = true,
	};

	MEDARK_TRY(medark_list_rows_gather(&p->rows));
	MEDARK_TRY(take_patients(p));
	if (p->wish.from > count(p))
		return medark_call_nothing_here(call);
	MEDARK_TRY(audit(p, reason));
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(put_head(p, reason));
	for (size_t i = p->wish.from; i < end_of(p); i++)
		MEDARK_TRY(put_summary(p, i));
	return medark_call_end(call, &page);
}

/* ---- the whole ---- */

static bool read_wish(const struct medark_call *call, struct wish *out)
{
	struct medark_bytes from = medark_call_field(call, "from");
	uint64_t number;

	if (!medark_list_find(medark_call_field(call, "list"), &out->list) ||
	    !find_place(medark_call_field(call, "place"), &out->place) ||
	    !medark_text_decimal(from, MEDARK_LIST_PATIENTS_MAX, &number))
		return false;
	out->from = (size_t)number;
	return true;
}

int medark_page_print(struct medark_call *call)
{
	MEDARK_AUTO(pack_clear)
	struct pack pack = { .call = call, .patients = MEDARK_BUFFER_SECRET(PATIENTS_MAX) };
	struct medark_reason reason;

	if (!medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	if (!read_wish(call, &pack.wish))
		return medark_call_nothing_here(call);
	if (!medark_call_reason(call, &reason))
		return ask_why(call, &pack.wish, true);
	if (!medark_record_find_is_complete(call->service->find))
		return medark_list_not_yet(call);
	pack.rows = (struct medark_list_rows)MEDARK_LIST_ROWS(call, pack.wish.list);
	return show(&pack, &reason);
}
