/* SPDX-License-Identifier: Apache-2.0 */
/* Against a server of a few lines on this machine. TLS has tests of its own, with a real server. */
#include "../test.h"

#include "net/http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the server says to the next connections, one each, and what it was asked. */
static struct {
	int listener;
	uint16_t port;
	pthread_t thread;
	const char *answers[8];
	size_t count;
	char asked[8][4096];
} server;

static struct medark_http *http;

static void answer(int fd, size_t i)
{
	size_t used = 0;
	ssize_t n;
	char *body;

	do {
		n = recv(fd, server.asked[i] + used, sizeof(server.asked[i]) - 1 - used, 0);
		used += n > 0 ? (size_t)n : 0;
		body = strstr(server.asked[i], "\r\n\r\n");
	} while (n > 0 && !body);
	(void)send(fd, server.answers[i], strlen(server.answers[i]), MSG_NOSIGNAL);
}

static void *serve(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < server.count; i++) {
		int fd = accept(server.listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		answer(fd, i);
		(void)close(fd);
	}
	return NULL;
}

/* Answers one connection after the other with these texts. */
static void say(size_t count, const char *const *answers)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	memset(server.asked, 0, sizeof(server.asked));
	memcpy(server.answers, answers, count * sizeof(*answers));
	server.count = count;
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server.listener, (void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server.listener, 8), 0);
	assert_int_equal(getsockname(server.listener, (void *)&address, &size), 0);
	server.port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&server.thread, NULL, serve, NULL), 0);
}

static void hush(void)
{
	(void)shutdown(server.listener, SHUT_RDWR);
	(void)pthread_join(server.thread, NULL);
	(void)close(server.listener);
}

static struct medark_http_transfer *run(struct medark_http_request *request, const char *path)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	struct medark_http_transfer *started = NULL, *ended = NULL;
	struct medark_error err = { 0 };
	char text[128];

	(void)snprintf(text, sizeof(text), "http://127.0.0.1:%u%s", server.port, path);
	assert_int_equal(medark_url_parse(text, &url, &err), 0);
	request->url = &url;
	assert_int_equal(medark_http_start(http, request, &started, &err), 0);
	assert_int_equal(medark_http_next(http, 20, &ended, &err), 1);
	assert_ptr_equal(started, ended);
	assert_int_equal(medark_http_next(http, 1, &ended, &err), 0);
	return started;
}

static void an_answer_comes_with_status_headers_and_body(void **state)
{
	static const char *const answers[] = { "HTTP/1.1 202 Accepted\r\n"
					       "Content-Length: 5\r\n"
					       "Content-LOCATION:  /job/1 \r\n"
					       "X-Progress: a\r\nX-Progress: b\r\n\r\nhello" };
	static const char *const headers[] = { "Accept: application/fhir+json",
					       "Prefer: respond-async" };
	struct medark_http_request request = { .body_max = 100,
					       .authorization = "Bearer abc",
					       .headers = headers,
					       .header_count = 2 };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	const struct medark_http_response *r;

	(void)state;
	say(1, answers);
	t = run(&request, "/fhir/$export?_x=1");
	r = medark_http_response(t);
	assert_int_equal(r->status, 202);
	assert_int_equal(r->failure.code, 0);
	assert_string_equal((const char *)r->body.data, "hello");
	assert_int_equal(r->received, 5);
	assert_true(medark_bytes_is(medark_http_header(r, "content-location"), "/job/1"));
	assert_true(medark_bytes_is(medark_http_header(r, "x-progress"), "b"));
	assert_int_equal(medark_http_header(r, "retry-after").size, 0);
	hush();
	assert_ptr_equal(strstr(server.asked[0], "GET /fhir/$export?_x=1 HTTP/1.1\r\n"),
			 server.asked[0]);
	assert_non_null(strstr(server.asked[0], "\r\nAuthorization: Bearer abc\r\n"));
	assert_non_null(strstr(server.asked[0], "\r\nPrefer: respond-async\r\n"));
	assert_non_null(strstr(server.asked[0], "\r\nAccept-Encoding: gzip\r\n"));
}

static void a_body_is_sent(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
	};
	struct medark_http_request post = { .content_type = "application/json",
					    .body = medark_bytes_text("{\"a\":1}") };
	struct medark_http_request delete = { .method = "DELETE" };
	struct medark_http_transfer *t;

	(void)state;
	say(2, answers);
	t = run(&post, "/");
	assert_int_equal(medark_http_response(t)->status, 204);
	medark_http_transfer_free(t);
	t = run(&delete, "/job");
	assert_int_equal(medark_http_response(t)->status, 202);
	medark_http_transfer_free(t);
	hush();
	assert_ptr_equal(strstr(server.asked[0], "POST / HTTP/1.1\r\n"), server.asked[0]);
	assert_non_null(strstr(server.asked[0], "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(server.asked[0], "\r\nContent-Length: 7\r\n"));
	assert_null(strstr(server.asked[0], "\r\nExpect:"));
	assert_ptr_equal(strstr(server.asked[1], "DELETE /job HTTP/1.1\r\n"), server.asked[1]);
}

struct taken {
	char text[64];
	size_t size;
	int stop_with;
};

static int take(void *context, struct medark_bytes part, struct medark_error *err)
{
	struct taken *taken = context;

	if (taken->stop_with)
		return medark_error_set(err, taken->stop_with, "no more room");
	assert_true(taken->size + part.size < sizeof(taken->text));
	memcpy(taken->text + taken->size, part.data, part.size);
	taken->size += part.size;
	return 0;
}

static void a_sink_takes_good_bodies_and_no_others(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nrow\n",
		"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!",
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nrow\n",
	};
	struct taken taken = { 0 };
	struct medark_http_request request = { .sink = take, .context = &taken, .body_max = 100 };
	struct medark_http_transfer *t;

	(void)state;
	say(3, answers);
	t = run(&request, "/1");
	assert_int_equal(medark_http_response(t)->status, 200);
	assert_int_equal(medark_http_response(t)->failure.code, 0);
	assert_int_equal(medark_http_response(t)->body.size, 0);
	assert_string_equal(taken.text, "row\n");
	medark_http_transfer_free(t);
	t = run(&request, "/2");
	assert_int_equal(medark_http_response(t)->status, 403);
	assert_string_equal((const char *)medark_http_response(t)->body.data, "no!");
	assert_string_equal(taken.text, "row\n");
	medark_http_transfer_free(t);
	taken.stop_with = MEDARK_E_SYSTEM;
	t = run(&request, "/3");
	assert_true(medark_http_response(t)->is_stopped);
	assert_int_equal(medark_http_response(t)->failure.code, MEDARK_E_SYSTEM);
	assert_string_equal(medark_http_response(t)->failure.message, "no more room");
	medark_http_transfer_free(t);
	hush();
}

/* How a request of /secret?sig=canary fails; the sentence names the origin and no more. */
static void expect_failure(const char *text, unsigned status, bool is_transient,
			   const char *sentence)
{
	struct medark_http_request request = { .body_max = 8 };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	struct medark_http_response *r;
	char wanted[256];

	say(1, &text);
	t = run(&request, "/secret?sig=canary");
	r = medark_http_response(t);
	hush();
	(void)snprintf(wanted, sizeof(wanted), "http://127.0.0.1:%u: %s", server.port, sentence);
	assert_string_equal(r->failure.message, wanted);
	assert_int_equal(r->status, status);
	assert_int_equal(r->is_transient, is_transient);
}

static void what_does_not_come_whole_is_no_answer(void **state)
{
	(void)state;
	expect_failure("", 0, true, "the connection broke off");
	expect_failure("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nabc", 200, true,
		       "the answer ended before its announced end");
	expect_failure("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 200,
		       true, "the answer ended before its announced end");
	expect_failure("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
		       200, true, "its compressed answer is broken");
}

static void a_body_without_end_is_cut_off(void **state)
{
	struct medark_http_request request = { .body_max = 8 };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	static const char *const answers[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789"
	};

	(void)state;
	say(1, answers);
	t = run(&request, "/");
	hush();
	assert_int_equal(medark_http_response(t)->failure.code, MEDARK_E_REMOTE);
	assert_non_null(strstr(medark_http_response(t)->failure.message,
			       ": its answer is longer than allowed (8 bytes)"));
	assert_true(medark_http_response(t)->is_stopped);
	assert_false(medark_http_response(t)->is_transient);
}

static void nobody_answers(void **state)
{
	static const char *const answers[] = { "" };
	struct medark_http_request request = { 0 };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	char wanted[128];

	(void)state;
	say(1, answers);
	hush();
	t = run(&request, "/");
	(void)snprintf(wanted, sizeof(wanted), "http://127.0.0.1:%u: nobody answers there",
		       server.port);
	assert_string_equal(medark_http_response(t)->failure.message, wanted);
	assert_true(medark_http_response(t)->is_transient);
}

static int stop_waiting(void *context, struct medark_error *err)
{
	(void)context;
	return medark_error_set(err, MEDARK_E_INTERRUPTED, "interrupted");
}

static void waiting_can_be_ended(void **state)
{
	const struct medark_http_setup setup = { .poll = stop_waiting };
	MEDARK_AUTO(medark_http_free) struct medark_http *own = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_http_new(&setup, &own, &err), 0);
	assert_int_equal(medark_http_sleep(own, 3600, &err), MEDARK_E_INTERRUPTED);
}

static void headers_hold_no_line_ends(void **state)
{
	static const char *const headers[] = { "X-Name: a\r\nX-Other: b" };
	const struct medark_http_request both[] = { { .headers = headers, .header_count = 1 },
						    { .authorization = "Bearer a\nb" } };
	MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_url_parse("http://127.0.0.1/", &url, &err), 0);
	for (size_t i = 0; i < 2; i++) {
		struct medark_http_request request = both[i];
		struct medark_http_transfer *t = NULL;

		request.url = &url;
		assert_int_equal(medark_http_start(http, &request, &t, &err), MEDARK_E_USAGE);
		assert_string_equal(err.message, "a header holds a control character");
		assert_null(t);
	}
}

/* What a client of a server at `origin`, which lies in `place`, meets at the test's own. */
static struct medark_http_transfer *meet(struct medark_http_home *home, bool is_named)
{
	const struct medark_http_setup setup = { .home = home };
	struct medark_http_request request = { .body_max = 100, .is_named = is_named };
	struct medark_http *usual = http;
	struct medark_http_transfer *t;
	struct medark_error err = { 0 };

	assert_int_equal(medark_http_new(&setup, &http, &err), 0);
	t = run(&request, "/");
	medark_http_free(http);
	http = usual;
	return t;
}

/* Whoever leads here is on the internet, say: the connection must not even be tried. */
static void a_server_does_not_lead_closer_than_it_is(void **state)
{
	static const char *const answers[] = { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };
	char wanted[256];

	(void)state;
	for (int place = MEDARK_PLACE_PUBLIC; place <= MEDARK_PLACE_MACHINE; place++) {
		struct medark_http_home home = { "https://h.example", (enum medark_place)place };
		bool may = place == MEDARK_PLACE_MACHINE;

		for (int is_named = 0; is_named < 2; is_named++) {
			MEDARK_AUTO(medark_http_transfer_free)
			struct medark_http_transfer *t = NULL;
			const struct medark_http_response *r;

			say(1, answers);
			t = meet(&home, is_named);
			hush();
			r = medark_http_response(t);
			assert_int_equal(r->status, may || is_named ? 200 : 0);
			assert_int_equal(server.asked[0][0] != '\0', may || is_named);
			assert_false(r->is_transient);
			(void)snprintf(wanted, sizeof(wanted),
				       "http://127.0.0.1:%u lies in a closer network than the "
				       "server that leads there: it is not asked",
				       server.port);
			assert_string_equal(r->failure.message, may || is_named ? "" : wanted);
			assert_int_equal(home.place, place);
		}
	}
}

static void where_a_server_lies_is_learned_from_its_answers(void **state)
{
	static const char *const answers[] = { "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n" };
	static const char *const nothing[] = { "" };
	struct medark_http_home home = { .place = MEDARK_PLACE_PUBLIC };

	(void)state;
	for (int i = 0; i < 2; i++) {
		MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
		MEDARK_AUTO(medark_url_clear) struct medark_url url = { 0 };
		char text[64];

		say(1, i ? answers : nothing);
		(void)snprintf(text, sizeof(text), "http://127.0.0.1:%u/fhir", server.port);
		assert_int_equal(medark_url_parse(text, &url, NULL), 0);
		medark_http_home_init(&home, &url);
		t = meet(&home, false);
		hush();
		assert_int_equal(home.place, i ? MEDARK_PLACE_MACHINE : MEDARK_PLACE_PUBLIC);
	}
}

static void check_end(const char *answer, bool is_change, bool is_whole, bool is_open)
{
	const char *const answers[] = { answer };
	struct medark_http_request request = { .body_max = 100,
					       .method = is_change ? "DELETE" : NULL };
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;
	const struct medark_http_response *r;

	say(1, answers);
	t = run(&request, "/");
	hush();
	r = medark_http_response(t);
	assert_int_equal(r->status, 200);
	assert_int_equal(r->is_change, is_change);
	assert_int_equal(r->failure.code == 0, is_whole);
	assert_int_equal(r->is_open_ended, is_open);
}

static void whether_a_body_is_whole_is_known_or_not(void **state)
{
	(void)state;
	check_end("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false, true, false);
	check_end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, true, false);
	check_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		  false, true, false);
	check_end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", false, true, true);
	check_end("HTTP/1.0 200 OK\r\n\r\nabc", false, true, true);
	check_end("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", false,
		  false, false);
	check_end("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", false, false, false);
	check_end("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", true,
		  true, false);
}

static int set_up(void **state)
{
	const struct medark_http_setup setup = { .connect_seconds = 10, .silence_seconds = 10 };
	struct medark_error err = { 0 };

	(void)state;
	return medark_http_new(&setup, &http, &err);
}

static int tear_down(void **state)
{
	(void)state;
	medark_http_free(http);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_with_status_headers_and_body),
		cmocka_unit_test(a_body_is_sent),
		cmocka_unit_test(a_sink_takes_good_bodies_and_no_others),
		cmocka_unit_test(what_does_not_come_whole_is_no_answer),
		cmocka_unit_test(a_body_without_end_is_cut_off),
		cmocka_unit_test(nobody_answers),
		cmocka_unit_test(waiting_can_be_ended),
		cmocka_unit_test(a_server_does_not_lead_closer_than_it_is),
		cmocka_unit_test(where_a_server_lies_is_learned_from_its_answers),
		cmocka_unit_test(whether_a_body_is_whole_is_known_or_not),
		cmocka_unit_test(headers_hold_no_line_ends),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
