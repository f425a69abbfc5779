/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_report: what a restore into a server tells afterwards: the report (JSON Lines: counts,
 * what was rejected, what differs; ids, but no other word of a record), perhaps signed, and the
 * rejected resources themselves. Files get their names at the end. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_REPORT_H
#define MEDARK_ARCHIVE_SERVER_REPORT_H

#include "live/deliver.h"

#include <medark/server.h>

/* Lines of one kind in the report; what is more is counted. */
#define MEDARK_SERVER_LINES_MAX 100000

struct medark_server_report;

/*
 * Opens the files that the request (borrowed) names, and loads the signer. MEDARK_E_EXISTS,
 * MEDARK_E_KEY, MEDARK_E_USAGE, MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_server_report_new(const struct medark_server_request *request,
			     struct medark_server_report **out,
			     struct medark_error *err) MEDARK_MUST_USE;
/* What is not finished leaves no file. */
void medark_server_report_free(struct medark_server_report *report);
MEDARK_DEFINE_AUTO(struct medark_server_report, medark_server_report_free)

/* Notes what became of a record, if that is worth a line. */
int medark_server_report_add(struct medark_server_report *report,
			     const struct medark_deliver_news *news,
			     struct medark_error *err) MEDARK_MUST_USE;

/* Notes why a record was not sent, or that an older one was passed over ("older"). */
int medark_server_report_leave(struct medark_server_report *report, struct medark_bytes type,
			       struct medark_bytes id, const char *why,
			       struct medark_error *err) MEDARK_MUST_USE;

/* Notes an item of the archive that is no file of records, by its number: no server takes it. */
int medark_server_report_item(struct medark_server_report *report, uint64_t item, uint64_t size,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Writes the files. Once. */
int medark_server_report_finish(struct medark_server_report *report,
				const struct medark_archive_info *info,
				const struct medark_server_result *result,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
