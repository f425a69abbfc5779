/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row: what the rows of the index's tables say (FORMAT.md section 8). Strict, bounded,
 * without state; any thread.
 */
#ifndef MEDARK_ARCHIVE_ROW_H
#define MEDARK_ARCHIVE_ROW_H

#include "archive/range.h"
#include "base/buffer.h"
#include "base/bytes.h"
#include "container/layout.h"
#include "crypto/digest.h"

#include <stdbool.h>

/* Splits a row into exactly `count` TAB fields, borrowed from it; false if it has more or fewer. */
bool medark_row_split(struct medark_bytes row, struct medark_bytes *fields, size_t count);

/*
 * Decodes a field's escapes into `out` (emptied first). MEDARK_E_FORMAT on what is no escape, or
 * longer than the buffer's limit.
 */
int medark_row_decode(struct medark_bytes field, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Encodes a text as a field holds it, to write it or to look for it; appends to `out`. */
int medark_row_encode(struct medark_bytes text, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

enum medark_item_kind {
	MEDARK_ITEM_DIR,
	MEDARK_ITEM_FILE,    /* ndjson, json, xml */
	MEDARK_ITEM_OPAQUE,  /* opaque */
	MEDARK_ITEM_DECODED, /* decoded:…, not part of the source */
};

/* A row of `items`. */
struct medark_item_row {
	uint32_t number;
	enum medark_item_kind kind;
	const char *kind_name; /* as in the row; a static string */
	uint64_t size;
	int64_t mtime;
	uint32_t mtime_ns;
	uint32_t mode;
	bool has_parent; /* decoded items have */
	uint32_t parent;
	uint64_t records;
	uint32_t first, last;	  /* data segments; 0: none */
	struct medark_bytes path; /* borrowed from the buffer given to medark_item_row_parse() */
};

/*
 * `number`: which item it must be. The path, without escapes, goes into `path` (emptied first).
 * MEDARK_E_FORMAT.
 */
int medark_item_row_parse(struct medark_bytes row, uint64_t number, struct medark_buffer *path,
			  struct medark_item_row *out, struct medark_error *err) MEDARK_MUST_USE;

/* Is it none of records, packed or not? */
bool medark_item_row_is_opaque(const struct medark_item_row *row);

/* A row of `quarantine`. */
struct medark_quarantine_row {
	char reason[65];
	bool has_item; /* what was skipped is no item; what is missing need not be one */
	uint32_t item;
	uint64_t offset, length;
	uint32_t segment;	    /* 0: none */
	struct medark_bytes detail; /* as `path` of an item's row */
};

/* The detail, without escapes, goes into `detail` (emptied first). MEDARK_E_FORMAT. */
int medark_quarantine_row_parse(struct medark_bytes row, struct medark_buffer *detail,
				struct medark_quarantine_row *out,
				struct medark_error *err) MEDARK_MUST_USE;

/* A row of `segments`. */
struct medark_segment_row {
	uint64_t leaves, content;
	struct medark_digest hash;
};

int medark_segment_row_parse(struct medark_bytes row, uint32_t number,
			     struct medark_segment_row *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* A row of `changes`: what the source has, or has no more, since an earlier archive. */
struct medark_change_row {
	struct medark_bytes name; /* Type/id as it stands in the row, with its escapes; borrowed */
	bool is_deleted;
};

/* MEDARK_E_FORMAT. Any thread. */
int medark_change_row_parse(struct medark_bytes row, struct medark_change_row *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * The next of the places `SEGMENT:OFFSET:LENGTH` that a row of `outside` has in its second field:
 * takes it from the front of `*places`. 1, 0 at the end, MEDARK_E_FORMAT.
 */
int medark_range_next(struct medark_bytes *places, struct medark_range *out,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
