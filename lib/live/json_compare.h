/* SPDX-License-Identifier: Apache-2.0 */
/* json_compare: what a server gives back against what it was given. For lib/live only. */
#ifndef MEDARK_LIVE_JSON_COMPARE_H
#define MEDARK_LIVE_JSON_COMPARE_H

#include "base/bytes.h"
#include "live/json.h"

#include <stdbool.h>

#define MEDARK_JSON_PATH_MAX 256

/*
 * Compares two resources by their values, but for `meta` and `id` of the outermost objects; numbers
 * by value, so that 1.10 is 1.1. A reference below `base` (the server's address) is the relative
 * one, with or without a version. False: `path` is where the first difference is, names and
 * indexes only ("name[0].given[1]"), no values.
 * Neither is changed. Any thread.
 */
bool medark_json_compare(json_t *sent, json_t *got, const char *base,
			 char path[MEDARK_JSON_PATH_MAX]);

#endif
