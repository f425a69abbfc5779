/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/partial_folder.h"

#include "archive/chart_folder.h"
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

/* The folder in it that becomes the target. What stands beside it was not put there by medark. */
#define CONTENT "unfinished.medark-restore"

/* So many files and folders are synced one by one; more of them with the whole file system. */
#define SYNC_ONE_BY_ONE 64

struct medark_partial_folder {
	char *path; /* of the target, without slashes at the end */
	enum medark_partial_over over;
	int reason;	  /* errno: why there is no place for the partial folder */
	bool sync;	  /* its names are to be on the disk */
	int target;	  /* the target if it exists, else -1 */
	mode_t mode;	  /* of the target, if it exists */
	int parent;	  /* the folder that holds the partial one */
	const char *leaf; /* the target's name in the parent; NULL if the parent is the target */
	char name[NAME_MAX + 1]; /* of the partial folder */
	int outer;		 /* the partial folder, locked */
	int fd;			 /* CONTENT in it, until it has its name */
};

static int path_copy(struct medark_partial_folder *p, const char *target, struct medark_error *err)
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

/* Refuses what the target holds; 1 if it is empty. */
static int check_target(const struct medark_partial_folder *p, const char *except,
			struct medark_error *err)
{
	int empty = medark_folder_is_empty(p->target, SUFFIX, err), own;

	if (empty || p->over == MEDARK_OVER_FILES)
		return empty;
	if (p->over == MEDARK_OVER_NOTHING)
		return medark_error_set(err, MEDARK_E_EXISTS, "the target folder '%s' is not empty",
					p->path);
	own = medark_chart_folder_is_own(p->target, except, err);
	MEDARK_TRY(own);
	if (!own)
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"the target folder '%s' holds more than an earlier chart, "
			"which is all that a chart may replace: choose a new folder",
			p->path);
	return 0;
}

static int open_target(struct medark_partial_folder *p, struct medark_error *err)
{
	struct stat st;

	p->target = open(p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->target < 0 && errno == ENOTDIR && access(p->path, F_OK) == 0)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"the target '%s' exists and is not a folder", p->path);
	if (p->target < 0 && errno != ENOENT && errno != ENOTDIR)
		return medark_error_errno(err, errno, "cannot open the target '%s'", p->path);
	if (p->target < 0)
		return 0;
	if (fstat(p->target, &st) < 0)
		return medark_error_errno(err, errno, "cannot open the target '%s'", p->path);
	p->mode = st.st_mode & 0777;
	MEDARK_TRY(check_target(p, SUFFIX, err));
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

/* False if the target can have nothing beside it; why stands in p->reason. */
static bool open_parent(struct medark_partial_folder *p)
{
	char *slash = strrchr(p->path, '/');
	struct stat a, b;

	p->leaf = slash ? slash + 1 : p->path;
	p->reason = ENAMETOOLONG;
	if (p->leaf[0] == '\0' || strlen(p->leaf) + sizeof(SUFFIX) > sizeof(p->name))
		return false;
	p->parent = open_folder_of(p->path, p->leaf);
	p->reason = p->parent < 0 ? errno : 0;
	if (p->parent < 0 || p->target < 0)
		return p->parent >= 0;
	/* A mount point cannot be replaced by a rename. */
	return fstat(p->parent, &a) == 0 && fstat(p->target, &b) == 0 && a.st_dev == b.st_dev;
}

static int in_the_way(const struct medark_partial_folder *p, const char *why,
		      struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_SYSTEM,
				"'%s' stands in the way %s; move it away or remove it", p->name,
				why);
}

/* Opens and locks the partial folder that exists under its name; nothing in it is touched yet. */
static int lock(struct medark_partial_folder *p, int *out_fd, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = medark_folder_open(p->parent, p->name);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return in_the_way(p, "and is not ours", err);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"another restore into this target is under way");
	*out_fd = medark_fd_take(&fd);
	return 0;
}

/* Removes what stands in `content` and the folder itself. */
static int remove_content(const struct medark_partial_folder *p, int content,
			  struct medark_error *err)
{
	MEDARK_TRY(medark_folder_clear(content, err));
	if (unlinkat(p->outer, CONTENT, AT_REMOVEDIR) < 0)
		return medark_error_errno(err, errno, "cannot remove '%s'", p->name);
	return 0;
}

/* What a killed run left is known by its name. Anything else is somebody's own, and stays. */
static int remove_left(const struct medark_partial_folder *p, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int left = -1;
	int known = medark_folder_is_empty(p->outer, CONTENT, err);

	MEDARK_TRY(known);
	if (!known)
		return in_the_way(p, "and holds what no restore put there", err);
	if (fchmodat(p->outer, CONTENT, 0700, 0) < 0 && errno == ENOENT)
		return 0;
	left = medark_folder_open(p->outer, CONTENT);
	if (left < 0)
		return in_the_way(p, "and holds what no restore put there", err);
	return remove_content(p, left, err);
}

static int make_content(struct medark_partial_folder *p, struct medark_error *err)
{
	MEDARK_TRY(remove_left(p, err));
	if (fchmod(p->outer, 0700) < 0 || mkdirat(p->outer, CONTENT, 0700) < 0)
		return medark_error_errno(err, errno, "cannot use '%s'", p->name);
	p->fd = medark_folder_open(p->outer, CONTENT);
	if (p->fd >= 0)
		return 0;
	(void)unlinkat(p->outer, CONTENT, AT_REMOVEDIR);
	return medark_error_errno(err, -p->fd, "cannot use '%s'", p->name);
}

/* 1 if the folder is ours now, 0 if the parent does not let us write. */
static int make(struct medark_partial_folder *p, struct medark_error *err)
{
	bool made = mkdirat(p->parent, p->name, 0700) == 0;
	int code;

	if (!made && errno != EEXIST) {
		p->reason = errno;
		if (errno == EACCES || errno == EPERM || errno == EROFS)
			return 0;
		return medark_error_errno(err, errno, "cannot make a folder for the target '%s'",
					  p->path);
	}
	code = lock(p, &p->outer, err);
	if (code >= 0)
		code = make_content(p, err);
	if (code < 0 && made)
		(void)unlinkat(p->parent, p->name, AT_REMOVEDIR);
	return code < 0 ? code : 1;
}

static int make_beside(struct medark_partial_folder *p, struct medark_error *err)
{
	if (!open_parent(p))
		return 0;
	(void)snprintf(p->name, sizeof(p->name), "%s" SUFFIX, p->leaf);
	return make(p, err);
}

/* Neither beside nor inside: what is missing. */
static int no_place(const struct medark_partial_folder *p, struct medark_error *err)
{
	const char *slash = strrchr(p->path, '/');
	int size = slash ? (int)(slash - p->path) : 1;
	const char *folder = slash ? p->path : ".";

	if (p->target >= 0)
		return medark_error_errno(err, p->reason, "nothing can be written in it");
	if (p->reason == ENAMETOOLONG)
		return medark_error_set(err, MEDARK_E_SYSTEM, "the name is too long");
	if (p->reason == ENOENT)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"the folder '%.*s' does not exist: make it first", size,
					folder);
	if (p->reason == ENOTDIR)
		return medark_error_set(err, MEDARK_E_SYSTEM, "'%.*s' is not a folder", size,
					folder);
	return medark_error_errno(err, p->reason, "no folder can be made in '%.*s'", size, folder);
}

static int make_inside(struct medark_partial_folder *p, struct medark_error *err)
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
	return made ? 0 : no_place(p, err);
}

/* Nothing is made yet. */
static int look(const char *target, enum medark_partial_over over,
		struct medark_partial_folder **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_folder_free)
	struct medark_partial_folder *p = calloc(1, sizeof(*p));

	if (!p)
		return medark_error_memory(err, "a folder");
	p->target = p->parent = p->outer = p->fd = -1;
	p->over = over;
	MEDARK_TRY(path_copy(p, target, err));
	MEDARK_TRY(open_target(p, err));
	*out = MEDARK_TAKE(p);
	return 0;
}

bool medark_partial_folder_is_taken(const char *target, enum medark_partial_over over)
{
	MEDARK_AUTO(medark_partial_folder_free) struct medark_partial_folder *p = NULL;
	struct medark_error ignored = { 0 };

	return look(target, over, &p, &ignored) >= 0 && p->target >= 0 &&
	       check_target(p, SUFFIX, &ignored) == 0;
}

int medark_partial_folder_new(const char *target, enum medark_partial_over over,
			      struct medark_partial_folder **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_folder_free) struct medark_partial_folder *p = NULL;
	int made;

	MEDARK_TRY(look(target, over, &p, err));
	made = make_beside(p, err);
	MEDARK_TRY(made);
	if (!made)
		MEDARK_TRY(make_inside(p, err));
	*out = MEDARK_TAKE(p);
	return 0;
}

int medark_partial_folder_fd(const struct medark_partial_folder *p)
{
	return p->fd;
}

/* What is said to be restored must outlast a power cut. */
static int sync_content(const struct medark_partial_folder *p, struct medark_error *err)
{
	int synced = medark_folder_sync(p->fd, SYNC_ONE_BY_ONE, err);

	MEDARK_TRY(synced);
	if (!synced && syncfs(p->fd) < 0)
		return medark_error_errno(err, errno, "cannot sync the restored files");
	return 0;
}

/* The target did not exist: it must not have come into being meanwhile. */
static int rename_to_new(struct medark_partial_folder *p, struct medark_error *err)
{
	if (renameat2(p->outer, CONTENT, p->parent, p->leaf, RENAME_NOREPLACE) == 0)
		return 0;
	/* A file system that knows no such rename still replaces nothing but an empty folder. */
	if (errno == EINVAL && renameat(p->outer, CONTENT, p->parent, p->leaf) == 0)
		return 0;
	if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"the target '%s' came into being during the restore",
					p->path);
	return medark_error_errno(err, errno, "cannot give the target '%s' its name", p->path);
}

/*
 * The target has its name. If that cannot be made lasting, or the folder around it cannot be
 * removed, it goes back, and an empty target stands again where one was.
 */
static int settle(struct medark_partial_folder *p, struct medark_error *err)
{
	int reason = 0;

	/* Only now: a folder that its owner may not write to cannot be moved. */
	if ((p->target >= 0 && fchmod(p->fd, p->mode) < 0) ||
	    (p->sync && fsync(p->parent) < 0 && errno != EINVAL && errno != EROFS &&
	     errno != ENOTSUP) ||
	    unlinkat(p->parent, p->name, AT_REMOVEDIR) < 0)
		reason = errno;
	if (!reason)
		return 0;
	if (fchmod(p->fd, 0700) < 0 || renameat(p->parent, p->leaf, p->outer, CONTENT) < 0)
		return medark_error_errno(
			err, reason, "the target '%s' is complete, but may not outlast a power cut",
			p->path);
	if (p->target >= 0)
		(void)mkdirat(p->parent, p->leaf, p->mode);
	return medark_error_errno(err, reason, "cannot complete the target '%s'", p->path);
}

static int move_into_target(struct medark_partial_folder *p, struct medark_error *err)
{
	int code;

	MEDARK_TRY(medark_folder_check_merge(p->fd, p->target, err));
	code = medark_folder_merge(p->fd, p->target, err);
	if (code < 0)
		return medark_error_prefix(
			err, code, "the target '%s' holds only a part of what was to be restored",
			p->path);
	if (unlinkat(p->outer, CONTENT, AT_REMOVEDIR) < 0 ||
	    unlinkat(p->parent, p->name, AT_REMOVEDIR) < 0)
		return medark_error_errno(err, errno, "cannot remove '%s'", p->name);
	if (p->sync && syncfs(p->target) < 0)
		return medark_error_errno(err, errno, "cannot sync the target '%s'", p->path);
	return 0;
}

/* Did the exchange bring here what was looked at? Else somebody else's folder would go. */
static bool is_target(const struct medark_partial_folder *p)
{
	struct stat a, b;

	return fstat(p->target, &a) == 0 &&
	       fstatat(p->outer, CONTENT, &b, AT_SYMLINK_NOFOLLOW) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/*
 * The two charts have changed places. The old one is now where an unfinished restore would be, and
 * goes like one, here or, after a kill, before the next restore.
 */
static int drop_old_chart(struct medark_partial_folder *p, struct medark_error *err)
{
	if (!is_target(p)) {
		if (renameat2(p->outer, CONTENT, p->parent, p->leaf, RENAME_EXCHANGE) < 0)
			return medark_error_errno(err, errno, "cannot put '%s' back", p->path);
		return medark_error_set(err, MEDARK_E_EXISTS,
					"the target '%s' was replaced during the restore", p->path);
	}
	if (fchmod(p->fd, p->mode) < 0 || (p->sync && fsync(p->parent) < 0 && errno != EINVAL &&
					   errno != EROFS && errno != ENOTSUP))
		return medark_error_errno(
			err, errno, "the target '%s' is complete, but may not outlast a power cut",
			p->path);
	MEDARK_TRY(remove_content(p, p->target, err));
	if (unlinkat(p->parent, p->name, AT_REMOVEDIR) < 0)
		return medark_error_errno(err, errno, "cannot remove '%s'", p->name);
	return 0;
}

/* The report goes last and comes first, so that after a kill it is still known as a chart. */
static int replace_chart(struct medark_partial_folder *p, struct medark_error *err)
{
	if (p->leaf && renameat2(p->outer, CONTENT, p->parent, p->leaf, RENAME_EXCHANGE) == 0)
		return drop_old_chart(p, err);
	MEDARK_TRY(medark_folder_clear_but(p->target, MEDARK_CHART_REPORT, p->leaf ? NULL : SUFFIX,
					   err));
	if (renameat(p->fd, MEDARK_CHART_REPORT, p->target, MEDARK_CHART_REPORT) < 0)
		return medark_error_errno(err, errno, "cannot replace the chart in '%s'", p->path);
	return move_into_target(p, err);
}

static int give_name(struct medark_partial_folder *p, struct medark_error *err)
{
	int empty;

	if (p->target < 0) {
		MEDARK_TRY(rename_to_new(p, err));
		return settle(p, err);
	}
	empty = check_target(p, p->leaf ? NULL : SUFFIX, err);
	MEDARK_TRY(empty);
	if (empty && p->leaf && renameat(p->outer, CONTENT, p->parent, p->leaf) == 0)
		return settle(p, err);
	if (!empty && p->over == MEDARK_OVER_CHART)
		return replace_chart(p, err);
	return move_into_target(p, err);
}

int medark_partial_folder_finish(struct medark_partial_folder *p, bool sync,
				 struct medark_error *err)
{
	p->sync = sync;
	if (sync)
		MEDARK_TRY(sync_content(p, err));
	MEDARK_TRY(give_name(p, err));
	(void)close(p->fd);
	p->fd = -1;
	return 0;
}

int medark_partial_folder_discard(struct medark_partial_folder *p, struct medark_error *err)
{
	if (p->fd >= 0) {
		MEDARK_TRY(remove_content(p, p->fd, err));
		(void)close(p->fd);
		p->fd = -1;
	}
	if (unlinkat(p->parent, p->name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return medark_error_errno(err, errno, "cannot remove '%s'", p->name);
	return 0;
}

void medark_partial_folder_free(struct medark_partial_folder *p)
{
	struct medark_error ignored;

	if (!p)
		return;
	if (p->fd >= 0) {
		/* What cannot be removed stays for the next run, which knows it by its name. */
		if (remove_content(p, p->fd, &ignored) == 0)
			(void)unlinkat(p->parent, p->name, AT_REMOVEDIR);
		(void)close(p->fd);
	}
	if (p->outer >= 0)
		(void)close(p->outer);
	if (p->parent >= 0)
		(void)close(p->parent);
	if (p->target >= 0)
		(void)close(p->target);
	free(p->path);
	free(p);
}
