/* SPDX-License-Identifier: Apache-2.0 */
#include "sql/file.h"

#include "sql/library.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 4096

struct handle {
	sqlite3_file base; /* first: SQLite knows this part */
	struct medark_sql_file *file;
};

static struct medark_sql_file *file_of(sqlite3_file *base)
{
	return ((struct handle *)(void *)base)->file;
}

/* What the system said is told later: a result code alone would say "disk I/O error". */
static int failed(struct medark_sql_file *file, int code)
{
	if (!file->reason)
		file->reason = errno;
	return file->reason == ENOSPC || file->reason == EDQUOT ? SQLITE_FULL : code;
}

/* ---- the file ---- */

/* It is its owner's to close. */
static int file_close(sqlite3_file *base)
{
	(void)base;
	return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int size, sqlite3_int64 offset)
{
	struct medark_sql_file *file = file_of(base);
	char *to = out;
	int done = 0;

	while (done < size) {
		ssize_t n = pread(file->fd, to + done, (size_t)(size - done), offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(file, SQLITE_IOERR_READ);
		if (n == 0) {
			/* Behind the end there are zeros, SQLite wants. */
			memset(to + done, 0, (size_t)(size - done));
			return SQLITE_IOERR_SHORT_READ;
		}
		done += (int)n;
	}
	return SQLITE_OK;
}

static int file_write(sqlite3_file *base, const void *data, int size, sqlite3_int64 offset)
{
	struct medark_sql_file *file = file_of(base);
	const char *from = data;
	int done = 0;

	while (done < size) {
		ssize_t n = pwrite(file->fd, from + done, (size_t)(size - done), offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(file, SQLITE_IOERR_WRITE);
		done += (int)n;
	}
	return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct medark_sql_file *file = file_of(base);

	return ftruncate(file->fd, size) < 0 ? failed(file, SQLITE_IOERR_TRUNCATE) : SQLITE_OK;
}

/* Whoever gives the file its name syncs it. */
static int file_sync(sqlite3_file *base, int flags)
{
	(void)base;
	(void)flags;
	return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
	struct medark_sql_file *file = file_of(base);
	struct stat st;

	if (fstat(file->fd, &st) < 0)
		return failed(file, SQLITE_IOERR_FSTAT);
	*out = st.st_size;
	return SQLITE_OK;
}

/* Nobody else can open it. */
static int file_lock(sqlite3_file *base, int level)
{
	(void)base;
	(void)level;
	return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *base, int *out)
{
	(void)base;
	*out = 0;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int what, void *argument)
{
	(void)base;
	(void)what;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int file_sector(sqlite3_file *base)
{
	(void)base;
	return SECTOR;
}

static int file_device(sqlite3_file *base)
{
	(void)base;
	return 0;
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_lock,
	.xCheckReservedLock = file_is_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_device,
};

/* ---- what SQLite takes for a file system ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags,
		    int *out_flags)
{
	struct handle *handle = (struct handle *)(void *)base;

	(void)name;
	*handle = (struct handle) { .file = vfs->pAppData };
	if (!(flags & SQLITE_OPEN_MAIN_DB))
		return SQLITE_CANTOPEN;
	handle->base.pMethods = &methods;
	if (out_flags)
		*out_flags = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	(void)name;
	(void)sync;
	return SQLITE_OK;
}

/* There is no journal of a run before, and nothing else. */
static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	(void)vfs;
	(void)name;
	(void)flags;
	*out = 0;
	return SQLITE_OK;
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int room, char *out)
{
	(void)vfs;
	(void)snprintf(out, (size_t)room, "%s", name);
	return SQLITE_OK;
}

int medark_sql_file_init(struct medark_sql_file *file, int fd)
{
	const sqlite3_vfs *system = medark_sqlite.vfs_find(NULL);
	int code;

	*file = (struct medark_sql_file) { .fd = fd };
	if (!system)
		return SQLITE_ERROR;
	(void)snprintf(file->name, sizeof(file->name), "medark-%p", (void *)file);
	file->vfs = (sqlite3_vfs) {
		.iVersion = 1,
		.szOsFile = sizeof(struct handle),
		.mxPathname = 64,
		.zName = file->name,
		.pAppData = file,
		.xOpen = vfs_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_name,
		.xRandomness = system->xRandomness,
		.xSleep = system->xSleep,
		.xCurrentTime = system->xCurrentTime,
	};
	code = medark_sqlite.vfs_register(&file->vfs, 0);
	file->is_registered = code == SQLITE_OK;
	return code;
}

void medark_sql_file_clear(struct medark_sql_file *file)
{
	if (file->is_registered)
		(void)medark_sqlite.vfs_unregister(&file->vfs);
	file->is_registered = false;
}
