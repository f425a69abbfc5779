/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow: fetches what the records of an export lead to and it has not brought: the bytes of
 * Attachments, and records that others refer to, until nothing new is found. For lib/live only. One
 * thread.
 *
 * Attachments are fetched from the server itself alone, and there only where documents lie
 * (attachment_place.h); what comes must look like one (attachment_check.h). Elsewhere nothing is
 * asked for: a record could lead into a network that only this machine can reach (server-side
 * request forgery), and a token must not go there. Those make the archive incomplete. So does a
 * record that comes and is not the one that was asked for.
 */
#ifndef MEDARK_LIVE_FOLLOW_H
#define MEDARK_LIVE_FOLLOW_H

#include "live/haul.h"
#include "live/walk.h"

struct medark_follow_setup {
	struct medark_walk_place place;
	bool wants_references; /* records, too: not after an export that gives all there is */
	/*
	 * Only some patients' records were asked for: records that belong to patients are not
	 * fetched, as they may be another one's.
	 */
	bool is_listed;
};

/*
 * Adds to `haul` what comes, and what does not. A record that the server does not have (404, 410)
 * is a remark. Errors of medark_requests_add() and medark_leads_scan().
 */
int medark_follow_run(const struct medark_follow_setup *setup, struct medark_haul *haul,
		      struct medark_error *err) MEDARK_MUST_USE;

#endif
