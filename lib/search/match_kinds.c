/* SPDX-License-Identifier: Apache-2.0 */
#include "search/match_kinds.h"

#include "base/words.h"

/* ---- tokens ---- */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

bool medark_search_same_code(struct medark_bytes a, struct medark_bytes b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return false;
	return true;
}

static bool same_token(struct medark_bytes system, struct medark_bytes code, bool exact,
		       const struct medark_search_value *wanted)
{
	/* "|code": of no system; "system|": whatever the code. */
	if (wanted->has_system && !medark_bytes_equal(system, wanted->system))
		return false;
	if (wanted->text.size == 0)
		return true;
	return exact ? medark_bytes_equal(code, wanted->text)
		     : medark_search_same_code(code, wanted->text);
}

/* A Coding or an Identifier. */
static bool match_pair(const struct medark_json_tree *record, const struct medark_json_node *node,
		       const char *code, const struct medark_search_value *wanted)
{
	return same_token(medark_json_text_at(record, node, "system"),
			  medark_json_text_at(record, node, code), false, wanted);
}

static bool match_concept(const struct medark_json_tree *record,
			  const struct medark_json_node *concept,
			  const struct medark_search_value *wanted)
{
	struct medark_json_walk walk;
	const struct medark_json_node *coding;

	medark_json_walk_init(&walk, record, concept, "coding");
	while ((coding = medark_json_walk_next(&walk)))
		if (match_pair(record, coding, "code", wanted))
			return true;
	return false;
}

/* A code or boolean: its system is not in the record, so that "|code" finds it as well. */
static bool match_primitive(const struct medark_search_param *param,
			    const struct medark_json_node *node,
			    const struct medark_search_value *wanted)
{
	struct medark_bytes system = wanted->system.size && param->system
					     ? medark_bytes_text(param->system)
					     : medark_bytes(NULL, 0);

	return same_token(system, node->text, param->rule == MEDARK_SEARCH_EXACT_CASE, wanted);
}

bool medark_search_match_token(const struct medark_json_tree *record,
			       const struct medark_search_param *param,
			       const struct medark_json_node *node,
			       const struct medark_search_value *wanted)
{
	if (node->kind != MEDARK_JSON_OBJECT_BEGIN)
		return match_primitive(param, node, wanted);
	if (param->rule == MEDARK_SEARCH_CONTACT) {
		struct medark_bytes none = medark_bytes(NULL, 0);

		return same_token(none, medark_json_text_at(record, node, "value"), false, wanted);
	}
	if (medark_json_member(record, node, "coding"))
		return match_concept(record, node, wanted);
	/* An Identifier has no code, and a Coding no value. */
	return match_pair(record, node, medark_json_member(record, node, "code") ? "code" : "value",
			  wanted);
}

bool medark_search_match_identifier(const struct medark_json_tree *record,
				    const struct medark_json_node *node,
				    const struct medark_search_value *wanted)
{
	const struct medark_json_node *identifier = medark_json_member(record, node, "identifier");

	return identifier && match_pair(record, identifier, "value", wanted);
}

bool medark_search_is_deceased(const struct medark_json_tree *record,
			       const struct medark_search_param *param)
{
	struct medark_search_values values;
	const struct medark_json_node *node;

	medark_search_values_init(&values, record, param, medark_bytes(NULL, 0));
	while ((node = medark_search_values_next(&values)))
		if (node->kind != MEDARK_JSON_FALSE)
			return true;
	return false;
}

/* ---- references ---- */

/* url and url|version; what is looked for without a version is found with any. */
static bool match_canonical(struct medark_bytes address, struct medark_bytes wanted)
{
	const uint8_t *bar = address.size ? memchr(address.data, '|', address.size) : NULL;

	if (medark_bytes_equal(address, wanted))
		return true;
	return bar &&
	       medark_bytes_equal(medark_bytes(address.data, (size_t)(bar - address.data)), wanted);
}

bool medark_search_match_reference(const struct medark_search_values *values,
				   const struct medark_json_node *node,
				   const struct medark_search_value *wanted)
{
	struct medark_link link;

	if (node->kind == MEDARK_JSON_STRING)
		return match_canonical(node->text, wanted->text);
	medark_search_values_link(values, node, &link);
	return medark_link_matches(&wanted->link, &link);
}

/* ---- strings ---- */

/* At the beginning, or that of a word, or anywhere. */
static bool find_words(struct medark_bytes text, struct medark_bytes wanted, bool words,
		       bool anywhere)
{
	const uint8_t *at = text.data;
	size_t left = text.size;

	while (left >= wanted.size) {
		const uint8_t *found = memmem(at, left, wanted.data, wanted.size);

		if (!found)
			return false;
		if (anywhere || found == text.data || (words && found[-1] == ' '))
			return true;
		left -= (size_t)(found - at) + 1;
		at = found + 1;
	}
	return false;
}

static bool one_of(const struct medark_search_query *query,
		   const struct medark_search_criterion *criterion, struct medark_bytes text,
		   struct medark_bytes words)
{
	for (size_t i = 0; i < criterion->count; i++) {
		const struct medark_search_value *wanted =
			medark_search_query_value(query, criterion->first + i);

		if (criterion->modifier == MEDARK_SEARCH_EXACT
			    ? medark_bytes_equal(text, wanted->text)
			    : find_words(words,
					 medark_bytes(wanted->words.data, wanted->words.size),
					 criterion->param->rule == MEDARK_SEARCH_WORDS,
					 criterion->modifier == MEDARK_SEARCH_CONTAINS))
			return true;
	}
	return false;
}

static int match_text(const struct medark_search_query *query,
		      const struct medark_search_criterion *criterion, struct medark_bytes text,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer words = MEDARK_BUFFER_SECRET((size_t)1 << 20);

	if (criterion->modifier != MEDARK_SEARCH_EXACT)
		MEDARK_TRY(medark_words_join(text, &words, err));
	return one_of(query, criterion, text, medark_bytes(words.data, words.size));
}

int medark_search_match_string(const struct medark_search_query *query,
			       const struct medark_search_criterion *criterion,
			       const struct medark_json_tree *record,
			       const struct medark_json_node *node, struct medark_error *err)
{
	/* The texts of HumanName and Address; their other members are codes and Periods. */
	static const char *const parts[] = { "text",   "family",     "given",  "prefix",
					     "suffix", "line",	     "city",   "district",
					     "state",  "postalCode", "country" };
	int found = 0;

	if (node->kind == MEDARK_JSON_STRING)
		return match_text(query, criterion, node->text, err);
	for (size_t i = 0; found == 0 && i < sizeof(parts) / sizeof(*parts); i++) {
		struct medark_json_walk walk;
		const struct medark_json_node *part;

		medark_json_walk_init(&walk, record, node, parts[i]);
		while (found == 0 && (part = medark_json_walk_next(&walk)))
			found = match_text(query, criterion, part->text, err);
	}
	return found;
}
