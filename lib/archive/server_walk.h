/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_walk: the records of an archive, or of some patients in it, in the orders that a restore
 * into a server wants: what stands outside of all compartments, type by type; then patient by
 * patient; or all of it as it lies. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_SERVER_WALK_H
#define MEDARK_ARCHIVE_SERVER_WALK_H

#include "archive/cut.h"
#include "archive/lineage.h"
#include "archive/rowset.h"
#include "record/fhir.h"

struct medark_walk_record {
	const struct medark_record *facts;
	struct medark_bytes text; /* MEDARK_JSON_PADDING readable bytes behind it */
	bool is_xml;
};

/* Who is told the records. */
struct medark_walk_listener {
	int (*each)(void *context, const struct medark_walk_record *record,
		    struct medark_error *err);
	/* A patient ends; or, `whole`, a type, or all. NULL: of no interest. */
	int (*pause)(void *context, bool whole, struct medark_error *err);
	void *context;
};

struct medark_walk {
	/* Filled in by the caller; borrowed. */
	struct medark_lineage *lineage; /* whose archives have an identity */
	size_t number;			/* which of them; those behind it may have newer records */
	unsigned threads;
	struct medark_bytes base; /* of the server that the records came from; may be empty */
	bool is_some;		  /* not all that there is, but `rows` and `outside` */
	const struct medark_rowset *rows; /* the patients */
	struct medark_walk_listener listener;
	/* The walk's own. */
	struct medark_archive *archive;
	uint64_t superseded; /* records that were not told, as an archive behind has them */
	struct medark_index *index;
	struct medark_fhir *fhir;
	struct medark_record *facts;
	struct medark_cut_cache *cache;
	struct medark_buffer outside; /* struct medark_range, by medark_server_follow() */
	struct medark_buffer path;    /* scratch */
	uint64_t item;		      /* the last one that a record stood in, from 1 */
	bool is_opaque;		      /* it is no file of records */
};

/* Errors of medark_archive_index(); MEDARK_E_MEMORY. */
int medark_walk_begin(struct medark_walk *walk, struct medark_error *err) MEDARK_MUST_USE;
/* May be called on a zeroed object. */
void medark_walk_clear(struct medark_walk *walk);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_walk, medark_walk_clear)

/*
 * Tells what stands in these places (struct medark_range), which are sorted and joined on the way;
 * nothing ends behind them.
 */
int medark_walk_places(struct medark_walk *walk, struct medark_buffer *places,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Tells the patients' records as they lie; nothing ends behind them. */
int medark_walk_patients(struct medark_walk *walk, struct medark_error *err) MEDARK_MUST_USE;

/* What stands outside of all compartments, or of it what the patients' records lead to. */
int medark_walk_outside(struct medark_walk *walk, struct medark_error *err) MEDARK_MUST_USE;

/* A patient's records: those of row number `row` of the index. */
int medark_walk_patient(struct medark_walk *walk, uint64_t row,
			struct medark_error *err) MEDARK_MUST_USE;

/* Calls `each` for every item that is no file of records. Of a walk over some patients: for none.
 */
int medark_walk_items(struct medark_walk *walk,
		      int (*each)(void *context, const struct medark_item_row *item,
				  struct medark_error *err),
		      void *context, struct medark_error *err) MEDARK_MUST_USE;

/* Every record once, as it lies in the archive, also what belongs to nobody. */
int medark_walk_all(struct medark_walk *walk, struct medark_error *err) MEDARK_MUST_USE;

#endif
