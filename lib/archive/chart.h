/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart: what a restore of patients has at hand and has found out so far. Its parts:
 * restore_records (compartments), chart_follow (what each record leads to), chart_outside (what
 * they refer to), chart_items (attached files), chart_report. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_CHART_H
#define MEDARK_ARCHIVE_CHART_H

#include "archive/cut.h"
#include "archive/lineage.h"
#include "archive/nameset.h"
#include "archive/record_files.h"
#include "archive/rowset.h"
#include "live/hashset.h"
#include "record/fhir.h"

#include <medark/archive.h>

/* The name of the first record that a path came from: a piece of chart->referrer_names. */
struct medark_referrer {
	uint32_t at, size;
};

/* An attached item: its archive in the lineage, and its number there. */
struct medark_chart_item {
	uint32_t archive, number;
};

struct medark_chart {
	struct medark_lineage *lineage; /* borrowed */
	size_t at;			/* the archive of it that is looked at */
	struct medark_archive *archive; /* that one */
	struct medark_index *index;	/* its index */
	bool is_everything;		/* not some patients, but all that there is */
	int folder;			/* of the restore; borrowed */
	const struct medark_restore_request *request;
	struct medark_cut_cache *const *caches; /* borrowed; NULL: none */
	uint32_t since;				/* yyyymmdd; 0: all */
	struct medark_meter meter;
	struct medark_rowset *rows;	/* of each archive: the patients */
	struct medark_nameset patients; /* their keys, over all archives */
	struct medark_fhir *fhir;
	struct medark_record *record; /* facts of the current one */
	struct medark_record_files *own, *outside;
	uint32_t kept; /* the item in which the record stands that they get */
	/* "Type/id" of the compartments' records, those left out by a filter too; their ids alone
	 */
	struct medark_nameset known, known_ids;
	struct medark_nameset wanted;	/* "Type/id" that records refer to */
	struct medark_nameset urns;	/* what follows urn:uuid: in records */
	struct medark_nameset missing;	/* those of wanted and urns that were not found */
	struct medark_nameset paths;	/* that an attached item may have */
	struct medark_hashset fetched;	/* of a chain: digits of the attachments that stay */
	struct medark_buffer referrers; /* struct medark_referrer for each of the paths */
	struct medark_buffer referrer_names;
	/* What medark_chart_item() has left: of item number `item`. */
	struct medark_buffer item_path;
	uint32_t item;
	bool has_item, is_opaque;	  /* opaque: it is none of records */
	uint64_t filtered;		  /* records that type or date left out */
	uint64_t other_patients;	  /* references to patients who were not asked for */
	uint64_t superseded;		  /* records that a later archive has, or says are gone */
	struct medark_buffer items;	  /* struct medark_chart_item: those that were written */
	struct medark_nameset item_paths; /* theirs: the latest one stays */
	struct medark_buffer item_names;  /* where they are under items/, ended by a zero each */
};

struct medark_chart_setup {
	struct medark_lineage *lineage;
	int folder; /* of the restore; -1: none, and no items */
	const struct medark_restore_request *request;
	const struct medark_events *events; /* may be NULL */
	/* Of each archive, for many charts one after the other; NULL: none. */
	struct medark_cut_cache *const *caches;
};

/*
 * Finds the patients of the request; where their records go, chart->own and chart->outside, which
 * it then owns, is for the caller to say before medark_chart_compartments(). All of the setup is
 * borrowed. Errors of medark_lineage_patients(); MEDARK_E_USAGE: the request's date.
 */
int medark_chart_new(const struct medark_chart_setup *setup, struct medark_chart **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_chart_free(struct medark_chart *chart);
MEDARK_DEFINE_AUTO(struct medark_chart, medark_chart_free)

/* The records of the compartments, or all records. Errors of medark_cut_run() and of who gets them.
 */
int medark_chart_compartments(struct medark_chart *chart, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Leaves in the chart what is known of item `number` of the archive that it looks at, which a data
 * segment names. MEDARK_E_FORMAT: there is none; errors of the index.
 */
int medark_chart_item(struct medark_chart *chart, uint32_t number,
		      struct medark_error *err) MEDARK_MUST_USE;

/* Turns to archive `k` of the lineage. Errors of medark_archive_index(). */
int medark_chart_turn(struct medark_chart *chart, size_t k,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Is the record that medark_chart_read() read last another one in a later archive, or gone there? 1
 * or 0; counts it.
 */
int medark_chart_superseded(struct medark_chart *chart, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Adds "Type/id" to a set: 1, or 0 if it is there, or if there is no type or no id. Errors of
 * medark_nameset_add().
 */
int medark_chart_name(struct medark_nameset *set, struct medark_bytes type, struct medark_bytes id,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Leaves what a record says of itself in chart->record, and its id in known_ids: 1, or 0 if it is
 * white space only. MEDARK_E_MEMORY.
 */
int medark_chart_read(struct medark_chart *chart, const struct medark_cut_record *cut,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Writes the record that medark_chart_read() read last to `files`, and notes what it refers to:
 * into wanted, urns and paths.
 */
int medark_chart_keep(struct medark_chart *chart, struct medark_record_files *files,
		      const struct medark_cut_record *cut,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Restores what stands outside of all compartments and is referred to, what that refers to, and so
 * on: MEDARK_CHART_DEPTH_MAX steps.
 */
#define MEDARK_CHART_DEPTH_MAX 8
int medark_chart_outside(struct medark_chart *chart, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Restores opaque items whose path is in chart->paths, or all, byte for byte, under items/; of
 * several with one path the latest.
 */
int medark_chart_items(struct medark_chart *chart, struct medark_error *err) MEDARK_MUST_USE;

/* Writes report.json. */
int medark_chart_report(struct medark_chart *chart, struct medark_error *err) MEDARK_MUST_USE;

#endif
