/* SPDX-License-Identifier: Apache-2.0 */
/* The vault's part of the server: answers requests until it is told to stop. */
#include "serve/front.h"
#include "serve/sandbox.h"
#include "serve/serve_private.h"
#include "serve/vault.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

/* What handlers get to return, and then the front to end, before that is no longer waited for. */
#define HANDLERS_SECONDS 2
#define FRONT_MS	 2000

struct worker {
	struct medark_serve *serve;
	const struct medark_serve_handler *handler;
	unsigned number;
	pthread_t thread;
	bool is_running;   /* and not joined */
	atomic_bool ended; /* what follows is written */
	int code;
	struct medark_error error;
};

struct loop {
	struct medark_serve *serve;
	struct worker workers[MEDARK_SERVE_THREADS_MAX];
	int signals;
	sigset_t before; /* the caller's mask */
};

void medark_serve_stop(struct medark_serve *serve)
{
	uint64_t one = 1;

	atomic_store(&serve->is_stopping, true);
	/* It can only be full, and then the loop wakes up too. */
	(void)!write(serve->wake, &one, sizeof(one));
}

bool medark_serve_is_stopping(const struct medark_serve *serve)
{
	return atomic_load(&serve->is_stopping);
}

static void *work(void *context)
{
	struct worker *w = context;
	uint64_t one = 1;
	int fd = w->serve->channels[w->number];

	w->code = medark_vault_serve(fd, w->number, w->handler, &w->error);
	/* The strand must not wait for an answer that nobody gives. */
	(void)shutdown(fd, SHUT_RDWR);
	atomic_store(&w->ended, true);
	(void)!write(w->serve->wake, &one, sizeof(one));
	return NULL;
}

static int start_workers(struct loop *l, const struct medark_serve_handler *handler,
			 struct medark_error *err)
{
	sigset_t all, before;
	int code = 0;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	for (unsigned i = 0; i < l->serve->threads && code == 0; i++) {
		struct worker *w = &l->workers[i];

		w->serve = l->serve;
		w->handler = handler;
		w->number = i;
		code = pthread_create(&w->thread, NULL, work, w);
		w->is_running = code == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code ? medark_error_errno(err, code, "cannot start a thread") : 0;
}

static int open_signals(struct loop *l, struct medark_error *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &set, &l->before);
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (l->signals < 0)
		return medark_error_errno(err, errno, "cannot wait for signals");
	return 0;
}

/* A second signal does what the caller has set: it does not wait for handlers. */
static void close_signals(struct loop *l)
{
	if (l->signals >= 0)
		(void)close(l->signals);
	l->signals = -1;
	(void)pthread_sigmask(SIG_SETMASK, &l->before, NULL);
}

static int say_ready(const struct loop *l, struct medark_error *err)
{
	const char word = MEDARK_FRONT_READY;

	if (send(l->serve->control, &word, 1, MSG_NOSIGNAL) != 1)
		return medark_error_errno(err, errno, "the front is gone");
	return 0;
}

static bool has_ended_worker(const struct loop *l)
{
	for (unsigned i = 0; i < l->serve->threads; i++)
		if (atomic_load(&l->workers[i].ended))
			return true;
	return false;
}

/* Until a signal, a stop, the end of a worker or of the front, which says nothing more. */
static int wait_for_end(struct loop *l, struct medark_error *err)
{
	struct pollfd fds[] = {
		{ .fd = l->signals, .events = POLLIN },
		{ .fd = l->serve->wake, .events = POLLIN },
		{ .fd = l->serve->control, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	uint64_t count;

	while (!medark_serve_is_stopping(l->serve) && !has_ended_worker(l)) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR)
			return medark_error_errno(err, errno, "cannot wait for requests");
		if (fds[0].revents && read(l->signals, &info, sizeof(info)) > 0)
			medark_serve_stop(l->serve);
		if (fds[1].revents)
			(void)!read(l->serve->wake, &count, sizeof(count));
		if (fds[2].revents)
			return 0;
	}
	return 0;
}

/* False: not by then. */
static bool join_by(struct worker *w, const struct timespec *by)
{
	if (w->is_running && pthread_timedjoin_np(w->thread, NULL, by) != 0)
		return false;
	w->is_running = false;
	return true;
}

/*
 * Threads that wait for a request get none any more; the others answer the one that they have. A
 * handler that takes too long loses its client, but is waited for: it uses the caller's memory.
 */
static void end_workers(struct loop *l)
{
	struct timespec by;

	for (unsigned i = 0; i < l->serve->threads; i++)
		(void)shutdown(l->serve->channels[i], SHUT_RD);
	(void)clock_gettime(CLOCK_REALTIME, &by);
	by.tv_sec += HANDLERS_SECONDS;
	for (unsigned i = 0; i < l->serve->threads; i++)
		if (!join_by(&l->workers[i], &by))
			break;
	medark_serve_end_front(l->serve);
	for (unsigned i = 0; i < l->serve->threads; i++) {
		if (l->workers[i].is_running)
			(void)pthread_join(l->workers[i].thread, NULL);
		l->workers[i].is_running = false;
	}
}

static int died(const struct medark_serve *serve, struct medark_error *err)
{
	if (WIFSIGNALED(serve->status))
		return medark_error_set(err, MEDARK_E_SYSTEM, "the front died of signal %d",
					WTERMSIG(serve->status));
	return medark_error_set(err, MEDARK_E_SYSTEM, "the front ended with status %d",
				WEXITSTATUS(serve->status));
}

/* The first thread whose conversation ended in this way, or in another than a broken channel. */
static const struct worker *find_failed(const struct loop *l, bool is_broken)
{
	for (unsigned i = 0; i < l->serve->threads; i++) {
		const struct worker *w = &l->workers[i];

		if (w->code < 0 && (w->code == MEDARK_E_SYSTEM) == is_broken)
			return w;
	}
	return NULL;
}

/* Why did it end? A channel that breaks is the consequence of something else, where that is known.
 */
static int judge(const struct loop *l, bool was_stopped, struct medark_error *err)
{
	const struct worker *w = find_failed(l, false);

	if (!w && was_stopped)
		return 0;
	if (!w && WIFEXITED(l->serve->status) && WEXITSTATUS(l->serve->status) == 0)
		w = find_failed(l, true);
	if (w)
		return medark_error_set(err, w->code, "%s", w->error.message);
	return died(l->serve, err);
}

int medark_serve_loop(struct medark_serve *serve, const struct medark_serve_handler *handler,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct loop *l = calloc(1, sizeof(*l));
	bool was_stopped;
	int code;

	assert(serve->front);
	if (!l)
		return medark_error_memory(err, "a server's threads");
	l->serve = serve;
	l->signals = -1;
	code = open_signals(l, err);
	if (code == 0)
		code = medark_sandbox_vault(err);
	if (code == 0)
		code = start_workers(l, handler, err);
	if (code == 0)
		code = say_ready(l, err);
	if (code == 0)
		code = wait_for_end(l, err);
	was_stopped = medark_serve_is_stopping(serve);
	atomic_store(&serve->is_stopping, true);
	close_signals(l);
	end_workers(l);
	return code < 0 ? code : judge(l, was_stopped, err);
}

void medark_serve_end_front(struct medark_serve *serve)
{
	struct pollfd control = { .fd = serve->control, .events = POLLIN };

	if (!serve->front)
		return;
	(void)shutdown(serve->control, SHUT_WR);
	/* It ends at this, and its end of the channel with it; the rest it gets. */
	(void)poll(&control, 1, FRONT_MS);
	(void)kill(serve->front, SIGKILL);
	while (waitpid(serve->front, &serve->status, 0) < 0 && errno == EINTR)
		;
	serve->front = 0;
}
