/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen: notices records of equal type and id over a whole export. The first million or so stand in
 * a table in memory; what comes later goes through a sorter that may spill, and is compared at the
 * end. Works on keyed hashes: equal content is told from different content by 64 bits. One thread
 * at a time.
 */
#ifndef MEDARK_ARCHIVE_SEEN_H
#define MEDARK_ARCHIVE_SEEN_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_seen_record {
	uint64_t name;	  /* hash of type and id */
	uint64_t content; /* hash of the record's bytes */
	uint32_t item;
	uint16_t type; /* number of struct medark_types */
	uint64_t offset, length;
};

/* Called for every record whose type and id came before. */
struct medark_seen_events {
	void *context;
	int (*again)(void *context, const struct medark_seen_record *record, bool equal,
		     struct medark_error *err);
};

struct medark_seen;

/* `folder`: for a temporary file. The events are copied. */
int medark_seen_new(const char *folder, const struct medark_seen_events *events,
		    struct medark_seen **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_seen_free(struct medark_seen *s);
MEDARK_DEFINE_AUTO(struct medark_seen, medark_seen_free)

/* Adds a record; `again` may be called for it now, later, or at the end. */
int medark_seen_add(struct medark_seen *s, const struct medark_seen_record *record,
		    struct medark_error *err) MEDARK_MUST_USE;

/* Compares what is left. Once. */
int medark_seen_finish(struct medark_seen *s, struct medark_error *err) MEDARK_MUST_USE;

#endif
