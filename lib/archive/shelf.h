/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf: the archives of a lineage as one thread reads them for others who ask: patients by query,
 * charts as trees, single records by name. Charts that were read last stay in memory, within a
 * bound.
 *
 * A shelf belongs to one thread. What all threads share of the same archives is a
 * medark_record_find, which is only read once it is complete. Patients have the numbers of
 * record_find.h. The same patient may have one in several archives; whoever asks sees the chart as
 * of the latest, whichever number leads there.
 */
#ifndef MEDARK_ARCHIVE_SHELF_H
#define MEDARK_ARCHIVE_SHELF_H

#include "archive/dossier.h"
#include "archive/record_find.h"
#include "archive/roster.h"
#include "view/records.h"

#include <medark/archive.h>

/* Bytes of records that a shelf keeps, beside the chart that was asked for last. */
#define MEDARK_SHELF_KEEP ((size_t)8 << 20)

struct medark_shelf_setup {
	const char *const *paths; /* archives in any order */
	size_t count;
	const struct medark_trust *trust;
	const struct medark_identity *identity;
	int64_t as_of; /* seconds since 1970: nothing that is newer */
	/* Shared by the shelves of all threads; NULL: records cannot be found by their names. */
	const struct medark_record_find *find;
	/* Likewise: patients are found through it as soon as it is complete; NULL: slower. */
	const struct medark_roster *roster;
};

struct medark_shelf;

/*
 * Opens the archives. All of the setup is borrowed while the shelf is there. Errors of
 * medark_archive_open() and medark_lineage_new().
 */
int medark_shelf_new(const struct medark_shelf_setup *setup, struct medark_shelf **out,
		     struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what it holds. */
void medark_shelf_free(struct medark_shelf *shelf);
MEDARK_DEFINE_AUTO(struct medark_shelf, medark_shelf_free)

/* Borrowed; whoever uses it uses the shelf. */
struct medark_lineage *medark_shelf_lineage(struct medark_shelf *shelf);

/* Archives of the lineage, and what each says of itself: 0 is the one with everything. */
size_t medark_shelf_archives(const struct medark_shelf *shelf);
int medark_shelf_info(struct medark_shelf *shelf, size_t i, struct medark_archive_info *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/* How many records the archives have in XML. Errors of medark_archive_items(). */
int medark_shelf_xml(struct medark_shelf *shelf, uint64_t *out,
		     struct medark_error *err) MEDARK_MUST_USE;

/* How many numbers there are. */
uint64_t medark_shelf_patients(struct medark_shelf *shelf);

/*
 * Calls `each` for patients that a query of medark_archive_patients() finds, each once, with the
 * latest row that names them; the row's `number` is the shelf's. At most `limit` (0: all): then
 * *out_more says whether there were others. Stops with the callback's non-zero return, which is
 * passed on. `each` must not use the shelf. Errors of medark_archive_patients().
 */
int medark_shelf_query(struct medark_shelf *shelf, const char *query, uint64_t limit,
		       bool *out_more,
		       int (*each)(void *context, const struct medark_patient_row *row),
		       void *context, struct medark_error *err) MEDARK_MUST_USE;

/* A patient's records as trees. Only read; valid until the shelf is asked for another chart. */
struct medark_shelf_chart {
	char *id; /* of the row: logical id, URN or system|value */
	/* The latest row that names the patient; its strings live as long as the chart. */
	const struct medark_patient_row *row;
	struct medark_view_records records;   /* the compartment, and what is outside of it */
	const struct medark_dossier *dossier; /* the same records, in the same order */
	uint64_t unresolved;		      /* references that lead to nothing in the archives */
	size_t bytes;			      /* of its records */
};

/*
 * The chart of the patient of this id, identifier or `system|value`, as medark_dossier_load() takes
 * it; its errors.
 */
int medark_shelf_chart(struct medark_shelf *shelf, const char *patient,
		       const struct medark_shelf_chart **out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* The chart of the patient of this number, below medark_shelf_patients(). As above. */
int medark_shelf_chart_at(struct medark_shelf *shelf, uint64_t number,
			  const struct medark_shelf_chart **out,
			  struct medark_error *err) MEDARK_MUST_USE;

/* A record that was looked up by its name. */
struct medark_shelf_record {
	struct medark_view_records one; /* that record alone */
	struct medark_buffer text;	/* its text */
	/* The patient in whose compartment it stands; UINT64_MAX: outside of all. */
	uint64_t patient;
	char *patient_id; /* as medark_shelf_chart takes it; NULL outside */
};
void medark_shelf_record_clear(struct medark_shelf_record *record);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_shelf_record, medark_shelf_record_clear)

/*
 * The record Type/id as of the latest archive that has it. `out` is zeroed before, cleared by the
 * caller. Ask medark_record_find_is_complete() first: else an assert. MEDARK_E_NOT_FOUND: there is
 * none; errors of medark_dossier_load().
 */
int medark_shelf_record(struct medark_shelf *shelf, struct medark_bytes type,
			struct medark_bytes id, struct medark_shelf_record *out,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * The records of one type in the compartment of patient `number`, and only those for which this is
 * the first patient that has them (medark_record_find knows), so that a walk over all numbers tells
 * each record once. Deleted and older ones are not told. `each` gets a tree that is valid during
 * the call; its non-zero return ends it and is passed on. Cheaper than a chart. Needs a complete
 * medark_record_find: else an assert.
 */
int medark_shelf_own(struct medark_shelf *shelf, uint64_t number, struct medark_bytes type,
		     int (*each)(void *context, const struct medark_view_record *record,
				 uint64_t number, struct medark_error *err),
		     void *context, struct medark_error *err) MEDARK_MUST_USE;

/* The same with those that a patient of a lower number has, too. */
int medark_shelf_of(struct medark_shelf *shelf, uint64_t number, struct medark_bytes type,
		    int (*each)(void *context, const struct medark_view_record *record,
				uint64_t number, struct medark_error *err),
		    void *context, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The records of one type that stand outside of all compartments, from place *at on (0 first), a
 * bounded number of them; *at is then where to go on, UINT64_MAX at the end. As above otherwise.
 */
int medark_shelf_outside(struct medark_shelf *shelf, struct medark_bytes type, uint64_t *at,
			 int (*each)(void *context, const struct medark_view_record *record,
				     uint64_t number, struct medark_error *err),
			 void *context, struct medark_error *err) MEDARK_MUST_USE;

#endif
