/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather: reads sources, recognises records, and fills windows. Files of one resource a line that
 * can be read side by side are read as lanes: always the one that lags behind in the order of
 * patients goes on, so that a patient's records from all files come into the same window.
 *
 * Runs in one thread; the pipeline's workers make the segments of the windows it hands over.
 */
#ifndef MEDARK_ARCHIVE_GATHER_H
#define MEDARK_ARCHIVE_GATHER_H

#include "archive/exclude.h"
#include "archive/facts.h"
#include "archive/notes.h"
#include "archive/pipeline.h"
#include "source/source.h"

#include <medark/common.h>

struct medark_gather;

struct medark_gather_setup {
	struct medark_pipeline *pipeline;     /* borrowed */
	struct medark_facts *facts;	      /* borrowed */
	struct medark_notes *notes;	      /* borrowed */
	const struct medark_key *salt_key;    /* borrowed */
	const struct medark_exclude *exclude; /* borrowed */
	uint64_t window_size;		      /* bytes of each of the three windows */
	uint64_t document_max;		      /* bytes of a document that is taken apart */
	uint64_t segment_size;		      /* bytes of content to aim at */
	const char *folder;		      /* for temporary files; borrowed */
	/*
	 * Called now and then with the bytes of the sources' files that are done, each counted
	 * once, and the records so far; negative stops.
	 */
	int (*poll)(void *context, uint64_t bytes, uint64_t records, uint64_t item,
		    struct medark_error *err);
	/* Called for each file or folder that cannot be read, from the gatherer's thread. */
	void (*unreadable)(void *context, const struct medark_unreadable *what);
	void *context; /* of both */
};

int medark_gather_new(const struct medark_gather_setup *setup, struct medark_gather **out,
		      struct medark_error *err) MEDARK_MUST_USE;
void medark_gather_free(struct medark_gather *g);
MEDARK_DEFINE_AUTO(struct medark_gather, medark_gather_free)

/*
 * Reads all of a source. `total`: its size as it was counted in advance, or 0; `prefix` is put in
 * front of every path ("" or "name/").
 */
int medark_gather_source(struct medark_gather *g, struct medark_source *source, uint64_t total,
			 const char *prefix, struct medark_error *err) MEDARK_MUST_USE;

/* Bytes that the sources gave so far; of packed ones those of their members. */
uint64_t medark_gather_bytes(const struct medark_gather *g);

/* Hands over what is left. All tasks are submitted then; drain the pipeline before freeing. */
int medark_gather_finish(struct medark_gather *g, struct medark_error *err) MEDARK_MUST_USE;

#endif
