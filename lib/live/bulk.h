/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk: an export that a FHIR server makes (FHIR Bulk Data Access): asked for, waited for, and
 * fetched into sealed files in a folder of its own. A program that was killed goes on where it was:
 * the job's address is on disk, sealed, before anything is waited for, and no file that has its
 * name is fetched again.
 */
#ifndef MEDARK_LIVE_BULK_H
#define MEDARK_LIVE_BULK_H

#include "live/bulk_manifest.h"
#include "live/haul.h"
#include "live/talk.h"

#include <stdbool.h>
#include <stdint.h>

/* How far it is. Borrowed during the call. */
struct medark_bulk_progress {
	const char *phase;    /* "asking", "waiting", "fetching" */
	const char *progress; /* of waiting: the server's own words, printable; may be empty */
	size_t files, fetched;
	uint64_t bytes; /* of the files, so far */
};

/* Of what a server is to give everything. */
enum medark_bulk_level {
	MEDARK_BULK_SYSTEM,
	MEDARK_BULK_PATIENTS, /* of all patients, and what the server finds goes with them */
	MEDARK_BULK_GROUP,    /* the same of a group of patients */
};

struct medark_bulk_setup {
	struct medark_talk talk; /* what it names is borrowed */
	enum medark_bulk_level level;
	const char *group;	    /* its id; borrowed */
	const char *since;	    /* only what has changed since; NULL: everything; borrowed */
	struct medark_http *files;  /* for the files; borrowed, with nothing else under way */
	int folder;		    /* for the sealed files; borrowed */
	struct medark_bytes secret; /* seals them; borrowed */
	unsigned parallel;	    /* files at once, 1 and more */
	/* Called now and then; negative stops. */
	int (*tell)(void *context, const struct medark_bulk_progress *progress,
		    struct medark_error *err);
	void *context;
};

struct medark_bulk;

/*
 * Goes on with the job whose files stand in the folder, if one does that was asked for the same.
 * MEDARK_E_MEMORY, MEDARK_E_SYSTEM.
 */
int medark_bulk_new(const struct medark_bulk_setup *setup, struct medark_bulk **out,
		    struct medark_error *err) MEDARK_MUST_USE;
void medark_bulk_free(struct medark_bulk *b);
MEDARK_DEFINE_AUTO(struct medark_bulk, medark_bulk_free)

/*
 * Asks, waits and fetches. 0 also if files could not be had: medark_bulk_haul() tells of each.
 * MEDARK_E_NOT_FOUND: the server has no bulk export at this level; MEDARK_E_REMOTE: it refuses, or
 * it failed; MEDARK_E_SYSTEM, MEDARK_E_MEMORY, a negative code of `tell`.
 */
int medark_bulk_run(struct medark_bulk *b, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Adds what came of it to `haul`: files are called by what the server said that they hold, and by
 * their place in its list, as in Patient.000001.ndjson. After medark_bulk_run(). MEDARK_E_MEMORY.
 */
int medark_bulk_haul(const struct medark_bulk *b, struct medark_haul *haul,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Was it asked for what has changed, and not for everything? After medark_bulk_run(). */
bool medark_bulk_has_since(const struct medark_bulk *b);

/* What has been deleted since: see medark_bulk_report_deletions(). After medark_bulk_run(). */
int medark_bulk_deletions(const struct medark_bulk *b,
			  int (*each)(void *context, const char *name, struct medark_error *err),
			  void *context, uint64_t *out_odd,
			  struct medark_error *err) MEDARK_MUST_USE;

/*
 * The archive gets its name next: says so in the folder. A job that is found with it may have its
 * archive already, and is then not to be taken for a new one. MEDARK_E_SYSTEM.
 */
#define MEDARK_BULK_DONE "done"
/* Opens with the secret that all files of the job are sealed with. */
#define MEDARK_BULK_MARK "job-mark"
int medark_bulk_mark(const struct medark_bulk *b, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The archive stands: the server may forget the job, and what waits on disk goes. A server that
 * does not want to be told is no failure.
 */
int medark_bulk_end(struct medark_bulk *b, struct medark_error *err) MEDARK_MUST_USE;

#endif
