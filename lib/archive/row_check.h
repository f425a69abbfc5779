/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row_check: what a writer makes of the index is looked at as a reader will, row for row, before it
 * is written: no source, however odd its names, may make an archive that no reader takes.
 */
#ifndef MEDARK_ARCHIVE_ROW_CHECK_H
#define MEDARK_ARCHIVE_ROW_CHECK_H

#include "archive/patient_row.h"
#include "container/member.h"

/* One thread. Set to MEDARK_ROW_CHECK, clear when done. */
struct medark_row_check {
	enum medark_kind kind;
	uint64_t rows;		    /* of the table so far */
	struct medark_buffer first; /* the last row's first field */
	struct medark_buffer path, detail;
	struct medark_patient_scratch scratch;
};

#define MEDARK_ROW_CHECK                                                                           \
	{                                                                                          \
		.kind = MEDARK_KIND_DATA, .first = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX),          \
		.path = MEDARK_BUFFER_SECRET(MEDARK_PATH_MAX),                                     \
		.detail = MEDARK_BUFFER_SECRET(MEDARK_PAGE_MAX), .scratch = MEDARK_PATIENT_SCRATCH \
	}

void medark_row_check_clear(struct medark_row_check *check);

/* The next rows are of table `kind`. */
void medark_row_check_table(struct medark_row_check *check, enum medark_kind kind);

/*
 * The table's next row, without its LF, and its first field as the root will have it (of
 * `patients`: the key, decoded). MEDARK_E_USAGE if a reader would refuse it or not find it
 * (FORMAT.md section 8); MEDARK_E_MEMORY.
 */
int medark_row_check(struct medark_row_check *check, struct medark_bytes row,
		     struct medark_bytes first, struct medark_error *err) MEDARK_MUST_USE;

#endif
