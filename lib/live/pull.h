/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pull: fetches from a server without bulk export: $everything of each patient, searches over the
 * Patient compartment, or all records of each type, page by page. For lib/live only. One thread.
 */
#ifndef MEDARK_LIVE_PULL_H
#define MEDARK_LIVE_PULL_H

#include "live/approach.h"
#include "live/haul.h"
#include "live/patient_list.h"
#include "live/walk.h"

struct medark_pull_setup {
	struct medark_walk_place place;
	const struct medark_approach *approach; /* filled; borrowed */
	/* Whose records, if approach->is_listed: of a file, or the members of a Group; borrowed. */
	const char *patients_path, *group;
	bool may_fall; /* there is another way if the server has no $everything after all */
};

struct medark_pull;

/* MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_pull_new(const struct medark_pull_setup *setup, struct medark_pull **out,
		    struct medark_error *err) MEDARK_MUST_USE;
void medark_pull_free(struct medark_pull *p);
MEDARK_DEFINE_AUTO(struct medark_pull, medark_pull_free)

/*
 * Fetches all, or what an earlier run has left over. 0 also if some could not be had:
 * medark_pull_haul() tells of it. MEDARK_E_NOT_FOUND: it is to be asked in another way, for which
 * the folder is to be cleared; MEDARK_E_USAGE: the file of patients; MEDARK_E_REMOTE: the server
 * does not say who its patients are; errors of medark_walk_run().
 */
int medark_pull_run(struct medark_pull *p, struct medark_error *err) MEDARK_MUST_USE;

/* Adds what came of it. After medark_pull_run(). MEDARK_E_MEMORY. */
int medark_pull_haul(const struct medark_pull *p, struct medark_haul *haul,
		     struct medark_error *err) MEDARK_MUST_USE;

#endif
