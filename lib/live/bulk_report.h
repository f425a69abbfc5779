/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk_report: what a server says of an export beside its records: what went wrong
 * (OperationOutcomes), and what it has deleted since the time that was asked for (Bundles). For
 * lib/live only. One thread.
 */
#ifndef MEDARK_LIVE_BULK_REPORT_H
#define MEDARK_LIVE_BULK_REPORT_H

#include "live/haul.h"

/* A file of it in the folder. */
struct medark_bulk_report {
	int folder;
	struct medark_bytes secret;
	const char *name;
};

/*
 * Looks for issues of severity error or fatal, and says so in `haul`: a server that could not give
 * something tells it there. Issues may quote records: only their codes go into the sentence, the
 * file itself into the archive. Errors of medark_sealed_lines_each().
 */
int medark_bulk_report_outcomes(const struct medark_bulk_report *r, struct medark_haul *haul,
				struct medark_error *err) MEDARK_MUST_USE;

/*
 * Calls `each` with Type/id of every record that the server has deleted (Bulk Data STU3, "deleted":
 * Bundles of type transaction whose entries have requests with DELETE); lines and entries of
 * another form are counted in *out_odd. Negative codes of `each`, errors as above.
 */
int medark_bulk_report_deletions(const struct medark_bulk_report *r,
				 int (*each)(void *context, const char *name,
					     struct medark_error *err),
				 void *context, uint64_t *out_odd,
				 struct medark_error *err) MEDARK_MUST_USE;

#endif
