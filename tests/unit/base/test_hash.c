/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/hash_avx2.h"

#include <xxhash.h>

static void all_ways_give_the_same_hash(void **state)
{
	static uint8_t bytes[5000];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 31 + i / 7);
	for (size_t size = 0; size < sizeof(bytes); size += size < 600 ? 1 : 131) {
		struct medark_bytes text =
			medark_bytes(bytes + size % 5, size - (size ? size % 5 : 0));
		uint64_t seed = size * 0x9e3779b97f4a7c15u;

		if (size < 5)
			text = medark_bytes(bytes, size);
		assert_int_equal(medark_hash(seed, text),
				 XXH3_64bits_withSeed(text.data, text.size, seed));
#ifdef MEDARK_HASH_HAS_AVX2
		if (__builtin_cpu_supports("avx2"))
			assert_int_equal(medark_hash_avx2(seed, text),
					 XXH3_64bits_withSeed(text.data, text.size, seed));
#endif
	}
}

static void the_seed_changes_the_hash(void **state)
{
	struct medark_bytes text = medark_bytes_text("Patient");

	(void)state;
	assert_int_not_equal(medark_hash(1, text), medark_hash(2, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_ways_give_the_same_hash),
		cmocka_unit_test(the_seed_changes_the_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
