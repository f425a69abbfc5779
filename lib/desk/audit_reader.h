/* SPDX-License-Identifier: Apache-2.0 */
/* audit_reader: what <medark/desk.h> reads the audit log with, beside what stands there. */
#ifndef MEDARK_DESK_AUDIT_READER_H
#define MEDARK_DESK_AUDIT_READER_H

#include "base/cleanup.h"
#include "desk/audit_file.h"

#include <medark/desk.h>

MEDARK_DEFINE_AUTO(struct medark_audit_log, medark_audit_free)

/*
 * As medark_audit_next(), but of at most `most` rows (1 or more): 2, if none of these is wanted.
 */
int medark_audit_next_of(struct medark_audit_log *log, uint64_t most,
			 const struct medark_audit_filter *filter, struct medark_audit_row *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Checks the next row without opening it: 1, and where its frame begins, in bytes; 0 at the end.
 * Errors of medark_audit_next().
 */
int medark_audit_skip(struct medark_audit_log *log, uint64_t *out_at,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads a row once more, whose number, from 1, and place medark_audit_skip() gave: 1 if the filter
 * (NULL: all) wants it, else 0; of one that it cannot want only the seal is checked. The log was
 * opened with an identity (an assert). It is checked against the row before it as it stands now.
 * Errors of medark_audit_next().
 */
int medark_audit_again(struct medark_audit_log *log, uint64_t at, uint64_t number,
		       const struct medark_audit_filter *filter, struct medark_audit_row *out,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
