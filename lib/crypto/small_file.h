/* SPDX-License-Identifier: Apache-2.0 */
/*
 * small_file: reads and writes the PEM files of keys and certificates whole. One thread at a time.
 */
#ifndef MEDARK_CRYPTO_SMALL_FILE_H
#define MEDARK_CRYPTO_SMALL_FILE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Appends the content of a regular file to `out`, whose limit is the largest size accepted.
 * `out_stat` describes the file that was read (not the one that may stand there by now); where
 * medark_acl_is_own(), its mode shows no right of the group, which has none.
 * MEDARK_E_SYSTEM if it cannot be read, MEDARK_E_KEY if it is not a regular file or too large,
 * MEDARK_E_MEMORY.
 */
int medark_small_file_read(const char *path, struct medark_buffer *out, struct stat *out_stat,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * May a secret be in the file that `st` describes? MEDARK_E_KEY if group or others have any right
 * on it, or it belongs to neither the user nor root; the sentence begins with `what`.
 */
int medark_small_file_check_own(const char *what, const char *path, const struct stat *st,
				struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes a file with exactly `mode`, synced. If there is one: MEDARK_E_EXISTS, or it is replaced in
 * one step. MEDARK_E_SYSTEM; a failure leaves what was there.
 */
int medark_small_file_write(const char *path, struct medark_bytes content, mode_t mode,
			    bool replace, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Syncs the folder in which `path` stands, so that a name that was given or taken there outlives a
 * power cut. Where the file system cannot sync a folder nothing is done. MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_small_file_sync_folder(const char *path, struct medark_error *err) MEDARK_MUST_USE;

/* A file that is written, but does not have its name yet. */
struct medark_small_file;

/*
 * Writes and syncs `content` beside `path` as PATH.PID.partial. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_small_file_stage(const char *path, struct medark_bytes content, mode_t mode,
			    struct medark_small_file **out,
			    struct medark_error *err) MEDARK_MUST_USE;
/* Removes what has no name yet. */
void medark_small_file_free(struct medark_small_file *f);
MEDARK_DEFINE_AUTO(struct medark_small_file, medark_small_file_free)

/*
 * Gives two files their names: both or neither. Without `replace` nothing that exists is touched
 * (MEDARK_E_EXISTS); with it an old file stays as PATH.PID.old until both new ones have their
 * names, so that a kill in between loses nothing. Both stand in the same folder, which is synced.
 * MEDARK_E_SYSTEM; a failure leaves what was there.
 */
int medark_small_file_commit(struct medark_small_file *a, struct medark_small_file *b, bool replace,
			     struct medark_error *err) MEDARK_MUST_USE;

/* The same of `count` files (at least 1): all of them get their names, or none. */
int medark_small_file_commit_all(struct medark_small_file *const *files, size_t count, bool replace,
				 struct medark_error *err) MEDARK_MUST_USE;

#endif
