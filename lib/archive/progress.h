/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: tells the caller of a long operation how far it is, at most ten times a second and one
 * call at a time, and learns from the answer whether to stop. Any thread.
 */
#ifndef MEDARK_ARCHIVE_PROGRESS_H
#define MEDARK_ARCHIVE_PROGRESS_H

#include "base/cleanup.h"
#include "base/error.h"

#include <medark/common.h>
#include <pthread.h>
#include <time.h>

struct medark_meter {
	const struct medark_events *events; /* may be NULL */
	pthread_mutex_t lock;
	struct medark_progress now;
	int64_t told; /* CLOCK_MONOTONIC, nanoseconds */
};

/* `phase` is a static string; bytes_total 0: not known. */
void medark_meter_init(struct medark_meter *meter, const struct medark_events *events,
		       const char *phase, uint64_t bytes_total);
void medark_meter_clear(struct medark_meter *meter);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_meter, medark_meter_clear)

/* What there is to do, where that becomes known later; before the first thread adds to it. */
void medark_meter_total(struct medark_meter *meter, uint64_t bytes_total);

/* Adds to what is done. MEDARK_E_INTERRUPTED once the caller has said so. */
int medark_meter_add(struct medark_meter *meter, uint64_t bytes, uint64_t records, uint64_t item,
		     struct medark_error *err) MEDARK_MUST_USE;

/*
 * Says how far it is, in place of adding; what `now` says is passed on as it is.
 * MEDARK_E_INTERRUPTED once the caller has said so.
 */
int medark_meter_set(struct medark_meter *meter, const struct medark_progress *now,
		     struct medark_error *err) MEDARK_MUST_USE;

/* Passes on a sentence that the user should read. */
void medark_meter_warn(struct medark_meter *meter, const char *sentence);

/* Passes on what could not be read. */
void medark_meter_unreadable(struct medark_meter *meter, const struct medark_unreadable *what);

/*
 * Warns if a certificate is valid for less than 30 days more: `whose` is "signer" or "recipient",
 * `consequence` what then happens.
 */
void medark_meter_warn_of_expiry(struct medark_meter *meter, const char *whose, const char *subject,
				 time_t end, const char *consequence);

#endif
