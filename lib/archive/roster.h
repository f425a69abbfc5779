/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roster: the rows of all patients as the indexes have them, packed in memory. A page of an index
 * holds some 500 rows; who looks for "jan vr" among a million patients finds 200 rows on as many
 * pages, and each page has to be read, unsealed and decompressed: 87 ms of processor time. Out of
 * blocks of 16 KiB the whole search takes less than 20 (docs/BENCHMARKS.md).
 *
 * Numbers are those of record_find.h.
 */
#ifndef MEDARK_ARCHIVE_ROSTER_H
#define MEDARK_ARCHIVE_ROSTER_H

#include "archive/lineage.h"
#include "base/bytes.h"
#include "base/cleanup.h"

#include <stdbool.h>

struct medark_roster;

/* An empty one. MEDARK_E_MEMORY. */
int medark_roster_new(struct medark_roster **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_roster_free(struct medark_roster *roster);
MEDARK_DEFINE_AUTO(struct medark_roster, medark_roster_free)

/*
 * Reads all rows. To be called once, by one thread, with a lineage that no other thread uses;
 * others may ask meanwhile whether it is complete. `is_stopping` ends it with MEDARK_E_INTERRUPTED.
 * Errors of the archives; MEDARK_E_MEMORY.
 */
int medark_roster_fill(struct medark_roster *roster, struct medark_lineage *lineage,
		       bool (*is_stopping)(void *context), void *context,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Any thread. */
bool medark_roster_is_complete(const struct medark_roster *roster);

/* Of a complete one: what one thread reads it with. MEDARK_E_MEMORY. */
struct medark_roster_reader;
int medark_roster_reader_new(const struct medark_roster *roster, struct medark_roster_reader **out,
			     struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what it holds. */
void medark_roster_reader_free(struct medark_roster_reader *reader);
MEDARK_DEFINE_AUTO(struct medark_roster_reader, medark_roster_reader_free)

/*
 * The row of patient `number`, one of those that there are; MEDARK_JSON_PADDING readable bytes
 * stand behind it. Borrowed until the reader is used again. MEDARK_E_MEMORY.
 */
int medark_roster_row(struct medark_roster_reader *reader, uint64_t number,
		      struct medark_bytes *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
