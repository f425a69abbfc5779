/* SPDX-License-Identifier: Apache-2.0 */
/* gather_private: what gather.c, gather_lines.c and gather_records.c share. */
#ifndef MEDARK_ARCHIVE_GATHER_PRIVATE_H
#define MEDARK_ARCHIVE_GATHER_PRIVATE_H

#include "archive/gather.h"
#include "archive/ordinals.h"
#include "archive/spool.h"
#include "record/fhir.h"
#include "scan/json.h"

#define MEDARK_LANES_MAX 256

/* Bytes that a lane reads at a time: small, so that lanes stay aligned by patient. */
#define MEDARK_LANE_CHUNK (128u << 10)
/* What the recogniser looks at. */
#define MEDARK_HEAD_SIZE (64u << 10)
/* A record longer than this is cut into parts of MEDARK_PART_SIZE. */
#define MEDARK_RECORD_WHOLE_MAX (8u << 20)
#define MEDARK_PART_SIZE	(4u << 20)

/* A record too long for a window: its parts go on as they come, its facts follow at its end. */
struct medark_giant {
	struct medark_giant *next;
	bool ended;
	uint32_t pending_first, pending_count; /* pieces in the current window */
	struct medark_buffer ranges;	       /* struct medark_range of parts already placed */
	struct medark_json_stream *stream;
	uint64_t offset, length; /* in the item */
	uint32_t item;		 /* its number */
};

struct medark_lane {
	struct medark_item *item;
	struct medark_stream *stream;
	uint8_t *carry; /* bytes read already, not yet in a window */
	size_t carry_size;
	uint32_t ordinal; /* of the patient met last */
	bool at_end;
	struct medark_giant *giant; /* the line that is being streamed */
};

struct medark_gather {
	struct medark_gather_setup setup;
	struct medark_window *windows[2];
	struct medark_window *window; /* being filled; NULL before the first */
	uint32_t next_segment, next_item;
	struct medark_item *items; /* owned; not finished */
	struct medark_fhir *fhir;
	struct medark_ordinals *ordinals;
	uint64_t seed;
	struct medark_lane lanes[MEDARK_LANES_MAX];
	uint32_t lane_count;
	struct medark_spool *spool; /* gets a copy of the opaque item that is being read; or NULL */
	struct medark_giant *giants; /* with pieces in the current window, or not ended */
	struct medark_record record; /* scratch: large */
	struct medark_patient patient;
	uint8_t *head;
	uint64_t bytes, records;
	uint32_t last_group, last_order; /* what filler is put with */
	struct medark_buffer alias;	 /* scratch: an identifier as a key */
};

/* ---- gather.c ---- */

/*
 * Hands the current window over and begins an empty one that starts with the bytes
 * [*at, *at + size) of the old one; *at becomes 0.
 */
int medark_gather_turn(struct medark_gather *g, size_t *at, size_t size,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Adds bytes of an item as one piece at g->window->used, which moves on; opaque or filler. */
int medark_gather_plain(struct medark_gather *g, struct medark_item *item, size_t size,
			enum medark_extent_kind kind, enum medark_fault fault,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads up to `size` bytes behind `have` tentative ones at g->window->used. A source that cannot
 * be read is noted in the quarantine and counts as the end.
 */
int medark_gather_read(struct medark_gather *g, struct medark_item *item,
		       struct medark_stream *stream, size_t have, size_t size, size_t *out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* ---- gather_records.c ---- */

struct medark_gather_record {
	struct medark_item *item;
	struct medark_bytes text; /* to be parsed; inside the piece, in the window */
	struct medark_bytes full_url;
	size_t size;		      /* of the piece that begins at g->window->used */
	enum medark_extent_kind kind; /* MEDARK_EXTENT_LINES or MEDARK_EXTENT_RECORD */
	bool xml;
};

/* Adds a record's piece with everything known of it; g->window->used moves on. */
int medark_gather_record(struct medark_gather *g, const struct medark_gather_record *r,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Adds all of a document (JSON or XML) of `size` bytes that stands at g->window->used. */
int medark_gather_document(struct medark_gather *g, struct medark_item *item,
			   enum medark_fhir_kind kind, size_t size,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Takes down a streamed record whose parts are all placed; frees the giant. */
int medark_gather_giant_done(struct medark_gather *g, struct medark_giant *giant,
			     struct medark_error *err) MEDARK_MUST_USE;
void medark_giant_free(struct medark_giant *giant);

/* ---- gather_lines.c ---- */

/* Reads the lane's next chunk. Sets lane->at_end. */
int medark_gather_step(struct medark_gather *g, struct medark_lane *lane,
		       struct medark_error *err) MEDARK_MUST_USE;

#endif
