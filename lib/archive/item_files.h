/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_files: the items of an archive as files of a restore. First all are created, then any
 * number of threads write into them in any order, then they get their times and modes. Memory does
 * not grow with the number of items.
 */
#ifndef MEDARK_ARCHIVE_ITEM_FILES_H
#define MEDARK_ARCHIVE_ITEM_FILES_H

#include "archive/coverage.h"
#include "archive/index_reader.h"

struct medark_item_files;

/* The index and the root folder are borrowed; no one else may use the index until it is freed. */
int medark_item_files_new(struct medark_index *index, int root, struct medark_item_files **out,
			  struct medark_error *err) MEDARK_MUST_USE;
void medark_item_files_free(struct medark_item_files *files);
MEDARK_DEFINE_AUTO(struct medark_item_files, medark_item_files_free)

/* What was created. */
struct medark_item_totals {
	uint64_t files, bytes, renamed;
};

/*
 * Creates folders and empty files, and enters every item into `coverage`. `content` is the size of
 * all segments: items that claim more are refused before they take room (F-17). MEDARK_E_FORMAT,
 * MEDARK_E_SYSTEM. One thread.
 */
int medark_item_files_create(struct medark_item_files *files, uint64_t content,
			     struct medark_coverage *coverage, struct medark_item_totals *out,
			     struct medark_error *err) MEDARK_MUST_USE;

/* An item to write to. `fd` is -1 for one that is no file of its own (F-17 counts it still). */
struct medark_item_file {
	uint32_t item;
	int fd;
	uint64_t size;
};

/* Opens an item; it stays open until it is given back, and some time longer. Any thread. */
int medark_item_files_acquire(struct medark_item_files *files, uint32_t item,
			      struct medark_item_file *out,
			      struct medark_error *err) MEDARK_MUST_USE;
void medark_item_files_release(struct medark_item_files *files,
			       const struct medark_item_file *file);

/*
 * From now on items are opened for reading. No thread may hold one.
 */
void medark_item_files_reread(struct medark_item_files *files);

/*
 * Sets modes and times: of files, then of folders from the last to the first. Writes
 * medark-renamed.json into the root if an item has another path than in the archive. One thread.
 */
int medark_item_files_finish(struct medark_item_files *files,
			     struct medark_error *err) MEDARK_MUST_USE;

#endif
