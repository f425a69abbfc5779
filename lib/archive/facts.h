/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: everything that the index will say, collected while the source is read. Rows go into
 * sorters, so that memory does not grow with the number of patients or records. index_writer
 * turns them into the tables of FORMAT.md section 8. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_FACTS_H
#define MEDARK_ARCHIVE_FACTS_H

#include "archive/item.h"
#include "archive/row.h"
#include "archive/seen.h"
#include "archive/sorter.h"
#include "archive/types.h"
#include "archive/window.h"
#include "record/record.h"

struct medark_facts {
	struct medark_types types;
	struct medark_sorter *items;	  /* be32 number -> row text */
	struct medark_sorter *patients;	  /* patient key -> fragments */
	struct medark_sorter *aliases;	  /* URN or identifier -> bindings and fragments */
	struct medark_sorter *outside;	  /* Type/id -> ranges */
	struct medark_seen *seen;	  /* for duplicates */
	struct medark_sorter *changes;	  /* rows, as they are; NULL: no increment */
	struct medark_sorter *quarantine; /* be32 item, be64 offset -> row text */
	struct medark_sorter *report; /* be32 item, 0: path; be32 item, 1, be64: JSON; or NULL */
	struct medark_segment_row *segments; /* [number - 1] */
	uint32_t segment_count, segment_max;
	uint64_t item_count, bytes, records, opaque, skipped, quarantined, duplicates;
	uint64_t reasons[MEDARK_FAULT_MAX];
	struct medark_buffer row, name; /* scratch */
};

struct medark_facts_setup {
	const char *folder; /* for temporary files; borrowed */
	bool report;	    /* also collect what medark_facts_report() writes */
	bool increment;	    /* the archive will hold what has changed since an earlier one */
};
int medark_facts_new(const struct medark_facts_setup *setup, struct medark_facts **out,
		     struct medark_error *err) MEDARK_MUST_USE;
void medark_facts_free(struct medark_facts *f);
MEDARK_DEFINE_AUTO(struct medark_facts, medark_facts_free)

/* Takes down where everything of a planned window stands, and rows of items that are finished. */
int medark_facts_window(struct medark_facts *f, const struct medark_window *w,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * A Patient resource's demographics; `full_url` binds a Bundle's URN to it. 0, or 1 if
 * the patient has more names, identifiers or links, or longer ones, than the index has room for:
 * the rest is there. MEDARK_E_MEMORY; MEDARK_E_SYSTEM as of a sorter.
 */
int medark_facts_patient(struct medark_facts *f, const struct medark_patient *patient,
			 struct medark_bytes full_url, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Something not understood, or missing; what is missing need not have an item. segment 0: none.
 * `detail` is free text for the report (encrypted).
 */
struct medark_trouble {
	enum medark_fault fault;
	uint32_t item, segment; /* item MEDARK_ITEM_NONE: none */
	uint64_t offset, length;
	struct medark_bytes detail;
};
int medark_facts_trouble(struct medark_facts *f, const struct medark_trouble *trouble,
			 struct medark_error *err) MEDARK_MUST_USE;

/* An entry that was not read: a link, a device … Goes to the quarantine table as "skipped". */
int medark_facts_skipped(struct medark_facts *f, struct medark_bytes path, const char *why,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * For an increment (else nothing is done): the source has this (type, id), or has deleted it; if
 * both, it has it. `name` is Type/id.
 */
int medark_facts_changed(struct medark_facts *f, struct medark_bytes name, bool is_deleted,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Where a record that was streamed stands; the ranges, of its parts in order, are borrowed. */
struct medark_streamed {
	const struct medark_range *ranges;
	uint32_t count;
	uint32_t item, length; /* the length as a quarantine row has it */
	uint64_t offset;
};

/* A record that was streamed: a share for each of its patients' keys. */
int medark_facts_streamed(struct medark_facts *f, const struct medark_record *record, uint16_t type,
			  const struct medark_streamed *place,
			  struct medark_error *err) MEDARK_MUST_USE;

/* A finished item's row; counts it. */
int medark_facts_item(struct medark_facts *f, const struct medark_item *item,
		      struct medark_error *err) MEDARK_MUST_USE;

/* A written segment. Called in order by the pipeline (with its lock held). */
int medark_facts_segment(struct medark_facts *f, const struct medark_plan *plan,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Calls `line` for each line of the report: one JSON object for everything quarantined or skipped,
 * with the item's path. Once, at the end.
 */
int medark_facts_report(struct medark_facts *f,
			int (*line)(void *context, struct medark_bytes text,
				    struct medark_error *err),
			void *context, struct medark_error *err) MEDARK_MUST_USE;

/* ---- fragments: what the sorters' values hold (in memory and temporary files only) ---- */

enum medark_fragment_tag {
	MEDARK_FRAGMENT_DEMOGRAPHICS = 'D', /* JSON members, without braces */
	MEDARK_FRAGMENT_SEARCH = 'S',	    /* entries: enum medark_search_entry, u16 size, text */
	MEDARK_FRAGMENT_SHARE = 'A',	    /* struct medark_share_head, counts, ranges */
	MEDARK_FRAGMENT_BINDING = 'B',	    /* in aliases: the patient key it stands for */
};

/*
 * Adds a row of an alias, a URN's or identifier's key: `value` is a fragment of the kind `tag`,
 * SHARE or BINDING. The sorter then gives, for each alias, its bindings and then its shares;
 * medark_facts_alias() gives the alias back. `value` may be f->row.
 */
int medark_facts_add_alias(struct medark_facts *f, struct medark_bytes alias,
			   enum medark_fragment_tag tag, struct medark_bytes value,
			   struct medark_error *err) MEDARK_MUST_USE;

/* The alias of such a row; borrowed from its key. */
static inline struct medark_bytes medark_facts_alias(struct medark_bytes key)
{
	return medark_bytes(key.data + 2, key.size - 3);
}

/* By what a patient is found; the text is the first field(s) of the row. */
enum medark_search_entry {
	MEDARK_SEARCH_IDENTIFIER = 'i', /* value TAB system, escaped */
	MEDARK_SEARCH_NAME = 'n',	/* a search word */
	MEDARK_SEARCH_BIRTH = 'b',	/* digits */
};

/* Follows the tag of a MEDARK_FRAGMENT_SHARE; then `types` pairs of u32, then `ranges` ranges. */
struct medark_share_head {
	uint32_t first, last; /* dates, yyyymmdd or 0 */
	uint32_t records;
	uint32_t types;
	uint32_t ranges;
	uint32_t shared; /* 1: records that stand with another patient */
	uint32_t item;	 /* place of the first record, for an alias that stays unknown */
	uint32_t length;
	uint64_t offset;
};

#endif
