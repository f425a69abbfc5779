/* SPDX-License-Identifier: Apache-2.0 */
/* json_keys: finds a member name among the wanted ones. Shared by the scanners of json.h. */
#ifndef MEDARK_SCAN_JSON_KEYS_H
#define MEDARK_SCAN_JSON_KEYS_H

#include "scan/json.h"

/* Bytes that must be readable behind a name handed to medark_json_keys_find(). */
#define MEDARK_JSON_KEYS_PADDING 16

/* What the hash and the comparison look at: two words of the name's head and one of its rest. */
struct medark_json_name {
	uint64_t head[2];
	uint64_t rest;
};

static inline uint64_t medark_json_name_word(const uint8_t *p, size_t left)
{
	uint64_t word = medark_get_le64(p);

	return left >= 8 ? word : word & (((uint64_t)1 << (8 * left)) - 1);
}

static inline struct medark_json_name medark_json_name_load(const uint8_t *p, size_t size)
{
	struct medark_json_name name = { .head[0] = medark_json_name_word(p, size) };

	if (size > 8)
		name.head[1] = medark_json_name_word(p + 8, size - 8);
	for (size_t i = 16; i < size; i += 8)
		name.rest = (name.rest ^ medark_json_name_word(p + i, size - i)) *
			    UINT64_C(0x9e3779b97f4a7c15);
	return name;
}

static inline uint32_t medark_json_name_slot(const struct medark_json_name *name, size_t size,
					     uint64_t seed)
{
	uint64_t a = (name->head[0] ^ seed) * UINT64_C(0xff51afd7ed558ccd);
	uint64_t b = (name->head[1] ^ name->rest ^ size) * UINT64_C(0xc4ceb9fe1a85ec53);

	a ^= b ^ (a >> 29) ^ (b >> 31);
	return (uint32_t)((a * UINT64_C(0x9e3779b97f4a7c15)) >> 54);
}

/*
 * The number of the wanted name that equals the `size` bytes at `p` (escapes decoded), or -1.
 * MEDARK_JSON_KEYS_PADDING bytes behind them must be readable.
 */
static inline int32_t medark_json_keys_find(const struct medark_json_keys *keys, const uint8_t *p,
					    size_t size)
{
	struct medark_json_name name;
	uint32_t key;

	if (size - 1 >= MEDARK_JSON_NAME_MAX || !(keys->lengths >> (size - 1) & 1))
		return -1;
	name = medark_json_name_load(p, size);
	key = keys->slots[medark_json_name_slot(&name, size, keys->seed)];
	if (key-- == 0 || keys->names[key].size != size || keys->heads[key][0] != name.head[0] ||
	    keys->heads[key][1] != name.head[1])
		return -1;
	if (size > 16 && memcmp(keys->names[key].data + 16, p + 16, size - 16) != 0)
		return -1;
	return (int32_t)key;
}

#endif
