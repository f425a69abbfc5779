/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partial_file: the file of an output until it has its name, and how it gets it. Without a name
 * where the file system allows (O_TMPFILE), else as `.NAME.partial-XXXXXX` in the same folder. Part
 * of output; see there for what is promised.
 */
#ifndef MEDARK_STORE_PARTIAL_FILE_H
#define MEDARK_STORE_PARTIAL_FILE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>

struct medark_partial_file;

/* Errors as medark_output_open(). */
int medark_partial_file_new(const char *path, bool replace, struct medark_partial_file **out,
			    struct medark_error *err) MEDARK_MUST_USE;
/* Removes what has not been finished. */
void medark_partial_file_free(struct medark_partial_file *p);
MEDARK_DEFINE_AUTO(struct medark_partial_file, medark_partial_file_free)

/* Open for reading and writing; stays with `p`. */
int medark_partial_file_fd(const struct medark_partial_file *p);

/*
 * Errors as medark_output_finish(). At most once. Without `sync` it does not wait until the disk
 * has the file: a power cut may lose it.
 */
int medark_partial_file_finish(struct medark_partial_file *p, bool sync,
			       struct medark_error *err) MEDARK_MUST_USE;

#endif
