/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the front and the vault read of each other: a frame's head, and what it holds as a request,
 * an answer, a stream's number. The other side may have been taken over.
 */
#include "forge.h"

#include "serve/wire.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAME_MAX (MEDARK_WIRE_HEAD + MEDARK_WIRE_MAX)

static bool is_head(struct medark_bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= 0x20 || text.data[i] >= 0x7f || text.data[i] == '#')
			return false;
	return true;
}

/* What is taken keeps the contract of message.h, and is written as the same bytes. */
static void try_request(struct medark_bytes payload)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer again = MEDARK_BUFFER(FRAME_MAX);
	struct medark_serve_request request;

	if (medark_wire_get_request(payload, &request, NULL) < 0)
		return;
	forge_expect(request.method < MEDARK_SERVE_METHODS);
	forge_expect(request.path.size && request.path.data[0] == '/' && is_head(request.path));
	forge_expect(is_head(request.query) && (request.has_query || request.query.size == 0));
	forge_expect(request.peer.size && request.peer.size <= MEDARK_SERVE_PEER_MAX);
	forge_expect(request.body.size <= MEDARK_SERVE_BODY_MAX);
	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++)
		forge_expect(medark_serve_is_value(request.fields[i]));
	forge_expect(medark_wire_put_request(&request, &again, NULL) == 0);
	forge_expect(medark_bytes_equal(payload, medark_bytes(again.data + MEDARK_WIRE_HEAD,
							      again.size - MEDARK_WIRE_HEAD)));
}

static bool add(struct medark_serve_response *response, const struct medark_serve_header *header)
{
	char name[MEDARK_SERVE_NAME_MAX + 1] = { 0 };

	memcpy(name, header->name.data, header->name.size);
	return medark_serve_response_header(response, name, header->value, NULL) == 0;
}

static void try_answer(struct medark_bytes payload)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer again = MEDARK_BUFFER(FRAME_MAX);
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	struct medark_wire_answer answer;

	medark_serve_response_init(&response);
	if (medark_wire_get_answer(payload, &answer, NULL) < 0)
		return;
	response.status = answer.status;
	for (size_t i = 0; i < answer.header_count; i++)
		forge_expect(add(&response, &answer.headers[i]));
	forge_expect(medark_buffer_add(&response.body, answer.body.data, answer.body.size, NULL) ==
		     0);
	forge_expect(
		medark_wire_put_answer(&response, answer.stream, answer.length, &again, NULL) == 0);
	forge_expect(medark_bytes_equal(payload, medark_bytes(again.data + MEDARK_WIRE_HEAD,
							      again.size - MEDARK_WIRE_HEAD)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum medark_wire_type type;
	struct medark_bytes payload;
	uint32_t stream;
	size_t told;

	if (size < MEDARK_WIRE_HEAD || medark_wire_get_head(data, &type, &told, NULL) < 0)
		return 0;
	forge_expect(told <= MEDARK_WIRE_MAX);
	/* Whatever size was told, what follows is all that there is. */
	payload = medark_bytes(data + MEDARK_WIRE_HEAD, size - MEDARK_WIRE_HEAD);
	if (type == MEDARK_WIRE_REQUEST)
		try_request(payload);
	else if (type == MEDARK_WIRE_ANSWER)
		try_answer(payload);
	else if (medark_wire_get_stream(payload, &stream, NULL) == 0)
		forge_expect(stream && payload.size == 4);
	return 0;
}
