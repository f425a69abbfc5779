/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed_file: a file on disk that only who has its secret can read or change. What comes from a
 * server waits in such files until the archive is written, and is still there when the program was
 * killed in between.
 *
 * A salt of 16 bytes; then blocks of 256 KiB of the content, the last one shorter: each a frame of
 * zstd that is sealed, its size in front and its tag behind it. At the end the size of the content,
 * in clear and sealed. The number of a block is its nonce; that of the mark at the end has the
 * highest bit set, too, so that nothing can be cut off. Numbers are little-endian.
 */
#ifndef MEDARK_LIVE_SEALED_FILE_H
#define MEDARK_LIVE_SEALED_FILE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "source/source.h"

struct medark_sealed_writer;

/*
 * Begins a file `name` in the folder, as NAME.part; what stood there under that name goes. The
 * folder is borrowed while it is written, `secret` during the call. MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY. One thread at a time.
 */
int medark_sealed_create(int folder, const char *name, struct medark_bytes secret,
			 struct medark_sealed_writer **out,
			 struct medark_error *err) MEDARK_MUST_USE;
/* Removes what is not finished. */
void medark_sealed_writer_free(struct medark_sealed_writer *w);
MEDARK_DEFINE_AUTO(struct medark_sealed_writer, medark_sealed_writer_free)

/* Bytes that stay free on the disk for others. */
#define MEDARK_SEALED_ROOM ((uint64_t)64 << 20)

/* MEDARK_E_SYSTEM, also if less than that is free; MEDARK_E_MEMORY. */
int medark_sealed_add(struct medark_sealed_writer *w, struct medark_bytes bytes,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Syncs the file and gives it its name, in place of an older one. Once. MEDARK_E_SYSTEM. */
int medark_sealed_finish(struct medark_sealed_writer *w, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same without syncing: a file that a power cut takes is fetched again. What it may leave of
 * one does not open: whoever goes on with the job looks. MEDARK_E_SYSTEM.
 */
int medark_sealed_keep(struct medark_sealed_writer *w, struct medark_error *err) MEDARK_MUST_USE;

/* A file of that content, synced or not. Errors of the functions above. */
int medark_sealed_write(int folder, const char *name, struct medark_bytes secret,
			struct medark_bytes content, bool is_synced,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * The content of a finished file. MEDARK_E_NOT_FOUND; MEDARK_E_SYSTEM if it cannot be read, or, at
 * the latest when that part is read, was changed or is sealed with another secret.
 */
int medark_sealed_stream(int folder, const char *name, struct medark_bytes secret,
			 struct medark_stream **out, struct medark_error *err) MEDARK_MUST_USE;

/* Appends the content to `out`; errors as above, MEDARK_E_MEMORY past the limit of `out`. */
int medark_sealed_read(int folder, const char *name, struct medark_bytes secret,
		       struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* The size of its content as it says itself in clear; errors as above, but for a change of that. */
int medark_sealed_size(int folder, const char *name, uint64_t *out,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
