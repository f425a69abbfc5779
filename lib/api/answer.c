/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: OperationOutcomes, and what else is JSON of FHIR. */
#include "api/api_private.h"

#include "base/text.h"
#include "record/fhir_reference.h"

#define ID_MAX 256

#include <string.h>

int medark_api_header(struct medark_api_call *call, const char *name, const char *value)
{
	return medark_serve_response_header(call->response, name, medark_bytes_text(value),
					    call->err);
}

int medark_api_refuse(struct medark_serve_response *response, unsigned status, const char *code,
		      const char *sentence, struct medark_error *err)
{
	struct medark_buffer *body = &response->body;

	response->status = status;
	body->size = 0;
	MEDARK_TRY(medark_serve_response_header(
		response, "Content-Type", medark_bytes_text("application/fhir+json; charset=utf-8"),
		err));
	MEDARK_TRY(medark_buffer_print(body, err,
				       "{\"resourceType\":\"OperationOutcome\",\"issue\":[{"
				       "\"severity\":\"error\",\"code\":\"%s\",\"diagnostics\":",
				       code));
	MEDARK_TRY(medark_text_json(body, medark_bytes_text(sentence), err));
	return medark_buffer_text(body, "}]}", err);
}

int medark_api_error(struct medark_api_call *call, unsigned status, const char *code,
		     const char *sentence)
{
	return medark_api_refuse(call->response, status, code, sentence, call->err);
}

int medark_api_refused(struct medark_api_call *call, unsigned status, const char *code,
		       const char *sentence)
{
	MEDARK_TRY(medark_api_error(call, status, code, sentence));
	return 0;
}

int medark_api_missing(struct medark_api_call *call, struct medark_bytes type,
		       struct medark_bytes id, const char *sentence)
{
	/* Longer ones are no names of records. */
	bool is_name = type.size <= MEDARK_FHIR_TYPE_MAX && id.size <= ID_MAX;
	int gone = is_name ? medark_lineage_is_deleted(medark_shelf_lineage(call->shelf), type, id,
						       call->err)
			   : 0;

	MEDARK_TRY(gone);
	if (gone)
		return medark_api_error(call, 410,
					/* STU3 has no code for it. */
					call->api->setup.is_stu3 ? "not-found" : "deleted",
					"the record was deleted before the archive's time");
	return medark_api_error(call, 404, "not-found", sentence);
}

int medark_api_not_yet(struct medark_api_call *call)
{
	MEDARK_TRY(medark_api_error(call, 503, "transient",
				    "the archive is still being read: try again in some seconds"));
	return medark_api_header(call, "Retry-After", "5");
}

bool medark_api_is_listed(struct medark_bytes types, struct medark_bytes type)
{
	size_t at = 0;

	while (at < types.size) {
		const uint8_t *begin = types.data + at;
		const uint8_t *comma = memchr(begin, ',', types.size - at);
		size_t size = comma ? (size_t)(comma - begin) : types.size - at;

		if (medark_bytes_equal(medark_bytes(begin, size), type))
			return true;
		at += size + 1;
	}
	return types.size == 0;
}

int medark_api_send(struct medark_api_call *call)
{
	MEDARK_TRY(medark_api_header(call, "Content-Type", "application/fhir+json; charset=utf-8"));
	return medark_serve_response_text(call->response, &call->body, call->err);
}

int medark_api_send_made(struct medark_api_call *call, int code, const struct medark_error *why)
{
	if (code == MEDARK_E_USAGE || code == MEDARK_E_MEMORY)
		return medark_api_error(call, 403, "too-costly", why->message);
	if (code < 0)
		return medark_error_set(call->err, code, "%s", why->message);
	return medark_api_send(call);
}
