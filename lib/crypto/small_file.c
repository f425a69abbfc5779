/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/small_file.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static int read_all(const char *path, int fd, struct medark_buffer *out, struct medark_error *err)
{
	ssize_t n;

	do {
		/* One byte more than there should be, so that a file that grew is noticed. */
		if (medark_buffer_reserve(out, 1, err))
			return medark_error_set(err, MEDARK_E_KEY, "'%s' is larger than %zu bytes",
						path, out->limit - 1);
		n = read(fd, out->data + out->size, out->capacity - out->size);
		if (n > 0)
			out->size += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return medark_error_errno(err, errno, "cannot read '%s'", path);
	return 0;
}

int medark_small_file_read(const char *path, struct medark_buffer *out, struct stat *out_stat,
			   struct medark_error *err)
{
	/* Without O_NONBLOCK a named pipe would hold us up before we can refuse it. */
	MEDARK_AUTO(medark_fd_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return medark_error_errno(err, errno, "cannot open '%s'", path);
	if (fstat(fd, out_stat))
		return medark_error_errno(err, errno, "cannot read '%s'", path);
	if (!S_ISREG(out_stat->st_mode))
		return medark_error_set(err, MEDARK_E_KEY, "'%s' is not a regular file", path);
	return read_all(path, fd, out, err);
}

static int write_all(int fd, struct medark_bytes content)
{
	while (content.size) {
		ssize_t n = write(fd, content.data, content.size);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			content = medark_bytes(content.data + n, content.size - (size_t)n);
	}
	return fsync(fd);
}

/* Makes a new file of this name; none is left if it cannot be completed. */
static int create(const char *path, struct medark_bytes content, mode_t mode,
		  struct medark_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int failed, saved;

	if (fd < 0 && errno == EEXIST)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' exists already", path);
	if (fd < 0)
		return medark_error_errno(err, errno, "cannot create '%s'", path);
	/* The umask may have taken too much, never too little. */
	failed = fchmod(fd, mode) || write_all(fd, content);
	saved = errno;
	if (close(fd) && !failed) {
		failed = 1;
		saved = errno;
	}
	if (!failed)
		return 0;
	(void)unlink(path);
	return medark_error_errno(err, saved, "cannot write '%s'", path);
}

int medark_small_file_write(const char *path, struct medark_bytes content, mode_t mode,
			    bool replace, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) char *partial = NULL;

	if (!replace)
		return create(path, content, mode, err);
	if (asprintf(&partial, "%s.%ld.partial", path, (long)getpid()) < 0) {
		partial = NULL;
		return medark_error_memory(err, "a file name");
	}
	MEDARK_TRY(create(partial, content, mode, err));
	if (rename(partial, path) == 0)
		return 0;
	(void)medark_error_errno(err, errno, "cannot replace '%s'", path);
	(void)unlink(partial);
	return MEDARK_E_SYSTEM;
}
