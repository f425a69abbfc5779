/* SPDX-License-Identifier: Apache-2.0 */
#include "search/query_result.h"

#include "base/text.h"
#include "record/compartment.h"

/* Cuts off what stands before `stop`; *rest is then what stands behind, or empty. */
static struct medark_bytes cut(struct medark_bytes *rest, char stop)
{
	const uint8_t *at = rest->size ? memchr(rest->data, stop, rest->size) : NULL;
	struct medark_bytes head = *rest;
	size_t skip = rest->size;

	if (at) {
		head.size = (size_t)(at - rest->data);
		skip = head.size + 1;
	}
	*rest = medark_bytes(rest->data + skip, rest->size - skip);
	return head;
}

static int wrong(struct medark_search_query *query, const char *name, struct medark_error *err)
{
	return medark_search_refuse(query, "invalid", err, "%s: a value that it cannot have", name);
}

/* The number of `value` in a list of words that ends with NULL; or -1. */
static int choose(struct medark_bytes value, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (medark_bytes_is(value, words[i]))
			return i;
	return -1;
}

static int take_count(struct medark_search_query *query, struct medark_bytes value,
		      struct medark_error *err)
{
	uint64_t n;

	if (!medark_text_decimal(value, MEDARK_SEARCH_COUNT_MAX, &n))
		return wrong(query, "_count", err);
	query->count = (int64_t)n;
	return 0;
}

static int take_summary(struct medark_search_query *query, struct medark_bytes value,
			struct medark_error *err)
{
	static const char *const words[] = { "false", "true", "text", "data", "count", NULL };
	int choice = choose(value, words);

	if (choice < 0)
		return wrong(query, "_summary", err);
	query->summary = (enum medark_search_summary)choice;
	return 0;
}

static int take_total(struct medark_search_query *query, struct medark_bytes value,
		      struct medark_error *err)
{
	static const char *const words[] = { "none", "estimate", "accurate", NULL };
	int choice = choose(value, words);

	if (choice < 0)
		return wrong(query, "_total", err);
	query->total = (enum medark_search_total)(MEDARK_SEARCH_TOTAL_NONE + choice);
	return 0;
}

static int take_elements(struct medark_search_query *query, struct medark_bytes value,
			 struct medark_error *err)
{
	while (value.size) {
		struct medark_bytes name = cut(&value, ',');

		if (query->element_count == MEDARK_SEARCH_ELEMENTS_MAX)
			return medark_search_refuse(query, "too-costly", err,
						    "_elements: more than %d names",
						    MEDARK_SEARCH_ELEMENTS_MAX);
		if (name.size == 0)
			return wrong(query, "_elements", err);
		query->elements[query->element_count++] = name;
	}
	return 0;
}

static const struct medark_search_param *find_param(const struct medark_search_query *query,
						    const struct medark_search_type *type,
						    struct medark_bytes name)
{
	const struct medark_search_param *param = medark_search_param_find(type, name);

	return param && query->setup->is_stu3 && !medark_search_stu3_has(type, param) ? NULL
										      : param;
}

static int take_sort(struct medark_search_query *query, struct medark_bytes value,
		     struct medark_error *err)
{
	while (value.size) {
		struct medark_bytes name = cut(&value, ',');
		bool descending = medark_bytes_starts(name, "-");
		const struct medark_search_param *param;

		if (query->sort_count == MEDARK_SEARCH_SORTS_MAX)
			return medark_search_refuse(query, "too-costly", err,
						    "_sort: more than %d parameters",
						    MEDARK_SEARCH_SORTS_MAX);
		name = medark_bytes(name.data + descending, name.size - descending);
		param = find_param(query, query->type, name);
		if (!param ||
		    (param->kind != MEDARK_SEARCH_DATE && param->kind != MEDARK_SEARCH_TOKEN &&
		     param->kind != MEDARK_SEARCH_STRING))
			return medark_search_refuse(
				query, "not-supported", err,
				"_sort: only by a date, token or string that %s has",
				query->type->name);
		query->sorts[query->sort_count++] =
			(struct medark_search_sort) { param, descending };
	}
	return 0;
}

/* Type:parameter and Type:parameter:Target */
static int take_include(struct medark_search_query *query, const char *name,
			struct medark_bytes modifier, struct medark_bytes value,
			struct medark_error *err)
{
	struct medark_search_include include = { .reverse = strcmp(name, "_revinclude") == 0 };
	struct medark_bytes param;

	/* STU3's word is "recurse". */
	include.iterate =
		medark_bytes_is(modifier, "iterate") || medark_bytes_is(modifier, "recurse");
	if (modifier.size && !include.iterate)
		return medark_search_refuse(query, "not-supported", err,
					    "%s: of the modifiers only ':iterate' is known", name);
	include.type = medark_search_type_find(cut(&value, ':'));
	param = cut(&value, ':');
	if (include.type)
		include.param = find_param(query, include.type, param);
	if (!include.param || include.param->kind != MEDARK_SEARCH_REFERENCE)
		return medark_search_refuse(
			query, "not-supported", err,
			"%s: only Type:parameter with a reference that the type has", name);
	if (value.size && !medark_compartment_find(value))
		return wrong(query, name, err);
	include.target = value;
	if (query->include_count == MEDARK_SEARCH_INCLUDES_MAX)
		return medark_search_refuse(query, "too-costly", err, "%s: more than %d of them",
					    name, MEDARK_SEARCH_INCLUDES_MAX);
	query->includes[query->include_count++] = include;
	return 0;
}

enum which { COUNT, SUMMARY, TOTAL, ELEMENTS, SORT, FORMAT, PRETTY, INCLUDE, REVINCLUDE };
static const char *const names[] = { "_count",	"_summary", "_total",	"_elements",   "_sort",
				     "_format", "_pretty",  "_include", "_revinclude", NULL };

static int take(struct medark_search_query *query, enum which which, struct medark_bytes modifier,
		struct medark_bytes value, struct medark_error *err)
{
	switch (which) {
	case COUNT:
		return take_count(query, value, err);
	case SUMMARY:
		return take_summary(query, value, err);
	case TOTAL:
		return take_total(query, value, err);
	case ELEMENTS:
		return take_elements(query, value, err);
	case SORT:
		return take_sort(query, value, err);
	case INCLUDE:
	case REVINCLUDE:
		return take_include(query, names[which], modifier, value, err);
	default: /* how the answer is written is told by others */
		return 0;
	}
}

int medark_search_query_result(struct medark_search_query *query, struct medark_bytes name,
			       struct medark_bytes modifier, struct medark_bytes value,
			       struct medark_error *err)
{
	int which = choose(name, names);

	if (which < 0)
		return 0;
	if (which < INCLUDE) {
		if (modifier.size)
			return medark_search_refuse(query, "not-supported", err,
						    "%s: no modifier is known", names[which]);
		if (query->seen & UINT64_C(1) << which)
			return medark_search_refuse(query, "invalid", err, "%s: stands twice",
						    names[which]);
		query->seen |= UINT64_C(1) << which;
	}
	MEDARK_TRY(take(query, (enum which)which, modifier, value, err));
	return 1;
}
