/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output: a file that exists under its name only when it is complete: written without a name
 * (O_TMPFILE where the file system has it, so that nothing stays after kill -9) or as
 * `.NAME.partial-XXXXXX` beside it, synced, then linked or renamed into place. Or standard output,
 * where nothing can be taken back. One thread at a time.
 *
 * What a killed run may have left, `.NAME.partial-XXXXXX` of the same NAME, is removed when the
 * next output of that name is opened, if it is a regular file of the same user, has not been
 * written to for an hour, and no living run holds its lock.
 */
#ifndef MEDARK_STORE_OUTPUT_H
#define MEDARK_STORE_OUTPUT_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_output;

/*
 * `path` "-" is standard output. Refuses an existing path (MEDARK_E_EXISTS) unless `replace`, at
 * once and again at finish; what is no regular file or link to one is never replaced. A link is
 * replaced itself, not what it points to. Mode 0600. MEDARK_E_SYSTEM, MEDARK_E_MEMORY;
 * MEDARK_E_USAGE if the path names no file.
 */
int medark_output_open(const char *path, bool replace, struct medark_output **out,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends; starts write-back early so that finish does not wait for everything. MEDARK_E_SYSTEM
 * tells how far it came ("no space left" among others); the output can then only be freed.
 * Standard output is written until it is closed (the caller ignores SIGPIPE).
 */
int medark_output_write(struct medark_output *o, const void *data, size_t size,
			struct medark_error *err) MEDARK_MUST_USE;
/* As above for several parts in one call; they are not copied. */
int medark_output_write_parts(struct medark_output *o, const struct medark_bytes *parts,
			      size_t count, struct medark_error *err) MEDARK_MUST_USE;
/* Which file of the system it is written to; false if it is no regular file, as a pipe. */
bool medark_output_file(const struct medark_output *o, uint64_t *out_device, uint64_t *out_inode);
/* Bytes written so far. */
uint64_t medark_output_size(const struct medark_output *o);

/*
 * Syncs the file, gives it its name, syncs the folder. MEDARK_E_EXISTS if the name was taken in
 * the meantime, MEDARK_E_SYSTEM. On failure no file of that name is there that was not before. Only
 * where the folder's own sync fails after another file was replaced, the complete new file stays:
 * the old one is gone by then, and the sentence says so.
 */
int medark_output_finish(struct medark_output *o, struct medark_error *err) MEDARK_MUST_USE;

/* Without finish: nothing remains. */
void medark_output_free(struct medark_output *o);
MEDARK_DEFINE_AUTO(struct medark_output, medark_output_free)

#endif
