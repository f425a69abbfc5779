/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder: a source that is a tree of files. Walks it in the order of the names' bytes, so that the
 * same tree gives the same order everywhere. Opens everything relative to its parent's descriptor
 * and follows no link, so that a link that is put there while it walks leads nowhere.
 */
#include "source/kinds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 256
#define PATH_ROOM (MEDARK_SOURCE_PATH_MAX + 1)

struct level {
	int fd;
	char **names; /* sorted */
	size_t count, next;
	size_t path_size; /* of the folder's own path, with its slash */
};

struct folder {
	struct level levels[DEPTH_MAX];
	size_t depth; /* levels in use */
	char path[PATH_ROOM];
	int file;      /* the last entry's descriptor, until it is taken */
	char why[128]; /* of the last entry, if it could not be read */
};

static void leave(struct folder *f)
{
	struct level *level = &f->levels[--f->depth];

	for (size_t i = 0; i < level->count; i++)
		free(level->names[i]);
	free(level->names);
	(void)close(level->fd);
	memset(level, 0, sizeof(*level));
}

static void folder_free(void *self)
{
	struct folder *f = self;

	while (f->depth)
		leave(f);
	if (f->file >= 0)
		(void)close(f->file);
	free(f);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct level *level, size_t *room, const char *name)
{
	if (level->count == *room) {
		size_t more = *room ? *room * 2 : 64;
		char **names = realloc(level->names, more * sizeof(*names));

		if (!names)
			return -1;
		level->names = names;
		*room = more;
	}
	level->names[level->count] = strdup(name);
	if (!level->names[level->count])
		return -1;
	level->count++;
	return 0;
}

/* 0 or an errno. */
static int read_names(struct level *level)
{
	size_t room = 0;
	int copy = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int failed = 0;

	if (!dir) {
		int code = errno;

		if (copy >= 0)
			(void)close(copy);
		return code;
	}
	errno = 0;
	while (!failed && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		failed = add_name(level, &room, entry->d_name) < 0 ? ENOMEM : 0;
		errno = 0;
	}
	if (!failed)
		failed = errno;
	(void)closedir(dir);
	if (failed)
		return failed;
	if (level->count)
		qsort(level->names, level->count, sizeof(*level->names), by_bytes);
	return 0;
}

/* Takes `fd`. 0 or an errno. */
static int enter(struct folder *f, int fd, size_t path_size)
{
	struct level *level = &f->levels[f->depth++];

	level->fd = fd;
	level->path_size = path_size;
	return read_names(level);
}

static void describe(struct folder *f, const struct stat *st, struct medark_entry *out)
{
	*out = (struct medark_entry) {
		.kind = S_ISDIR(st->st_mode) ? MEDARK_ENTRY_DIRECTORY : MEDARK_ENTRY_FILE,
		.path = medark_bytes_text(f->path),
		.mtime = st->st_mtim.tv_sec,
		.mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
		.mode = st->st_mode & 07777,
		.size_known = true,
		.size = (uint64_t)st->st_size,
		.device = st->st_dev,
		.inode = st->st_ino,
	};
}

static int skip(struct folder *f, const char *why, struct medark_entry *out)
{
	*out = (struct medark_entry) {
		.kind = MEDARK_ENTRY_SKIPPED,
		.path = medark_bytes_text(f->path),
		.why = why,
	};
	return 1;
}

/*
 * The same for what the system refuses: its reason is told. Ends the source where that is the
 * machine's: the archive would lack what can be read.
 */
static int skip_unreadable(struct folder *f, const char *what, int reason, struct medark_entry *out,
			   struct medark_error *err)
{
	char room[96];

	MEDARK_TRY(medark_source_exhausted(reason, err));
	/* The GNU strerror_r() may return a static string instead of filling the buffer. */
	(void)snprintf(f->why, sizeof(f->why), "%s: %s", what,
		       strerror_r(reason, room, sizeof(room)));
	(void)skip(f, f->why, out);
	out->unreadable = true;
	return 1;
}

static const char *unusable(mode_t mode)
{
	if (S_ISLNK(mode))
		return "symbolic link";
	if (S_ISREG(mode) || S_ISDIR(mode))
		return NULL;
	return S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device";
}

/* The entry `name` of the innermost level: 1, or what medark_source_exhausted() says. */
static int visit(struct folder *f, const char *name, struct medark_entry *out,
		 struct medark_error *err)
{
	struct level *level = &f->levels[f->depth - 1];
	size_t size = level->path_size + strlen(name);
	struct stat st;
	int fd, reason;

	if (size + 1 >= sizeof(f->path)) {
		f->path[level->path_size] = '\0';
		return skip(f, "path too long, below this folder", out);
	}
	memcpy(f->path + level->path_size, name, strlen(name) + 1);
	if (fstatat(level->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? skip(f, "vanished", out)
				       : skip_unreadable(f, "cannot be looked at", errno, out, err);
	if (unusable(st.st_mode))
		return skip(f, unusable(st.st_mode), out);
	fd = openat(level->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? skip(f, "vanished", out)
				       : skip_unreadable(f, "cannot be opened", errno, out, err);
	if (fstat(fd, &st) != 0 || unusable(st.st_mode)) {
		(void)close(fd);
		return skip(f, "changed its kind", out);
	}
	describe(f, &st, out);
	if (out->kind == MEDARK_ENTRY_FILE) {
		f->file = fd;
		return 1;
	}
	if (f->depth == DEPTH_MAX) {
		(void)close(fd);
		return skip(f, "nested too deeply", out);
	}
	f->path[size] = '/';
	f->path[size + 1] = '\0';
	reason = enter(f, fd, size + 1);
	if (reason) {
		leave(f);
		f->path[size] = '\0';
		return skip_unreadable(f, "cannot be listed", reason, out, err);
	}
	out->path = medark_bytes(f->path, size);
	return 1;
}

static int folder_next(void *self, struct medark_entry *out, struct medark_error *err)
{
	struct folder *f = self;

	if (f->file >= 0) {
		(void)close(f->file);
		f->file = -1;
	}
	while (f->depth) {
		struct level *level = &f->levels[f->depth - 1];

		if (level->next < level->count)
			return visit(f, level->names[level->next++], out, err);
		leave(f);
	}
	return 0;
}

static int folder_stream(void *self, struct medark_stream **out, struct medark_error *err)
{
	struct folder *f = self;
	int fd = f->file;

	f->file = -1;
	return medark_file_stream(fd, out, err);
}

static const struct medark_source_ops folder_ops = {
	.next = folder_next,
	.open = folder_stream,
	.parallel = true,
	.free = folder_free,
};

int medark_folder_source_open(int fd, struct medark_source **out, struct medark_error *err)
{
	struct folder *f = calloc(1, sizeof(*f));
	int reason;

	if (!f) {
		(void)close(fd);
		return medark_error_memory(err, "a folder");
	}
	f->file = -1;
	reason = enter(f, fd, 0);
	if (reason) {
		folder_free(f);
		MEDARK_TRY(medark_source_exhausted(reason, err));
		return medark_error_errno(err, reason, "cannot list a folder");
	}
	return medark_source_new(&folder_ops, f, out, err);
}
