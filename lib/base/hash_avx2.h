/* SPDX-License-Identifier: Apache-2.0 */
/* hash_avx2: medark_hash() for processors with AVX2, which libxxhash does not look for. Internal.
 */
#ifndef MEDARK_BASE_HASH_AVX2_H
#define MEDARK_BASE_HASH_AVX2_H

#include "base/hash.h"

#if defined(__x86_64__)
#define MEDARK_HASH_HAS_AVX2 1

/* The same value as medark_hash(). Only where the processor has AVX2. Any thread. */
uint64_t medark_hash_avx2(uint64_t seed, struct medark_bytes bytes);
#endif

#endif
