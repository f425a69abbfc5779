/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a patient: one box, and the patients that it finds. */
#include "service/service_private.h"

#include "base/text.h"
#include "view/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nobody reads more; who has more found types more. */
#define ROWS_MAX   200
#define QUERY_SIZE 1025

static int put_form(struct medark_call *call, struct medark_bytes query)
{
	MEDARK_TRY(medark_call_html(call,
				    "<h1>%s</h1><form class=\"find\" method=\"post\" "
				    "action=\"/find\" role=\"search\">",
				    medark_word(call->language, MEDARK_WORD_FIND)));
	MEDARK_TRY(medark_call_csrf(call));
	return medark_call_html(
		call,
		"<label for=\"query\">%s<input id=\"query\" name=\"query\" type=\"search\" "
		"autocomplete=\"off\" spellcheck=\"false\" maxlength=\"200\" accesskey=\"/\" "
		"autofocus value=\"%b\"></label><button>%s</button></form>",
		medark_word(call->language, MEDARK_WORD_FIND_HINT), query,
		medark_call_saying(call, MEDARK_SAYING_SEARCH));
}

/* What may be typed; it gives way to what is found. */
static int put_examples(struct medark_call *call)
{
	return medark_call_html(call,
				"<p class=\"soft\">%s: <b>vries</b>, <b>vries 1963</b>, "
				"<b>30-07-1963</b>, <b>999999916</b></p>",
				medark_call_saying(call, MEDARK_SAYING_FIND_EXAMPLES));
}

/* ---- rows ---- */

struct found {
	struct medark_call *call;
	uint64_t count;
};

static int put_sex(struct medark_call *call, const char *gender)
{
	enum medark_word word = MEDARK_WORD_UNKNOWN;

	if (strcmp(gender, "male") == 0)
		word = MEDARK_WORD_MALE;
	else if (strcmp(gender, "female") == 0)
		word = MEDARK_WORD_FEMALE;
	else if (strcmp(gender, "other") == 0)
		word = MEDARK_WORD_OTHER_SEX;
	return medark_call_html(call, "<td>%s</td>", medark_word(call->language, word));
}

static int put_birth(struct medark_call *call, const char *date)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER_SECRET(1 << 16);

	MEDARK_TRY(medark_view_date(call->language, medark_bytes_text(date), &text, call->err));
	return medark_call_html(call, "<td class=\"when\">%b</td>",
				medark_bytes(text.data, text.size));
}

static int put_row(struct medark_call *call, const struct medark_patient_row *row)
{
	MEDARK_TRY(medark_call_html(call, row->deceased ? "<tr class=\"dead-row\"><th scope="
							  "\"row\">"
							: "<tr><th scope=\"row\">"));
	MEDARK_TRY(medark_call_chart_link(call, row->id, row, medark_call_body(call)));
	MEDARK_TRY(medark_call_html(call, "</th>"));
	MEDARK_TRY(put_birth(call, row->birth_date));
	MEDARK_TRY(put_sex(call, row->gender));
	MEDARK_TRY(medark_call_html(call, "<td>%s</td><td>", row->bsn));
	MEDARK_TRY(medark_call_number(call, row, medark_call_body(call)));
	return medark_call_html(call, "</td></tr>");
}

static int take_row(void *context, const struct medark_patient_row *row)
{
	struct found *f = context;

	f->count++;
	return put_row(f->call, row);
}

static int put_head(struct medark_call *call)
{
	return medark_call_html(
		call,
		"<div class=\"scroll\" tabindex=\"0\"><table class=\"list people\"><thead><tr>"
		"<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
		"<th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
		medark_word(call->language, MEDARK_WORD_NAME),
		medark_word(call->language, MEDARK_WORD_BIRTH_DATE),
		medark_word(call->language, MEDARK_WORD_SEX),
		medark_word(call->language, MEDARK_WORD_BSN),
		medark_word(call->language, MEDARK_WORD_NUMBER));
}

/* ---- the page ---- */

/*
 * Fills the page's body with what is found, but shows none of it before the row of the search is
 * written: the caller drops the body if that fails.
 */
static int put_found(struct medark_call *call, const char *query)
{
	struct found f = { .call = call };
	size_t before = call->body.size;
	bool more = false;

	MEDARK_TRY(put_head(call));
	MEDARK_TRY(
		medark_shelf_query(call->shelf, query, ROWS_MAX, &more, take_row, &f, call->err));
	if (f.count == 0) {
		call->body.size = before;
		return medark_call_html(call, "<p class=\"notice\" role=\"status\">%s</p>",
					medark_word(call->language, MEDARK_WORD_NOT_FOUND));
	}
	MEDARK_TRY(medark_call_html(
		call, "</tbody></table></div><p role=\"status\">%u %s%s%s</p>",
		(unsigned long long)f.count, medark_word(call->language, MEDARK_WORD_FOUND),
		more ? "; " : "", more ? medark_word(call->language, MEDARK_WORD_REFINE) : ""));
	return 0;
}

static int audit_search(struct medark_call *call, const char *query, bool is_refused)
{
	const struct medark_audit_event row = { .kind = MEDARK_AUDIT_SEARCH,
						.action = 'E',
						.outcome = is_refused ? MEDARK_AUDIT_REFUSED
								      : MEDARK_AUDIT_DONE,
						.query = query };

	return medark_call_audit(call, &row);
}

static int search(struct medark_call *call, struct medark_bytes typed)
{
	char query[QUERY_SIZE];
	struct medark_error why = { 0 };
	struct medark_error *err = call->err;
	int code;

	if (typed.size >= sizeof(query) || (typed.size && memchr(typed.data, 0, typed.size)))
		return medark_call_html(call, "<p class=\"notice bad\">%s</p>",
					medark_call_saying(call, MEDARK_SAYING_BAD_QUERY));
	if (typed.size)
		memcpy(query, typed.data, typed.size);
	query[typed.size] = 0;
	call->err = &why;
	code = put_found(call, query);
	call->err = err;
	MEDARK_TRY(audit_search(call, query, code == MEDARK_E_USAGE));
	explicit_bzero(query, sizeof(query));
	if (code == MEDARK_E_USAGE)
		return medark_call_html(call, "<p class=\"notice bad\">%s</p>",
					medark_call_saying(call, MEDARK_SAYING_BAD_QUERY));
	return code < 0 ? medark_error_set(err, code, "%s", why.message) : 0;
}

/* The first page of who only checks the log, or only fetches files, is that. */
static int see_own_page(struct medark_call *call)
{
	if (medark_call_may(call, MEDARK_MAY_AUDIT))
		return medark_call_see(call, "/log");
	if (medark_call_may(call, MEDARK_MAY_ADMIN))
		return medark_call_see(call, "/files/");
	return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
}

int medark_page_find(struct medark_call *call)
{
	struct medark_bytes typed = medark_call_field(call, "query");
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_word(call->language, MEDARK_WORD_FIND)),
		.has_data = true,
	};

	if (!medark_call_may(call, MEDARK_MAY_TREAT | MEDARK_MAY_DESK))
		return see_own_page(call);
	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(put_form(call, typed));
	if (call->request->method == MEDARK_SERVE_POST && typed.size)
		MEDARK_TRY(search(call, typed));
	else
		MEDARK_TRY(put_examples(call));
	return medark_call_end(call, &page);
}
