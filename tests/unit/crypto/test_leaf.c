/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/leaf_lanes.h"

#define COUNT	  700
#define DATA_SIZE (1 << 20)

typedef void hash_function(const uint8_t salts[][MEDARK_LEAF_SALT_SIZE],
			   const struct medark_bytes *records, size_t count,
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

static void try_sizes(hash_function *hash)
{
	struct medark_bytes records[COUNT];

	/* Each size by a copy that ends where the size does, so that a read past it shows. */
	for (size_t i = 0; i < 300; i++) {
		uint8_t *copy = malloc(i ? i : 1);

		assert_non_null(copy);
		memcpy(copy, data + i, i);
		records[i] = medark_bytes(copy, i);
	}
	compare(hash, records, 300);
	for (size_t i = 0; i < 300; i++)
		free((void *)(uintptr_t)records[i].data);
	for (size_t i = 0; i < COUNT; i++)
		records[i] = medark_bytes(data + i, (i * 7919) % 5000);
	compare(hash, records, COUNT);
	records[0] = medark_bytes(data, DATA_SIZE);
	compare(hash, records, 3);
	records[2] = medark_bytes(data + 3, DATA_SIZE - 3);
	compare(hash, records, 3);
	compare(hash, records, 1);
	compare(hash, records, 0);
}

static void leaf_hashes_follow_their_definition(void **state)
{
	(void)state;
	try_sizes(medark_leaf_hash);
}

static void the_plain_way_gives_the_same(void **state)
{
	(void)state;
	try_sizes(medark_leaf_hash_plain);
}

static void the_sha_extensions_give_the_same(void **state)
{
	(void)state;
#ifdef MEDARK_LEAF_HAS_SHA_NI
	if (medark_leaf_sha_ni_available()) {
		try_sizes(medark_leaf_hash_sha_ni);
		return;
	}
#endif
	skip();
}

/* Levels of a tree, each one in place of the one below. */
static void nodes_follow_their_definition(void **state)
{
	struct medark_digest children[66], plain[33], out[33];

	(void)state;
	for (size_t i = 0; i < sizeof(children); i++)
		((uint8_t *)children)[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t count = 0; count <= 33; count++) {
		struct medark_digest in_place[66];

		memcpy(in_place, children, sizeof(children));
		medark_node_hash_plain(children, count, plain);
		medark_node_hash(children, count, out);
		assert_memory_equal(out, plain, count * sizeof(*out));
		medark_node_hash(in_place, count, in_place);
		assert_memory_equal(in_place, plain, count * sizeof(*out));
	}
	for (size_t i = 0; i < 33; i++) {
		static const uint8_t prefix = 0x01;
		struct medark_bytes parts[] = { medark_bytes(&prefix, 1),
						medark_bytes(&children[2 * i], 64) };
		struct medark_digest want;

		medark_sha256_parts(parts, 2, &want);
		assert_memory_equal(&plain[i], &want, sizeof(want));
	}
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
		cmocka_unit_test(leaf_hashes_follow_their_definition),
		cmocka_unit_test(the_plain_way_gives_the_same),
		cmocka_unit_test(the_sha_extensions_give_the_same),
		cmocka_unit_test(nodes_follow_their_definition),
		cmocka_unit_test(a_salt_is_one_block_of_aes),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
