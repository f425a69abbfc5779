/* SPDX-License-Identifier: Apache-2.0 */
/* query_result: the parameters that say what the answer looks like: _sort, _include, _count … */
#ifndef MEDARK_SEARCH_QUERY_RESULT_H
#define MEDARK_SEARCH_QUERY_RESULT_H

#include "search/query.h"

/*
 * Takes a pair into `query` if it is one of these: 1; or 0. `name` is without `modifier`, which
 * stands behind ':'. MEDARK_E_USAGE, with query->issue. One thread.
 */
int medark_search_query_result(struct medark_search_query *query, struct medark_bytes name,
			       struct medark_bytes modifier, struct medark_bytes value,
			       struct medark_error *err) MEDARK_MUST_USE;

/* Sets the issue's code; its value is MEDARK_E_USAGE. */
#define medark_search_refuse(query, code, err, ...)                                                \
	({                                                                                         \
		(query)->issue = (code);                                                           \
		medark_error_set((err), MEDARK_E_USAGE, __VA_ARGS__);                              \
	})

#endif
