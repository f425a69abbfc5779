/* SPDX-License-Identifier: Apache-2.0 */
/*
 * servers: the sources of an export that are FHIR servers. They are fetched before the archive is
 * begun, and told that it is done when it stands. One thread.
 */
#ifndef MEDARK_ARCHIVE_SERVERS_H
#define MEDARK_ARCHIVE_SERVERS_H

#include "archive/export.h"
#include "archive/facts.h"
#include "archive/notes.h"
#include "archive/progress.h"
#include "container/summary.h"
#include "live/live.h"

struct medark_servers;

/*
 * As of when the previous archive has all of source `i`, a server: the text that the server gave,
 * borrowed from the export. NULL: it does not say, or is no server's.
 */
const char *medark_servers_since(const struct medark_export *e, size_t i);

/*
 * Fetches from all servers among the sources of `e` (borrowed), into folders beside the archive
 * `out_path`. Errors of medark_live_open() and medark_live_fetch(), with the server's origin;
 * MEDARK_E_INTERRUPTED.
 */
int medark_servers_fetch(const struct medark_export *e, const char *out_path,
			 struct medark_meter *meter, struct medark_servers **out,
			 struct medark_error *err) MEDARK_MUST_USE;
void medark_servers_free(struct medark_servers *s);
MEDARK_DEFINE_AUTO(struct medark_servers, medark_servers_free)

/* What source `i`, which is a server, gave; borrows `s`. */
int medark_servers_source(struct medark_servers *s, size_t i, struct medark_source **out,
			  struct medark_error *err) MEDARK_MUST_USE;

/* Sources that are servers. */
size_t medark_servers_count(const struct medark_servers *s);

/* Did a server give only what has changed since an earlier archive? */
bool medark_servers_has_since(const struct medark_servers *s);

/* Fills in the servers, and as of when they gave what they have. */
void medark_servers_summarise(const struct medark_servers *s, struct medark_summary *out);

/*
 * Takes down what source `i` has and did not give, and warns of it; what it has deleted; and, in
 * `notes`, what else there is to say. Call behind every source; of one that is no server there is
 * nothing. Errors of medark_facts_trouble(), medark_facts_changed(), medark_live_deletions() and
 * medark_notes_remark().
 */
int medark_servers_note(const struct medark_servers *s, size_t i, struct medark_facts *facts,
			struct medark_notes *notes, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Compares the different records of each type with what the servers counted before and after, if
 * all sources are servers; what there are too few of is missing. Types that came several times, and
 * that nobody counted, are, too: others may not have come. What the export expects to be missing is
 * a remark. Errors of medark_facts_trouble() and medark_notes_remark().
 */
int medark_servers_compare(const struct medark_servers *s, struct medark_facts *facts,
			   struct medark_notes *notes, struct medark_error *err) MEDARK_MUST_USE;

/* The archive gets its name next. MEDARK_E_SYSTEM. */
int medark_servers_mark(const struct medark_servers *s, struct medark_error *err) MEDARK_MUST_USE;

/* The archive stands. */
void medark_servers_end(struct medark_servers *s);

#endif
