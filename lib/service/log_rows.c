/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_rows.h"

#include "view/date.h"

#include <string.h>

/* Who a row is of that has no account, as the start of a service. */
#define NOBODY "\xe2\x80\x94"

static const enum medark_saying kinds[MEDARK_AUDIT_KIND_COUNT] = {
	[MEDARK_AUDIT_START] = MEDARK_SAYING_DID_START,
	[MEDARK_AUDIT_STOP] = MEDARK_SAYING_DID_STOP,
	[MEDARK_AUDIT_LOGIN] = MEDARK_SAYING_DID_LOGIN,
	[MEDARK_AUDIT_LOGIN_FAILED] = MEDARK_SAYING_DID_LOGIN_FAILED,
	[MEDARK_AUDIT_LOGOUT] = MEDARK_SAYING_DID_LOGOUT,
	[MEDARK_AUDIT_LOCK] = MEDARK_SAYING_DID_LOCK,
	[MEDARK_AUDIT_SEARCH] = MEDARK_SAYING_DID_SEARCH,
	[MEDARK_AUDIT_CHART] = MEDARK_SAYING_DID_CHART,
	[MEDARK_AUDIT_READ] = MEDARK_SAYING_DID_READ,
	[MEDARK_AUDIT_PRINT] = MEDARK_SAYING_DID_PRINT,
	[MEDARK_AUDIT_EXPORT] = MEDARK_SAYING_DID_EXPORT,
	[MEDARK_AUDIT_ACCOUNT] = MEDARK_SAYING_DID_ACCOUNT,
	[MEDARK_AUDIT_LOG] = MEDARK_SAYING_DID_LOG,
};

static const enum medark_saying reasons[MEDARK_REASON_COUNT] = {
	[MEDARK_REASON_TREATMENT] = MEDARK_SAYING_FOR_TREATMENT,
	[MEDARK_REASON_EMERGENCY] = MEDARK_SAYING_FOR_EMERGENCY,
	[MEDARK_REASON_ADMIN] = MEDARK_SAYING_FOR_ADMIN,
	[MEDARK_REASON_BEHALF] = MEDARK_SAYING_FOR_BEHALF,
	[MEDARK_REASON_AUDIT] = MEDARK_SAYING_FOR_AUDIT,
	[MEDARK_REASON_PATIENT] = MEDARK_SAYING_FOR_PATIENT,
};

static bool has(const char *text)
{
	return text && *text;
}

int medark_log_rows_head(struct medark_call *call, struct medark_buffer *out)
{
	const char *columns[] = {
		medark_word(call->language, MEDARK_WORD_DATE),
		medark_call_saying(call, MEDARK_SAYING_WHO),
		medark_word(call->language, MEDARK_WORD_WHAT),
		medark_call_saying(call, MEDARK_SAYING_PATIENT),
		medark_word(call->language, MEDARK_WORD_REASON),
		medark_call_saying(call, MEDARK_SAYING_FROM_WHERE),
	};

	MEDARK_TRY(medark_html(out, call->err,
			       "<div class=\"scroll\" tabindex=\"0\"><table class=\"list log\">"
			       "<thead><tr>"));
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		MEDARK_TRY(medark_html(out, call->err, "<th scope=\"col\">%s</th>", columns[i]));
	return medark_html(out, call->err, "</tr></thead><tbody>");
}

int medark_log_rows_time(struct medark_call *call, int64_t ms, struct medark_buffer *out)
{
	int64_t seconds = ms / 1000 - (ms % 1000 < 0);
	char time[MEDARK_SERVICE_TIME_MAX];

	medark_service_time(call->service, seconds, time);
	MEDARK_TRY(medark_view_date(call->language, medark_bytes(time, 10), out, call->err));
	return medark_html(out, call->err, " %b%s", medark_bytes(time + 11, 8),
			   time[19] == 'Z' ? " UTC" : "");
}

static int put_roles(struct medark_call *call, unsigned roles, struct medark_buffer *out)
{
	static const enum medark_saying names[] = { MEDARK_SAYING_IS_CLINICIAN,
						    MEDARK_SAYING_IS_DESK, MEDARK_SAYING_IS_AUDITOR,
						    MEDARK_SAYING_IS_ADMIN };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (roles & 1u << i)
			MEDARK_TRY(medark_html(out, call->err, ", %s",
					       medark_call_saying(call, names[i])));
	return 0;
}

static int put_who(struct medark_call *call, const struct medark_audit_event *e,
		   struct medark_buffer *out)
{
	if (!has(e->account))
		return medark_html(out, call->err, "<td>" NOBODY "</td>");
	MEDARK_TRY(medark_html(out, call->err, "<td>%s <span class=\"soft\">%s",
			       has(e->shown) ? e->shown : "", e->account));
	MEDARK_TRY(put_roles(call, e->roles, out));
	return medark_html(out, call->err, "</span></td>");
}

/* As the log has it: what was looked for, or read, and what there was to say about it. */
static int put_what(struct medark_call *call, const struct medark_audit_event *e,
		    struct medark_buffer *out)
{
	const char *const parts[] = { e->record, e->query, e->detail };

	MEDARK_TRY(medark_html(out, call->err, "<td>%s", medark_call_saying(call, kinds[e->kind])));
	if (e->outcome != MEDARK_AUDIT_DONE)
		MEDARK_TRY(
			medark_html(out, call->err, " <span class=\"badge\">%s</span>",
				    medark_call_saying(call, e->outcome == MEDARK_AUDIT_REFUSED
								     ? MEDARK_SAYING_WAS_REFUSED
								     : MEDARK_SAYING_WAS_FAILED)));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (has(parts[i]))
			MEDARK_TRY(medark_html(out, call->err, " <span class=\"soft\">%s</span>",
					       parts[i]));
	return medark_html(out, call->err, "</td>");
}

static int put_reason(struct medark_call *call, const struct medark_audit_event *e,
		      struct medark_buffer *out)
{
	MEDARK_TRY(medark_html(out, call->err, "<td>%s",
			       e->reason ? medark_call_saying(call, reasons[e->reason]) : ""));
	if (has(e->reason_text))
		MEDARK_TRY(medark_html(out, call->err, " <span class=\"soft\">%s</span>",
				       e->reason_text));
	return medark_html(out, call->err, "</td>");
}

int medark_log_rows_add(struct medark_call *call, const struct medark_audit_row *row,
			struct medark_buffer *out)
{
	const struct medark_audit_event *e = &row->event;

	MEDARK_TRY(medark_html(out, call->err, "<tr><td class=\"when\">"));
	MEDARK_TRY(medark_log_rows_time(call, e->recorded, out));
	MEDARK_TRY(medark_html(out, call->err, "</td>"));
	MEDARK_TRY(put_who(call, e, out));
	MEDARK_TRY(put_what(call, e, out));
	MEDARK_TRY(medark_html(out, call->err, "<td>%s</td>", has(e->patient) ? e->patient : ""));
	MEDARK_TRY(put_reason(call, e, out));
	return medark_html(out, call->err, "<td>%s</td></tr>", has(e->peer) ? e->peer : "");
}
