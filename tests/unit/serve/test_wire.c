/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "serve/wire.h"

#include <string.h>
#include <sys/socket.h>

static struct medark_serve_request some_request(void)
{
	struct medark_serve_request request = {
		.method = MEDARK_SERVE_POST,
		.has_query = true,
		.path = medark_bytes_text("/a%20b"),
		.query = medark_bytes_text("x=1&y"),
		.peer = medark_bytes_text("2001:db8::1"),
		.body = medark_bytes_text("body\n"),
	};

	request.fields[MEDARK_SERVE_HOST] = medark_bytes_text("localhost:8443");
	request.fields[MEDARK_SERVE_PREFER] = medark_bytes_text("");
	return request;
}

/* What a frame holds, behind its head. */
static struct medark_bytes payload_of(const struct medark_buffer *frame, enum medark_wire_type type)
{
	enum medark_wire_type found;
	size_t size;

	assert_int_equal(medark_wire_get_head(frame->data, &found, &size, NULL), 0);
	assert_int_equal(found, type);
	assert_int_equal(size, frame->size - MEDARK_WIRE_HEAD);
	return medark_bytes(frame->data + MEDARK_WIRE_HEAD, size);
}

static void assert_bytes(struct medark_bytes found, const char *expected)
{
	assert_true(medark_bytes_is(found, expected));
}

static void a_request_comes_as_it_went(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER_SECRET(MEDARK_WIRE_MAX);
	struct medark_serve_request in = some_request(), out;

	(void)state;
	assert_int_equal(medark_wire_put_request(&in, &frame, NULL), 0);
	assert_int_equal(
		medark_wire_get_request(payload_of(&frame, MEDARK_WIRE_REQUEST), &out, NULL), 0);
	assert_int_equal(out.method, MEDARK_SERVE_POST);
	assert_true(out.has_query);
	assert_bytes(out.path, "/a%20b");
	assert_bytes(out.query, "x=1&y");
	assert_bytes(out.peer, "2001:db8::1");
	assert_bytes(out.body, "body\n");
	assert_bytes(out.fields[MEDARK_SERVE_HOST], "localhost:8443");
	assert_non_null(out.fields[MEDARK_SERVE_PREFER].data);
	assert_int_equal(out.fields[MEDARK_SERVE_PREFER].size, 0);
	assert_null(out.fields[MEDARK_SERVE_COOKIE].data);
}

static void what_the_vault_would_not_take_is_not_sent(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	struct medark_serve_request in = some_request();
	struct medark_error err;

	(void)state;
	in.fields[MEDARK_SERVE_ACCEPT] = medark_bytes_text("a, ");
	assert_int_equal(medark_wire_put_request(&in, &frame, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, "a request's header field is malformed");
	assert_int_equal(frame.size, 0);
}

static void the_largest_request_fits(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER_SECRET(MEDARK_WIRE_HEAD + MEDARK_WIRE_MAX);
	static uint8_t head[MEDARK_SERVE_HEAD_MAX], body[MEDARK_SERVE_BODY_MAX];
	struct medark_serve_request in = { .path = medark_bytes("/", 1) }, out;

	(void)state;
	memset(head, 'h', sizeof(head));
	in.fields[MEDARK_SERVE_COOKIE] = medark_bytes(head, sizeof(head) - 1);
	in.peer = medark_bytes(head, MEDARK_SERVE_PEER_MAX);
	in.body = medark_bytes(body, sizeof(body));
	assert_int_equal(medark_wire_put_request(&in, &frame, NULL), 0);
	assert_int_equal(
		medark_wire_get_request(payload_of(&frame, MEDARK_WIRE_REQUEST), &out, NULL), 0);
	assert_int_equal(out.body.size, sizeof(body));
}

/* Each byte of a request's frame, put to each of some values: taken as something valid, or not. */
static void no_changed_request_breaks_the_contract(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer again = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	static const uint8_t values[] = { 0, 1, 0x0a, 0x20, '#', '?', 0x7f, 0xff };
	struct medark_serve_request in = some_request(), out;
	struct medark_bytes payload;
	size_t refused = 0;

	(void)state;
	assert_int_equal(medark_wire_put_request(&in, &frame, NULL), 0);
	payload = payload_of(&frame, MEDARK_WIRE_REQUEST);
	for (size_t i = 0; i < payload.size; i++) {
		uint8_t *at = frame.data + MEDARK_WIRE_HEAD + i;
		uint8_t before = *at;

		for (size_t k = 0; k < sizeof(values); k++) {
			*at = values[k];
			if (medark_wire_get_request(payload, &out, NULL) < 0) {
				refused++;
				continue;
			}
			again.size = 0;
			assert_int_equal(medark_wire_put_request(&out, &again, NULL), 0);
			assert_memory_equal(again.data + MEDARK_WIRE_HEAD, payload.data,
					    payload.size);
		}
		*at = before;
	}
	assert_true(refused > payload.size);
}

static void no_part_of_a_request_is_one(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	struct medark_serve_request in = some_request(), out;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_wire_put_request(&in, &frame, NULL), 0);
	for (size_t size = 0; size < frame.size - MEDARK_WIRE_HEAD; size++) {
		assert_int_equal(
			medark_wire_get_request(medark_bytes(frame.data + MEDARK_WIRE_HEAD, size),
						&out, &err),
			MEDARK_E_FORMAT);
		assert_string_equal(err.message, "a request's sizes do not add up");
	}
	assert_int_equal(medark_buffer_add(&frame, "x", 1, NULL), 0);
	assert_int_equal(medark_wire_get_request(medark_bytes(frame.data + MEDARK_WIRE_HEAD,
							      frame.size - MEDARK_WIRE_HEAD),
						 &out, &err),
			 MEDARK_E_FORMAT);
}

static void an_answer_comes_as_it_went(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	struct medark_wire_answer out;

	(void)state;
	medark_serve_response_init(&response);
	response.status = 404;
	assert_int_equal(medark_serve_response_header(&response, "Set-Cookie",
						      medark_bytes_text("a=1"), NULL),
			 0);
	assert_int_equal(medark_serve_response_header(&response, "x", medark_bytes_text("y"), NULL),
			 0);
	assert_int_equal(medark_buffer_text(&response.body, "gone", NULL), 0);
	assert_int_equal(medark_wire_put_answer(&response, 0, 0, &frame, NULL), 0);
	assert_int_equal(medark_wire_get_answer(payload_of(&frame, MEDARK_WIRE_ANSWER), &out, NULL),
			 0);
	assert_int_equal(out.status, 404);
	assert_int_equal(out.stream, 0);
	assert_int_equal(out.length, 4);
	assert_int_equal(out.header_count, 2);
	assert_bytes(out.headers[0].name, "Set-Cookie");
	assert_bytes(out.headers[0].value, "a=1");
	assert_bytes(out.headers[1].name, "x");
	assert_bytes(out.headers[1].value, "y");
	assert_bytes(out.body, "gone");
}

static void an_answer_names_its_stream(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frame = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	struct medark_wire_answer out;

	(void)state;
	medark_serve_response_init(&response);
	assert_int_equal(medark_buffer_text(&response.body, "not told here", NULL), 0);
	assert_int_equal(
		medark_wire_put_answer(&response, 7, MEDARK_SERVE_LENGTH_UNKNOWN, &frame, NULL), 0);
	assert_int_equal(medark_wire_get_answer(payload_of(&frame, MEDARK_WIRE_ANSWER), &out, NULL),
			 0);
	assert_int_equal(out.stream, 7);
	assert_true(out.length == MEDARK_SERVE_LENGTH_UNKNOWN);
	assert_int_equal(out.body.size, 0);
}

/* Status, stream, length, headers, size of the body: each as it must not be. */
static void malformed_answers_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *sentence;
	} cases[] = {
		{ "\x00\x64"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\0"
		  "\0\0\0\0",
		  19, "an answer's status is none" },
		{ "\x02\x58"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\0"
		  "\0\0\0\0",
		  19, "an answer's status is none" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\1"
		  "\0"
		  "\0\0\0\0",
		  19, "an answer's body and its length differ" },
		{ "\x00\xc8"
		  "\0\0\0\1"
		  "\0\0\0\0\0\0\0\1"
		  "\0"
		  "\0\0\0\1x",
		  20, "an answer's body and its length differ" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\0"
		  "\0\0\0\1",
		  19, "an answer's sizes do not add up" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\0"
		  "\0\0\0\0x",
		  20, "an answer's sizes do not add up" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\x41"
		  "\0\0\0\0",
		  19, "an answer has too many header fields" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\1"
		  "\0\0\0\0\1\0\2ab\n",
		  25, "an answer's header field is malformed" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\1"
		  "\0\0\0\0\0\0\0",
		  22, "an answer's header field is malformed" },
		{ "\x00\xc8"
		  "\0\0\0\0"
		  "\0\0\0\0\0\0\0\0"
		  "\1"
		  "\0\0\0\0\4\0\1Datex",
		  27, "an answer's header field is malformed" },
	};
	struct medark_wire_answer out;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(medark_wire_get_answer(medark_bytes(cases[i].bytes, cases[i].size),
							&out, &err),
				 MEDARK_E_FORMAT);
		assert_string_equal(err.message, cases[i].sentence);
	}
}

static void a_header_cannot_smuggle_another(void **state)
{
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	static const char *const values[] = {
		"a\r\nSet-Cookie: x", "a\n", "\x7f", " a", "a\tb", ""
	};
	struct medark_error err;

	(void)state;
	medark_serve_response_init(&response);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(medark_serve_response_header(&response, "Location",
							      medark_bytes_text(values[i]), &err),
				 MEDARK_E_USAGE);
		assert_string_equal(err.message,
				    "header 'Location' is empty, or holds what no header may");
	}
	assert_int_equal(response.header_count, 0);
	assert_int_equal(response.block.size, 0);
}

static void headers_have_a_ceiling(void **state)
{
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	static char value[MEDARK_SERVE_BLOCK_MAX];
	struct medark_bytes long_one = medark_bytes(value, sizeof(value));

	(void)state;
	memset(value, 'v', sizeof(value));
	medark_serve_response_init(&response);
	assert_int_equal(medark_serve_response_header(&response, "x", long_one, NULL),
			 MEDARK_E_MEMORY);
	long_one.size--;
	assert_int_equal(medark_serve_response_header(&response, "x", long_one, NULL), 0);
	assert_int_equal(medark_serve_response_header(&response, "y", medark_bytes_text("1"), NULL),
			 MEDARK_E_MEMORY);
	medark_serve_response_clear(&response);
	for (size_t i = 0; i < MEDARK_SERVE_HEADERS_MAX; i++)
		assert_int_equal(
			medark_serve_response_header(&response, "x", medark_bytes_text("1"), NULL),
			0);
	assert_int_equal(medark_serve_response_header(&response, "x", medark_bytes_text("1"), NULL),
			 MEDARK_E_MEMORY);
}

static void frames_have_types_and_sizes(void **state)
{
	static const struct {
		uint8_t head[MEDARK_WIRE_HEAD];
		int code;
	} cases[] = {
		{ { 0, 0, 0, 0, 0 }, MEDARK_E_FORMAT },
		{ { 8, 0, 0, 0, 0 }, MEDARK_E_FORMAT },
		{ { 2, 0, 0, 0, 4 }, 0 },
		{ { 2, 0, 0, 0, 5 }, MEDARK_E_FORMAT },
		{ { 5, 0, 1, 0, 0 }, 0 },
		{ { 5, 0, 1, 0, 1 }, MEDARK_E_FORMAT },
		{ { 5, 0, 0, 0, 0 }, 0 },
		{ { 6, 0, 0, 0, 0 }, 0 },
		{ { 6, 0, 0, 0, 1 }, MEDARK_E_FORMAT },
		{ { 7, 0, 0, 0, 0 }, 0 },
		{ { 1, 0xff, 0, 0, 0 }, MEDARK_E_FORMAT },
		{ { 4, 0, 1, 0x80, 0 }, 0 },
		{ { 4, 0, 1, 0x80, 1 }, MEDARK_E_FORMAT },
	};
	enum medark_wire_type type;
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(medark_wire_get_head(cases[i].head, &type, &size, NULL),
				 cases[i].code);
}

static void frames_go_through_a_socket(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer frames = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer payload = MEDARK_BUFFER(MEDARK_WIRE_MAX);
	enum medark_wire_type type;
	struct medark_error err;
	uint32_t stream;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(medark_wire_put_stream(MEDARK_WIRE_MORE, 0x01020304, &frames, NULL), 0);
	assert_int_equal(
		medark_wire_put_bytes(MEDARK_WIRE_CHUNK, medark_bytes_text("abc"), &frames, NULL),
		0);
	assert_int_equal(
		medark_wire_send(pair[0], medark_bytes(frames.data, frames.size - 1), NULL), 0);
	assert_int_equal(medark_wire_receive(pair[1], &payload, &type, NULL), 1);
	assert_int_equal(type, MEDARK_WIRE_MORE);
	assert_int_equal(
		medark_wire_get_stream(medark_bytes(payload.data, payload.size), &stream, NULL), 0);
	assert_int_equal(stream, 0x01020304);
	close(pair[0]);
	assert_int_equal(medark_wire_receive(pair[1], &payload, &type, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "the other process broke off within a frame");
	assert_int_equal(medark_wire_receive(pair[1], &payload, &type, &err), 0);
	close(pair[1]);
}

static void a_stream_has_a_number(void **state)
{
	uint32_t stream;

	(void)state;
	assert_int_equal(medark_wire_get_stream(medark_bytes("\0\0\0\0", 4), &stream, NULL),
			 MEDARK_E_FORMAT);
	assert_int_equal(medark_wire_get_stream(medark_bytes("\0\0\1", 3), &stream, NULL),
			 MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_comes_as_it_went),
		cmocka_unit_test(what_the_vault_would_not_take_is_not_sent),
		cmocka_unit_test(the_largest_request_fits),
		cmocka_unit_test(no_changed_request_breaks_the_contract),
		cmocka_unit_test(no_part_of_a_request_is_one),
		cmocka_unit_test(an_answer_comes_as_it_went),
		cmocka_unit_test(an_answer_names_its_stream),
		cmocka_unit_test(malformed_answers_are_refused),
		cmocka_unit_test(a_header_cannot_smuggle_another),
		cmocka_unit_test(headers_have_a_ceiling),
		cmocka_unit_test(frames_have_types_and_sizes),
		cmocka_unit_test(frames_go_through_a_socket),
		cmocka_unit_test(a_stream_has_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
