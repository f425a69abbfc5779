/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep: every record of an archive once, on all processors, with the patients whose it is: for who
 * counts or compares everything. Records come in no order; those of a segment, which are those of a
 * few patients, come to one worker in the order in which they stand.
 *
 *	medark_sweep_begin(&sweep, &err);	what the index says of places and items
 *	medark_sweep_run(&sweep, &err);		the records
 *	medark_sweep_clear(&sweep);
 */
#ifndef MEDARK_ARCHIVE_SWEEP_H
#define MEDARK_ARCHIVE_SWEEP_H

#include "archive/join.h"
#include "archive/lineage.h"
#include "archive/segment_load.h"
#include "base/parallel.h"
#include "record/fhir.h"

#include <pthread.h>

struct medark_sweep_record {
	/* NULL: no record, but all of an item that is none. */
	const struct medark_record *facts;
	struct medark_bytes text; /* as medark_cut_record has it */
	bool is_xml;
	/* That has read it, made for the sweep's `members`: for medark_fhir_member() alone. */
	const struct medark_fhir *fhir;
	const uint32_t *owners; /* rows of the patients whose it is; none: it is nobody's */
	size_t owner_count;
};

struct medark_sweep_worker;

struct medark_sweep {
	/* Filled in by the caller; borrowed. */
	struct medark_lineage *lineage; /* whose archives have an identity */
	size_t number;			/* which of them; those behind it may have newer records */
	unsigned threads;		/* 0: as many as processors */
	struct medark_meter *meter;	/* gets bytes and records; may be NULL */
	/* Names of members of the records that `each` wants, too; for medark_fhir_new_with(). */
	const char *const *members;
	size_t member_count;
	/*
	 * Called side by side by several workers, numbered from 0 to below MEDARK_PARALLEL_MAX, but
	 * never twice at a time for one of them; their negative code ends it. `pause`, which may be
	 * NULL, when a segment is through.
	 */
	int (*each)(void *context, unsigned worker, const struct medark_sweep_record *record,
		    struct medark_error *err);
	int (*pause)(void *context, unsigned worker, struct medark_error *err);
	void *context;
	/* What it found. */
	uint64_t records;    /* that were told */
	uint64_t superseded; /* that were not, as an archive behind has them, or says they are gone
			      */
	uint64_t files;	     /* items that are no records and were told */
	uint64_t large;	     /* such that were not, as they have more than 64 MiB */
	/* The sweep's own. */
	struct medark_archive *archive;
	struct medark_buffer places; /* in order: where the patients have their records */
	uint8_t *items;		     /* of each item: what it is */
	uint64_t item_count, largest;
	struct medark_joins joins;
	struct medark_sweep_worker *workers;
	struct medark_buffer joined; /* extents of a batch that are through */
	uint32_t first;		     /* segment of the batch */
	pthread_mutex_t lock;	     /* of the lineage */
	bool has_lock;
};

/* Errors of the index; MEDARK_E_MEMORY: memory is taken in proportion to the patients and items. */
int medark_sweep_begin(struct medark_sweep *sweep, struct medark_error *err) MEDARK_MUST_USE;

/* Once. Errors of medark_loader_load() and of the callbacks; MEDARK_E_FORMAT; MEDARK_E_MEMORY. */
int medark_sweep_run(struct medark_sweep *sweep, struct medark_error *err) MEDARK_MUST_USE;

/* May be called on a zeroed object. What it found stays. */
void medark_sweep_clear(struct medark_sweep *sweep);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_sweep, medark_sweep_clear)

#endif
