/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/item_find.h"

#include "archive/attachments.h"
#include "archive/coverage.h"
#include "archive/index_reader.h"
#include "archive/nameset.h"
#include "archive/segment_load.h"
#include "base/hash.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "live/attachment.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX ((size_t)4 << 30)

struct entry {
	uint64_t hash; /* of the name; 0: it holds records */
	struct medark_item_place place;
};

struct medark_item_find {
	uint64_t seed;
	struct medark_buffer entries; /* struct entry, by place */
	struct entry *by_hash;	      /* the same, by hash, then the latest archive first */
	size_t count;
};

void medark_item_find_free(struct medark_item_find *find)
{
	if (!find)
		return;
	medark_buffer_clear(&find->entries);
	free(find->by_hash);
	free(find);
}

static struct entry *entries(const struct medark_item_find *find)
{
	return (struct entry *)(void *)find->entries.data;
}

/* What was fetched from a server has a title in its name, which the address does not know. */
static struct medark_bytes name_of(struct medark_bytes path)
{
	struct medark_bytes stem = medark_attachment_stem(path);

	return stem.size ? stem : path;
}

static uint64_t hash_of(const struct medark_item_find *find, struct medark_bytes name)
{
	return medark_hash(find->seed, name) | 1;
}

/* ---- building ---- */

static int by_place(const void *a, const void *b)
{
	const struct medark_item_place *x = &((const struct entry *)a)->place;
	const struct medark_item_place *y = &((const struct entry *)b)->place;

	if (x->archive != y->archive)
		return x->archive < y->archive ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static int by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return by_place(b, a);
}

static struct entry *find_place(const struct medark_item_find *find, struct medark_item_place place)
{
	const struct entry key = { .place = place };

	return find->entries.size
		       ? bsearch(&key, entries(find), find->entries.size / sizeof(struct entry),
				 sizeof(struct entry), by_place)
		       : NULL;
}

/* A decoded item stands behind the one that it was decoded from. */
static int take_row(struct medark_item_find *find, uint32_t archive,
		    const struct medark_item_row *row, struct medark_error *err)
{
	struct entry entry = { .place = { archive, row->number } }, *parent;

	if (row->has_parent) {
		parent = find_place(find, (struct medark_item_place) { archive, row->parent });
		if (parent && !medark_item_row_is_opaque(row))
			parent->hash = 0;
		return 0;
	}
	if (row->kind != MEDARK_ITEM_OPAQUE)
		return 0;
	entry.hash = hash_of(find, name_of(row->path));
	return medark_buffer_add(&find->entries, &entry, sizeof(entry), err);
}

static int read_rows(struct medark_item_find *find, struct medark_archive *archive, uint32_t number,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_index *index;
	uint64_t count;

	MEDARK_TRY(medark_archive_index(archive, &index, err));
	count = medark_index_rows(index, MEDARK_KIND_ITEMS);
	for (uint64_t n = 0; n < count; n++) {
		struct medark_item_row row;
		struct medark_bytes text;

		MEDARK_TRY(medark_index_row(index, MEDARK_KIND_ITEMS, n, &text, err));
		MEDARK_TRY(medark_item_row_parse(text, n, &path, &row, err));
		MEDARK_TRY(take_row(find, number, &row, err));
	}
	return 0;
}

/* Leaves out what holds records, and sorts a copy. */
static int seal(struct medark_item_find *find, struct medark_error *err)
{
	size_t all = find->entries.size / sizeof(struct entry);

	for (size_t i = 0; i < all; i++)
		if (entries(find)[i].hash)
			entries(find)[find->count++] = entries(find)[i];
	find->entries.size = find->count * sizeof(struct entry);
	find->by_hash = malloc(find->entries.size + 1);
	if (!find->by_hash)
		return medark_error_memory(err, "the names of items");
	if (find->count) {
		memcpy(find->by_hash, find->entries.data, find->entries.size);
		qsort(find->by_hash, find->count, sizeof(struct entry), by_hash);
	}
	return 0;
}

int medark_item_find_new(struct medark_lineage *lineage, struct medark_item_find **out,
			 struct medark_error *err)
{
	MEDARK_AUTO(medark_item_find_free)
	struct medark_item_find *find = calloc(1, sizeof(*find));

	if (!find)
		return medark_error_memory(err, "the names of items");
	find->entries = (struct medark_buffer)MEDARK_BUFFER(ENTRIES_MAX);
	MEDARK_TRY(medark_random(&find->seed, sizeof(find->seed), err));
	MEDARK_TRY(medark_digest_setup(err));
	for (size_t k = 0; k < lineage->count; k++)
		if (lineage->archives[k]->summary.opaque)
			MEDARK_TRY(read_rows(find, lineage->archives[k], (uint32_t)k, err));
	MEDARK_TRY(seal(find, err));
	*out = MEDARK_TAKE(find);
	return 0;
}

/* ---- asking ---- */

size_t medark_item_find_count(const struct medark_item_find *find)
{
	return find->count;
}

struct medark_item_place medark_item_find_at(const struct medark_item_find *find, size_t i)
{
	return entries(find)[i].place;
}

bool medark_item_find_has(const struct medark_item_find *find, struct medark_item_place place)
{
	return find_place(find, place) != NULL;
}

int medark_item_row_of(struct medark_lineage *lineage, struct medark_item_place place,
		       struct medark_buffer *path, struct medark_item_row *out,
		       struct medark_error *err)
{
	struct medark_index *index;

	MEDARK_TRY(medark_archive_index(lineage->archives[place.archive], &index, err));
	return medark_index_item(index, place.item, path, out, err);
}

int medark_item_find_path(const struct medark_item_find *find, struct medark_lineage *lineage,
			  struct medark_bytes path, struct medark_item_place *out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_bytes name = name_of(path);
	uint64_t hash = hash_of(find, name);
	size_t low = 0, high = find->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (find->by_hash[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < find->count && find->by_hash[low].hash == hash; low++) {
		struct medark_item_row row;

		MEDARK_TRY(medark_item_row_of(lineage, find->by_hash[low].place, &text, &row, err));
		if (medark_bytes_equal(name_of(row.path), name)) {
			*out = find->by_hash[low].place;
			return 1;
		}
	}
	return 0;
}

int medark_item_find_url(const struct medark_item_find *find, struct medark_lineage *lineage,
			 struct medark_item_place of, struct medark_bytes url,
			 struct medark_item_place *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	MEDARK_AUTO(medark_nameset_clear) struct medark_nameset paths = { 0 };
	struct medark_item_row row;
	struct medark_bytes folder;
	const uint8_t *slash;
	int found = 0;

	if (!find->count)
		return 0;
	MEDARK_TRY(medark_item_row_of(lineage, of, &path, &row, err));
	slash = row.path.size ? memrchr(row.path.data, '/', row.path.size) : NULL;
	folder = medark_bytes(row.path.data, slash ? (size_t)(slash - row.path.data) : 0);
	MEDARK_TRY(medark_nameset_init(&paths, err));
	MEDARK_TRY(medark_attachment_paths(url, folder, &paths, err));
	for (uint32_t i = 0; i < medark_nameset_count(&paths) && !found; i++)
		found = medark_item_find_path(find, lineage, medark_nameset_get(&paths, i), out,
					      err);
	return found;
}

/* ---- reading ---- */

/* The extents of the item that stand in a segment. */
static int take_extents(const struct medark_map *map, const struct medark_item_row *row,
			struct medark_coverage *coverage, uint8_t *to, struct medark_error *err)
{
	const uint8_t *data = map->content.data;

	for (uint32_t i = 0; i < map->count; data += map->extents[i].length, i++) {
		const struct medark_extent *e = &map->extents[i];

		if (e->item != row->number)
			continue;
		if (e->offset > row->size || e->length > row->size - e->offset)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"a data segment holds bytes behind the end of an "
						"item");
		memcpy(to + e->offset, data, e->length);
		medark_coverage_extent(coverage, e->item, e->offset, e->offset + e->length);
	}
	return 0;
}

int medark_item_read(struct medark_lineage *lineage, struct medark_item_place place,
		     struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	MEDARK_AUTO(medark_loader_free) struct medark_loader *loader = NULL;
	struct medark_coverage coverage;
	const struct medark_map *map;
	struct medark_item_row row;

	MEDARK_TRY(medark_item_row_of(lineage, place, &path, &row, err));
	if (row.size > out->limit - out->size)
		return medark_error_set(err, MEDARK_E_MEMORY, "an item is too large to be shown");
	MEDARK_TRY(medark_buffer_reserve(out, (size_t)row.size, err));
	MEDARK_TRY(medark_coverage_init(&coverage, err));
	medark_coverage_item(&coverage, row.number, row.size);
	MEDARK_TRY(medark_loader_new(lineage->archives[place.archive], &loader, err));
	for (uint32_t n = row.first; n && n <= row.last; n++) {
		MEDARK_TRY(medark_loader_load(loader, n, &map, err));
		MEDARK_TRY(take_extents(map, &row, &coverage, out->data + out->size, err));
	}
	if (!medark_coverage_is_exact(&coverage)) /* F-17 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the segments do not hold every byte of an item exactly "
					"once");
	out->size += (size_t)row.size;
	return 0;
}
