/* SPDX-License-Identifier: Apache-2.0 */
/* What an operation is given, and the chart that it is asked for. */
#include "api/api_private.h"

#include <stdio.h>

int medark_api_arguments(struct medark_api_call *call, struct medark_buffer *text,
			 struct medark_form *out)
{
	struct medark_error why = { 0 };
	int code = medark_api_parameters(call, text);

	if (code <= 0)
		return code;
	code = medark_form_parse(out, medark_bytes(text->data, text->size), &why);
	if (code == MEDARK_E_USAGE) {
		MEDARK_TRY(medark_api_error(call, 400, "invalid", why.message));
		return 0;
	}
	return code < 0 ? medark_error_set(call->err, code, "%s", why.message) : 1;
}

int medark_api_chart(struct medark_api_call *call, struct medark_bytes patient,
		     const struct medark_shelf_chart **out)
{
	struct medark_api_access access = { .kind = MEDARK_API_CHART };
	struct medark_error why = { 0 };
	char id[512];
	int code;

	(void)snprintf(id, sizeof(id), "%.*s", (int)(patient.size < 256 ? patient.size : 256),
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
