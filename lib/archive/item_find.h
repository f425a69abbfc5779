/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_find: the opaque items of a lineage's archives (FORMAT.md section 8), scans and letters that
 * are no records: all of them in their order, and those of a path. An archive's index has them by
 * number alone. What is packed, and was found to hold records, is none of them: a document of one
 * patient is looked for here, and that is all patients'.
 *
 * Built by one thread; then any number may ask, each with a lineage of its own of the same
 * archives.
 */
#ifndef MEDARK_ARCHIVE_ITEM_FIND_H
#define MEDARK_ARCHIVE_ITEM_FIND_H

#include "archive/lineage.h"
#include "archive/row.h"

struct medark_item_find;

/* Reads all items' rows. Errors of the indexes; MEDARK_E_MEMORY. */
int medark_item_find_new(struct medark_lineage *lineage, struct medark_item_find **out,
			 struct medark_error *err) MEDARK_MUST_USE;
void medark_item_find_free(struct medark_item_find *find);
MEDARK_DEFINE_AUTO(struct medark_item_find, medark_item_find_free)

/* Which item: of which archive of the lineage, and its number there. */
struct medark_item_place {
	uint32_t archive, item;
};

/* How many there are; the one at `i` below that, by archive and number. */
size_t medark_item_find_count(const struct medark_item_find *find);
struct medark_item_place medark_item_find_at(const struct medark_item_find *find, size_t i);

/* Is there such an opaque item? */
bool medark_item_find_has(const struct medark_item_find *find, struct medark_item_place place);

/*
 * The item that the latest archive has under a path, or, of what an export has fetched from a
 * server, under its path up to medark_attachment_stem(). 1, or 0: there is none. Errors of the
 * index.
 */
int medark_item_find_path(const struct medark_item_find *find, struct medark_lineage *lineage,
			  struct medark_bytes path, struct medark_item_place *out,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * The item that the URL of an Attachment means, in a record that stands in item `of`. 1 or 0;
 * errors as above.
 */
int medark_item_find_url(const struct medark_item_find *find, struct medark_lineage *lineage,
			 struct medark_item_place of, struct medark_bytes url,
			 struct medark_item_place *out, struct medark_error *err) MEDARK_MUST_USE;

/* What the index says of an item; its path goes into `path` (emptied first). Errors of the index.
 */
int medark_item_row_of(struct medark_lineage *lineage, struct medark_item_place place,
		       struct medark_buffer *path, struct medark_item_row *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends an item's bytes, each of which is checked. MEDARK_E_MEMORY, also past the ceiling of
 * `out`; errors of medark_loader_load(); MEDARK_E_FORMAT: the segments do not hold every byte once.
 */
int medark_item_read(struct medark_lineage *lineage, struct medark_item_place place,
		     struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
