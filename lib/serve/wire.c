/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/wire.h"

#include <assert.h>
#include <errno.h>
#include <sys/socket.h>

/* Method, query, path, query and peer's sizes, body's size, and each field's. */
#define REQUEST_FIXED (1 + 1 + 3 * 2 + 4 + 2 * MEDARK_SERVE_FIELDS)
/* Status, stream, length, number of headers, body's size. */
#define ANSWER_FIXED (2 + 4 + 8 + 1 + 4)
/* In front of each header: sizes of name and value. */
#define HEADER_FIXED 3
#define ABSENT	     0xffffu

_Static_assert(REQUEST_FIXED + MEDARK_SERVE_HEAD_MAX + MEDARK_SERVE_PEER_MAX +
			       MEDARK_SERVE_BODY_MAX <=
		       MEDARK_WIRE_MAX,
	       "a request fits into a frame");
_Static_assert(ANSWER_FIXED + MEDARK_SERVE_HEADERS_MAX * HEADER_FIXED + MEDARK_SERVE_BLOCK_MAX +
			       MEDARK_SERVE_CHUNK_MAX <=
		       MEDARK_WIRE_MAX,
	       "an answer fits into a frame");
_Static_assert(MEDARK_SERVE_HEAD_MAX < ABSENT, "sizes within a head fit into two bytes");

/* What is left to read. Whoever reads too much gets zeros, and `is_short`. */
struct reader {
	struct medark_bytes left;
	bool is_short;
};

static struct medark_bytes take(struct reader *r, size_t size)
{
	struct medark_bytes taken = { .data = r->left.data, .size = size };

	if (size > r->left.size) {
		r->is_short = true;
		return medark_bytes(NULL, 0);
	}
	if (size)
		r->left.data += size;
	r->left.size -= size;
	return taken;
}

static uint64_t number(struct reader *r, size_t size)
{
	struct medark_bytes bytes = take(r, size);
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.size; i++)
		value = value << 8 | bytes.data[i];
	return value;
}

static int put_number(struct medark_buffer *out, uint64_t value, size_t size,
		      struct medark_error *err)
{
	uint8_t bytes[8];

	medark_put_be64(bytes, value);
	return medark_buffer_add(out, bytes + sizeof(bytes) - size, size, err);
}

static int put_head(struct medark_buffer *out, enum medark_wire_type type, size_t size,
		    struct medark_error *err)
{
	/* All of the frame at once: a secret buffer is copied whenever it grows. */
	MEDARK_TRY(medark_buffer_reserve(out, MEDARK_WIRE_HEAD + size, err));
	MEDARK_TRY(put_number(out, type, 1, err));
	return put_number(out, size, 4, err);
}

static int malformed(struct medark_error *err, const char *what)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "%s", what);
}

/* Is it printable ASCII without any of `without`? Not empty of itself: that is the caller's. */
static bool is_target(struct medark_bytes text, const char *without)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= 0x20 || text.data[i] >= 0x7f || strchr(without, text.data[i]))
			return false;
	return true;
}

static size_t head_size(const struct medark_serve_request *request)
{
	size_t size = request->path.size + request->query.size;

	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++)
		size += request->fields[i].size;
	return size;
}

/* What message.h says of a request. */
static int check_request(const struct medark_serve_request *request, struct medark_error *err)
{
	if (request->path.size == 0 || request->path.data[0] != '/' ||
	    !is_target(request->path, "?#"))
		return malformed(err, "a request's path is malformed");
	if (!is_target(request->query, "#") || (!request->has_query && request->query.size))
		return malformed(err, "a request's query is malformed");
	if (request->peer.size == 0 || request->peer.size > MEDARK_SERVE_PEER_MAX ||
	    !is_target(request->peer, "/?#"))
		return malformed(err, "a request's peer is malformed");
	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++)
		if (!medark_serve_is_value(request->fields[i]))
			return malformed(err, "a request's header field is malformed");
	if (head_size(request) > MEDARK_SERVE_HEAD_MAX ||
	    request->body.size > MEDARK_SERVE_BODY_MAX)
		return malformed(err, "a request is too large");
	return 0;
}

static int put_sizes(const struct medark_serve_request *request, struct medark_buffer *out,
		     struct medark_error *err)
{
	MEDARK_TRY(put_number(out, request->method, 1, err));
	MEDARK_TRY(put_number(out, request->has_query, 1, err));
	MEDARK_TRY(put_number(out, request->path.size, 2, err));
	MEDARK_TRY(put_number(out, request->query.size, 2, err));
	MEDARK_TRY(put_number(out, request->peer.size, 2, err));
	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++) {
		const struct medark_bytes *field = &request->fields[i];

		MEDARK_TRY(put_number(out, field->data ? field->size : ABSENT, 2, err));
	}
	return put_number(out, request->body.size, 4, err);
}

static int put(struct medark_buffer *out, struct medark_bytes bytes, struct medark_error *err)
{
	return medark_buffer_add(out, bytes.data, bytes.size, err);
}

int medark_wire_put_request(const struct medark_serve_request *request, struct medark_buffer *out,
			    struct medark_error *err)
{
	assert(request->method < MEDARK_SERVE_METHODS);
	MEDARK_TRY(check_request(request, err));
	MEDARK_TRY(put_head(
		out, MEDARK_WIRE_REQUEST,
		REQUEST_FIXED + head_size(request) + request->peer.size + request->body.size, err));
	MEDARK_TRY(put_sizes(request, out, err));
	MEDARK_TRY(put(out, request->path, err));
	MEDARK_TRY(put(out, request->query, err));
	MEDARK_TRY(put(out, request->peer, err));
	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++)
		MEDARK_TRY(put(out, request->fields[i], err));
	return put(out, request->body, err);
}

int medark_wire_get_request(struct medark_bytes payload, struct medark_serve_request *out,
			    struct medark_error *err)
{
	struct reader r = { .left = payload };
	struct medark_serve_request request = { 0 };
	size_t path, query, peer, body, fields[MEDARK_SERVE_FIELDS];
	uint64_t method = number(&r, 1);
	uint64_t has_query = number(&r, 1);

	path = number(&r, 2);
	query = number(&r, 2);
	peer = number(&r, 2);
	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++)
		fields[i] = number(&r, 2);
	body = number(&r, 4);
	request.path = take(&r, path);
	request.query = take(&r, query);
	request.peer = take(&r, peer);
	for (size_t i = 0; i < MEDARK_SERVE_FIELDS; i++)
		if (fields[i] != ABSENT)
			request.fields[i] = take(&r, fields[i]);
	request.body = take(&r, body);
	if (r.is_short || r.left.size)
		return malformed(err, "a request's sizes do not add up");
	if (method >= MEDARK_SERVE_METHODS || has_query > 1)
		return malformed(err, "a request's method is malformed");
	request.method = (enum medark_serve_method)method;
	request.has_query = has_query;
	MEDARK_TRY(check_request(&request, err));
	*out = request;
	return 0;
}

int medark_wire_put_answer(const struct medark_serve_response *response, uint32_t stream,
			   uint64_t length, struct medark_buffer *out, struct medark_error *err)
{
	size_t body = stream ? 0 : response->body.size;
	const uint8_t *at = response->block.data;

	assert(response->status >= 200 && response->status <= 599);
	assert(body <= MEDARK_SERVE_CHUNK_MAX);
	MEDARK_TRY(put_head(out, MEDARK_WIRE_ANSWER,
			    ANSWER_FIXED + response->header_count * HEADER_FIXED +
				    response->block.size + body,
			    err));
	MEDARK_TRY(put_number(out, response->status, 2, err));
	MEDARK_TRY(put_number(out, stream, 4, err));
	MEDARK_TRY(put_number(out, stream ? length : body, 8, err));
	MEDARK_TRY(put_number(out, response->header_count, 1, err));
	MEDARK_TRY(put_number(out, body, 4, err));
	for (size_t i = 0; i < response->header_count; i++) {
		size_t size = response->headers[i].name + (size_t)response->headers[i].value;

		MEDARK_TRY(put_number(out, response->headers[i].name, 1, err));
		MEDARK_TRY(put_number(out, response->headers[i].value, 2, err));
		MEDARK_TRY(medark_buffer_add(out, at, size, err));
		at += size;
	}
	return medark_buffer_add(out, response->body.data, body, err);
}

static int get_headers(struct reader *r, struct medark_wire_answer *answer,
		       struct medark_error *err)
{
	size_t block = 0;

	for (size_t i = 0; i < answer->header_count; i++) {
		struct medark_serve_header *header = &answer->headers[i];
		size_t name = number(r, 1), value = number(r, 2);

		header->name = take(r, name);
		header->value = take(r, value);
		block += name + value;
		if (!medark_serve_is_name(header->name) ||
		    !medark_serve_is_answer_value(header->value) ||
		    medark_serve_is_framing(header->name))
			return malformed(err, "an answer's header field is malformed");
	}
	if (block > MEDARK_SERVE_BLOCK_MAX)
		return malformed(err, "an answer's header fields are too large");
	return 0;
}

int medark_wire_get_answer(struct medark_bytes payload, struct medark_wire_answer *out,
			   struct medark_error *err)
{
	struct reader r = { .left = payload };
	size_t body;

	out->status = (unsigned)number(&r, 2);
	out->stream = (uint32_t)number(&r, 4);
	out->length = number(&r, 8);
	out->header_count = number(&r, 1);
	body = number(&r, 4);
	if (out->status < 200 || out->status > 599)
		return malformed(err, "an answer's status is none");
	if (out->header_count > MEDARK_SERVE_HEADERS_MAX)
		return malformed(err, "an answer has too many header fields");
	MEDARK_TRY(get_headers(&r, out, err));
	out->body = take(&r, body);
	if (r.is_short || r.left.size || body > MEDARK_SERVE_CHUNK_MAX)
		return malformed(err, "an answer's sizes do not add up");
	if (out->stream ? body != 0 : out->length != body)
		return malformed(err, "an answer's body and its length differ");
	return 0;
}

int medark_wire_put_stream(enum medark_wire_type type, uint32_t stream, struct medark_buffer *out,
			   struct medark_error *err)
{
	assert(type == MEDARK_WIRE_MORE || type == MEDARK_WIRE_DROP);
	MEDARK_TRY(put_head(out, type, 4, err));
	return put_number(out, stream, 4, err);
}

int medark_wire_put_bytes(enum medark_wire_type type, struct medark_bytes bytes,
			  struct medark_buffer *out, struct medark_error *err)
{
	assert(type == MEDARK_WIRE_CHUNK ? bytes.size <= MEDARK_SERVE_CHUNK_MAX : bytes.size == 0);
	MEDARK_TRY(put_head(out, type, bytes.size, err));
	return put(out, bytes, err);
}

int medark_wire_get_stream(struct medark_bytes payload, uint32_t *out, struct medark_error *err)
{
	struct reader r = { .left = payload };

	*out = (uint32_t)number(&r, 4);
	if (r.is_short || r.left.size || *out == 0)
		return malformed(err, "a stream's number is malformed");
	return 0;
}

int medark_wire_get_head(const uint8_t head[MEDARK_WIRE_HEAD], enum medark_wire_type *out_type,
			 size_t *out_size, struct medark_error *err)
{
	static const struct {
		size_t least, most;
	} sizes[] = {
		[MEDARK_WIRE_REQUEST] = { REQUEST_FIXED, MEDARK_WIRE_MAX },
		[MEDARK_WIRE_MORE] = { 4, 4 },
		[MEDARK_WIRE_DROP] = { 4, 4 },
		[MEDARK_WIRE_ANSWER] = { ANSWER_FIXED, MEDARK_WIRE_MAX },
		[MEDARK_WIRE_CHUNK] = { 0, MEDARK_SERVE_CHUNK_MAX },
		[MEDARK_WIRE_END] = { 0, 0 },
		[MEDARK_WIRE_ABORT] = { 0, 0 },
	};
	struct reader r = { .left = medark_bytes(head, MEDARK_WIRE_HEAD) };
	uint64_t type = number(&r, 1), size = number(&r, 4);

	if (type < MEDARK_WIRE_REQUEST || type > MEDARK_WIRE_ABORT)
		return malformed(err, "a frame's type is none");
	if (size < sizes[type].least || size > sizes[type].most)
		return malformed(err, "a frame's size is not one that it may have");
	*out_type = (enum medark_wire_type)type;
	*out_size = size;
	return 0;
}

int medark_wire_send(int fd, struct medark_bytes frames, struct medark_error *err)
{
	while (frames.size) {
		ssize_t n = send(fd, frames.data, frames.size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot send to the other process");
		frames.data += n;
		frames.size -= (size_t)n;
	}
	return 0;
}

/* Exactly `size` bytes: 1; 0 if the other side is gone before the first. */
static int receive_all(int fd, uint8_t *out, size_t size, struct medark_error *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = recv(fd, out + done, size - done, 0);

		if (n < 0 && errno == EINTR)
			continue;
		/* Whoever ends with something unread resets the connection. */
		if (done == 0 && (n == 0 || (n < 0 && errno == ECONNRESET)))
			return 0;
		if (n < 0)
			return medark_error_errno(err, errno,
						  "cannot receive from the other process");
		if (n == 0)
			return medark_error_set(err, MEDARK_E_SYSTEM,
						"the other process broke off within a frame");
		done += (size_t)n;
	}
	return 1;
}

int medark_wire_receive(int fd, struct medark_buffer *payload, enum medark_wire_type *out,
			struct medark_error *err)
{
	uint8_t head[MEDARK_WIRE_HEAD];
	int code = receive_all(fd, head, sizeof(head), err);
	size_t size;

	if (code <= 0)
		return code;
	MEDARK_TRY(medark_wire_get_head(head, out, &size, err));
	payload->size = 0;
	MEDARK_TRY(medark_buffer_reserve(payload, size, err));
	if (size) {
		code = receive_all(fd, payload->data, size, err);
		if (code == 0)
			return medark_error_set(err, MEDARK_E_SYSTEM,
						"the other process broke off within a frame");
		MEDARK_TRY(code);
	}
	payload->size = size;
	return 1;
}
