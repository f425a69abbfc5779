/* SPDX-License-Identifier: Apache-2.0 */
#include "service/watch.h"

#include <signal.h>
#include <time.h>

/* Between two looks. */
#define SECONDS 2

/* False: it is over. */
static bool wait_a_while(struct medark_watch *w)
{
	struct timespec until;
	bool is_over;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SECONDS;
	(void)pthread_mutex_lock(&w->mutex);
	while (!w->is_over && pthread_cond_timedwait(&w->changed, &w->mutex, &until) == 0)
		continue;
	is_over = w->is_over;
	(void)pthread_mutex_unlock(&w->mutex);
	return !is_over;
}

/* A log that cannot be written is told once, not every time; requests tell it, too. */
static void *run(void *context)
{
	struct medark_watch *w = context;
	const struct medark_service_archives *setup = &w->service->setup;
	struct medark_error err = { 0 };
	bool is_told = false;

	while (wait_a_while(w)) {
		bool has_failed = medark_service_note_sessions(w->service, &err) < 0;

		if (has_failed && !is_told && setup->tell)
			setup->tell(setup->context, err.message);
		is_told = has_failed;
	}
	return NULL;
}

static int start(struct medark_watch *w, struct medark_error *err)
{
	pthread_condattr_t attributes;
	sigset_t all, before;
	int code;

	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	code = pthread_cond_init(&w->changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	if (code)
		return medark_error_errno(err, code, "cannot make a lock");
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &before);
	code = pthread_create(&w->thread, NULL, run, w);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!code)
		return 0;
	(void)pthread_cond_destroy(&w->changed);
	return medark_error_errno(err, code, "cannot start a thread");
}

int medark_watch_start(struct medark_watch *w, struct medark_service *service,
		       struct medark_error *err)
{
	int code = pthread_mutex_init(&w->mutex, NULL);

	if (code)
		return medark_error_errno(err, code, "cannot make a lock");
	w->service = service;
	w->is_over = false;
	code = start(w, err);
	if (code < 0)
		(void)pthread_mutex_destroy(&w->mutex);
	return code;
}

void medark_watch_stop(struct medark_watch *w)
{
	(void)pthread_mutex_lock(&w->mutex);
	w->is_over = true;
	(void)pthread_cond_signal(&w->changed);
	(void)pthread_mutex_unlock(&w->mutex);
	(void)pthread_join(w->thread, NULL);
	(void)pthread_cond_destroy(&w->changed);
	(void)pthread_mutex_destroy(&w->mutex);
}
