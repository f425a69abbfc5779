/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/folder.h"

#include "base/buffer.h"
#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders in each other that a walk, a merge or a sync follows: two descriptors each. */
#define DEPTH_MAX 128

static void directory_close_auto(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int medark_folder_open(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 ? fd : -errno;
}

/* A stream of its own, from the folder's beginning. */
static DIR *list(int fd)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;

	if (!dir && copy >= 0)
		(void)close(copy);
	return dir;
}

/* The next name that is not the folder itself or its parent: 1; 0 at the end; -1 and errno. */
static int next_name(DIR *dir, const char **out)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	if (!entry)
		return errno ? -1 : 0;
	*out = entry->d_name;
	return 1;
}

int medark_folder_is_empty(int fd, const char *except, struct medark_error *err)
{
	MEDARK_AUTO(directory_close) DIR *dir = list(fd);
	const char *name;
	int more;

	if (!dir)
		return medark_error_errno(err, errno, "cannot list a folder");
	do {
		more = next_name(dir, &name);
	} while (more > 0 && except && strcmp(name, except) == 0);
	return more < 0 ? medark_error_errno(err, errno, "cannot list a folder") : more == 0;
}

static int cannot_remove(struct medark_error *err)
{
	return medark_error_errno(err, errno, "cannot remove what an earlier restore left");
}

/* A restored folder may have lost its owner's rights. What fails here fails again, and is told. */
static void make_accessible(int at, const char *name)
{
	if (fchmodat(at, name, 0700, 0) < 0)
		return;
}

/* Folders get names that no part of an unfinished restore has at this place. */
static int move_up(int from, const char *name, int to, unsigned *serial, struct medark_error *err)
{
	char fresh[32];

	make_accessible(from, name);
	do {
		(void)snprintf(fresh, sizeof(fresh), "%u.medark-removed", (*serial)++);
	} while (renameat2(from, name, to, fresh, RENAME_NOREPLACE) < 0 && errno == EEXIST);
	if (faccessat(to, fresh, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return cannot_remove(err);
	return 0;
}

/* Removes the files of a folder in `fd`, and moves its folders up into `fd`. */
static int hollow_out(int fd, const char *name, unsigned *serial, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int sub = -1;
	MEDARK_AUTO(directory_close) DIR *dir = NULL;
	const char *inner;
	int more;

	make_accessible(fd, name);
	sub = medark_folder_open(fd, name);
	dir = sub >= 0 ? list(sub) : NULL;
	if (!dir)
		return cannot_remove(err);
	while ((more = next_name(dir, &inner)) > 0) {
		if (unlinkat(sub, inner, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			return cannot_remove(err);
		MEDARK_TRY(move_up(sub, inner, fd, serial, err));
	}
	return more < 0 ? cannot_remove(err) : 0;
}

/*
 * Folders are taken apart level by level into the outermost one, so that no depth, and no path
 * however long, needs more than a few descriptors.
 */
int medark_folder_clear_but(int fd, const char *one, const char *other, struct medark_error *err)
{
	unsigned serial = 0;
	bool again = true;

	while (again) {
		MEDARK_AUTO(directory_close) DIR *dir = list(fd);
		const char *name;
		int more;

		if (!dir)
			return cannot_remove(err);
		again = false;
		while ((more = next_name(dir, &name)) > 0) {
			if ((one && strcmp(name, one) == 0) || (other && strcmp(name, other) == 0))
				continue;
			again = true;
			if (unlinkat(fd, name, 0) == 0)
				continue;
			if (errno != EISDIR && errno != EPERM)
				return cannot_remove(err);
			MEDARK_TRY(hollow_out(fd, name, &serial, err));
			if (unlinkat(fd, name, AT_REMOVEDIR) < 0)
				return cannot_remove(err);
		}
		if (more < 0)
			return cannot_remove(err);
	}
	return 0;
}

int medark_folder_clear(int fd, struct medark_error *err)
{
	return medark_folder_clear_but(fd, NULL, NULL, err);
}

/* ---- walking ---- */

struct walk {
	int (*each)(void *context, struct medark_bytes path, mode_t mode, struct medark_error *err);
	void *context;
	struct medark_buffer path;
};

static int walk_folder(struct walk *w, int fd, int depth, struct medark_error *err);

static int walk_entry(struct walk *w, int at, const char *name, int depth, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = -1;
	struct stat st;
	int code;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return medark_error_errno(err, errno, "cannot list a folder");
	code = w->each(w->context, medark_bytes(w->path.data, w->path.size), st.st_mode, err);
	if (code || !S_ISDIR(st.st_mode))
		return code;
	fd = medark_folder_open(at, name);
	if (fd < 0)
		return medark_error_errno(err, -fd, "cannot list a folder");
	MEDARK_TRY(medark_buffer_add(&w->path, "/", 1, err));
	return walk_folder(w, fd, depth + 1, err);
}

static int walk_folder(struct walk *w, int fd, int depth, struct medark_error *err)
{
	__attribute__((cleanup(directory_close_auto))) DIR *dir =
		depth < DEPTH_MAX ? list(fd) : NULL;
	size_t size = w->path.size;
	const char *name;
	int more;

	if (!dir)
		return medark_error_errno(err, depth < DEPTH_MAX ? errno : ELOOP,
					  "cannot list a folder");
	while ((more = next_name(dir, &name)) > 0) {
		int code = medark_buffer_add(&w->path, name, strlen(name), err);

		if (code == 0)
			code = walk_entry(w, fd, name, depth, err);
		if (code)
			return code;
		w->path.size = size;
	}
	return more < 0 ? medark_error_errno(err, errno, "cannot list a folder") : 0;
}

int medark_folder_walk(int fd,
		       int (*each)(void *context, struct medark_bytes path, mode_t mode,
				   struct medark_error *err),
		       void *context, struct medark_error *err)
{
	struct walk w = { .each = each,
			  .context = context,
			  .path = MEDARK_BUFFER((DEPTH_MAX + 1) * (NAME_MAX + 1)) };
	int code = walk_folder(&w, fd, 0, err);

	medark_buffer_clear(&w.path);
	return code;
}

/* ---- syncing ---- */

struct syncing {
	bool starting; /* write-back is only begun */
	unsigned left; /* files and folders that may still come */
};

/* Write-back is advice only, so failure means nothing: the sync that follows tells. */
static int sync_open(const struct syncing *s, int fd, struct medark_error *err)
{
	if (s->starting) {
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		return 1;
	}
	/* Not every file system can sync a folder; those that cannot say EINVAL. */
	if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return medark_error_errno(err, errno, "cannot sync the restored files");
	return 1;
}

static int sync_folder(struct syncing *s, int fd, int depth, struct medark_error *err);

static int sync_entry(struct syncing *s, int at, const char *name, int depth,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close)
	int fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (s->left == 0 || depth == DEPTH_MAX || fd < 0 || fstat(fd, &st) < 0)
		return 0;
	s->left--;
	return S_ISDIR(st.st_mode) ? sync_folder(s, fd, depth + 1, err) : sync_open(s, fd, err);
}

static int sync_folder(struct syncing *s, int fd, int depth, struct medark_error *err)
{
	MEDARK_AUTO(directory_close) DIR *dir = list(fd);
	const char *name;
	int more;

	if (!dir)
		return 0;
	while ((more = next_name(dir, &name)) > 0) {
		int synced = sync_entry(s, fd, name, depth, err);

		if (synced <= 0)
			return synced;
	}
	return more < 0 ? 0 : sync_open(s, fd, err);
}

/* All are begun first: then the first sync waits for nearly all, and the others for little. */
int medark_folder_sync(int fd, unsigned most, struct medark_error *err)
{
	struct syncing begin = { .starting = true, .left = most }, end = { .left = most };
	int begun = sync_folder(&begin, fd, 0, err);

	return begun > 0 ? sync_folder(&end, fd, 0, err) : begun;
}

/* ---- merging ---- */

static int cannot_move(struct medark_error *err, int reason)
{
	return medark_error_errno(err, reason, "cannot move into the target");
}

static int collision(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_EXISTS,
				"in the target a file and a folder would have the same name");
}

static int too_deep(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_SYSTEM,
				"the target has more than %d folders in each other", DEPTH_MAX);
}

static int check_merge(int from, int to, int depth, struct medark_error *err);

static int check_entry(int from, int to, const char *name, int depth, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int inner_from = -1;
	MEDARK_AUTO(medark_fd_close) int inner_to = -1;
	struct stat a, b;

	if (fstatat(to, name, &b, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : cannot_move(err, errno);
	if (fstatat(from, name, &a, AT_SYMLINK_NOFOLLOW) < 0)
		return cannot_move(err, errno);
	if (S_ISDIR(a.st_mode) != S_ISDIR(b.st_mode))
		return collision(err);
	if (!S_ISDIR(a.st_mode))
		return 0;
	inner_from = medark_folder_open(from, name);
	inner_to = medark_folder_open(to, name);
	if (inner_from < 0 || inner_to < 0)
		return cannot_move(err, inner_from < 0 ? -inner_from : -inner_to);
	return depth == DEPTH_MAX ? too_deep(err)
				  : check_merge(inner_from, inner_to, depth + 1, err);
}

static int check_merge(int from, int to, int depth, struct medark_error *err)
{
	MEDARK_AUTO(directory_close) DIR *dir = list(from);
	const char *name;
	int more;

	if (!dir)
		return cannot_move(err, errno);
	while ((more = next_name(dir, &name)) > 0)
		MEDARK_TRY(check_entry(from, to, name, depth, err));
	return more < 0 ? cannot_move(err, errno) : 0;
}

int medark_folder_check_merge(int from, int to, struct medark_error *err)
{
	return check_merge(from, to, 0, err);
}

static int merge(int from, int to, int depth, struct medark_error *err);

/* Both names are folders: joins them, or says that they cannot be. */
static int join(int from, int to, const char *name, int depth, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int inner_from = medark_folder_open(from, name);
	MEDARK_AUTO(medark_fd_close) int inner_to = medark_folder_open(to, name);

	if (inner_from < 0 || inner_to < 0)
		return collision(err);
	if (depth == DEPTH_MAX)
		return too_deep(err);
	MEDARK_TRY(merge(inner_from, inner_to, depth + 1, err));
	if (unlinkat(from, name, AT_REMOVEDIR) < 0)
		return cannot_move(err, errno);
	return 0;
}

static int merge(int from, int to, int depth, struct medark_error *err)
{
	MEDARK_AUTO(directory_close) DIR *dir = list(from);
	const char *name;
	int more;

	if (!dir)
		return cannot_move(err, errno);
	while ((more = next_name(dir, &name)) > 0) {
		if (renameat(from, name, to, name) == 0)
			continue;
		if (errno != EISDIR && errno != ENOTDIR && errno != EEXIST && errno != ENOTEMPTY)
			return cannot_move(err, errno);
		MEDARK_TRY(join(from, to, name, depth, err));
	}
	return more < 0 ? cannot_move(err, errno) : 0;
}

int medark_folder_merge(int from, int to, struct medark_error *err)
{
	return merge(from, to, 0, err);
}
