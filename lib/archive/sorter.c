/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/sorter.h"

#include "archive/spill.h"
#include "base/secret.h"
#include "crypto/scratch_cipher.h"

#include <string.h>

/*
 * A row in memory and in a run: key size (u32le), value size (u32le), key, value. Its entry holds
 * the first eight bytes of the key as a number, so that most comparisons touch the entries alone.
 */
struct entry {
	uint64_t prefix;
	uint64_t offset; /* of the row in the arena */
};

#define ROW_HEAD 8

/* One sorted run in the temporary file, while it is merged. */
struct run {
	uint64_t next_block, end_block;
	uint64_t left; /* rows not given yet, including the current one */
	uint64_t rows;
	size_t at, have; /* in block */
	uint8_t *block;
	uint8_t *row; /* the current row, in one piece */
	size_t row_room;
	struct medark_bytes key, value;
};

struct medark_sorter {
	size_t memory;
	char *folder;
	uint8_t *arena;
	size_t arena_size, arena_used;
	struct entry *entries, *spare;
	size_t entry_count, entry_max;
	size_t given; /* rows given from memory when nothing was spilled */
	struct medark_spill *spill;
	struct run *runs;
	size_t run_count, run_max;
	size_t *heap; /* run numbers, the smallest current row first */
	size_t heap_count;
	bool advance; /* the heap's top was given and must move on */
	uint8_t *out_block;
	size_t out_used;
};

static void free_arena(struct medark_sorter *s)
{
	if (s->arena)
		medark_secret_wipe(s->arena, s->arena_used);
	free(s->arena);
	free(s->entries);
	free(s->spare);
	s->arena = NULL;
	s->entries = NULL;
	s->spare = NULL;
}

void medark_sorter_free(struct medark_sorter *s)
{
	if (!s)
		return;
	free_arena(s);
	for (size_t i = 0; i < s->run_count; i++) {
		free(s->runs[i].block);
		free(s->runs[i].row);
	}
	free(s->runs);
	free(s->heap);
	free(s->out_block);
	medark_spill_free(s->spill);
	free(s->folder);
	free(s);
}

int medark_sorter_new(size_t memory, const char *folder, struct medark_sorter **out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_sorter_free) struct medark_sorter *s = NULL;

	s = calloc(1, sizeof(*s));
	if (!s)
		return medark_error_memory(err, "sorting");
	s->memory = memory;
	s->folder = strdup(folder);
	if (!s->folder)
		return medark_error_memory(err, "sorting");
	*out = MEDARK_TAKE(s);
	return 0;
}

static uint64_t key_prefix(struct medark_bytes key)
{
	uint64_t prefix = 0;

	for (size_t i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < key.size ? key.data[i] : 0);
	return prefix;
}

static struct medark_bytes row_key(const uint8_t *row)
{
	return medark_bytes(row + ROW_HEAD, medark_get_le32(row));
}

static struct medark_bytes row_value(const uint8_t *row)
{
	return medark_bytes(row + ROW_HEAD + medark_get_le32(row), medark_get_le32(row + 4));
}

/* Stable radix sort by prefix, one byte a pass; a byte that all share costs no pass. */
static void sort_by_prefix(struct medark_sorter *s)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t counts[256] = { 0 };
		size_t sum = 0;

		for (size_t i = 0; i < s->entry_count; i++)
			counts[s->entries[i].prefix >> shift & 255]++;
		if (counts[s->entries[0].prefix >> shift & 255] == s->entry_count)
			continue;
		for (size_t d = 0; d < 256; d++) {
			size_t n = counts[d];

			counts[d] = sum;
			sum += n;
		}
		for (size_t i = 0; i < s->entry_count; i++)
			s->spare[counts[s->entries[i].prefix >> shift & 255]++] = s->entries[i];
		struct entry *swap = s->entries;
		s->entries = s->spare;
		s->spare = swap;
	}
}

static int compare_entries(const struct medark_sorter *s, struct entry a, struct entry b)
{
	int order =
		medark_bytes_compare(row_key(s->arena + a.offset), row_key(s->arena + b.offset));

	return order ? order : (a.offset > b.offset) - (a.offset < b.offset);
}

/* Merge sort of entries[from, to): stable order does not matter, offsets break ties. */
static void sort_by_key(struct medark_sorter *s, size_t from, size_t to)
{
	for (size_t width = 1; width < to - from; width *= 2) {
		for (size_t low = from; low < to; low += 2 * width) {
			size_t middle = low + width < to ? low + width : to;
			size_t high = low + 2 * width < to ? low + 2 * width : to;
			size_t a = low, b = middle, o = low;

			while (a < middle && b < high)
				s->spare[o++] =
					compare_entries(s, s->entries[a], s->entries[b]) <= 0
						? s->entries[a++]
						: s->entries[b++];
			while (a < middle)
				s->spare[o++] = s->entries[a++];
			while (b < high)
				s->spare[o++] = s->entries[b++];
		}
		memcpy(s->entries + from, s->spare + from, (to - from) * sizeof(*s->entries));
	}
}

static void sort_memory(struct medark_sorter *s)
{
	size_t from = 0;

	if (s->entry_count < 2)
		return;
	sort_by_prefix(s);
	for (size_t i = 1; i <= s->entry_count; i++) {
		if (i < s->entry_count && s->entries[i].prefix == s->entries[from].prefix)
			continue;
		if (i - from > 1)
			sort_by_key(s, from, i);
		from = i;
	}
}

/* ---- runs ---- */

static int put_out(struct medark_sorter *s, const uint8_t *data, size_t size,
		   struct medark_error *err)
{
	while (size) {
		size_t room = MEDARK_SPILL_BLOCK - s->out_used;
		size_t n = size < room ? size : room;

		memcpy(s->out_block + s->out_used, data, n);
		s->out_used += n;
		data += n;
		size -= n;
		if (s->out_used == MEDARK_SPILL_BLOCK) {
			MEDARK_TRY(medark_spill_write(s->spill, s->out_block, err));
			s->out_used = 0;
		}
	}
	return 0;
}

static int add_run(struct medark_sorter *s, struct run **out, struct medark_error *err)
{
	if (s->run_count == s->run_max) {
		size_t room = s->run_max ? s->run_max * 2 : 16;
		struct run *runs = realloc(s->runs, room * sizeof(*runs));

		if (!runs)
			return medark_error_memory(err, "sorting");
		s->runs = runs;
		s->run_max = room;
	}
	*out = &s->runs[s->run_count++];
	memset(*out, 0, sizeof(**out));
	return 0;
}

static int write_run(struct medark_sorter *s, struct medark_error *err)
{
	struct run *run;

	if (!s->entry_count)
		return 0;
	sort_memory(s);
	if (!s->spill)
		MEDARK_TRY(medark_spill_new(s->folder, &s->spill, err));
	if (!s->out_block) {
		s->out_block = malloc(MEDARK_SPILL_BLOCK);
		if (!s->out_block)
			return medark_error_memory(err, "sorting");
	}
	MEDARK_TRY(add_run(s, &run, err));
	run->next_block = medark_spill_blocks(s->spill);
	run->rows = s->entry_count;
	for (size_t i = 0; i < s->entry_count; i++) {
		const uint8_t *row = s->arena + s->entries[i].offset;

		MEDARK_TRY(
			put_out(s, row, ROW_HEAD + row_key(row).size + row_value(row).size, err));
	}
	if (s->out_used) {
		memset(s->out_block + s->out_used, 0, MEDARK_SPILL_BLOCK - s->out_used);
		MEDARK_TRY(medark_spill_write(s->spill, s->out_block, err));
		s->out_used = 0;
	}
	run->end_block = medark_spill_blocks(s->spill);
	s->entry_count = 0;
	s->arena_used = 0;
	return 0;
}

/* Three quarters of the memory hold rows, the rest their entries (twice, for the sort). */
static int make_room(struct medark_sorter *s, size_t need, struct medark_error *err)
{
	size_t size = s->memory / 4 * 3;

	if (need > size)
		size = need;
	s->entry_max = s->memory / 4 / (2 * sizeof(struct entry));
	s->arena = malloc(size);
	s->entries = malloc(s->entry_max * sizeof(struct entry));
	s->spare = malloc(s->entry_max * sizeof(struct entry));
	if (!s->arena || !s->entries || !s->spare) {
		free_arena(s);
		return medark_error_memory(err, "sorting");
	}
	s->arena_size = size;
	return 0;
}

int medark_sorter_add(struct medark_sorter *s, struct medark_bytes key, struct medark_bytes value,
		      struct medark_error *err)
{
	size_t need = ROW_HEAD + key.size + value.size;
	uint8_t *row;

	if (key.size > MEDARK_SORTER_KEY_MAX || value.size > MEDARK_SORTER_VALUE_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"an index row of %zu bytes is too large",
					key.size + value.size);
	if (s->arena && (need > s->arena_size - s->arena_used || s->entry_count == s->entry_max)) {
		MEDARK_TRY(write_run(s, err));
		if (need > s->arena_size)
			free_arena(s);
	}
	if (!s->arena)
		MEDARK_TRY(make_room(s, need, err));
	row = s->arena + s->arena_used;
	medark_put_le32(row, (uint32_t)key.size);
	medark_put_le32(row + 4, (uint32_t)value.size);
	if (key.size)
		memcpy(row + ROW_HEAD, key.data, key.size);
	if (value.size)
		memcpy(row + ROW_HEAD + key.size, value.data, value.size);
	s->entries[s->entry_count++] =
		(struct entry) { .prefix = key_prefix(key), .offset = s->arena_used };
	s->arena_used += need;
	return 0;
}

/* ---- merging ---- */

static int run_take(struct medark_sorter *s, struct run *run, uint8_t *out, size_t size,
		    struct medark_error *err)
{
	while (size) {
		size_t n = run->have - run->at < size ? run->have - run->at : size;

		if (n == 0) {
			if (run->next_block == run->end_block)
				return medark_error_set(err, MEDARK_E_SYSTEM,
							"a temporary file was cut off");
			MEDARK_TRY(medark_spill_read(s->spill, run->next_block++, run->block, err));
			run->at = 0;
			run->have = MEDARK_SPILL_BLOCK;
			continue;
		}
		memcpy(out, run->block + run->at, n);
		run->at += n;
		out += n;
		size -= n;
	}
	return 0;
}

/* 1 and the run's next row in key and value, or 0 at its end. */
static int run_next(struct medark_sorter *s, struct run *run, struct medark_error *err)
{
	uint8_t head[ROW_HEAD];
	size_t need;

	if (!run->left)
		return 0;
	run->left--;
	MEDARK_TRY(run_take(s, run, head, sizeof(head), err));
	need = (size_t)medark_get_le32(head) + medark_get_le32(head + 4);
	if (need > run->row_room) {
		uint8_t *row = realloc(run->row, need);

		if (!row)
			return medark_error_memory(err, "sorting");
		run->row = row;
		run->row_room = need;
	}
	MEDARK_TRY(run_take(s, run, run->row, need, err));
	run->key = medark_bytes(run->row, medark_get_le32(head));
	run->value = medark_bytes(run->row + run->key.size, medark_get_le32(head + 4));
	return 1;
}

static bool run_before(const struct medark_sorter *s, size_t a, size_t b)
{
	int order = medark_bytes_compare(s->runs[a].key, s->runs[b].key);

	return order ? order < 0 : a < b;
}

static void sift_down(struct medark_sorter *s, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		size_t swap;

		if (child >= s->heap_count)
			return;
		if (child + 1 < s->heap_count && run_before(s, s->heap[child + 1], s->heap[child]))
			child++;
		if (!run_before(s, s->heap[child], s->heap[i]))
			return;
		swap = s->heap[i];
		s->heap[i] = s->heap[child];
		s->heap[child] = swap;
		i = child;
	}
}

static int begin_merge(struct medark_sorter *s, struct medark_error *err)
{
	s->heap = calloc(s->run_count, sizeof(*s->heap));
	if (!s->heap)
		return medark_error_memory(err, "sorting");
	for (size_t i = 0; i < s->run_count; i++) {
		struct run *run = &s->runs[i];

		run->left = run->rows;
		run->block = malloc(MEDARK_SPILL_BLOCK + MEDARK_SCRATCH_TAG);
		if (!run->block)
			return medark_error_memory(err, "sorting");
		MEDARK_TRY(run_next(s, run, err));
		s->heap[s->heap_count++] = i;
	}
	for (size_t i = s->heap_count; i-- > 0;)
		sift_down(s, i);
	return 0;
}

int medark_sorter_sort(struct medark_sorter *s, struct medark_error *err)
{
	if (!s->run_count) {
		sort_memory(s);
		return 0;
	}
	MEDARK_TRY(write_run(s, err));
	free_arena(s);
	free(s->out_block);
	s->out_block = NULL;
	return begin_merge(s, err);
}

static int next_from_runs(struct medark_sorter *s, struct medark_bytes *out_key,
			  struct medark_bytes *out_value, struct medark_error *err)
{
	if (s->advance) {
		int more = run_next(s, &s->runs[s->heap[0]], err);

		MEDARK_TRY(more);
		if (!more)
			s->heap[0] = s->heap[--s->heap_count];
		sift_down(s, 0);
		s->advance = false;
	}
	if (!s->heap_count)
		return 0;
	*out_key = s->runs[s->heap[0]].key;
	*out_value = s->runs[s->heap[0]].value;
	s->advance = true;
	return 1;
}

int medark_sorter_next(struct medark_sorter *s, struct medark_bytes *out_key,
		       struct medark_bytes *out_value, struct medark_error *err)
{
	const uint8_t *row;

	if (s->run_count)
		return next_from_runs(s, out_key, out_value, err);
	if (s->given == s->entry_count)
		return 0;
	row = s->arena + s->entries[s->given++].offset;
	*out_key = row_key(row);
	*out_value = row_value(row);
	return 1;
}
