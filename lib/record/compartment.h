/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compartment: FHIR's Patient compartment as a table: for every resource type of STU3, R4 and R5
 * the elements that can name a patient. Read-only data, any thread.
 */
#ifndef MEDARK_RECORD_COMPARTMENT_H
#define MEDARK_RECORD_COMPARTMENT_H

#include "base/bytes.h"

#define MEDARK_COMPARTMENT_DEPTH_MAX 3 /* elements of the longest path */
#define MEDARK_COMPARTMENT_PATHS_MAX 8 /* paths of the type that has most */

enum medark_compartment_flags {
	MEDARK_COMPARTMENT_ONLY = 1, /* nothing but a patient can stand here */
	MEDARK_COMPARTMENT_ABOUT =
		2, /* whom the record is about: subject, patient, beneficiary … */
};

/* One path below the resource: "participant", "actor". It ends at a Reference. */
struct medark_compartment_path {
	const char *segments[MEDARK_COMPARTMENT_DEPTH_MAX];
	uint8_t depth;	/* segments in use */
	uint8_t member; /* segments[0] is medark_compartment_members[member] */
	uint8_t flags;	/* of enum medark_compartment_flags */
};

/* One resource type; its paths are sorted, so that equal first segments are neighbours. */
struct medark_compartment {
	const char *type;
	const struct medark_compartment_path *paths; /* NULL if the type has none */
	size_t count;
};

/* Every first segment, sorted. */
extern const char *const medark_compartment_members[];
extern const size_t medark_compartment_member_count;

/* Every resource type, sorted. */
extern const struct medark_compartment medark_compartments[];
extern const size_t medark_compartment_count;

/* The row of a resource type; NULL for a name that no version has. */
const struct medark_compartment *medark_compartment_find(struct medark_bytes type);

#endif
