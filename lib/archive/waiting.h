/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waiting: the shared fragments of one patient (facts.h), given back in the order of the places of
 * their records. They wait until all is known of the patient. However many there are, they take a
 * fixed amount of memory; what does not fit goes through a sorter. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_WAITING_H
#define MEDARK_ARCHIVE_WAITING_H

#include "archive/range.h"
#include "archive/sorter.h"
#include "base/buffer.h"

struct medark_waiting {
	const char *folder;	      /* for a temporary file; borrowed */
	struct medark_buffer bytes;   /* of the fragments, while they fit */
	struct medark_buffer list;    /* and where each stands */
	size_t given;		      /* of the list */
	struct medark_sorter *sorter; /* or NULL */
};

void medark_waiting_init(struct medark_waiting *w, const char *folder);
void medark_waiting_clear(struct medark_waiting *w);

/* Forgets what is in it: the next patient's come. */
void medark_waiting_reset(struct medark_waiting *w);

/* Copies a MEDARK_FRAGMENT_SHARE. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_waiting_add(struct medark_waiting *w, struct medark_bytes share,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Ends adding. */
int medark_waiting_sort(struct medark_waiting *w, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The next fragment and where its record begins: 1, or 0 at the end. `out_share` is borrowed until
 * the next call.
 */
int medark_waiting_next(struct medark_waiting *w, struct medark_range *out_place,
			struct medark_bytes *out_share, struct medark_error *err) MEDARK_MUST_USE;

#endif
