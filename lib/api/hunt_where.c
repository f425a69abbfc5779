/* SPDX-License-Identifier: Apache-2.0 */
/* Where a search looks: what its parameters say of that. */
#include "api/hunt.h"
#include "record/compartment.h"

#include <string.h>

#define DAY 86400

static bool is_path(const struct medark_compartment_path *path, const char *text)
{
	for (size_t i = 0; i < path->depth; i++) {
		size_t size = strlen(path->segments[i]);
		char behind = i + 1 < path->depth ? '.' : 0;

		if (strncmp(text, path->segments[i], size) != 0 || text[size] != behind)
			return false;
		text += size + 1;
	}
	return true;
}

/* Is whatever is found by this parameter in the compartment? Of a Device it is not. */
static bool is_of_compartment(const struct medark_search_query *query,
			      const struct medark_search_param *param)
{
	const struct medark_compartment *row =
		medark_compartment_find(medark_bytes_text(query->type->name));

	for (size_t i = 0; i < MEDARK_SEARCH_PATHS_MAX && param->paths[i]; i++) {
		bool is_there = false;

		for (size_t k = 0; row && k < row->count; k++)
			is_there |= is_path(&row->paths[k], param->paths[i]);
		if (!is_there)
			return false;
	}
	return true;
}

/* The one patient whom a criterion names, by `patient` or `subject`; empty: none, or several. */
static struct medark_bytes named_patient(const struct medark_search_query *query,
					 const struct medark_search_criterion *c)
{
	const struct medark_link *link;
	bool is_patients = c->param->rule == MEDARK_SEARCH_REFERS_TO && c->param->only &&
			   strcmp(c->param->only, "Patient") == 0;

	if (c->param->kind != MEDARK_SEARCH_REFERENCE || c->count != 1 ||
	    !is_of_compartment(query, c->param) || c->modifier != MEDARK_SEARCH_AS_IT_IS ||
	    (strcmp(c->param->name, "patient") != 0 && strcmp(c->param->name, "subject") != 0))
		return medark_bytes(NULL, 0);
	link = &medark_search_query_value(query, c->first)->link;
	if (link->kind == MEDARK_LINK_ID && is_patients)
		return link->id;
	if (link->kind == MEDARK_LINK_LOCAL && medark_bytes_is(link->type, "Patient"))
		return link->id;
	return medark_bytes(NULL, 0);
}

static bool are_digits(struct medark_bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	return text.size > 0;
}

/* Is it one whole day, without a prefix? */
static bool is_day(const struct medark_search_value *value)
{
	int64_t seconds = value->when.to.seconds - value->when.from.seconds;

	return value->prefix == MEDARK_SEARCH_EQ && seconds > DAY - 7200 && seconds < DAY + 7200;
}

/* Does the index of patients know every Patient that this value may find? */
static bool is_indexed(const struct medark_search_criterion *c,
		       const struct medark_search_value *value)
{
	const char *name = c->param->name;

	if (strcmp(name, "identifier") == 0)
		return c->modifier == MEDARK_SEARCH_AS_IT_IS && are_digits(value->text);
	if (strcmp(name, "birthdate") == 0)
		return c->modifier == MEDARK_SEARCH_AS_IT_IS && is_day(value);
	if (strcmp(name, "family") == 0 || strcmp(name, "given") == 0)
		return (c->modifier == MEDARK_SEARCH_AS_IT_IS ||
			c->modifier == MEDARK_SEARCH_EXACT) &&
		       value->words.size > 0 && value->words.size < 200;
	return false;
}

static bool are_indexed(const struct medark_search_query *query,
			const struct medark_search_criterion *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (!is_indexed(c, medark_search_query_value(query, c->first + i)))
			return false;
	return c->count > 0;
}

void medark_hunt_init(struct medark_hunt *hunt, struct medark_api_call *call,
		      const struct medark_search_query *query, struct medark_bytes patient,
		      const struct medark_api_cursor *from)
{
	bool is_patient = strcmp(query->type->name, "Patient") == 0;

	*hunt = (struct medark_hunt) { .call = call,
				       .query = query,
				       .from = *from,
				       .kind = MEDARK_HUNT_ALL,
				       .patient = patient,
				       .keep = MEDARK_HUNT_KEEP,
				       .keys = MEDARK_BUFFER_SECRET(MEDARK_HUNT_KEYS_MAX) };
	for (size_t i = 0; i < query->criterion_count && !hunt->patient.size; i++)
		hunt->patient = named_patient(query, &query->criteria[i]);
	if (hunt->patient.size)
		hunt->kind = MEDARK_HUNT_CHART;
	for (size_t i = 0; i < query->criterion_count && hunt->kind == MEDARK_HUNT_ALL; i++) {
		const struct medark_search_criterion *c = &query->criteria[i];

		hunt->criterion = i;
		if (strcmp(c->param->name, "_id") == 0 && c->modifier == MEDARK_SEARCH_AS_IT_IS)
			hunt->kind = MEDARK_HUNT_NAMES;
		else if (is_patient && are_indexed(query, c))
			hunt->kind = MEDARK_HUNT_SOME;
	}
}
