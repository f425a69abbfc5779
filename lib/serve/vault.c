/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/vault.h"

#include "base/secret.h"
#include "serve/wire.h"

#include <string.h>

/* A body that its client has not taken yet. */
struct stream {
	uint32_t number; /* 0: the place is free */
	struct medark_serve_response response;
	size_t given;  /* of the response's buffer */
	uint64_t left; /* of a length that was told */
};

struct channel {
	int fd;
	unsigned thread;
	const struct medark_serve_handler *handler;
	uint32_t last_number;
	struct medark_buffer in, out;
	struct medark_buffer chunk; /* what a pull gave */
	struct stream streams[MEDARK_VAULT_STREAMS_MAX];
};

static void stream_clear(struct stream *s)
{
	if (!s->number)
		return;
	medark_serve_response_clear(&s->response);
	s->number = 0;
}

static void channel_clear(struct channel *c)
{
	for (size_t i = 0; i < MEDARK_VAULT_STREAMS_MAX; i++)
		stream_clear(&c->streams[i]);
	medark_buffer_clear(&c->in);
	medark_buffer_clear(&c->out);
	medark_buffer_clear(&c->chunk);
}

static void tell(const struct channel *c, const struct medark_error *err)
{
	if (c->handler->failed)
		c->handler->failed(c->handler->context, c->thread, err);
}

static struct stream *find(struct channel *c, uint32_t number)
{
	for (size_t i = 0; i < MEDARK_VAULT_STREAMS_MAX; i++)
		if (c->streams[i].number == number)
			return &c->streams[i];
	return NULL;
}

/* Numbers come round after four thousand million streams; none is given twice at a time. */
static uint32_t next_number(struct channel *c)
{
	do
		c->last_number++;
	while (c->last_number == 0 || find(c, c->last_number));
	return c->last_number;
}

/* The response in place of one that cannot be given. */
static int refuse(struct medark_serve_response *response, unsigned status, const char *sentence,
		  struct medark_error *err)
{
	medark_serve_response_clear(response);
	response->status = status;
	MEDARK_TRY(medark_serve_response_header(
		response, "content-type", medark_bytes_text("text/plain; charset=utf-8"), err));
	if (status == 503)
		MEDARK_TRY(medark_serve_response_header(response, "retry-after",
							medark_bytes_text("5"), err));
	return medark_buffer_text(&response->body, sentence, err);
}

static bool is_long(const struct medark_serve_response *response)
{
	return response->pull || response->body.size > MEDARK_SERVE_CHUNK_MAX;
}

/* A client that takes nothing must not make the vault hold ever more. */
static bool has_room(const struct channel *c, const struct medark_serve_response *response)
{
	size_t held = 0;

	for (size_t i = 0; i < MEDARK_VAULT_STREAMS_MAX; i++)
		held += c->streams[i].number ? c->streams[i].response.held : 0;
	return held == 0 || response->held == 0 ||
	       (held < MEDARK_VAULT_HELD_MAX && response->held <= MEDARK_VAULT_HELD_MAX - held);
}

/* Keeps a long body. The response is the stream's from here on. */
static void keep(struct stream *s, uint32_t number, struct medark_serve_response *response)
{
	s->number = number;
	s->given = 0;
	if (!response->pull)
		response->length = response->body.size;
	s->left = response->length;
	s->response = *response;
	medark_serve_response_init(response);
}

static int put_answer(struct channel *c, struct medark_serve_response *response,
		      struct medark_error *err)
{
	struct stream *s = NULL;

	if (is_long(response)) {
		s = has_room(c, response) ? find(c, 0) : NULL;
		if (!s)
			MEDARK_TRY(refuse(response, 503, "Too many downloads; try again later\n",
					  err));
	}
	if (!s)
		return medark_wire_put_answer(response, 0, 0, &c->out, err);
	keep(s, next_number(c), response);
	return medark_wire_put_answer(&s->response, s->number, s->response.length, &c->out, err);
}

/* A handler's mistake costs one answer, not the conversation. */
static int check(const struct medark_serve_response *response, struct medark_error *err)
{
	if (response->status < 200 || response->status > 599)
		return medark_error_set(err, MEDARK_E_USAGE, "an answer has the status %u",
					response->status);
	if (response->pull && response->body.size)
		return medark_error_set(err, MEDARK_E_USAGE, "an answer has two bodies");
	return 0;
}

static int answer(struct channel *c, struct medark_error *err)
{
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	struct medark_serve_request request;
	struct medark_error failure = { 0 };
	int code;

	medark_serve_response_init(&response);
	MEDARK_TRY(medark_wire_get_request(medark_bytes(c->in.data, c->in.size), &request, err));
	code = c->handler->answer(c->handler->context, c->thread, &request, &response, &failure);
	if (code >= 0)
		code = check(&response, &failure);
	if (code < 0) {
		tell(c, &failure);
		MEDARK_TRY(refuse(&response, 500, "Something went wrong here\n", err));
	}
	return put_answer(c, &response, err);
}

/* The next bytes of a stream: 1, 0 at its end, or negative. */
static int next(struct channel *c, struct stream *s, struct medark_bytes *out,
		struct medark_error *err)
{
	const struct medark_buffer *body = &s->response.body;
	size_t size = body->size - s->given;
	int code;

	if (!s->response.pull) {
		if (size > MEDARK_SERVE_CHUNK_MAX)
			size = MEDARK_SERVE_CHUNK_MAX;
		*out = medark_bytes(size ? body->data + s->given : NULL, size);
		s->given += size;
		return size > 0;
	}
	c->chunk.size = 0;
	code = s->response.pull(s->response.context, &c->chunk, err);
	if (code == 0 && c->chunk.size)
		return medark_error_set(err, MEDARK_E_USAGE, "a body has a part behind its end");
	*out = medark_bytes(c->chunk.data, c->chunk.size);
	return code;
}

/* As `next`, held to the length that the client was told. */
static int next_of_length(struct channel *c, struct stream *s, struct medark_bytes *out,
			  struct medark_error *err)
{
	int code = next(c, s, out, err);

	if (code < 0 || s->response.length == MEDARK_SERVE_LENGTH_UNKNOWN)
		return code;
	if (out->size > s->left || (code == 0 && s->left))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a body is not as long as its length said");
	s->left -= out->size;
	return code;
}

static int more(struct channel *c, struct medark_error *err)
{
	struct medark_error failure = { 0 };
	struct medark_bytes bytes;
	struct stream *s;
	uint32_t number;
	int code;

	MEDARK_TRY(medark_wire_get_stream(medark_bytes(c->in.data, c->in.size), &number, err));
	s = find(c, number);
	if (!s)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"more is wanted of a stream that there is not");
	code = next_of_length(c, s, &bytes, &failure);
	if (code > 0)
		return medark_wire_put_bytes(MEDARK_WIRE_CHUNK, bytes, &c->out, err);
	if (code < 0)
		tell(c, &failure);
	stream_clear(s);
	return medark_wire_put_bytes(code < 0 ? MEDARK_WIRE_ABORT : MEDARK_WIRE_END,
				     medark_bytes(NULL, 0), &c->out, err);
}

static int drop(struct channel *c, struct medark_error *err)
{
	struct stream *s;
	uint32_t number;

	MEDARK_TRY(medark_wire_get_stream(medark_bytes(c->in.data, c->in.size), &number, err));
	s = find(c, number);
	if (!s)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a stream is dropped that there is not");
	stream_clear(s);
	return 0;
}

static int react(struct channel *c, enum medark_wire_type type, struct medark_error *err)
{
	switch (type) {
	case MEDARK_WIRE_REQUEST:
		return answer(c, err);
	case MEDARK_WIRE_MORE:
		return more(c, err);
	case MEDARK_WIRE_DROP:
		return drop(c, err);
	default:
		return medark_error_set(err, MEDARK_E_FORMAT, "the front sent an answer");
	}
}

/* At once, so that a want of memory later costs answers, but not the conversation. */
static int reserve(struct channel *c, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_reserve(&c->in, c->in.limit, err));
	MEDARK_TRY(medark_buffer_reserve(&c->out, c->out.limit, err));
	return medark_buffer_reserve(&c->chunk, c->chunk.limit, err);
}

int medark_vault_serve(int fd, unsigned thread, const struct medark_serve_handler *handler,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct channel *memory = calloc(1, sizeof(*memory));
	enum medark_wire_type type;
	int code;

	if (!memory)
		return medark_error_memory(err, "a channel");
	*memory = (struct channel) {
		.fd = fd,
		.thread = thread,
		.handler = handler,
		.in = MEDARK_BUFFER_SECRET(MEDARK_WIRE_MAX),
		.out = MEDARK_BUFFER_SECRET(MEDARK_WIRE_HEAD + MEDARK_WIRE_MAX),
		.chunk = MEDARK_BUFFER_SECRET(MEDARK_SERVE_CHUNK_MAX),
	};
	code = reserve(memory, err);
	while (code >= 0 && (code = medark_wire_receive(fd, &memory->in, &type, err)) > 0) {
		memory->out.size = 0;
		code = react(memory, type, err);
		if (code >= 0)
			code = medark_wire_send(
				fd, medark_bytes(memory->out.data, memory->out.size), err);
		/* A channel may be idle for hours. */
		medark_secret_wipe(memory->in.data, memory->in.size);
		medark_secret_wipe(memory->out.data, memory->out.size);
	}
	channel_clear(memory);
	return code;
}
