/* SPDX-License-Identifier: Apache-2.0 */
/* drill: what was restored, read back from where it was written, against what was signed. */
#ifndef MEDARK_ARCHIVE_DRILL_H
#define MEDARK_ARCHIVE_DRILL_H

#include "archive/item_files.h"
#include "archive/open.h"
#include "archive/progress.h"

#include <medark/drill.h>

struct medark_drill_compare {
	struct medark_archive *archive;	 /* verified, with an identity */
	struct medark_item_files *files; /* to be read; nobody else uses it meanwhile */
	bool is_memory;			 /* there is no disk to wait for and read from */
	int folder;			 /* in which the files stand */
	unsigned threads;		 /* 0: as many as processors */
	const struct medark_events *events;
};

/*
 * Compares, of the files that a restore has written: their number and sizes with what the archive
 * says, every byte with the archive's segments, and the hash of every record, computed anew from
 * the bytes that were read back, by way of the segments' hashes, with the signed records root
 * (FORMAT.md section 7). Files are written to the disk and dropped from memory before they are
 * read, as far as the system lets. Adds to `out` what was compared and what differs; 0 also if
 * something does. MEDARK_E_FORMAT: the archive itself is not as it says; MEDARK_E_SYSTEM: a file
 * cannot be read, or has another size; MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED. Any thread; it starts
 * others, and nobody else uses the archive or the files meanwhile.
 */
int medark_drill_compare(const struct medark_drill_compare *compare,
			 struct medark_drill_result *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
