/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/folder.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders in each other that a merge follows: two descriptors each. */
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

/* The next name that is not the folder itself or its parent; NULL at the end. */
static const char *next_name(DIR *dir)
{
	struct dirent *entry;

	do {
		entry = readdir(dir);
	} while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry ? entry->d_name : NULL;
}

int medark_folder_is_empty(int fd, const char *except, struct medark_error *err)
{
	__attribute__((cleanup(directory_close_auto))) DIR *dir = list(fd);
	const char *name;

	if (!dir)
		return medark_error_errno(err, errno, "cannot list the target folder");
	do {
		name = next_name(dir);
	} while (name && except && strcmp(name, except) == 0);
	return name == NULL;
}

static int cannot_remove(struct medark_error *err)
{
	return medark_error_errno(err, errno, "cannot remove what an unfinished restore left");
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
	__attribute__((cleanup(directory_close_auto))) DIR *dir = NULL;
	const char *inner;

	make_accessible(fd, name);
	sub = medark_folder_open(fd, name);
	dir = sub >= 0 ? list(sub) : NULL;
	if (!dir)
		return cannot_remove(err);
	while ((inner = next_name(dir))) {
		if (unlinkat(sub, inner, 0) == 0)
			continue;
		if (errno != EISDIR && errno != EPERM)
			return cannot_remove(err);
		MEDARK_TRY(move_up(sub, inner, fd, serial, err));
	}
	return 0;
}

/*
 * Folders are taken apart level by level into the outermost one, so that no depth, and no path
 * however long, needs more than a few descriptors.
 */
int medark_folder_clear(int fd, struct medark_error *err)
{
	unsigned serial = 0;
	bool again = true;

	while (again) {
		__attribute__((cleanup(directory_close_auto))) DIR *dir = list(fd);
		const char *name;

		if (!dir)
			return cannot_remove(err);
		again = false;
		while ((name = next_name(dir))) {
			again = true;
			if (unlinkat(fd, name, 0) == 0)
				continue;
			if (errno != EISDIR && errno != EPERM)
				return cannot_remove(err);
			MEDARK_TRY(hollow_out(fd, name, &serial, err));
			if (unlinkat(fd, name, AT_REMOVEDIR) < 0)
				return cannot_remove(err);
		}
	}
	return 0;
}

static int merge(int from, int to, int depth, struct medark_error *err);

/* Both names are folders: joins them, or says that they cannot be. */
static int join(int from, int to, const char *name, int depth, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int inner_from = medark_folder_open(from, name);
	MEDARK_AUTO(medark_fd_close) int inner_to = medark_folder_open(to, name);

	if (inner_from < 0 || inner_to < 0)
		return medark_error_set(
			err, MEDARK_E_EXISTS,
			"in the target a file and a folder would have the same name");
	if (depth == DEPTH_MAX)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the target has more than %d folders in each other",
					DEPTH_MAX);
	MEDARK_TRY(merge(inner_from, inner_to, depth + 1, err));
	if (unlinkat(from, name, AT_REMOVEDIR) < 0)
		return medark_error_errno(err, errno, "cannot move into the target");
	return 0;
}

static int merge(int from, int to, int depth, struct medark_error *err)
{
	__attribute__((cleanup(directory_close_auto))) DIR *dir = list(from);
	const char *name;

	if (!dir)
		return medark_error_errno(err, errno, "cannot list the restored files");
	while ((name = next_name(dir))) {
		if (renameat(from, name, to, name) == 0)
			continue;
		if (errno != EISDIR && errno != ENOTDIR && errno != EEXIST && errno != ENOTEMPTY)
			return medark_error_errno(err, errno, "cannot move into the target");
		MEDARK_TRY(join(from, to, name, depth, err));
	}
	return 0;
}

int medark_folder_merge(int from, int to, struct medark_error *err)
{
	return merge(from, to, 0, err);
}
