/* SPDX-License-Identifier: Apache-2.0 */
#include "test_json.h"

static struct medark_json_keys keys;

/* The text at the very end of its memory, so that one byte too many is found. */
static uint8_t *exact_copy(const void *text, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	if (size)
		memcpy(copy, text, size);
	return copy;
}

/* Writes one letter for each token into `out`; raw bytes of scalars and names behind '='. */
static void walk(const char *text, char *out)
{
	static const char letters[] = "!E{}[]ksntf0";
	size_t size = strlen(text);
	uint8_t *copy = exact_copy(text, size);
	struct medark_json_reader r;
	enum medark_json_token token;

	medark_json_reader_init(&r, medark_bytes(copy, size));
	do {
		token = medark_json_next(&r);
		*out++ = letters[token + 1];
		if (token == MEDARK_JSON_KEY || token == MEDARK_JSON_STRING ||
		    token == MEDARK_JSON_NUMBER)
			out += sprintf(out, "=%.*s%s ", (int)r.raw.size, (const char *)r.raw.data,
				       r.escaped ? "~" : "");
	} while (token != MEDARK_JSON_END && token != MEDARK_JSON_BAD);
	*out = '\0';
	assert_int_equal(medark_json_next(&r), token);
	free(copy);
}

static void expect_walk(const char *text, const char *tokens)
{
	char got[512];

	walk(text, got);
	assert_string_equal(got, tokens);
}

static void tokens_come_in_order(void **state)
{
	(void)state;
	expect_walk("{\"a\":1,\"b\":[true,false,null,\"x\"],\"c\":{}}",
		    "{k=a n=1 k=b [tf0s=x ]k=c {}}E");
	expect_walk(" [ ] ", "[]E");
	expect_walk("[[],[[1 , -2.5e3]]]", "[[][[n=1 n=-2.5e3 ]]]E");
	expect_walk("\"a\\n\"", "s=a\\n~ E");
	expect_walk("7", "n=7 E");
	expect_walk("", "E");
	expect_walk(" \n", "E");
}

static void broken_texts_end_in_bad(void **state)
{
	(void)state;
	expect_walk("{\"a\":1", "{k=a n=1 !");
	expect_walk("{\"a\" 1}", "{!");
	expect_walk("{\"a\"", "{!");
	expect_walk("{\"a\":", "{k=a !");
	expect_walk("{1:1}", "{!");
	expect_walk("[1 2]", "[n=1 !");
	expect_walk("[1,]", "[n=1 !");
	expect_walk("[1,", "[n=1 !");
	expect_walk("[1}", "[n=1 !");
	expect_walk("[}", "[!");
	expect_walk("{]", "{!");
	expect_walk("{\"a\":1,}", "{k=a n=1 !");
	expect_walk("[01]", "[n=0 !");
	expect_walk("[1.]", "[!");
	expect_walk("tru", "!");
	expect_walk("\"a", "!");
	expect_walk("\"\\x\"", "!");
	expect_walk("\"\\u12g4\"", "!");
	expect_walk("\"\\u12", "!");
	expect_walk("\"\n\"", "!");
	expect_walk("\"\xc3\"", "!");
	expect_walk("1 1", "n=1 !");
	expect_walk("]", "!");
	expect_walk(",", "!");
}

static void the_reader_is_as_deep_as_the_scanner(void **state)
{
	char text[MEDARK_JSON_DEPTH_MAX + 1];
	struct medark_json_reader r;

	(void)state;
	memset(text, '[', sizeof(text));
	medark_json_reader_init(&r, medark_bytes(text, sizeof(text)));
	for (int i = 0; i < MEDARK_JSON_DEPTH_MAX; i++)
		assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_BEGIN);
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_BAD);
}

static void expect_skip(struct medark_json_reader *r, const char *value)
{
	struct medark_bytes out;

	assert_true(medark_json_skip(r, &out));
	assert_true(medark_bytes_is(out, value));
}

static void values_are_skipped_where_one_is_due(void **state)
{
	static const char text[] = "{\"a\": {\"b\":[1,{}]} ,\"c\":[ 1,\"x\",[2] , {} ],\"d\":null}";
	struct medark_json_reader r;
	struct medark_bytes out;

	(void)state;
	medark_json_reader_init(&r, medark_bytes_text(text));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_OBJECT_BEGIN);
	assert_false(medark_json_skip(&r, &out));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_KEY);
	expect_skip(&r, "{\"b\":[1,{}]}");
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_KEY);
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_BEGIN);
	expect_skip(&r, "1");
	expect_skip(&r, "\"x\"");
	expect_skip(&r, "[2]");
	expect_skip(&r, "{}");
	assert_false(medark_json_skip(&r, &out));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_END);
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_KEY);
	expect_skip(&r, "null");
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_OBJECT_END);
	assert_false(medark_json_skip(&r, &out));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_END);
}

static void an_empty_array_has_nothing_to_skip(void **state)
{
	struct medark_json_reader r;
	struct medark_bytes out;

	(void)state;
	medark_json_reader_init(&r, medark_bytes_text("[ ]"));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_BEGIN);
	assert_false(medark_json_skip(&r, &out));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_END);
	medark_json_reader_init(&r, medark_bytes_text("[1,"));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_BEGIN);
	expect_skip(&r, "1");
	assert_false(medark_json_skip(&r, &out));
	assert_int_equal(medark_json_next(&r), MEDARK_JSON_BAD);
}

static void skipping_counts_the_depth_outside(void **state)
{
	char text[2 * MEDARK_JSON_DEPTH_MAX + 2];
	struct medark_bytes out;

	(void)state;
	for (uint32_t outside = 0; outside <= MEDARK_JSON_DEPTH_MAX; outside += 1 + outside / 3) {
		for (uint32_t more = 0; more < 2; more++) {
			struct medark_json_reader r;
			uint32_t depth = MEDARK_JSON_DEPTH_MAX + more;

			memset(text, '[', depth);
			memset(text + depth, ']', depth);
			medark_json_reader_init(&r, medark_bytes(text, (size_t)2 * depth));
			for (uint32_t i = 0; i < outside; i++)
				assert_int_equal(medark_json_next(&r), MEDARK_JSON_ARRAY_BEGIN);
			if (outside < MEDARK_JSON_DEPTH_MAX)
				assert_int_equal(medark_json_skip(&r, &out), !more);
		}
	}
}

/* Skips the value at the begin of a text at all levels; 0 if it is not valid. */
static size_t skip_everywhere(const uint8_t *text, size_t size)
{
	uint8_t *copy = exact_copy(text, size);
	struct medark_json_reader r;
	struct medark_bytes out = { copy, 0 };

	medark_json_reader_init(&r, medark_bytes(copy, size));
	if (!medark_json_skip(&r, &out))
		out.size = 0;
	for (int level = 1; level <= (int)medark_json_level(); level++)
		if (size && (*copy == '{' || *copy == '['))
			assert_int_equal(
				medark_json_engine((enum medark_json_level)level, copy, size, NULL),
				out.size);
	free(copy);
	return out.size;
}

/* Is the text one valid value, as found by reading token after token? */
static bool read_all(const uint8_t *text, size_t size)
{
	uint8_t *copy = exact_copy(text, size);
	struct medark_json_reader r;
	enum medark_json_token token;
	size_t count = 0;

	medark_json_reader_init(&r, medark_bytes(copy, size));
	do {
		token = medark_json_next(&r);
		count++;
	} while (token > MEDARK_JSON_END);
	free(copy);
	return token == MEDARK_JSON_END && count > 1;
}

/* Numbers are looked at 16 bytes at a time, but not behind the text. */
static void numbers_at_the_end_are_not_read_past_it(void **state)
{
	static const char digits[] = "[-12345678901234567890",
			  fraction[] = "[1.2345678901234567890";

	(void)state;
	for (size_t size = 1; size < sizeof(digits); size++) {
		assert_int_equal(skip_everywhere((const uint8_t *)digits, size), 0);
		assert_int_equal(skip_everywhere((const uint8_t *)fraction, size), 0);
	}
}

/* Whatever stands behind a value, skipping it judges it as the scanner does without that. */
static void skipping_judges_as_scanning_does(void **state)
{
	static const char *const behind[] = { "",  " ",	 ",{\"a\":[\"x", "]}",
					      "}", "\"", "\\\"\xff\x01", "\"\x01\\x" };
	uint64_t random = 99;
	uint8_t text[2048];

	(void)state;
	for (uint32_t i = 0; i < 60000; i++) {
		const char *line = test_lines[i % TEST_LINES], *more = behind[i / 4 % 8];
		size_t size = strlen(line), skipped;
		struct medark_json_object object;
		bool valid;

		memcpy(text, line, size);
		while (size && text[size - 1] == '\n')
			size--;
		if (i % 5)
			size = mutate(text, size, &random);
		skipped = skip_everywhere(text, size);
		valid = read_all(text, size);
		scan_everywhere(&keys, medark_bytes(text, size), &object);
		assert_int_equal(valid, object.status <= MEDARK_JSON_OTHER);
		if (valid)
			assert_true(skipped > 0);
		if (skipped == 0 || (text[0] != '{' && text[0] != '['))
			continue;
		scan_everywhere(&keys, medark_bytes(text, skipped), &object);
		assert_true(object.status <= MEDARK_JSON_OTHER);
		memcpy(text + skipped, more, strlen(more));
		assert_int_equal(skip_everywhere(text, skipped + strlen(more)), skipped);
	}
}

static void expect_decoded(const char *raw, const char *text)
{
	size_t size = strlen(raw);
	uint8_t *in = exact_copy(raw, size), *out = exact_copy(raw, size);
	size_t n = medark_json_decode(medark_bytes(in, size), out);

	assert_true(medark_bytes_is(medark_bytes(out, n), text));
	/* In place. */
	n = medark_json_decode(medark_bytes(in, size), in);
	assert_true(medark_bytes_is(medark_bytes(in, n), text));
	free(in);
	free(out);
}

static void escapes_are_decoded(void **state)
{
	(void)state;
	expect_decoded("", "");
	expect_decoded("abc", "abc");
	expect_decoded("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
	expect_decoded("\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac");
	expect_decoded("\\ud83d\\ude00", "\xf0\x9f\x98\x80");
	expect_decoded("\\uDBFF\\uDFFF", "\xf4\x8f\xbf\xbf");
	expect_decoded("\\ud83d", "\xef\xbf\xbd");
	expect_decoded("\\ude00x", "\xef\xbf\xbdx");
	expect_decoded("\\ud83d\\u0041", "\xef\xbf\xbd"
					 "A");
	expect_decoded("\\ud83d\\ud83d\\ude00", "\xef\xbf\xbd\xf0\x9f\x98\x80");
	expect_decoded("\\", "\\");
	expect_decoded("a\\", "a\\");
	expect_decoded("\\x", "\\x");
	expect_decoded("\\u12", "\\u12");
	expect_decoded("\\u12g4", "\\u12g4");
	expect_decoded("\\ud83d\\u12", "\xef\xbf\xbd\\u12");
}

static void decoding_agrees_with_jansson(void **state)
{
	uint64_t random = 5;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		char text[256] = "\"";
		size_t size = 1, n;
		uint8_t out[256];
		json_t *json;

		while (size < 100) {
			uint32_t c = (uint32_t)test_random(&random) % 0xd800;

			if (i % 2)
				size += (size_t)sprintf(text + size, "\\ud%x%02x\\ud%x%02x",
							8 + c % 4, c / 4 % 256, 12 + c / 1024 % 4,
							c / 4096 % 256);
			else
				size += (size_t)sprintf(text + size, "\\u%04X\\n%c", c,
							'a' + c % 26);
		}
		text[size++] = '"';
		json = oracle(medark_bytes(text, size));
		assert_non_null(json);
		n = medark_json_decode(medark_bytes(text + 1, size - 2), out);
		assert_int_equal(n, json_string_length(json));
		assert_memory_equal(out, json_string_value(json), n);
		json_decref(json);
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
		cmocka_unit_test(tokens_come_in_order),
		cmocka_unit_test(broken_texts_end_in_bad),
		cmocka_unit_test(the_reader_is_as_deep_as_the_scanner),
		cmocka_unit_test(values_are_skipped_where_one_is_due),
		cmocka_unit_test(an_empty_array_has_nothing_to_skip),
		cmocka_unit_test(skipping_counts_the_depth_outside),
		cmocka_unit_test(numbers_at_the_end_are_not_read_past_it),
		cmocka_unit_test(skipping_judges_as_scanning_does),
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(decoding_agrees_with_jansson),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
