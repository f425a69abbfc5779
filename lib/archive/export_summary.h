/* SPDX-License-Identifier: Apache-2.0 */
/* export_summary: what an export's summary.json says (FORMAT.md section 9). */
#ifndef MEDARK_ARCHIVE_EXPORT_SUMMARY_H
#define MEDARK_ARCHIVE_EXPORT_SUMMARY_H

#include "archive/facts.h"
#include "archive/servers.h"

struct medark_export_summary {
	const struct medark_archive_id *archive;
	const struct medark_facts *facts; /* whole */
	const struct medark_servers *servers;
	uint64_t sources, patients;
	bool is_complete;
};

/* Appends the text. MEDARK_E_MEMORY. All is borrowed; any thread. */
int medark_export_summary(const struct medark_export_summary *from, struct medark_buffer *out,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
