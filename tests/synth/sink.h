/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink: where bytes go: a file, memory, or nowhere (to measure). Writing cannot fail on the spot;
 * the first failure is kept and everything after it dropped, and synth_sink_check() or
 * synth_sink_close() reports it. So a record's writer is a straight line, and every write is
 * checked.
 */
#ifndef SYNTH_SINK_H
#define SYNTH_SINK_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct synth_sink {
	char *data;
	size_t used;
	size_t capacity;
	uint64_t flushed; /* bytes that have left the buffer */
	char *path;	  /* of a file; NULL for memory and nowhere */
	int fd;		  /* -1 until the first flush: a file without bytes is never made */
	int failed;	  /* errno of the first failure */
	bool nowhere;
};

/* A new file; it must not exist when the first bytes are written. Takes a copy of `path`. */
int synth_sink_file(struct synth_sink *sink, const char *path,
		    struct medark_error *err) MEDARK_MUST_USE;

/* Keeps up to SYNTH_SINK_SIZE bytes in `data`; more is a failure. */
int synth_sink_memory(struct synth_sink *sink, struct medark_error *err) MEDARK_MUST_USE;

/* Counts only. */
int synth_sink_nowhere(struct synth_sink *sink, struct medark_error *err) MEDARK_MUST_USE;

/* Writes what is left and closes; the sink is then empty and must be made anew. */
int synth_sink_close(struct synth_sink *sink, struct medark_error *err) MEDARK_MUST_USE;

/* Gives everything back without writing; harmless on a zeroed or closed sink. */
void synth_sink_clear(struct synth_sink *sink);

/* MEDARK_E_SYSTEM if anything failed so far, naming the file. */
int synth_sink_check(const struct synth_sink *sink, struct medark_error *err) MEDARK_MUST_USE;

#define SYNTH_SINK_SIZE ((size_t)256 << 10)

/* The slow half of synth_put(). */
void synth_sink_spill(struct synth_sink *sink, const char *data, size_t size);

static inline void synth_put(struct synth_sink *sink, const char *data, size_t size)
{
	if (size > sink->capacity - sink->used) {
		synth_sink_spill(sink, data, size);
		return;
	}
	memcpy(sink->data + sink->used, data, size);
	sink->used += size;
}

static inline void synth_put_text(struct synth_sink *sink, const char *text)
{
	synth_put(sink, text, strlen(text));
}

static inline uint64_t synth_sink_total(const struct synth_sink *sink)
{
	return sink->flushed + sink->used;
}

#endif
