/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compares on real data, text by text: every level of the scanner, the stream in pieces of random
 * size, the pull reader, and jansson. A file whose name ends in .ndjson is one text a line, any
 * other file one text. Prints what differs (file, line; nothing of the text) and the counts.
 *
 *	cc -O2 -D_GNU_SOURCE -Iinclude -Ilib tests/bench/check_json.c lib/scan/json*.c \
 *		lib/base/{error,text,buffer,secret}.c -ljansson -o check_json
 *	find DIRECTORY -name '*.json' -o -name '*.ndjson' | ./check_json
 */
#include "scan/json_engine.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const names[] = {
	"resourceType", "id",	     "meta",	   "text",	"status",
	"subject",	"patient",   "performer",  "encounter", "effectiveDateTime",
	"issued",	"date",	     "period",	   "birthDate", "author",
	"entry",	"contained", "identifier", "name",	"extension",
	"code",		"category",  "type",	   "item",	"valueQuantity",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static struct medark_json_keys keys;
static struct medark_json_shapes *shapes; /* of all texts before */
static size_t texts, objects, refused, left_to_scalar, differences;
static const char *file;
static size_t line;
static uint32_t random_state = 1;

static void differ(const char *what)
{
	differences++;
	(void)printf("%s:%zu: %s differs\n", file, line, what);
}

static bool same_values(const struct medark_json_object *a, const struct medark_json_object *b)
{
	for (uint32_t i = 0; i < NAMES; i++)
		if (medark_json_get(a, i).begin != medark_json_get(b, i).begin ||
		    medark_json_get(a, i).end != medark_json_get(b, i).end)
			return false;
	return true;
}

static void check_levels(struct medark_bytes text, const struct medark_json_object *scalar)
{
	struct medark_json_object other;

	for (int level = 1; level <= (int)medark_json_level(); level++) {
		medark_json_scan_level((enum medark_json_level)level, &keys, shapes, text.data,
				       text.size, &other);
		if (other.status != scalar->status || other.repeated != scalar->repeated ||
		    other.repeated_key != scalar->repeated_key || !same_values(&other, scalar))
			differ("a level");
	}
	if (scalar->status == MEDARK_JSON_OBJECT && text.data[0] == '{' && medark_json_level() &&
	    medark_json_engine(medark_json_level(), text.data, text.size, NULL) == 0)
		left_to_scalar++;
}

static void check_stream(struct medark_bytes text, const struct medark_json_object *scalar)
{
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *s = NULL;

	if (medark_json_stream_new(&keys, &s, NULL) < 0)
		exit(1);
	for (size_t at = 0, n; at < text.size; at += n) {
		random_state = random_state * 1664525 + 1013904223;
		n = 1 + (random_state >> 16) % 300;
		n = n < text.size - at ? n : text.size - at;
		if (medark_json_stream_add(s, text.data + at, n, NULL) < 0)
			exit(1);
	}
	if (medark_json_stream_finish(s) != scalar->status ||
	    medark_json_stream_repeated(s) != scalar->repeated)
		differ("the stream's status");
	for (uint32_t i = 0; i < NAMES; i++) {
		struct medark_json_value v = medark_json_get(scalar, i);
		bool cut = false;
		struct medark_bytes got = medark_json_stream_value(s, i, &cut);

		if (cut != (v.end - v.begin > MEDARK_JSON_STREAM_VALUE_MAX) ||
		    (!cut &&
		     !medark_bytes_equal(got, medark_bytes(text.data + v.begin, v.end - v.begin))))
			differ("a value of the stream");
	}
}

static void check_reader(struct medark_bytes text, const struct medark_json_object *scalar)
{
	struct medark_json_reader r, skipper;
	enum medark_json_token token;
	struct medark_bytes value;
	size_t count = 0;
	bool valid = scalar->status <= MEDARK_JSON_OTHER;

	medark_json_reader_init(&r, text);
	do {
		skipper = r;
		token = medark_json_next(&r);
		if (++count % 7 == 0 && token > MEDARK_JSON_END && token != MEDARK_JSON_KEY &&
		    token != MEDARK_JSON_OBJECT_END && token != MEDARK_JSON_ARRAY_END && valid &&
		    !medark_json_skip(&skipper, &value))
			differ("a skipped value");
	} while (token > MEDARK_JSON_END);
	if (valid != (token == MEDARK_JSON_END && count > 1))
		differ("the reader");
}

static void check_members(struct medark_bytes text, const struct medark_json_object *scalar,
			  const json_t *json)
{
	for (uint32_t i = 0; i < NAMES; i++) {
		struct medark_json_value v = medark_json_get(scalar, i);
		const json_t *theirs = json_object_get(json, names[i]);
		json_t *ours;

		if ((theirs != NULL) != (v.end != 0))
			differ("the presence of a member");
		if (!theirs || !v.end)
			continue;
		ours = json_loadb((const char *)text.data + v.begin, v.end - v.begin,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (!json_equal(ours, theirs))
			differ("the value of a member");
		json_decref(ours);
	}
}

/* MEDARK_JSON_PADDING bytes behind the text are readable. */
static void check(struct medark_bytes text)
{
	struct medark_json_object scalar;
	json_t *json = json_loadb((const char *)text.data, text.size,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	medark_json_scan_scalar(&keys, text.data, text.size, &scalar);
	texts++;
	objects += scalar.status == MEDARK_JSON_OBJECT;
	refused += scalar.status > MEDARK_JSON_EMPTY;
	check_levels(text, &scalar);
	check_stream(text, &scalar);
	check_reader(text, &scalar);
	if ((json != NULL) != (scalar.status <= MEDARK_JSON_OTHER))
		differ("jansson");
	else if (json && json_is_object(json) && !scalar.repeated)
		check_members(text, &scalar, json);
	json_decref(json);
}

static void check_file(const uint8_t *data, size_t size)
{
	bool lines = strlen(file) > 7 && strcmp(file + strlen(file) - 7, ".ndjson") == 0;
	const uint8_t *p = data, *end = data + size, *newline;

	line = 1;
	if (!lines) {
		check(medark_bytes(data, size));
		return;
	}
	for (; p < end; p = newline + 1, line++) {
		newline = memchr(p, '\n', (size_t)(end - p));
		newline = newline ? newline : end;
		check(medark_bytes(p, (size_t)(newline - p)));
	}
}

int main(void)
{
	static char path[4096];

	if (medark_json_keys_init(&keys, names, NAMES, NULL) < 0 ||
	    medark_json_shapes_new(&keys, &shapes, NULL) < 0)
		return 1;
	while (fgets(path, sizeof(path), stdin)) {
		uint8_t *data;
		size_t size;
		FILE *f;

		path[strcspn(path, "\n")] = '\0';
		f = fopen(path, "rb");
		if (!f)
			return 1;
		(void)fseek(f, 0, SEEK_END);
		size = (size_t)ftell(f);
		rewind(f);
		data = malloc(size + MEDARK_JSON_PADDING);
		if (!data || fread(data, 1, size, f) != size)
			return 1;
		(void)fclose(f);
		memset(data + size, '"', MEDARK_JSON_PADDING);
		file = path;
		check_file(data, size);
		free(data);
	}
	(void)printf("%zu texts, %zu objects, %zu refused, %zu valid ones left to the scalar twin, "
		     "%zu differences\n",
		     texts, objects, refused, left_to_scalar, differences);
	return differences != 0;
}
