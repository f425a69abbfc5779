/* SPDX-License-Identifier: Apache-2.0 */
/* restore: the restores behind medark_archive_restore(), into an open folder or file. */
#ifndef MEDARK_ARCHIVE_RESTORE_H
#define MEDARK_ARCHIVE_RESTORE_H

#include "archive/item_files.h"
#include "archive/lineage.h"

/* Every item, byte for byte (F-17); the archive has been verified. `threads` 0: as processors. */
int medark_restore_whole(struct medark_archive *archive, int folder, unsigned threads,
			 const struct medark_events *events, struct medark_restore_result *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same, and `check` is called when all bytes are written, before files get their modes: it may
 * read them through `files`, which medark_item_files_reread() made ready for that. Its negative
 * code ends it.
 */
struct medark_restore_check {
	int (*check)(void *context, struct medark_item_files *files, struct medark_error *err);
	void *context;
};
int medark_restore_whole_checked(struct medark_archive *archive, int folder, unsigned threads,
				 const struct medark_events *events,
				 const struct medark_restore_check *check,
				 struct medark_restore_result *out,
				 struct medark_error *err) MEDARK_MUST_USE;

/*
 * The records of the patients of the request, or all that the lineage, whose archives then have
 * been verified, holds as of its latest archive. MEDARK_E_NOT_FOUND before anything is written.
 */
int medark_restore_records(struct medark_lineage *lineage, int folder,
			   const struct medark_restore_request *request,
			   const struct medark_events *events, struct medark_restore_result *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * A transaction Bundle for each patient of the request, or for all of the lineage, whose archives
 * then have been verified. Errors of medark_lineage_patients() and medark_dossier_load().
 */
int medark_restore_bundles(struct medark_lineage *lineage, int folder,
			   const struct medark_restore_request *request,
			   const struct medark_events *events, struct medark_restore_result *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/*
 * Charts as an SQLite database in the empty file `fd`, which is borrowed, open for reading and
 * writing, and neither named nor synced here. As above otherwise; MEDARK_E_SYSTEM: it cannot be
 * written.
 */
int medark_restore_sqlite(struct medark_lineage *lineage, int fd,
			  const struct medark_restore_request *request,
			  const struct medark_events *events, struct medark_restore_result *out,
			  struct medark_error *err) MEDARK_MUST_USE;

/* The lists of charts as tables, as above. */
int medark_restore_csv(struct medark_lineage *lineage, int folder,
		       const struct medark_restore_request *request,
		       const struct medark_events *events, struct medark_restore_result *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Charts as pages, as above; MEDARK_E_USAGE for a language that they do not speak. */
int medark_restore_html(struct medark_lineage *lineage, int folder,
			const struct medark_restore_request *request,
			const struct medark_events *events, struct medark_restore_result *out,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same as one ZIP file, encrypted with the request's passphrase, in the empty file `fd`, which
 * is borrowed, and neither named nor synced here. Nothing is written anywhere else.
 */
int medark_restore_html_zip(struct medark_lineage *lineage, int fd,
			    const struct medark_restore_request *request,
			    const struct medark_events *events, struct medark_restore_result *out,
			    struct medark_error *err) MEDARK_MUST_USE;

/*
 * The folder data/ of a bag (RFC 8493) that `folder` is to become; *out_data is the caller's to
 * close. MEDARK_E_SYSTEM.
 */
int medark_bag_begin(int folder, int *out_data, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Behind everything in data/: its manifest, and what says what the bag is. `archive` is the latest
 * that it came from. MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_bag_finish(int folder, int data, const struct medark_archive *archive,
		      const struct medark_events *events, struct medark_error *err) MEDARK_MUST_USE;

#endif
