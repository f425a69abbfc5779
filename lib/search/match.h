/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match: whether a record is found by a query (https://hl7.org/fhir/R4/search.html; what is left
 * open there is settled in docs/FHIR-API.md).
 */
#ifndef MEDARK_SEARCH_MATCH_H
#define MEDARK_SEARCH_MATCH_H

#include "scan/json_tree.h"
#include "search/query.h"

/*
 * 1: the record is of the query's type, and every criterion holds; 0: not so. MEDARK_E_MEMORY. Both
 * are only read: any number of threads.
 */
int medark_search_match(const struct medark_search_query *query,
			const struct medark_json_tree *record,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
