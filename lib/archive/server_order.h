/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_order: in which order the patients of a lineage are restored into a server: as they lie in
 * its archives, one archive after the other; or first those who are needed first, each with what
 * all archives hold of them. An order, not a choice. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_ORDER_H
#define MEDARK_ARCHIVE_SERVER_ORDER_H

#include "archive/server_walk.h"

/* Records since so many days count as recent. */
#define MEDARK_ORDER_RECENT_DAYS 90

struct medark_order_row {
	uint64_t row;	  /* of the index of this archive */
	uint64_t offset;  /* where its records begin, or those of the patient's first row */
	uint64_t first;	  /* the patient's first row, in the order of archives and rows */
	uint32_t segment; /* see offset */
	uint32_t archive : 30;
	uint32_t kind : 2; /* of the patient: enum medark_order_kind */
};

enum medark_order_kind {
	MEDARK_ORDER_TODAY,  /* there is an appointment today */
	MEDARK_ORDER_RECENT, /* a recent record */
	MEDARK_ORDER_REST,
};

struct medark_order {
	struct medark_buffer rows; /* struct medark_order_row, sorted */
	uint64_t patients;	   /* different ones */
	uint64_t today, recent;	   /* of those; 0 if nobody asked */
};

/*
 * The patients are those of the walks, of which there is one for each archive of the lineage; a
 * patient's rows are those of the same key. `now`: a moment of today, seconds since 1970; today is
 * what it is at this place. 0: as they lie. Looks at the appointments of who may have one today.
 * Errors of the index and of a walk; MEDARK_E_MEMORY.
 */
int medark_order_make(struct medark_walk *walks, size_t count, int64_t now,
		      struct medark_order *out, struct medark_error *err) MEDARK_MUST_USE;
void medark_order_clear(struct medark_order *order);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_order, medark_order_clear)

#endif
