/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut: the records that stand in given ranges of data segments, one after the other, whole. Only
 * the segments that are named are read; those are checked in full.
 */
#ifndef MEDARK_ARCHIVE_CUT_H
#define MEDARK_ARCHIVE_CUT_H

#include "archive/cut_cache.h"
#include "archive/open.h"
#include "archive/progress.h"
#include "archive/row.h"

struct medark_cut_record {
	/* Without the line's LF; MEDARK_JSON_PADDING readable bytes behind. Borrowed. */
	struct medark_bytes text;
	bool xml;      /* by its first byte */
	uint32_t item; /* that it stands in */
	/* Where it begins, or its last part does: in which data segment, and in its content. */
	uint32_t segment;
	uint64_t offset;
};

struct medark_cut {
	struct medark_archive *archive; /* with an identity */
	/* Where a record larger than a segment may be put together, unseen; negative: in memory. */
	int folder;
	unsigned threads;		/* 0: as many as processors */
	struct medark_cut_cache *cache; /* for many small cuts, in one thread; NULL: none */
	struct medark_meter *meter;	/* NULL: who is told the records tells how far it is */
	int (*each)(void *context, const struct medark_cut_record *record,
		    struct medark_error *err);
	void *context;
};

/*
 * Calls cut->each for every record in the ranges (merged), in their order; a record in several
 * parts when its last part comes. From one thread; stops with the callback's negative return.
 * MEDARK_E_FORMAT if a range does not begin and end at a record's border, or a part is missing.
 */
int medark_cut_run(const struct medark_cut *cut, const struct medark_range *ranges, size_t count,
		   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends a struct medark_range for the content of every data segment, in order. MEDARK_E_FORMAT:
 * the index does not know as many; errors of the index; MEDARK_E_MEMORY.
 */
int medark_cut_places(struct medark_archive *archive, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
