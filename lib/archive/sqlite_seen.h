/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite_seen: which resources of a database may stand in the charts of several patients, so that
 * each is in it once: 24 bytes for each. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SQLITE_SEEN_H
#define MEDARK_ARCHIVE_SQLITE_SEEN_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>

struct medark_sqlite_seen_slot {
	uint64_t hash;
	int64_t resource; /* 0: free */
	int64_t patient;  /* whose chart it was put into last */
};

struct medark_sqlite_seen {
	uint64_t key;
	struct medark_sqlite_seen_slot *slots;
	size_t count, room; /* `room` is a power of two, or 0 */
};

/* Draws the key; nothing is in it then. MEDARK_E_SYSTEM. */
int medark_sqlite_seen_init(struct medark_sqlite_seen *s, struct medark_error *err) MEDARK_MUST_USE;
void medark_sqlite_seen_clear(struct medark_sqlite_seen *s);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_sqlite_seen, medark_sqlite_seen_clear)

/* The hash of a text; outside of charts it is another one. */
uint64_t medark_sqlite_seen_hash(const struct medark_sqlite_seen *s, bool is_outside,
				 struct medark_bytes text);

/*
 * The resources of this hash that are not in the patient's chart yet, one after the other: *at is 0
 * at first. NULL: no more. Whoever finds that it is the one sets its patient.
 */
struct medark_sqlite_seen_slot *medark_sqlite_seen_next(struct medark_sqlite_seen *s, uint64_t hash,
							int64_t patient, size_t *at);

/* Adds one, in that patient's chart. MEDARK_E_MEMORY. */
int medark_sqlite_seen_add(struct medark_sqlite_seen *s, uint64_t hash, int64_t resource,
			   int64_t patient, struct medark_error *err) MEDARK_MUST_USE;

#endif
