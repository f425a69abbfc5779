/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare_private: what the parts of a comparison share. compare.c reads both sides into rows, one
 * for each record, which are sorted by name (type and id); compare_match.c takes the rows of one
 * name and finds what became of it; compare_tell.c tells the caller, patient by patient.
 */
#ifndef MEDARK_ARCHIVE_COMPARE_PRIVATE_H
#define MEDARK_ARCHIVE_COMPARE_PRIVATE_H

#include "archive/lineage.h"
#include "archive/nameset.h"
#include "archive/people.h"
#include "archive/sorter.h"
#include "archive/sweep.h"
#include "archive/types.h"
#include "record/normal.h"

#include <medark/compare.h>
#include <pthread.h>

/* The number that rows have as the type of what is no record. */
#define MEDARK_COMPARE_FILE UINT32_C(0xffff)

/* Members of one record that are told apart. */
#define MEDARK_COMPARE_ELEMENTS 200

/*
 * The key of a row is Type/id behind a hash of it: the order does not matter, and the sorter is
 * quicker where the first eight bytes differ.
 */
#define MEDARK_COMPARE_PREFIX 8

/* What stands in front of a row: then its owners, then its elements. All in 32 bits. */
struct medark_compare_head {
	uint32_t side;	    /* 0 old, 1 new */
	uint32_t type;	    /* number, or MEDARK_COMPARE_FILE */
	uint32_t type_size; /* bytes of the name in front of the '/' */
	uint32_t named;	    /* it has an id: there is one of it in each side */
	uint32_t hash[4];
	uint32_t owner_count, element_count;
};

struct medark_compare_element {
	uint32_t name; /* in compare->names */
	uint32_t hash[2];
};

struct medark_compare_side_state {
	struct medark_lineage *lineage;
	size_t first; /* of its archives in compare->people */
};

/* What a worker needs for itself. */
struct medark_compare_worker {
	struct medark_sorter *rows;
	struct medark_normal *normal;
	struct medark_buffer key, value, owners;
	uint64_t xml, faulty;
};

struct medark_compare_tally {
	uint32_t of[MEDARK_DIFFERENCE_KINDS];
};

struct medark_compare {
	const struct medark_compare_request *request;
	struct medark_meter meter;
	struct medark_compare_side_state sides[2];
	struct medark_people people;
	struct medark_compare_worker *workers;
	unsigned threads;
	pthread_mutex_t lock; /* of types and names */
	struct medark_types types;
	struct medark_nameset names; /* of elements */
	uint32_t side;		     /* at hand */
	const uint32_t *numbers;     /* of the archive at hand: patients by row */
	struct medark_compare_counts by_type[MEDARK_TYPES_MAX + 1];
	/* By patient's number; the last one is of nobody. */
	struct medark_compare_tally *tallies;
	struct medark_sorter *found; /* what differs, by patient; NULL: nobody asks */
	struct medark_compare_result *result;
};

/*
 * The rows of both sides, which are sorted, against each other: the counts of c->result, and what
 * differs in c->found. The thread that carries out the comparison, when no other works on it any
 * more. Errors of the sorter; MEDARK_E_FORMAT, MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED.
 */
int medark_compare_match(struct medark_compare *c, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Fills the counts of patients, and calls the request's callbacks, whose codes it passes on. As
 * medark_compare_match() otherwise, and behind it.
 */
int medark_compare_tell(struct medark_compare *c, struct medark_error *err) MEDARK_MUST_USE;

/* What differs, as it stands in `found` behind the number of the patient: then names' numbers. */
struct medark_compare_found {
	uint32_t kind, moved, type_size, is_file, count;
};

#endif
