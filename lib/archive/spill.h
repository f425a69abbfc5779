/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spill: a temporary file of sealed blocks. It has no name (O_TMPFILE, or unlinked at once), so
 * nothing is left of it however the process ends, and nothing in it can be read without the key in
 * this process's memory. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SPILL_H
#define MEDARK_ARCHIVE_SPILL_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of one block. */
#define MEDARK_SPILL_BLOCK (64u << 10)

struct medark_spill;

int medark_spill_new(const char *folder, struct medark_spill **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_spill_free(struct medark_spill *s);
MEDARK_DEFINE_AUTO(struct medark_spill, medark_spill_free)

/* Number of blocks so far: the number that the next one will have. */
uint64_t medark_spill_blocks(const struct medark_spill *s);

/* Appends a block of exactly MEDARK_SPILL_BLOCK bytes. MEDARK_E_SYSTEM (no space …). */
int medark_spill_write(struct medark_spill *s, const uint8_t *block,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Reads block `number` into MEDARK_SPILL_BLOCK + MEDARK_SCRATCH_TAG bytes at `out`. */
int medark_spill_read(struct medark_spill *s, uint64_t number, uint8_t *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
