/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline: turns tasks into sealed members on all processors and writes them in the order they
 * were submitted. Each worker does every step of one segment (fill, compress, seal, hash); whoever
 * finishes the one that is due writes it and all that wait behind it. The number of tasks under
 * way is bounded, so memory does not grow with the input.
 *
 * The same workers carry out jobs, which have no order and no output of their own. Jobs go before
 * tasks: what reads feeds all the others. The submitter is one of the workers: whenever it would
 * wait, it does what is queued.
 */
#ifndef MEDARK_ARCHIVE_PIPELINE_H
#define MEDARK_ARCHIVE_PIPELINE_H

#include "base/buffer.h"
#include "base/secret.h"
#include "container/layout.h"
#include "container/manifest.h"
#include "store/output.h"

struct medark_pipeline;

/* Scratch memory of one worker, for a task's `fill`. */
struct medark_fill {
	struct medark_buffer plain;   /* empty at the start; fill puts the segment's bytes here */
	struct medark_buffer scratch; /* anything */
	struct medark_buffer scratch2;
};

/* One segment to be made. Embedded in the submitter's own struct; lives until `done`. */
struct medark_task {
	enum medark_kind kind;
	uint32_t number;
	/* In a worker: puts the decompressed bytes of the segment into fill->plain. */
	int (*fill)(struct medark_task *task, struct medark_fill *fill, struct medark_error *err);
	/* After it is written, or when the pipeline is freed: releases the task. In order. */
	void (*done)(struct medark_task *task);
};

enum medark_job_state { MEDARK_JOB_IDLE, MEDARK_JOB_QUEUED, MEDARK_JOB_RUNNING };

/* Work without an order. Embedded in the submitter's own struct; zero-initialised but for `run`. */
struct medark_job {
	/* In worker number `worker`, below setup.threads. A failure stops the pipeline. */
	int (*run)(struct medark_job *job, unsigned worker, struct medark_error *err);
	enum medark_job_state state; /* the pipeline's, as is `next` */
	struct medark_job *next;
};

struct medark_pipeline_setup {
	const struct medark_key *archive_key;
	const struct medark_archive_id *archive;
	int level;
	unsigned threads;			 /* 1 or more, the submitter included */
	struct medark_output *output;		 /* borrowed */
	struct medark_manifest_writer *manifest; /* borrowed */
	/* Called by the submitter while it waits or helps; negative stops. May be NULL. */
	int (*poll)(void *context, struct medark_error *err);
	void *poll_context;
};

int medark_pipeline_new(const struct medark_pipeline_setup *setup, struct medark_pipeline **out,
			struct medark_error *err) MEDARK_MUST_USE;
/*
 * Lets the workers end, and wipe their memory, while the submitter goes on: there will be no more
 * tasks and jobs. The pipeline must be drained; its sizes can still be asked for.
 */
void medark_pipeline_stop(struct medark_pipeline *p);

/* Stops the workers; tasks that were not written get their `done`. */
void medark_pipeline_free(struct medark_pipeline *p);
MEDARK_DEFINE_AUTO(struct medark_pipeline, medark_pipeline_free)

/*
 * Hands a task over, waiting for a place. On failure (of this or an earlier task) the task is not
 * taken, and err says why. One submitter at a time.
 */
int medark_pipeline_submit(struct medark_pipeline *p, struct medark_task *task,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Waits until all submitted tasks are written. */
int medark_pipeline_drain(struct medark_pipeline *p, struct medark_error *err) MEDARK_MUST_USE;

/* Waits until `ready` says so (it is asked whenever a task was written), with polling. */
int medark_pipeline_wait(struct medark_pipeline *p, bool (*ready)(void *context), void *context,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Queues a job, which must be idle and stay where it is until it has been awaited or cancelled.
 * One submitter at a time. The caller bounds how many there are.
 */
void medark_pipeline_start(struct medark_pipeline *p, struct medark_job *job);

/* Waits, with polling, until the job is done; then what it has done can be seen. Fails with the
 * first failure of anything in the pipeline; the job may be under way then. */
int medark_pipeline_await(struct medark_pipeline *p, struct medark_job *job,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Takes the job out of the queue or waits for its end, without polling: it is idle then. */
void medark_pipeline_cancel(struct medark_pipeline *p, struct medark_job *job);

unsigned medark_pipeline_threads(const struct medark_pipeline *p);

/* Bytes of sealed members written of data segments, and of index pages. After a drain. */
void medark_pipeline_sizes(const struct medark_pipeline *p, uint64_t *out_data,
			   uint64_t *out_index);

/* Writes a clear member directly (the pipeline must be drained). */
int medark_member_write(struct medark_output *output, struct medark_manifest_writer *manifest,
			const char *name, struct medark_bytes content,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
