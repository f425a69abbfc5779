/* SPDX-License-Identifier: Apache-2.0 */
/*
 * content: what an item is in which nothing is looked for, though there may be records in it: a
 * packing that is not opened, or text in another encoding than UTF-8. Judged by its first bytes,
 * never by its name. Pure functions, any thread.
 */
#ifndef MEDARK_SOURCE_CONTENT_H
#define MEDARK_SOURCE_CONTENT_H

#include "base/bytes.h"

#include <stdbool.h>

struct medark_content {
	/*
	 * What it is and what can be done about it, for the user: "packed with xz: unpack it
	 * first". A static string; NULL if there is nothing to be told.
	 */
	const char *what;
	bool is_packed; /* lines in it are parts of something else: no records */
};

/* `head`: the item's first bytes, 512 of them or more unless it is shorter. */
struct medark_content medark_content_look(struct medark_bytes head);

/* Does a tar begin with these bytes (POSIX.1-1988 or later, GNU or v7)? */
bool medark_content_is_tar(struct medark_bytes head);

#endif
