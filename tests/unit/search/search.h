/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of queries share: a query and a record out of texts. */
#ifndef MEDARK_TEST_SEARCH_H
#define MEDARK_TEST_SEARCH_H

#include "../test.h"

#include "search/match.h"

#include <string.h>

static struct medark_zone zone;
static struct medark_search_setup setup = { .zone = &zone };
static struct medark_form form;
static struct medark_search_query query = { .count = -1 };
static struct medark_json_tree tree;
static struct medark_error err;

static inline int clear_all(void **state)
{
	(void)state;
	medark_search_query_clear(&query);
	medark_form_clear(&form);
	medark_json_tree_clear(&tree);
	setup.base = medark_bytes(NULL, 0);
	setup.strict = false;
	return 0;
}

static inline int make_query(const char *type, const char *text)
{
	assert_int_equal(medark_form_parse(&form, medark_bytes_text(text), NULL), 0);
	return medark_search_query_parse(&query, medark_search_type_find(medark_bytes_text(type)),
					 form.pairs, form.count, &setup, &err);
}

/* Single quotes stand for double ones. */
static inline const struct medark_json_tree *record(const char *text)
{
	static char line[4096];
	size_t n = strlen(text);

	assert_true(n < sizeof(line));
	for (size_t i = 0; i < n; i++)
		line[i] = text[i] == '\'' ? '"' : text[i];
	assert_int_equal(medark_json_tree_parse(&tree, medark_bytes(line, n), NULL), 0);
	return &tree;
}

/* The type of the record's. */
static inline bool finds(const char *text, const char *record_text)
{
	struct medark_bytes type;
	const struct medark_json_tree *r = record(record_text);
	int found;

	type = medark_json_text_at(r, medark_json_tree_root(r), "resourceType");
	assert_int_equal(medark_form_parse(&form, medark_bytes_text(text), NULL), 0);
	if (medark_search_query_parse(&query, medark_search_type_find(type), form.pairs, form.count,
				      &setup, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	found = medark_search_match(&query, r, NULL);
	assert_true(found >= 0);
	return found;
}

#endif
