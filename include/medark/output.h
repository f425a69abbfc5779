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
#ifndef MEDARK_OUTPUT_H
#define MEDARK_OUTPUT_H

#include <medark/common.h>
#include <medark/error.h>

#ifdef __cplusplus
extern "C" {
#endif

struct medark_output;

/*
 * `path` "-" is standard output. Refuses an existing path (MEDARK_E_EXISTS) unless `replace`, at
 * once and again at finish; what is no regular file or link to one is never replaced. A link is
 * replaced itself, not what it points to. Mode 0600. MEDARK_E_SYSTEM, MEDARK_E_MEMORY;
 * MEDARK_E_USAGE if the path names no file.
 */
MEDARK_API int medark_output_open(const char *path, bool replace, struct medark_output **out,
				  struct medark_error *err);

/*
 * Appends; starts write-back early so that finish does not wait for everything. MEDARK_E_SYSTEM
 * tells how far it came ("no space left" among others); the output can then only be freed.
 * Standard output is written until it is closed (the caller ignores SIGPIPE).
 */
MEDARK_API int medark_output_write(struct medark_output *o, const void *data, size_t size,
				   struct medark_error *err);

/*
 * Syncs the file, gives it its name, syncs the folder. MEDARK_E_EXISTS if the name was taken in
 * the meantime, MEDARK_E_SYSTEM. On failure no file of that name is there that was not before. Only
 * where the folder's own sync fails after another file was replaced, the complete new file stays:
 * the old one is gone by then, and the sentence says so.
 */
MEDARK_API int medark_output_finish(struct medark_output *o, struct medark_error *err);

/* Without finish: nothing remains. */
MEDARK_API void medark_output_free(struct medark_output *o);

#ifdef __cplusplus
}
#endif
#endif
