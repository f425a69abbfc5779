/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outside: the index's table of the records that stand outside of all compartments, by Type/id
 * (FORMAT.md, table `outside`). No state; as many threads as the index allows.
 */
#ifndef MEDARK_ARCHIVE_OUTSIDE_H
#define MEDARK_ARCHIVE_OUTSIDE_H

#include "archive/index_reader.h"
#include "base/buffer.h"

/* Room for a type. */
#define MEDARK_OUTSIDE_TYPE 1024

/*
 * Row `at`: its name, borrowed until the index is read again; its places (struct medark_range) are
 * added to `places`, if it is not NULL. MEDARK_E_FORMAT; errors of the index; MEDARK_E_MEMORY.
 */
int medark_outside_row(struct medark_index *index, uint64_t at, struct medark_bytes *out_name,
		       struct medark_buffer *places, struct medark_error *err) MEDARK_MUST_USE;

/* The rows of a type: from *out_first to before *out_end. Errors as above. */
int medark_outside_type(struct medark_index *index, struct medark_bytes type, uint64_t *out_first,
			uint64_t *out_end, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The type of row `at`, written to `out`, and *out_end: the row behind the last one of it, which is
 * behind `at`. Errors as above.
 */
int medark_outside_type_at(struct medark_index *index, uint64_t at,
			   uint8_t out[MEDARK_OUTSIDE_TYPE], struct medark_bytes *out_type,
			   uint64_t *out_end, struct medark_error *err) MEDARK_MUST_USE;

#endif
