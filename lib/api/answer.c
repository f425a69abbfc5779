/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: OperationOutcomes, and bodies of any length. */
#include "api/api_private.h"

#include "base/secret.h"
#include "base/text.h"

#include <stdlib.h>
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

/* ---- long bodies ---- */

struct body {
	struct medark_buffer text;
	size_t at;
};

static int pull(void *context, struct medark_buffer *out, struct medark_error *err)
{
	struct body *body = context;
	size_t size = body->text.size - body->at;

	if (size == 0)
		return 0;
	size = size < MEDARK_SERVE_CHUNK_MAX ? size : MEDARK_SERVE_CHUNK_MAX;
	MEDARK_TRY(medark_buffer_add(out, body->text.data + body->at, size, err));
	body->at += size;
	return 1;
}

static void pull_free(void *context)
{
	struct body *body = context;

	medark_buffer_clear(&body->text);
	free(body);
}

int medark_api_send(struct medark_api_call *call)
{
	struct medark_serve_response *r = call->response;
	struct body *body;

	MEDARK_TRY(medark_api_header(call, "Content-Type", "application/fhir+json; charset=utf-8"));
	if (call->body.size <= MEDARK_SERVE_BUFFER_MAX)
		return medark_buffer_add(&r->body, call->body.data, call->body.size, call->err);
	body = calloc(1, sizeof(*body));
	if (!body)
		return medark_error_memory(call->err, "an answer");
	body->text = call->body;
	call->body = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_API_BODY_MAX);
	r->pull = pull;
	r->pull_free = pull_free;
	r->context = body;
	r->length = body->text.size;
	return 0;
}
