/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patient/[id]/$summary: the International Patient Summary
 * (https://hl7.org/fhir/uv/ips/OperationDefinition-summary.html).
 */
#include "api/api_private.h"

#include "archive/patient_row.h"
#include "ips/document.h"

/* With or without a version behind a bar. */
static bool is_profile(struct medark_bytes text)
{
	const uint8_t *bar = text.size ? memchr(text.data, '|', text.size) : NULL;
	size_t size = bar ? (size_t)(bar - text.data) : text.size;

	return medark_bytes_is(medark_bytes(text.data, size), MEDARK_IPS_BUNDLE);
}

/* 1, or 0 after a refusal. */
static int check(struct medark_api_call *call, const struct medark_form *form)
{
	for (size_t i = 0; i < form->count; i++) {
		if (!medark_bytes_is(form->pairs[i].name, "profile") ||
		    is_profile(form->pairs[i].value))
			continue;
		return medark_api_refused(call, 400, "not-supported",
					  "summaries are of one profile: " MEDARK_IPS_BUNDLE);
	}
	return 1;
}

static int put_document(struct medark_api_call *call, const struct medark_shelf_chart *chart)
{
	const struct medark_api_setup *setup = &call->api->setup;
	const struct medark_view_chart view = { .records = &chart->records,
						.language = call->gate->language,
						.facts = medark_patient_row_facts(chart->row),
						.on = setup->created };
	const struct medark_ips_terms terms = { .base = *setup->home ? setup->home : setup->base,
						.archive = setup->archive,
						.created = setup->created };
	MEDARK_AUTO(medark_ips_clear) struct medark_ips ips = { 0 };

	MEDARK_TRY(medark_ips_init(&ips, &view, call->err));
	if (!ips.patient)
		return medark_api_error(call, 422, "incomplete",
					"the archive has no Patient of this id in JSON, and a "
					"summary has to have one");
	MEDARK_TRY(medark_ips_document(&ips, &terms, &call->body, call->err));
	return medark_api_send(call);
}

int medark_api_summary(struct medark_api_call *call, struct medark_bytes patient)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer query = MEDARK_BUFFER_SECRET(MEDARK_API_QUERY_ROOM);
	MEDARK_AUTO(medark_form_clear) struct medark_form form = { 0 };
	const struct medark_shelf_chart *chart = NULL;
	int code = medark_api_arguments(call, &query, &form);

	if (code <= 0)
		return code;
	code = check(call, &form);
	if (code <= 0)
		return code;
	code = medark_api_chart(call, patient, &chart);
	return code <= 0 ? code : put_document(call, chart);
}
