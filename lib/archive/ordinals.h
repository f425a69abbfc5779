/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ordinals: numbers patients in the order in which they are first met, so that the records of one
 * patient can be put next to each other whatever file they come from. Holds hashes only, bounded:
 * when it is full, further patients get the ordinal "late" and are merely kept apart by window.
 * Keyed with a random seed: a source cannot aim at collisions. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_ORDINALS_H
#define MEDARK_ARCHIVE_ORDINALS_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>

/* The ordinal of records without a patient: they come first. Patients count from 1. */
#define MEDARK_ORDINAL_NONE 0
#define MEDARK_ORDINAL_LATE UINT32_MAX

struct medark_ordinals;

/* `max`: how many patients at most; memory grows up to about 24 bytes for each. */
int medark_ordinals_new(uint32_t max, struct medark_ordinals **out,
			struct medark_error *err) MEDARK_MUST_USE;
void medark_ordinals_free(struct medark_ordinals *o);
MEDARK_DEFINE_AUTO(struct medark_ordinals, medark_ordinals_free)

/* The ordinal of the patient whose key has this hash; a new one gets the next number. */
int medark_ordinals_get(struct medark_ordinals *o, uint64_t hash, uint32_t *out,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
