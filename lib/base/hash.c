/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "base/hash_avx2.h"

#include <xxhash.h>

uint64_t medark_hash(uint64_t seed, struct medark_bytes bytes)
{
#ifdef MEDARK_HASH_HAS_AVX2
	if (__builtin_cpu_supports("avx2"))
		return medark_hash_avx2(seed, bytes);
#endif
	return XXH3_64bits_withSeed(bytes.data, bytes.size, seed);
}
