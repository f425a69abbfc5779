/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scope_private: what the parts of a scope share. scope.c reads all records into rows that say of a
 * patient what a run of records was; scope_people.c takes all rows of one patient together.
 */
#ifndef MEDARK_ARCHIVE_SCOPE_PRIVATE_H
#define MEDARK_ARCHIVE_SCOPE_PRIVATE_H

#include "archive/lineage.h"
#include "archive/people.h"
#include "archive/sorter.h"
#include "archive/sweep.h"
#include "archive/types.h"
#include "record/category.h"
#include "record/contact.h"

#include <medark/scope.h>
#include <pthread.h>

/* Types of one run of records; a run with more becomes two rows. */
#define MEDARK_SCOPE_RUN_TYPES 64

struct medark_scope_count {
	uint32_t type, records;
};

/*
 * A row, behind the number of the patient as its key: then the types, then of a Patient resource
 * its id, address, phone and e-mail.
 */
struct medark_scope_row {
	uint64_t categories;
	uint32_t is_patient;	       /* one Patient resource, and not a run of others */
	uint32_t is_only;	       /* no other patient's is it */
	uint32_t is_xml;	       /* is_patient: its categories are what the index knows */
	uint32_t counts;	       /* is_patient: it is of the types that are in scope */
	uint32_t records, first, last; /* dates as yyyymmdd, 0: none */
	uint32_t type_count;
	uint32_t sizes[4];
};

/* What a worker needs for itself. */
struct medark_scope_worker {
	struct medark_sorter *rows;
	struct medark_categoriser *categoriser;
	struct medark_contact contact;
	struct medark_types types;		/* its own numbers … */
	uint16_t numbers[MEDARK_TYPES_MAX + 1]; /* … and those of all, plus one */
	struct medark_buffer value;
	bool has_run; /* records of one patient that no row has yet */
	uint32_t patient;
	struct medark_scope_row run;
	struct medark_scope_count run_types[MEDARK_SCOPE_RUN_TYPES];
	uint64_t by_type[MEDARK_TYPES_MAX + 1], by_category[MEDARK_CATEGORIES];
	uint64_t records, undated, outside, staff, xml;
};

struct medark_scope {
	const struct medark_scope_request *request;
	struct medark_meter meter;
	struct medark_lineage *lineage;
	struct medark_people people;
	struct medark_scope_worker *workers;
	unsigned threads;
	pthread_mutex_t lock; /* of types */
	struct medark_types types;
	uint64_t by_type[MEDARK_TYPES_MAX + 1];
	const uint32_t *numbers;      /* of the archive at hand: patients by row */
	uint32_t since, until, today; /* yyyymmdd; since 0, until UINT32_MAX: no limit */
	bool is_limited;	      /* by dates */
	struct medark_scope_result *result;
};

/*
 * All rows, which are sorted here: fills the counts of patients, and calls the request's callback,
 * whose code it passes on. The thread that carries out the scope, when no other works on it any
 * more. Errors of the sorter and of the index; MEDARK_E_MEMORY, MEDARK_E_INTERRUPTED.
 */
int medark_scope_people(struct medark_scope *s, struct medark_error *err) MEDARK_MUST_USE;

#endif
