/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partial_folder: a folder that stands under its name only when it is complete and on the disk.
 * Until then it stands as unfinished.medark-restore in TARGET.medark-partial beside the target (or
 * in .medark-partial in it, where the target is the root of a file system), which has mode 0700 and
 * a lock, so that two restores do not meet in it. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_PARTIAL_FOLDER_H
#define MEDARK_ARCHIVE_PARTIAL_FOLDER_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>

struct medark_partial_folder;

/* What may stand in a target that exists. */
enum medark_partial_over {
	MEDARK_OVER_NOTHING, /* the target must be empty */
	MEDARK_OVER_FILES,   /* anything: files of the same name are replaced, others stay */
	MEDARK_OVER_CHART,   /* an earlier chart and nothing else: it is replaced as a whole */
};

/*
 * Makes the folder. What an earlier run that was killed left is removed first if it belongs to this
 * user and nobody works in it; a TARGET.medark-partial that holds anything else is not touched, and
 * told (MEDARK_E_SYSTEM). MEDARK_E_EXISTS if `target` is something else than a folder, or a folder
 * that is not empty and `over` is nothing; MEDARK_E_USAGE if it is to be a chart and holds other
 * things; MEDARK_E_SYSTEM.
 */
int medark_partial_folder_new(const char *target, enum medark_partial_over over,
			      struct medark_partial_folder **out,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Does `target` hold something, and would `over` take it? */
bool medark_partial_folder_is_taken(const char *target, enum medark_partial_over over);

/* The open folder; borrowed. */
int medark_partial_folder_fd(const struct medark_partial_folder *p);

/*
 * Waits until all of it is on the disk (unless not `sync`), and gives it its name; after a failure
 * the target is as it was. A target that exists and is empty keeps its mode. Into one that is not
 * empty everything is moved, files of the same name are replaced; a failure while that is done
 * leaves a part in it, and the sentence says so. A chart and the one before it change places in one
 * step where the file system can do that; else the old one is removed before the new one is moved.
 * MEDARK_E_EXISTS, MEDARK_E_USAGE, MEDARK_E_SYSTEM.
 */
int medark_partial_folder_finish(struct medark_partial_folder *p, bool sync,
				 struct medark_error *err) MEDARK_MUST_USE;

/*
 * In the place of finish: removes the folder with all that is in it, and tells if it cannot; then
 * it may be tried again. MEDARK_E_SYSTEM.
 */
int medark_partial_folder_discard(struct medark_partial_folder *p,
				  struct medark_error *err) MEDARK_MUST_USE;

/* Without finish: removes the folder with all that is in it. */
void medark_partial_folder_free(struct medark_partial_folder *p);
MEDARK_DEFINE_AUTO(struct medark_partial_folder, medark_partial_folder_free)

#endif
