/* SPDX-License-Identifier: Apache-2.0 */
/* item: what is known of one item while it is read, until its row is written. */
#ifndef MEDARK_ARCHIVE_ITEM_H
#define MEDARK_ARCHIVE_ITEM_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define MEDARK_ITEM_NONE UINT32_MAX

struct medark_item {
	struct medark_item *next, *previous; /* all items that are not finished */
	uint32_t number;
	uint32_t parent;  /* the item it was decoded from, or MEDARK_ITEM_NONE */
	const char *kind; /* "dir", "ndjson" … as in the items table; a static string */
	uint64_t size;	  /* bytes so far */
	uint64_t records;
	bool has_count; /* the source said how many records it holds */
	uint64_t count;
	uint64_t counted; /* bytes of its file that progress has counted */
	uint64_t packed;  /* of a decoded item: bytes of its file in all */
	bool is_deferred; /* progress counts its bytes when they are decoded */
	int64_t mtime;
	uint32_t mtime_ns, mode;
	uint32_t first_segment, last_segment; /* 0: none so far */
	uint32_t windows;		      /* how many windows still hold pieces of it */
	bool ended;			      /* no more bytes will come */
	bool unreadable;		      /* reading failed before its end */
	size_t path_size;
	uint8_t path[];
};

#endif
