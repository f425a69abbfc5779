/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/ordinals.h"

#include "base/large.h"

#include <stdbool.h>
#include <string.h>

struct slot {
	uint64_t hash; /* 0: free */
	uint32_t ordinal;
};

struct medark_ordinals {
	struct slot *slots;
	uint64_t size; /* a power of two */
	uint32_t used, max, next;
};

#define FIRST_SIZE 1024

void medark_ordinals_free(struct medark_ordinals *o)
{
	if (!o)
		return;
	medark_large_free(o->slots, o->size * sizeof(*o->slots));
	free(o);
}

int medark_ordinals_new(uint32_t max, struct medark_ordinals **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_ordinals_free) struct medark_ordinals *o = NULL;

	o = calloc(1, sizeof(*o));
	if (!o)
		return medark_error_memory(err, "the patients' numbers");
	o->size = FIRST_SIZE;
	o->slots = medark_large_new(o->size * sizeof(*o->slots));
	if (!o->slots)
		return medark_error_memory(err, "the patients' numbers");
	o->max = max;
	o->next = 1;
	*out = MEDARK_TAKE(o);
	return 0;
}

/* Where the hash stands, or the free slot where it would. */
static struct slot *find(struct slot *slots, uint64_t size, uint64_t hash)
{
	uint64_t i = hash & (size - 1);

	while (slots[i].hash && slots[i].hash != hash)
		i = (i + 1) & (size - 1);
	return &slots[i];
}

static int grow(struct medark_ordinals *o, struct medark_error *err)
{
	struct slot *slots = medark_large_new(o->size * 2 * sizeof(*slots));

	if (!slots)
		return medark_error_memory(err, "the patients' numbers");
	for (uint64_t i = 0; i < o->size; i++)
		if (o->slots[i].hash)
			*find(slots, o->size * 2, o->slots[i].hash) = o->slots[i];
	medark_large_free(o->slots, o->size * sizeof(*o->slots));
	o->slots = slots;
	o->size *= 2;
	return 0;
}

static int put(struct medark_ordinals *o, uint64_t hash, uint32_t ordinal, struct medark_error *err)
{
	if ((uint64_t)o->used * 3 >= o->size * 2)
		MEDARK_TRY(grow(o, err));
	*find(o->slots, o->size, hash) = (struct slot) { .hash = hash, .ordinal = ordinal };
	o->used++;
	return 0;
}

int medark_ordinals_get(struct medark_ordinals *o, uint64_t hash, uint32_t *out,
			struct medark_error *err)
{
	struct slot *slot;

	hash += hash == 0;
	slot = find(o->slots, o->size, hash);
	if (slot->hash) {
		*out = slot->ordinal;
		return 0;
	}
	*out = MEDARK_ORDINAL_LATE;
	if (o->used >= o->max)
		return 0;
	MEDARK_TRY(put(o, hash, o->next, err));
	*out = o->next++;
	return 0;
}
