/* SPDX-License-Identifier: Apache-2.0 */
/* values: what a record has for a search parameter, one value after the other. Any thread. */
#ifndef MEDARK_SEARCH_VALUES_H
#define MEDARK_SEARCH_VALUES_H

#include "scan/json_tree.h"
#include "search/link.h"
#include "search/param_table.h"

/* Embedded, no clean-up; what it was made with is borrowed. */
struct medark_search_values {
	const struct medark_json_tree *tree;
	const struct medark_search_param *param;
	struct medark_bytes base;
	size_t path; /* the next one */
	struct medark_json_walk walk;
};

/* `base` as in link.h. */
void medark_search_values_init(struct medark_search_values *v, const struct medark_json_tree *tree,
			       const struct medark_search_param *param, struct medark_bytes base);

/*
 * The next value; NULL: no more. Those that a rule of the parameter leaves out (another system of
 * ContactPoints, references to another type) are passed over. A reference that does not say to what
 * type it leads may lead to any. MEDARK_SEARCH_IS_DECEASED is not looked at here.
 */
const struct medark_json_node *medark_search_values_next(struct medark_search_values *v);

/*
 * The target of a value that is a Reference; or of a string, which is a canonical address.
 * MEDARK_LINK_NONE: it has none.
 */
void medark_search_values_link(const struct medark_search_values *v,
			       const struct medark_json_node *value, struct medark_link *out);

#endif
