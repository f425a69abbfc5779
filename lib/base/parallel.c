/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

struct shared {
	const struct medark_parallel *job;
	_Atomic uint64_t next;
	atomic_bool stop;
	pthread_mutex_t lock; /* of what follows */
	bool failed;
	uint64_t failed_index;
	struct medark_error error;
};

struct worker {
	struct shared *shared;
	unsigned number;
	pthread_t thread;
};

unsigned medark_parallel_threads(unsigned wanted)
{
	cpu_set_t set;
	long processors;

	if (wanted)
		return wanted < MEDARK_PARALLEL_MAX ? wanted : MEDARK_PARALLEL_MAX;
	/* A set has 1024 places: of a larger machine only the number can be had. */
	processors = sysconf(_SC_NPROCESSORS_ONLN);
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		processors = CPU_COUNT(&set);
	if (processors < 1)
		return 1;
	return processors < MEDARK_PARALLEL_MAX ? (unsigned)processors : MEDARK_PARALLEL_MAX;
}

int medark_parallel_check(unsigned wanted, struct medark_error *err)
{
	if (wanted > MEDARK_PARALLEL_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d threads",
					MEDARK_PARALLEL_MAX);
	return 0;
}

static void fail(struct shared *s, uint64_t index, const struct medark_error *err)
{
	atomic_store(&s->stop, true);
	pthread_mutex_lock(&s->lock);
	if (!s->failed || index < s->failed_index) {
		s->failed = true;
		s->failed_index = index;
		s->error = *err;
	}
	pthread_mutex_unlock(&s->lock);
}

static void run(struct shared *s, unsigned number)
{
	struct medark_error err;
	uint64_t index;
	int code;

	while (!atomic_load(&s->stop)) {
		index = atomic_fetch_add(&s->next, 1);
		if (index >= s->job->count)
			return;
		err.code = 0;
		err.message[0] = '\0';
		code = s->job->work(s->job->context, number, index, &err);
		if (code < 0) {
			err.code = code;
			fail(s, index, &err);
		}
	}
}

static void *start(void *context)
{
	struct worker *w = context;

	run(w->shared, w->number);
	return NULL;
}

int medark_parallel_run(const struct medark_parallel *job, struct medark_error *err)
{
	struct shared s = { .job = job, .lock = PTHREAD_MUTEX_INITIALIZER };
	struct worker workers[MEDARK_PARALLEL_MAX];
	unsigned wanted = job->threads < job->count ? job->threads : (unsigned)job->count;
	unsigned started = 1;
	sigset_t all, before;

	if (wanted > 1) {
		sigfillset(&all);
		pthread_sigmask(SIG_BLOCK, &all, &before);
	}
	for (; started < wanted; started++) {
		workers[started].shared = &s;
		workers[started].number = started;
		if (pthread_create(&workers[started].thread, NULL, start, &workers[started]))
			break;
	}
	if (wanted > 1)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	run(&s, 0);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_mutex_destroy(&s.lock);
	if (!s.failed)
		return 0;
	return medark_error_set(err, s.error.code, "%s", s.error.message);
}
