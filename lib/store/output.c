/* SPDX-License-Identifier: Apache-2.0 */
#include "store/output.h"

#include "store/partial_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Bytes between two calls that start write-back. */
#define WRITE_BACK_STEP (UINT64_C(8) << 20)

/* Parts handed to the system in one call. */
#define PARTS_MAX 16

struct medark_output {
	int fd;
	bool is_stdout;
	bool replace;
	uint64_t size;
	uint64_t flushed;		     /* write-back was started up to here */
	struct medark_partial_file *partial; /* NULL for standard output */
	char name[];			     /* for messages: the path as given */
};

int medark_output_open(const char *path, bool replace, struct medark_output **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_output_free) struct medark_output *o = NULL;
	size_t n = strlen(path) + 1;

	o = calloc(1, sizeof(*o) + (n > 16 ? n : 16));
	if (!o)
		return medark_error_memory(err, "an output");
	o->fd = -1;
	o->replace = replace;
	o->is_stdout = strcmp(path, "-") == 0;
	if (o->is_stdout) {
		o->fd = STDOUT_FILENO;
		memcpy(o->name, "standard output", 16);
	} else {
		memcpy(o->name, path, n);
		MEDARK_TRY(medark_partial_file_new(path, replace, &o->partial, err));
		o->fd = medark_partial_file_fd(o->partial);
	}
	*out = MEDARK_TAKE(o);
	return 0;
}

void medark_output_free(struct medark_output *o)
{
	if (!o)
		return;
	medark_partial_file_free(o->partial);
	free(o);
}

uint64_t medark_output_size(const struct medark_output *o)
{
	return o->size;
}

bool medark_output_file(const struct medark_output *o, uint64_t *out_device, uint64_t *out_inode)
{
	struct stat st;

	if (fstat(o->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	*out_device = st.st_dev;
	*out_inode = st.st_ino;
	return true;
}

/* May the failed write be tried again? A pipe that its owner made non-blocking is waited for. */
static bool may_retry(const struct medark_output *o)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

/* Takes `done` bytes off the front of the vector; returns how many of its elements are used up. */
static int advance(struct iovec *v, int count, size_t done)
{
	int i = 0;

	while (i < count && done >= v[i].iov_len)
		done -= v[i++].iov_len;
	if (i < count) {
		v[i].iov_base = (uint8_t *)v[i].iov_base + done;
		v[i].iov_len -= done;
	}
	return i;
}

static int write_vector(struct medark_output *o, struct iovec *v, int count,
			struct medark_error *err)
{
	while (count) {
		ssize_t n = writev(o->fd, v, count);
		int used;

		if (n < 0 && may_retry(o))
			continue;
		if (n < 0)
			return medark_error_errno(
				err, errno, "cannot write %s%s%s after %" PRIu64 " bytes",
				o->is_stdout ? "" : "'", o->name, o->is_stdout ? "" : "'", o->size);
		o->size += (uint64_t)n;
		used = advance(v, count, (size_t)n);
		v += used;
		count -= used;
	}
	return 0;
}

/* Advice only, so failure means nothing: not every file system has it. */
static void start_write_back(struct medark_output *o)
{
	if (o->is_stdout || o->size - o->flushed < WRITE_BACK_STEP)
		return;
	(void)sync_file_range(o->fd, (off_t)o->flushed, (off_t)(o->size - o->flushed),
			      SYNC_FILE_RANGE_WRITE);
	o->flushed = o->size;
}

int medark_output_write_parts(struct medark_output *o, const struct medark_bytes *parts,
			      size_t count, struct medark_error *err)
{
	struct iovec v[PARTS_MAX];

	while (count) {
		int n = 0;

		for (; count && n < PARTS_MAX; count--, parts++)
			if (parts->size)
				v[n++] = (struct iovec) { .iov_base = (void *)parts->data,
							  .iov_len = parts->size };
		MEDARK_TRY(write_vector(o, v, n, err));
	}
	start_write_back(o);
	return 0;
}

int medark_output_write(struct medark_output *o, const void *data, size_t size,
			struct medark_error *err)
{
	const struct medark_bytes part = medark_bytes(data, size);

	return medark_output_write_parts(o, &part, 1, err);
}

int medark_output_finish(struct medark_output *o, struct medark_error *err)
{
	/* A pipe has nothing to sync and says EINVAL, a closed one was told of at the write. */
	if (o->is_stdout) {
		if (fsync(o->fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
			return medark_error_errno(err, errno, "cannot sync standard output");
		return 0;
	}
	return medark_partial_file_finish(o->partial, true, err);
}
