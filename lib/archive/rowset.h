/* SPDX-License-Identifier: Apache-2.0 */
/* rowset: a set of row numbers of the index's table `patients`: one bit each. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_ROWSET_H
#define MEDARK_ARCHIVE_ROWSET_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_rowset {
	uint64_t *bits;
	uint64_t rows; /* members are below */
};

/* An empty set, or the set of all. MEDARK_E_MEMORY. */
int medark_rowset_init(struct medark_rowset *set, uint64_t rows, bool full,
		       struct medark_error *err) MEDARK_MUST_USE;
void medark_rowset_clear(struct medark_rowset *set);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_rowset, medark_rowset_clear)

/* False if there is no such row. */
bool medark_rowset_add(struct medark_rowset *set, uint64_t row);
/* Both for sets over as many rows. */
void medark_rowset_intersect(struct medark_rowset *set, const struct medark_rowset *other);
void medark_rowset_unite(struct medark_rowset *set, const struct medark_rowset *other);
/* The first member that is `from` or more; set->rows if there is none. */
uint64_t medark_rowset_next(const struct medark_rowset *set, uint64_t from);

#endif
