/* SPDX-License-Identifier: Apache-2.0 */
/* gather_private: what the files gather*.c share. */
#ifndef MEDARK_ARCHIVE_GATHER_PRIVATE_H
#define MEDARK_ARCHIVE_GATHER_PRIVATE_H

#include "archive/gather.h"
#include "archive/lane.h"
#include "archive/ordinals.h"
#include "archive/scanner.h"
#include "archive/spool.h"
#include "record/fhir.h"
#include "scan/json.h"

#define MEDARK_LANES_MAX 256
/* One is filled; the segments of another are made; a third is ready to take over at any moment. */
#define MEDARK_WINDOWS 3

/* What the recogniser looks at. */
#define MEDARK_HEAD_SIZE (64u << 10)
/* A record longer than this is cut into parts of MEDARK_PART_SIZE. */
#define MEDARK_RECORD_WHOLE_MAX (8u << 20)
#define MEDARK_PART_SIZE	(4u << 20)

/* A record too long for a window: its parts go on as they come, its facts follow at its end. */
struct medark_giant {
	struct medark_giant *next;
	bool ended;
	struct medark_buffer pending; /* uint32_t each: its pieces in the current window */
	struct medark_buffer ranges;  /* struct medark_range of parts already placed */
	struct medark_json_stream *stream;
	uint64_t offset, length; /* in the item */
	uint32_t item;		 /* its number */
};

/* A lane as the gatherer sees it. */
struct medark_gather_lane {
	struct medark_lane lane;
	struct medark_item *item;
	uint64_t size;	  /* of the file, in bytes; 0: not known */
	uint32_t ordinal; /* of the patient met last */
	bool at_end;
	struct medark_giant *giant; /* the line that is being streamed */
};

struct medark_gather {
	struct medark_gather_setup setup;
	struct medark_pool *pool;
	struct medark_window *windows[MEDARK_WINDOWS];
	struct medark_window *window; /* being filled: number turn - 1, counted round */
	uint64_t turn;		      /* from 1 */
	uint32_t next_segment, next_item;
	struct medark_item *items; /* owned; not finished */
	struct medark_ordinals *ordinals;
	uint64_t seed;
	struct medark_gather_lane *lanes[MEDARK_LANES_MAX];
	uint32_t lane_count;
	struct medark_scanner **scanners; /* one for each worker */
	uint32_t scanner_count;
	struct medark_scanner *scanner; /* for documents */
	struct medark_chunk document;	/* one record of a document at a time */
	struct medark_block *open;	/* that documents and opaque items are read into */
	struct medark_spool *spool; /* gets a copy of the opaque item that is being read; or NULL */
	struct medark_giant *giants; /* with pieces in the current window, or not ended */
	struct medark_record record; /* scratch: large */
	struct medark_patient patient;
	uint8_t *head;
	uint64_t bytes, records; /* that the sources gave */
	/* For progress, in bytes of the sources' files as they stand there. */
	const struct medark_source *source; /* that is being read; borrowed */
	uint64_t before;		    /* of the sources before it */
	uint64_t total;			    /* of it, as it was counted in advance; or 0 */
	uint64_t done;			    /* of it, unless it is packed */
	uint64_t deferred;		    /* of the item that is decoded next */
	uint32_t last_group, last_order;    /* what filler is put with */
};

/* ---- gather_windows.c ---- */

/*
 * Hands the current window over and begins the other one, whose segments are all written and whose
 * blocks are free then.
 */
int medark_gather_turn(struct medark_gather *g, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Makes sure that the current window takes a record's pieces, which stand in `block`; where it is
 * full it is handed over, and the next one begins.
 */
int medark_gather_room(struct medark_gather *g, struct medark_block *block,
		       struct medark_error *err) MEDARK_MUST_USE;

/* ---- gather.c ---- */

/* Forgets the current window's items, and frees those that are finished. */
void medark_gather_items_placed(struct medark_gather *g);

/* Adds bytes of an item that stand in `block` as one piece: filler, or (a part of) a record. */
int medark_gather_plain(struct medark_gather *g, struct medark_item *item,
			struct medark_block *block, struct medark_bytes bytes,
			enum medark_extent_kind kind, struct medark_error *err) MEDARK_MUST_USE;

/* For progress: `taken` bytes of the item's file have been read. */
void medark_gather_count(struct medark_gather *g, struct medark_item *item, uint64_t taken);

int medark_gather_poll(struct medark_gather *g, const struct medark_item *item,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Something wrong with an item at the place where it is being read. */
int medark_gather_trouble(struct medark_gather *g, const struct medark_item *item,
			  enum medark_fault fault, const char *detail,
			  struct medark_error *err) MEDARK_MUST_USE;

/* The item cannot be read on from its byte `offset`; what came before is kept. */
int medark_gather_unreadable(struct medark_gather *g, struct medark_item *item, uint64_t offset,
			     const char *why, struct medark_error *err) MEDARK_MUST_USE;

/* ---- gather_records.c ---- */

struct medark_gather_record {
	struct medark_item *item;
	struct medark_block *block; /* that it stands in */
	struct medark_chunk *chunk; /* that holds its facts */
	uint32_t index;		    /* in the chunk */
	struct medark_bytes full_url;
	enum medark_extent_kind kind; /* MEDARK_EXTENT_LINES or MEDARK_EXTENT_RECORD */
};

/* Adds a record's piece with everything known of it. */
int medark_gather_record(struct medark_gather *g, const struct medark_gather_record *r,
			 struct medark_error *err) MEDARK_MUST_USE;

/* ---- gather_document.c ---- */

/* Adds all of a document (JSON or XML) whose text stands in `block`. */
int medark_gather_document(struct medark_gather *g, struct medark_item *item,
			   struct medark_block *block, enum medark_fhir_kind kind,
			   struct medark_bytes text, struct medark_error *err) MEDARK_MUST_USE;

/*
 * A document or opaque item: read to its end at once. Its first `have` bytes stand in g->head. Does
 * not take the stream.
 */
int medark_gather_whole(struct medark_gather *g, struct medark_item *item,
			struct medark_stream *stream, enum medark_fhir_kind kind, size_t have,
			struct medark_error *err) MEDARK_MUST_USE;

/* ---- gather_giant.c ---- */

/* Adds the next bytes of the lane's giant, which begins with the first of them. */
int medark_gather_giant(struct medark_gather *g, struct medark_gather_lane *lane,
			struct medark_block *block, struct medark_bytes bytes, bool ends,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Moves the pieces of giants that were just planned to their ranges; takes down and frees those
 * that have ended.
 */
int medark_gather_giants_placed(struct medark_gather *g, struct medark_error *err) MEDARK_MUST_USE;
void medark_giant_free(struct medark_giant *giant);

/* ---- gather_lines.c ---- */

/*
 * Takes the stream, also on failure. `head` bytes were read already and stand in g->head; `size`:
 * the file's in bytes, or 0.
 */
int medark_gather_lane_add(struct medark_gather *g, struct medark_item *item,
			   struct medark_stream *stream, size_t head, uint64_t size,
			   struct medark_error *err) MEDARK_MUST_USE;
/* Decides how much each lane reads at a time, when all lanes are known. */
void medark_gather_lanes_pace(struct medark_gather *g);
void medark_gather_lane_free(struct medark_gather *g, struct medark_gather_lane *lane);

/* Puts the lane's next stretch into the window. Sets lane->at_end. */
int medark_gather_step(struct medark_gather *g, struct medark_gather_lane *lane,
		       struct medark_error *err) MEDARK_MUST_USE;

/* What is known of an item's content at its start. */
struct medark_gather_start {
	size_t head;	/* so many bytes of it stand in g->head */
	uint64_t size;	/* in all, as announced; 0: unknown */
	bool parallel;	/* it can be read beside others */
	bool is_opaque; /* see struct medark_entry */
};

/* Not this item alone: its code and sentence end the export. */
static inline int medark_gather_hand_on(const struct medark_error *why, struct medark_error *err)
{
	if (err)
		*err = *why;
	return why->code;
}

#endif
