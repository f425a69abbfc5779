/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the tests of json.h: texts in memory that ends where they end, every level of the
 * scanner on the same text, and jansson as an independent oracle.
 */
#ifndef MEDARK_TEST_JSON_H
#define MEDARK_TEST_JSON_H

#include "../test.h"
#include "base/text.h"
#include "scan/json_engine.h"

#include <jansson.h>

/* Names of 1 to 64 bytes, some with a common head, one with a byte that JSON must escape. */
static const char *const test_names[] = {
	"a",
	"id",
	"resourceType",
	"subject",
	"status",
	"effectiveDateTime",
	"effectiveDateTimf",
	"aVeryLongMemberNameOfMoreThanThirtyTwoBytes",
	"aVeryLongMemberNameOfMoreThanThirtyTwoByteS",
	"0123456789012345678901234567890123456789012345678901234567890123",
	"q\"q",
};

#define TEST_NAMES (sizeof(test_names) / sizeof(test_names[0]))

static inline void test_keys(struct medark_json_keys *keys)
{
	struct medark_error err = { 0 };

	assert_int_equal(medark_json_keys_init(keys, test_names, TEST_NAMES, &err), 0);
}

static inline bool same_object(const struct medark_json_object *a,
			       const struct medark_json_object *b, size_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (medark_json_get(a, i).begin != medark_json_get(b, i).begin ||
		    medark_json_get(a, i).end != medark_json_get(b, i).end)
			return false;
	return a->status == b->status && a->repeated == b->repeated &&
	       a->repeated_key == b->repeated_key &&
	       memcmp(a->present, b->present, sizeof(a->present)) == 0;
}

/* How deep a valid text is nested. */
static inline size_t test_depth(struct medark_bytes text)
{
	size_t depth = 0, most = 0;
	bool in_string = false;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (in_string && c == '\\') {
			i++;
		} else if (c == '"') {
			in_string = !in_string;
		} else if (!in_string) {
			depth += (c == '{' || c == '[') - (size_t)(c == '}' || c == ']');
			most = depth > most ? depth : most;
		}
	}
	return most;
}

/*
 * The engines must know what they can: a text that they leave to the scalar twin without need would
 * go unnoticed otherwise.
 */
static inline void expect_engines(struct medark_bytes text)
{
	while (text.size && (text.data[0] == ' ' || (uint8_t)(text.data[0] - '\t') < 5))
		text = medark_bytes(text.data + 1, text.size - 1);
	while (text.size && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] < ' '))
		text.size--;
	if (text.size == 0 || (text.data[0] != '{' && text.data[0] != '[') ||
	    test_depth(text) > MEDARK_JSON_ENGINE_DEPTH_MAX)
		return;
	for (int level = 1; level <= (int)medark_json_level(); level++)
		if (medark_json_engine((enum medark_json_level)level, text.data, text.size, NULL) !=
		    text.size)
			fail_msg("engine %d does not know: %.*s", level, (int)text.size,
				 (const char *)text.data);
}

/*
 * The memory of all scans of a test, so that each text meets what those before it left. One for
 * each set of keys; never freed.
 */
static inline struct medark_json_shapes *test_shapes(const struct medark_json_keys *keys)
{
	static struct medark_json_shapes *shapes;
	static const struct medark_json_keys *of;

	if (of != keys) {
		medark_json_shapes_free(shapes);
		assert_int_equal(medark_json_shapes_new(keys, &shapes, NULL), 0);
		of = keys;
	}
	return shapes;
}

/* Scans the text as a line with more behind it, at every level: the result must be `expected`. */
static inline void scan_as_line(const struct medark_json_keys *keys, struct medark_bytes text,
				const struct medark_json_object *expected)
{
	static const char next[] = "\n{\"id\":2}\n\"\\";
	size_t size = text.size + sizeof(next) - 1;
	uint8_t *line = malloc(size + MEDARK_JSON_PADDING);
	struct medark_json_object other;

	assert_non_null(line);
	if (text.size)
		memcpy(line, text.data, text.size);
	memcpy(line + text.size, next, sizeof(next) - 1);
	memset(line + size, '}', MEDARK_JSON_PADDING);
	for (int level = 0; level <= (int)medark_json_level(); level++) {
		assert_int_equal(medark_json_scan_line_level((enum medark_json_level)level, keys,
							     NULL, line, size, &other),
				 text.size);
		if (!same_object(expected, &other, keys->count))
			fail_msg("level %d differs in a line: %.*s", level, (int)text.size,
				 text.size ? (const char *)text.data : "");
		/* The last line may have no end; with a memory. */
		assert_int_equal(medark_json_scan_line_level((enum medark_json_level)level, keys,
							     test_shapes(keys), line, text.size,
							     &other),
				 text.size);
		if (!same_object(expected, &other, keys->count))
			fail_msg("level %d differs in the last line: %.*s", level, (int)text.size,
				 text.size ? (const char *)text.data : "");
	}
	free(line);
}

/*
 * Scans the text at every level of this machine, with three kinds of bytes behind it, and fails if
 * one result differs from the scalar one, which it gives.
 */
static inline void scan_everywhere(const struct medark_json_keys *keys, struct medark_bytes text,
				   struct medark_json_object *out)
{
	static const uint8_t behind[] = { 0, '}', 0xc3 };
	uint8_t *exact = malloc(text.size + 1), *padded = malloc(text.size + MEDARK_JSON_PADDING);
	struct medark_json_object other;

	assert_non_null(exact);
	assert_non_null(padded);
	if (text.size) {
		memcpy(exact + 1, text.data, text.size);
		memcpy(padded, text.data, text.size);
	}
	/* The scalar twin must not even look at one byte too many. */
	medark_json_scan_scalar(keys, exact + 1, text.size, out);
	for (int level = 0; level <= (int)medark_json_level(); level++) {
		memset(padded + text.size, behind[level % 3], MEDARK_JSON_PADDING);
		medark_json_scan_level((enum medark_json_level)level, keys, NULL, padded, text.size,
				       &other);
		if (!same_object(out, &other, keys->count))
			fail_msg("level %d differs: %.*s", level, (int)text.size,
				 text.size ? (const char *)text.data : "");
		/* Asked for, learnt, recalled. */
		for (int i = 0; i < 3; i++) {
			medark_json_scan_level((enum medark_json_level)level, keys,
					       test_shapes(keys), padded, text.size, &other);
			if (!same_object(out, &other, keys->count))
				fail_msg("level %d differs with a memory: %.*s", level,
					 (int)text.size, text.size ? (const char *)text.data : "");
		}
	}
	if (!text.size || !memchr(text.data, '\n', text.size))
		scan_as_line(keys, text, out);
	if (out->status <= MEDARK_JSON_OTHER)
		expect_engines(medark_bytes(padded, text.size));
	free(exact);
	free(padded);
}

/* xorshift64: the same numbers in every run. */
static inline uint64_t test_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/*
 * What jansson says, or NULL. Known differences, all of them texts that jansson refuses: escaped
 * lone surrogates, \u0000 in a name, numbers beyond the range of a double.
 */
static inline json_t *oracle(struct medark_bytes text)
{
	return json_loadb((const char *)text.data, text.size,
			  JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
}

/* Has the text what jansson refuses and RFC 8259 allows? May be true without need. */
static inline bool beyond_oracle(struct medark_bytes text)
{
	for (size_t i = 0; i + 1 < text.size; i++) {
		const uint8_t *p = text.data + i;
		bool digit = p[1] >= '0' && p[1] <= '9';

		if ((p[0] | 0x20) == 'e' && (digit || p[1] == '+' || p[1] == '-'))
			return true;
		if (i + 4 < text.size && p[0] == '\\' && p[1] == 'u' &&
		    ((p[2] | 0x20) == 'd' || (p[2] == '0' && p[3] == '0')))
			return true;
	}
	return false;
}

/* Representative texts: one line each, or laid out over many. */
static const char *const test_lines[] = {
	"{\"resourceType\":\"Observation\",\"id\":\"o-1\",\"status\":\"final\",\"code\":{\"coding\":"
	"[{\"system\":\"http://loinc.org\",\"code\":\"8302-2\",\"display\":\"Body \\\"Height\\\"\"}]"
	",\"text\":\"Body Height\"},\"subject\":{\"reference\":\"Patient/p-1\"},"
	"\"effectiveDateTime\":\"2011-10-14T23:37:54+00:00\",\"valueQuantity\":{\"value\":"
	"176.35499866729558,\"unit\":\"cm\"},\"meta\":{\"tag\":[{\"system\":\"x\",\"code\":\"y\"}]}}",

	"{ \"resourceType\" : \"Patient\" ,\n\t\"id\" : \"p-1\",\n\t\"name\" : [ { \"family\" : "
	"\"de Gro\xc3\xb3t \xe2\x82\xac \xf0\x9f\x98\x80\", \"given\" : [ \"A\", \"B\" ] } ],\n"
	"\t\"active\" : true , \"deceasedBoolean\" : false,\r\n\t\"x\" : null , \"y\" : -0.5E+2, "
	"\"a\" : [ 1 , 2.5 , -3e7 , 0 , [ ] , { } , [ [ ] ] ]\n}\n",

	"{\"i\\u0064\":\"esc\",\"\\u0073tatus\":[{}],\"text\":{\"div\":\"<div xmlns=\\\"http:\\/\\/www"
	".w3.org\\/1999\\/xhtml\\\">\\n\\t\\u00e9\\\\\\\\<\\/div>\"},\"q\\\"q\":{\"a\":{\"a\":{\"a\":"
	"[[[[[[{\"id\":1}]]]]]]}}},\"aVeryLongMemberNameOfMoreThanThirtyTwoBytes\":1,"
	"\"effectiveDateTimf\":0.125,\"a\":-12345678901234567890.5}",

	"[{\"a\":1},{\"b\":[1,2,3,\"x\",true,false,null]},\"s\",-1.5e-3,[],{},[[],[{}]]]",
};

#define TEST_LINES (sizeof(test_lines) / sizeof(test_lines[0]))

/* Changes one to three places of `text` (room for size + 64); returns the new size. */
static inline size_t mutate(uint8_t *text, size_t size, uint64_t *random)
{
	static const uint8_t likely[] = "{}[]:,\"\\ \t\n09-.eEtfnu/bd\x01\x80\xc3\xa9\xe2\xf0\xff";
	size_t times = 1 + test_random(random) % 3;

	while (times--) {
		uint64_t dice = test_random(random);
		size_t at = size ? (size_t)(dice >> 32) % size : 0, n = 1 + (dice >> 8) % 16;
		uint8_t c = likely[(dice >> 16) % (sizeof(likely) - 1)];

		if (size == 0 || dice % 5 == 0) {
			memmove(text + at + 1, text + at, size - at);
			text[at] = c;
			size++;
		} else if (dice % 5 == 1) {
			memmove(text + at, text + at + 1, size - at - 1);
			size--;
		} else if (dice % 5 == 2) {
			text[at] = (uint8_t)(dice >> 24);
		} else if (dice % 5 == 3) {
			text[at] = c;
		} else if (at + 2 * n <= size) {
			memmove(text + at + n, text + at, n);
		}
	}
	return size;
}

#endif
