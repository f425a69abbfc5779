/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver_private: what the parts of deliver share: deliver.c (units, and what is under way),
 * deliver_order.c (what goes before what), deliver_body.c (requests), deliver_answer.c (answers),
 * deliver_check.c (read-back).
 */
#ifndef MEDARK_LIVE_DELIVER_PRIVATE_H
#define MEDARK_LIVE_DELIVER_PRIVATE_H

#include "live/deliver.h"
#include "live/rewrite.h"
#include "live/tries.h"

/* Entries and bytes of a bundle: what servers take without complaint. */
#define MEDARK_DELIVER_BUNDLE	    50
#define MEDARK_DELIVER_BUNDLE_BYTES ((size_t)8 << 20)

#define MEDARK_URN_SIZE		46 /* urn:uuid:…, and its zero */
#define MEDARK_DELIVER_TAG_SIZE 192

struct medark_deliver_item {
	struct medark_deliver_record record;
	char *memory; /* of its type, id and text; wiped */
	size_t size;
	uint32_t entry; /* in the map */
	struct medark_target_hash content;
	int64_t updated;
	uint32_t edges, edge_count; /* in unit->edges: entries of what it refers to */
	uint32_t group;		    /* what refers to each other is of one group */
	uint8_t gaps;		    /* see the entry */
	bool is_unsure;		    /* it refers to what may still come */
	bool is_torn;		    /* sent with a reference that could not be filled in */
	bool is_in_bundle;
	char urn[MEDARK_URN_SIZE]; /* in the bundle */
	/*
	 * What the server found by the record's tag instead of making it: looked at before it is
	 * written over. Empty: nothing.
	 */
	char found[MEDARK_TARGET_ID_TEXT];
	char version[MEDARK_TARGET_ID_TEXT]; /* of that, when it was looked at; or empty */
	bool was_found_in_bundle;
};

/* A run of unit->order. */
struct medark_deliver_range {
	uint32_t first, count;
};

struct medark_deliver_unit {
	struct medark_buffer items;  /* struct medark_deliver_item */
	struct medark_buffer edges;  /* uint32_t */
	struct medark_buffer lookup; /* struct medark_deliver_pair, by entry */
	struct medark_buffer order;  /* uint32_t: numbers of items, in the order of sending */
	struct medark_buffer unsent; /* struct medark_deliver_range, the next one last */
	size_t bytes;
	bool is_unblocked; /* goes on although what it refers to is on its way */
	/* the request */
	struct medark_http_transfer *transfer;
	struct medark_deliver_range range;
	struct medark_tries tries;
	unsigned conflicts;
	bool is_waiting; /* to be sent again */
	double not_before;
	/* A bundle that was refused as a whole, and what its parts tell: was it too large? */
	uint32_t split_end, split_good;
	uint64_t split_rejected;
	bool is_split;
};

struct medark_deliver_pair {
	uint32_t entry, item;
};

struct medark_deliver {
	struct medark_deliver_setup setup;
	enum medark_deliver_pass pass;
	struct medark_deliver_unit *open;   /* that records are added to */
	struct medark_deliver_unit **units; /* under way */
	size_t unit_count, unit_max;
	size_t bytes; /* of all units */
	unsigned running, parallel;
	unsigned in_a_row; /* answers since the server said that it is too much */
	uint32_t bundle_max;
	bool needs_targets; /* what is referred to must be there first */
	bool has_no_batch;  /* reads are sent one by one */
	uint64_t waiting, unresolved, rejected;
	double flushed;
};

static inline struct medark_deliver_item *medark_deliver_item(const struct medark_deliver_unit *u,
							      uint32_t i)
{
	return (struct medark_deliver_item *)(void *)u->items.data + i;
}

static inline uint32_t medark_deliver_item_count(const struct medark_deliver_unit *u)
{
	return (uint32_t)(u->items.size / sizeof(struct medark_deliver_item));
}

/* Item number `i` in the order of sending. */
static inline struct medark_deliver_item *medark_deliver_at(const struct medark_deliver_unit *u,
							    uint32_t i)
{
	return medark_deliver_item(u, ((const uint32_t *)(const void *)u->order.data)[i]);
}

/* The item of this entry in the unit, or NULL. */
struct medark_deliver_item *medark_deliver_find(const struct medark_deliver_unit *u,
						uint32_t entry);

/* The entry of what is referred to, 0 if there is none; of a URN *out_type tells the type. */
int medark_deliver_resolve(const struct medark_deliver *d,
			   const struct medark_rewrite_target *target, uint32_t *out_entry,
			   struct medark_bytes *out_type, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Notes that the server's resource is this record's. MEDARK_E_REMOTE: it is another's already;
 * MEDARK_E_MEMORY.
 */
int medark_deliver_claim(struct medark_deliver *d, const struct medark_deliver_record *record,
			 uint32_t entry, struct medark_bytes id,
			 struct medark_error *err) MEDARK_MUST_USE;

/* ---- deliver_order.c ---- */

/* Fills edges, lookup, order and unsent; what has to wait is told apart and counted. */
int medark_deliver_order(struct medark_deliver *d, struct medark_deliver_unit *u,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Puts a range on top of what is to be done. */
int medark_deliver_push(struct medark_deliver_unit *u, uint32_t first, uint32_t count,
			struct medark_error *err) MEDARK_MUST_USE;

/* ---- deliver_body.c ---- */

/* Starts the request for u->range. MEDARK_E_MEMORY and the like. */
int medark_deliver_start(struct medark_deliver *d, struct medark_deliver_unit *u,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Appends the record as this server is to have it; *out_torn as in the item. */
int medark_deliver_rewrite(struct medark_deliver *d, struct medark_deliver_unit *u,
			   struct medark_deliver_item *item, bool tagged, struct medark_buffer *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* Writes the id that the record has, or gets, at the server: 1; 0 if the server gives it. */
int medark_deliver_id(const struct medark_deliver *d, const struct medark_deliver_item *item,
		      char out[MEDARK_TARGET_ID_TEXT]);

/* The code of the tag: Type/id, of an id of another form its keyed hash. */
void medark_deliver_tag(const struct medark_deliver *d, const struct medark_deliver_item *item,
			char out[MEDARK_DELIVER_TAG_SIZE]);

/* Is what the server found for it to be looked at first? */
static inline bool medark_deliver_looks(const struct medark_deliver *d,
					const struct medark_deliver_item *item)
{
	return d->pass != MEDARK_DELIVER_CHECK && item->found[0] &&
	       medark_target_map_get(d->setup.map, item->entry)->id == 0;
}

/* ---- deliver_answer.c ---- */

/* What came for u->range: all is noted, or put back on top of what is to be done. */
int medark_deliver_answer(struct medark_deliver *d, struct medark_deliver_unit *u,
			  const struct medark_http_response *r,
			  struct medark_error *err) MEDARK_MUST_USE;

/* The status of an entry of a bundle that answers; 0: it tells none. */
unsigned medark_deliver_status(const json_t *entry);

int medark_deliver_tell(struct medark_deliver *d, const struct medark_deliver_news *news,
			struct medark_error *err) MEDARK_MUST_USE;

/* ---- deliver_check.c ---- */

/* As medark_deliver_answer(), of reads. */
int medark_deliver_check(struct medark_deliver *d, struct medark_deliver_unit *u,
			 const struct medark_http_response *r,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
