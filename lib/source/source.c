/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"

#include "source/kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD_SIZE (64u << 10)

struct medark_stream {
	const struct medark_stream_ops *ops;
	void *self;
	uint64_t position;
};

struct medark_source {
	const struct medark_source_ops *ops;
	void *self;
};

int medark_stream_new(const struct medark_stream_ops *ops, void *self, struct medark_stream **out,
		      struct medark_error *err)
{
	struct medark_stream *s = calloc(1, sizeof(*s));

	if (!s) {
		ops->free(self);
		return medark_error_memory(err, "reading a source");
	}
	s->ops = ops;
	s->self = self;
	*out = s;
	return 0;
}

void medark_stream_free(struct medark_stream *s)
{
	if (!s)
		return;
	s->ops->free(s->self);
	free(s);
}

ssize_t medark_stream_read(struct medark_stream *s, void *out, size_t size,
			   struct medark_error *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = s->ops->read(s->self, (uint8_t *)out + done, size - done, err);

		/* Bytes that came before a failure are kept; the next call meets it again. */
		if (n < 0 && done == 0)
			return n;
		if (n <= 0)
			break;
		done += (size_t)n;
		s->position += (uint64_t)n;
	}
	return (ssize_t)done;
}

bool medark_stream_changed(struct medark_stream *s)
{
	return s->ops->changed && s->ops->changed(s->self, s->position);
}

uint64_t medark_stream_position(const struct medark_stream *s)
{
	return s->position;
}

uint64_t medark_stream_taken(const struct medark_stream *s)
{
	return s->ops->taken ? s->ops->taken(s->self) : s->position;
}

bool medark_stream_can_again(const struct medark_stream *s)
{
	return s->ops->again != NULL;
}

int medark_stream_again(struct medark_stream *s, struct medark_stream **out,
			struct medark_error *err)
{
	return s->ops->again(s->self, out, err);
}

int medark_source_new(const struct medark_source_ops *ops, void *self, struct medark_source **out,
		      struct medark_error *err)
{
	struct medark_source *s = calloc(1, sizeof(*s));

	if (!s) {
		ops->free(self);
		return medark_error_memory(err, "a source");
	}
	s->ops = ops;
	s->self = self;
	*out = s;
	return 0;
}

void medark_source_free(struct medark_source *s)
{
	if (!s)
		return;
	s->ops->free(s->self);
	free(s);
}

int medark_source_next(struct medark_source *s, struct medark_entry *out, struct medark_error *err)
{
	return s->ops->next(s->self, out, err);
}

int medark_source_stream(struct medark_source *s, struct medark_stream **out,
			 struct medark_error *err)
{
	return s->ops->open(s->self, out, err);
}

bool medark_source_parallel(const struct medark_source *s)
{
	return s->ops->parallel;
}

bool medark_source_taken(const struct medark_source *s, uint64_t *out)
{
	if (!s->ops->taken)
		return false;
	*out = s->ops->taken(s->self);
	return true;
}

ssize_t medark_descriptor_read(int fd, void *out, size_t size, struct medark_error *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, (uint8_t *)out + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && done == 0) {
			(void)medark_error_errno(err, errno, "cannot read");
			if (err)
				err->code = MEDARK_E_SOURCE;
			return MEDARK_E_SOURCE;
		}
		/* Bytes that came before a failure are kept; the next call meets it again. */
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int medark_source_exhausted(int reason, struct medark_error *err)
{
	switch (reason) {
	case ENOMEM:
		return medark_error_memory(err, "reading the source");
	case EMFILE:
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the source cannot be read on: this process has as many "
					"files open as it may; allow more (ulimit -n 4096) and "
					"export again");
	case ENFILE:
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the source cannot be read on: the system has as many "
					"files open as it can; export again when other programs "
					"have closed some");
	default:
		return 0;
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A file or pipe is packed or plain: its first bytes tell. */
static int open_bytes(int fd, const char *name, struct medark_source **out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) uint8_t *head = malloc(HEAD_SIZE);
	struct medark_bytes first;
	ssize_t n;

	if (!head) {
		(void)close(fd);
		return medark_error_memory(err, "a source");
	}
	n = medark_descriptor_read(fd, head, HEAD_SIZE, err);
	if (n < 0) {
		(void)close(fd);
		return (int)n;
	}
	first = medark_bytes(head, (size_t)n);
	if (medark_packed_recognise(first))
		return medark_packed_source_open(fd, first, out, err);
	return medark_single_source_open(fd, name, first, out, err);
}

int medark_source_open(const char *path, struct medark_source **out, struct medark_error *err)
{
	struct stat st;
	int fd;

	if (strcmp(path, "-") == 0) {
		fd = dup(STDIN_FILENO);
		if (fd < 0)
			return medark_error_errno(err, errno, "cannot read standard input");
		return open_bytes(fd, "standard-input", out, err);
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0) {
		int code = errno;

		if (fd >= 0)
			(void)close(fd);
		MEDARK_TRY(medark_source_exhausted(code, err));
		(void)medark_error_errno(err, code, "cannot open the source '%s'", path);
		if (err)
			err->code = MEDARK_E_SOURCE;
		return MEDARK_E_SOURCE;
	}
	if (S_ISDIR(st.st_mode))
		return medark_folder_source_open(fd, out, err);
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		(void)close(fd);
		return medark_error_set(err, MEDARK_E_SOURCE,
					"the source '%s' is neither a folder nor a file", path);
	}
	(void)fcntl(fd, F_SETFL, 0); /* a pipe is to be waited for */
	return open_bytes(fd, base_name(path), out, err);
}

bool medark_source_total(const char *path, uint64_t *out)
{
	MEDARK_AUTO(medark_heap_free) char *copy = strdup(path);
	char *const roots[] = { copy, NULL };
	bool is_known = true;
	uint64_t total = 0;
	FTSENT *entry;
	FTS *walk;

	if (!copy || strcmp(path, "-") == 0)
		return false;
	walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, NULL);
	if (!walk)
		return false;
	while ((entry = fts_read(walk))) {
		if (entry->fts_info == FTS_F)
			total += (uint64_t)entry->fts_statp->st_size;
		else if (entry->fts_info == FTS_DEFAULT && entry->fts_level == FTS_ROOTLEVEL)
			is_known = false;
	}
	(void)fts_close(walk);
	*out = total;
	return is_known;
}
