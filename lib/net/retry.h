/* SPDX-License-Identifier: Apache-2.0 */
/* retry: how long to wait before a request is sent again. Any thread. */
#ifndef MEDARK_NET_RETRY_H
#define MEDARK_NET_RETRY_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

/* Bounds of a wait, in seconds. */
struct medark_retry_bounds {
	double least, most;
};
#define MEDARK_RETRY_BOUNDS                                                                        \
	{                                                                                          \
		.least = 1, .most = 300                                                            \
	}

/*
 * Seconds to wait by a Retry-After header (RFC 9110 section 10.2.3): seconds, an HTTP date, or the
 * seconds since 1970 that some servers send instead. `now`: seconds since 1970. Within the bounds,
 * whatever the server wants; false if the value is none of the three.
 */
bool medark_retry_after(struct medark_bytes value, int64_t now,
			const struct medark_retry_bounds *bounds, double *out);

/*
 * Seconds to wait before attempt `attempt` (from 1) is repeated where the server does not say:
 * doubled each time, and half of it by chance (`random`: any 32 bits), so that many clients do not
 * come back together.
 */
double medark_retry_delay(unsigned attempt, uint32_t random,
			  const struct medark_retry_bounds *bounds);

#endif
