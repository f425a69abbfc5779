/* SPDX-License-Identifier: Apache-2.0 */
/* shelf_private: what the files of the shelf share. */
#ifndef MEDARK_ARCHIVE_SHELF_PRIVATE_H
#define MEDARK_ARCHIVE_SHELF_PRIVATE_H

#include "archive/cut.h"
#include "archive/patient_row.h"
#include "archive/shelf.h"
#include "record/fhir.h"

/* Ranges of one patient. */
#define MEDARK_SHELF_RANGES ((size_t)1 << 26)

struct medark_shelf_slot;

struct medark_shelf {
	struct medark_archive **archives; /* all that were given; owned */
	size_t archive_count;
	struct medark_lineage *lineage;
	struct medark_cut_cache **caches;      /* of the lineage's archives */
	const struct medark_record_find *find; /* borrowed; may be NULL */
	const struct medark_roster *roster;    /* likewise */
	struct medark_roster_reader *rows;     /* of it; NULL: not yet */
	struct medark_fhir *fhir;
	struct medark_record *record;	 /* facts of the current one */
	struct medark_shelf_slot *slots; /* charts */
	size_t slot_count, kept;	 /* bytes of the charts */
	uint64_t clock;
};

/* In which archive of the lineage patient `number` is, and which row there. */
void medark_shelf_place(struct medark_shelf *shelf, uint64_t number, size_t *out_archive,
			uint64_t *out_row);

/* The number of the first patient of archive `k` of the lineage. */
uint64_t medark_shelf_first(struct medark_shelf *shelf, size_t k);

/* Index of archive `k`; it was opened with the shelf. */
struct medark_index *medark_shelf_index(struct medark_shelf *shelf, size_t k);

/*
 * Calls `each` with every record in `ranges` of archive `k` whose facts stand in shelf->record, and
 * that no later archive has or says is gone. Sorts the ranges. Errors of medark_cut_run().
 */
struct medark_shelf_walk {
	size_t archive;
	struct medark_buffer *ranges;
	int (*each)(void *context, const struct medark_cut_record *cut, struct medark_error *err);
	void *context;
};
int medark_shelf_walk(struct medark_shelf *shelf, const struct medark_shelf_walk *walk,
		      struct medark_error *err) MEDARK_MUST_USE;

/* The charts that are kept: all gone. */
void medark_shelf_charts_clear(struct medark_shelf *shelf);

#endif
