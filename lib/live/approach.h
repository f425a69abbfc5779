/* SPDX-License-Identifier: Apache-2.0 */
/*
 * approach: how a FHIR server is asked for everything, by what it says that it can do. It is chosen
 * once for a job and kept on disk, so that a program that goes on asks for the same. For lib/live
 * only. One thread at a time.
 */
#ifndef MEDARK_LIVE_APPROACH_H
#define MEDARK_LIVE_APPROACH_H

#include "live/capability.h"

enum medark_live_method {
	MEDARK_LIVE_AUTO,	/* the first of these that the server has */
	MEDARK_LIVE_BULK,	/* FHIR Bulk Data Access */
	MEDARK_LIVE_EVERYTHING, /* Patient/id/$everything */
	MEDARK_LIVE_SEARCH,	/* Type?patient=id over the Patient compartment */
	MEDARK_LIVE_PAGE,	/* Type?_count=n */
};

/* Its name as the user gives it; NULL: there is none of that number. */
const char *medark_live_method_name(enum medark_live_method method);
/* The method of that name; false: there is none. */
bool medark_live_method_find(const char *name, enum medark_live_method *out);

struct medark_approach_search {
	char type[MEDARK_CAPABILITY_NAME_MAX + 1];
	char param[MEDARK_CAPABILITY_NAME_MAX + 1]; /* that names the patient; empty: all records */
};

#define MEDARK_APPROACH_ASKED_MAX 511

struct medark_approach {
	enum medark_live_method method;		     /* AUTO: nothing is chosen */
	char asked[MEDARK_APPROACH_ASKED_MAX + 1];   /* what the user wants, in a line */
	bool is_declared;			     /* the server has said what it can do */
	bool is_listed;				     /* the user has said whose records */
	struct medark_approach_search *of_patient;   /* for each patient, sorted by type */
	struct medark_approach_search *of_everybody; /* once, sorted by type */
	size_t of_patient_count, of_everybody_count;
};

void medark_approach_clear(struct medark_approach *approach);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_approach, medark_approach_clear)

/*
 * Chooses for `method` and what the server can do (NULL: it does not say), into approach->method.
 * `is_group`: of a Group. approach->is_listed is set before. Cannot fail: a server that has nothing
 * is asked in the plainest way.
 */
void medark_approach_choose(struct medark_approach *approach, enum medark_live_method method,
			    const struct medark_capability *c, bool is_group);

/* The way behind this one, when the server refuses it. */
void medark_approach_fall(struct medark_approach *approach, const struct medark_capability *c);

/* Lists the searches for approach->method. MEDARK_E_MEMORY. */
int medark_approach_fill(struct medark_approach *approach, const struct medark_capability *c,
			 struct medark_error *err) MEDARK_MUST_USE;

/* Writes it, durably. MEDARK_E_SYSTEM, MEDARK_E_MEMORY. */
int medark_approach_save(const struct medark_approach *approach, int folder,
			 struct medark_bytes secret, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads what was written into `out`, which is zeroed: it stays so if there is nothing, or nothing
 * of use. MEDARK_E_MEMORY.
 */
int medark_approach_load(int folder, struct medark_bytes secret, struct medark_approach *out,
			 struct medark_error *err) MEDARK_MUST_USE;

#endif
