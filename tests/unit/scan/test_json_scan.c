/* SPDX-License-Identifier: Apache-2.0 */
#include "test_json.h"

static struct medark_json_keys keys;

static struct medark_json_object scan(const void *text, size_t size)
{
	struct medark_json_object object;

	scan_everywhere(&keys, medark_bytes(text, size), &object);
	return object;
}

static void expect(const char *text, enum medark_json_status status)
{
	enum medark_json_status got = scan(text, strlen(text)).status;

	if (got != status)
		fail_msg("status %d, not %d: %s", got, status, text);
}

/* The status of a value alone, in an array, and as a member, moved over the borders of blocks. */
static void check_value(const char *value, bool valid)
{
	char text[512];

	for (int fill = 0; fill < 70; fill++) {
		(void)snprintf(text, sizeof(text), "{\"p\":\"%*s\",\"id\":%s}", fill, "", value);
		expect(text, valid ? MEDARK_JSON_OBJECT : MEDARK_JSON_SYNTAX);
		(void)snprintf(text, sizeof(text), "[%*s%s%*s,0]", fill, "", value, fill, "");
		expect(text, valid ? MEDARK_JSON_OTHER : MEDARK_JSON_SYNTAX);
	}
}

static void expect_member(const char *text, uint32_t key, const char *value)
{
	struct medark_json_object object = scan(text, strlen(text));
	struct medark_json_value v = medark_json_get(&object, key);

	assert_int_equal(object.status, MEDARK_JSON_OBJECT);
	if (!value) {
		assert_int_equal(v.end, 0);
		return;
	}
	assert_true(medark_bytes_is(medark_bytes(text + v.begin, v.end - v.begin), value));
}

static void valid_values_are_accepted(void **state)
{
	static const char *const values[] = {
		"0",
		"-0",
		"1",
		"-1",
		"12345678901234567890123456789012345678901234567890",
		"0.0",
		"1.5",
		"-0.25",
		"1e5",
		"1E5",
		"1e+5",
		"1e-5",
		"-1.25e-50",
		"0e1",
		"0E+00",
		"123456.789",
		"123456789012345",
		"1234567890.12345",
		"12345678901234.5",
		"-123456789012345.0",
		"true",
		"false",
		"null",
		"\"\"",
		"\"a\"",
		"\"\\\"\"",
		"\"\\\\\"",
		"\"\\/\"",
		"\"\\b\\f\\n\\r\\t\"",
		"\"\\u0000\"",
		"\"\\u00e9\\uD83D\\ude00\"",
		"\"\\ud800\"",
		"\"\\udc00x\"",
		"\"\x7f\"",
		"\"\xc2\x80\"",
		"\"\xdf\xbf\"",
		"\"\xe0\xa0\x80\"",
		"\"\xed\x9f\xbf\"",
		"\"\xee\x80\x80\"",
		"\"\xef\xbf\xbf\"",
		"\"\xf0\x90\x80\x80\"",
		"\"\xf4\x8f\xbf\xbf\"",
		"\"\\\\\\\\\"",
		"\"\\\\\\\"\"",
		"\"[{:,}]\"",
		"[]",
		"{}",
		"[[]]",
		"[{}]",
		"{\"a\":[]}",
		"[1,[2,[3]],{\"a\":{\"b\":{}}}]",
		"[ ]",
		"{ }",
		"[\t1\n,\r2 ]",
		"{ \"a\" : 1 , \"b\" : [ ] }",
		"{\"\":\"\"}",
		"{\"a\":1,\"a\":1}",
		"{\"a\":{},\"b\":[],\"c\":1}",
		"[[1],2]",
		"[{},[],1,\"a\"]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		check_value(values[i], true);
}

static void broken_values_are_refused(void **state)
{
	static const char *const values[] = {
		"",
		"-",
		"+1",
		"01",
		"-01",
		"00",
		"1.",
		".5",
		"-.5",
		"1.e5",
		"1e",
		"1e+",
		"1E-",
		"1.5.5",
		"1-",
		"1+1",
		"--1",
		"1e5.5",
		"0x10",
		"1a",
		"1 2",
		"1\"a\"",
		"\"a\"1",
		"\"a\"\"b\"",
		"123456789012345x",
		"1234567890123456x",
		"1.2345678901234x",
		"Infinity",
		"NaN",
		"-a",
		"tru",
		"truee",
		"True",
		"fals",
		"falsey",
		"nul",
		"nulll",
		"nil",
		"t",
		"true false",
		"truefalse",
		"true1",
		"1true",
		"a",
		"'a'",
		"\"",
		"\"\\\"",
		"\"\\x\"",
		"\"\\u\"",
		"\"\\u12\"",
		"\"\\u123\"",
		"\"\\u123g\"",
		"\"\\U1234\"",
		"\"\\ \"",
		"\"\\'\"",
		"\"\t\"",
		"\"\n\"",
		"\"\x1f\"",
		"\"\x01\"",
		"\\",
		"\\\"",
		"\\\"a\"",
		"\x01",
		"\x7f",
		"\xc3\xa9",
		"\xef\xbb\xbf",
		"[",
		"]",
		"{",
		"}",
		"[}",
		"{]",
		"[1}",
		"{\"a\":1]",
		"[,]",
		"[1,]",
		"[,1]",
		"[1,,2]",
		"[1 2]",
		"[1:2]",
		"[\"a\":1]",
		"[1,\"a\":1]",
		"[[1],\"a\":1]",
		"[[1],\"a\":[2]]",
		"[:]",
		"[1:]",
		"{,}",
		"{1}",
		"{1:1}",
		"{null:1}",
		"{\"a\"}",
		"{\"a\",}",
		"{\"a\":}",
		"{\"a\":,}",
		"{\"a\":1,}",
		"{\"a\":1,\"b\"}",
		"{\"a\":1,2}",
		"{\"a\":1,{}}",
		"{\"a\":1,[]}",
		"{\"a\":[1],5}",
		"{\"a\":[1],[2]}",
		"{\"a\":[1],5,\"b\":1}",
		"{\"a\":{},\"b\"}",
		"{\"a\"::1}",
		"{\"a\":1:2}",
		"{\"a\":\"b\":1}",
		"{:1}",
		"{\"a\" 1}",
		"{\"a\":1 \"b\":2}",
		"{\"a\":1\"b\":2}",
		"{[]:1}",
		"{{}:1}",
		"{{}}",
		"{[]}",
		"{\"a\" \"b\":1}",
		"{\"a\":1,,\"b\":2}",
		"[]1",
		"[]\"a\"",
		"{}{}",
		"[][]",
		"{}[]",
		"{},",
		"[],",
		"{}:",
		"[1]]",
		"{}}",
		"[1],[",
		"{\"a\":[}]}",
		"[{]}",
		"[{\"a\":1]",
		"{\"a\":[1}",
		"/**/1",
		"1/",
		"//\n1",
		"\f1",
		"\v1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[128];

		check_value(values[i], false);
		(void)snprintf(text, sizeof(text), " %s ", values[i]);
		assert_true(scan(text, strlen(text)).status >= MEDARK_JSON_EMPTY);
	}
}

static void the_status_says_what_a_text_is(void **state)
{
	(void)state;
	expect("{}", MEDARK_JSON_OBJECT);
	expect(" \t\r\n{ } \t\r\n", MEDARK_JSON_OBJECT);
	expect("[]", MEDARK_JSON_OTHER);
	expect(" [1] ", MEDARK_JSON_OTHER);
	expect("1", MEDARK_JSON_OTHER);
	expect(" -0.5e1 ", MEDARK_JSON_OTHER);
	expect("\"a\"", MEDARK_JSON_OTHER);
	expect("null", MEDARK_JSON_OTHER);
	expect("", MEDARK_JSON_EMPTY);
	expect(" \n\t\r", MEDARK_JSON_EMPTY);
	expect("{} x", MEDARK_JSON_SYNTAX);
	expect("{}{}", MEDARK_JSON_SYNTAX);
	expect("1 1", MEDARK_JSON_SYNTAX);
	expect("\xef\xbb\xbf{}", MEDARK_JSON_SYNTAX);
	assert_int_equal(scan("{}\0", 3).status, MEDARK_JSON_SYNTAX);
	assert_int_equal(scan("\0", 1).status, MEDARK_JSON_SYNTAX);
	assert_int_equal(scan(NULL, 0).status, MEDARK_JSON_EMPTY);
}

static void text_that_is_not_utf8_is_told_first(void **state)
{
	static const char *const broken[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc3",
		"\xc3\x28",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xe2\x82",
		"\xe2\x28\xa1",
		"\xe2\x82\x28",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x9f\x98",
		"\xf0\x9f\x28\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
		"\xc3\xa9\xa9",
		"\xe2\x82\xac\x80",
		"\xf0\x9f\x98\x80\x80",
	};
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		for (int fill = 0; fill < 132; fill++) {
			(void)snprintf(text, sizeof(text), "{\"a\":\"%*s%s\"}", fill, "",
				       broken[i]);
			expect(text, MEDARK_JSON_UTF8);
			(void)snprintf(text, sizeof(text), "[}%*s%s", fill, "", broken[i]);
			expect(text, MEDARK_JSON_UTF8);
		}
	}
}

static void utf8_is_judged_as_the_base_floor_does(void **state)
{
	uint8_t text[] = "{\"a\":\"....\"}";

	(void)state;
	for (uint32_t a = 0x80; a < 0x100; a++)
		for (uint32_t b = 0x70; b < 0x110; b += 1 + b / 0xc2 * 3)
			for (uint32_t c = 0; c < 8; c++) {
				static const uint8_t ends[] = { 'x',  0x7f, 0x80, 0x8f,
								0x90, 0xbf, 0xc2, 0xf0 };
				struct medark_bytes in = { text + 6, 4 };
				bool good;

				text[6] = (uint8_t)a;
				text[7] = (uint8_t)b;
				text[8] = ends[c];
				text[9] = ends[(a + b) % 8];
				good = medark_text_is_utf8(in) && text[7] >= ' ' &&
				       text[7] != '"' && text[7] != '\\';
				assert_int_equal(scan(text, sizeof(text) - 1).status,
						 good			   ? MEDARK_JSON_OBJECT
						 : medark_text_is_utf8(in) ? MEDARK_JSON_SYNTAX
									   : MEDARK_JSON_UTF8);
			}
}

static void nest(char *text, int depth, const char *middle)
{
	for (int i = 0; i < depth; i++)
		*text++ = '[';
	text += sprintf(text, "%s", middle);
	for (int i = 0; i < depth; i++)
		*text++ = ']';
	*text = '\0';
}

static void depth_ends_at_512(void **state)
{
	char text[1500], object[1600];

	(void)state;
	for (int depth = 58; depth < 70; depth++) {
		nest(text, depth, "1");
		expect(text, MEDARK_JSON_OTHER);
		nest(text, depth, "{]");
		expect(text, MEDARK_JSON_SYNTAX);
	}
	nest(text, 512, "");
	expect(text, MEDARK_JSON_OTHER);
	nest(text, 513, "");
	expect(text, MEDARK_JSON_DEPTH);
	nest(text, 511, "{\"a\":1}");
	expect(text, MEDARK_JSON_OTHER);
	nest(text, 512, "{\"a\":1}");
	expect(text, MEDARK_JSON_DEPTH);
	nest(text, 600, "}");
	expect(text, MEDARK_JSON_DEPTH);
	nest(text, 511, "");
	(void)snprintf(object, sizeof(object), "{\"id\":%s,\"a\":7}", text);
	expect_member(object, 0, "7");
	nest(text, 512, "");
	(void)snprintf(object, sizeof(object), "{\"id\":%s,\"a\":7}", text);
	expect(object, MEDARK_JSON_DEPTH);
}

static void the_first_fault_is_told(void **state)
{
	char text[1200];

	(void)state;
	nest(text, 513, "x");
	expect(text, MEDARK_JSON_DEPTH);
	text[100] = '}';
	expect(text, MEDARK_JSON_SYNTAX);
}

static void wanted_members_are_found_where_they_stand(void **state)
{
	char text[500], value[200];

	(void)state;
	expect_member("{\"a\":1}", 0, "1");
	expect_member(" { \"a\" : 1 } ", 0, "1");
	expect_member("{\"a\"\n:\t[ 1 , {\"a\":2} ]\r}", 0, "[ 1 , {\"a\":2} ]");
	expect_member("{\"id\":\"x\",\"a\":{\"id\":\"y\"}}", 1, "\"x\"");
	expect_member("{\"b\":{\"id\":\"y\"},\"c\":[{\"id\":1}]}", 1, NULL);
	expect_member("{\"b\":\"id\",\"c\":[\"id\",1]}", 1, NULL);
	expect_member("{\"ID\":1,\"idd\":2,\"i\":3,\"\":4}", 1, NULL);
	expect_member("{\"effectiveDateTimf\":5,\"effectiveDateTime\":6}", 5, "6");
	expect_member("{\"aVeryLongMemberNameOfMoreThanThirtyTwoByteS\":5}", 8, "5");
	expect_member("{\"aVeryLongMemberNameOfMoreThanThirtyTwoByteS\":5}", 7, NULL);
	expect_member("{\"01234567890123456789012345678901234567890123456789012345678901234\":5}",
		      9, NULL);
	for (int fill = 1; fill < 150; fill++) {
		(void)snprintf(text, sizeof(text), "{\"%*s\\n%*s\":1,\"id\":2}", fill, "", fill,
			       "");
		expect_member(text, 1, "2");
		(void)snprintf(value, sizeof(value), "\"%*s\"", fill, "y");
		(void)snprintf(text, sizeof(text), "{%*s\"x\":{},\"%s\":%s,\"id\":0}", fill, "",
			       test_names[9], value);
		expect_member(text, 9, value);
		expect_member(text, 1, "0");
	}
}

static void names_are_compared_without_their_escapes(void **state)
{
	(void)state;
	expect_member("{\"\\u0069d\":1}", 1, "1");
	expect_member("{\"\\u0069\\u0064\":1}", 1, "1");
	expect_member("{\"q\\\"q\":1}", 10, "1");
	expect_member("{\"q\\u0022q\":1}", 10, "1");
	expect_member("{\"i\\u0064\\u0000\":1}", 1, NULL);
	expect_member("{\"i\\ud83d\\ude00\":1}", 1, NULL);
	expect_member("{\"\\u0169d\":1}", 1, NULL);
	expect_member("{\"x\":\"\\n\",\"id\":1}", 1, "1");
	expect_member("{\"\\u0030\\u0031\\u0032\\u0033\\u0034\\u0035\\u0036\\u0037\\u0038\\u0039"
		      "012345678901234567890123456789012345678901234567890123\":1}",
		      9, "1");
	/* 64 escapes of 6 bytes are the longest form of the longest name. */
	{
		char text[500] = "{\"";

		for (const char *c = test_names[9]; *c; c++)
			(void)sprintf(text + strlen(text), "\\u%04x", (unsigned)*c);
		(void)sprintf(text + strlen(text), "\":2}");
		expect_member(text, 9, "2");
	}
}

static void the_first_of_repeated_members_counts(void **state)
{
	static const char text[] =
		"{\"id\":1,\"a\":2,\"x\":0,\"x\":0,\"a\":3,\"i\\u0064\":4,\"a\":5}";
	struct medark_json_object object = scan(text, strlen(text));

	(void)state;
	assert_int_equal(object.status, MEDARK_JSON_OBJECT);
	assert_true(object.repeated);
	assert_int_equal(object.repeated_key, 0);
	assert_int_equal(medark_json_get(&object, 0).begin, strlen("{\"id\":1,\"a\":"));
	assert_int_equal(medark_json_get(&object, 1).begin, strlen("{\"id\":"));
	object = scan(text, strlen(text) - 1);
	assert_int_equal(object.status, MEDARK_JSON_SYNTAX);
	assert_false(object.repeated);
	assert_false(medark_json_has(&object, 0));
	object = scan("{\"x\":1,\"x\":1}", 13);
	assert_false(object.repeated);
}

static void names_must_be_distinct_ascii(void **state)
{
	static const char *const twice[] = { "a", "b", "a" };
	static const char *const empty[] = { "" };
	static const char *const latin[] = { "caf\xc3\xa9" };
	static const char *const lengthy[] = {
		"01234567890123456789012345678901234567890123456789012345678901234"
	};
	struct medark_json_keys other;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_json_keys_init(&other, twice, 3, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message,
			    "member name 2 is empty, too long, not ASCII or there twice");
	assert_int_equal(medark_json_keys_init(&other, empty, 1, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_json_keys_init(&other, latin, 1, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_json_keys_init(&other, lengthy, 1, &err), MEDARK_E_USAGE);
	assert_int_equal(medark_json_keys_init(&other, twice, 129, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "more than 128 member names");
	assert_int_equal(medark_json_keys_init(&other, twice, 0, &err), 0);
}

static void all_of_128_names_are_found(void **state)
{
	static char names[MEDARK_JSON_KEYS_MAX][MEDARK_JSON_NAME_MAX + 1];
	const char *list[MEDARK_JSON_KEYS_MAX];
	struct medark_json_keys many;
	struct medark_json_object object;
	char text[16384] = "{";
	size_t size = 1;

	(void)state;
	for (int i = 0; i < MEDARK_JSON_KEYS_MAX; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%*d", 1 + i % 64, i);
		list[i] = names[i];
		size += (size_t)sprintf(text + size, "\"%s\":%d,", names[i], i);
	}
	text[size - 1] = '}';
	assert_int_equal(medark_json_keys_init(&many, list, MEDARK_JSON_KEYS_MAX, NULL), 0);
	scan_everywhere(&many, medark_bytes(text, size), &object);
	assert_int_equal(object.status, MEDARK_JSON_OBJECT);
	for (int i = 0; i < MEDARK_JSON_KEYS_MAX; i++)
		assert_int_equal(
			strtol(text + medark_json_get(&object, (uint32_t)i).begin, NULL, 10), i);
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
		cmocka_unit_test(valid_values_are_accepted),
		cmocka_unit_test(broken_values_are_refused),
		cmocka_unit_test(the_status_says_what_a_text_is),
		cmocka_unit_test(text_that_is_not_utf8_is_told_first),
		cmocka_unit_test(utf8_is_judged_as_the_base_floor_does),
		cmocka_unit_test(depth_ends_at_512),
		cmocka_unit_test(the_first_fault_is_told),
		cmocka_unit_test(wanted_members_are_found_where_they_stand),
		cmocka_unit_test(names_are_compared_without_their_escapes),
		cmocka_unit_test(the_first_of_repeated_members_counts),
		cmocka_unit_test(names_must_be_distinct_ascii),
		cmocka_unit_test(all_of_128_names_are_found),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
