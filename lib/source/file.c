/* SPDX-License-Identifier: Apache-2.0 */
/* file: streams over regular files and pipes, and a source that is one such file. */
#include "source/kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct file_stream {
	int fd;
	struct stat opened;
	uint8_t *head; /* bytes that were read before the stream was made */
	size_t head_size, head_at;
};

static void stream_free(void *self)
{
	struct file_stream *f = self;

	if (f->fd >= 0)
		(void)close(f->fd);
	free(f->head);
	free(f);
}

static ssize_t stream_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct file_stream *f = self;

	if (f->head_at < f->head_size) {
		size_t n = f->head_size - f->head_at < size ? f->head_size - f->head_at : size;

		memcpy(out, f->head + f->head_at, n);
		f->head_at += n;
		return (ssize_t)n;
	}
	return medark_descriptor_read(f->fd, out, size, err);
}

/* A back-up must notice a file that is written to while it is read (size, time). */
static bool stream_changed(void *self, uint64_t bytes_read)
{
	struct file_stream *f = self;
	struct stat now;

	if (!S_ISREG(f->opened.st_mode))
		return false;
	if (fstat(f->fd, &now) != 0)
		return true;
	return (uint64_t)f->opened.st_size != bytes_read || now.st_size != f->opened.st_size ||
	       now.st_mtim.tv_sec != f->opened.st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != f->opened.st_mtim.tv_nsec;
}

static int stream_again(void *self, struct medark_stream **out, struct medark_error *err)
{
	struct file_stream *f = self;
	char path[64];
	int fd;

	/* The same inode, with a position of its own, whatever the name stands for by now. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int code = errno;

		MEDARK_TRY(medark_source_exhausted(code, err));
		return medark_error_errno(err, code, "cannot read a file a second time");
	}
	return medark_file_stream(fd, out, err);
}

static const struct medark_stream_ops file_ops = {
	.read = stream_read,
	.changed = stream_changed,
	.again = stream_again,
	.free = stream_free,
};

static const struct medark_stream_ops pipe_ops = {
	.read = stream_read,
	.changed = stream_changed,
	.free = stream_free,
};

static int make_stream(int fd, struct medark_bytes head, struct medark_stream **out,
		       struct medark_error *err)
{
	struct file_stream *f = calloc(1, sizeof(*f));

	if (!f) {
		(void)close(fd);
		return medark_error_memory(err, "reading a file");
	}
	f->fd = fd;
	if (fstat(fd, &f->opened) != 0) {
		int code = errno;

		stream_free(f);
		return medark_error_errno(err, code, "cannot read a file");
	}
	if (S_ISREG(f->opened.st_mode) && lseek(fd, 0, SEEK_SET) == 0) {
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		return medark_stream_new(&file_ops, f, out, err);
	}
	f->head = malloc(head.size + 1);
	if (!f->head) {
		stream_free(f);
		return medark_error_memory(err, "reading a pipe");
	}
	if (head.size)
		memcpy(f->head, head.data, head.size);
	f->head_size = head.size;
	return medark_stream_new(&pipe_ops, f, out, err);
}

int medark_file_stream(int fd, struct medark_stream **out, struct medark_error *err)
{
	return make_stream(fd, medark_bytes(NULL, 0), out, err);
}

struct single {
	char *name;
	struct stat st;
	struct medark_stream *stream;
	bool given;
};

static void single_free(void *self)
{
	struct single *s = self;

	medark_stream_free(s->stream);
	free(s->name);
	free(s);
}

static int single_next(void *self, struct medark_entry *out, struct medark_error *err)
{
	struct single *s = self;

	(void)err;
	if (s->given)
		return 0;
	s->given = true;
	*out = (struct medark_entry) {
		.kind = MEDARK_ENTRY_FILE,
		.path = medark_bytes_text(s->name),
		.mtime = S_ISREG(s->st.st_mode) ? s->st.st_mtim.tv_sec : 0,
		.mtime_ns = S_ISREG(s->st.st_mode) ? (uint32_t)s->st.st_mtim.tv_nsec : 0,
		.mode = S_ISREG(s->st.st_mode) ? s->st.st_mode & 07777 : 0600,
		.size_known = S_ISREG(s->st.st_mode),
		.size = S_ISREG(s->st.st_mode) ? (uint64_t)s->st.st_size : 0,
		.device = s->st.st_dev,
		.inode = s->st.st_ino,
	};
	return 1;
}

static int single_stream(void *self, struct medark_stream **out, struct medark_error *err)
{
	struct single *s = self;

	(void)err;
	*out = MEDARK_TAKE(s->stream);
	return 0;
}

static const struct medark_source_ops single_ops = {
	.next = single_next,
	.open = single_stream,
	.parallel = true,
	.free = single_free,
};

int medark_single_source_open(int fd, const char *name, struct medark_bytes head,
			      struct medark_source **out, struct medark_error *err)
{
	struct single *s = calloc(1, sizeof(*s));
	int code;

	if (!s) {
		(void)close(fd);
		return medark_error_memory(err, "a source");
	}
	s->name = strdup(name);
	if (!s->name || fstat(fd, &s->st) != 0) {
		code = s->name ? medark_error_errno(err, errno, "cannot read a file")
			       : medark_error_memory(err, "a source");
		(void)close(fd);
		single_free(s);
		return code;
	}
	code = make_stream(fd, head, &s->stream, err);
	if (code < 0) {
		single_free(s);
		return code;
	}
	return medark_source_new(&single_ops, s, out, err);
}
