/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target_map: what is known of each record of a restore into a server: whether it is there, with
 * which content, under which id. Some 60 bytes of memory a record, and 30 where the server gives
 * ids; its name and content stand here, and in the journal, as keyed hashes of 128 bits only. One
 * thread at a time.
 */
#ifndef MEDARK_LIVE_TARGET_MAP_H
#define MEDARK_LIVE_TARGET_MAP_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

#define MEDARK_TARGET_HASH   16
#define MEDARK_TARGET_ID_MAX 64 /* https://hl7.org/fhir/datatypes.html#id */

struct medark_target_hash {
	uint8_t bytes[MEDARK_TARGET_HASH];
};

enum medark_target_state {
	MEDARK_TARGET_WAITING,	/* it was met, and is not sent yet */
	MEDARK_TARGET_PENDING,	/* it is being sent */
	MEDARK_TARGET_THERE,	/* the server has it */
	MEDARK_TARGET_REJECTED, /* the server does not take it */
};

struct medark_target_entry {
	struct medark_target_hash name, content; /* content: zero, if it has to be sent again */
	int64_t updated;			 /* see medark_rewrite_updated() */
	uint32_t id; /* the server's: where it stands in the map's ids; 0: it gave none */
	uint8_t state;
	uint8_t gaps;  /* references in it to what was not restored; 255: as many or more */
	bool was_met;  /* in this pass */
	bool is_fresh; /* sent by this run, not an earlier one */
};

struct medark_target_map;

/* `key` is copied. MEDARK_E_MEMORY. */
int medark_target_map_new(const struct medark_key *key, struct medark_target_map **out,
			  struct medark_error *err) MEDARK_MUST_USE;
void medark_target_map_free(struct medark_target_map *map);
MEDARK_DEFINE_AUTO(struct medark_target_map, medark_target_map_free)

/* Keyed hashes: of Type/id, and of a content. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_target_map_name(const struct medark_target_map *map, struct medark_bytes type,
			   struct medark_bytes id, struct medark_target_hash *out,
			   struct medark_error *err) MEDARK_MUST_USE;
int medark_target_map_content(const struct medark_target_map *map, struct medark_bytes content,
			      struct medark_target_hash *out,
			      struct medark_error *err) MEDARK_MUST_USE;

/* The number of the entry, from 1; 0 if there is none. */
uint32_t medark_target_map_find(const struct medark_target_map *map,
				const struct medark_target_hash *name);

/*
 * As above, and adds one (waiting, all else zero) if there is none. MEDARK_E_MEMORY, also for more
 * than 2^31 records.
 */
int medark_target_map_add(struct medark_target_map *map, const struct medark_target_hash *name,
			  uint32_t *out, struct medark_error *err) MEDARK_MUST_USE;

/* Borrowed until the next add. */
struct medark_target_entry *medark_target_map_get(const struct medark_target_map *map,
						  uint32_t number);
uint32_t medark_target_map_count(const struct medark_target_map *map);

/*
 * Is it an id as FHIR has them: 1 to 64 of A-Z a-z 0-9 - . (which needs no escape anywhere), but
 * neither `.` nor `..`, which mean another place?
 */
bool medark_target_is_id(struct medark_bytes id);

/* Notes the server's id, which is one. MEDARK_E_MEMORY. */
int medark_target_map_set_id(struct medark_target_map *map, uint32_t number, struct medark_bytes id,
			     struct medark_error *err) MEDARK_MUST_USE;
/*
 * Notes whose the server's resource Type/id is: 1; 0 if it is another entry's already, as two
 * records with one resource would mean that one is written over the other. What is kept is 64 bits
 * of a keyed hash: of 100 million records one is refused for nothing once in 3,700 restores.
 * MEDARK_E_MEMORY.
 */
int medark_target_map_claim(struct medark_target_map *map, uint32_t number,
			    struct medark_bytes type, struct medark_bytes id,
			    struct medark_error *err) MEDARK_MUST_USE;

/* Empty if the server gave none; borrowed until the next medark_target_map_set_id(). */
struct medark_bytes medark_target_map_id(const struct medark_target_map *map, uint32_t number);

#endif
