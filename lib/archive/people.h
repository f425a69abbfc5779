/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people: the patients of several archives, each once, with one number over all of them: in the
 * order of their keys, from 0. Who is known by two keys (an id here, an identifier there) is two of
 * them. Filled by one thread, then read by any.
 */
#ifndef MEDARK_ARCHIVE_PEOPLE_H
#define MEDARK_ARCHIVE_PEOPLE_H

#include "archive/open.h"

struct medark_people {
	struct medark_archive **archives; /* borrowed */
	size_t archive_count;
	uint32_t **numbers; /* of each archive: by row of its index */
	uint32_t count;
};

/*
 * Of `count` archives with an identity; `people` is zeroed before and cleared by the caller, even
 * after a failure. Takes 4 bytes for each row. Errors of the indexes; MEDARK_E_MEMORY, also for
 * more than 2^32 - 2 rows.
 */
int medark_people_find(struct medark_people *people, struct medark_archive *const *archives,
		       size_t count, struct medark_error *err) MEDARK_MUST_USE;
void medark_people_clear(struct medark_people *people);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_people, medark_people_clear)

/* A walk over them in the order of the numbers. */
struct medark_people_walk {
	const struct medark_people *people;
	uint64_t *rows; /* of each archive: the next one */
};

/* MEDARK_E_MEMORY. */
int medark_people_walk_begin(const struct medark_people *people, struct medark_people_walk *out,
			     struct medark_error *err) MEDARK_MUST_USE;
void medark_people_walk_clear(struct medark_people_walk *walk);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_people_walk, medark_people_walk_clear)

/*
 * Goes on to `number`, which is not below the one before, and gives the row of the last of the
 * archives that knows the patient: borrowed until the walk goes on; *out_row is its number in that
 * archive's index. Errors of the index.
 */
int medark_people_walk_to(struct medark_people_walk *walk, uint32_t number,
			  struct medark_bytes *out, uint64_t *out_row,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
