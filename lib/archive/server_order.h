/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_order: in which order patients are restored into a server: as they lie in the archive, or
 * first those who are needed first. An order, not a choice. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_ORDER_H
#define MEDARK_ARCHIVE_SERVER_ORDER_H

#include "archive/server_walk.h"

/* Records since so many days count as recent. */
#define MEDARK_ORDER_RECENT_DAYS 90

struct medark_order {
	struct medark_buffer rows; /* struct medark_order_row, sorted */
	uint64_t today, recent;	   /* patients of the first two kinds; 0 if nobody asked */
};

struct medark_order_row {
	uint64_t row; /* of the index */
	uint64_t offset;
	uint32_t segment; /* where its records begin */
	uint32_t kind;	  /* 0: an appointment today; 1: a recent record; 2: neither */
};

/*
 * `now`: a moment of today, seconds since 1970; today is what it is at this place. 0: as they lie.
 * The patients are those of the walk. Looks at the appointments of who may have one today.
 */
int medark_order_make(struct medark_walk *walk, int64_t now, struct medark_order *out,
		      struct medark_error *err) MEDARK_MUST_USE;
void medark_order_clear(struct medark_order *order);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_order, medark_order_clear)

#endif
