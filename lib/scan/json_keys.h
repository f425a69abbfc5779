/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_keys: finds a member name among the wanted ones, and notes its value. Shared by the scanners
 * of json.h.
 */
#ifndef MEDARK_SCAN_JSON_KEYS_H
#define MEDARK_SCAN_JSON_KEYS_H

#include "scan/json.h"

/* No member was found. */
static inline void medark_json_empty(struct medark_json_object *object)
{
	object->repeated = false;
	object->repeated_key = 0;
	memset(object->present, 0, sizeof(object->present));
}

/* Notes a member that is absent. */
static inline void medark_json_put(struct medark_json_object *object, uint32_t key, size_t begin,
				   size_t end)
{
	object->present[key / 64] |= UINT64_C(1) << (key % 64);
	object->values[key] = (struct medark_json_value) { begin, end };
}

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

static inline uint64_t medark_json_name_swap(uint64_t word)
{
	return word << 32 | word >> 32;
}

/* The slot of a name given head[0] ^ swap(head[2]), head[1] ^ swap(head[3]) and its rest. */
static inline uint32_t medark_json_name_slot(const struct medark_json_keys *keys, uint64_t even,
					     uint64_t odd, uint64_t rest)
{
	return (uint32_t)((even * keys->factors[0] + (odd ^ rest) * keys->factors[1]) >> 54);
}

static inline uint32_t medark_json_keys_slot(const struct medark_json_keys *keys,
					     const struct medark_json_name *name)
{
	return medark_json_name_slot(keys, name->head[0] ^ medark_json_name_swap(name->head[2]),
				     name->head[1] ^ medark_json_name_swap(name->head[3]),
				     name->rest);
}

/*
 * The number of the wanted name that equals the `size` bytes at `p` (escapes decoded), or
 * MEDARK_JSON_KEYS_MAX.
 */
static inline uint32_t medark_json_keys_find(const struct medark_json_keys *keys, const uint8_t *p,
					     size_t size)
{
	struct medark_json_name name;
	uint32_t key;

	if (size - 1 >= MEDARK_JSON_NAME_MAX || !(keys->lengths[p[0] % 64] >> (size - 1) & 1))
		return MEDARK_JSON_KEYS_MAX;
	name = medark_json_name_load(p, size);
	key = keys->slots[medark_json_keys_slot(keys, &name)];
	if (key == MEDARK_JSON_KEYS_MAX || keys->names[key].size != size ||
	    memcmp(keys->names[key].data, p, size) != 0)
		return MEDARK_JSON_KEYS_MAX;
	return key;
}

#endif
