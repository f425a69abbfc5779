/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for: parameters, the page of a link, the chart of an operation. */
#include "api/api_private.h"

#include <stdio.h>
#include <string.h>

int medark_api_judge(struct medark_api_call *call, int code, const char *issue,
		     const struct medark_error *why)
{
	if (code >= 0)
		return 1;
	if (code != MEDARK_E_USAGE)
		return medark_error_set(call->err, code, "%s", why->message);
	return medark_api_refused(call, 400, issue ? issue : "invalid", why->message);
}

int medark_api_parse(struct medark_api_call *call, struct medark_bytes text,
		     struct medark_form *out)
{
	struct medark_error why = { 0 };
	int code = medark_form_parse(out, text, &why);

	return medark_api_judge(call, code, NULL, &why);
}

int medark_api_arguments(struct medark_api_call *call, struct medark_buffer *text,
			 struct medark_form *out)
{
	int code = medark_api_parameters(call, text);

	return code > 0 ? medark_api_parse(call, medark_bytes(text->data, text->size), out) : code;
}

int medark_api_follow_page(struct medark_api_call *call, struct medark_buffer *text,
			   struct medark_form *form, struct medark_api_cursor *out)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer query = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	struct medark_error why = { 0 };
	size_t i = 0;
	int code;

	while (i < form->count && !medark_bytes_is(form->pairs[i].name, "_page"))
		i++;
	if (i == form->count)
		return 1;
	code = medark_api_token_open(call->api, form->pairs[i].value, &query, out, &why);
	code = medark_api_judge(call, code, "not-found", &why);
	if (code <= 0)
		return code;
	text->size = 0;
	MEDARK_TRY(medark_buffer_add(text, query.data, query.size, call->err));
	return medark_api_parse(call, medark_bytes(text->data, text->size), form);
}

static int fit(struct medark_bytes text, size_t room)
{
	return (int)(text.size < room ? text.size : room);
}

int medark_api_chart(struct medark_api_call *call, struct medark_bytes patient,
		     const struct medark_shelf_chart **out)
{
	struct medark_api_access access = { .kind = MEDARK_API_CHART };
	struct medark_error why = { 0 };
	char id[MEDARK_API_PATIENT_MAX + 1];
	int code;

	(void)snprintf(id, sizeof(id), "%.*s", fit(patient, MEDARK_API_PATIENT_MAX),
		       (const char *)patient.data);
	code = medark_shelf_chart(call->shelf, id, out, &why);
	if (code < 0 && code != MEDARK_E_NOT_FOUND && code != MEDARK_E_USAGE)
		return medark_error_set(call->err, code, "%s", why.message);
	access.patient = code < 0 ? id : (*out)->id;
	/* Of a patient who was deleted with all records an earlier archive still has the row. */
	access.is_refused = code < 0 || !(*out)->records.count;
	MEDARK_TRY(call->gate->pass(call->gate->context, &access, call->err));
	if (!access.is_refused)
		return 1;
	MEDARK_TRY(medark_api_missing(call, call->segments[0], call->segments[1],
				      "the archive has no patient of this id"));
	return 0;
}

void medark_api_record_name(struct medark_bytes type, struct medark_bytes id, char *out,
			    size_t room)
{
	(void)snprintf(out, room, "%.*s/%.*s", (int)(type.size < 256 ? type.size : 256),
		       (const char *)type.data, (int)(id.size < 256 ? id.size : 256),
		       (const char *)id.data);
}

const char *medark_api_owner(struct medark_bytes type, const char *name, const char *owner)
{
	return medark_bytes_is(type, "Patient") ? strchr(name, '/') + 1 : owner;
}
