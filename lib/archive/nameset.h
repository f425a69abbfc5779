/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nameset: a set of short texts that are numbered as they come. Hashed with a random seed: records
 * cannot be made to collide. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_NAMESET_H
#define MEDARK_ARCHIVE_NAMESET_H

#include "base/buffer.h"
#include "base/bytes.h"

#include <stdint.h>

/*
 * Ceilings of the texts' number and of their bytes: a request for a million patients fits. Memory
 * is taken as they come.
 */
#define MEDARK_NAMESET_COUNT_MAX (1u << 25)
#define MEDARK_NAMESET_TEXT_MAX	 (1u << 30)

struct medark_nameset {
	struct medark_buffer text;    /* the texts, one behind the other */
	struct medark_buffer entries; /* struct medark_nameset_entry */
	uint32_t *slots;	      /* number + 1; 0: free */
	uint32_t slot_count;
	uint64_t seed;
};

/* An empty set. MEDARK_E_SYSTEM. Release with medark_nameset_clear(). */
int medark_nameset_init(struct medark_nameset *set, struct medark_error *err) MEDARK_MUST_USE;
void medark_nameset_clear(struct medark_nameset *set);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_nameset, medark_nameset_clear)

/* Adds a copy: 1, or 0 if it is there. MEDARK_E_MEMORY past the set's ceiling. */
int medark_nameset_add(struct medark_nameset *set, struct medark_bytes text,
		       struct medark_error *err) MEDARK_MUST_USE;

/* Is the text there? If so, and unless `out_i` is NULL, its number. */
bool medark_nameset_find(const struct medark_nameset *set, struct medark_bytes text,
			 uint32_t *out_i);
bool medark_nameset_has(const struct medark_nameset *set, struct medark_bytes text);

uint32_t medark_nameset_count(const struct medark_nameset *set);

/* Text number `i` (below the count); borrowed until the next add. */
struct medark_bytes medark_nameset_get(const struct medark_nameset *set, uint32_t i);

#endif
