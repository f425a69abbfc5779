/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures the leaf hashes of the lines of NDJSON files in every way that this machine has: the
 * lines of a few files turn by turn, copied and hashed a batch at a time as the export does it; the
 * time of the copying alone is taken off. Then the nodes above the leaves. Minima of rounds.
 *
 *	cc -O3 -D_GNU_SOURCE -Iinclude -Ilib tests/bench/bench_leaf.c -o bench_leaf \
 *		build/release/lib/libmedark_internal.a -lcrypto && ./bench_leaf 187 FILE...
 */
#include "crypto/leaf_lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS	99
#define SEGMENT ((size_t)4 << 20)
#define LINES	8192 /* at most in a segment */
#define BATCH	4096 /* at most */

typedef void leaf_function(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			   const struct medark_bytes *records, size_t count,
			   struct medark_digest *out);
typedef void node_function(const struct medark_digest *children, size_t count,
			   struct medark_digest *out);

struct segment {
	struct medark_bytes lines[LINES];
	size_t count, size;
};

static uint8_t salts[LINES][MEDARK_LEAF_SALT_SIZE];
static struct medark_digest hashes[LINES];

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct medark_bytes read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(SEGMENT);
	size_t size = f && data ? fread(data, 1, SEGMENT, f) : 0;

	if (size == 0) {
		(void)fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	(void)fclose(f);
	return medark_bytes(data, size);
}

/* A line of each file in turn, until the segment is full or the files are at their end. */
static void fill(struct segment *s, struct medark_bytes *files, size_t count)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < count && s->count < LINES; i++) {
			const uint8_t *end = memchr(files[i].data, '\n', files[i].size);
			size_t n = end ? (size_t)(end - files[i].data) + 1 : 0;

			if (n == 0 || s->size + n > SEGMENT)
				continue;
			s->lines[s->count++] = medark_bytes(files[i].data, n);
			s->size += n;
			files[i].data += n;
			files[i].size -= n;
			more = true;
		}
	}
}

/* Seconds for one segment; without a function only the copying. */
static double leaves(leaf_function *hash, const struct segment *s, size_t batch, uint8_t *to)
{
	struct medark_bytes records[BATCH];
	double best = 1e9;

	for (int r = 0; r < ROUNDS; r++) {
		uint8_t *p = to;
		double t = now();

		for (size_t i = 0; i < s->count;) {
			size_t n = 0, first = i;

			for (; n < batch && i < s->count; n++, i++) {
				memcpy(p, s->lines[i].data, s->lines[i].size);
				records[n] = medark_bytes(p, s->lines[i].size);
				p += s->lines[i].size;
			}
			if (hash)
				hash((const uint8_t(*)[MEDARK_LEAF_SALT_SIZE])(salts + first),
				     records, n, hashes + first);
		}
		t = now() - t;
		best = t < best ? t : best;
	}
	return best;
}

static double nodes(node_function *hash, size_t count)
{
	static struct medark_digest out[LINES / 2];
	double best = 1e9;

	for (int r = 0; r < ROUNDS; r++) {
		double t = now();

		hash(hashes, count / 2, out);
		t = now() - t;
		best = t < best ? t : best;
	}
	return best;
}

static void report(const char *name, leaf_function *leaf, node_function *node,
		   const struct segment *s, size_t batch)
{
	static uint8_t to[SEGMENT];
	double copy = leaves(NULL, s, batch, to), both = leaves(leaf, s, batch, to);
	double node_time = nodes(node, s->count);

	(void)printf("%-8s %5.2f GB/s of records, %4.1f ns a node (%.2f GB/s)\n", name,
		     (double)s->size / (both - copy) * 1e-9,
		     node_time / (double)(s->count / 2) * 1e9,
		     (double)(s->count / 2 * 2 * MEDARK_DIGEST_SIZE) / node_time * 1e-9);
}

int main(int argc, char **argv)
{
	static struct segment segment;
	struct medark_bytes *files = calloc((size_t)argc, sizeof(*files));
	size_t batch = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	if (!files || argc < 3 || batch == 0 || batch > BATCH || medark_digest_setup(NULL)) {
		(void)fprintf(stderr, "usage: bench_leaf RECORDS-IN-A-BATCH FILE...\n");
		return 1;
	}
	for (int i = 2; i < argc; i++)
		files[i - 2] = read_file(argv[i]);
	fill(&segment, files, (size_t)argc - 2);
	(void)printf("%zu lines, %zu bytes\n", segment.count, segment.size);
	report("EVP", medark_leaf_hash_plain, medark_node_hash_plain, &segment, batch);
#ifdef MEDARK_LEAF_HAS_X86
	if (medark_leaf_sha_ni_available())
		report("SHA-NI", medark_leaf_hash_sha_ni, medark_node_hash_sha_ni, &segment, batch);
	if (medark_leaf_avx512_available()) {
		report("eight", medark_leaf_hash_eight, medark_node_hash_eight, &segment, batch);
		report("sixteen", medark_leaf_hash_sixteen, medark_node_hash_sixteen, &segment,
		       batch);
	}
#endif
	return 0;
}
