/* SPDX-License-Identifier: Apache-2.0 */
/* match_kinds: how one value of a record and one that is looked for compare, by kind. Any thread.
 */
#ifndef MEDARK_SEARCH_MATCH_KINDS_H
#define MEDARK_SEARCH_MATCH_KINDS_H

#include "search/query.h"
#include "search/values.h"

bool medark_search_match_token(const struct medark_json_tree *record,
			       const struct medark_search_param *param,
			       const struct medark_json_node *node,
			       const struct medark_search_value *wanted);

/* Of a Reference's identifier. */
bool medark_search_match_identifier(const struct medark_json_tree *record,
				    const struct medark_json_node *node,
				    const struct medark_search_value *wanted);

bool medark_search_match_reference(const struct medark_search_values *values,
				   const struct medark_json_node *node,
				   const struct medark_search_value *wanted);

bool medark_search_match_quantity(const struct medark_json_tree *record,
				  const struct medark_json_node *node,
				  const struct medark_search_value *wanted);

bool medark_search_match_date(const struct medark_moments *found,
			      const struct medark_search_value *wanted);

/* The stretch of a date, Period or Timing; false: it is none, or has no ends at all. */
bool medark_search_date_of(const struct medark_json_tree *record,
			   const struct medark_json_node *node, const struct medark_zone *zone,
			   struct medark_moments *out);

/* Is the value one of the criterion's? 1 or 0; MEDARK_E_MEMORY. */
int medark_search_match_string(const struct medark_search_query *query,
			       const struct medark_search_criterion *criterion,
			       const struct medark_json_tree *record,
			       const struct medark_json_node *node,
			       struct medark_error *err) MEDARK_MUST_USE;

/* Equal but for the case of ASCII letters? */
bool medark_search_same_code(struct medark_bytes a, struct medark_bytes b);

/* Is it "deceasedBoolean": true or a date? */
bool medark_search_is_deceased(const struct medark_json_tree *record,
			       const struct medark_search_param *param);

#endif
