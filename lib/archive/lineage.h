/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lineage: the archives that a restore as of a point in time takes: one that holds everything, and
 * the increments behind it (FORMAT.md F-28). Of each record the latest archive that has it, or
 * says that it is gone, decides. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_LINEAGE_H
#define MEDARK_ARCHIVE_LINEAGE_H

#include "archive/open.h"
#include "archive/progress.h"

struct medark_lineage {
	struct medark_archive **archives; /* borrowed; from the one with everything to the latest */
	size_t count;
	struct medark_lineage_slot *slots; /* what has changed, by the hashes of the names */
	uint64_t slot_count, used, seed;
	struct medark_buffer name; /* scratch */
};

/*
 * Of archives in any order, which are borrowed: the latest that was made at `as_of` (seconds since
 * 1970) or before, and those before it, back to one that is no increment. A single archive is taken
 * as it is. MEDARK_E_NOT_FOUND if one of them was not given, or none is old enough; MEDARK_E_USAGE
 * if two archives claim to be the latest; MEDARK_E_IDENTITY without an identity; errors of the
 * index; MEDARK_E_MEMORY.
 */
int medark_lineage_new(struct medark_archive *const *archives, size_t count, int64_t as_of,
		       struct medark_lineage **out, struct medark_error *err) MEDARK_MUST_USE;
void medark_lineage_free(struct medark_lineage *l);
MEDARK_DEFINE_AUTO(struct medark_lineage, medark_lineage_free)

/*
 * Tells of each archive made at `as_of` or before that does not lead to the latest, by the archives
 * that were given: it may be of another source, and nothing of it is restored; and where one was
 * signed with another certificate than the one before it. Arguments as above.
 * MEDARK_E_MEMORY.
 */
int medark_lineage_warn(const struct medark_lineage *l, struct medark_archive *const *archives,
			size_t count, int64_t as_of, struct medark_meter *meter,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Has an archive behind number `k` this record, or says that it is gone? 1 or 0. `name` is Type/id
 * as it stands in rows of the index. Errors of the index.
 */
int medark_lineage_superseded(struct medark_lineage *l, size_t k, struct medark_bytes name,
			      struct medark_error *err) MEDARK_MUST_USE;

/* The same of a record's type and id; one without either is never superseded. */
int medark_lineage_superseded_record(struct medark_lineage *l, size_t k, struct medark_bytes type,
				     struct medark_bytes id,
				     struct medark_error *err) MEDARK_MUST_USE;

/* Does the latest archive that says anything of this record say that it is gone? 1 or 0. Errors of
 * the index; MEDARK_E_MEMORY: the name is too long for one. */
int medark_lineage_is_deleted(struct medark_lineage *l, struct medark_bytes type,
			      struct medark_bytes id, struct medark_error *err) MEDARK_MUST_USE;

#endif
