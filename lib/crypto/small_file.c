/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/small_file.h"

#include "base/cleanup.h"

#include <medark/key.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

static int read_all(const char *path, int fd, struct medark_buffer *out, struct medark_error *err)
{
	ssize_t n;

	do {
		/* One byte more than there should be, so that a file that grew is noticed. */
		if (out->size == out->limit)
			return medark_error_set(err, MEDARK_E_KEY, "'%s' is larger than %zu bytes",
						path, out->limit - 1);
		MEDARK_TRY(medark_buffer_reserve(out, 1, err));
		n = read(fd, out->data + out->size, out->capacity - out->size);
		if (n > 0)
			out->size += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return medark_error_errno(err, errno, "cannot read '%s'", path);
	return 0;
}

/* linux/posix_acl_xattr.h: a version, then entries; numbers are little-endian. */
#define ACL_NAME    "system.posix_acl_access"
#define ACL_VERSION 2u
#define ACL_HEAD    4
#define ACL_ENTRY   8
#define ACL_MAX	    (ACL_HEAD + 16 * ACL_ENTRY)

enum { ACL_USER_OBJ = 0x01, ACL_USER = 0x02, ACL_MASK = 0x10 };

static bool is_own_entry(const unsigned char *entry)
{
	unsigned tag = entry[0] | (unsigned)entry[1] << 8;
	unsigned rights = entry[2] | (unsigned)entry[3] << 8;
	uid_t user =
		entry[4] | (uid_t)entry[5] << 8 | (uid_t)entry[6] << 16 | (uid_t)entry[7] << 24;

	return rights == 0 || tag == ACL_USER_OBJ || tag == ACL_MASK ||
	       (tag == ACL_USER && user == geteuid());
}

bool medark_acl_is_own(int fd)
{
	unsigned char acl[ACL_MAX];
	ssize_t size = fgetxattr(fd, ACL_NAME, acl, sizeof(acl));

	if (size < ACL_HEAD || (size - ACL_HEAD) % ACL_ENTRY != 0 || acl[0] != ACL_VERSION ||
	    acl[1] || acl[2] || acl[3])
		return false;
	for (ssize_t at = ACL_HEAD; at < size; at += ACL_ENTRY)
		if (!is_own_entry(acl + at))
			return false;
	return true;
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
	if ((out_stat->st_mode & S_IRWXG) && medark_acl_is_own(fd))
		out_stat->st_mode &= ~(mode_t)S_IRWXG;
	return read_all(path, fd, out, err);
}

/* A key that somebody else can read is no secret, one that somebody else can write is not ours. */
int medark_small_file_check_own(const char *what, const char *path, const struct stat *st,
				struct medark_error *err)
{
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return medark_error_set(err, MEDARK_E_KEY, "%s '%s' belongs to another user", what,
					path);
	if (st->st_mode & (S_IRWXG | S_IRWXO))
		return medark_error_set(err, MEDARK_E_KEY,
					"%s '%s' is open to others (mode %04o); chmod 600 it", what,
					path, (unsigned)st->st_mode & 07777u);
	return 0;
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

/* Makes a new file; none is left if it cannot be completed. `shown` is its name in messages. */
static int create(const char *path, const char *shown, struct medark_bytes content, mode_t mode,
		  struct medark_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	int failed, saved;

	if (fd < 0 && errno == EEXIST)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' exists already", shown);
	if (fd < 0)
		return medark_error_errno(err, errno, "cannot create '%s'", shown);
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
	return medark_error_errno(err, saved, "cannot write '%s'", shown);
}

/* PATH.PID.what; the caller frees it. */
static char *beside(const char *path, const char *what, struct medark_error *err)
{
	char *name = NULL;

	if (asprintf(&name, "%s.%ld.%s", path, (long)getpid(), what) >= 0)
		return name;
	(void)medark_error_memory(err, "a file name");
	return NULL;
}

int medark_small_file_write(const char *path, struct medark_bytes content, mode_t mode,
			    bool replace, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) char *partial = NULL;

	if (!replace)
		return create(path, path, content, mode, err);
	partial = beside(path, "partial", err);
	if (!partial)
		return MEDARK_E_MEMORY;
	MEDARK_TRY(create(partial, path, content, mode, err));
	if (rename(partial, path) == 0)
		return 0;
	(void)medark_error_errno(err, errno, "cannot replace '%s'", path);
	(void)unlink(partial);
	return MEDARK_E_SYSTEM;
}

/* Not every file system can sync a folder; those that cannot say EINVAL. */
int medark_small_file_sync_folder(const char *path, struct medark_error *err)
{
	const char *slash = strrchr(path, '/');
	MEDARK_AUTO(medark_heap_free)
	char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	MEDARK_AUTO(medark_fd_close)
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!folder)
		return medark_error_memory(err, "a file name");
	if (fd < 0 || (fsync(fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOTSUP))
		return medark_error_errno(err, errno, "cannot sync the folder of '%s'", path);
	return 0;
}

/* ---- two files that belong together ---- */

struct medark_small_file {
	char *path, *partial, *old;
	bool is_partial; /* `partial` exists */
	bool is_named;	 /* it stands under its name */
	bool has_old;	 /* what stood there stands as `old` */
};

void medark_small_file_free(struct medark_small_file *f)
{
	if (!f)
		return;
	if (f->is_partial)
		(void)unlink(f->partial);
	free(f->path);
	free(f->partial);
	free(f->old);
	free(f);
}

int medark_small_file_stage(const char *path, struct medark_bytes content, mode_t mode,
			    struct medark_small_file **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_small_file_free)
	struct medark_small_file *f = calloc(1, sizeof(*f));

	if (!f)
		return medark_error_memory(err, "a file");
	f->path = strdup(path);
	f->partial = beside(path, "partial", err);
	f->old = beside(path, "old", err);
	if (!f->path || !f->partial || !f->old)
		return medark_error_memory(err, "a file name");
	MEDARK_TRY(create(f->partial, path, content, mode, err));
	f->is_partial = true;
	*out = MEDARK_TAKE(f);
	return 0;
}

static int give_name(struct medark_small_file *f, bool replace, struct medark_error *err)
{
	if (replace && rename(f->path, f->old) == 0)
		f->has_old = true;
	else if (replace && errno != ENOENT)
		return medark_error_errno(err, errno, "cannot replace '%s'", f->path);
	if (renameat2(AT_FDCWD, f->partial, AT_FDCWD, f->path, RENAME_NOREPLACE) < 0) {
		/* Not every file system knows that; link() never replaces either. */
		if (errno == EINVAL && link(f->partial, f->path) == 0)
			(void)unlink(f->partial);
		else if (errno == EEXIST)
			return medark_error_set(err, MEDARK_E_EXISTS, "'%s' exists already",
						f->path);
		else
			return medark_error_errno(err, errno, "cannot write '%s'", f->path);
	}
	f->is_partial = false;
	f->is_named = true;
	return 0;
}

/* What stood under the name stands there again. */
static void take_back(struct medark_small_file *f)
{
	if (f->has_old)
		(void)rename(f->old, f->path);
	else if (f->is_named)
		(void)unlink(f->path);
	f->has_old = f->is_named = false;
}

int medark_small_file_commit_all(struct medark_small_file *const *files, size_t count, bool replace,
				 struct medark_error *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < count; i++)
		code = give_name(files[i], replace, err);
	if (code == 0)
		code = medark_small_file_sync_folder(files[0]->path, err);
	for (size_t i = count; code < 0 && i > 0; i--)
		take_back(files[i - 1]);
	for (size_t i = 0; code == 0 && i < count; i++)
		if (files[i]->has_old)
			(void)unlink(files[i]->old);
	return code;
}

int medark_small_file_commit(struct medark_small_file *a, struct medark_small_file *b, bool replace,
			     struct medark_error *err)
{
	struct medark_small_file *const both[] = { a, b };

	return medark_small_file_commit_all(both, 2, replace, err);
}
