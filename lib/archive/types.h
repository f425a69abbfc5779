/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types: numbers for the resource types that were met, with their counts. Bounded: a hostile source
 * that invents types without end gets "Other" for the rest. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_TYPES_H
#define MEDARK_ARCHIVE_TYPES_H

#include "base/bytes.h"

#define MEDARK_TYPES_MAX     256
#define MEDARK_TYPE_NAME_MAX 64

struct medark_types {
	uint32_t count; /* numbers 1 to count are in use; 0 means no type */
	char names[MEDARK_TYPES_MAX + 1][MEDARK_TYPE_NAME_MAX + 1];
	uint8_t sizes[MEDARK_TYPES_MAX + 1];
	uint64_t records[MEDARK_TYPES_MAX + 1];
	uint64_t repeated[MEDARK_TYPES_MAX + 1]; /* of them: with a type and id that came before */
	uint32_t last;				 /* the number given last: types come in runs */
};

/* The number of a type (1 to MEDARK_TYPES_MAX); 0 for an empty name. */
uint16_t medark_types_get(struct medark_types *types, struct medark_bytes name);

#endif
