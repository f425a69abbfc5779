/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder: what a restore does with whole folders. Everything goes relative to open folders and
 * follows no symbolic link, so that nothing outside can be touched. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_FOLDER_H
#define MEDARK_ARCHIVE_FOLDER_H

#include "base/bytes.h"
#include "base/error.h"

#include <sys/types.h>

/*
 * Opens a folder inside `at` without following a link; a negative errno on failure. The caller
 * closes it.
 */
int medark_folder_open(int at, const char *name);

/* 1 if the folder holds nothing but `except` (may be NULL), 0 if it holds more. */
int medark_folder_is_empty(int fd, const char *except, struct medark_error *err) MEDARK_MUST_USE;

/* Removes everything in the folder, however deep. MEDARK_E_SYSTEM. */
int medark_folder_clear(int fd, struct medark_error *err) MEDARK_MUST_USE;

/* The same, but for two names in it. */
int medark_folder_clear_but(int fd, const char *one, const char *other,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Calls `each` for everything in the folder, a folder before what is in it; `path` is relative and
 * borrowed. Stops with its non-zero return, which is passed on. MEDARK_E_SYSTEM, also for more than
 * 128 folders in each other.
 */
int medark_folder_walk(int fd,
		       int (*each)(void *context, struct medark_bytes path, mode_t mode,
				   struct medark_error *err),
		       void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Waits until everything in the folder is on the disk, one file after the other: 1. Or 0 if there
 * is more than `most`, or something that cannot be opened: then the caller syncs in another way.
 * MEDARK_E_SYSTEM.
 */
int medark_folder_sync(int fd, unsigned most, struct medark_error *err) MEDARK_MUST_USE;

/* Would a merge meet a file where the other side has a folder? MEDARK_E_EXISTS; moves nothing. */
int medark_folder_check_merge(int from, int to, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Moves everything in `from` into `to` (of the same file system), replacing files of the same name
 * and joining folders. MEDARK_E_EXISTS where a file would replace a folder or the other way round.
 */
int medark_folder_merge(int from, int to, struct medark_error *err) MEDARK_MUST_USE;

#endif
