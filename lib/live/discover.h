/* SPDX-License-Identifier: Apache-2.0 */
/* discover: where a FHIR server's tokens are fetched (SMART App Launch 2 section 4). */
#ifndef MEDARK_LIVE_DISCOVER_H
#define MEDARK_LIVE_DISCOVER_H

#include "live/talk.h"

/*
 * Asks the server talk->base for it, unless talk->auth knows already, or needs no token.
 * MEDARK_E_REMOTE: it does not say, or names a place that nothing must be sent to;
 * MEDARK_E_MEMORY. One thread at a time.
 */
int medark_discover_tokens(const struct medark_talk *talk,
			   struct medark_error *err) MEDARK_MUST_USE;

#endif
