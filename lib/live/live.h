/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live: a FHIR server as a source: `fhir+https://ehr.example/fhir`, or `fhir+http://127.0.0.1/…`.
 * Everything is fetched first, into sealed files in the job's folder, and then read side by side as
 * the files of a folder are: so a patient's records come together in the archive, and an export
 * that was killed goes on where it was.
 *
 * The keys of the sealed files come from the secret of --auth, which this machine holds anyhow and
 * which opens the server itself, and from the server's address: no other secret is stored, and
 * files of another server do not open. Without one (an open server), keys die
 * with the process, and an export that was killed starts over.
 */
#ifndef MEDARK_LIVE_LIVE_H
#define MEDARK_LIVE_LIVE_H

#include "live/approach.h"
#include "live/bulk.h"
#include "live/census.h"
#include "source/source.h"

#include <stdbool.h>

#define MEDARK_LIVE_PREFIX "fhir+"

/* Is it the address of a FHIR server, as a source or target? */
bool medark_live_is_address(const char *text);

/* Is it the same server: do two addresses, without the prefix, mean the same? */
bool medark_live_is_same(const char *a, const char *b);

struct medark_live;

struct medark_live_setup {
	const char *address;		/* with the prefix */
	const char *auth_path;		/* NULL: none */
	const char *folder;		/* of the job: is made, mode 0700 */
	const char *since;		/* only what has changed since; NULL: everything */
	const char *group;		/* only of the patients of this Group; NULL: of all */
	const char *patients;		/* only of those that this file lists; NULL: of all */
	enum medark_live_method method; /* how it is asked */
	bool has_archive;		/* something stands where the archive will */
	unsigned connections;		/* files at once; 0: 4 */
	int (*tell)(void *context, const struct medark_bulk_progress *progress,
		    struct medark_error *err);
	int (*poll)(void *context, struct medark_error *err); /* see struct medark_http_setup */
	/* A sentence: the server is in trouble, and is waited for. NULL: not wanted. */
	void (*say)(void *context, const char *sentence);
	void *context;
};

/*
 * Reads the configuration and takes the job's folder for itself. The setup's strings are borrowed.
 * MEDARK_E_USAGE: the address; MEDARK_E_EXISTS: another process works on this job; errors of
 * medark_auth_load(); MEDARK_E_SYSTEM, MEDARK_E_MEMORY. One thread at a time.
 */
int medark_live_open(const struct medark_live_setup *setup, struct medark_live **out,
		     struct medark_error *err) MEDARK_MUST_USE;
/* What was fetched stays in the folder, for the next attempt, if there is a secret. */
void medark_live_free(struct medark_live *live);
MEDARK_DEFINE_AUTO(struct medark_live, medark_live_free)

/*
 * Fetches everything, in the way that the setup names or that the server has. Errors of
 * medark_bulk_run(), of which MEDARK_E_REMOTE stands for MEDARK_E_NOT_FOUND, and of
 * medark_pull_run().
 */
int medark_live_fetch(struct medark_live *live, struct medark_error *err) MEDARK_MUST_USE;

/*
 * What was fetched, as a source that borrows `live`. A file that could not be had is an entry that
 * is skipped.
 */
int medark_live_source(struct medark_live *live, struct medark_source **out,
		       struct medark_error *err) MEDARK_MUST_USE;

/* The same, with what is missing; borrowed. After medark_live_fetch(). */
const struct medark_haul *medark_live_haul(const struct medark_live *live);

/*
 * What the server counted: empty if it was not asked, as for what has changed, or for a group.
 * After medark_live_fetch(); borrowed.
 */
const struct medark_census *medark_live_census(const struct medark_live *live);

/* The server's address, without the prefix and what is behind its path; borrowed. */
const char *medark_live_base(const struct medark_live *live);

/* Did the server give only what has changed? After medark_live_fetch(). */
bool medark_live_has_since(const struct medark_live *live);

/*
 * Calls `each` with Type/id of all that was deleted since. Deletions that cannot be understood are
 * counted in *out_odd. A negative code of `each`; errors of medark_sealed_stream().
 */
int medark_live_deletions(const struct medark_live *live,
			  int (*each)(void *context, const char *name, struct medark_error *err),
			  void *context, uint64_t *out_odd,
			  struct medark_error *err) MEDARK_MUST_USE;

/* The archive is written and gets its name next: see medark_bulk_mark(). */
int medark_live_mark(const struct medark_live *live, struct medark_error *err) MEDARK_MUST_USE;

/* The archive stands: the job ends, here and at the server. */
int medark_live_end(struct medark_live *live, struct medark_error *err) MEDARK_MUST_USE;

#endif
