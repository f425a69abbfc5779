/* SPDX-License-Identifier: Apache-2.0 */
/* live_source: the files that a bulk export gave, as entries of a source. For lib/live only. */
#ifndef MEDARK_LIVE_LIVE_SOURCE_H
#define MEDARK_LIVE_LIVE_SOURCE_H

#include "live/bulk.h"
#include "source/source.h"

/*
 * Entries are called by what the server said that they hold, and by their place in its list:
 * Patient.000001.ndjson. All is borrowed while the source and its streams live.
 */
int medark_live_source_new(const struct medark_bulk *bulk, int folder, struct medark_bytes secret,
			   struct medark_source **out, struct medark_error *err) MEDARK_MUST_USE;

#endif
