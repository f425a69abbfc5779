/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failures: how often logging in failed under a name or from an address, and until when it is not
 * tried again. Some are free; from then on the wait doubles with each, up to a longest. Memory is
 * bounded: for one more the one that failed longest ago is forgotten, as is what has not failed for
 * a day. One thread at a time.
 */
#ifndef MEDARK_DESK_FAILURES_H
#define MEDARK_DESK_FAILURES_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct medark_failures_rule {
	uint32_t places; /* names or addresses that are remembered */
	uint32_t free;	 /* failures without a wait */
	int64_t first;	 /* ms to wait after the next */
	int64_t longest; /* ms to wait at most */
};

struct medark_failures;

/* MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_failures_new(const struct medark_failures_rule *rule, struct medark_failures **out,
			struct medark_error *err) MEDARK_MUST_USE;
void medark_failures_free(struct medark_failures *f);
MEDARK_DEFINE_AUTO(struct medark_failures, medark_failures_free)

/* When it may be tried again, in ms of the clock of `now`; 0 if it may be now. */
int64_t medark_failures_until(const struct medark_failures *f, struct medark_bytes who,
			      int64_t now);

/*
 * Is it the first time, since who waits failed last, that this is asked while they wait? What is
 * told of those who try all the same is then bounded by how often they fail.
 */
bool medark_failures_is_news(struct medark_failures *f, struct medark_bytes who, int64_t now);

void medark_failures_add(struct medark_failures *f, struct medark_bytes who, int64_t now);

/* It went well: it begins anew. */
void medark_failures_forget(struct medark_failures *f, struct medark_bytes who);

#endif
