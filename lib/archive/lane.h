/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lane: a file of one resource a line that is read side by side with others. A worker reads the
 * next stretch of it, cuts it into lines and scans them (the lane's job); the gatherer puts the
 * result into a window while the worker is at the stretch after it. A line that does not fit is
 * held in a larger block, which the gatherer provides when the lane's turn comes, so that only one
 * lane at a time grows; a line that is too long even then goes on in parts, as a giant.
 *
 * Job and reading state belong to one worker while the job is under way, else to the gatherer.
 */
#ifndef MEDARK_ARCHIVE_LANE_H
#define MEDARK_ARCHIVE_LANE_H

#include "archive/chunk.h"
#include "archive/pipeline.h"
#include "archive/scanner.h"
#include "source/source.h"

/* A line longer than this is streamed instead of held as a whole. */
#define MEDARK_LINE_HELD_MAX ((size_t)16 << 20)

/* What one job found: first the bytes of a giant, if one is under way, then the records. */
struct medark_stretch {
	struct medark_chunk chunk;
	size_t giant_size;	/* bytes at the block's start that belong to a giant */
	bool giant_ends;	/* with them */
	bool is_last;		/* nothing of the file is left */
	bool needs_room;	/* no line's end in the whole block: nothing else is valid */
	bool unreadable;	/* the file could not be read on, which counts as its end: `why` */
	uint64_t unreadable_at; /* its byte */
	uint64_t taken;		/* bytes of the file that were read by then */
	struct medark_error why;
};

struct medark_lane {
	struct medark_job job; /* the first member: the job's function finds the lane by it */
	struct medark_scanner *const *scanners; /* one for each worker; borrowed */
	struct medark_stream *stream;		/* owned */
	/*
	 * Bytes to read at a time: less of a smaller file, so that all lanes come through the
	 * patients at about the same pace.
	 */
	size_t stretch;
	struct medark_buffer carry; /* bytes read already, of the next stretches */
	bool at_end;		    /* the stream gives no more */
	bool in_giant;
	bool begun; /* the first bytes were seen */
	struct medark_stretch stretches[2];
	unsigned filling; /* which one the job fills */
};

/*
 * Takes the stream, also on failure; `head` are bytes that were read from it already (copied), of
 * less than MEDARK_BLOCK_SMALL.
 */
int medark_lane_init(struct medark_lane *lane, struct medark_stream *stream,
		     struct medark_bytes head, struct medark_scanner *const *scanners,
		     struct medark_error *err) MEDARK_MUST_USE;
/* The job must be idle. Blocks go to the pool. */
void medark_lane_clear(struct medark_lane *lane, struct medark_pool *pool);

/* Gives the stretch that is filled next an empty block and starts the job. */
int medark_lane_start(struct medark_lane *lane, struct medark_pipeline *pipeline,
		      struct medark_pool *pool, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Waits for the stretch that is being filled. The other one is filled next: the caller starts the
 * lane again unless this stretch is the last, and releases the block when it has put it away.
 */
int medark_lane_take(struct medark_lane *lane, struct medark_pipeline *pipeline,
		     struct medark_pool *pool, struct medark_stretch **out,
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
