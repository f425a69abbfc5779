/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server whose handler tells what it was asked, for test_front.py. It says on its standard
 *output, line by line, where it listens, its certificate's fingerprint and its front, and then
 *"ready".
 *
 *	echo [--listen ADDRESS]... [--host NAME]... [--others] [--cert FILE --key FILE]
 *	     [--user NAME] [--threads N] [--wait SECONDS] [--connections N] [--of-address N]
 *	     [--head S] [--body S] [--idle S] [--take S]
 *
 *	/echo		the request as text
 *	/headers	headers that the front would add itself
 *	/bytes/N	N bytes from memory
 *	/stream/N	N bytes that are pulled; their number is told
 *	/chunks/N	the same, and it is not
 *	/waits/N	120,000 bytes, of which N times there is nothing yet
 *	/broken/N	as /chunks/N, and breaks off there
 *	/slow/MS	an answer after that time, or when the server stops
 *	/fails		an error
 *	/streams	how many long bodies are under way
 *	/try/WHAT	what the vault's system calls say: socket, exec
 *	/status/N	that status, and no body
 */
#include "base/text.h"
#include "serve/serve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static struct medark_serve *serve;
static atomic_int streams;

struct pulled {
	uint64_t left;
	uint64_t waits; /* so many times there is nothing yet before each part */
	uint64_t waited;
	bool breaks;
};

static int pull(void *context, struct medark_buffer *out, struct medark_error *err)
{
	struct pulled *p = context;
	size_t size = p->left < 50000 ? (size_t)p->left : 50000;

	if (p->waited++ < p->waits)
		return 1;
	p->waited = 0;
	if (size == 0 && p->breaks)
		return medark_error_set(err, MEDARK_E_SYSTEM, "it breaks off");
	if (size == 0)
		return 0;
	MEDARK_TRY(medark_buffer_reserve(out, size, err));
	memset(out->data, 's', size);
	out->size = size;
	p->left -= size;
	return 1;
}

static void pull_free(void *context)
{
	atomic_fetch_sub(&streams, 1);
	free(context);
}

static int stream(struct medark_serve_response *response, uint64_t size, bool is_told, bool breaks,
		  uint64_t waits, struct medark_error *err)
{
	struct pulled *p = calloc(1, sizeof(*p));

	if (!p)
		return medark_error_memory(err, "a stream");
	p->left = size;
	p->breaks = breaks;
	p->waits = waits;
	response->pull = pull;
	response->pull_free = pull_free;
	response->context = p;
	if (is_told)
		response->length = size;
	atomic_fetch_add(&streams, 1);
	return 0;
}

static int add_line(struct medark_buffer *out, const char *name, struct medark_bytes value,
		    struct medark_error *err)
{
	if (!value.data)
		return 0;
	return medark_buffer_print(out, err, "%s=%.*s\n", name, (int)value.size,
				   (const char *)value.data);
}

static int describe(const struct medark_serve_request *request, unsigned thread,
		    struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_print(out, err, "method=%s\nthread=%u\nhas_query=%d\n",
				       medark_serve_method_name(request->method), thread,
				       request->has_query));
	MEDARK_TRY(add_line(out, "path", request->path, err));
	MEDARK_TRY(add_line(out, "query", request->query, err));
	MEDARK_TRY(add_line(out, "peer", request->peer, err));
	for (unsigned i = 0; i < MEDARK_SERVE_FIELDS; i++)
		MEDARK_TRY(add_line(out, medark_serve_field_name((enum medark_serve_field)i),
				    request->fields[i], err));
	MEDARK_TRY(medark_buffer_print(out, err, "body=%zu\n", request->body.size));
	return medark_buffer_add(out, request->body.data, request->body.size, err);
}

static int add(struct medark_serve_response *response, const char *name, const char *value,
	       struct medark_error *err)
{
	return medark_serve_response_header(response, name, medark_bytes_text(value), err);
}

static int bytes(struct medark_buffer *out, uint64_t size, struct medark_error *err)
{
	MEDARK_TRY(medark_buffer_reserve(out, size, err));
	if (size)
		memset(out->data, 'b', size);
	out->size = size;
	return 0;
}

static void sleep_ms(uint64_t ms)
{
	const struct timespec step = { .tv_nsec = 10 * 1000000 };

	for (uint64_t i = 0; i < ms && !medark_serve_is_stopping(serve); i += 10)
		(void)nanosleep(&step, NULL);
}

static int attempt(struct medark_bytes what, struct medark_buffer *out, struct medark_error *err)
{
	if (medark_bytes_is(what, "socket"))
		return medark_buffer_print(out, err, "%s\n",
					   socket(AF_INET, SOCK_STREAM, 0) < 0 ? strerror(errno)
									       : "made");
	(void)execl("/bin/true", "true", NULL);
	return medark_buffer_text(out, "survived\n", err);
}

/* The path behind a prefix. */
static bool below(struct medark_bytes path, const char *prefix, struct medark_bytes *out,
		  uint64_t *number)
{
	size_t size = strlen(prefix);

	if (!medark_bytes_starts(path, prefix))
		return false;
	*out = medark_bytes(path.data + size, path.size - size);
	if (!medark_text_decimal(*out, UINT32_MAX, number))
		*number = 0;
	return true;
}

static int answer(void *context, unsigned thread, const struct medark_serve_request *request,
		  struct medark_serve_response *response, struct medark_error *err)
{
	struct medark_bytes rest;
	uint64_t n;

	(void)context;
	MEDARK_TRY(add(response, "Content-Type", "text/plain", err));
	if (below(request->path, "/bytes/", &rest, &n))
		return bytes(&response->body, n, err);
	if (below(request->path, "/stream/", &rest, &n))
		return stream(response, n, true, false, 0, err);
	if (below(request->path, "/chunks/", &rest, &n))
		return stream(response, n, false, false, 0, err);
	if (below(request->path, "/waits/", &rest, &n))
		return stream(response, 120000, false, false, n, err);
	if (below(request->path, "/broken/", &rest, &n))
		return stream(response, n, false, true, 0, err);
	if (below(request->path, "/try/", &rest, &n))
		return attempt(rest, &response->body, err);
	if (below(request->path, "/status/", &rest, &n)) {
		response->status = (unsigned)n;
		return 0;
	}
	if (below(request->path, "/slow/", &rest, &n))
		sleep_ms(n);
	if (medark_bytes_is(request->path, "/streams"))
		return medark_buffer_print(&response->body, err, "%d", atomic_load(&streams));
	if (medark_bytes_is(request->path, "/fails"))
		return medark_error_set(err, MEDARK_E_SYSTEM, "as it was asked to");
	if (medark_bytes_is(request->path, "/headers")) {
		response->status = 404;
		MEDARK_TRY(add(response, "Set-Cookie", "a=1", err));
		MEDARK_TRY(add(response, "Set-Cookie", "b=2", err));
		MEDARK_TRY(add(response, "Cache-Control", "max-age=5", err));
		return add(response, "referrer-policy", "same-origin", err);
	}
	return describe(request, thread, &response->body, err);
}

static void failed(void *context, unsigned thread, const struct medark_error *err)
{
	(void)context;
	fprintf(stderr, "echo: thread %u: %s\n", thread, err->message);
}

static void usage(const char *option)
{
	fprintf(stderr, "echo: what is '%s'?\n", option);
	exit(2);
}

static unsigned *number_of(struct medark_serve_setup *setup, unsigned *wait, const char *name)
{
	struct {
		const char *name;
		unsigned *value;
	} numbers[] = {
		{ "--threads", &setup->threads },
		{ "--wait", wait },
		{ "--connections", &setup->limits.connections },
		{ "--of-address", &setup->limits.connections_of_address },
		{ "--head", &setup->limits.head_seconds },
		{ "--body", &setup->limits.body_seconds },
		{ "--idle", &setup->limits.idle_seconds },
		{ "--take", &setup->limits.take_seconds },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(name, numbers[i].name) == 0)
			return numbers[i].value;
	usage(name);
	return NULL;
}

static const char *addresses[16], *hosts[32];

static void read_options(char **argv, struct medark_serve_setup *setup, unsigned *wait)
{
	setup->addresses = addresses;
	setup->hosts = hosts;
	for (; *argv; argv++) {
		if (strcmp(*argv, "--others") == 0) {
			setup->allow_others = true;
			continue;
		}
		if (!argv[1])
			usage(*argv);
		if (strcmp(*argv, "--listen") == 0)
			addresses[setup->address_count++ % 16] = argv[1];
		else if (strcmp(*argv, "--host") == 0)
			hosts[setup->host_count++ % 32] = argv[1];
		else if (strcmp(*argv, "--cert") == 0)
			setup->certificate_path = argv[1];
		else if (strcmp(*argv, "--key") == 0)
			setup->key_path = argv[1];
		else if (strcmp(*argv, "--user") == 0)
			setup->user = argv[1];
		else
			*number_of(setup, wait, *argv) = (unsigned)strtoul(argv[1], NULL, 10);
		argv++;
	}
}

static int failure(const struct medark_error *err)
{
	fprintf(stderr, "echo: %s\n", err->message);
	return 1;
}

int main(int argc, char **argv)
{
	const struct medark_serve_handler handler = { .answer = answer, .failed = failed };
	struct medark_serve_setup setup = { 0 };
	struct medark_error err = { 0 };
	char fingerprint[2 * MEDARK_DIGEST_SIZE + 1];
	unsigned wait = 0;
	int code;

	(void)argc;
	read_options(argv + 1, &setup, &wait);
	if (medark_serve_begin(&setup, &serve, &err) < 0)
		return failure(&err);
	for (size_t i = 0; i < medark_serve_address_count(serve); i++)
		printf("listen %s\n", medark_serve_address(serve, i));
	medark_text_hex(medark_serve_fingerprint(serve)->bytes, MEDARK_DIGEST_SIZE, fingerprint);
	printf("fingerprint %s\nfront %d\n", fingerprint, (int)medark_serve_front(serve));
	fflush(stdout);
	for (unsigned i = 0; i < wait * 10; i++) {
		const struct timespec step = { .tv_nsec = 100 * 1000000 };

		(void)nanosleep(&step, NULL);
	}
	printf("ready\n");
	fflush(stdout);
	code = medark_serve_loop(serve, &handler, &err);
	medark_serve_free(serve);
	return code < 0 ? failure(&err) : 0;
}
