/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index_reader: rows of the index's tables, by number or by key. A look-up reads the one page that
 * the root names; pages stay in a cache of bounded size. What it gives says only *where* something
 * is (F-20). One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_INDEX_READER_H
#define MEDARK_ARCHIVE_INDEX_READER_H

#include "archive/index_root.h"
#include "archive/row.h"
#include "base/secret.h"
#include "store/input.h"

/* What an index is read from; all borrowed while it is open. */
struct medark_index_source {
	struct medark_input *input;
	const struct medark_manifest *manifest; /* verified */
	const struct medark_key *key;
	const struct medark_digest *signer; /* of the verified signature: must be the root's */
};

struct medark_index;

/* Reads the root. MEDARK_E_FORMAT, MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_index_open(const struct medark_index_source *source, struct medark_index **out,
		      struct medark_error *err) MEDARK_MUST_USE;
void medark_index_free(struct medark_index *index);
MEDARK_DEFINE_AUTO(struct medark_index, medark_index_free)

/* Does the archive hold only what has changed: has its index the table `changes`? */
bool medark_index_is_increment(const struct medark_index *index);

uint64_t medark_index_rows(const struct medark_index *index, enum medark_kind kind);

/*
 * Row `row` (below medark_index_rows(), asserted) without its LF, borrowed until the next call for
 * this index. MEDARK_JSON_PADDING readable bytes stand behind it.
 */
int medark_index_row(struct medark_index *index, enum medark_kind kind, uint64_t row,
		     struct medark_bytes *out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The number of the first row of a table sorted by key whose first field (of `patients`: decoded
 * key) is not before `key`; the number of rows if all are.
 */
int medark_index_lower(struct medark_index *index, enum medark_kind kind, struct medark_bytes key,
		       uint64_t *out_row, struct medark_error *err) MEDARK_MUST_USE;

/* The first field of a row as its table is sorted; borrowed like the row. */
int medark_index_first_field(struct medark_index *index, enum medark_kind kind,
			     struct medark_bytes row, struct medark_bytes *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Item `number` that a data segment names; its path goes into `path` (emptied first).
 * MEDARK_E_FORMAT: there is none; errors of medark_index_row().
 */
int medark_index_item(struct medark_index *index, uint32_t number, struct medark_buffer *path,
		      struct medark_item_row *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
