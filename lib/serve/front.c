/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/front.h"

#include "base/secret.h"
#include "crypto/server_identity.h"
#include "serve/guard.h"
#include "serve/strand.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

/* Between two looks at the connections' deadlines. */
#define TICK_MS 1000
/* Connections that are taken at a time, before the control channel is looked at again. */
#define ACCEPTS_MAX 64

struct front {
	const struct medark_front_setup *setup;
	struct medark_strand_common common;
	struct medark_strand strands[MEDARK_SERVE_THREADS_MAX];
	unsigned strand_count; /* that run */
	unsigned next;	       /* gets the next connection, if it is not busy */
	bool is_full;	       /* of descriptors: until the next tick */
	int64_t tick;
};

/* The control channel's end, or the vault, ends the front; a terminal's Ctrl-C is for the vault. */
static void ignore_signals(void)
{
	static const int numbers[] = { SIGINT,	SIGTERM, SIGHUP,  SIGQUIT,
				       SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM };
	struct sigaction action = { .sa_handler = SIG_IGN };
	sigset_t none;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)sigaction(numbers[i], &action, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What libraries do at their first use, and could not do later: the C library reads the time zone
 * before it gives even UTC, and looks for the number of processors when memory runs short. */
static void warm_up(void)
{
	struct tm tm;
	time_t now = time(NULL);

	tzset();
	(void)gmtime_r(&now, &tm);
	(void)mallopt(M_ARENA_MAX, MEDARK_SERVE_THREADS_MAX);
}

static int close_others(const struct medark_front_setup *setup, struct medark_error *err)
{
	int keep[1 + MEDARK_SERVE_THREADS_MAX + MEDARK_SERVE_ADDRESSES_MAX];
	size_t count = 0;

	keep[count++] = setup->control;
	for (unsigned i = 0; i < setup->threads; i++)
		keep[count++] = setup->channels[i];
	for (size_t i = 0; i < setup->listen_count; i++)
		keep[count++] = setup->listens[i].fd;
	return medark_sandbox_close_others(keep, count, err);
}

/* In this order: files are needed no more, then threads, and then nothing new at all. */
static int start(struct front *f, struct medark_error *err)
{
	const struct medark_front_setup *setup = f->setup;

	ignore_signals();
	MEDARK_TRY(close_others(setup, err));
	MEDARK_TRY(medark_mhd_load(err));
	warm_up();
	MEDARK_TRY(medark_sandbox_drop(&setup->user, setup->descriptors, err));
	f->common.rules = setup->rules;
	f->common.limits = &setup->limits;
	MEDARK_TRY(medark_guard_new(setup->descriptors, setup->limits.connections,
				    setup->limits.connections_of_address, &f->common.guard, err));
	for (; f->strand_count < setup->threads; f->strand_count++)
		MEDARK_TRY(medark_strand_start(&f->strands[f->strand_count], &f->common,
					       setup->channels[f->strand_count], setup->identity,
					       err));
	medark_server_identity_clear(setup->identity);
	return medark_sandbox_front(err);
}

static bool tell(const struct front *f, int code, const struct medark_error *err)
{
	struct medark_front_start message = { .code = code };

	if (code)
		(void)snprintf(message.message, sizeof(message.message), "%s", err->message);
	return send(f->setup->control, &message, sizeof(message), MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(message);
}

/* The next strand that waits for nothing; if all do, the next. */
static struct medark_strand *choose(struct front *f)
{
	unsigned i = 0;

	do
		f->next = (f->next + 1) % f->strand_count;
	while (atomic_load(&f->strands[f->next].is_busy) && ++i < f->strand_count);
	return &f->strands[f->next];
}

/* One connection; false: there is none, or no room for one. */
static bool take_one(struct front *f, int listener)
{
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	struct in6_addr peer;
	int fd;

	if (!medark_guard_has_room(f->common.guard))
		return false;
	fd = accept4(listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0) {
		f->is_full =
			errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
		return errno == ECONNABORTED || errno == EINTR;
	}
	medark_listen_peer((const struct sockaddr *)&from, &peer);
	if (medark_guard_admit(f->common.guard, fd, &peer))
		medark_strand_give(choose(f), fd, (const struct sockaddr *)&from, size);
	else
		(void)close(fd);
	return true;
}

static void tick(struct front *f)
{
	struct timespec t;
	int64_t now;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	now = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (now - f->tick < TICK_MS)
		return;
	f->tick = now;
	f->is_full = false;
	medark_guard_expire(f->common.guard);
}

/* What the vault says: false, it ends. */
static bool listen_to_vault(struct front *f)
{
	char word;
	ssize_t n = recv(f->setup->control, &word, 1, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 1 && word == MEDARK_FRONT_READY)
		atomic_store(&f->common.is_ready, true);
	return n == 1;
}

static void run(struct front *f)
{
	struct pollfd fds[1 + MEDARK_SERVE_ADDRESSES_MAX] = {
		{ .fd = f->setup->control, .events = POLLIN },
	};
	size_t count = f->setup->listen_count;

	for (;;) {
		bool room = !f->is_full && medark_guard_has_room(f->common.guard);

		for (size_t i = 0; i < count; i++) {
			fds[1 + i].fd = room ? f->setup->listens[i].fd : -1;
			fds[1 + i].events = POLLIN;
			fds[1 + i].revents = 0;
		}
		if (poll(fds, 1 + count, room ? TICK_MS : TICK_MS / 10) < 0 && errno != EINTR)
			return;
		if (fds[0].revents && !listen_to_vault(f))
			return;
		for (size_t i = 0; i < count; i++)
			for (int n = 0; fds[1 + i].revents && n < ACCEPTS_MAX; n++)
				if (!take_one(f, f->setup->listens[i].fd))
					break;
		tick(f);
	}
}

/* No thread waits for the vault any more. */
static void stop(struct front *f)
{
	for (unsigned i = 0; i < f->strand_count; i++)
		medark_strand_break(&f->strands[i]);
	for (unsigned i = 0; i < f->strand_count; i++)
		medark_strand_stop(&f->strands[i]);
	assert(atomic_load(&f->common.visits) == 0);
	medark_guard_free(f->common.guard);
}

_Noreturn void medark_front_run(const struct medark_front_setup *setup)
{
	static struct front f;
	struct medark_error err = { 0 };
	int code;

	f.setup = setup;
	(void)prctl(PR_SET_NAME, "medark-front"); /* for ps */
	code = start(&f, &err);
	if (tell(&f, code, &err) && code == 0)
		run(&f);
	stop(&f);
	_exit(code ? EXIT_FAILURE : EXIT_SUCCESS);
}
