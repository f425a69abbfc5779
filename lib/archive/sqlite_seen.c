/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/sqlite_seen.h"

#include "base/hash.h"
#include "crypto/random.h"

#include <stdlib.h>

#define FIRST_ROOM 1024

int medark_sqlite_seen_init(struct medark_sqlite_seen *s, struct medark_error *err)
{
	*s = (struct medark_sqlite_seen) { 0 };
	return medark_random(&s->key, sizeof(s->key), err);
}

void medark_sqlite_seen_clear(struct medark_sqlite_seen *s)
{
	free(s->slots);
	*s = (struct medark_sqlite_seen) { 0 };
}

uint64_t medark_sqlite_seen_hash(const struct medark_sqlite_seen *s, bool is_outside,
				 struct medark_bytes text)
{
	return medark_hash(s->key + is_outside, text);
}

struct medark_sqlite_seen_slot *medark_sqlite_seen_next(struct medark_sqlite_seen *s, uint64_t hash,
							int64_t patient, size_t *at)
{
	while (s->room) {
		struct medark_sqlite_seen_slot *slot = &s->slots[(hash + *at) & (s->room - 1)];

		if (!slot->resource)
			break;
		(*at)++;
		if (slot->hash == hash && slot->patient != patient)
			return slot;
	}
	return NULL;
}

/* There is a free slot. */
static void place(struct medark_sqlite_seen *s, const struct medark_sqlite_seen_slot *slot)
{
	size_t at = slot->hash & (s->room - 1);

	while (s->slots[at].resource)
		at = (at + 1) & (s->room - 1);
	s->slots[at] = *slot;
}

static int grow(struct medark_sqlite_seen *s, struct medark_error *err)
{
	struct medark_sqlite_seen grown = *s;

	if (s->count < s->room - s->room / 4)
		return 0;
	grown.room = s->room ? 2 * s->room : FIRST_ROOM;
	grown.slots = calloc(grown.room, sizeof(*grown.slots));
	if (!grown.slots)
		return medark_error_memory(err, "what several patients share");
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i].resource)
			place(&grown, &s->slots[i]);
	free(s->slots);
	*s = grown;
	return 0;
}

int medark_sqlite_seen_add(struct medark_sqlite_seen *s, uint64_t hash, int64_t resource,
			   int64_t patient, struct medark_error *err)
{
	MEDARK_TRY(grow(s, err));
	place(s, &(struct medark_sqlite_seen_slot) {
			 .hash = hash, .resource = resource, .patient = patient });
	s->count++;
	return 0;
}
