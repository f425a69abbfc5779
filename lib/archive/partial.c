/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/partial.h"

#include "archive/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".medark-partial"

struct medark_partial {
	char *path;	  /* of the target, without slashes at the end */
	bool replace;	  /* the target may hold files */
	int target;	  /* the target if it exists, else -1 */
	mode_t mode;	  /* of the target, if it exists */
	int parent;	  /* the folder that holds the partial one */
	const char *leaf; /* the target's name in the parent; NULL if the parent is the target */
	char name[NAME_MAX + 1]; /* of the partial folder */
	int fd;
};

static int path_copy(struct medark_partial *p, const char *target, struct medark_error *err)
{
	char *resolved = realpath(target, NULL);
	size_t n;

	p->path = resolved ? resolved : strdup(target);
	if (!p->path)
		return medark_error_memory(err, "a path");
	n = strlen(p->path);
	while (n > 1 && p->path[n - 1] == '/')
		p->path[--n] = '\0';
	if (n == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "the target has no name");
	return 0;
}

static int open_target(struct medark_partial *p, struct medark_error *err)
{
	struct stat st;
	int empty;

	p->target = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->target < 0 && errno == ENOTDIR)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"the target '%s' exists and is not a folder", p->path);
	if (p->target < 0 && errno != ENOENT)
		return medark_error_errno(err, errno, "cannot open the target '%s'", p->path);
	if (p->target < 0)
		return 0;
	if (fstat(p->target, &st) < 0)
		return medark_error_errno(err, errno, "cannot open the target '%s'", p->path);
	p->mode = st.st_mode & 0777;
	empty = medark_folder_is_empty(p->target, SUFFIX, err);
	MEDARK_TRY(empty);
	if (!empty && !p->replace)
		return medark_error_set(err, MEDARK_E_EXISTS, "the target folder '%s' is not empty",
					p->path);
	return 0;
}

/* Opens the folder that the target's name stands in. */
static int open_folder_of(const char *path, const char *leaf)
{
	size_t size = (size_t)(leaf - path);
	char *folder = strndup(size ? path : ".", size ? size : 1);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	free(folder);
	return fd;
}

/* False if the target can have nothing beside it. */
static bool open_parent(struct medark_partial *p)
{
	char *slash = strrchr(p->path, '/');
	struct stat a, b;

	p->leaf = slash ? slash + 1 : p->path;
	if (p->leaf[0] == '\0' || strlen(p->leaf) + sizeof(SUFFIX) > sizeof(p->name))
		return false;
	p->parent = open_folder_of(p->path, p->leaf);
	if (p->parent < 0 || p->target < 0)
		return p->parent >= 0;
	/* A mount point cannot be replaced by a rename. */
	return fstat(p->parent, &a) == 0 && fstat(p->target, &b) == 0 && a.st_dev == b.st_dev;
}

/* Opens and locks the partial folder that exists under its name; nothing in it is touched yet. */
static int lock(struct medark_partial *p, int *out_fd, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = medark_folder_open(p->parent, p->name);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return medark_error_set(err, MEDARK_E_EXISTS,
					"'%s' stands in the way and is not ours; remove it",
					p->name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"another restore into this target is under way");
	if (fchmod(fd, 0700) < 0)
		return medark_error_errno(err, errno, "cannot use '%s'", p->name);
	*out_fd = fd;
	fd = -1;
	return 0;
}

/* 1 if the folder is ours now, 0 if the parent does not let us write. */
static int make(struct medark_partial *p, struct medark_error *err)
{
	bool made = mkdirat(p->parent, p->name, 0700) == 0;
	int code;

	if (!made && errno != EEXIST) {
		if (errno == EACCES || errno == EPERM || errno == EROFS)
			return 0;
		return medark_error_errno(err, errno, "cannot make a folder for the target '%s'",
					  p->path);
	}
	code = lock(p, &p->fd, err);
	if (code < 0 && made)
		(void)unlinkat(p->parent, p->name, AT_REMOVEDIR);
	MEDARK_TRY(code);
	MEDARK_TRY(medark_folder_clear(p->fd, err));
	return 1;
}

static int make_beside(struct medark_partial *p, struct medark_error *err)
{
	if (!open_parent(p))
		return 0;
	(void)snprintf(p->name, sizeof(p->name), "%s" SUFFIX, p->leaf);
	return make(p, err);
}

static int make_inside(struct medark_partial *p, struct medark_error *err)
{
	int made = 0;

	if (p->parent >= 0)
		(void)close(p->parent);
	p->parent = -1;
	p->leaf = NULL;
	if (p->target >= 0) {
		p->parent = openat(p->target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		(void)snprintf(p->name, sizeof(p->name), SUFFIX);
		made = p->parent >= 0 ? make(p, err) : 0;
	}
	MEDARK_TRY(made);
	if (!made)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the target '%s' cannot be made or written to", p->path);
	return 0;
}

int medark_partial_new(const char *target, bool replace, struct medark_partial **out,
		       struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_free) struct medark_partial *p = calloc(1, sizeof(*p));
	int made;

	if (!p)
		return medark_error_memory(err, "a folder");
	p->target = p->parent = p->fd = -1;
	p->replace = replace;
	MEDARK_TRY(path_copy(p, target, err));
	MEDARK_TRY(open_target(p, err));
	made = make_beside(p, err);
	MEDARK_TRY(made);
	if (!made)
		MEDARK_TRY(make_inside(p, err));
	*out = MEDARK_TAKE(p);
	return 0;
}

int medark_partial_fd(const struct medark_partial *p)
{
	return p->fd;
}

/* The target did not exist: it must not have come into being meanwhile. */
static int rename_to_new(struct medark_partial *p, struct medark_error *err)
{
	if (renameat2(p->parent, p->name, p->parent, p->leaf, RENAME_NOREPLACE) == 0)
		return 0;
	/* A file system that knows no such rename still replaces nothing but an empty folder. */
	if (errno == EINVAL && renameat(p->parent, p->name, p->parent, p->leaf) == 0)
		return 0;
	if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"the target '%s' came into being during the restore",
					p->path);
	return medark_error_errno(err, errno, "cannot give the target '%s' its name", p->path);
}

int medark_partial_finish(struct medark_partial *p, struct medark_error *err)
{
	int empty;

	if (p->target < 0) {
		MEDARK_TRY(rename_to_new(p, err));
	} else {
		empty = medark_folder_is_empty(p->target, SUFFIX, err);
		MEDARK_TRY(empty);
		if (!empty && !p->replace)
			return medark_error_set(err, MEDARK_E_EXISTS,
						"the target folder '%s' is not empty any more",
						p->path);
		if (empty && p->leaf && fchmod(p->fd, p->mode) == 0 &&
		    renameat(p->parent, p->name, p->parent, p->leaf) == 0) {
			(void)close(p->fd);
			p->fd = -1;
			return 0;
		}
		MEDARK_TRY(medark_folder_merge(p->fd, p->target, err));
		if (unlinkat(p->parent, p->name, AT_REMOVEDIR) < 0)
			return medark_error_errno(err, errno, "cannot remove '%s'", p->name);
	}
	(void)close(p->fd);
	p->fd = -1;
	return 0;
}

void medark_partial_free(struct medark_partial *p)
{
	if (!p)
		return;
	if (p->fd >= 0) {
		struct medark_error ignored;

		if (medark_folder_clear(p->fd, &ignored) == 0)
			(void)unlinkat(p->parent, p->name, AT_REMOVEDIR);
		(void)close(p->fd);
	}
	if (p->parent >= 0)
		(void)close(p->parent);
	if (p->target >= 0)
		(void)close(p->target);
	free(p->path);
	free(p);
}
