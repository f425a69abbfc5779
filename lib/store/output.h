/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output: a file that exists under its name only when it is complete: written under a temporary
 * name beside it (O_TMPFILE where the file system has it, so that nothing stays after kill -9),
 * synced, then linked or renamed into place. Or standard output, where nothing can be taken back.
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
 * once and again at finish. Mode 0600.
 */
int medark_output_open(const char *path, bool replace, struct medark_output **out,
		       struct medark_error *err) MEDARK_MUST_USE;
/* Appends; starts write-back early so that finish does not wait for everything. One thread at a time. */
int medark_output_write(struct medark_output *o, const void *data, size_t size,
			struct medark_error *err) MEDARK_MUST_USE;
/* As above for several parts in one call. */
int medark_output_write_parts(struct medark_output *o, const struct medark_bytes *parts,
			      size_t count, struct medark_error *err) MEDARK_MUST_USE;
uint64_t medark_output_size(const struct medark_output *o);
/* Syncs file and folder and gives it its name. */
int medark_output_finish(struct medark_output *o, struct medark_error *err) MEDARK_MUST_USE;
/* Without finish: nothing remains. */
void medark_output_free(struct medark_output *o);
MEDARK_DEFINE_AUTO(struct medark_output *, medark_output_free)

#endif
