/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/text.h"
#include "container/merkle.h"

#include <string.h>

/*
 * Expected values come from the definition, in Python:
 *
 *	H = lambda b: hashlib.sha256(b).digest()
 *	def tree(h):
 *		if len(h) == 0: return H(b'')
 *		if len(h) == 1: return h[0]
 *		k = 1
 *		while k * 2 < len(h): k *= 2
 *		return H(b'\1' + tree(h[:k]) + tree(h[k:]))
 *	tree([H(bytes([i])) for i in range(n)]).hex()
 */
static const struct {
	size_t count;
	const char *root;
} vectors[] = {
	{ 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ 1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
	{ 2, "c71a16f21f917ed84ea2caa90b0904c9179a4c9c2369a9b4ec57e11a3f25a7a2" },
	{ 3, "d78663a8f1a2d99ee97fe38a605be2f54e2872c3a63a13077d617e4a940725bd" },
	{ 4, "3c27c71481d08c1350991b07d3399aced347c594b1e5a4e23625786605998fd0" },
	{ 5, "550347fe72bcb7c23a0576eb793f410a6192c5d678b483eb1adfd880720b55ea" },
	{ 6, "45ce015b046a428db7c26a4787258937a9b58614ac4be83e575975886ee582d6" },
	{ 7, "cc73b298e8e4f30a03faa5269796029c17e3fe4b1519250482ddc00a7d2e20da" },
	{ 8, "f36bcde6dad5de59abe552a27830872409aada55ff786972f67b0cacb653353d" },
	{ 13, "9168e0ef21d0cff7bcb19f5e01d7043d25b3c154e7c2efe5d26ead644e51de80" },
};

static void fill(struct medark_digest *hashes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		medark_sha256(&(uint8_t) { (uint8_t)i }, 1, &hashes[i]);
}

static void trees_of_all_small_sizes_are_those_of_the_definition(void **state)
{
	struct medark_digest hashes[16], root;
	char hex[65];

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		fill(hashes, vectors[i].count);
		medark_merkle_root(hashes, vectors[i].count, &root);
		medark_text_hex(root.bytes, sizeof(root.bytes), hex);
		assert_string_equal(hex, vectors[i].root);
	}
}

/* The definition itself, split from the top. */
static struct medark_digest split(const struct medark_digest *hashes, size_t count)
{
	struct medark_digest pair[2], out;
	uint8_t message[65] = { 1 };
	size_t k = 1;

	if (count == 1)
		return hashes[0];
	while (k * 2 < count)
		k *= 2;
	pair[0] = split(hashes, k);
	pair[1] = split(hashes + k, count - k);
	memcpy(message + 1, pair, sizeof(pair));
	medark_sha256(message, sizeof(message), &out);
	return out;
}

static void joining_from_below_is_splitting_from_the_top(void **state)
{
	static struct medark_digest hashes[300];
	struct medark_digest expected, root;

	(void)state;
	for (size_t count = 1; count <= 300; count++) {
		fill(hashes, count);
		expected = split(hashes, count);
		medark_merkle_root(hashes, count, &root);
		assert_true(medark_digest_equal(&expected, &root));
	}
}

/* H(b'\2' + (7).to_bytes(8, 'big') + (3).to_bytes(8, 'big') + tree of three).hex() */
static void a_segment_hash_binds_number_and_leaves(void **state)
{
	struct medark_digest hashes[3], root, out;
	char hex[65];

	(void)state;
	fill(hashes, 3);
	medark_merkle_root(hashes, 3, &root);
	medark_merkle_segment(7, 3, &root, &out);
	medark_text_hex(out.bytes, sizeof(out.bytes), hex);
	assert_string_equal(hex,
			    "6bca206616a006323ec79496c10ce67c72c58cbd0a287912632c7d974dd387ba");
}

/* Every path of every small tree leads to its root; from any other number it does not. */
static void a_path_leads_from_its_number_alone_to_the_root(void **state)
{
	static struct medark_digest hashes[70], path[MEDARK_MERKLE_PATH_MAX];
	struct medark_digest root;

	(void)state;
	for (size_t count = 1; count <= 70; count++) {
		MEDARK_AUTO(medark_merkle_tree_free) struct medark_merkle_tree *tree = NULL;
		struct medark_digest expected;

		fill(hashes, count);
		expected = split(hashes, count);
		assert_int_equal(medark_merkle_tree_new(hashes, count, &tree, NULL), 0);
		assert_true(medark_digest_equal(medark_merkle_tree_root(tree), &expected));
		for (size_t i = 0; i < count; i++) {
			size_t n = medark_merkle_tree_path(tree, i, path);

			for (size_t k = 0; k < count + 2; k++) {
				bool leads =
					medark_merkle_fold(&hashes[i], k, count, path, n, &root) &&
					medark_digest_equal(&root, &expected);

				assert_int_equal(leads, k == i);
			}
		}
	}
}

static void a_path_has_one_length(void **state)
{
	static struct medark_digest hashes[11], path[MEDARK_MERKLE_PATH_MAX];
	MEDARK_AUTO(medark_merkle_tree_free) struct medark_merkle_tree *tree = NULL;
	struct medark_digest root;

	(void)state;
	fill(hashes, 11);
	assert_int_equal(medark_merkle_tree_new(hashes, 11, &tree, NULL), 0);
	for (size_t i = 0; i < 11; i++) {
		size_t n = medark_merkle_tree_path(tree, i, path);

		for (size_t k = 0; k < MEDARK_MERKLE_PATH_MAX; k++)
			assert_int_equal(medark_merkle_fold(&hashes[i], i, 11, path, k, &root),
					 k == n);
	}
	assert_false(medark_merkle_fold(&hashes[0], 0, 0, path, 0, &root));
	assert_true(medark_merkle_fold(&hashes[0], UINT64_MAX - 1, UINT64_MAX, path, 63, &root));
}

static int setup(void **state)
{
	(void)state;
	return medark_digest_setup(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees_of_all_small_sizes_are_those_of_the_definition),
		cmocka_unit_test(joining_from_below_is_splitting_from_the_top),
		cmocka_unit_test(a_segment_hash_binds_number_and_leaves),
		cmocka_unit_test(a_path_leads_from_its_number_alone_to_the_root),
		cmocka_unit_test(a_path_has_one_length),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
