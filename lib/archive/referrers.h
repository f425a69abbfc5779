/* SPDX-License-Identifier: Apache-2.0 */
/*
 * referrers: which patients have records that refer to a record which is not in their own
 * compartment: a mother's encounter in her child's chart, a result of both. Pairs of 32 bits of a
 * hash of the record's name, in the upper half, and a patient's number. One thread fills it; once
 * sealed any may ask.
 */
#ifndef MEDARK_ARCHIVE_REFERRERS_H
#define MEDARK_ARCHIVE_REFERRERS_H

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Pairs that came last: a patient's records stand together, and most refer to the same few. */
#define MEDARK_REFERRERS_RECENT 4096

struct medark_referrers {
	struct medark_buffer pairs;
	uint64_t recent[MEDARK_REFERRERS_RECENT];
};

void medark_referrers_init(struct medark_referrers *r);
void medark_referrers_clear(struct medark_referrers *r);

/* Did this pair come just now? Then nothing has to be found out about it again; else it has now. */
bool medark_referrers_is_recent(struct medark_referrers *r, uint64_t pair);

/* That patient has a record that refers to that name. MEDARK_E_MEMORY past 4 GiB of pairs. */
int medark_referrers_add(struct medark_referrers *r, uint64_t pair,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * All were added. Leaves those of names that are among `entries`, but not with the same patient;
 * the entries are pairs of a name and whose record it is, in their order. MEDARK_E_MEMORY.
 */
int medark_referrers_seal(struct medark_referrers *r, const uint64_t *entries, size_t count,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
