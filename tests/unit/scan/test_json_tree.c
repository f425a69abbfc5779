/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "scan/json_tree.h"

#include <string.h>

static struct medark_json_tree tree;

static int clear(void **state)
{
	(void)state;
	medark_json_tree_clear(&tree);
	return 0;
}

static const struct medark_json_node *parse(const char *text)
{
	assert_int_equal(medark_json_tree_parse(&tree, medark_bytes_text(text), NULL), 0);
	return medark_json_tree_root(&tree);
}

static void assert_text(struct medark_bytes text, const char *wanted)
{
	if (!medark_bytes_is(text, wanted))
		fail_msg("'%.*s' instead of '%s'", (int)text.size, (const char *)text.data, wanted);
}

static void values_are_as_they_stand(void **state)
{
	const struct medark_json_node *root = parse(
		" {\"n\": 1.10, \"s\":\"a\\u0062\\n\",\"t\":true,\"z\":null,\"o\":{ }, \"a\":[1,[2],{}]}\n");

	(void)state;
	assert_int_equal(root->kind, MEDARK_JSON_OBJECT_BEGIN);
	assert_text(medark_json_text_at(&tree, root, "n"), "1.10");
	assert_text(medark_json_text_at(&tree, root, "s"), "ab\n");
	assert_text(medark_json_member(&tree, root, "s")->whole, "\"a\\u0062\\n\"");
	assert_text(medark_json_text_at(&tree, root, "t"), "true");
	assert_null(medark_json_at(&tree, root, "z"));
	assert_int_equal(medark_json_member(&tree, root, "z")->kind, MEDARK_JSON_NULL);
	assert_text(medark_json_member(&tree, root, "o")->whole, "{ }");
	assert_text(medark_json_member(&tree, root, "a")->whole, "[1,[2],{}]");
	assert_null(medark_json_member(&tree, root, "x"));
	assert_null(medark_json_member(&tree, NULL, "x"));
	assert_text(medark_json_text_at(&tree, root, "o.x"), "");
}

static void paths_go_through_arrays(void **state)
{
	const struct medark_json_node *root = parse(
		"{\"code\":{\"coding\":[{\"system\":\"a\",\"code\":\"1\"},null,5,[{\"code\":\"no\"}],"
		"{\"code\":\"2\"}]},\"code2\":1,\"name\":[{\"given\":[\"x\",null,\"y\"]},{\"given\":[\"z\"]}]}");
	const char *const paths[][4] = { { "code.coding.code", "1", "2", NULL },
					 { "name.given", "x", "y", "z" },
					 { "code.coding.system", "a", NULL },
					 { "code.coding.none.more", NULL } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct medark_json_walk w;
		const struct medark_json_node *n;
		size_t k = 1;

		medark_json_walk_init(&w, &tree, root, paths[i][0]);
		while ((n = medark_json_walk_next(&w))) {
			assert_true(k < 4 && paths[i][k]);
			assert_text(n->text, paths[i][k++]);
		}
		assert_true(k == 4 || !paths[i][k]);
		assert_null(medark_json_walk_next(&w));
	}
}

static void names_may_stand_twice_and_have_escapes(void **state)
{
	const struct medark_json_node *root = parse("{\"a\":1,\"\\u0061\":2}");
	struct medark_json_walk w;

	(void)state;
	medark_json_walk_init(&w, &tree, root, "a");
	assert_text(medark_json_walk_next(&w)->text, "1");
	assert_text(medark_json_walk_next(&w)->text, "2");
	assert_null(medark_json_walk_next(&w));
}

static void what_is_no_json_is_refused(void **state)
{
	static const char *const texts[] = { "", " ", "{", "[1,]", "{} {}", "{\"a\"}", "\"\\x\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(medark_json_tree_parse(&tree, medark_bytes_text(texts[i]), NULL),
				 MEDARK_E_FORMAT);
		assert_null(medark_json_tree_root(&tree));
	}
}

/* As deep as a record may be, and no deeper. */
static void depth_is_bounded(void **state)
{
	static char text[2 * MEDARK_JSON_DEPTH_MAX + 3];

	(void)state;
	memset(text, '[', MEDARK_JSON_DEPTH_MAX);
	memset(text + MEDARK_JSON_DEPTH_MAX, ']', MEDARK_JSON_DEPTH_MAX);
	assert_int_equal(parse(text)->kind, MEDARK_JSON_ARRAY_BEGIN);
	memset(text, '[', MEDARK_JSON_DEPTH_MAX + 1);
	memset(text + MEDARK_JSON_DEPTH_MAX + 1, ']', MEDARK_JSON_DEPTH_MAX + 1);
	assert_int_equal(medark_json_tree_parse(&tree, medark_bytes_text(text), NULL),
			 MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(values_are_as_they_stand, clear),
		cmocka_unit_test_teardown(paths_go_through_arrays, clear),
		cmocka_unit_test_teardown(names_may_stand_twice_and_have_escapes, clear),
		cmocka_unit_test_teardown(what_is_no_json_is_refused, clear),
		cmocka_unit_test_teardown(depth_is_bounded, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
