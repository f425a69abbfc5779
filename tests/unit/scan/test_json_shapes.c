/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of shapes: a text of a known shape is judged as the scalar twin judges it, whatever
 * was scanned before.
 */
#include "scan/json_shapes.h"
#include "test_json.h"

static struct medark_json_keys keys;
static struct medark_json_shapes *shapes;

/* Scans the text with the memory; the result must be the scalar twin's. */
static struct medark_json_object check(const void *text, size_t size)
{
	struct medark_json_object expected, object;
	uint8_t *padded = malloc(size + MEDARK_JSON_PADDING);

	assert_non_null(padded);
	memcpy(padded, text, size);
	memset(padded + size, '"', MEDARK_JSON_PADDING);
	medark_json_scan_scalar(&keys, padded, size, &expected);
	medark_json_scan(&keys, shapes, padded, size, &object);
	if (!same_object(&expected, &object, keys.count))
		fail_msg("the memory changes: %.*s", (int)size, (const char *)text);
	free(padded);
	return object;
}

/* Scans it as often as it takes to remember its shape. */
static struct medark_json_object learn(const char *text)
{
	(void)check(text, strlen(text));
	(void)check(text, strlen(text));
	return check(text, strlen(text));
}

/* Shapes that are remembered; only the engine that packs tokens has any. */
static unsigned known(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < 1 << MEDARK_JSON_SHAPES_LOG; i++)
		count += shapes->shapes[i].count != 0;
	return count;
}

static bool remembers(void)
{
	return medark_json_level() == MEDARK_JSON_LEVEL_VBMI2;
}

static int setup(void **state)
{
	struct medark_error err = { 0 };

	(void)state;
	test_keys(&keys);
	return medark_json_shapes_new(&keys, &shapes, &err);
}

static int teardown(void **state)
{
	(void)state;
	medark_json_shapes_free(shapes);
	return 0;
}

/* Returns the number of shapes that a text of `size` bytes leaves in an empty memory. */
static unsigned known_after(const char *text, size_t size)
{
	unsigned count;

	assert_int_equal(setup(NULL), 0);
	(void)check(text, size);
	(void)check(text, size);
	count = known();
	(void)check(text, size);
	medark_json_shapes_free(shapes);
	shapes = NULL;
	return count;
}

static void a_shape_is_learnt_when_it_comes_again(void **state)
{
	static const char text[] = "{\"id\":1,\"a\":[true]}", other[] = "{\"a\":-1.5,\"id\":[0]}";
	uint8_t padded[sizeof(text) + MEDARK_JSON_PADDING] = { 0 };
	struct medark_json_object object;

	(void)state;
	(void)check(text, sizeof(text) - 1);
	assert_int_equal(known(), 0);
	(void)check(other, sizeof(other) - 1);
	assert_int_equal(known(), remembers());
	if (!remembers())
		return;
	for (size_t i = 0; i < 1 << MEDARK_JSON_SHAPES_LOG; i++) {
		struct medark_json_shape *shape = &shapes->shapes[i];

		if (shape->count == 0)
			continue;
		assert_int_equal(shape->member_count, 2);
		assert_int_equal(shape->scalar_count, 2);
		/* What is remembered is used: a false memory shows. */
		shape->member_count = 1;
	}
	memcpy(padded, text, sizeof(text) - 1);
	medark_json_scan(&keys, shapes, padded, sizeof(text) - 1, &object);
	assert_int_equal(object.status, MEDARK_JSON_OBJECT);
	assert_int_equal(medark_json_get(&object, 1).end, 7);
	assert_int_equal(medark_json_get(&object, 0).end, 0);
}

static void what_depends_on_bytes_is_looked_at(void **state)
{
	static const struct {
		const char *text;
		enum medark_json_status status;
	} cases[] = {
		{ "{\"id\":\"p-1\",\"zz\":[1,true],\"status\":{\"id\":2}}", MEDARK_JSON_OBJECT },
		{ "{\"id\":\"p-1\",\"a\":[1,true],\"zz\":{\"id\":2}}", MEDARK_JSON_OBJECT },
		{ "{\"a\":\"p-1\",\"id\":[1,true],\"subject\":{\"id\":2}}", MEDARK_JSON_OBJECT },
		{ "{\"id\":\"p-1\",\"id\":[1,true],\"status\":{\"id\":2}}", MEDARK_JSON_OBJECT },
		{ " {\"id\" : \"\" ,\r\"id\": [1 ,null ] , \"id\":{\"id\": 2} } ",
		  MEDARK_JSON_OBJECT },
		{ "{\"\\u0069d\":\"p-1\",\"z\\\"\":[1,true],\"status\":{\"id\":2}}",
		  MEDARK_JSON_OBJECT },
		{ "{\"id\\\\\":\"p-1\",\"q\\\"q\":[1,true],\"\":{\"id\":2}}", MEDARK_JSON_OBJECT },
		{ "{\"aVeryLongMemberNameOfMoreThanThirtyTwoBytes\":\"p-1\",\"zz\":[1,true],"
		  "\"a23456789012345678901234567890\":{\"id\":2}}",
		  MEDARK_JSON_OBJECT },
		{ "{\"aVeryLongMemberNameOfMoreThanThirtyTwoByteS\":\"p-1\",\"zz\":[1,true],"
		  "\"a234567890123456789012345678901\":{\"id\":2}}",
		  MEDARK_JSON_OBJECT },
		{ "{\"id\":\"p-1\",\"zz\":[01,true],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1,treu],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1,true],\"status\":{\"id\":x}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1,true\\],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1\x1atrue],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1\x0ctrue],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p\t1\",\"zz\":[1,true],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p\\x\",\"zz\":[1,true],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"i\\d\":\"p\",\"zz\":[1,true],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p\xc3\",\"zz\":[1,true],\"status\":{\"id\":2}}", MEDARK_JSON_UTF8 },
		{ "{\"id\":\"p-1\",\"zz\":[1,true],\"status\":{\"id\":2}}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1,true],\"status\":{\"id\":2}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":{1,true],\"status\":{\"id\":2}}", MEDARK_JSON_SYNTAX },
		{ "{\"id\":\"p-1\",\"zz\":[1,true],\"status\",{\"id\":2}}", MEDARK_JSON_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)learn(cases[0].text);
		assert_int_equal(learn(cases[i].text).status, cases[i].status);
		assert_int_equal(known(), remembers());
	}
	/* Whichever of them was learnt first. */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		medark_json_shapes_free(shapes);
		assert_int_equal(setup(NULL), 0);
		(void)learn(cases[i].text);
		for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
			assert_int_equal(check(cases[k].text, strlen(cases[k].text)).status,
					 cases[k].status);
	}
}

/* Texts that differ little from those that were learnt, and learn from each other. */
static void mutated_texts_agree_with_the_scalar_twin(void **state)
{
	uint64_t random = 20261128;
	uint8_t text[2048];
	unsigned most = 0;

	(void)state;
	for (uint32_t i = 0; i < 400000; i++) {
		const char *line = test_lines[i % TEST_LINES];
		size_t size = strlen(line);

		memcpy(text, line, size + 1);
		if (i % 64 < TEST_LINES)
			(void)learn(line);
		size = mutate(text, size, &random);
		(void)check(text, size);
		/* What is valid may be learnt, and is changed once more. */
		if (i % 3 == 0) {
			(void)check(text, size);
			size = mutate(text, size, &random);
			(void)check(text, size);
		}
		if (i % 4096 == 0 && known() > most)
			most = known();
	}
	assert_true(!remembers() || most > 10);
}

/* A text of some packs, each of which leaves something for the next one. */
static void long_texts_agree_with_the_scalar_twin(void **state)
{
	uint64_t random = 7;
	size_t room = 40000;
	char *text = malloc(room + 1024), *changed = malloc(room + 1024);

	(void)state;
	assert_non_null(text);
	assert_non_null(changed);
	for (size_t end = 3000; end < room - 1024; end = end + end / 7) {
		size_t size = (size_t)sprintf(text, "{\"a\":[0");

		while (size < end)
			size += (size_t)sprintf(text + size, ",%s",
						test_lines[test_random(&random) % TEST_LINES]);
		size += (size_t)sprintf(text + size, "],\"id\":1}");
		(void)learn(text);
		for (int i = 0; i < 100; i++) {
			memcpy(changed, text, size);
			(void)check(changed, mutate((uint8_t *)changed, size, &random));
		}
	}
	free(changed);
	free(text);
}

/* `before`, `count` times `item` and a comma, and `after`. */
static size_t row(char *to, const char *before, const char *item, unsigned count, const char *after)
{
	size_t size = (size_t)sprintf(to, "%s", before);

	while (count--)
		size += (size_t)sprintf(to + size, "%s,", item);
	return size + (size_t)sprintf(to + size, "%s", after);
}

static void what_is_too_large_is_not_learnt(void **state)
{
	char text[20000];
	size_t size;

	(void)state;
	size = row(text, "{", "\"a\":\"\"", MEDARK_JSON_SHAPE_MEMBERS - 1, "\"id\":\"\"}");
	assert_int_equal(known_after(text, size), remembers());
	size = row(text, "{", "\"a\":\"\"", MEDARK_JSON_SHAPE_MEMBERS, "\"id\":\"\"}");
	assert_int_equal(known_after(text, size), 0);
	size = row(text, "{\"a\":[", "1", MEDARK_JSON_SHAPE_SCALARS - 1, "2]}");
	assert_int_equal(known_after(text, size), remembers());
	size = row(text, "{\"a\":[", "1", MEDARK_JSON_SHAPE_SCALARS, "2]}");
	assert_int_equal(known_after(text, size), 0);
	/* Seven tokens are around the row. */
	size = row(text, "{\"a\":[", "\"\"", MEDARK_JSON_SHAPE_TOKENS / 2 - 4, "[]]}");
	assert_int_equal(known_after(text, size), remembers());
	size = row(text, "{\"a\":[", "\"\"", MEDARK_JSON_SHAPE_TOKENS / 2 - 3, "\"\"]}");
	assert_int_equal(known_after(text, size), 0);
	/* All of it must be packed at once. */
	size = (size_t)sprintf(text, "{\"a\":\"%16376s\"}", "");
	assert_int_equal(size, 16384);
	assert_int_equal(known_after(text, size), remembers());
	size = (size_t)sprintf(text, "{\"a\":\"%16377s\"}", "");
	assert_int_equal(known_after(text, size), 0);
}

/* More shapes than there is room for: they push each other out. */
static void the_memory_is_bounded(void **state)
{
	char text[8192];

	(void)state;
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < 1500; i++) {
			size_t size = row(text, "{\"a\":[", "\"\"", i, "0],\"id\":{}}");

			(void)check(text, size);
			(void)check(text, size);
			(void)check(text, size);
			text[6 + 3 * (i / 2)] = ']';
			(void)check(text, size);
		}
	assert_true(!remembers() || known() > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_shape_is_learnt_when_it_comes_again, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_depends_on_bytes_is_looked_at, setup,
						teardown),
		cmocka_unit_test_setup_teardown(mutated_texts_agree_with_the_scalar_twin, setup,
						teardown),
		cmocka_unit_test_setup_teardown(long_texts_agree_with_the_scalar_twin, setup,
						teardown),
		cmocka_unit_test(what_is_too_large_is_not_learnt),
		cmocka_unit_test_setup_teardown(the_memory_is_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
