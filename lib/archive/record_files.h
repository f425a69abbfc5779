/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_files: records as files of a restore: JSON as one line each in <Type>.ndjson, XML as
 * xml/<Type>-<n>.xml. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_RECORD_FILES_H
#define MEDARK_ARCHIVE_RECORD_FILES_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "record/record.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_record_files;

/*
 * Writes into `folder` (borrowed), or into the folder `name` in it if that is not NULL; nothing is
 * made before the first record.
 */
int medark_record_files_new(int folder, const char *name, struct medark_record_files **out,
			    struct medark_error *err) MEDARK_MUST_USE;
/*
 * The same with the records given to `each` instead, as they stand, borrowed for the call; its
 * negative code ends the restore.
 */
int medark_record_files_to(int (*each)(void *context, const struct medark_record *facts,
				       struct medark_bytes text, bool xml,
				       struct medark_error *err),
			   void *context, struct medark_record_files **out,
			   struct medark_error *err) MEDARK_MUST_USE;
/* What was not flushed is lost. */
void medark_record_files_free(struct medark_record_files *files);
MEDARK_DEFINE_AUTO(struct medark_record_files, medark_record_files_free)

/*
 * Adds a record, of which `facts` are known. A type that is no file name (1 to 64 letters and
 * digits), or one too many, is `Other`. Line ends inside of JSON become spaces, CR and a byte order
 * mark are left out.
 */
int medark_record_files_add(struct medark_record_files *files, const struct medark_record *facts,
			    struct medark_bytes text, bool xml,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Writes what is still in memory. */
int medark_record_files_flush(struct medark_record_files *files,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Records so far. */
uint64_t medark_record_files_count(const struct medark_record_files *files);

/* Appends {"Type":n,…}, sorted by type. */
int medark_record_files_json(struct medark_record_files *files, struct medark_buffer *out,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
