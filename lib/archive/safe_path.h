/* SPDX-License-Identifier: Apache-2.0 */
/*
 * safe_path: names for a restore. An item's path is whatever the source had, or whatever a hostile
 * archive says; what is created from it can be neither outside of the target nor a surprise on a
 * terminal. Any thread.
 */
#ifndef MEDARK_ARCHIVE_SAFE_PATH_H
#define MEDARK_ARCHIVE_SAFE_PATH_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

/* Room for one name and its zero: what Linux file systems take. */
#define MEDARK_NAME_SIZE 256

/* Longest name that medark_safe_name() gives: room is left for "~9". */
#define MEDARK_SAFE_NAME_MAX 250

/*
 * Takes the first part from the front of `*path`, up to a `/` (any byte but that may be in it);
 * false if there are no parts left. An empty path has one empty part, as has what follows a `/` at
 * the end; so the parts of a path give it back.
 */
struct medark_path_parts {
	struct medark_bytes rest;
	bool ended;
};
struct medark_path_parts medark_path_parts(struct medark_bytes path);
bool medark_path_next(struct medark_path_parts *parts, struct medark_bytes *out);

/* Splits at the last `/`: an empty folder if there is none. */
void medark_path_split(struct medark_bytes path, struct medark_bytes *out_folder,
		       struct medark_bytes *out_leaf);

/*
 * Writes the name under which a part is created, with its zero: the part itself wherever that is
 * safe. Percent-encoded are: what is empty (as "%"), "." and "..", control characters, DEL, and
 * bytes that are not UTF-8; with `strict` also what some file systems refuse: :<>"|?*\, a dot or
 * space at the end, and the first letter of device names (CON, NUL, COM1 …). Longer names are cut.
 * Returns whether it differs from the part. A part holds no `/` (asserted).
 */
bool medark_safe_name(struct medark_bytes part, bool strict, char out[MEDARK_NAME_SIZE]);

#endif
