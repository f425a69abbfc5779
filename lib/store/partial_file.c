/* SPDX-License-Identifier: Apache-2.0 */
#include "store/partial_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARK	      ".partial-"
#define SUFFIX_SIZE   6
#define ATTEMPTS      100
#define STALE_SECONDS 3600

/* "." NAME MARK suffix must stay a name: a long NAME is cut in it. */
#define NAME_PART_MAX (NAME_MAX - 1 - (int)sizeof(MARK) + 1 - SUFFIX_SIZE)

struct medark_partial_file {
	int folder;
	int fd;
	bool replace;
	bool has_temporary; /* `temporary` exists in the folder and is ours */
	char temporary[NAME_MAX + 1];
	char name[NAME_MAX + 1]; /* in the folder */
	char path[];		 /* as given, for messages */
};

int medark_partial_file_fd(const struct medark_partial_file *p)
{
	return p->fd;
}

/* Splits the path and opens the folder, so that a later rename of it changes nothing. */
static int open_folder(struct medark_partial_file *p, struct medark_error *err)
{
	const char *slash = strrchr(p->path, '/');
	const char *name = slash ? slash + 1 : p->path;
	MEDARK_AUTO(medark_heap_free) char *folder = NULL;

	if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return medark_error_set(err, MEDARK_E_USAGE, "'%s' does not name a file", p->path);
	if (strlen(name) > NAME_MAX)
		return medark_error_errno(err, ENAMETOOLONG, "cannot create '%s'", p->path);
	memcpy(p->name, name, strlen(name) + 1);
	folder = slash ? strndup(p->path, (size_t)(name - p->path)) : strdup(".");
	if (!folder)
		return medark_error_memory(err, "an output");
	p->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->folder < 0)
		return medark_error_errno(err, errno, "cannot open the folder of '%s'", p->path);
	return 0;
}

static int check_free(const struct medark_partial_file *p, struct medark_error *err)
{
	struct stat st;

	if (fstatat(p->folder, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0;
		return medark_error_errno(err, errno, "cannot create '%s'", p->path);
	}
	if (!p->replace)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' exists", p->path);
	if (S_ISLNK(st.st_mode) && fstatat(p->folder, p->name, &st, 0) < 0)
		return 0; /* a link to nothing hides nothing */
	if (!S_ISREG(st.st_mode))
		return medark_error_set(err, MEDARK_E_EXISTS,
					"'%s' exists and is not a regular file", p->path);
	return 0;
}

/* Is `name` what make_temporary() could have made for this output? */
static bool is_temporary(const struct medark_partial_file *p, const char *name)
{
	char head[NAME_MAX + 1];
	int n = snprintf(head, sizeof(head), ".%.*s" MARK, NAME_PART_MAX, p->name);

	return strncmp(name, head, (size_t)n) == 0 && strlen(name) == (size_t)n + SUFFIX_SIZE;
}

static void remove_if_stale(const struct medark_partial_file *p, const char *name)
{
	MEDARK_AUTO(medark_fd_close)
	int fd = openat(p->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    time(NULL) - st.st_mtime < STALE_SECONDS)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	(void)unlinkat(p->folder, name, 0);
}

/* What a killed run left. Best effort: nothing depends on it. */
static void remove_stale(const struct medark_partial_file *p)
{
	int fd = openat(p->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (is_temporary(p, entry->d_name))
			remove_if_stale(p, entry->d_name);
	(void)closedir(dir);
}

/* A name that nobody knows yet; whether it is free shows when it is used. */
static void make_temporary(struct medark_partial_file *p)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	uint8_t random[SUFFIX_SIZE] = { 0 };
	char suffix[SUFFIX_SIZE + 1] = { 0 };

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		(void)snprintf((char *)random, sizeof(random), "%d", (int)getpid());
	for (int i = 0; i < SUFFIX_SIZE; i++)
		suffix[i] = letters[random[i] % 32];
	(void)snprintf(p->temporary, sizeof(p->temporary), ".%.*s" MARK "%s", NAME_PART_MAX,
		       p->name, suffix);
}

/* The only name of a file without a name; needs /proc, which is seen before it is relied on. */
static void own_path(int fd, char out[40])
{
	(void)snprintf(out, 40, "/proc/self/fd/%d", fd);
}

static bool open_unnamed(struct medark_partial_file *p)
{
	char self[40];
	struct stat st;

	p->fd = openat(p->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (p->fd < 0)
		return false;
	own_path(p->fd, self);
	if (stat(self, &st) == 0)
		return true;
	(void)close(p->fd);
	p->fd = -1;
	return false;
}

static int open_named(struct medark_partial_file *p, struct medark_error *err)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		make_temporary(p);
		p->fd = openat(p->folder, p->temporary,
			       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (p->fd < 0 && errno == EEXIST)
			continue;
		if (p->fd < 0)
			break;
		p->has_temporary = true;
		(void)flock(p->fd, LOCK_EX | LOCK_NB); /* tells others that we live */
		return 0;
	}
	return medark_error_errno(err, errno, "cannot create '%s'", p->path);
}

int medark_partial_file_new(const char *path, bool replace, struct medark_partial_file **out,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_partial_file_free) struct medark_partial_file *p = NULL;
	size_t n = strlen(path) + 1;

	p = calloc(1, sizeof(*p) + n);
	if (!p)
		return medark_error_memory(err, "an output");
	p->folder = -1;
	p->fd = -1;
	p->replace = replace;
	memcpy(p->path, path, n);
	MEDARK_TRY(open_folder(p, err));
	MEDARK_TRY(check_free(p, err));
	remove_stale(p);
	if (!open_unnamed(p))
		MEDARK_TRY(open_named(p, err));
	*out = MEDARK_TAKE(p);
	return 0;
}

void medark_partial_file_free(struct medark_partial_file *p)
{
	if (!p)
		return;
	if (p->has_temporary)
		(void)unlinkat(p->folder, p->temporary, 0);
	if (p->fd >= 0)
		(void)close(p->fd);
	if (p->folder >= 0)
		(void)close(p->folder);
	free(p);
}

static int taken(const struct medark_partial_file *p, int saved_errno, struct medark_error *err)
{
	if (saved_errno == EEXIST)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' exists", p->path);
	return medark_error_errno(err, saved_errno, "cannot give '%s' its name", p->path);
}

/* Links the file without a name as `name`; 0 or an errno. */
static int link_unnamed(const struct medark_partial_file *p, const char *name)
{
	char self[40];

	own_path(p->fd, self);
	return linkat(AT_FDCWD, self, p->folder, name, AT_SYMLINK_FOLLOW) < 0 ? errno : 0;
}

/* linkat() never replaces: for that, the file gets a temporary name first. 0 or an errno. */
static int name_for_replacing(struct medark_partial_file *p)
{
	int reason = EEXIST;

	for (int i = 0; i < ATTEMPTS && reason == EEXIST; i++) {
		make_temporary(p);
		reason = link_unnamed(p, p->temporary);
	}
	p->has_temporary = reason == 0;
	return reason;
}

/*
 * Renames the temporary file without replacing anything. File systems that can neither do that at
 * once nor link (some network and removable ones) leave a moment between look and rename.
 */
static int rename_to_free_name(struct medark_partial_file *p, struct medark_error *err)
{
	if (renameat2(p->folder, p->temporary, p->folder, p->name, RENAME_NOREPLACE) == 0) {
		p->has_temporary = false;
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
		return taken(p, errno, err);
	if (linkat(p->folder, p->temporary, p->folder, p->name, 0) == 0)
		return 0; /* free() removes the temporary name */
	if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK)
		return taken(p, errno, err);
	MEDARK_TRY(check_free(p, err));
	if (renameat(p->folder, p->temporary, p->folder, p->name) < 0)
		return taken(p, errno, err);
	p->has_temporary = false;
	return 0;
}

static int give_name(struct medark_partial_file *p, struct medark_error *err)
{
	int reason;

	if (!p->replace) {
		if (p->has_temporary)
			return rename_to_free_name(p, err);
		reason = link_unnamed(p, p->name);
		return reason ? taken(p, reason, err) : 0;
	}
	MEDARK_TRY(check_free(p, err));
	if (!p->has_temporary) {
		reason = name_for_replacing(p);
		if (reason)
			return taken(p, reason, err);
	}
	if (renameat(p->folder, p->temporary, p->folder, p->name) < 0)
		return taken(p, errno, err);
	p->has_temporary = false;
	return 0;
}

/*
 * The file is complete, but its name may not outlast a power cut. A new one goes again; one that
 * replaced another stays, as without it neither would be there.
 */
static int name_not_synced(const struct medark_partial_file *p, int reason,
			   struct medark_error *err)
{
	if (!p->replace && unlinkat(p->folder, p->name, 0) == 0)
		return medark_error_errno(err, reason, "cannot sync the folder of '%s'", p->path);
	return medark_error_errno(
		err, reason, "cannot sync the folder of '%s', which is written and stays", p->path);
}

int medark_partial_file_finish(struct medark_partial_file *p, bool sync, struct medark_error *err)
{
	if (sync && fsync(p->fd) < 0)
		return medark_error_errno(err, errno, "cannot sync '%s'", p->path);
	MEDARK_TRY(give_name(p, err));
	/* Not every file system can sync a folder; those that cannot say EINVAL. */
	if (sync && fsync(p->folder) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP)
		return name_not_synced(p, errno, err);
	return 0;
}
