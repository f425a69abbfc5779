/* SPDX-License-Identifier: Apache-2.0 */
/* leaf_places: where the leaves of a data segment stand in its content (FORMAT.md section 6). */
#ifndef MEDARK_ARCHIVE_LEAF_PLACES_H
#define MEDARK_ARCHIVE_LEAF_PLACES_H

#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"
#include "container/map.h"
#include "crypto/digest.h"

#include <stddef.h>
#include <stdint.h>

/* Most leaves of a segment that are looked at one by one: the memory for them has a bound. */
#define MEDARK_LEAF_PLACES_MAX (UINT64_C(1) << 24)

/* In the content, in bytes; below MEDARK_CONTENT_MAX. */
struct medark_leaf_place {
	uint32_t offset, length;
};

struct medark_leaf_places {
	struct medark_leaf_place *list; /* [number of the leaf] */
	size_t count;
};

/*
 * Lists them. `out` is zeroed before, cleared by the caller. MEDARK_E_MEMORY, also if they are more
 * than MEDARK_LEAF_PLACES_MAX. Any thread.
 */
int medark_leaf_places_list(const struct medark_map *map, struct medark_leaf_places *out,
			    struct medark_error *err) MEDARK_MUST_USE;
void medark_leaf_places_clear(struct medark_leaf_places *places);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_leaf_places, medark_leaf_places_clear)

/* The first leaf that begins at `offset` of the content or behind it; places->count: none does. */
size_t medark_leaf_places_from(const struct medark_leaf_places *places, uint64_t offset);

/* The leaf that begins at `offset` of the content; places->count if none does. */
size_t medark_leaf_places_at(const struct medark_leaf_places *places, uint64_t offset);

/*
 * Writes the hash of every leaf of segment `number` to `out`, which has room for places->count
 * (FORMAT.md section 7). `content` is the segment's. Errors of medark_leaf_salts().
 */
int medark_leaf_places_hash(const struct medark_leaf_places *places, struct medark_bytes content,
			    const struct medark_key *salt_key, uint32_t number,
			    struct medark_digest *out, struct medark_error *err) MEDARK_MUST_USE;

#endif
