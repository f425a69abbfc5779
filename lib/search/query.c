/* SPDX-License-Identifier: Apache-2.0 */
#include "search/query.h"

#include "record/compartment.h"
#include "search/query_result.h"

static struct medark_search_value *value_at(const struct medark_search_query *query, size_t i)
{
	return (struct medark_search_value *)(void *)query->values.data + i;
}

const struct medark_search_value *medark_search_query_value(const struct medark_search_query *query,
							    size_t i)
{
	return value_at(query, i);
}

static size_t value_count(const struct medark_search_query *query)
{
	return query->values.size / sizeof(struct medark_search_value);
}

void medark_search_query_clear(struct medark_search_query *query)
{
	for (size_t i = 0; i < value_count(query); i++)
		medark_search_value_clear(value_at(query, i));
	medark_buffer_clear(&query->values);
	medark_buffer_clear(&query->texts);
	*query = (struct medark_search_query) { .count = -1 };
}

/* ---- modifiers ---- */

static bool is_refused_everywhere(struct medark_bytes name)
{
	/* They choose records, so that without them there would be too many. */
	static const char *const names[] = { "_has",   "_filter",  "_text",	"_list",
					     "_query", "_content", "_contained" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (medark_bytes_is(name, names[i]))
			return true;
	return false;
}

static bool find_modifier(const struct medark_search_param *param, struct medark_bytes text,
			  enum medark_search_modifier *out)
{
	static const struct {
		const char *name;
		enum medark_search_modifier modifier;
		int kind; /* 0: all */
	} known[] = {
		{ "missing", MEDARK_SEARCH_MISSING, 0 },
		{ "not", MEDARK_SEARCH_NOT, MEDARK_SEARCH_TOKEN },
		{ "exact", MEDARK_SEARCH_EXACT, MEDARK_SEARCH_STRING },
		{ "contains", MEDARK_SEARCH_CONTAINS, MEDARK_SEARCH_STRING },
		{ "identifier", MEDARK_SEARCH_IDENTIFIER, MEDARK_SEARCH_REFERENCE },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (medark_bytes_is(text, known[i].name) &&
		    (!known[i].kind || known[i].kind == (int)param->kind)) {
			*out = known[i].modifier;
			return true;
		}
	}
	*out = text.size ? MEDARK_SEARCH_TYPE_OF : MEDARK_SEARCH_AS_IT_IS;
	return text.size == 0 ||
	       (param->kind == MEDARK_SEARCH_REFERENCE && medark_compartment_find(text));
}

/* ---- values ---- */

/* subject:Patient=1 is subject=Patient/1. */
static int narrow(struct medark_search_query *query, const struct medark_search_param *param,
		  struct medark_search_value *value, struct medark_bytes type,
		  struct medark_error *err)
{
	if (value->link.kind == MEDARK_LINK_ID) {
		value->link.kind = MEDARK_LINK_LOCAL;
		value->link.type = type;
	}
	if (value->link.kind != MEDARK_LINK_LOCAL || !medark_bytes_equal(value->link.type, type))
		return medark_search_refuse(query, "invalid", err,
					    "%s: a reference that is not of the type asked for",
					    param->name);
	return 0;
}

static int add_value(struct medark_search_query *query, const struct medark_search_param *param,
		     enum medark_search_modifier modifier, struct medark_bytes type,
		     struct medark_bytes raw, struct medark_error *err)
{
	struct medark_search_value value = { 0 };
	uint8_t *room = query->texts.data + query->texts.size;
	int result;

	if (value_count(query) == MEDARK_SEARCH_VALUES_MAX)
		return medark_search_refuse(query, "too-costly", err, "%s: more than %d values",
					    param->name, MEDARK_SEARCH_VALUES_MAX);
	query->issue = "invalid";
	result = medark_search_value_parse(&value, raw, room, param, modifier, query->setup, err);
	query->texts.size += raw.size;
	if (result == 0 && modifier == MEDARK_SEARCH_TYPE_OF)
		result = narrow(query, param, &value, type, err);
	if (result == 0)
		result = medark_buffer_add(&query->values, &value, sizeof(value), err);
	if (result < 0)
		medark_search_value_clear(&value);
	return result;
}

static int add_criterion(struct medark_search_query *query, const struct medark_search_param *param,
			 struct medark_bytes modifier, struct medark_bytes list,
			 struct medark_error *err)
{
	struct medark_search_criterion *c = &query->criteria[query->criterion_count];

	*c = (struct medark_search_criterion) { .param = param, .first = value_count(query) };
	if (!find_modifier(param, modifier, &c->modifier))
		return medark_search_refuse(query, "not-supported", err,
					    "%s: this modifier is not known for it", param->name);
	for (;;) {
		size_t n = medark_search_value_length(list);

		MEDARK_TRY(add_value(query, param, c->modifier, modifier,
				     medark_bytes(list.data, n), err));
		if (n == list.size)
			break;
		list = medark_bytes(list.data + n + 1, list.size - n - 1);
	}
	c->count = value_count(query) - c->first;
	if (c->modifier == MEDARK_SEARCH_MISSING && c->count > 1)
		return medark_search_refuse(query, "invalid", err,
					    "%s: ':missing' wants true or false", param->name);
	query->criterion_count++;
	return 0;
}

/* ---- pairs ---- */

static int not_declared(struct medark_search_query *query, struct medark_bytes name, size_t number,
			struct medark_error *err)
{
	struct medark_bytes first = { name.data, 0 };

	while (first.size < name.size && !strchr(".:", name.data[first.size]))
		first.size++;
	if (first.size < name.size && medark_search_param_find(query->type, first))
		return medark_search_refuse(query, "not-supported", err,
					    "chained parameters are not supported");
	if (is_refused_everywhere(name))
		return medark_search_refuse(query, "not-supported", err,
					    "parameter number %zu, which chooses records, is not "
					    "supported",
					    number + 1);
	if (query->setup->strict)
		return medark_search_refuse(query, "not-supported", err,
					    "parameter number %zu is not declared for %s",
					    number + 1, query->type->name);
	query->ignored[query->ignored_count++] = (uint8_t)number;
	return 0;
}

static int add_pair(struct medark_search_query *query, const struct medark_form_pair *pair,
		    size_t number, struct medark_error *err)
{
	struct medark_bytes name = pair->name, modifier = { 0 };
	const uint8_t *colon = memchr(name.data, ':', name.size);
	const struct medark_search_param *param;
	int taken;

	if (colon) {
		name.size = (size_t)(colon - name.data);
		modifier = medark_bytes(colon + 1, pair->name.size - name.size - 1);
		/* subject:Patient.name is a chain, and no modifier. */
		if (memchr(modifier.data, '.', modifier.size))
			name = pair->name;
	}
	param = medark_search_param_find(query->type, name);
	if (param && query->setup->is_stu3 && !medark_search_stu3_has(query->type, param))
		return medark_search_refuse(query, "not-supported", err,
					    "%s: records of STU3 have no such element",
					    param->name);
	if (pair->value.size == 0 && (param || name.data[0] == '_')) {
		query->ignored[query->ignored_count++] = (uint8_t)number;
		return 0;
	}
	if (colon && !modifier.size)
		return medark_search_refuse(query, "not-supported", err,
					    "parameter number %zu has an empty modifier",
					    number + 1);
	taken = medark_search_query_result(query, name, modifier, pair->value, err);
	if (taken)
		return taken < 0 ? taken : 0;
	if (param)
		return add_criterion(query, param, modifier, pair->value, err);
	return not_declared(query, name, number, err);
}

int medark_search_query_parse(struct medark_search_query *query,
			      const struct medark_search_type *type,
			      const struct medark_form_pair *pairs, size_t count,
			      const struct medark_search_setup *setup, struct medark_error *err)
{
	size_t room = 0;

	medark_search_query_clear(query);
	query->type = type;
	query->setup = setup;
	query->values.limit = MEDARK_SEARCH_VALUES_MAX * sizeof(struct medark_search_value);
	query->values.secret = true;
	if (count > MEDARK_FORM_PAIRS_MAX)
		return medark_search_refuse(query, "too-costly", err, "more than %d parameters",
					    MEDARK_FORM_PAIRS_MAX);
	for (size_t i = 0; i < count; i++)
		room += pairs[i].value.size;
	/* Views into it stand in values: it must not move. */
	query->texts = (struct medark_buffer)MEDARK_BUFFER_SECRET(room);
	if (room)
		MEDARK_TRY(medark_buffer_reserve(&query->texts, room, err));
	for (size_t i = 0; i < count; i++)
		MEDARK_TRY(add_pair(query, &pairs[i], i, err));
	query->issue = NULL;
	return 0;
}
