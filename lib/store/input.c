/* SPDX-License-Identifier: Apache-2.0 */
#include "store/input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux reads no more than this at once. */
#define READ_MAX ((size_t)1 << 30)

struct medark_input {
	int fd;
	uint64_t size;
	char name[];
};

/* Takes the descriptor over, unless it fails. */
static int make(int *fd, const char *path, struct medark_input **out, struct medark_error *err)
{
	struct medark_input *in;
	struct stat st;
	size_t n = strlen(path) + 1;

	if (*fd < 0 || fstat(*fd, &st) < 0)
		return medark_error_errno(err, errno, "cannot open '%s'", path);
	if (!S_ISREG(st.st_mode))
		return medark_error_set(err, MEDARK_E_FORMAT, "'%s' is not a regular file", path);
	in = malloc(sizeof(*in) + n);
	if (!in)
		return medark_error_memory(err, "a file");
	in->fd = medark_fd_take(fd);
	in->size = (uint64_t)st.st_size;
	memcpy(in->name, path, n);
	*out = in;
	return 0;
}

int medark_input_open(const char *path, struct medark_input **out, struct medark_error *err)
{
	/* O_NONBLOCK: opening a pipe would wait for its writer; it means nothing to a file. */
	MEDARK_AUTO(medark_fd_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return make(&fd, path, out, err);
}

int medark_input_of(int fd, const char *name, struct medark_input **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return make(&own, name, out, err);
}

void medark_input_free(struct medark_input *in)
{
	if (!in)
		return;
	(void)close(in->fd);
	free(in);
}

uint64_t medark_input_size(const struct medark_input *in)
{
	return in->size;
}

static int ends_at(const struct medark_input *in, uint64_t offset, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "'%s' ends at byte %" PRIu64, in->name,
				offset);
}

int medark_input_read(struct medark_input *in, uint64_t offset, void *out, size_t size,
		      struct medark_error *err)
{
	uint8_t *at = out;

	if (offset > in->size || size > in->size - offset)
		return ends_at(in, in->size, err);
	while (size) {
		ssize_t n = pread(in->fd, at, size < READ_MAX ? size : READ_MAX, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return medark_error_errno(err, errno, "cannot read '%s' at byte %" PRIu64,
						  in->name, offset);
		if (n == 0)
			return ends_at(in, offset, err);
		at += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}
