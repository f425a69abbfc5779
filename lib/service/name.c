/* SPDX-License-Identifier: Apache-2.0 */
/* What a patient is called in lists: name and number. */
#include "service/service_private.h"

#include "archive/patient_row.h"
#include "record/bsn.h"

#include <string.h>

int medark_call_name(struct medark_call *call, const struct medark_patient_row *row,
		     struct medark_buffer *out)
{
	/* FHIR's family has the prefix in it; the extension that tells it apart repeats it. */
	bool has_prefix = *row->prefix && !strstr(row->family, row->prefix);

	if (!*row->family && !*row->given)
		return medark_html(out, call->err, "%s",
				   *row->text ? row->text
					      : medark_word(call->language, MEDARK_WORD_NO_NAME));
	return medark_html(out, call->err, "%s%s%s%s%s", row->family,
			   *row->family && *row->given ? ", " : "", row->given,
			   has_prefix ? " " : "", has_prefix ? row->prefix : "");
}

int medark_call_chart_link(struct medark_call *call, const char *id,
			   const struct medark_patient_row *row, struct medark_buffer *out)
{
	struct medark_bytes patient = medark_bytes_text(id);
	char handle[MEDARK_SESSION_HANDLE_SIZE];

	if (!patient.size || patient.size > MEDARK_SESSION_PATIENT_MAX ||
	    !medark_call_may(call, MEDARK_MAY_TREAT))
		return medark_call_name(call, row, out);
	MEDARK_TRY(medark_sessions_handle(call->service->sessions, call->token, patient,
					  call->clock, handle, call->err));
	MEDARK_TRY(medark_html(out, call->err, "<a href=\"/chart/%s\">", handle));
	MEDARK_TRY(medark_call_name(call, row, out));
	return medark_buffer_text(out, "</a>", call->err);
}

struct number {
	struct medark_call *call;
	uint64_t patient;
	struct medark_buffer *out;
	size_t count; /* identifiers that are no BSN */
	size_t begin; /* of what is appended */
	bool is_own;  /* the practice's: nothing is better */
};

static int look_at(void *context, struct medark_bytes system, struct medark_bytes value,
		   struct medark_error *err)
{
	struct number *n = context;
	const struct medark_service *service = n->call->service;

	if (n->is_own || value.size == 0)
		return 0;
	n->is_own = medark_record_find_is_complete(service->find) &&
		    medark_numbers_is(&service->numbers, n->patient, value);
	n->count += !medark_bsn_is_system(system);
	if (!n->is_own && (n->count != 1 || n->out->size > n->begin))
		return 0;
	n->out->size = n->begin;
	return medark_html(n->out, err, "%b", value);
}

int medark_call_number(struct medark_call *call, const struct medark_patient_row *row,
		       struct medark_buffer *out)
{
	struct number n = { .call = call, .patient = row->number, .out = out, .begin = out->size };

	MEDARK_TRY(medark_patient_row_identifiers(row, look_at, &n, call->err));
	if (n.count > 1 && !n.is_own && !medark_record_find_is_complete(call->service->find))
		out->size = n.begin;
	return 0;
}
