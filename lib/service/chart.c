/* SPDX-License-Identifier: Apache-2.0 */
/* A patient's chart: first why it is opened, then what it says. */
#include "service/service_private.h"

#include "desk/reason.h"
#include "view/lists.h"

#include <stdio.h>
#include <string.h>

#define PATIENT_SIZE (MEDARK_SESSION_PATIENT_MAX + 1)

/* The patient of a handle, as shelves take it. MEDARK_E_NOT_FOUND: there is no such handle. */
static int find_patient(struct medark_call *call, struct medark_bytes handle,
			char out[PATIENT_SIZE])
{
	struct medark_error why = { 0 };
	size_t size;
	int code = medark_sessions_patient(call->service->sessions, call->token, handle,
					   call->clock, (uint8_t *)out, &size, &why);

	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	out[size] = 0;
	return 0;
}

static int nothing_here(struct medark_call *call)
{
	return medark_call_say(call, 404, MEDARK_SAYING_NOTHING_HERE,
			       MEDARK_SAYING_NOTHING_HERE_TEXT);
}

/* ---- why ---- */

static const struct {
	enum medark_reason_code code;
	enum medark_saying saying;
} reasons[] = {
	{ MEDARK_REASON_TREATMENT, MEDARK_SAYING_REASON_TREATMENT },
	{ MEDARK_REASON_EMERGENCY, MEDARK_SAYING_REASON_EMERGENCY },
	{ MEDARK_REASON_BEHALF, MEDARK_SAYING_REASON_BEHALF },
	{ MEDARK_REASON_ADMIN, MEDARK_SAYING_REASON_ADMIN },
	{ MEDARK_REASON_PATIENT, MEDARK_SAYING_REASON_PATIENT },
};
#define REASONS (sizeof(reasons) / sizeof(*reasons))

static int put_reasons(struct medark_call *call)
{
	MEDARK_TRY(medark_call_html(call, "<fieldset><legend class=\"hide\">%s</legend>",
				    medark_call_saying(call, MEDARK_SAYING_WHY)));
	for (size_t i = 0; i < REASONS; i++)
		MEDARK_TRY(medark_call_html(
			call,
			"<p><label><input type=\"radio\" name=\"reason\" value=\"%s\" "
			"required>%s</label></p>",
			medark_reason_name(reasons[i].code),
			medark_call_saying(call, reasons[i].saying)));
	return medark_call_html(
		call,
		"</fieldset><p><label for=\"text\">%s</label><input id=\"text\" name=\"text\" "
		"maxlength=\"%u\" autocomplete=\"off\"></p>",
		medark_call_saying(call, MEDARK_SAYING_REASON_TEXT),
		(unsigned long long)MEDARK_REASON_TEXT_MAX);
}

static int ask_why(struct medark_call *call, struct medark_bytes handle, bool is_again)
{
	const struct medark_call_page page = {
		.title = medark_bytes_text(medark_call_saying(call, MEDARK_SAYING_WHY)),
		.status = is_again ? 400 : 200,
		.is_narrow = true,
		.has_data = true,
	};

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(medark_call_html(call,
				    "<h1>%s</h1><p class=\"notice\">%s</p>"
				    "<form class=\"form panel\" method=\"post\" action=\"/open\">",
				    medark_call_saying(call, MEDARK_SAYING_WHY),
				    medark_call_saying(call, MEDARK_SAYING_WHY_TEXT)));
	if (is_again)
		MEDARK_TRY(medark_call_html(call, "<p class=\"error\" role=\"alert\">%s</p>",
					    medark_call_saying(call, MEDARK_SAYING_REASON_NEEDED)));
	MEDARK_TRY(medark_call_csrf(call));
	MEDARK_TRY(medark_call_html(call, "<input type=\"hidden\" name=\"chart\" value=\"%b\">",
				    handle));
	MEDARK_TRY(put_reasons(call));
	MEDARK_TRY(medark_call_html(call, "<button>%s</button></form>",
				    medark_call_saying(call, MEDARK_SAYING_OPEN_CHART)));
	return medark_call_end(call, &page);
}

/* False: what the form says is no reason. */
static bool read_reason(const struct medark_call *call, struct medark_reason *out)
{
	struct medark_bytes code = medark_call_field(call, "reason");
	struct medark_bytes text = medark_call_field(call, "text");
	struct medark_error ignored;

	*out = (struct medark_reason) { 0 };
	for (size_t i = 0; i < REASONS; i++)
		if (medark_bytes_is(code, medark_reason_name(reasons[i].code)))
			out->code = reasons[i].code;
	if (text.size > MEDARK_REASON_TEXT_MAX || (text.size && memchr(text.data, 0, text.size)))
		return false;
	if (text.size)
		memcpy(out->text, text.data, text.size);
	return medark_reason_check(out, &ignored) == 0;
}

static int audit_chart(struct medark_call *call, const char *patient, const char *record,
		       const struct medark_reason *reason)
{
	const struct medark_audit_event row = {
		.kind = record ? MEDARK_AUDIT_READ : MEDARK_AUDIT_CHART,
		.patient = patient,
		.record = record,
		.reason = reason->code,
		.reason_text = reason->text,
	};

	return medark_call_audit(call, &row);
}

int medark_page_open(struct medark_call *call)
{
	struct medark_bytes handle = medark_call_field(call, "chart");
	char patient[PATIENT_SIZE], where[64];
	struct medark_reason reason;
	int code;

	if (!medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	code = find_patient(call, handle, patient);
	if (code == MEDARK_E_NOT_FOUND)
		return nothing_here(call);
	MEDARK_TRY(code);
	if (!read_reason(call, &reason))
		return ask_why(call, handle, true);
	MEDARK_TRY(audit_chart(call, patient, NULL, &reason));
	MEDARK_TRY(medark_sessions_open_chart(call->service->sessions, call->token,
					      medark_bytes_text(patient), &reason, call->clock,
					      call->err));
	(void)snprintf(where, sizeof(where), "/chart/%.*s", (int)handle.size,
		       (const char *)handle.data);
	return medark_call_see(call, where);
}

/* ---- what it says ---- */

static int put_list(struct medark_call *call, const struct medark_view_values *values,
		    enum medark_view_list list)
{
	const struct medark_view_list_form *form = medark_view_list_form(list);
	const struct medark_view_records *records = values->records;
	MEDARK_AUTO(medark_view_row_clear) struct medark_view_row row = { 0 };

	MEDARK_TRY(medark_call_html(call,
				    "<section class=\"panel\"><h2>%s</h2><div class=\"scroll\" "
				    "tabindex=\"0\"><table class=\"list\"><thead><tr>",
				    form->name));
	for (size_t i = 0; i < form->count; i++)
		MEDARK_TRY(medark_call_html(call, "<th scope=\"col\">%s</th>", form->columns[i]));
	MEDARK_TRY(medark_call_html(call, "</tr></thead><tbody>"));
	for (size_t r = 0; r < records->count; r++) {
		if (medark_view_list_of(&records->list[r]) != list)
			continue;
		MEDARK_TRY(medark_view_row(values, list, &records->list[r], &row, call->err));
		MEDARK_TRY(medark_call_html(call, row.is_wrong ? "<tr class=\"wrong\">" : "<tr>"));
		for (size_t i = 0; i < form->count; i++)
			MEDARK_TRY(
				medark_call_html(call, "<td>%b</td>", medark_view_cell(&row, i)));
		MEDARK_TRY(medark_call_html(call, "</tr>"));
	}
	return medark_call_html(call, "</tbody></table></div></section>");
}

static int show_chart(struct medark_call *call, const struct medark_shelf_chart *chart)
{
	const struct medark_call_page page = { .title = medark_bytes_text(chart->row->family),
					       .has_data = true };
	const struct medark_view_values values = { .records = &chart->records };

	MEDARK_TRY(medark_call_begin(call, &page));
	MEDARK_TRY(
		medark_call_html(call, "<h1>%s, %s</h1>", chart->row->family, chart->row->given));
	for (size_t i = 0; i < MEDARK_LIST_COUNT; i++)
		MEDARK_TRY(put_list(call, &values, (enum medark_view_list)i));
	return medark_call_end(call, &page);
}

int medark_page_chart(struct medark_call *call, struct medark_bytes rest)
{
	const struct medark_shelf_chart *chart;
	char patient[PATIENT_SIZE];
	struct medark_reason reason;
	struct medark_error why = { 0 };
	int code;

	if (!medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_say(call, 403, MEDARK_SAYING_REFUSED, MEDARK_SAYING_NOT_ALLOWED);
	code = find_patient(call, rest, patient);
	if (code == MEDARK_E_NOT_FOUND)
		return nothing_here(call);
	MEDARK_TRY(code);
	code = medark_sessions_chart(call->service->sessions, call->token,
				     medark_bytes_text(patient), call->clock, &reason, &why);
	if (code == MEDARK_E_NOT_FOUND)
		return ask_why(call, rest, false);
	if (code < 0)
		return medark_error_set(call->err, code, "%s", why.message);
	MEDARK_TRY(audit_chart(call, patient, "Patient", &reason));
	MEDARK_TRY(medark_shelf_chart(call->shelf, patient, &chart, call->err));
	return show_chart(call, chart);
}
