/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All ways to scan a text agree: every SIMD level, the scalar twin, a stream at any split, the pull
 * reader. The last byte of an input chooses the split. The lines of a text are scanned with a
 * memory of the shapes before them.
 */
#include "forge.h"
#include "scan/json_engine.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "resourceType", "id", "subject", "a", "birthDate", "\"" };
static struct medark_json_keys keys;

static void expect_same(const struct medark_json_object *a, const struct medark_json_object *b)
{
	forge_expect(a->status == b->status && a->repeated == b->repeated);
	forge_expect(a->repeated_key == b->repeated_key);
	for (uint32_t i = 0; i < keys.count; i++)
		forge_expect(medark_json_get(a, i).end == medark_json_get(b, i).end &&
			     medark_json_get(a, i).begin == medark_json_get(b, i).begin);
}

/* The first line of a text gives what it gives alone. */
static void try_line(const uint8_t *copy, size_t size, enum medark_json_level level)
{
	static struct medark_json_object alone, line;
	const uint8_t *feed = size ? memchr(copy, '\n', size) : NULL;
	size_t end = feed ? (size_t)(feed - copy) : size;

	medark_json_scan_scalar(&keys, copy, end, &alone);
	forge_expect(medark_json_scan_line_level(level, &keys, NULL, copy, size, &line) == end);
	expect_same(&alone, &line);
}

/* A memory changes nothing, whatever stands in it: each line leaves something for the next ones. */
static void try_shapes(const uint8_t *copy, size_t size, enum medark_json_level level)
{
	static struct medark_json_object alone, line;
	MEDARK_AUTO(medark_json_shapes_free) struct medark_json_shapes *shapes = NULL;
	size_t end;

	forge_expect(medark_json_shapes_new(&keys, &shapes, NULL) == 0);
	/* The second round learns, and the third meets what it learnt. */
	for (int round = 0; round < 3; round++) {
		for (size_t at = 0; at < size; at = end + 1) {
			end = at + medark_json_scan_line_level(level, &keys, shapes, copy + at,
							       size - at, &line);
			medark_json_scan_scalar(&keys, copy + at, end - at, &alone);
			expect_same(&alone, &line);
		}
	}
}

static void try_stream(struct medark_bytes text, size_t step, const struct medark_json_object *want)
{
	MEDARK_AUTO(medark_json_stream_free) struct medark_json_stream *s = NULL;

	forge_expect(medark_json_stream_new(&keys, &s, NULL) == 0);
	for (size_t at = 0; at < text.size; at += step) {
		size_t left = text.size - at;

		forge_expect(medark_json_stream_add(s, text.data + at, left < step ? left : step,
						    NULL) == 0);
	}
	forge_expect(medark_json_stream_finish(s) == want->status);
	forge_expect(medark_json_stream_repeated(s) == want->repeated);
	for (uint32_t i = 0; i < keys.count && want->status == MEDARK_JSON_OBJECT; i++) {
		struct medark_json_value v = medark_json_get(want, i);
		bool cut;
		struct medark_bytes got = medark_json_stream_value(s, i, &cut);

		forge_expect(cut || medark_bytes_equal(got, medark_bytes(text.data + v.begin,
									 v.end - v.begin)));
	}
}

static void decode(struct medark_bytes raw)
{
	uint8_t *out = malloc(raw.size + 1);
	size_t size;

	forge_expect(out != NULL);
	size = medark_json_decode(raw, out);
	forge_expect(size <= raw.size);
	free(out);
}

/* The reader takes exactly what the scanner takes. */
static void try_reader(struct medark_bytes text, enum medark_json_status status)
{
	struct medark_json_reader r;
	enum medark_json_token token;
	size_t tokens = 0;

	medark_json_reader_init(&r, text);
	while ((token = medark_json_next(&r)) > MEDARK_JSON_END) {
		forge_expect(r.raw.data >= text.data &&
			     r.raw.data + r.raw.size <= text.data + text.size);
		if (token == MEDARK_JSON_STRING || token == MEDARK_JSON_KEY)
			decode(r.raw);
		tokens++;
	}
	if (status == MEDARK_JSON_OBJECT || status == MEDARK_JSON_OTHER)
		forge_expect(token == MEDARK_JSON_END && tokens);
	else if (status == MEDARK_JSON_EMPTY)
		forge_expect(token == MEDARK_JSON_END && !tokens);
	else
		forge_expect(token == MEDARK_JSON_BAD);
}

static void try_skip(struct medark_bytes text, enum medark_json_status status)
{
	struct medark_json_reader r;
	struct medark_bytes value;

	medark_json_reader_init(&r, text);
	if (!medark_json_skip(&r, &value))
		forge_expect(status > MEDARK_JSON_OTHER);
	else if (medark_json_next(&r) == MEDARK_JSON_END)
		forge_expect(status <= MEDARK_JSON_OTHER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct medark_json_object scalar, other;
	size_t step = size ? data[size - 1] % 70 + 1 : 1;
	struct medark_bytes text = medark_bytes(data, size ? size - 1 : 0);
	uint8_t *copy = malloc(size + MEDARK_JSON_PADDING);

	forge_expect(copy && (keys.count || medark_json_keys_init(&keys, names, 6, NULL) == 0));
	if (size)
		memcpy(copy, data, size);
	memset(copy + text.size, '"', MEDARK_JSON_PADDING);
	medark_json_scan_scalar(&keys, text.data, text.size, &scalar);
	for (int level = MEDARK_JSON_LEVEL_SCALAR; level <= (int)medark_json_level(); level++) {
		medark_json_scan_level((enum medark_json_level)level, &keys, NULL, copy, text.size,
				       &other);
		expect_same(&scalar, &other);
		try_line(copy, text.size, (enum medark_json_level)level);
	}
	try_shapes(copy, text.size, medark_json_level());
	try_stream(text, step, &scalar);
	try_reader(text, scalar.status);
	try_skip(text, scalar.status);
	free(copy);
	return 0;
}
