/* SPDX-License-Identifier: Apache-2.0 */
/* follow: what a record refers to by a search parameter: what _include brings along. */
#ifndef MEDARK_SEARCH_FOLLOW_H
#define MEDARK_SEARCH_FOLLOW_H

#include "scan/json_tree.h"
#include "search/query.h"
#include "search/values.h"

/* Embedded, no clean-up. */
struct medark_search_follow {
	struct medark_search_values values;
	const struct medark_search_include *include;
};

/* `include` is not reversed; `base` as in link.h. All are borrowed. A record of another type than
 * that of `include` refers to nothing. */
void medark_search_follow_init(struct medark_search_follow *f,
			       const struct medark_search_include *include,
			       const struct medark_json_tree *record, struct medark_bytes base);

/*
 * The type and id of the next record to bring along, in the record's order, repeated ones too;
 * false: no more. Only references on this server lead there, and only those of the type asked for.
 */
bool medark_search_follow_next(struct medark_search_follow *f, struct medark_bytes *out_type,
			       struct medark_bytes *out_id);

/*
 * Does the record, as _revinclude asks, refer to that type and id by the parameter of `include`?
 * Any thread.
 */
bool medark_search_follow_leads(const struct medark_search_include *include,
				const struct medark_json_tree *record, struct medark_bytes base,
				struct medark_bytes type, struct medark_bytes id);

#endif
