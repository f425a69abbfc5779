/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include "base/secret.h"
#include "net/curl.h"
#include "net/gunzip.h"
#include "net/http_failure.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define CONNECTIONS	8
#define CONNECT_SECONDS 30
#define SILENCE_SECONDS 120
#define POLL_MS		200
#define HEADERS_MAX	((size_t)64 << 10)
#define HEADER_MAX	((size_t)16 << 10)

struct medark_http {
	CURLM *multi;
	char *ca_file, *client_cert, *client_key;
	struct medark_http_home *home; /* borrowed; NULL: all addresses are the caller's own */
	unsigned connections;
	long connect_seconds, silence_seconds;
	int (*poll)(void *context, struct medark_error *err);
	void *context;
	size_t running;
};

struct medark_http_transfer {
	struct medark_http *http;
	CURL *easy;
	struct curl_slist *headers;
	struct medark_buffer body; /* of the request */
	struct medark_http_response response;
	int (*sink)(void *context, struct medark_bytes part, struct medark_error *err);
	void *context, *tag;
	char origin[MEDARK_ORIGIN_MAX];
	struct medark_gunzip *gunzip; /* NULL: the body comes as it is */
	bool is_local, is_plain, is_running, has_body, is_sunk;
	bool is_home;	  /* it goes to the server itself */
	bool is_free;	  /* it may go into any network */
	bool is_kept_off; /* it was kept from an address */
	bool shows_certificate;
};

/* ---- the client ---- */

void medark_http_home_init(struct medark_http_home *home, const struct medark_url *url)
{
	*home = (struct medark_http_home) { .place = MEDARK_PLACE_PUBLIC };
	memcpy(home->origin, url->origin, sizeof(home->origin));
}

void medark_http_free(struct medark_http *http)
{
	if (!http)
		return;
	if (http->multi)
		(void)medark_curl.multi_cleanup(http->multi);
	free(http->ca_file);
	free(http->client_cert);
	free(http->client_key);
	free(http);
}

static int copy_text(const char *text, char **out, struct medark_error *err)
{
	if (!text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : medark_error_memory(err, "a connection");
}

int medark_http_new(const struct medark_http_setup *setup, struct medark_http **out,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_http_free) struct medark_http *http = calloc(1, sizeof(*http));

	if (!http)
		return medark_error_memory(err, "a connection");
	MEDARK_TRY(medark_curl_load(err));
	MEDARK_TRY(copy_text(setup->ca_file, &http->ca_file, err));
	MEDARK_TRY(copy_text(setup->client_cert, &http->client_cert, err));
	MEDARK_TRY(copy_text(setup->client_key, &http->client_key, err));
	http->connections = setup->connections ? setup->connections : CONNECTIONS;
	http->connect_seconds = setup->connect_seconds ? setup->connect_seconds : CONNECT_SECONDS;
	http->silence_seconds = setup->silence_seconds ? setup->silence_seconds : SILENCE_SECONDS;
	http->poll = setup->poll;
	http->context = setup->context;
	http->home = setup->home;
	http->multi = medark_curl.multi_init();
	if (!http->multi ||
	    medark_curl.multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
				     (long)http->connections) ||
	    medark_curl.multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)http->connections))
		return medark_error_memory(err, "a connection");
	*out = MEDARK_TAKE(http);
	return 0;
}

/* ---- what comes ---- */

static bool is_wanted(unsigned status)
{
	return status == 200 || status == 206;
}

static int keep(struct medark_http_transfer *t, struct medark_bytes part)
{
	struct medark_http_response *r = &t->response;

	if (part.size > r->body.limit - 1 - r->body.size)
		return medark_error_set(&r->failure, MEDARK_E_REMOTE,
					"%s: its answer is longer than allowed (%zu bytes)",
					t->origin, r->body.limit - 1);
	return medark_buffer_add(&r->body, part.data, part.size, &r->failure);
}

/* Decoded. */
static int take_part(void *context, struct medark_bytes part)
{
	struct medark_http_transfer *t = context;
	int code;

	t->response.received += part.size;
	code = t->is_sunk ? t->sink(t->context, part, &t->response.failure) : keep(t, part);
	if (code < 0) {
		t->response.failure.code = code;
		t->response.is_stopped = true;
	}
	return code;
}

/* What the headers, which are all there, say of the body that begins. */
static int begin_body(struct medark_http_transfer *t)
{
	struct medark_http_response *r = &t->response;
	struct medark_bytes coding = medark_http_header(r, "content-encoding");
	long status = 0;

	t->has_body = true;
	(void)medark_curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->is_sunk = t->sink && is_wanted((unsigned)status);
	if (coding.size == 0 || medark_bytes_is(coding, "identity"))
		return 0;
	if (medark_bytes_is(coding, "gzip") || medark_bytes_is(coding, "x-gzip"))
		return medark_gunzip_new(take_part, t, &t->gunzip, &r->failure);
	return medark_error_set(&r->failure, MEDARK_E_REMOTE,
				"%s: its answer is coded in a way that was not asked for",
				t->origin);
}

/* In the middle of an answer, which may be right the next time. */
static int broken(struct medark_http_transfer *t)
{
	t->response.is_transient = true;
	return medark_error_set(&t->response.failure, MEDARK_E_REMOTE,
				"%s: its compressed answer is broken", t->origin);
}

/* A code of medark_gunzip_add() that says nothing yet. */
static void explain(struct medark_http_transfer *t, int code)
{
	struct medark_error *out = &t->response.failure;

	if (code == MEDARK_E_FORMAT)
		(void)broken(t);
	else if (code == MEDARK_E_REMOTE)
		(void)medark_error_set(out, code, "%s: its compressed answer grows without end",
				       t->origin);
	else
		(void)medark_error_memory(out, "a compressed answer");
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct medark_http_transfer *t = context;
	struct medark_bytes part = medark_bytes(data, size * count);
	int code = t->has_body ? 0 : begin_body(t);

	if (code == 0)
		code = t->gunzip ? medark_gunzip_add(t->gunzip, part) : take_part(t, part);
	if (code >= 0)
		return part.size;
	if (!t->response.failure.code)
		explain(t, code);
	return CURL_WRITEFUNC_ERROR;
}

static uint8_t lower(char c)
{
	uint8_t byte = (uint8_t)c;

	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20u) : byte;
}

/* Keeps the headers of the last response: of an interim one (1xx) nothing is of use. */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct medark_http_transfer *t = context;
	struct medark_buffer *out = &t->response.headers;
	size_t used = size * count, colon = 0;

	size = used;
	while (size && (data[size - 1] == '\n' || data[size - 1] == '\r' || data[size - 1] == ' '))
		size--;
	if (size > 5 && memcmp(data, "HTTP/", 5) == 0) {
		out->size = 0;
		return used;
	}
	while (colon < size && data[colon] != ':')
		colon++;
	if (colon == 0 || colon == size)
		return used;
	if (size > HEADER_MAX || medark_buffer_reserve(out, size + 1, &t->response.failure) < 0) {
		(void)medark_error_set(&t->response.failure, MEDARK_E_REMOTE,
				       "%s sends headers without end", t->origin);
		t->response.is_stopped = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		out->data[out->size + i] = i < colon ? lower(data[i]) : (uint8_t)data[i];
	out->size += size;
	out->data[out->size++] = '\n';
	return used;
}

/*
 * Names are what a name server says they are, and it may say something else each time: only the
 * address that is connected to counts. Clear text goes to this machine only; and what a server
 * names is not closer than the server itself.
 */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct medark_http_transfer *t = context;
	enum medark_place place = medark_place_of(&address->addr);

	(void)purpose;
	if (t->is_local && place != MEDARK_PLACE_MACHINE)
		return CURL_SOCKET_BAD;
	if (!t->is_free && !medark_place_may_lead(t->http->home->place, place)) {
		t->is_kept_off = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* ---- starting ---- */

static int add_header(struct medark_http_transfer *t, const char *text, struct medark_error *err)
{
	struct curl_slist *list;

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return medark_error_set(err, MEDARK_E_USAGE,
						"a header holds a control character");
	list = medark_curl.slist_append(t->headers, text);
	if (!list)
		return medark_error_memory(err, "a request");
	t->headers = list;
	return 0;
}

static int add_headers(struct medark_http_transfer *t, const struct medark_http_request *request,
		       struct medark_error *err)
{
	const char *const named[][2] = { { "Authorization", request->authorization },
					 { "Content-Type", request->content_type } };

	for (size_t i = 0; i < request->header_count; i++)
		MEDARK_TRY(add_header(t, request->headers[i], err));
	for (size_t i = 0; i < 2; i++) {
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer line = MEDARK_BUFFER_SECRET(HEADER_MAX);

		if (!named[i][1])
			continue;
		MEDARK_TRY(medark_buffer_print(&line, err, "%s: %s", named[i][0], named[i][1]));
		MEDARK_TRY(add_header(t, (const char *)line.data, err));
	}
	MEDARK_TRY(add_header(
		t, request->identity ? "Accept-Encoding: identity" : "Accept-Encoding: gzip", err));
	/* No pause before a body, which some servers and proxies never end. */
	return add_header(t, "Expect:", err);
}

#define SET(option, value)                                                                         \
	do {                                                                                       \
		if (medark_curl.easy_setopt(t->easy, option, value))                               \
			return medark_error_memory(err, "a request");                              \
	} while (0)

static int set_security(struct medark_http_transfer *t, struct medark_error *err)
{
	const struct medark_http *http = t->http;

	SET(CURLOPT_PROTOCOLS_STR, t->is_local || t->is_plain ? "http" : "https");
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (http->ca_file) {
		SET(CURLOPT_CAINFO, http->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	if (t->shows_certificate && http->client_cert)
		SET(CURLOPT_SSLCERT, http->client_cert);
	if (t->shows_certificate && http->client_key)
		SET(CURLOPT_SSLKEY, http->client_key);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, t);
	if (t->is_local)
		SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	return 0;
}

static int set_flow(struct medark_http_transfer *t, struct medark_error *err)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_NOPROGRESS, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, t->http->connect_seconds);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, t->http->silence_seconds);
	SET(CURLOPT_BUFFERSIZE, 256L << 10);
	SET(CURLOPT_USERAGENT, "medark");
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_PRIVATE, t);
	return 0;
}

static int set_request(struct medark_http_transfer *t, const struct medark_http_request *request,
		       struct medark_error *err)
{
	SET(CURLOPT_URL, request->url->text);
	SET(CURLOPT_HTTPHEADER, t->headers);
	if (request->body.size || request->content_type) {
		MEDARK_TRY(
			medark_buffer_add(&t->body, request->body.data, request->body.size, err));
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.size);
		SET(CURLOPT_POSTFIELDS, t->body.size ? (const char *)t->body.data : "");
	}
	if (request->method)
		SET(CURLOPT_CUSTOMREQUEST, request->method);
	return 0;
}

static int make(struct medark_http_transfer *t, const struct medark_http_request *request,
		struct medark_error *err)
{
	struct medark_http *http = t->http;

	t->easy = medark_curl.easy_init();
	if (!t->easy)
		return medark_error_memory(err, "a request");
	MEDARK_TRY(add_headers(t, request, err));
	MEDARK_TRY(set_security(t, err));
	MEDARK_TRY(set_flow(t, err));
	MEDARK_TRY(set_request(t, request, err));
	if (medark_curl.multi_add_handle(http->multi, t->easy))
		return medark_error_memory(err, "a request");
	t->is_running = true;
	http->running++;
	return 0;
}

int medark_http_start(struct medark_http *http, const struct medark_http_request *request,
		      struct medark_http_transfer **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_http_transfer_free) struct medark_http_transfer *t = NULL;

	t = calloc(1, sizeof(*t));
	if (!t)
		return medark_error_memory(err, "a request");
	t->http = http;
	t->sink = request->sink;
	t->context = request->context;
	t->is_local = request->url->is_local;
	t->is_plain = request->url->is_plain;
	memcpy(t->origin, request->url->origin, sizeof(t->origin));
	t->is_home = !http->home || strcmp(http->home->origin, t->origin) == 0;
	t->is_free = t->is_home || request->is_named;
	t->shows_certificate = t->is_home || request->shows_certificate;
	t->response.is_change = request->body.size || request->content_type ||
				(request->method && strcmp(request->method, "GET") != 0);
	t->body = (struct medark_buffer)MEDARK_BUFFER_SECRET(SIZE_MAX / 4);
	t->response.body = (struct medark_buffer)MEDARK_BUFFER_SECRET(request->body_max + 1);
	t->response.headers = (struct medark_buffer)MEDARK_BUFFER_SECRET(HEADERS_MAX);
	MEDARK_TRY(make(t, request, err));
	*out = MEDARK_TAKE(t);
	return 0;
}

static void stop(struct medark_http_transfer *t)
{
	if (!t->is_running)
		return;
	(void)medark_curl.multi_remove_handle(t->http->multi, t->easy);
	t->is_running = false;
	t->http->running--;
}

void medark_http_transfer_free(struct medark_http_transfer *t)
{
	if (!t)
		return;
	stop(t);
	if (t->easy)
		medark_curl.easy_cleanup(t->easy);
	for (struct curl_slist *l = t->headers; l; l = l->next)
		medark_secret_wipe(l->data, strlen(l->data));
	medark_curl.slist_free_all(t->headers);
	medark_gunzip_free(t->gunzip);
	medark_buffer_clear(&t->body);
	medark_buffer_clear(&t->response.body);
	medark_buffer_clear(&t->response.headers);
	free(t);
}

/* ---- ending ---- */

/* Where the server itself has answered from: a name alone says nothing. */
static void learn_home(struct medark_http_transfer *t)
{
	const char *address = NULL;

	if (!t->http->home || !t->is_home || t->response.status == 0 ||
	    medark_curl.easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address) || !address)
		return;
	(void)medark_place_read(address, &t->http->home->place);
}

/* With HTTP/1, nothing but the end of the connection can tell the end of such a body. */
static bool is_open_ended(const struct medark_http_transfer *t)
{
	const struct medark_http_response *r = &t->response;
	long version = 0;

	(void)medark_curl.easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	return t->has_body && !t->gunzip && version != 0 && version < CURL_HTTP_VERSION_2_0 &&
	       medark_http_header(r, "content-length").size == 0 &&
	       medark_http_header(r, "transfer-encoding").size == 0;
}

/* A body that is said to be gzip has at least its header and its trailer. */
static bool is_gzip_whole(const struct medark_http_transfer *t)
{
	const struct medark_http_response *r = &t->response;
	struct medark_bytes coding = medark_http_header(r, "content-encoding");

	if (t->gunzip)
		return medark_gunzip_is_whole(t->gunzip);
	return r->is_change || !is_wanted(r->status) ||
	       !(medark_bytes_is(coding, "gzip") || medark_bytes_is(coding, "x-gzip"));
}

static void end(struct medark_http_transfer *t, CURLcode code)
{
	struct medark_http_response *r = &t->response;
	long status = 0;

	(void)medark_curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	r->status = (unsigned)status;
	stop(t);
	learn_home(t);
	r->is_open_ended = is_open_ended(t);
	if (medark_buffer_reserve(&r->body, 1, &r->failure) < 0)
		r->is_stopped = true;
	else
		r->body.data[r->body.size] = 0;
	if (code == CURLE_OK && !is_gzip_whole(t))
		(void)broken(t);
	if (code == CURLE_OK || r->is_stopped || r->failure.code)
		return;
	if (code == CURLE_COULDNT_CONNECT && t->is_kept_off) {
		(void)medark_error_set(&r->failure, MEDARK_E_REMOTE,
				       "%s lies in a closer network than the server that leads "
				       "there: it is not asked",
				       t->origin);
		return;
	}
	r->is_transient = medark_http_is_transient(t->easy, code);
	(void)medark_error_set(&r->failure, MEDARK_E_REMOTE, "%s: %s", t->origin,
			       medark_http_describe(code));
}

/* The next one of which curl says that it has ended, or NULL. */
static struct medark_http_transfer *ended(struct medark_http *http)
{
	struct medark_http_transfer *t = NULL;
	CURLMsg *message;
	int left;

	while (!t && (message = medark_curl.multi_info_read(http->multi, &left))) {
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE ||
		    medark_curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t))
			continue;
		end(t, code);
	}
	return t;
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int wait_ms(double until)
{
	double left = (until - now()) * 1000;

	return until < 0 || left > POLL_MS ? POLL_MS : left < 0 ? 0 : (int)left + 1;
}

static int poll(struct medark_http *http, struct medark_error *err)
{
	return http->poll ? http->poll(http->context, err) : 0;
}

int medark_http_next(struct medark_http *http, double seconds, struct medark_http_transfer **out,
		     struct medark_error *err)
{
	double until = seconds < 0 ? -1 : now() + seconds;
	int active;

	for (;;) {
		struct medark_http_transfer *t;

		if (http->running && medark_curl.multi_perform(http->multi, &active))
			return medark_error_memory(err, "a connection");
		t = ended(http);
		if (t) {
			*out = t;
			return 1;
		}
		if (!http->running || (until >= 0 && now() >= until))
			return 0;
		MEDARK_TRY(poll(http, err));
		if (medark_curl.multi_poll(http->multi, NULL, 0, wait_ms(until), NULL))
			return medark_error_memory(err, "a connection");
	}
}

int medark_http_sleep(struct medark_http *http, double seconds, struct medark_error *err)
{
	double until = now() + seconds;

	while (now() < until) {
		int ms = wait_ms(until);
		struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

		MEDARK_TRY(poll(http, err));
		(void)nanosleep(&wait, NULL);
	}
	return 0;
}

/* ---- what came ---- */

struct medark_http_response *medark_http_response(struct medark_http_transfer *t)
{
	return &t->response;
}

void medark_http_tag(struct medark_http_transfer *t, void *tag)
{
	t->tag = tag;
}

void *medark_http_tagged(const struct medark_http_transfer *t)
{
	return t->tag;
}
