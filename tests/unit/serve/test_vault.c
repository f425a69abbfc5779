/* SPDX-License-Identifier: Apache-2.0 */
/* The vault's end of a channel, whose other end is the test: a front as it should be, and not. */
#include "../test.h"

#include "serve/vault.h"
#include "serve/wire.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

/* What the handler does, and what it was told and has seen. */
struct play {
	size_t body;	 /* bytes of a body in memory */
	size_t waits;	 /* so many pulls give nothing yet, then */
	size_t pulls;	 /* or so many times "abc" */
	uint64_t length; /* that is told of those */
	size_t held;	 /* that they are said to keep in memory */
	unsigned status;
	bool fails, pull_fails;	  /* instead */
	unsigned freed, failures; /* so many times */
	char failure[MEDARK_ERROR_MAX];
};

static int pull(void *context, struct medark_buffer *out, struct medark_error *err)
{
	struct play *p = context;

	if (p->waits) {
		p->waits--;
		return 1;
	}
	if (p->pulls == 0)
		return p->pull_fails ? medark_error_set(err, MEDARK_E_SOURCE, "no more") : 0;
	p->pulls--;
	MEDARK_TRY(medark_buffer_text(out, "abc", err));
	return 1;
}

static void pull_free(void *context)
{
	((struct play *)context)->freed++;
}

static int answer(void *context, unsigned thread, const struct medark_serve_request *request,
		  struct medark_serve_response *response, struct medark_error *err)
{
	struct play *p = context;

	assert_int_equal(thread, 5);
	assert_true(medark_bytes_is(request->path, "/x"));
	MEDARK_TRY(medark_serve_response_header(response, "X-Of", medark_bytes_text("it"), err));
	if (p->pulls || p->pull_fails) {
		response->pull = pull;
		response->pull_free = pull_free;
		response->context = p;
		response->length = p->length;
		response->held = p->held;
	}
	if (p->status)
		response->status = p->status;
	if (p->fails)
		return medark_error_set(err, MEDARK_E_SYSTEM, "a secret reason");
	MEDARK_TRY(medark_buffer_reserve(&response->body, p->body, err));
	if (p->body)
		memset(response->body.data, 'b', p->body);
	response->body.size = p->body;
	return 0;
}

static void failed(void *context, unsigned thread, const struct medark_error *err)
{
	struct play *p = context;

	assert_int_equal(thread, 5);
	p->failures++;
	memcpy(p->failure, err->message, sizeof(p->failure));
}

/* A vault in a thread of its own, and the front's end. */
struct vault {
	int pair[2];
	pthread_t thread;
	struct medark_serve_handler handler;
	int code;
	struct medark_error error;
	struct medark_buffer out, in;
	enum medark_wire_type type; /* of what is in `in` */
};

static void *serve(void *context)
{
	struct vault *v = context;

	v->code = medark_vault_serve(v->pair[1], 5, &v->handler, &v->error);
	(void)shutdown(v->pair[1], SHUT_RDWR);
	return NULL;
}

static void begin(struct vault *v, struct play *p)
{
	memset(v, 0, sizeof(*v));
	v->handler = (struct medark_serve_handler) { answer, failed, p };
	v->in.limit = v->out.limit = MEDARK_WIRE_HEAD + MEDARK_WIRE_MAX;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, v->pair), 0);
	assert_int_equal(pthread_create(&v->thread, NULL, serve, v), 0);
}

static int end(struct vault *v)
{
	(void)shutdown(v->pair[0], SHUT_WR);
	assert_int_equal(pthread_join(v->thread, NULL), 0);
	close(v->pair[0]);
	close(v->pair[1]);
	medark_buffer_clear(&v->in);
	medark_buffer_clear(&v->out);
	return v->code;
}

/* Sends what is in `out`; 1 and what comes back, or 0 if the vault has ended. */
static int exchange(struct vault *v)
{
	assert_int_equal(medark_wire_send(v->pair[0], medark_bytes(v->out.data, v->out.size), NULL),
			 0);
	v->out.size = 0;
	return medark_wire_receive(v->pair[0], &v->in, &v->type, NULL);
}

static struct medark_wire_answer request(struct vault *v)
{
	struct medark_serve_request r = {
		.path = medark_bytes_text("/x"),
		.peer = medark_bytes_text("192.0.2.7"),
	};
	struct medark_wire_answer out;

	assert_int_equal(medark_wire_put_request(&r, &v->out, NULL), 0);
	assert_int_equal(exchange(v), 1);
	assert_int_equal(v->type, MEDARK_WIRE_ANSWER);
	assert_int_equal(medark_wire_get_answer(medark_bytes(v->in.data, v->in.size), &out, NULL),
			 0);
	return out;
}

static int ask_more(struct vault *v, uint32_t stream)
{
	assert_int_equal(medark_wire_put_stream(MEDARK_WIRE_MORE, stream, &v->out, NULL), 0);
	return exchange(v);
}

static void drop(struct vault *v, uint32_t stream)
{
	assert_int_equal(medark_wire_put_stream(MEDARK_WIRE_DROP, stream, &v->out, NULL), 0);
}

static void short_bodies_come_at_once(void **state)
{
	struct play p = { .body = MEDARK_SERVE_CHUNK_MAX };
	struct medark_wire_answer a;
	struct vault v;

	(void)state;
	begin(&v, &p);
	a = request(&v);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.stream, 0);
	assert_int_equal(a.body.size, MEDARK_SERVE_CHUNK_MAX);
	assert_int_equal(a.header_count, 1);
	assert_int_equal(end(&v), 0);
}

static void longer_ones_come_as_they_are_asked_for(void **state)
{
	struct play p = { .body = MEDARK_SERVE_CHUNK_MAX + 1 };
	struct medark_wire_answer a;
	struct vault v;

	(void)state;
	begin(&v, &p);
	a = request(&v);
	assert_int_equal(a.length, MEDARK_SERVE_CHUNK_MAX + 1);
	assert_int_equal(ask_more(&v, a.stream), 1);
	assert_int_equal(v.type, MEDARK_WIRE_CHUNK);
	assert_int_equal(v.in.size, MEDARK_SERVE_CHUNK_MAX);
	assert_int_equal(ask_more(&v, a.stream), 1);
	assert_int_equal(v.in.size, 1);
	assert_int_equal(ask_more(&v, a.stream), 1);
	assert_int_equal(v.type, MEDARK_WIRE_END);
	assert_int_equal(end(&v), 0);
}

static void streams_do_not_mix(void **state)
{
	struct play p = { .pulls = 4, .length = MEDARK_SERVE_LENGTH_UNKNOWN };
	struct medark_wire_answer a, b;
	struct vault v;

	(void)state;
	begin(&v, &p);
	a = request(&v);
	b = request(&v);
	assert_int_not_equal(a.stream, b.stream);
	assert_int_equal(ask_more(&v, a.stream), 1);
	assert_int_equal(ask_more(&v, b.stream), 1);
	assert_memory_equal(v.in.data, "abc", 3);
	drop(&v, a.stream);
	assert_int_equal(ask_more(&v, b.stream), 1);
	assert_int_equal(p.freed, 1);
	assert_int_equal(end(&v), 0);
	assert_int_equal(p.freed, 2);
}

static void a_pull_may_take_its_time(void **state)
{
	struct play p = { .waits = 2, .pulls = 1, .length = MEDARK_SERVE_LENGTH_UNKNOWN };
	struct medark_wire_answer a;
	struct vault v;

	(void)state;
	begin(&v, &p);
	a = request(&v);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(ask_more(&v, a.stream), 1);
		assert_int_equal(v.type, MEDARK_WIRE_CHUNK);
		assert_int_equal(v.in.size, i == 2 ? 3 : 0);
	}
	assert_int_equal(ask_more(&v, a.stream), 1);
	assert_int_equal(v.type, MEDARK_WIRE_END);
	assert_int_equal(end(&v), 0);
	assert_int_equal(p.failures, 0);
}

static void a_length_is_kept(void **state)
{
	static const uint64_t lengths[] = { 5, 7 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct play p = { .pulls = 2, .length = lengths[i] };
		struct medark_wire_answer a;
		struct vault v;

		begin(&v, &p);
		a = request(&v);
		assert_int_equal(ask_more(&v, a.stream), 1);
		assert_int_equal(v.type, MEDARK_WIRE_CHUNK);
		assert_int_equal(ask_more(&v, a.stream), 1);
		if (i == 1)
			assert_int_equal(ask_more(&v, a.stream), 1);
		assert_int_equal(v.type, MEDARK_WIRE_ABORT);
		assert_int_equal(p.freed, 1);
		assert_int_equal(end(&v), 0);
		assert_string_equal(p.failure, "a body is not as long as its length said");
	}
}

static void failures_are_told_to_the_caller_alone(void **state)
{
	struct play p = { .fails = true, .pulls = 1 };
	struct medark_wire_answer a;
	struct vault v;

	(void)state;
	begin(&v, &p);
	a = request(&v);
	assert_int_equal(a.status, 500);
	assert_true(medark_bytes_is(a.body, "Something went wrong here\n"));
	assert_int_equal(end(&v), 0);
	assert_int_equal(p.freed, 1);
	assert_int_equal(p.failures, 1);
	assert_string_equal(p.failure, "a secret reason");
}

static void a_handlers_mistakes_cost_one_answer(void **state)
{
	struct play p = { .status = 99 };
	struct vault v;

	(void)state;
	begin(&v, &p);
	assert_int_equal(request(&v).status, 500);
	p = (struct play) { .body = 1, .pulls = 1 };
	assert_int_equal(request(&v).status, 500);
	assert_int_equal(p.failures, 1);
	assert_string_equal(p.failure, "an answer has two bodies");
	p = (struct play) { .body = 1 };
	assert_int_equal(request(&v).status, 200);
	assert_int_equal(end(&v), 0);
}

static void a_body_may_break_off(void **state)
{
	struct play p = { .pull_fails = true, .length = MEDARK_SERVE_LENGTH_UNKNOWN };
	struct medark_wire_answer a;
	struct vault v;

	(void)state;
	begin(&v, &p);
	a = request(&v);
	assert_int_equal(ask_more(&v, a.stream), 1);
	assert_int_equal(v.type, MEDARK_WIRE_ABORT);
	assert_int_equal(end(&v), 0);
	assert_string_equal(p.failure, "no more");
	assert_int_equal(p.freed, 1);
}

static void streams_have_a_ceiling(void **state)
{
	struct play p = { .pulls = 1000, .length = MEDARK_SERVE_LENGTH_UNKNOWN };
	struct medark_wire_answer a;
	uint32_t first = 0;
	struct vault v;

	(void)state;
	begin(&v, &p);
	for (int i = 0; i < MEDARK_VAULT_STREAMS_MAX; i++) {
		a = request(&v);
		assert_int_equal(a.status, 200);
		first = first ? first : a.stream;
	}
	assert_int_equal(request(&v).status, 503);
	assert_int_equal(p.freed, 1);
	drop(&v, first);
	assert_int_equal(request(&v).status, 200);
	assert_int_equal(end(&v), 0);
	assert_int_equal(p.freed, 2 + MEDARK_VAULT_STREAMS_MAX);
}

static void so_has_what_streams_hold_in_memory(void **state)
{
	struct play p = { .pulls = 1000,
			  .length = MEDARK_SERVE_LENGTH_UNKNOWN,
			  .held = MEDARK_VAULT_HELD_MAX + 1 };
	struct medark_wire_answer a;
	struct vault v;

	(void)state;
	begin(&v, &p);
	/* One alone may be longer; then nothing else is held beside it. */
	a = request(&v);
	assert_int_equal(a.status, 200);
	p.held = 1;
	assert_int_equal(request(&v).status, 503);
	assert_int_equal(p.freed, 1);
	p.held = 0;
	assert_int_equal(request(&v).status, 200);
	drop(&v, a.stream);
	p.held = MEDARK_VAULT_HELD_MAX / 2;
	assert_int_equal(request(&v).status, 200);
	assert_int_equal(request(&v).status, 200);
	assert_int_equal(request(&v).status, 503);
	assert_int_equal(end(&v), 0);
}

static void a_front_that_is_none_ends_it(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		int code;
		const char *sentence;
	} cases[] = {
		{ "\2\0\0\0\4\0\0\0\1", 9, MEDARK_E_FORMAT,
		  "more is wanted of a stream that there is not" },
		{ "\3\0\0\0\4\0\0\0\1", 9, MEDARK_E_FORMAT,
		  "a stream is dropped that there is not" },
		{ "\3\0\0\0\4\0\0\0\0", 9, MEDARK_E_FORMAT, "a stream's number is malformed" },
		{ "\6\0\0\0\0", 5, MEDARK_E_FORMAT, "the front sent an answer" },
		{ "GET /", 5, MEDARK_E_FORMAT, "a frame's type is none" },
		{ "\1\xff\xff\xff\xff", 5, MEDARK_E_FORMAT,
		  "a frame's size is not one that it may have" },
		{ "\2\0\0\0\4\0", 6, MEDARK_E_SYSTEM,
		  "the other process broke off within a frame" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct play p = { 0 };
		struct vault v;

		begin(&v, &p);
		assert_int_equal(medark_wire_send(v.pair[0],
						  medark_bytes(cases[i].bytes, cases[i].size),
						  NULL),
				 0);
		assert_int_equal(end(&v), cases[i].code);
		assert_string_equal(v.error.message, cases[i].sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_bodies_come_at_once),
		cmocka_unit_test(longer_ones_come_as_they_are_asked_for),
		cmocka_unit_test(streams_do_not_mix),
		cmocka_unit_test(a_pull_may_take_its_time),
		cmocka_unit_test(a_length_is_kept),
		cmocka_unit_test(failures_are_told_to_the_caller_alone),
		cmocka_unit_test(a_handlers_mistakes_cost_one_answer),
		cmocka_unit_test(a_body_may_break_off),
		cmocka_unit_test(streams_have_a_ceiling),
		cmocka_unit_test(so_has_what_streams_hold_in_memory),
		cmocka_unit_test(a_front_that_is_none_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
