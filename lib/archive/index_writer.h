/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index_writer: turns facts into the pages of the index (FORMAT.md section 8), through the
 * pipeline. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_INDEX_WRITER_H
#define MEDARK_ARCHIVE_INDEX_WRITER_H

#include "archive/facts.h"
#include "archive/pipeline.h"

struct medark_index_setup {
	struct medark_pipeline *pipeline; /* drained; borrowed */
	struct medark_facts *facts;	  /* all collected; its sorters are used up */
	const struct medark_archive_id *archive;
	const struct medark_digest *signer; /* fingerprint of the signer's certificate */
	const char *folder;		    /* for temporary files */
	/* Called when all repeated records are known; may add what is missing. */
	int (*settled)(void *context, struct medark_error *err);
	void *context;
};

/*
 * Writes all tables and the root. Afterwards facts->quarantined, duplicates and reasons are final;
 * *out_patients counts the patients, *out_leaves the leaves. The pipeline is drained again.
 */
int medark_index_write(const struct medark_index_setup *setup, uint64_t *out_patients,
		       uint64_t *out_leaves, struct medark_error *err) MEDARK_MUST_USE;

#endif
