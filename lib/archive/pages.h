/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages: cuts the rows of a table into pages, hands them to the pipeline, and keeps what the root
 * says of each page. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_PAGES_H
#define MEDARK_ARCHIVE_PAGES_H

#include "archive/pipeline.h"

struct medark_pages;

int medark_pages_new(struct medark_pipeline *pipeline, struct medark_pages **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_pages_free(struct medark_pages *p);
MEDARK_DEFINE_AUTO(struct medark_pages, medark_pages_free)

/* Begins a table; the one before is ended. */
int medark_pages_table(struct medark_pages *p, enum medark_kind kind,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Adds a row, without its LF. `first` is its first field as the root shows it, when the row begins
 * a page.
 */
int medark_pages_row(struct medark_pages *p, struct medark_bytes row, struct medark_bytes first,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Ends the last table, and appends the JSON object of all tables (the root's "tables"). */
int medark_pages_finish(struct medark_pages *p, struct medark_buffer *out_tables,
			struct medark_error *err) MEDARK_MUST_USE;

/* Submits one page whose bytes are copied: for the root. */
int medark_pages_submit(struct medark_pages *p, enum medark_kind kind, uint32_t number,
			struct medark_bytes plain, struct medark_error *err) MEDARK_MUST_USE;

#endif
