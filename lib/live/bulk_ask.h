/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulk_ask: asks a server to export (FHIR Bulk Data Access, "Bulk Data Kick-off Request"). For
 * lib/live only. One thread.
 */
#ifndef MEDARK_LIVE_BULK_ASK_H
#define MEDARK_LIVE_BULK_ASK_H

#include "live/bulk.h"
#include "live/bulk_job.h"

/* What would be asked for, below the base: a job that was asked for something else is no use. */
int medark_bulk_asked(const struct medark_bulk_setup *setup, struct medark_buffer *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Asks, with GET, which STU1 to STU3 have, or POST, which STU4 keeps. Fills in where the job
 * stands, and whether it gives only what has changed: a server that does not know how to tell is
 * asked for everything. MEDARK_E_NOT_FOUND: it has no bulk export at this level; MEDARK_E_REMOTE:
 * it refuses; errors of medark_talk_send().
 */
int medark_bulk_ask(const struct medark_bulk_setup *setup, struct medark_bulk_job *job,
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
