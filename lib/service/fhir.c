/* SPDX-License-Identifier: Apache-2.0 */
/* The FHIR API as a part of the service: who may ask, and the rows of the log. */
#include "base/utf8.h"
#include "service/service_private.h"

#include <string.h>

struct gate {
	struct medark_call *call;
	struct medark_reason reason;
};

/*
 * Copies a text as far as a row has room, byte by byte '?' where it is no UTF-8: what is in an
 * address may be anything, and must be no way to an answer that says that the log is broken.
 */
static const char *fit(const char *text, char *out, size_t room)
{
	size_t used = 0, left = text ? strlen(text) : 0;

	if (!text)
		return NULL;
	for (const uint8_t *p = (const uint8_t *)text; left;) {
		size_t size = medark_utf8_sequence(p, left), skip = size ? size : 1;

		if (used + skip >= room)
			break;
		if (size)
			memcpy(out + used, p, size);
		else
			out[used] = '?';
		used += skip;
		p += skip;
		left -= skip;
	}
	out[used] = 0;
	return out;
}

static int pass(void *context, const struct medark_api_access *access, struct medark_error *err)
{
	static const enum medark_audit_kind kinds[] = { [MEDARK_API_READ] = MEDARK_AUDIT_READ,
							[MEDARK_API_SEARCH] = MEDARK_AUDIT_SEARCH,
							[MEDARK_API_CHART] = MEDARK_AUDIT_EXPORT,
							[MEDARK_API_BULK] = MEDARK_AUDIT_EXPORT };
	struct gate *gate = context;
	char patient[MEDARK_AUDIT_PATIENT_MAX + 1], record[MEDARK_AUDIT_RECORD_MAX + 1];
	char query[MEDARK_AUDIT_QUERY_MAX + 1];
	const struct medark_audit_event row = {
		.kind = kinds[access->kind],
		.action = access->kind == MEDARK_API_SEARCH ? 'E' : 'R',
		.outcome = access->is_refused ? MEDARK_AUDIT_REFUSED : MEDARK_AUDIT_DONE,
		.patient = fit(access->patient, patient, sizeof(patient)),
		.record = fit(access->record, record, sizeof(record)),
		.query = fit(access->query, query, sizeof(query)),
		.reason = gate->reason.code,
		.reason_text = gate->reason.text,
		.detail = "FHIR",
	};

	int code = medark_call_audit(gate->call, &row);

	(void)err; /* the call's, which the caller handed in */
	explicit_bzero(query, sizeof(query));
	return code;
}

static bool is_stopping(void *context)
{
	const struct gate *gate = context;

	return medark_serve_is_stopping(gate->call->service->serve);
}

static int refuse(struct medark_call *call, unsigned status, const char *code, const char *sentence)
{
	if (status == 401)
		MEDARK_TRY(medark_call_header(call, "WWW-Authenticate", "Bearer"));
	return medark_api_refuse(call->response, status, code, sentence, call->err);
}

/* What the API can do is no secret. */
static bool is_open(const struct medark_call *call)
{
	return medark_bytes_is(call->request->path, MEDARK_API_PATH "/metadata") ||
	       medark_bytes_is(call->request->path,
			       MEDARK_API_PATH "/.well-known/smart-configuration");
}

int medark_call_fhir(struct medark_call *call)
{
	struct gate gate = { .call = call };
	const struct medark_api_gate passed = { .pass = pass,
						.is_stopping = is_stopping,
						.context = &gate,
						.language = call->language };
	struct medark_error why = { 0 };
	int code = 0;

	if (!is_open(call)) {
		if (!call->has_session || call->who.is_locked)
			return refuse(call, 401, "login",
				      "this needs an access token, or a new one: see "
				      ".well-known/smart-configuration");
		if (!medark_call_may(call, MEDARK_MAY_TREAT))
			return refuse(call, 403, "forbidden", "this account may not read records");
		code = medark_sessions_chart(call->service->sessions, call->token,
					     medark_bytes_text(MEDARK_SERVICE_ALL_CHARTS),
					     call->clock, &gate.reason, &why);
		if (code < 0)
			return refuse(call, 401, "login", "this is no access token");
	}
	return medark_api_answer(call->service->api, call->shelf, call->request, &passed,
				 call->response, call->err);
}

int medark_call_fhir_failed(struct medark_call *call)
{
	medark_serve_response_clear(call->response);
	medark_serve_response_init(call->response);
	return call->has_no_log
		       ? refuse(call, 503, "exception",
				"the audit log cannot be written, and without it nothing is given")
		       : refuse(call, 500, "exception",
				"this could not be read; the reason stands where the service runs");
}
