/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_keys.h"

/*
 * 128 names fall into 1024 slots without two in one slot about once in 3000 tries; with this many
 * tries a set of distinct names does not fail.
 */
#define HASHES_MAX 1000000

static bool is_ascii(struct medark_bytes text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 0x80)
			return false;
	return true;
}

/* Tries the hash of the given number; false if two names fall together. */
static bool fill_slots(struct medark_json_keys *keys, const struct medark_json_name *loaded,
		       uint64_t number)
{
	keys->factors[0] = UINT64_C(0xff51afd7ed558ccd) * (2 * number + 1);
	keys->factors[1] = UINT64_C(0xc4ceb9fe1a85ec53) * (2 * number + 3);
	memset(keys->slots, MEDARK_JSON_KEYS_MAX, sizeof(keys->slots));
	for (uint32_t i = 0; i < keys->count; i++) {
		uint32_t slot = medark_json_keys_slot(keys, &loaded[i]);

		if (keys->slots[slot] != MEDARK_JSON_KEYS_MAX)
			return false;
		keys->slots[slot] = (uint8_t)i;
	}
	return true;
}

static bool is_repeated(const struct medark_json_keys *keys, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++)
		if (medark_bytes_equal(keys->names[i], keys->names[number]))
			return true;
	return false;
}

int medark_json_keys_init(struct medark_json_keys *keys, const char *const *names, size_t count,
			  struct medark_error *err)
{
	struct medark_json_name loaded[MEDARK_JSON_KEYS_MAX];

	if (count > MEDARK_JSON_KEYS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d member names",
					MEDARK_JSON_KEYS_MAX);
	memset(keys, 0, sizeof(*keys));
	for (uint32_t i = 0; i < count; i++) {
		struct medark_bytes name = medark_bytes_text(names[i]);

		keys->names[i] = name;
		if (name.size == 0 || name.size > MEDARK_JSON_NAME_MAX || !is_ascii(name) ||
		    is_repeated(keys, i))
			return medark_error_set(err, MEDARK_E_USAGE,
						"member name %u is empty, too long, not ASCII "
						"or there twice",
						i);
		loaded[i] = medark_json_name_load(name.data, name.size);
		memcpy(keys->heads[i], loaded[i].head, sizeof(keys->heads[i]));
		keys->lengths[name.data[0] % 64] |= (uint64_t)1 << (name.size - 1);
	}
	keys->count = (uint32_t)count;
	for (uint64_t number = 0; number < HASHES_MAX; number++)
		if (fill_slots(keys, loaded, number))
			return 0;
	return medark_error_set(err, MEDARK_E_USAGE, "the member names have no perfect hash");
}
