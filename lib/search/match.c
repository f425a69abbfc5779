/* SPDX-License-Identifier: Apache-2.0 */
#include "search/match.h"

#include "search/match_kinds.h"

/* 1 or 0: whether one value of the record is one of those looked for. */
static int one_of(const struct medark_search_query *query,
		  const struct medark_search_criterion *criterion,
		  const struct medark_search_values *values, const struct medark_json_node *node,
		  const struct medark_search_value *wanted, struct medark_error *err)
{
	const struct medark_json_tree *record = values->tree;
	struct medark_moments when;

	if (criterion->modifier == MEDARK_SEARCH_IDENTIFIER)
		return medark_search_match_identifier(record, node, wanted);
	switch (criterion->param->kind) {
	case MEDARK_SEARCH_TOKEN:
		return medark_search_match_token(record, criterion->param, node, wanted);
	case MEDARK_SEARCH_REFERENCE:
		return medark_search_match_reference(values, node, wanted);
	case MEDARK_SEARCH_DATE:
		return medark_search_date_of(record, node, query->setup->zone, &when) &&
		       medark_search_match_date(&when, wanted);
	case MEDARK_SEARCH_QUANTITY:
		return medark_search_match_quantity(record, node, wanted);
	case MEDARK_SEARCH_STRING:
		return medark_search_match_string(record, criterion->param, criterion->modifier,
						  node, wanted, err);
	default:
		return medark_bytes_equal(node->text, wanted->text);
	}
}

static int any(const struct medark_search_query *query,
	       const struct medark_search_criterion *criterion,
	       const struct medark_json_tree *record, struct medark_error *err)
{
	struct medark_search_values values;
	const struct medark_json_node *node;

	medark_search_values_init(&values, record, criterion->param, query->setup->base);
	while ((node = medark_search_values_next(&values))) {
		for (size_t i = 0; i < criterion->count; i++) {
			int found =
				one_of(query, criterion, &values, node,
				       medark_search_query_value(query, criterion->first + i), err);

			if (found)
				return found;
		}
	}
	return 0;
}

static bool has_value(const struct medark_search_query *query,
		      const struct medark_search_criterion *criterion,
		      const struct medark_json_tree *record)
{
	struct medark_search_values values;

	/* Everybody is deceased, or is not. */
	if (criterion->param->rule == MEDARK_SEARCH_IS_DECEASED)
		return true;
	medark_search_values_init(&values, record, criterion->param, query->setup->base);
	return medark_search_values_next(&values) != NULL;
}

/* A boolean that no element of the record holds. */
static bool deceased(const struct medark_search_query *query,
		     const struct medark_search_criterion *criterion,
		     const struct medark_json_tree *record)
{
	bool is = medark_search_is_deceased(record, criterion->param);
	struct medark_json_node node = {
		.kind = is ? MEDARK_JSON_TRUE : MEDARK_JSON_FALSE,
		.text = medark_bytes_text(is ? "true" : "false"),
	};

	for (size_t i = 0; i < criterion->count; i++)
		if (medark_search_match_token(
			    record, criterion->param, &node,
			    medark_search_query_value(query, criterion->first + i)))
			return true;
	return false;
}

static int holds(const struct medark_search_query *query,
		 const struct medark_search_criterion *criterion,
		 const struct medark_json_tree *record, struct medark_error *err)
{
	int found;

	if (criterion->modifier == MEDARK_SEARCH_MISSING) {
		bool wanted = medark_bytes_is(
			medark_search_query_value(query, criterion->first)->text, "true");

		return has_value(query, criterion, record) != wanted;
	}
	found = criterion->param->rule == MEDARK_SEARCH_IS_DECEASED
			? deceased(query, criterion, record)
			: any(query, criterion, record, err);
	if (found >= 0 && criterion->modifier == MEDARK_SEARCH_NOT)
		found = !found;
	return found;
}

int medark_search_match(const struct medark_search_query *query,
			const struct medark_json_tree *record, struct medark_error *err)
{
	if (!medark_bytes_is(
		    medark_json_text_at(record, medark_json_tree_root(record), "resourceType"),
		    query->type->name))
		return 0;
	for (size_t i = 0; i < query->criterion_count; i++) {
		int found = holds(query, &query->criteria[i], record, err);

		if (found <= 0)
			return found;
	}
	return 1;
}
