/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census: how many resources of each type a server says that it has (FHIR search,
 * `Type?_summary=count`), asked before and after an export: lists of files that agree with
 * themselves have been seen to lack a third of the resources. Lives sealed in the job's folder, so
 * that an export that goes on after a kill keeps what was counted at its beginning.
 */
#ifndef MEDARK_LIVE_CENSUS_H
#define MEDARK_LIVE_CENSUS_H

#include "live/capability.h"

#define MEDARK_CENSUS_FILE "census" /* in the job's folder */

struct medark_census_type {
	char name[MEDARK_CAPABILITY_NAME_MAX + 1];
	bool has_before, has_after; /* the server told */
	uint64_t before, after;
};

struct medark_census {
	struct medark_census_type *types; /* sorted by name, each once */
	size_t count;
	size_t unanswered; /* questions of this run that got no answer, whatever it might say */
	unsigned in_vain;  /* so many of them in a row now */
};

/* May be called on a zeroed object. */
void medark_census_clear(struct medark_census *c);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_census, medark_census_clear)

/*
 * Begins a census of all types that can be searched, in `out`, which is zeroed: counts, and keeps
 * what was counted in the folder; or takes what is kept there. That the server does not tell of a
 * type is no failure. Errors of medark_talk_send() other than MEDARK_E_REMOTE, of the sealed file;
 * MEDARK_E_MEMORY. One thread.
 */
int medark_census_begin(const struct medark_talk *talk, const struct medark_capability *capability,
			int folder, struct medark_bytes secret, struct medark_census *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Counts again, after the export. Errors as above. */
int medark_census_end(const struct medark_talk *talk, struct medark_census *c,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * How many of a type must have come at least, and can have come at most: between the two counts, or
 * as many as the first where there was no second one. False: the server does not count this type.
 */
bool medark_census_bounds(const struct medark_census_type *type, uint64_t *out_low,
			  uint64_t *out_high);

/* NULL if the server was not asked for this type. Borrowed. */
const struct medark_census_type *medark_census_find(const struct medark_census *c,
						    const char *name);

#endif
