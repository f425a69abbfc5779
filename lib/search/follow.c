/* SPDX-License-Identifier: Apache-2.0 */
#include "search/follow.h"

void medark_search_follow_init(struct medark_search_follow *f,
			       const struct medark_search_include *include,
			       const struct medark_json_tree *record, struct medark_bytes base)
{
	struct medark_bytes type =
		medark_json_text_at(record, medark_json_tree_root(record), "resourceType");

	f->include = include;
	medark_search_values_init(&f->values, record, include->param, base);
	if (!medark_bytes_is(type, include->type->name))
		f->values.path = MEDARK_SEARCH_PATHS_MAX;
}

bool medark_search_follow_next(struct medark_search_follow *f, struct medark_bytes *out_type,
			       struct medark_bytes *out_id)
{
	struct medark_bytes target = f->include->target;
	const struct medark_json_node *node;
	struct medark_link link;

	while ((node = medark_search_values_next(&f->values))) {
		medark_search_values_link(&f->values, node, &link);
		if (link.kind != MEDARK_LINK_LOCAL ||
		    (target.size && !medark_bytes_equal(target, link.type)))
			continue;
		*out_type = link.type;
		*out_id = link.id;
		return true;
	}
	return false;
}

bool medark_search_follow_leads(const struct medark_search_include *include,
				const struct medark_json_tree *record, struct medark_bytes base,
				struct medark_bytes type, struct medark_bytes id)
{
	struct medark_search_follow f;
	struct medark_bytes found_type, found_id;

	medark_search_follow_init(&f, include, record, base);
	while (medark_search_follow_next(&f, &found_type, &found_id))
		if (medark_bytes_equal(found_type, type) && medark_bytes_equal(found_id, id))
			return true;
	return false;
}
