/* SPDX-License-Identifier: Apache-2.0 */
#include "search/match.h"

#include "search/match_kinds.h"

/* Whether one value of the record is one of those looked for. A string is elsewhere. */
static bool one_of(const struct medark_search_query *query,
		   const struct medark_search_criterion *criterion,
		   const struct medark_search_values *values, const struct medark_json_node *node)
{
	enum medark_search_kind kind = criterion->param->kind;
	struct medark_moments when = { 0 };
	bool found = false;

	/* Read once, however many are looked for. */
	if (kind == MEDARK_SEARCH_DATE &&
	    !medark_search_date_of(values->tree, node, query->setup->zone, &when))
		return false;
	for (size_t i = 0; !found && i < criterion->count; i++) {
		const struct medark_search_value *wanted =
			medark_search_query_value(query, criterion->first + i);

		if (criterion->modifier == MEDARK_SEARCH_IDENTIFIER)
			found = medark_search_match_identifier(values->tree, node, wanted);
		else if (kind == MEDARK_SEARCH_TOKEN)
			found = medark_search_match_token(values->tree, criterion->param, node,
							  wanted);
		else if (kind == MEDARK_SEARCH_REFERENCE)
			found = medark_search_match_reference(values, node, wanted);
		else if (kind == MEDARK_SEARCH_DATE)
			found = medark_search_match_date(&when, wanted);
		else if (kind == MEDARK_SEARCH_QUANTITY)
			found = medark_search_match_quantity(values->tree, node, wanted);
		else
			found = medark_bytes_equal(node->text, wanted->text);
	}
	return found;
}

/* 1 or 0: whether any value of the record is. */
static int any(const struct medark_search_query *query,
	       const struct medark_search_criterion *criterion,
	       const struct medark_json_tree *record, struct medark_error *err)
{
	struct medark_search_values values;
	const struct medark_json_node *node;
	int found = 0;

	medark_search_values_init(&values, record, criterion->param, query->setup->base);
	while (found == 0 && (node = medark_search_values_next(&values)))
		found = criterion->param->kind == MEDARK_SEARCH_STRING
				? medark_search_match_string(query, criterion, record, node, err)
				: one_of(query, criterion, &values, node);
	return found;
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
