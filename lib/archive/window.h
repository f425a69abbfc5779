/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: a stretch of what was read, cut into pieces, which are put in the order of patients and
 * then cut into segments. The bytes stay in the blocks that they were read into, which the window
 * holds until its next use; only the pieces are sorted.
 *
 * Filling, planning and reuse happen in the gathering thread; the segments of a planned window are
 * made by the pipeline's workers, which only read it.
 *
 * Pieces of patients of whom more is to come are carried over to the next window before planning:
 * so windows can be small, which keeps them in the cache, and a patient's records stay together.
 */
#ifndef MEDARK_ARCHIVE_WINDOW_H
#define MEDARK_ARCHIVE_WINDOW_H

#include "archive/block.h"
#include "archive/item.h"
#include "archive/pipeline.h"
#include "container/map.h"
#include "record/record.h"

#include <stdatomic.h>

#define MEDARK_GROUP_NONE UINT32_MAX

/* A run of an item's bytes that stays together. */
struct medark_piece {
	const uint8_t *bytes;	    /* in the block */
	struct medark_block *block; /* which the window holds */
	uint64_t offset;	    /* in the item */
	uint32_t length;
	uint32_t item;	  /* index into items */
	uint32_t group;	  /* index into groups, or MEDARK_GROUP_NONE */
	uint32_t date;	  /* yyyymmdd or 0 */
	uint32_t place;	  /* after planning: offset in its segment's content */
	uint32_t segment; /* after planning */
	uint16_t type;	  /* number in the type table; 0: none */
	uint8_t kind;	  /* enum medark_extent_kind */
	uint8_t fault;	  /* enum medark_fault */
	bool ends_line; /* its last byte is a line feed: said here, as the bytes are cold by then */
};

/* A patient's share of the window. */
struct medark_group {
	uint32_t key, key_size; /* in keys: kind letter and text */
	uint32_t order;		/* the patient's ordinal: what pieces are sorted by */
	uint32_t place;		/* scratch of planning and carrying */
	uint64_t hash;
};

/* A record that stands with one patient and belongs to another one too. */
struct medark_share {
	uint32_t group, piece;
};

/* A record outside of all compartments: its "Type/id" stands in keys. */
struct medark_outside {
	uint32_t key, key_size, piece;
};

struct medark_plan {
	struct medark_task task;
	struct medark_window *window;
	uint32_t first, count;	   /* in sorted */
	uint64_t content;	   /* bytes */
	uint64_t leaves;	   /* filled in by the worker */
	struct medark_digest hash; /* likewise: the segment hash */
};

struct medark_window {
	struct medark_pool *pool; /* borrowed */
	uint64_t turn;		  /* its number while it is filled, from 1 */
	struct medark_block **blocks;
	uint32_t block_count, block_max;
	size_t size, held, used; /* bytes: of blocks at most, of blocks, of pieces */
	struct medark_piece *pieces;
	uint32_t piece_count, piece_max;
	uint32_t *sorted;	    /* indices of pieces in content order, after planning */
	struct medark_item **items; /* valid until the window is planned and noted */
	uint32_t *numbers;	    /* the items' numbers, for the workers */
	uint32_t item_count, item_max;
	struct medark_group *groups;
	uint32_t group_count, group_max;
	uint32_t *group_slots; /* hash table over groups: index + 1 */
	uint32_t group_slot_count;
	struct medark_share *shares;
	uint32_t share_count, share_max;
	struct medark_outside *outsides;
	uint32_t outside_count, outside_max;
	struct medark_buffer keys;
	struct medark_plan *plans;
	uint32_t plan_count;
	atomic_uint under_way;		   /* plans that are not written yet */
	const struct medark_key *salt_key; /* borrowed */
	void *context;			   /* the exporter: for done */
};

/* Blocks of `size` bytes together and at most `piece_max` pieces. The pool is borrowed. */
int medark_window_new(struct medark_pool *pool, size_t size, uint32_t piece_max,
		      struct medark_window **out, struct medark_error *err) MEDARK_MUST_USE;
/* Releases the blocks. */
void medark_window_free(struct medark_window *w);
MEDARK_DEFINE_AUTO(struct medark_window, medark_window_free)

/* Releases the blocks and empties it for the next use, with another turn. */
void medark_window_reset(struct medark_window *w, uint64_t turn);

/* Is there no room for a record's pieces and groups? */
bool medark_window_is_full(const struct medark_window *w);

/* May it hold another block of this size? A window without any may always. */
bool medark_window_has_room(const struct medark_window *w, size_t capacity);

/* Holds a block, if it does not yet, so that pieces can stand in it. MEDARK_E_MEMORY. */
int medark_window_hold(struct medark_window *w, struct medark_block *block,
		       struct medark_error *err) MEDARK_MUST_USE;

/* The item's index in this window; adds it and counts the window in item->windows. */
int medark_window_item(struct medark_window *w, struct medark_item *item, uint32_t *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* The group of a patient key with this hash; a new one gets `order`. */
int medark_window_group(struct medark_window *w, struct medark_patient_key key, uint64_t hash,
			uint32_t order, uint32_t *out, struct medark_error *err) MEDARK_MUST_USE;

/* Adds a piece (copied); the window must not be full. Returns its index in *out (may be NULL). */
int medark_window_add(struct medark_window *w, const struct medark_piece *piece, uint32_t *out,
		      struct medark_error *err) MEDARK_MUST_USE;
int medark_window_share(struct medark_window *w, uint32_t group, uint32_t piece,
			struct medark_error *err) MEDARK_MUST_USE;
/* `key`: "Type/id". */
int medark_window_outside(struct medark_window *w, struct medark_bytes key, uint32_t piece,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * Moves the pieces of patients whose ordinal is `frontier` or higher, with what refers to them, to
 * the empty window `to`. Moves nothing if they would fill too much of it: then the patients are cut
 * in two instead. MEDARK_E_MEMORY.
 */
int medark_window_carry(struct medark_window *w, struct medark_window *to, uint32_t frontier,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Sorts the pieces by (order, group, as added), cuts them into segments of about `target` bytes of
 * content numbered from `first_number`, and sets segment and place of every piece.
 */
int medark_window_plan(struct medark_window *w, uint32_t first_number, uint64_t target,
		       struct medark_error *err) MEDARK_MUST_USE;

/* The fill function of a plan's task: map, content, leaf hashes. */
int medark_window_fill(struct medark_task *task, struct medark_fill *fill,
		       struct medark_error *err);

#endif
