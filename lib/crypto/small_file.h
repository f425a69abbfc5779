/* SPDX-License-Identifier: Apache-2.0 */
/* small_file: reads and writes the PEM files of keys and certificates whole. Internal to
 * lib/crypto. */
#ifndef MEDARK_CRYPTO_SMALL_FILE_H
#define MEDARK_CRYPTO_SMALL_FILE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>

/*
 * Appends the content of a regular file to `out`, whose limit is the largest size accepted.
 * `out_stat` describes the file that was read (not the one that may stand there by now).
 * MEDARK_E_SYSTEM if it cannot be read, MEDARK_E_KEY if it is not a regular file or too large.
 */
int medark_small_file_read(const char *path, struct medark_buffer *out, struct stat *out_stat,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes a file with exactly `mode`, synced. If there is one: MEDARK_E_EXISTS, or it is replaced in
 * one step. MEDARK_E_SYSTEM; a failure leaves what was there.
 */
int medark_small_file_write(const char *path, struct medark_bytes content, mode_t mode,
			    bool replace, struct medark_error *err) MEDARK_MUST_USE;

#endif
