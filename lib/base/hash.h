/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash: a fast keyed 64-bit hash (XXH3) for tables and for noticing equal content. Not
 * cryptographic: nothing that must not be forged rests on it. Any thread.
 */
#ifndef MEDARK_BASE_HASH_H
#define MEDARK_BASE_HASH_H

#include "base/bytes.h"

uint64_t medark_hash(uint64_t seed, struct medark_bytes bytes);

#endif
