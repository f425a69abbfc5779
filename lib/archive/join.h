/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join: puts a record together that was larger than a segment. The parts go into a file without a
 * name in the restore's own folder, so that memory does not grow with the record; or into memory.
 * One thread.
 */
#ifndef MEDARK_ARCHIVE_JOIN_H
#define MEDARK_ARCHIVE_JOIN_H

#include "base/bytes.h"
#include "base/error.h"
#include "container/map.h"

/* Records that may be unfinished at the same time. */
#define MEDARK_JOINS_MAX 8

struct medark_join {
	bool active;
	uint32_t item;
	uint64_t next; /* where in the item the next part begins */
	int fd;
	uint64_t size;
};

struct medark_joins {
	int folder; /* borrowed; negative: none, in memory, where no file may hold a record */
	struct medark_join joins[MEDARK_JOINS_MAX];
	void *mapped; /* the record that was given last */
	size_t mapped_size;
};

void medark_joins_init(struct medark_joins *joins, int folder);
void medark_joins_clear(struct medark_joins *joins);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_joins, medark_joins_clear)

/*
 * Takes a `P` or `R` extent. 1: a record is complete, and *out is its text, borrowed until the next
 * call, with MEDARK_JSON_PADDING readable bytes behind it; 0: more parts are needed.
 */
int medark_joins_add(struct medark_joins *joins, const struct medark_extent *extent,
		     struct medark_bytes content, struct medark_bytes *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Is a record unfinished? */
bool medark_joins_pending(const struct medark_joins *joins);

#endif
