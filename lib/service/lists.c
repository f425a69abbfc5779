/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of several patients: appointments of a day, and who is admitted. */
#include "service/list_rows.h"

#include "view/date.h"

#include <stdio.h>
#include <string.h>

/* Places that can be printed alone; of more, only all at once. */
#define PLACES_MAX 60

static int put_days(struct medark_call *call, size_t list)
{
	char day[16];

	MEDARK_TRY(medark_call_html(call, "<nav class=\"letters\" aria-label=\"%s\">",
				    medark_word(call->language, MEDARK_WORD_LISTS)));
	for (size_t i = 0; i < MEDARK_PLANNED_DAYS; i++) {
		medark_list_day(call, i, day);
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
				medark_word(call->language, MEDARK_WORD_ADMITTED));
}

static int put_table(const struct medark_list_rows *r)
{
	struct medark_call *call = r->call;
	size_t count = medark_list_rows_count(r);

	if (!count)
		return medark_call_html(call, "<p class=\"notice\">%s</p>",
					medark_word(call->language, MEDARK_WORD_NOBODY_LISTED));
	MEDARK_TRY(medark_agenda_begin(call->language, r->number == MEDARK_PLANNED_ADMITTED,
				       medark_call_body(call), call->err));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(medark_buffer_add(medark_call_body(call),
					     r->text.data + medark_list_rows_at(r, i)->at,
					     medark_list_rows_at(r, i)->size, call->err));
	MEDARK_TRY(medark_agenda_end(medark_call_body(call), call->err));
	return r->more ? medark_call_html(call, "<p class=\"notice\">%s</p>",
					  medark_word(call->language, MEDARK_WORD_LIST_CUT))
		       : 0;
}

static int put_print_link(const struct medark_list_rows *r, const char *place, const char *text)
{
	char name[16];

	medark_list_name(r->number, name);
	return medark_call_html(r->call, "<a href=\"/lists/%s/print%s\">%s</a>", name, place, text);
}

/* The summaries of all of them, or of those of one place, to be printed at once. */
static int put_print(const struct medark_list_rows *r)
{
	struct medark_call *call = r->call;
	size_t count = medark_list_rows_count(r), places = medark_list_rows_places(r);
	char place[24];

	if (!count || !medark_call_may(call, MEDARK_MAY_TREAT))
		return 0;
	MEDARK_TRY(medark_call_html(call,
				    "<p class=\"print\">%s</p><nav class=\"letters\" "
				    "aria-label=\"%s\">",
				    medark_word(call->language, MEDARK_WORD_PRINT_LIST),
				    medark_word(call->language, MEDARK_WORD_PRINT_LIST)));
	MEDARK_TRY(put_print_link(r, "", medark_word(call->language, MEDARK_WORD_ALL)));
	for (size_t i = 0; places > 1 && i < places && i < PLACES_MAX; i++) {
		(void)snprintf(place, sizeof(place), "/%zu", i);
		MEDARK_TRY(put_print_link(r, place, medark_list_rows_place(r, i)));
	}
	return medark_call_html(call, "</nav>");
}

static int show(struct medark_call *call, size_t list)
{
	MEDARK_AUTO(medark_list_rows_clear)
	struct medark_list_rows rows = MEDARK_LIST_ROWS(call, list);
	char detail[64];
	struct medark_audit_event row = { .kind = MEDARK_AUDIT_SEARCH, .detail = detail };
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_word(call->language, MEDARK_WORD_LISTS)),
		.has_data = true,
	};

	medark_list_detail(call, list, detail);
	MEDARK_TRY(medark_call_audit(call, &row));
	MEDARK_TRY(medark_list_rows_gather(&rows));
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call, "<h1>"));
	MEDARK_TRY(medark_list_title(call, list));
	MEDARK_TRY(medark_call_html(call, "</h1>"));
	MEDARK_TRY(put_days(call, list));
	MEDARK_TRY(put_print(&rows));
	MEDARK_TRY(put_table(&rows));
	return medark_call_end(call, &page);
}

/* "admitted", "0/print", "admitted/print/2". */
int medark_page_lists(struct medark_call *call, struct medark_bytes rest)
{
	const uint8_t *slash = rest.size ? memchr(rest.data, '/', rest.size) : NULL;
	size_t list = 0, size = slash ? (size_t)(slash - rest.data) : rest.size;

	if (rest.size && !medark_list_find(medark_bytes(rest.data, size), &list))
		return medark_call_nothing_here(call);
	if (slash)
		return medark_page_print_why(call, list,
					     medark_bytes(slash + 1, rest.size - size - 1));
	if (!medark_call_may(call, MEDARK_MAY_TREAT | MEDARK_MAY_DESK))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	if (!medark_record_find_is_complete(call->service->find))
		return medark_list_not_yet(call);
	return show(call, list);
}
