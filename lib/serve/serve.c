/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/serve.h"

#include "crypto/server_identity.h"
#include "serve/front.h"
#include "serve/rules.h"
#include "serve/sandbox.h"
#include "serve/serve_private.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define THREADS 8
/* Of a front: standard ones, control, listeners, and for each strand a channel, epoll, an event. */
#define DESCRIPTORS_OF_FRONT  (3 + 1 + MEDARK_SERVE_ADDRESSES_MAX + 16)
#define DESCRIPTORS_OF_STRAND 4
static int check_threads(unsigned wanted, unsigned *out, struct medark_error *err)
{
	if (wanted > MEDARK_SERVE_THREADS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d threads",
					MEDARK_SERVE_THREADS_MAX);
	*out = wanted ? wanted : THREADS;
	return 0;
}

static void set_default(unsigned *value, unsigned otherwise)
{
	if (*value == 0)
		*value = otherwise;
}

static bool is_local_only(const struct medark_serve *serve)
{
	for (size_t i = 0; i < serve->listen_count; i++)
		if (!serve->listens[i].is_local)
			return false;
	return true;
}

/* Every connection is an open file, and there is a limit on those. */
static int fill_limits(const struct medark_serve *serve, struct medark_front_setup *front,
		       struct medark_error *err)
{
	struct medark_serve_limits *limits = &front->limits;
	unsigned others = DESCRIPTORS_OF_FRONT + DESCRIPTORS_OF_STRAND * serve->threads;
	bool is_chosen = limits->connections != 0;
	struct rlimit files;

	set_default(&limits->connections, 2048);
	set_default(&limits->head_seconds, 10);
	set_default(&limits->body_seconds, 20);
	set_default(&limits->idle_seconds, 30);
	set_default(&limits->take_seconds, 30);
	if (limits->connections > MEDARK_SERVE_CONNECTIONS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d connections",
					MEDARK_SERVE_CONNECTIONS_MAX);
	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return medark_error_errno(err, errno, "cannot tell the limit on open files");
	if (files.rlim_max < limits->connections + others) {
		if (is_chosen || files.rlim_max <= others)
			return medark_error_set(err, MEDARK_E_SYSTEM,
						"the limit on open files, %llu, is too low for %u "
						"connections",
						(unsigned long long)files.rlim_max,
						limits->connections);
		limits->connections = (unsigned)files.rlim_max - others;
	}
	set_default(&limits->connections_of_address,
		    is_local_only(serve) ? limits->connections : 256);
	front->descriptors = limits->connections + others;
	return 0;
}

static int open_listens(struct medark_serve *serve, const struct medark_serve_setup *setup,
			struct medark_error *err)
{
	static const char *const otherwise[] = { "127.0.0.1:8443" };
	const char *const *addresses = setup->address_count ? setup->addresses : otherwise;
	size_t count = setup->address_count ? setup->address_count : 1;

	if (count > MEDARK_SERVE_ADDRESSES_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d addresses",
					MEDARK_SERVE_ADDRESSES_MAX);
	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_listen_open(addresses[i], setup->allow_others, &serve->listens[i],
					      err));
		serve->listen_count++;
	}
	return 0;
}

static void close_listens(struct medark_serve *serve)
{
	for (size_t i = 0; i < serve->listen_count; i++) {
		if (serve->listens[i].fd >= 0)
			(void)close(serve->listens[i].fd);
		serve->listens[i].fd = -1;
	}
}

/* The certificate that the setup names, or one for the names that the server goes by. */
static int make_identity(struct medark_serve *serve, const struct medark_serve_setup *setup,
			 const struct medark_rules *rules, struct medark_server_identity *out,
			 struct medark_error *err)
{
	const char *names[MEDARK_RULES_NAMES_MAX];

	if (!setup->certificate_path != !setup->key_path)
		return medark_error_set(err, MEDARK_E_USAGE,
					"a certificate and its key go together");
	serve->is_self_signed = !setup->certificate_path;
	for (size_t i = 0; i < rules->name_count; i++)
		names[i] = rules->names[i].text;
	if (serve->is_self_signed)
		MEDARK_TRY(medark_server_identity_make(names, rules->name_count, out, err));
	else
		MEDARK_TRY(medark_server_identity_load(setup->certificate_path, setup->key_path,
						       out, err));
	serve->fingerprint = out->fingerprint;
	return 0;
}

static int make_pair(int *out_vault, int *out_front, struct medark_error *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return medark_error_errno(err, errno, "cannot make a pair of sockets");
	*out_vault = pair[0];
	*out_front = pair[1];
	return 0;
}

/* The front's ends of what it shares with the vault. */
struct ends {
	int control;
	int channels[MEDARK_SERVE_THREADS_MAX];
};

static void close_all(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
		fds[i] = -1;
	}
}

static void ends_clear(struct ends *ends)
{
	close_all(&ends->control, 1);
	close_all(ends->channels, MEDARK_SERVE_THREADS_MAX);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct ends, ends_clear)

static void forget(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fds[i] = -1;
}

static int make_channels(struct medark_serve *serve, struct ends *front, struct medark_error *err)
{
	MEDARK_TRY(make_pair(&serve->control, &front->control, err));
	for (unsigned i = 0; i < serve->threads; i++)
		MEDARK_TRY(make_pair(&serve->channels[i], &front->channels[i], err));
	serve->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (serve->wake < 0)
		return medark_error_errno(err, errno, "cannot make an event");
	return 0;
}

/* Waits for its start, of which it tells itself, or which its end tells. */
static int await_start(const struct medark_serve *serve, struct medark_error *err)
{
	struct medark_front_start message;
	ssize_t n;

	do
		n = recv(serve->control, &message, sizeof(message), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(message))
		return medark_error_set(err, MEDARK_E_SYSTEM, "the front did not start");
	message.message[sizeof(message.message) - 1] = '\0';
	if (message.code == 0)
		return 0;
	return medark_error_set(err, message.code < 0 ? message.code : MEDARK_E_SYSTEM, "%s",
				message.message);
}

static int fork_front(struct medark_serve *serve, struct medark_front_setup *front,
		      struct ends *ends, struct medark_error *err)
{
	pid_t pid;

	if (serve->listens[0].fd <= STDERR_FILENO)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"standard input, output or error is closed");
	front->control = ends->control;
	front->channels = ends->channels;
	front->threads = serve->threads;
	front->listens = serve->listens;
	front->listen_count = serve->listen_count;
	pid = fork();
	if (pid < 0)
		return medark_error_errno(err, errno, "cannot start the front");
	if (pid == 0)
		medark_front_run(front);
	serve->front = pid;
	ends_clear(ends);
	close_listens(serve);
	return await_start(serve, err);
}

static int begin(struct medark_serve *serve, const struct medark_serve_setup *setup,
		 struct medark_error *err)
{
	MEDARK_AUTO(medark_server_identity_clear) struct medark_server_identity identity = { 0 };
	MEDARK_AUTO(medark_heap_free) struct medark_rules *rules = calloc(1, sizeof(*rules));
	struct medark_front_setup front = { .rules = rules, .identity = &identity };
	MEDARK_AUTO(ends_clear) struct ends ends;

	forget(&ends.control, 1);
	forget(ends.channels, MEDARK_SERVE_THREADS_MAX);
	if (!rules)
		return medark_error_memory(err, "the server's names");
	front.limits = setup->limits;
	MEDARK_TRY(check_threads(setup->threads, &serve->threads, err));
	MEDARK_TRY(medark_sandbox_find_user(setup->user, &front.user, err));
	MEDARK_TRY(open_listens(serve, setup, err));
	MEDARK_TRY(fill_limits(serve, &front, err));
	MEDARK_TRY(medark_rules_make(serve->listens, serve->listen_count, setup->hosts,
				     setup->host_count, rules, err));
	MEDARK_TRY(make_identity(serve, setup, rules, &identity, err));
	MEDARK_TRY(make_channels(serve, &ends, err));
	return fork_front(serve, &front, &ends, err);
}

int medark_serve_begin(const struct medark_serve_setup *setup, struct medark_serve **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_serve_free) struct medark_serve *serve = calloc(1, sizeof(*serve));

	if (!serve)
		return medark_error_memory(err, "a server");
	forget(&serve->control, 1);
	forget(serve->channels, MEDARK_SERVE_THREADS_MAX);
	serve->wake = -1;
	MEDARK_TRY(begin(serve, setup, err));
	*out = MEDARK_TAKE(serve);
	return 0;
}

size_t medark_serve_address_count(const struct medark_serve *serve)
{
	return serve->listen_count;
}

const char *medark_serve_address(const struct medark_serve *serve, size_t i)
{
	assert(i < serve->listen_count);
	return serve->listens[i].text;
}

const struct medark_digest *medark_serve_fingerprint(const struct medark_serve *serve)
{
	return &serve->fingerprint;
}

bool medark_serve_is_self_signed(const struct medark_serve *serve)
{
	return serve->is_self_signed;
}

pid_t medark_serve_front(const struct medark_serve *serve)
{
	return serve->front;
}

void medark_serve_free(struct medark_serve *serve)
{
	if (!serve)
		return;
	medark_serve_end_front(serve);
	close_listens(serve);
	close_all(&serve->control, 1);
	close_all(serve->channels, MEDARK_SERVE_THREADS_MAX);
	close_all(&serve->wake, 1);
	free(serve);
}
