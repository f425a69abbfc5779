/* SPDX-License-Identifier: Apache-2.0 */
/* json_keys: finds a member name among the wanted ones. Shared by the scanners of json.h. */
#ifndef MEDARK_SCAN_JSON_KEYS_H
#define MEDARK_SCAN_JSON_KEYS_H

#include "scan/json.h"

/* Bytes that must be readable from the begin of a name on, whatever its length. */
#define MEDARK_JSON_KEYS_PADDING 32

/* A name's first 32 bytes, zeros behind, and what the hash needs of the rest. */
struct medark_json_name {
	uint64_t head[4];
	uint64_t rest;
};

/* The rest of a name of more than 32 bytes; rare. */
static inline uint64_t medark_json_name_rest(const uint8_t *p, size_t size)
{
	uint64_t rest = 0;

	for (size_t i = 32; i < size; i++)
		rest = (rest ^ p[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return rest;
}

static inline struct medark_json_name medark_json_name_load(const uint8_t *p, size_t size)
{
	struct medark_json_name name = { .rest = medark_json_name_rest(p, size) };

	memcpy(name.head, p, size < 32 ? size : 32);
	return name;
}

static inline uint32_t medark_json_name_slot(const struct medark_json_name *name, size_t size,
					     uint64_t seed)
{
	uint64_t a = (name->head[0] ^ seed) * UINT64_C(0xff51afd7ed558ccd);
	uint64_t b = (name->head[1] ^ size) * UINT64_C(0xc4ceb9fe1a85ec53);
	uint64_t c = (name->head[2] ^ name->rest) * UINT64_C(0x9fb21c651e98df25);
	uint64_t d = name->head[3] * UINT64_C(0xa0761d6478bd642f);

	a ^= b ^ c ^ d;
	a ^= a >> 32;
	return (uint32_t)((a * UINT64_C(0x9e3779b97f4a7c15)) >> 54);
}

/* Can no wanted name have this size? */
static inline bool medark_json_keys_exclude(const struct medark_json_keys *keys, size_t size)
{
	return size - 1 >= MEDARK_JSON_NAME_MAX || !(keys->lengths >> (size - 1) & 1);
}

/* The number of the wanted name that equals `name`, whose bytes are at `p`, or -1. */
static inline int32_t medark_json_keys_match(const struct medark_json_keys *keys,
					     const struct medark_json_name *name, const uint8_t *p,
					     size_t size)
{
	uint32_t key = keys->slots[medark_json_name_slot(name, size, keys->seed)];
	const uint64_t *head;

	if (key-- == 0)
		return -1;
	head = keys->heads[key];
	if (((head[0] ^ name->head[0]) | (head[1] ^ name->head[1]) | (head[2] ^ name->head[2]) |
	     (head[3] ^ name->head[3]) | (keys->names[key].size ^ size)) != 0)
		return -1;
	if (size > 32 && memcmp(keys->names[key].data + 32, p + 32, size - 32) != 0)
		return -1;
	return (int32_t)key;
}

/* The number of the wanted name that equals the `size` bytes at `p` (escapes decoded), or -1. */
static inline int32_t medark_json_keys_find(const struct medark_json_keys *keys, const uint8_t *p,
					    size_t size)
{
	struct medark_json_name name;

	if (medark_json_keys_exclude(keys, size))
		return -1;
	name = medark_json_name_load(p, size);
	return medark_json_keys_match(keys, &name, p, size);
}

#endif
