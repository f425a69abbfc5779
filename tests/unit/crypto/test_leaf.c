/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/leaf_lanes.h"

#include <sys/mman.h>
#include <unistd.h>

#define COUNT	  700
#define DATA_SIZE (1 << 20)

typedef void hash_function(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			   const struct medark_bytes *records, size_t count,
			   struct medark_digest *out);
typedef void node_function(const struct medark_digest *children, size_t count,
			   struct medark_digest *out);

static uint8_t data[DATA_SIZE];
static uint8_t salts[COUNT][MEDARK_LEAF_SALT_SIZE];

static int set_up(void **state)
{
	unsigned x = 1;

	(void)state;
	for (size_t i = 0; i < DATA_SIZE; i++) {
		x = x * 1103515245 + 12345;
		data[i] = (uint8_t)(x >> 16);
	}
	memcpy(salts, data + 1000, sizeof(salts));
	return medark_digest_setup(NULL);
}

/* The definition, in one buffer and one call. */
static void expect(const uint8_t *salt, struct medark_bytes record, struct medark_digest *out)
{
	uint8_t *message = malloc(1 + MEDARK_LEAF_SALT_SIZE + record.size);

	assert_non_null(message);
	message[0] = 0x00;
	memcpy(message + 1, salt, MEDARK_LEAF_SALT_SIZE);
	if (record.size)
		memcpy(message + 1 + MEDARK_LEAF_SALT_SIZE, record.data, record.size);
	medark_sha256(message, 1 + MEDARK_LEAF_SALT_SIZE + record.size, out);
	free(message);
}

static void compare(hash_function *hash, const struct medark_bytes *records, size_t count)
{
	static struct medark_digest got[COUNT];
	struct medark_digest expected;

	hash((const uint8_t(*)[MEDARK_LEAF_SALT_SIZE])salts, records, count, got);
	for (size_t i = 0; i < count; i++) {
		expect(salts[i], records[i], &expected);
		assert_memory_equal(got[i].bytes, expected.bytes, sizeof(expected.bytes));
	}
}

/* A copy that ends where its allocation does, so that a read past it shows. */
static struct medark_bytes copy(size_t from, size_t size)
{
	uint8_t *p = malloc(size ? size : 1);

	assert_non_null(p);
	memcpy(p, data + from, size);
	return medark_bytes(p, size);
}

static void compare_and_free(hash_function *hash, const struct medark_bytes *records, size_t count)
{
	compare(hash, records, count);
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)records[i].data);
}

/* Every small size: in order, longer ones next to shorter ones, and many records of one size. */
static void try_sizes(hash_function *hash)
{
	struct medark_bytes records[COUNT] = { 0 };

	for (size_t i = 0; i <= 300; i++)
		records[i] = copy(i, i);
	compare_and_free(hash, records, 301);
	for (size_t i = 0; i <= 300; i++)
		records[i] = copy(i, i * 101 % 301);
	compare_and_free(hash, records, 301);
	for (size_t size = 0; size <= 130; size++) {
		for (size_t i = 0; i < 20; i++)
			records[i] = copy(i + size, size);
		compare_and_free(hash, records, 20);
	}
	/* Around the ends of blocks, where the padding needs one more. */
	for (size_t i = 0; i < 400; i++)
		records[i] = copy(i, (i / 20) * 64 + 30 + i % 20 * 2 + i / 200);
	compare_and_free(hash, records, 400);
}

static void try_batches(hash_function *hash)
{
	struct medark_bytes records[COUNT] = { 0 };
	unsigned x = 7;

	for (size_t count = 0; count <= 200; count++) {
		for (size_t i = 0; i < count; i++) {
			x = x * 1103515245 + 12345;
			records[i] = copy(x >> 20, (x >> 8) % (count % 3 ? 900 : 90));
		}
		compare_and_free(hash, records, count);
	}
	for (size_t i = 0; i < COUNT; i++)
		records[i] = medark_bytes(data + i, (i * 7919) % 5000);
	compare(hash, records, COUNT);
}

/* A record much longer than the others, first and last, and records without a place. */
static void try_uneven(hash_function *hash)
{
	struct medark_bytes records[COUNT] = { 0 };

	for (size_t i = 0; i < COUNT; i++)
		records[i] = i % 2 ? medark_bytes(data + i, i % 100) : medark_bytes(NULL, 0);
	records[0] = medark_bytes(data, DATA_SIZE);
	compare(hash, records, 1);
	compare(hash, records, 3);
	compare(hash, records, 40);
	records[0] = records[2];
	records[39] = medark_bytes(data + 3, DATA_SIZE - 3);
	compare(hash, records, 40);
	records[2] = medark_bytes(data + 1, DATA_SIZE - 1);
	compare(hash, records, COUNT);
	compare(hash, records, 3);
}

/* Between two pages that nobody may read: sanitizers do not see what masked instructions load. */
static void try_guarded(hash_function *hash)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *pages = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct medark_bytes records[32];

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + page, page, PROT_READ | PROT_WRITE), 0);
	memcpy(pages + page, data, page);
	for (size_t size = 0; size <= 200; size++) {
		for (size_t i = 0; i < 32; i += 2) {
			records[i] = medark_bytes(pages + page, size);
			records[i + 1] = medark_bytes(pages + 2 * page - size, size);
		}
		compare(hash, records, 32);
	}
	assert_int_equal(munmap(pages, 3 * page), 0);
}

static void try_leaves(hash_function *hash)
{
	try_sizes(hash);
	try_guarded(hash);
	try_batches(hash);
	try_uneven(hash);
}

/* Levels of a tree, each one also in place of the one below. */
static void try_nodes(node_function *hash)
{
	static struct medark_digest children[2 * COUNT], in_place[2 * COUNT], plain[COUNT];

	memcpy(children, data, sizeof(children));
	for (size_t i = 0; i < COUNT; i++) {
		static const uint8_t prefix = 0x01;
		struct medark_bytes parts[] = { medark_bytes(&prefix, 1),
						medark_bytes(&children[2 * i], 64) };

		medark_sha256_parts(parts, 2, &plain[i]);
	}
	for (size_t count = 0; count <= COUNT; count += count < 70 ? 1 : 63) {
		struct medark_digest out[COUNT];

		hash(children, count, out);
		assert_memory_equal(out, plain, count * sizeof(*out));
		memcpy(in_place, children, sizeof(children));
		hash(in_place, count, in_place);
		assert_memory_equal(in_place, plain, count * sizeof(*out));
		assert_memory_equal(in_place + count, children + count,
				    (2 * COUNT - count) * sizeof(*out));
	}
}

static void hashes_follow_their_definition(void **state)
{
	(void)state;
	try_leaves(medark_leaf_hash);
	try_nodes(medark_node_hash);
}

static void the_plain_way_gives_the_same(void **state)
{
	(void)state;
	try_leaves(medark_leaf_hash_plain);
	try_nodes(medark_node_hash_plain);
}

static void the_sha_extensions_give_the_same(void **state)
{
	(void)state;
#ifdef MEDARK_LEAF_HAS_X86
	if (medark_leaf_sha_ni_available()) {
		try_leaves(medark_leaf_hash_sha_ni);
		try_nodes(medark_node_hash_sha_ni);
		return;
	}
#endif
	skip();
}

/* Where eight lanes are very slow (see leaf_lanes.h) they are tried as well, with fewer records. */
static void eight_lanes_give_the_same(void **state)
{
	(void)state;
#ifdef MEDARK_LEAF_HAS_X86
	if (medark_leaf_avx512_available()) {
		try_guarded(medark_leaf_hash_eight);
		try_nodes(medark_node_hash_eight);
		if (__builtin_cpu_is("amd"))
			try_leaves(medark_leaf_hash_eight);
		return;
	}
#endif
	skip();
}

static void sixteen_lanes_give_the_same(void **state)
{
	(void)state;
#ifdef MEDARK_LEAF_HAS_X86
	if (medark_leaf_avx512_available()) {
		try_leaves(medark_leaf_hash_sixteen);
		try_nodes(medark_node_hash_sixteen);
		return;
	}
#endif
	skip();
}

/* FIPS 197 appendix C.3 */
static void a_salt_is_one_block_of_aes(void **state)
{
	uint8_t out[2][MEDARK_LEAF_SALT_SIZE];
	struct medark_error err = { 0 };
	struct medark_key key;
	char hex[33];

	(void)state;
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] = (uint8_t)i;
	assert_ok(medark_leaf_salts(&key, 0x0011223344556677, 0x8899aabbccddeefe, 2, out, &err));
	medark_text_hex(out[1], sizeof(out[1]), hex);
	assert_string_equal(hex, "8ea2b7ca516745bfeafc49904b496089");
	assert_memory_not_equal(out[0], out[1], sizeof(out[0]));
	assert_ok(medark_leaf_salts(&key, 1, 0, 0, out, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_follow_their_definition),
		cmocka_unit_test(the_plain_way_gives_the_same),
		cmocka_unit_test(the_sha_extensions_give_the_same),
		cmocka_unit_test(eight_lanes_give_the_same),
		cmocka_unit_test(sixteen_lanes_give_the_same),
		cmocka_unit_test(a_salt_is_one_block_of_aes),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
