/* SPDX-License-Identifier: Apache-2.0 */
/* input: positioned reads of a regular file. Any number of threads may read at once. */
#ifndef MEDARK_STORE_INPUT_H
#define MEDARK_STORE_INPUT_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct medark_input;

/*
 * Opens a regular file for reading; its size is taken now. MEDARK_E_SYSTEM, MEDARK_E_MEMORY, or
 * MEDARK_E_FORMAT if it is something else than a regular file (a pipe or device is not waited for).
 */
int medark_input_open(const char *path, struct medark_input **out,
		      struct medark_error *err) MEDARK_MUST_USE;
/* The same of a file that is open: `fd` is the caller's, and stays open. `name` is for messages. */
int medark_input_of(int fd, const char *name, struct medark_input **out,
		    struct medark_error *err) MEDARK_MUST_USE;
void medark_input_free(struct medark_input *in);
MEDARK_DEFINE_AUTO(struct medark_input, medark_input_free)

/* Bytes, when it was opened. */
uint64_t medark_input_size(const struct medark_input *in);

/*
 * Reads exactly `size` bytes at `offset`. MEDARK_E_FORMAT "'NAME' ends at byte N" if the file is
 * shorter (also if it became so), MEDARK_E_SYSTEM; `out` may then be partly written.
 */
int medark_input_read(struct medark_input *in, uint64_t offset, void *out, size_t size,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
