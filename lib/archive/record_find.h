/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_find: in whose compartment a record of a name stands. The archives' indexes find patients
 * and what is outside of compartments; for who asks for Observation/2 every record's name is read
 * once, and kept as eight bytes: of a hash, and the patient's number. What a name leads to has to
 * be read and compared. References from one patient's records to another's are kept in the same
 * way.
 *
 * Patients have numbers: their row in the index of the lineage's first archive; behind those the
 * rows of the next one, and so on.
 */
#ifndef MEDARK_ARCHIVE_RECORD_FIND_H
#define MEDARK_ARCHIVE_RECORD_FIND_H

#include "archive/lineage.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "record/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct medark_record_find;

/* An empty one. MEDARK_E_MEMORY, MEDARK_E_SYSTEM (random bytes). */
int medark_record_find_new(struct medark_record_find **out,
			   struct medark_error *err) MEDARK_MUST_USE;
void medark_record_find_free(struct medark_record_find *find);
MEDARK_DEFINE_AUTO(struct medark_record_find, medark_record_find_free)

/* Who fills it; each may be NULL. */
struct medark_record_find_watch {
	/* Ends it with MEDARK_E_INTERRUPTED. */
	bool (*is_stopping)(void *context);
	/*
	 * Is told every record of a compartment with its facts and the patient's number, a shared
	 * one for each patient; borrowed for the call. Its negative code ends it.
	 */
	int (*each)(void *context, const struct medark_record *facts, struct medark_bytes text,
		    uint64_t patient, struct medark_error *err);
	void (*sealed)(void *context); /* all were told; it is complete after this */
	void *context;
};

/*
 * Reads the names of all records, but of those that a later archive has or says are gone. To be
 * called once, by one thread, with a lineage that no other thread uses; others may ask meanwhile
 * whether it is complete. Errors of the archives; MEDARK_E_MEMORY, also past 2^32 patients.
 */
int medark_record_find_fill(struct medark_record_find *find, struct medark_lineage *lineage,
			    const struct medark_record_find_watch *watch,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Any thread. */
bool medark_record_find_is_complete(const struct medark_record_find *find);

/* Of a complete one, any thread: records in compartments, of a type; shared ones count for each. */
uint64_t medark_record_find_count(const struct medark_record_find *find, struct medark_bytes type);

/*
 * Of a complete one, any thread: has this patient records of the type? False: none. True where an
 * archive has too many types to tell them apart.
 */
bool medark_record_find_may_hold(const struct medark_record_find *find, struct medark_bytes type,
				 uint64_t patient);

/*
 * Of a complete one, any thread: the patients who may have this record, in the order of their
 * numbers: number *at (0 first) of them; false: no more. Rarely one that has not.
 */
bool medark_record_find_next(const struct medark_record_find *find, struct medark_bytes type,
			     struct medark_bytes id, size_t *at, uint64_t *out_patient);

/*
 * As above: the patients who may have a record that refers to this one (a literal reference, of
 * JSON), although it is in the compartment of others and not in theirs. Together with
 * medark_record_find_next() they are all in whose compartments something refers to it. Of a
 * record that is in no compartment nothing is known.
 */
bool medark_record_find_referrer(const struct medark_record_find *find, struct medark_bytes type,
				 struct medark_bytes id, size_t *at, uint64_t *out_patient);

#endif
