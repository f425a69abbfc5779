/* SPDX-License-Identifier: Apache-2.0 */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static int allocate(struct synth_sink *sink, struct medark_error *err)
{
	*sink = (struct synth_sink) { .fd = -1, .capacity = SYNTH_SINK_SIZE };
	sink->data = malloc(SYNTH_SINK_SIZE);
	return sink->data ? 0 : medark_error_memory(err, "an output buffer");
}

int synth_sink_file(struct synth_sink *sink, const char *path, struct medark_error *err)
{
	MEDARK_TRY(allocate(sink, err));
	sink->path = strdup(path);
	if (sink->path)
		return 0;
	synth_sink_clear(sink);
	return medark_error_memory(err, "a file name");
}

int synth_sink_memory(struct synth_sink *sink, struct medark_error *err)
{
	return allocate(sink, err);
}

int synth_sink_nowhere(struct synth_sink *sink, struct medark_error *err)
{
	MEDARK_TRY(allocate(sink, err));
	sink->nowhere = true;
	return 0;
}

static int write_out(struct synth_sink *sink)
{
	if (sink->nowhere)
		return 0;
	if (!sink->path)
		return EMSGSIZE; /* memory does not flow off */
	if (sink->fd < 0)
		sink->fd = open(sink->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (sink->fd < 0)
		return errno;
	for (size_t done = 0; done < sink->used;) {
		ssize_t n = write(sink->fd, sink->data + done, sink->used - done);

		if (n < 0 && errno != EINTR)
			return errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static void flush(struct synth_sink *sink)
{
	if (!sink->failed && sink->used > 0)
		sink->failed = write_out(sink);
	sink->flushed += sink->used;
	sink->used = 0;
}

void synth_sink_spill(struct synth_sink *sink, const char *data, size_t size)
{
	while (size > 0) {
		size_t room = sink->capacity - sink->used;
		size_t n = size < room ? size : room;

		memcpy(sink->data + sink->used, data, n);
		sink->used += n;
		data += n;
		size -= n;
		if (sink->used == sink->capacity)
			flush(sink);
	}
}

int synth_sink_check(const struct synth_sink *sink, struct medark_error *err)
{
	if (!sink->failed)
		return 0;
	return medark_error_errno(err, sink->failed, "cannot write '%s'",
				  sink->path ? sink->path : "one record");
}

int synth_sink_close(struct synth_sink *sink, struct medark_error *err)
{
	if (sink->path)
		flush(sink);
	if (sink->fd >= 0 && close(sink->fd) != 0 && !sink->failed)
		sink->failed = errno;
	sink->fd = -1;

	int code = synth_sink_check(sink, err);

	synth_sink_clear(sink);
	return code;
}

void synth_sink_clear(struct synth_sink *sink)
{
	if (sink->data && sink->fd >= 0)
		(void)close(sink->fd);
	free(sink->data);
	free(sink->path);
	*sink = (struct synth_sink) { .fd = -1 };
}
