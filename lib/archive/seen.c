/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/seen.h"

#include "archive/sorter.h"
#include "base/large.h"

#include <string.h>

#define FIRST_SLOTS (UINT64_C(1) << 12)
#define SLOTS_MAX   (UINT64_C(1) << 21)
/* Large steps: a new table's memory costs more than moving the few slots of the old one. */
#define GROWTH	      8
#define SORTER_MEMORY (16u << 20)
/* Records wait for their slot to come into the cache: a miss costs more than all else here. */
#define WAITING 16

struct slot {
	uint64_t name; /* 0: free */
	uint64_t content;
};

struct medark_seen {
	struct medark_seen_events events;
	struct slot *slots;
	uint64_t slot_count, used;
	struct medark_sorter *sorter;
	struct medark_seen_record waiting[WAITING];
	unsigned waiting_count;
};

void medark_seen_free(struct medark_seen *s)
{
	if (!s)
		return;
	medark_large_free(s->slots, s->slot_count * sizeof(*s->slots));
	medark_sorter_free(s->sorter);
	free(s);
}

int medark_seen_new(const char *folder, const struct medark_seen_events *events,
		    struct medark_seen **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_seen_free) struct medark_seen *s = NULL;

	s = calloc(1, sizeof(*s));
	if (!s)
		return medark_error_memory(err, "the search for duplicates");
	s->events = *events;
	s->slot_count = FIRST_SLOTS;
	s->slots = medark_large_new(s->slot_count * sizeof(*s->slots));
	if (!s->slots)
		return medark_error_memory(err, "the search for duplicates");
	MEDARK_TRY(medark_sorter_new(SORTER_MEMORY, folder, &s->sorter, err));
	*out = MEDARK_TAKE(s);
	return 0;
}

static struct slot *find(struct slot *slots, uint64_t count, uint64_t name)
{
	uint64_t i = name & (count - 1);

	while (slots[i].name && slots[i].name != name)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static int grow(struct medark_seen *s, struct medark_error *err)
{
	struct slot *slots = medark_large_new(s->slot_count * GROWTH * sizeof(*slots));

	if (!slots)
		return medark_error_memory(err, "the search for duplicates");
	for (uint64_t i = 0; i < s->slot_count; i++)
		if (s->slots[i].name)
			*find(slots, s->slot_count * GROWTH, s->slots[i].name) = s->slots[i];
	medark_large_free(s->slots, s->slot_count * sizeof(*s->slots));
	s->slots = slots;
	s->slot_count *= GROWTH;
	return 0;
}

static bool table_is_full(const struct medark_seen *s)
{
	return s->used * 3 >= s->slot_count * 2;
}

static int add_to_sorter(struct medark_seen *s, const struct medark_seen_record *r,
			 struct medark_error *err)
{
	uint8_t key[8], value[32];

	medark_put_be64(key, r->name);
	medark_put_le64(value, r->content);
	medark_put_le32(value + 8, r->item);
	medark_put_le64(value + 12, r->offset);
	medark_put_le64(value + 20, r->length);
	medark_put_le32(value + 28, r->type);
	return medark_sorter_add(s->sorter, medark_bytes(key, sizeof(key)),
				 medark_bytes(value, sizeof(value)), err);
}

static int settle(struct medark_seen *s, const struct medark_seen_record *r,
		  struct medark_error *err)
{
	struct slot *slot;

	if (table_is_full(s) && s->slot_count < SLOTS_MAX)
		MEDARK_TRY(grow(s, err));
	slot = find(s->slots, s->slot_count, r->name);
	if (slot->name)
		return s->events.again(s->events.context, r, slot->content == r->content, err);
	if (table_is_full(s))
		return add_to_sorter(s, r, err);
	*slot = (struct slot) { .name = r->name, .content = r->content };
	s->used++;
	return 0;
}

static int settle_all(struct medark_seen *s, struct medark_error *err)
{
	for (unsigned i = 0; i < s->waiting_count; i++)
		MEDARK_TRY(settle(s, &s->waiting[i], err));
	s->waiting_count = 0;
	return 0;
}

int medark_seen_add(struct medark_seen *s, const struct medark_seen_record *record,
		    struct medark_error *err)
{
	struct medark_seen_record *r = &s->waiting[s->waiting_count++];

	*r = *record;
	r->name += r->name == 0;
	__builtin_prefetch(&s->slots[r->name & (s->slot_count - 1)], 1);
	return s->waiting_count == WAITING ? settle_all(s, err) : 0;
}

int medark_seen_finish(struct medark_seen *s, struct medark_error *err)
{
	struct medark_bytes key, value;
	uint64_t last = 0, content = 0;
	int more;

	MEDARK_TRY(settle_all(s, err));
	MEDARK_TRY(medark_sorter_sort(s->sorter, err));
	while ((more = medark_sorter_next(s->sorter, &key, &value, err)) == 1) {
		struct medark_seen_record r = {
			.content = medark_get_le64(value.data),
			.item = medark_get_le32(value.data + 8),
			.offset = medark_get_le64(value.data + 12),
			.length = medark_get_le64(value.data + 20),
			.type = (uint16_t)medark_get_le32(value.data + 28),
		};

		for (unsigned i = 0; i < 8; i++)
			r.name = r.name << 8 | key.data[i];
		if (r.name == last) {
			MEDARK_TRY(
				s->events.again(s->events.context, &r, r.content == content, err));
			continue;
		}
		last = r.name;
		content = r.content;
	}
	return more;
}
