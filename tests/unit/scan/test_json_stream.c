/* SPDX-License-Identifier: Apache-2.0 */
#include "test_json.h"

static struct medark_json_keys keys;

/* A stream that got the text in pieces, compared with one scan of all of it. */
static void check_stream(struct medark_json_stream *s, struct medark_bytes text,
			 const struct medark_json_object *object)
{
	assert_int_equal(medark_json_stream_finish(s), object->status);
	assert_int_equal(medark_json_stream_repeated(s), object->repeated);
	for (uint32_t i = 0; i < keys.count; i++) {
		struct medark_json_value v = medark_json_get(object, i);
		bool cut = true;
		struct medark_bytes got = medark_json_stream_value(s, i, &cut);

		assert_int_equal(cut, v.end - v.begin > MEDARK_JSON_STREAM_VALUE_MAX);
		if (cut)
			assert_int_equal(got.size, 0);
		else
			assert_true(medark_bytes_equal(
				got, medark_bytes(text.data + v.begin, v.end - v.begin)));
	}
}

static void add(struct medark_json_stream *s, struct medark_bytes text, size_t begin, size_t end)
{
	uint8_t *exact = malloc(end - begin + 1);

	assert_non_null(exact);
	memcpy(exact, text.data + begin, end - begin);
	assert_int_equal(medark_json_stream_add(s, exact, end - begin, NULL), 0);
	free(exact);
}

static void check_split(struct medark_bytes text, const struct medark_json_object *object, size_t a,
			size_t b)
{
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *s = NULL;

	assert_int_equal(medark_json_stream_new(&keys, &s, NULL), 0);
	add(s, text, 0, a);
	add(s, text, a, b);
	add(s, text, b, text.size);
	check_stream(s, text, object);
}

static void check_steps(struct medark_bytes text, const struct medark_json_object *object,
			size_t most, uint64_t *random)
{
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *s = NULL;

	assert_int_equal(medark_json_stream_new(&keys, &s, NULL), 0);
	for (size_t at = 0, end; at < text.size; at = end) {
		end = at + 1 + test_random(random) % most;
		end = end < text.size ? end : text.size;
		add(s, text, at, end);
	}
	check_stream(s, text, object);
}

static void every_split_in_three_gives_the_same(void **state)
{
	static const char *const texts[] = {
		"{\"a\":1,\"id\":\"x\\\"y\"}",
		" { \"i\\u0064\" : -1.5e+3 , \"a\" : [ true ] } ",
		"{\"a\":\"\xf0\x9f\x98\x80\",\"q\\\"q\":null,\"a\":2}",
		"{\"a\":{\"a\":1},\"id\":false}x",
		"{\"a\":12",
		"{\"a\":\"\xe2\x82\"}",
		"[1,2.5,\"\\ud83d\\ude00\"]",
		"-12.5e-7",
		"true",
		"  ",
		"",
		"tru",
		"1.",
		"\"\\u00",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct medark_bytes text = medark_bytes_text(texts[i]);
		struct medark_json_object object;

		scan_everywhere(&keys, text, &object);
		for (size_t a = 0; a <= text.size; a++)
			for (size_t b = a; b <= text.size; b++)
				check_split(text, &object, a, b);
	}
}

static void random_splits_give_the_same(void **state)
{
	uint64_t random = 7;
	uint8_t text[1024];

	(void)state;
	for (uint32_t i = 0; i < 8000; i++) {
		size_t size = strlen(test_lines[i % TEST_LINES]);
		struct medark_json_object object;

		memcpy(text, test_lines[i % TEST_LINES], size);
		if (i % 4)
			size = mutate(text, size, &random);
		scan_everywhere(&keys, medark_bytes(text, size), &object);
		check_steps(medark_bytes(text, size), &object, 1 + i % 90, &random);
	}
}

static void values_are_kept_up_to_64_kib(void **state)
{
	const size_t most = MEDARK_JSON_STREAM_VALUE_MAX, room = 3 * most;
	char *text = malloc(room), *fill = malloc(most + 2);
	uint64_t random = 1;

	(void)state;
	assert_non_null(text);
	assert_non_null(fill);
	memset(fill, 'x', most + 2);
	for (size_t size = most - 3; size <= most; size++) {
		struct medark_json_object object;
		size_t n = (size_t)snprintf(text, room,
					    "{\"a\":\"%.*s\",\"id\":\"%.*s\",\"status\":\"%.*s\"}",
					    (int)size, fill, 5, fill, (int)most - 2, fill);

		scan_everywhere(&keys, medark_bytes(text, n), &object);
		check_split(medark_bytes(text, n), &object, 0, n);
		check_split(medark_bytes(text, n), &object, 10, most + 9);
		check_steps(medark_bytes(text, n), &object, 5000, &random);
	}
	free(text);
	free(fill);
}

static void a_stream_can_be_freed_at_any_time(void **state)
{
	struct medark_json_stream *s = NULL;

	(void)state;
	medark_json_stream_free(NULL);
	assert_int_equal(medark_json_stream_new(&keys, &s, NULL), 0);
	assert_int_equal(medark_json_stream_add(s, (const uint8_t *)"{\"a\":[1,", 8, NULL), 0);
	medark_json_stream_free(s);
}

static int setup(void **state)
{
	(void)state;
	test_keys(&keys);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_split_in_three_gives_the_same),
		cmocka_unit_test(random_splits_give_the_same),
		cmocka_unit_test(values_are_kept_up_to_64_kib),
		cmocka_unit_test(a_stream_can_be_freed_at_any_time),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
