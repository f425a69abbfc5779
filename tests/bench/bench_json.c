/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures medark_json_scan() line by line over NDJSON files, at every level the machine has, and
 * medark_json_skip() over the same lines.
 *
 *	cc -O2 -D_GNU_SOURCE -Iinclude -Ilib tests/bench/bench_json.c lib/scan/json*.c \
 *		lib/base/{error,text,buffer,secret}.c -o bench_json && ./bench_json FILE...
 */
#include "scan/json_engine.h"

#include <stdio.h>
#include <time.h>

#define ROUNDS 7

static const char *const names[] = {
	"resourceType",
	"id",
	"meta",
	"status",
	"subject",
	"patient",
	"performer",
	"encounter",
	"effectiveDateTime",
	"effectivePeriod",
	"issued",
	"date",
	"period",
	"onsetDateTime",
	"recordedDate",
	"authoredOn",
	"performedDateTime",
	"performedPeriod",
	"birthDate",
	"author",
	"recorder",
	"asserter",
	"beneficiary",
	"policyHolder",
	"subscriber",
	"participant",
	"actor",
	"source",
	"target",
	"individual",
	"link",
	"member",
	"requester",
	"recipient",
	"sender",
	"occurrenceDateTime",
	"created",
	"started",
	"billablePeriod",
	"payee",
	"provider",
};

struct corpus {
	uint8_t *data;
	size_t size;
};

static bool load(const char *path, struct corpus *c)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	(void)fseek(f, 0, SEEK_END);
	n = (size_t)ftell(f);
	rewind(f);
	c->data = realloc(c->data, c->size + n + MEDARK_JSON_PADDING);
	if (!c->data)
		return false;
	c->size += fread(c->data + c->size, 1, n, f);
	return fclose(f) == 0;
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What one round found, so that the work is not optimised away. */
struct found {
	size_t lines, objects, values;
};

static void scan_lines(const struct corpus *c, const struct medark_json_keys *keys,
		       struct medark_json_shapes *shapes, int level, struct found *found)
{
	struct medark_json_object object;
	size_t end;

	for (size_t at = 0; at < c->size; at = end + 1) {
		end = at + medark_json_scan_line_level((enum medark_json_level)level, keys, shapes,
						       c->data + at, c->size - at, &object);
		found->lines++;
		found->objects += object.status == MEDARK_JSON_OBJECT;
		for (uint32_t i = 0; i < keys->count; i++)
			found->values += medark_json_has(&object, i);
	}
}

static void skip_lines(const struct corpus *c, const struct medark_json_keys *keys,
		       struct medark_json_shapes *shapes, int level, struct found *found)
{
	struct medark_json_reader r;
	struct medark_bytes value;

	(void)keys;
	(void)shapes;
	(void)level;
	for (size_t at = 0; at < c->size; at += value.size + 1) {
		medark_json_reader_init(&r, medark_bytes(c->data + at, c->size - at));
		if (!medark_json_skip(&r, &value))
			return;
		found->objects++;
	}
}

static void measure(const char *what, const struct corpus *c, const struct medark_json_keys *keys,
		    struct medark_json_shapes *shapes, int level,
		    void (*work)(const struct corpus *, const struct medark_json_keys *,
				 struct medark_json_shapes *, int, struct found *))
{
	double best = 1e9;
	struct found found;

	for (int i = 0; i < ROUNDS; i++) {
		double begin = now();

		found = (struct found) { 0 };
		work(c, keys, shapes, level, &found);
		if (now() - begin < best)
			best = now() - begin;
	}
	(void)printf("%-8s %8.0f MB/s  %zu lines, %zu objects, %zu values\n", what,
		     (double)c->size / best * 1e-6, found.lines, found.objects, found.values);
}

int main(int argc, char **argv)
{
	static const char *const levels[] = { "scalar", "avx2", "avx512", "vbmi2" };
	MEDARK_AUTO(medark_json_shapes_free) struct medark_json_shapes *shapes = NULL;
	struct medark_json_keys keys;
	struct corpus c = { 0 };

	if (medark_json_keys_init(&keys, names, sizeof(names) / sizeof(names[0]), NULL) < 0 ||
	    medark_json_shapes_new(&keys, &shapes, NULL) < 0)
		return 1;
	for (int i = 1; i < argc; i++)
		if (!load(argv[i], &c))
			return 1;
	if (!c.data || c.size == 0)
		return 1;
	for (int level = 0; level <= (int)medark_json_level(); level++)
		measure(levels[level], &c, &keys, NULL, level, scan_lines);
	measure("shapes", &c, &keys, shapes, (int)medark_json_level(), scan_lines);
	measure("skip", &c, &keys, NULL, 0, skip_lines);
	free(c.data);
	return 0;
}
