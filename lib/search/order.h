/* SPDX-License-Identifier: Apache-2.0 */
/* order: the order that _sort asks for, as keys that memcmp() compares. */
#ifndef MEDARK_SEARCH_ORDER_H
#define MEDARK_SEARCH_ORDER_H

#include "scan/json_tree.h"
#include "search/query.h"

/* Ceiling of a key: what is longer is cut, and then equal. */
#define MEDARK_SEARCH_KEY_MAX 4096

/*
 * Appends the record's key to `key`: medark_bytes_compare() of two keys is the order of two
 * records. Equal keys keep the order in which the records came: the caller sorts stably. Of several
 * values the one counts that comes first in the order asked for; records without any come last,
 * whatever the direction. Dates compare by their beginning, then by their end; tokens by code,
 * without case; strings by their search words. Without _sort a key is empty. MEDARK_E_MEMORY. Any
 * number of threads.
 */
int medark_search_order_key(const struct medark_search_query *query,
			    const struct medark_json_tree *record, struct medark_buffer *key,
			    struct medark_error *err) MEDARK_MUST_USE;

#endif
