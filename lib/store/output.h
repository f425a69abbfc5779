/* SPDX-License-Identifier: Apache-2.0 */
/* output: what of <medark/output.h> the library needs beside. */
#ifndef MEDARK_STORE_OUTPUT_H
#define MEDARK_STORE_OUTPUT_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <medark/output.h>

#include <stdbool.h>
#include <stdint.h>

MEDARK_DEFINE_AUTO(struct medark_output, medark_output_free)

/* As medark_output_write() for several parts in one call; they are not copied. */
int medark_output_write_parts(struct medark_output *o, const struct medark_bytes *parts,
			      size_t count, struct medark_error *err) MEDARK_MUST_USE;
/* Which file of the system it is written to; false if it is no regular file, as a pipe. */
bool medark_output_file(const struct medark_output *o, uint64_t *out_device, uint64_t *out_inode);
/* Bytes written so far. */
uint64_t medark_output_size(const struct medark_output *o);

#endif
