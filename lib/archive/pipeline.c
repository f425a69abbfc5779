/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/pipeline.h"

#include "container/member.h"
#include "container/segment.h"
#include "crypto/digest.h"

#include <pthread.h>
#include <time.h>

/* Enough for the segments of a window: with all of them queued nobody lacks work. */
#define SLOTS_BESIDE 12

enum slot_state { SLOT_FREE, SLOT_QUEUED, SLOT_WORKING, SLOT_READY };

/* Places form a ring: task number n stands in slot n % slot_count. */
struct slot {
	enum slot_state state;
	struct medark_task *task;
	struct medark_buffer sealed;
	struct medark_digest digest;
};

struct worker {
	struct medark_pipeline *pipeline;
	pthread_t thread;
	bool started;
	struct medark_segment_writer *writer;
	struct medark_fill fill;
};

struct medark_pipeline {
	struct medark_pipeline_setup setup;
	pthread_mutex_t lock;
	pthread_cond_t work;	/* for the workers: a task was queued, or stop */
	pthread_cond_t written; /* for the submitter: something was written or done, or failed */
	struct slot *slots;
	uint64_t slot_count;
	uint64_t submitted, taken, committed; /* task numbers */
	bool committing, stop;
	struct medark_job *first_job, **last_job; /* queued */
	const struct medark_job *awaited;	  /* by the submitter */
	int failed;
	struct medark_error error;
	struct worker *workers;
	uint64_t data_bytes, index_bytes;
};

static const uint8_t zeros[MEDARK_TAR_BLOCK];

static int write_member(struct medark_output *output, struct medark_manifest_writer *manifest,
			const char *name, struct medark_bytes content,
			const struct medark_digest *digest, struct medark_error *err)
{
	uint8_t header[MEDARK_TAR_BLOCK];
	struct medark_bytes parts[3];

	medark_member_header(name, content.size, header);
	parts[0] = medark_bytes(header, sizeof(header));
	parts[1] = content;
	parts[2] = medark_bytes(zeros, (size_t)(medark_member_space(content.size) -
						MEDARK_TAR_BLOCK - content.size));
	MEDARK_TRY(medark_output_write_parts(output, parts, 3, err));
	if (!manifest)
		return 0;
	return medark_manifest_writer_add(manifest, name, content.size, digest, err);
}

int medark_member_write(struct medark_output *output, struct medark_manifest_writer *manifest,
			const char *name, struct medark_bytes content, struct medark_error *err)
{
	struct medark_digest digest;

	medark_sha256(content.data, content.size, &digest);
	return write_member(output, manifest, name, content, &digest, err);
}

/* Called with the lock held; remembers the first failure only. */
static void fail(struct medark_pipeline *p, int code, const struct medark_error *err)
{
	if (p->failed == 0) {
		p->failed = code;
		p->error = *err;
	}
	pthread_cond_broadcast(&p->work);
	pthread_cond_broadcast(&p->written);
}

static int make(struct worker *w, struct slot *slot, struct medark_error *err)
{
	struct medark_task *task = slot->task;

	w->fill.plain.size = 0;
	w->fill.scratch.size = 0;
	w->fill.scratch2.size = 0;
	slot->sealed.size = 0;
	MEDARK_TRY(task->fill(task, &w->fill, err));
	MEDARK_TRY(medark_segment_write(w->writer, task->kind, task->number,
					medark_bytes(w->fill.plain.data, w->fill.plain.size),
					&slot->sealed, err));
	medark_sha256(slot->sealed.data, slot->sealed.size, &slot->digest);
	return 0;
}

/* Writes everything that is due, in order. Called and returns with the lock held. */
static void commit(struct medark_pipeline *p)
{
	if (p->committing)
		return;
	p->committing = true;
	while (!p->failed && p->committed < p->taken) {
		struct slot *slot = &p->slots[p->committed % p->slot_count];
		struct medark_task *task = slot->task;
		char name[MEDARK_TAR_NAME_MAX + 1];
		struct medark_error err = { 0 };
		int result;

		if (slot->state != SLOT_READY)
			break;
		pthread_mutex_unlock(&p->lock);
		medark_member_name(task->kind, task->number, name);
		result = write_member(p->setup.output, p->setup.manifest, name,
				      medark_bytes(slot->sealed.data, slot->sealed.size),
				      &slot->digest, &err);
		pthread_mutex_lock(&p->lock);
		if (result < 0) {
			fail(p, result, &err);
			break;
		}
		*(task->kind == MEDARK_KIND_DATA ? &p->data_bytes : &p->index_bytes) +=
			slot->sealed.size;
		slot->state = SLOT_FREE;
		slot->task = NULL;
		p->committed++;
		task->done(task);
		pthread_cond_broadcast(&p->written);
	}
	p->committing = false;
}

/* Takes a job out of the queue, if it is there. Called with the lock held. */
static bool take_job(struct medark_pipeline *p, const struct medark_job *job)
{
	struct medark_job **link = &p->first_job;

	while (*link && *link != job)
		link = &(*link)->next;
	if (!*link)
		return false;
	*link = job->next;
	if (!*link)
		p->last_job = link;
	return true;
}

/* Carries out a job that was taken. Called and returns with the lock held. */
static void run_job(struct worker *w, struct medark_job *job)
{
	struct medark_pipeline *p = w->pipeline;
	struct medark_error err = { 0 };
	int result;

	job->state = MEDARK_JOB_RUNNING;
	pthread_mutex_unlock(&p->lock);
	result = job->run(job, (unsigned)(w - p->workers), &err);
	pthread_mutex_lock(&p->lock);
	job->state = MEDARK_JOB_IDLE;
	if (result < 0)
		fail(p, result, &err);
	if (p->awaited == job)
		pthread_cond_broadcast(&p->written);
}

/* Makes the next segment. Called and returns with the lock held. */
static void run_task(struct worker *w)
{
	struct medark_pipeline *p = w->pipeline;
	struct slot *slot = &p->slots[p->taken++ % p->slot_count];
	struct medark_error err = { 0 };
	int result;

	slot->state = SLOT_WORKING;
	pthread_mutex_unlock(&p->lock);
	result = make(w, slot, &err);
	pthread_mutex_lock(&p->lock);
	slot->state = SLOT_READY;
	if (result < 0)
		fail(p, result, &err);
	commit(p);
}

/* Does something that is queued, if there is anything. Called and returns with the lock held. */
static bool run_any(struct worker *w)
{
	struct medark_pipeline *p = w->pipeline;
	struct medark_job *job = p->first_job;

	if (job && take_job(p, job))
		run_job(w, job);
	else if (p->taken < p->submitted)
		run_task(w);
	else
		return false;
	return true;
}

static void clear_worker(struct worker *w)
{
	medark_segment_writer_free(w->writer);
	medark_buffer_clear(&w->fill.plain);
	medark_buffer_clear(&w->fill.scratch);
	medark_buffer_clear(&w->fill.scratch2);
}

static void *work(void *argument)
{
	struct worker *w = argument;
	struct medark_pipeline *p = w->pipeline;

	pthread_mutex_lock(&p->lock);
	while (!p->stop && !p->failed)
		if (!run_any(w))
			pthread_cond_wait(&p->work, &p->lock);
	pthread_mutex_unlock(&p->lock);
	/* Wiping takes its time: here all do it at once. */
	clear_worker(w);
	return NULL;
}

void medark_pipeline_stop(struct medark_pipeline *p)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

void medark_pipeline_free(struct medark_pipeline *p)
{
	if (!p)
		return;
	medark_pipeline_stop(p);
	for (unsigned i = 0; p->workers && i < p->setup.threads; i++)
		if (!p->workers[i].started)
			clear_worker(&p->workers[i]);
	for (unsigned i = 0; p->workers && i < p->setup.threads; i++)
		if (p->workers[i].started)
			(void)pthread_join(p->workers[i].thread, NULL);
	for (uint64_t n = p->committed; n < p->submitted; n++) {
		struct medark_task *task = p->slots[n % p->slot_count].task;

		if (task)
			task->done(task);
	}
	for (uint64_t i = 0; p->slots && i < p->slot_count; i++)
		medark_buffer_clear(&p->slots[i].sealed);
	free(p->slots);
	free(p->workers);
	(void)pthread_cond_destroy(&p->work);
	(void)pthread_cond_destroy(&p->written);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

static int init_worker(struct medark_pipeline *p, struct worker *w, struct medark_error *err)
{
	w->pipeline = p;
	w->fill.plain = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SEGMENT_MAX);
	w->fill.scratch = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SEGMENT_MAX);
	w->fill.scratch2 = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_SEGMENT_MAX);
	return medark_segment_writer_new(p->setup.archive_key, p->setup.archive, p->setup.level,
					 &w->writer, err);
}

static int start(struct worker *w, struct medark_error *err)
{
	int code = pthread_create(&w->thread, NULL, work, w);

	if (code)
		return medark_error_errno(err, code, "cannot start a thread");
	w->started = true;
	return 0;
}

int medark_pipeline_new(const struct medark_pipeline_setup *setup, struct medark_pipeline **out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_pipeline_free) struct medark_pipeline *p = NULL;
	pthread_condattr_t monotonic;

	p = calloc(1, sizeof(*p));
	if (!p)
		return medark_error_memory(err, "the pipeline");
	p->setup = *setup;
	p->last_job = &p->first_job;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->work, NULL);
	(void)pthread_cond_init(&p->written, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	p->slot_count = 2 * (uint64_t)setup->threads + SLOTS_BESIDE;
	p->slots = calloc(p->slot_count, sizeof(*p->slots));
	p->workers = calloc(setup->threads, sizeof(*p->workers));
	if (!p->slots || !p->workers)
		return medark_error_memory(err, "the pipeline");
	for (uint64_t i = 0; i < p->slot_count; i++)
		p->slots[i].sealed = (struct medark_buffer)MEDARK_BUFFER(MEDARK_SEALED_MAX);
	for (unsigned i = 0; i < setup->threads; i++)
		MEDARK_TRY(init_worker(p, &p->workers[i], err));
	/* The last one is the submitter. */
	for (unsigned i = 0; i + 1 < setup->threads; i++)
		MEDARK_TRY(start(&p->workers[i], err));
	*out = MEDARK_TAKE(p);
	return 0;
}

/* Waits for news for up to a tenth of a second. Called with the lock held. */
static void wait_a_little(struct medark_pipeline *p)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += 100 * 1000 * 1000;
	if (until.tv_nsec >= 1000 * 1000 * 1000) {
		until.tv_nsec -= 1000 * 1000 * 1000;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&p->written, &p->lock, &until);
}

/* Called and returns with the lock held. */
static int poll_unlocked(struct medark_pipeline *p, struct medark_error *err)
{
	int result;

	if (!p->setup.poll)
		return 0;
	pthread_mutex_unlock(&p->lock);
	result = p->setup.poll(p->setup.poll_context, err);
	pthread_mutex_lock(&p->lock);
	return result;
}

int medark_pipeline_wait(struct medark_pipeline *p, bool (*ready)(void *context), void *context,
			 struct medark_error *err)
{
	struct worker *self = &p->workers[p->setup.threads - 1];
	int result = 0;

	pthread_mutex_lock(&p->lock);
	while (result >= 0 && !p->failed && !ready(context)) {
		if (!run_any(self))
			wait_a_little(p);
		result = poll_unlocked(p, err);
	}
	if (p->failed && result >= 0) {
		result = p->failed;
		if (err)
			*err = p->error;
	}
	pthread_mutex_unlock(&p->lock);
	return result;
}

static bool has_place(void *context)
{
	const struct medark_pipeline *p = context;

	return p->submitted - p->committed < p->slot_count;
}

static bool is_empty(void *context)
{
	const struct medark_pipeline *p = context;

	return p->submitted == p->committed;
}

int medark_pipeline_submit(struct medark_pipeline *p, struct medark_task *task,
			   struct medark_error *err)
{
	struct slot *slot;

	MEDARK_TRY(medark_pipeline_wait(p, has_place, p, err));
	pthread_mutex_lock(&p->lock);
	slot = &p->slots[p->submitted % p->slot_count];
	slot->task = task;
	slot->state = SLOT_QUEUED;
	p->submitted++;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	return 0;
}

int medark_pipeline_drain(struct medark_pipeline *p, struct medark_error *err)
{
	return medark_pipeline_wait(p, is_empty, p, err);
}

/* ---- jobs ---- */

void medark_pipeline_start(struct medark_pipeline *p, struct medark_job *job)
{
	pthread_mutex_lock(&p->lock);
	job->state = MEDARK_JOB_QUEUED;
	job->next = NULL;
	*p->last_job = job;
	p->last_job = &job->next;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

static bool is_idle(void *context)
{
	const struct medark_job *job = context;

	return job->state == MEDARK_JOB_IDLE;
}

int medark_pipeline_await(struct medark_pipeline *p, struct medark_job *job,
			  struct medark_error *err)
{
	pthread_mutex_lock(&p->lock);
	p->awaited = job;
	/* At hand and in the cache at once, instead of woken up for. */
	if (!p->failed && take_job(p, job))
		run_job(&p->workers[p->setup.threads - 1], job);
	pthread_mutex_unlock(&p->lock);
	return medark_pipeline_wait(p, is_idle, job, err);
}

void medark_pipeline_cancel(struct medark_pipeline *p, struct medark_job *job)
{
	pthread_mutex_lock(&p->lock);
	if (take_job(p, job))
		job->state = MEDARK_JOB_IDLE;
	p->awaited = job;
	while (job->state == MEDARK_JOB_RUNNING)
		pthread_cond_wait(&p->written, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

unsigned medark_pipeline_threads(const struct medark_pipeline *p)
{
	return p->setup.threads;
}

void medark_pipeline_sizes(const struct medark_pipeline *p, uint64_t *out_data, uint64_t *out_index)
{
	*out_data = p->data_bytes;
	*out_index = p->index_bytes;
}
