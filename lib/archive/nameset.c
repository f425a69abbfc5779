/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/nameset.h"

#include "base/hash.h"
#include "crypto/random.h"

#include <stdlib.h>

struct medark_nameset_entry {
	uint32_t at, size;
	uint32_t hash;
};

int medark_nameset_init(struct medark_nameset *set, struct medark_error *err)
{
	*set = (struct medark_nameset) { 0 };
	set->text = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_NAMESET_TEXT_MAX);
	set->entries.limit = MEDARK_NAMESET_COUNT_MAX * sizeof(struct medark_nameset_entry);
	return medark_random(&set->seed, sizeof(set->seed), err);
}

void medark_nameset_clear(struct medark_nameset *set)
{
	medark_buffer_clear(&set->text);
	medark_buffer_clear(&set->entries);
	free(set->slots);
	set->slots = NULL;
	set->slot_count = 0;
}

static const struct medark_nameset_entry *entry(const struct medark_nameset *set, uint32_t i)
{
	return (const struct medark_nameset_entry *)set->entries.data + i;
}

uint32_t medark_nameset_count(const struct medark_nameset *set)
{
	return (uint32_t)(set->entries.size / sizeof(struct medark_nameset_entry));
}

struct medark_bytes medark_nameset_get(const struct medark_nameset *set, uint32_t i)
{
	const struct medark_nameset_entry *e = entry(set, i);

	return medark_bytes(set->text.data + e->at, e->size);
}

static uint32_t hash(const struct medark_nameset *set, struct medark_bytes text)
{
	return (uint32_t)medark_hash(set->seed, text);
}

/* The slot where the text is, or where it belongs. There is always a free one. */
static uint32_t find(const struct medark_nameset *set, struct medark_bytes text, uint32_t h)
{
	uint32_t mask = set->slot_count - 1, slot = h & mask;

	for (; set->slots[slot]; slot = (slot + 1) & mask) {
		uint32_t i = set->slots[slot] - 1;

		if (entry(set, i)->hash == h &&
		    medark_bytes_equal(medark_nameset_get(set, i), text))
			break;
	}
	return slot;
}

bool medark_nameset_find(const struct medark_nameset *set, struct medark_bytes text,
			 uint32_t *out_i)
{
	uint32_t number = set->slot_count ? set->slots[find(set, text, hash(set, text))] : 0;

	if (number && out_i)
		*out_i = number - 1;
	return number != 0;
}

bool medark_nameset_has(const struct medark_nameset *set, struct medark_bytes text)
{
	return medark_nameset_find(set, text, NULL);
}

static int grow(struct medark_nameset *set, struct medark_error *err)
{
	uint32_t count = set->slot_count ? set->slot_count * 2 : 256;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return medark_error_memory(err, "a set of names");
	free(set->slots);
	set->slots = slots;
	set->slot_count = count;
	for (uint32_t i = 0; i < medark_nameset_count(set); i++) {
		uint32_t slot = entry(set, i)->hash & (count - 1);

		while (slots[slot])
			slot = (slot + 1) & (count - 1);
		slots[slot] = i + 1;
	}
	return 0;
}

int medark_nameset_add(struct medark_nameset *set, struct medark_bytes text,
		       struct medark_error *err)
{
	struct medark_nameset_entry e = { .at = (uint32_t)set->text.size,
					  .size = (uint32_t)text.size,
					  .hash = hash(set, text) };
	uint32_t slot;

	if (medark_nameset_count(set) >= set->slot_count / 2)
		MEDARK_TRY(grow(set, err));
	slot = find(set, text, e.hash);
	if (set->slots[slot])
		return 0;
	MEDARK_TRY(medark_buffer_add(&set->text, text.data, text.size, err));
	MEDARK_TRY(medark_buffer_add(&set->entries, &e, sizeof(e), err));
	set->slots[slot] = medark_nameset_count(set);
	return 1;
}
