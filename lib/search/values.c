/* SPDX-License-Identifier: Apache-2.0 */
#include "search/values.h"

void medark_search_values_init(struct medark_search_values *v, const struct medark_json_tree *tree,
			       const struct medark_search_param *param, struct medark_bytes base)
{
	v->tree = tree;
	v->param = param;
	v->base = base;
	v->path = 0;
	v->walk.depth = 0;
}

void medark_search_values_link(const struct medark_search_values *v,
			       const struct medark_json_node *value, struct medark_link *out)
{
	struct medark_bytes text = value->text;

	if (value->kind == MEDARK_JSON_OBJECT_BEGIN)
		text = medark_json_text_at(v->tree, value, "reference");
	medark_link_parse(text, v->base, out);
	/* "1" alone is a form of queries. */
	if (out->kind == MEDARK_LINK_ID)
		out->kind = MEDARK_LINK_NONE;
}

/* The type of the contained resource that "#id" names; empty if there is none. */
static struct medark_bytes contained_type(const struct medark_json_tree *tree,
					  struct medark_bytes id)
{
	struct medark_json_walk walk;
	const struct medark_json_node *n;

	medark_json_walk_init(&walk, tree, medark_json_tree_root(tree), "contained");
	while ((n = medark_json_walk_next(&walk)))
		if (medark_bytes_equal(medark_json_text_at(tree, n, "id"), id))
			return medark_json_text_at(tree, n, "resourceType");
	return medark_bytes(NULL, 0);
}

static bool refers_to(const struct medark_search_values *v, const struct medark_json_node *value)
{
	struct medark_bytes text = medark_json_text_at(v->tree, value, "reference");
	struct medark_link link;
	struct medark_bytes type;

	medark_link_parse(text, v->base, &link);
	type = link.type;
	if (medark_bytes_starts(text, "#"))
		type = contained_type(v->tree, medark_bytes(text.data + 1, text.size - 1));
	if (type.size == 0)
		type = medark_json_text_at(v->tree, value, "type");
	return type.size == 0 || medark_bytes_is(type, v->param->only);
}

static bool counts(const struct medark_search_values *v, const struct medark_json_node *value)
{
	switch (v->param->rule) {
	case MEDARK_SEARCH_REFERS_TO:
		return refers_to(v, value);
	case MEDARK_SEARCH_CONTACT:
		return !v->param->only ||
		       medark_bytes_is(medark_json_text_at(v->tree, value, "system"),
				       v->param->only);
	default:
		return true;
	}
}

const struct medark_json_node *medark_search_values_next(struct medark_search_values *v)
{
	for (;;) {
		const struct medark_json_node *value = medark_json_walk_next(&v->walk);

		if (value && counts(v, value))
			return value;
		if (value)
			continue;
		if (v->path == MEDARK_SEARCH_PATHS_MAX || !v->param->paths[v->path])
			return NULL;
		medark_json_walk_init(&v->walk, v->tree, medark_json_tree_root(v->tree),
				      v->param->paths[v->path++]);
	}
}
