/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index_root: index/root (F-19), which says where in the pages of each table a row or a key is to
 * be looked for. Read-only once parsed.
 */
#ifndef MEDARK_ARCHIVE_INDEX_ROOT_H
#define MEDARK_ARCHIVE_INDEX_ROOT_H

#include "base/buffer.h"
#include "base/cleanup.h"
#include "container/layout.h"
#include "container/manifest.h"
#include "crypto/digest.h"

#include <stdbool.h>

struct medark_index_first {
	uint64_t row;		 /* number of the page's first row */
	struct medark_bytes key; /* its first field, as the table is sorted */
};

struct medark_index_table {
	uint64_t rows;
	uint32_t page_count;
	struct medark_index_first *pages; /* page N of the archive is pages[N - 1] */
};

/* Are the table's rows in the order of their first fields? */
bool medark_index_sorted_by_key(enum medark_kind kind);

struct medark_index_root {
	struct medark_digest signer;
	struct medark_index_table tables[MEDARK_KIND_COUNT]; /*
							      * of the index's kinds; of
							      * MEDARK_KIND_CHANGES,
							      * pages NULL: no increment
							      */
	struct medark_buffer keys;
};

/*
 * Parses and checks it against the manifest: archive, leaves, records, number of pages of each
 * table, ascending rows and keys. Whether `signer` is right is the caller's to check. Release with
 * medark_index_root_clear(), also after a failure. MEDARK_E_FORMAT, MEDARK_E_MEMORY.
 */
int medark_index_root_parse(struct medark_bytes text, const struct medark_manifest *manifest,
			    struct medark_index_root *out,
			    struct medark_error *err) MEDARK_MUST_USE;
void medark_index_root_clear(struct medark_index_root *root);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_index_root, medark_index_root_clear)

#endif
