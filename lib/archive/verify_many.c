/* SPDX-License-Identifier: Apache-2.0 */
/* Many archives side by side, told in their order. */
#include "archive/open.h"
#include "archive/progress.h"
#include "base/parallel.h"

#include <medark/verify.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

/* How far the archives that are begun may be ahead of the one that is told next. */
#define AHEAD (2 * MEDARK_PARALLEL_MAX)

struct slot {
	bool is_done;
	int code;
	double seconds;
	struct medark_archive_info *info; /* NULL unless code is 0 */
	struct medark_error err;
};

struct many {
	const struct medark_verify_request *request;
	struct medark_meter meter;
	unsigned threads; /* for one archive */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t next;	 /* that is told */
	int stopped;	 /* by the callback */
	bool has_failed; /* a worker has: nobody is to wait any more */
	struct slot slots[AHEAD];
};

static double clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* What is wrong with one archive is its own result; a lack of memory is everybody's. */
static int verify_one(struct many *m, size_t number, struct slot *out)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *archive = NULL;
	const char *path = m->request->paths[number];

	out->info = malloc(sizeof(*out->info));
	if (!out->info)
		return medark_error_memory(&out->err, "an archive");
	MEDARK_TRY(medark_archive_open(path, m->request->trust, NULL, &archive, &out->err));
	MEDARK_TRY(medark_archive_verify(archive, m->threads, NULL, &out->err));
	return medark_archive_info(archive, out->info, &out->err);
}

/* The lock is held. */
static void tell_all(struct many *m)
{
	for (;;) {
		struct slot *slot = &m->slots[m->next % AHEAD];
		const struct medark_verify_result result = {
			.number = m->next,
			.code = slot->code,
			.error = &slot->err,
			.info = slot->info,
			.seconds = slot->seconds,
		};

		if (!slot->is_done)
			return;
		if (!m->stopped)
			m->stopped = m->request->each(m->request->context, &result);
		free(slot->info);
		*slot = (struct slot) { 0 };
		m->next++;
	}
}

static int work(void *context, unsigned worker, uint64_t index, struct medark_error *err)
{
	struct many *m = context;
	struct slot *slot = &m->slots[index % AHEAD];
	double began;
	int code;

	(void)worker;
	(void)pthread_mutex_lock(&m->lock);
	while (index >= m->next + AHEAD && !m->stopped && !m->has_failed)
		(void)pthread_cond_wait(&m->moved, &m->lock);
	code = m->stopped || m->has_failed ? MEDARK_E_INTERRUPTED : 0;
	(void)pthread_mutex_unlock(&m->lock);
	if (code)
		return medark_error_set(err, code, "stopped");
	began = clock_now();
	slot->code = verify_one(m, (size_t)index, slot);
	if (slot->code < 0) {
		free(slot->info);
		slot->info = NULL;
	}
	slot->seconds = clock_now() - began;
	code = slot->code == MEDARK_E_MEMORY
		       ? medark_error_memory(err, "verifying archives")
		       : medark_meter_add(&m->meter, size_of(m->request->paths[index]), 0, index,
					  err);
	(void)pthread_mutex_lock(&m->lock);
	slot->is_done = true;
	m->has_failed |= code < 0;
	tell_all(m);
	(void)pthread_cond_broadcast(&m->moved);
	(void)pthread_mutex_unlock(&m->lock);
	return code;
}

int medark_archives_verify(const struct medark_verify_request *request,
			   const struct medark_events *events, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct many *m = calloc(1, sizeof(*m));
	struct medark_parallel job = { .count = request->count, .work = work, .context = m };
	uint64_t bytes = 0;
	int code;

	if (!m)
		return medark_error_memory(err, "verification");
	if (!request->trust) /* F-25 */
		return medark_error_set(err, MEDARK_E_USAGE,
					"archives are verified with a trust anchor only");
	MEDARK_TRY(medark_parallel_check(request->threads, err));
	MEDARK_TRY(medark_digest_setup(err));
	m->request = request;
	(void)pthread_mutex_init(&m->lock, NULL);
	(void)pthread_cond_init(&m->moved, NULL);
	job.threads = medark_parallel_threads(request->threads);
	/* Side by side, each by one thread; few archives share what there is. */
	m->threads = 1;
	if (request->count && request->count < job.threads)
		m->threads = job.threads / (unsigned)request->count;
	for (size_t i = 0; i < request->count; i++)
		bytes += size_of(request->paths[i]);
	medark_meter_init(&m->meter, events, "verifying", bytes);
	code = medark_parallel_run(&job, err);
	medark_meter_clear(&m->meter);
	(void)pthread_cond_destroy(&m->moved);
	(void)pthread_mutex_destroy(&m->lock);
	for (size_t i = 0; i < AHEAD; i++)
		free(m->slots[i].info);
	return m->stopped ? m->stopped : code;
}
