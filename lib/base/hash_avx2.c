/* SPDX-License-Identifier: Apache-2.0 */
/* This file alone is compiled with AVX2: nothing in it may be called before the processor is asked.
 */
#include "base/hash_avx2.h"

#ifdef MEDARK_HASH_HAS_AVX2

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t medark_hash_avx2(uint64_t seed, struct medark_bytes bytes)
{
	return XXH3_64bits_withSeed(bytes.data, bytes.size, seed);
}

#else
/* ISO C wants a translation unit to hold something. */
extern int medark_hash_avx2_absent;
#endif
