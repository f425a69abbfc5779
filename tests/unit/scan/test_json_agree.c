/* SPDX-License-Identifier: Apache-2.0 */
/* The levels of the scanner and jansson on texts that nobody wrote by hand. */
#include "test_json.h"

static struct medark_json_keys keys;

static struct medark_json_object scan(const void *text, size_t size)
{
	struct medark_json_object object;

	scan_everywhere(&keys, medark_bytes(text, size), &object);
	return object;
}

static void all_texts_of_two_bytes_agree(void **state)
{
	struct medark_json_object object;
	uint8_t text[2];

	(void)state;
	for (uint32_t i = 0; i < 0x10000; i++) {
		json_t *json;

		text[0] = (uint8_t)i;
		text[1] = (uint8_t)(i >> 8);
		object = scan(text, 2);
		json = oracle(medark_bytes(text, 2));
		/* jansson takes a NUL behind a number for the end. */
		if (text[1] && (json != NULL) != (object.status <= MEDARK_JSON_OTHER))
			fail_msg("jansson differs: %02x %02x", text[0], text[1]);
		assert_int_equal(object.status == MEDARK_JSON_UTF8,
				 !medark_text_is_utf8(medark_bytes(text, 2)));
		json_decref(json);
		(void)scan(text, 1);
	}
}

/* Builds the n-th row of `length` tokens between `before` and `after` and compares the verdicts. */
static void check_row(uint32_t n, uint32_t length, const char *before, const char *after)
{
	static const char *const tokens[] = { "{", "}", "[", "]", ":", ",", "\"a\"", "1" };
	struct medark_json_object object;
	char text[64];
	size_t size = (size_t)sprintf(text, "%s", before);
	json_t *json;

	for (uint32_t i = 0; i < length; i++, n /= 8)
		size += (size_t)sprintf(text + size, "%s", tokens[n % 8]);
	size += (size_t)sprintf(text + size, "%s", after);
	object = scan(text, size);
	json = oracle(medark_bytes(text, size));
	if ((json != NULL) != (object.status <= MEDARK_JSON_OTHER))
		fail_msg("jansson differs: %s", text);
	json_decref(json);
}

static void all_short_rows_of_tokens_are_judged_right(void **state)
{
	(void)state;
	for (uint32_t length = 1, rows = 8; length <= 5; length++, rows *= 8)
		for (uint32_t n = 0; n < rows; n++) {
			check_row(n, length, "", "");
			check_row(n, length, "[", "]");
			check_row(n, length, "{\"a\":", "}");
			if (length < 5)
				check_row(n, length, "{\"a\":[1],", "}");
		}
}

static void compare_members(struct medark_bytes text, const struct medark_json_object *object,
			    const json_t *json)
{
	for (uint32_t i = 0; i < keys.count; i++) {
		struct medark_json_value v = medark_json_get(object, i);
		const json_t *theirs = json_object_get(json, test_names[i]);
		json_t *ours;

		assert_int_equal(theirs != NULL, v.end != 0);
		if (!theirs)
			continue;
		ours = oracle(medark_bytes(text.data + v.begin, v.end - v.begin));
		assert_true(json_equal(ours, theirs));
		json_decref(ours);
	}
}

static void mutated_lines_are_judged_as_jansson_does(void **state)
{
	uint64_t random = 20260401;
	uint8_t text[1024];

	(void)state;
	for (uint32_t i = 0; i < 200000; i++) {
		const char *line = test_lines[i % TEST_LINES];
		size_t size = strlen(line);
		struct medark_json_object object;
		struct medark_bytes bytes;
		json_t *json;

		memcpy(text, line, size);
		size = mutate(text, size, &random);
		bytes = medark_bytes(text, size);
		object = scan(text, size);
		json = oracle(bytes);
		if (json && object.status > MEDARK_JSON_OTHER)
			fail_msg("jansson accepts: %.*s", (int)size, (const char *)text);
		if (!json && object.status <= MEDARK_JSON_OTHER && !beyond_oracle(bytes))
			fail_msg("jansson refuses: %.*s", (int)size, (const char *)text);
		if (json_is_object(json) && !object.repeated)
			compare_members(bytes, &object, json);
		json_decref(json);
	}
}

/* Longer than a chunk of the engine, so that everything is carried from one to the next. */
static void long_texts_agree_at_every_level(void **state)
{
	uint64_t random = 42;
	uint8_t *text = malloc(16384);

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 3000; i++) {
		size_t size = (size_t)sprintf((char *)text, "%s[0", i % 2 ? "{\"a\":" : "");

		while (size < 5000)
			size += (size_t)sprintf((char *)text + size, ",%s",
						test_lines[test_random(&random) % TEST_LINES]);
		size += (size_t)sprintf((char *)text + size, "]%s", i % 2 ? ",\"id\":1}" : "");
		if (i % 3)
			size = mutate(text, size, &random);
		(void)scan(text, size);
	}
	free(text);
}

/* `count` times `item`, with commas between. */
static size_t repeat(char *to, const char *item, int count)
{
	size_t size = 0;

	for (int i = 0; i < count; i++)
		size += (size_t)sprintf(to + size, "%s%s", i ? "," : "", item);
	return size;
}

/* The engine takes brackets by 64: what stands in one such row must not be lost for the next. */
static void brackets_are_compared_over_long_rows(void **state)
{
	static const struct {
		const char *before, *between, *item, *after;
		bool valid;
	} rows[] = {
		{ "{\"p\":[", "],\"q\":[", "{}", "]}", true },
		{ "{\"p\":[", "],", "{}", "}", false },
		{ "{\"p\":[", "],\"q\":", "{}", "}", false },
		{ "{\"p\":[", "],", "\"q\":[]", "}", true },
		{ "{\"p\":[", "],", "\"q\":[]", "]", false },
		{ "[[", "],", "\"q\":[]", "]", false },
		{ "[[", "],", "[{}]", "]", true },
		{ "[[", "],", "[{}]", "}", false },
		{ "[[", "],[", "{\"q\":[0]}", "]]", true },
		{ "[{\"p\":[[", "],", "[{}]", "]}]", true },
		{ "[{\"p\":[[", "],", "[{}]", "]]]", false },
		{ "{\"r\":{\"p\":[[", "],", "{}", "]}}", true },
		{ "{\"r\":{\"p\":[[", "],", "{}", "]}]", false },
	};
	char text[4096], first[1024], second[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int a = 1; a < 70; a += (int)(i % 2) + 1)
			for (int b = 1; b < 70; b += 1 + b / 3) {
				(void)repeat(first, "{}", a);
				(void)repeat(second, rows[i].item, b);
				(void)snprintf(text, sizeof(text), "%s%s%s%s%s", rows[i].before,
					       first, rows[i].between, second, rows[i].after);
				/* One item alone may be a value. */
				if (rows[i].valid || b > 1)
					assert_int_equal(scan(text, strlen(text)).status <=
								 MEDARK_JSON_OTHER,
							 rows[i].valid);
			}
}

/* Everything that is carried from one chunk of the engine to the next, at the border itself. */
static void the_borders_of_chunks_are_no_borders(void **state)
{
	static const char *const pieces[] = {
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"\\\\",
		"\\\"",
		"\\u00e9",
		"\",\"x\":\"",
		"\" , \"x\" : -1.5 , \"y\" : [ { } , true ] , \"z\" : \"",
		"\",\"id\":{\"a\":\"",
		"\xe2\x82",
		"\\",
		"\" \"",
		"\t",
		"\":\"",
	};
	static const int borders[] = { 1024, 2048, 4096 };
	char text[4400];

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (int k = 0; k < 3; k++)
			for (int fill = borders[k] - 70; fill < borders[k] + 10; fill++) {
				size_t size = (size_t)snprintf(text, sizeof(text),
							       "{\"a\":\"%*s%s\",\"status\":7}",
							       fill, "", pieces[i]);

				(void)scan(text, size);
				text[size - 1] = ' ';
				memcpy(text + size, "}}", sizeof("}}"));
				(void)scan(text, size + 1);
				(void)scan(text, size + 2);
			}
}

/* A container that goes on in the next chunk while its brackets have been looked at. */
static void brackets_are_compared_over_chunks(void **state)
{
	static const size_t chunks[] = { 1024, 2048 };
	char *text = malloc(3 * 2048);

	(void)state;
	assert_non_null(text);
	for (size_t k = 0; k < 2; k++)
		for (size_t moved = 0; moved < 70; moved++) {
			size_t begin = chunks[k] - moved % 5, end = 2 * chunks[k] - moved / 5, at;

			/* {"p":[      ],{},{},{}      } and the same with names. */
			memset(text, ' ', 3 * 2048);
			memcpy(text, "{\"p\":[", 6);
			text[begin - 1] = ']';
			for (at = begin; at + 3 <= end; at += 3)
				memcpy(text + at, ",{}", 3);
			text[end] = '}';
			assert_int_equal(scan(text, end + 1).status, MEDARK_JSON_SYNTAX);
			for (at = begin; at + 7 <= end; at += 7)
				memcpy(text + at, ",\"q\":{}", 7);
			memset(text + at, ' ', end - at);
			assert_int_equal(scan(text, end + 1).status, MEDARK_JSON_OBJECT);
			text[0] = '[';
			memset(text + 1, ' ', 4);
			text[end] = ']';
			assert_int_equal(scan(text, end + 1).status, MEDARK_JSON_SYNTAX);
		}
	free(text);
}

/* Runs of white space and strings that fill whole blocks: nothing may get lost on the way. */
static void long_gaps_are_passed(void **state)
{
	static const struct {
		const char *text;
		enum medark_json_status status;
	} cases[] = {
		{ "{%1$s\"a\"%1$s:%1$s1%1$s,%1$s\"b\"%1$s:%1$s[%1$s]%1$s}", MEDARK_JSON_OBJECT },
		{ "[%1$s1%1$s,%1$s\"%1$s\"%1$s,%1$s{%1$s}%1$s,%1$strue%1$s]", MEDARK_JSON_OTHER },
		{ "{\"%1$s\":\"%1$s\",\"%1$s\":[\"%1$s\",\"%1$s\"]}", MEDARK_JSON_OBJECT },
		{ "[\"%1$s\":1]", MEDARK_JSON_SYNTAX },
		{ "[\"%1$s\",\"%1$s\":1]", MEDARK_JSON_SYNTAX },
		{ "[\"%1$s\"}", MEDARK_JSON_SYNTAX },
		{ "[0,\"%1$s\"}", MEDARK_JSON_SYNTAX },
		{ "{\"%1$s\"}", MEDARK_JSON_SYNTAX },
		{ "{\"%1$s\",\"a\":1}", MEDARK_JSON_SYNTAX },
		{ "{\"a\":\"%1$s\":1}", MEDARK_JSON_SYNTAX },
		{ "{\"a\":\"%1$s\"]", MEDARK_JSON_SYNTAX },
		{ "{\"a\":0,\"%1$s\"}", MEDARK_JSON_SYNTAX },
		{ "{\"a\":0,\"%1$s\",\"b\":0}", MEDARK_JSON_SYNTAX },
		{ "{\"a\":[],\"%1$s\"}", MEDARK_JSON_SYNTAX },
		{ "[1%1$s2]", MEDARK_JSON_SYNTAX },
		{ "[\"\"%1$s2]", MEDARK_JSON_SYNTAX },
		{ "[[]%1$s[]]", MEDARK_JSON_SYNTAX },
		{ "[[]%1$s\"\"]", MEDARK_JSON_SYNTAX },
		{ "[1,%1$s]", MEDARK_JSON_SYNTAX },
		{ "{\"a\":%1$s}", MEDARK_JSON_SYNTAX },
		{ "{\"a\"%1$s\"b\":1}", MEDARK_JSON_SYNTAX },
		{ "{1%1$s:1}", MEDARK_JSON_SYNTAX },
	};
	char gap[700], text[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int n = 1; n < 640; n += n < 200 ? 1 : 7) {
			(void)snprintf(gap, sizeof(gap), "%*s", n, "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			(void)snprintf(text, sizeof(text), cases[i].text, gap);
#pragma GCC diagnostic pop
			assert_int_equal(scan(text, strlen(text)).status, cases[i].status);
		}
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
		cmocka_unit_test(all_texts_of_two_bytes_agree),
		cmocka_unit_test(all_short_rows_of_tokens_are_judged_right),
		cmocka_unit_test(mutated_lines_are_judged_as_jansson_does),
		cmocka_unit_test(long_texts_agree_at_every_level),
		cmocka_unit_test(brackets_are_compared_over_long_rows),
		cmocka_unit_test(brackets_are_compared_over_chunks),
		cmocka_unit_test(long_gaps_are_passed),
		cmocka_unit_test(the_borders_of_chunks_are_no_borders),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
