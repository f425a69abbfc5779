/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: a search of one resource type, out of decoded pairs of name and value
 * (https://hl7.org/fhir/R4/search.html). Which records it finds is said by match.h.
 */
#ifndef MEDARK_SEARCH_QUERY_H
#define MEDARK_SEARCH_QUERY_H

#include "search/form.h"
#include "search/value.h"

#define MEDARK_SEARCH_VALUES_MAX   1024 /* of all lists together */
#define MEDARK_SEARCH_SORTS_MAX	   8
#define MEDARK_SEARCH_INCLUDES_MAX 32
#define MEDARK_SEARCH_ELEMENTS_MAX 64
#define MEDARK_SEARCH_COUNT_MAX	   1000000000

/* One of `count` values from number `first` on must match. */
struct medark_search_criterion {
	const struct medark_search_param *param;
	enum medark_search_modifier modifier;
	size_t first;
	size_t count;
};

struct medark_search_sort {
	const struct medark_search_param *param;
	bool descending;
};

/*
 * Of _include: what the found records of `type` refer to by `param`. Of _revinclude: the records of
 * `type` that refer by `param` to what was found.
 */
struct medark_search_include {
	const struct medark_search_type *type;
	const struct medark_search_param *param;
	struct medark_bytes target; /* only this type; or empty */
	bool reverse;
	bool iterate; /* also for what was included */
};

enum medark_search_summary {
	MEDARK_SEARCH_SUMMARY_FALSE = 0,
	MEDARK_SEARCH_SUMMARY_TRUE,
	MEDARK_SEARCH_SUMMARY_TEXT,
	MEDARK_SEARCH_SUMMARY_DATA,
	MEDARK_SEARCH_SUMMARY_COUNT,
};

enum medark_search_total {
	MEDARK_SEARCH_TOTAL_ANY = 0, /* not asked for */
	MEDARK_SEARCH_TOTAL_NONE,
	MEDARK_SEARCH_TOTAL_ESTIMATE,
	MEDARK_SEARCH_TOTAL_ACCURATE,
};

struct medark_search_query {
	const struct medark_search_type *type;
	const struct medark_search_setup *setup; /* borrowed */
	/* All of them must hold. */
	struct medark_search_criterion criteria[MEDARK_FORM_PAIRS_MAX];
	size_t criterion_count;
	struct medark_buffer values; /* struct medark_search_value */
	struct medark_buffer texts;  /* values without their escapes */

	struct medark_search_sort sorts[MEDARK_SEARCH_SORTS_MAX];
	size_t sort_count;
	struct medark_search_include includes[MEDARK_SEARCH_INCLUDES_MAX];
	size_t include_count;
	struct medark_bytes elements[MEDARK_SEARCH_ELEMENTS_MAX]; /* of the pairs */
	size_t element_count;
	enum medark_search_summary summary;
	enum medark_search_total total;
	int64_t count; /* records on a page; -1: not asked for */

	/* Pairs that play no part: not declared, or without a value. By number, in order. */
	uint8_t ignored[MEDARK_FORM_PAIRS_MAX];
	size_t ignored_count;
	/* After MEDARK_E_USAGE: the code for OperationOutcome.issue. */
	const char *issue;
	uint64_t seen; /* which of the parameters that may stand once have come */
};

/* Wiped. May be called on a zeroed object. */
void medark_search_query_clear(struct medark_search_query *query);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_search_query, medark_search_query_clear)

/*
 * Makes a query of pairs, as medark_form_parse() leaves them; they are borrowed as `setup` is. What
 * `query` held before goes. The caller clears it also after a failure. MEDARK_E_USAGE: what is
 * asked for cannot be, with a sentence that names the parameter, but no value, as that may be a
 * patient's, and the issue's code: "not-supported" (modifiers, chains, includes), "invalid"
 * (values, a parameter of which one is the most), "too-costly" (past a bound). MEDARK_E_MEMORY.
 */
int medark_search_query_parse(struct medark_search_query *query,
			      const struct medark_search_type *type,
			      const struct medark_form_pair *pairs, size_t count,
			      const struct medark_search_setup *setup,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Value number i of the query, as criteria count them. */
const struct medark_search_value *medark_search_query_value(const struct medark_search_query *query,
							    size_t i);

#endif
