/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addition: what may stand between MANIFEST.p7s and LOCATOR: further signatures, time stamps,
 * revocation lists, and further recipients (FORMAT.md section 11). All may come later, and all but
 * recipients from people without any key to the records; nothing before them changes. Each name has
 * its place among all (F-40), so that none can change places unnoticed. Any thread, no state.
 */
#ifndef MEDARK_CONTAINER_ADDITION_H
#define MEDARK_CONTAINER_ADDITION_H

#include "base/bytes.h"
#include "base/error.h"
#include "container/layout.h"

#include <stdbool.h>
#include <stddef.h>

enum medark_addition_kind {
	MEDARK_ADDITION_SIGNATURE,	/* MANIFEST.2.p7s to MANIFEST.9.p7s */
	MEDARK_ADDITION_PQ,		/* MANIFEST.pq.p7s */
	MEDARK_ADDITION_STAMP,		/* MANIFEST.tsr, MANIFEST.2.tsr … */
	MEDARK_ADDITION_CRLS,		/* MANIFEST.crl, MANIFEST.2.crl … */
	MEDARK_ADDITION_KEYS,		/* KEYS.2.p7m to KEYS.9.p7m */
	MEDARK_ADDITION_KEYS_SIGNATURE, /* KEYS.2.p7s to KEYS.9.p7s */
};

struct medark_addition {
	enum medark_addition_kind kind;
	unsigned number;	     /* 1 to 9; of SIGNATURE and KEYS… 2 to 9, of PQ 1 */
	struct medark_bytes content; /* borrowed */
};

/* Writes its member's name. */
void medark_addition_name(const struct medark_addition *a, char out[MEDARK_ADDITION_NAME_MAX]);

/* Reads such a name into kind and number; false for every other. */
bool medark_addition_parse(struct medark_bytes name, struct medark_addition *out);

/* How many of this kind are among `count`? */
unsigned medark_addition_count(const struct medark_addition *list, size_t count,
			       enum medark_addition_kind kind);

/*
 * F-40: may `next` stand behind `count` others, which stand in order? MEDARK_E_FORMAT names it.
 */
int medark_addition_check(const struct medark_addition *list, size_t count,
			  const struct medark_addition *next,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * F-40: may the list end with the last of `count`? No KEYS.N.p7m stands without its signature.
 * MEDARK_E_FORMAT names it.
 */
int medark_addition_check_end(const struct medark_addition *list, size_t count,
			      struct medark_error *err) MEDARK_MUST_USE;

/*
 * How many of `count` stand before KEYS.2.p7m: those that say something of MANIFEST, and are in
 * proofs.
 */
size_t medark_addition_before_keys(const struct medark_addition *list, size_t count);

/*
 * Gives one that comes to `count` others its number, and says where it goes: in front of
 * list[*out_at], or, with *out_replaces, in its place: revocation lists that no stamp covers yet
 * are one member. MEDARK_E_EXISTS, with what can be done, if there is no room for it, or a stamp
 * covers the place where it would stand.
 */
int medark_addition_place(const struct medark_addition *list, size_t count,
			  struct medark_addition *wanted, size_t *out_at, bool *out_replaces,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
