/* SPDX-License-Identifier: Apache-2.0 */
#include "live/hashset.h"

#include "base/hash.h"
#include "crypto/random.h"

#define FIRST 1024

int medark_hashset_init(struct medark_hashset *s, struct medark_error *err)
{
	*s = (struct medark_hashset) { 0 };
	return medark_random(&s->key, sizeof(s->key), err);
}

void medark_hashset_clear(struct medark_hashset *s)
{
	free(s->slots);
	*s = (struct medark_hashset) { 0 };
}

static uint64_t hash_of(const struct medark_hashset *s, struct medark_bytes text)
{
	uint64_t hash = medark_hash(s->key, text);

	return hash ? hash : 1;
}

/* Where the hash stands, or would. There is a free slot. */
static uint64_t *find(uint64_t *slots, size_t room, uint64_t hash)
{
	size_t i = (size_t)hash & (room - 1);

	while (slots[i] && slots[i] != hash)
		i = (i + 1) & (room - 1);
	return &slots[i];
}

static int grow(struct medark_hashset *s, struct medark_error *err)
{
	size_t room = s->room ? 2 * s->room : FIRST;
	uint64_t *slots = calloc(room, sizeof(*slots));

	if (!slots)
		return medark_error_memory(err, "what a server gave");
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i])
			*find(slots, room, s->slots[i]) = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->room = room;
	return 0;
}

int medark_hashset_add(struct medark_hashset *s, struct medark_bytes text, struct medark_error *err)
{
	uint64_t hash = hash_of(s, text), *slot;

	if (s->count >= s->room / 2)
		MEDARK_TRY(grow(s, err));
	slot = find(s->slots, s->room, hash);
	if (*slot)
		return 0;
	*slot = hash;
	s->count++;
	return 1;
}

bool medark_hashset_has(const struct medark_hashset *s, struct medark_bytes text)
{
	return s->room && *find(s->slots, s->room, hash_of(s, text));
}
