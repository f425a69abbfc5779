/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/waiting.h"

#include "archive/facts.h"

#include <stdlib.h>
#include <string.h>

/* Nearly every patient's fit. */
#define HELD_MAX      (4u << 20)
#define SORTER_MEMORY (16u << 20)

struct entry {
	struct medark_range place; /* the first member: medark_range_order() compares it */
	uint32_t offset, size;	   /* in bytes */
};

void medark_waiting_init(struct medark_waiting *w, const char *folder)
{
	*w = (struct medark_waiting) {
		.folder = folder,
		.bytes = MEDARK_BUFFER_SECRET(HELD_MAX),
		.list = MEDARK_BUFFER(HELD_MAX),
	};
}

void medark_waiting_clear(struct medark_waiting *w)
{
	medark_sorter_free(MEDARK_TAKE(w->sorter));
	medark_buffer_clear(&w->bytes);
	medark_buffer_clear(&w->list);
}

void medark_waiting_reset(struct medark_waiting *w)
{
	medark_sorter_free(MEDARK_TAKE(w->sorter));
	w->bytes.size = 0;
	w->list.size = 0;
	w->given = 0;
}

static struct medark_range place_of(struct medark_bytes share)
{
	struct medark_share_head head;
	struct medark_range place = { 0 };

	memcpy(&head, share.data + 1, sizeof(head));
	if (head.ranges)
		memcpy(&place, share.data + 1 + sizeof(head) + (size_t)8 * head.types,
		       sizeof(place));
	return place;
}

static int add_sorted(struct medark_waiting *w, struct medark_bytes share, struct medark_error *err)
{
	struct medark_range place = place_of(share);
	uint8_t key[16];

	medark_put_be64(key, place.segment);
	medark_put_be64(key + 8, place.offset);
	return medark_sorter_add(w->sorter, medark_bytes(key, sizeof(key)), share, err);
}

static int spill(struct medark_waiting *w, struct medark_error *err)
{
	const struct entry *list = (const struct entry *)(const void *)w->list.data;

	MEDARK_TRY(medark_sorter_new(SORTER_MEMORY, w->folder, &w->sorter, err));
	for (size_t i = 0; i < w->list.size / sizeof(*list); i++)
		MEDARK_TRY(add_sorted(w, medark_bytes(w->bytes.data + list[i].offset, list[i].size),
				      err));
	w->bytes.size = 0;
	w->list.size = 0;
	return 0;
}

int medark_waiting_add(struct medark_waiting *w, struct medark_bytes share,
		       struct medark_error *err)
{
	struct entry entry = { .offset = (uint32_t)w->bytes.size, .size = (uint32_t)share.size };

	if (!w->sorter &&
	    (share.size > HELD_MAX - w->bytes.size || sizeof(entry) > HELD_MAX - w->list.size))
		MEDARK_TRY(spill(w, err));
	if (w->sorter)
		return add_sorted(w, share, err);
	entry.place = place_of(share);
	MEDARK_TRY(medark_buffer_add(&w->bytes, share.data, share.size, err));
	return medark_buffer_add(&w->list, &entry, sizeof(entry), err);
}

int medark_waiting_sort(struct medark_waiting *w, struct medark_error *err)
{
	if (w->sorter)
		return medark_sorter_sort(w->sorter, err);
	if (w->list.size)
		qsort(w->list.data, w->list.size / sizeof(struct entry), sizeof(struct entry),
		      medark_range_order);
	return 0;
}

int medark_waiting_next(struct medark_waiting *w, struct medark_range *out_place,
			struct medark_bytes *out_share, struct medark_error *err)
{
	const struct entry *list = (const struct entry *)(const void *)w->list.data;
	struct medark_bytes key;
	int more;

	if (w->sorter) {
		more = medark_sorter_next(w->sorter, &key, out_share, err);
		if (more == 1)
			*out_place = place_of(*out_share);
		return more;
	}
	if (w->given == w->list.size / sizeof(*list))
		return 0;
	list += w->given++;
	*out_place = list->place;
	*out_share = medark_bytes(w->bytes.data + list->offset, list->size);
	return 1;
}
