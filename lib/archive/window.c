/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/window.h"

#include "archive/ordinals.h"
#include "container/merkle.h"
#include "crypto/leaf.h"

#include <string.h>

/* Room that medark_window_is_full() keeps back: a record adds at most this many of each. */
#define RESERVE	 (2 * MEDARK_RECORD_PATIENTS_MAX)
#define KEYS_MAX (16u << 20)
/* More extents than this could make a map larger than the format allows. */
#define PIECES_PER_SEGMENT 200000

static void release_blocks(struct medark_window *w)
{
	while (w->block_count)
		medark_block_release(w->pool, w->blocks[--w->block_count]);
	w->held = 0;
}

void medark_window_free(struct medark_window *w)
{
	if (!w)
		return;
	release_blocks(w);
	free(w->blocks);
	free(w->pieces);
	free(w->sorted);
	free(w->items);
	free(w->numbers);
	free(w->groups);
	free(w->group_slots);
	free(w->shares);
	free(w->outsides);
	medark_buffer_clear(&w->keys);
	free(w->plans);
	free(w);
}

int medark_window_new(struct medark_pool *pool, size_t size, uint32_t piece_max,
		      struct medark_window **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_window_free) struct medark_window *w = NULL;

	w = calloc(1, sizeof(*w));
	if (!w)
		return medark_error_memory(err, "a window");
	w->pool = pool;
	w->size = size;
	w->piece_max = piece_max;
	w->group_max = piece_max;
	w->share_max = piece_max;
	w->outside_max = piece_max;
	w->item_max = piece_max;
	w->group_slot_count = 1;
	while (w->group_slot_count < 2 * piece_max)
		w->group_slot_count *= 2;
	w->keys = (struct medark_buffer)MEDARK_BUFFER_SECRET(KEYS_MAX);
	w->pieces = malloc(piece_max * sizeof(*w->pieces));
	w->sorted = malloc(2 * (size_t)piece_max * sizeof(*w->sorted));
	w->items = malloc(piece_max * sizeof(struct medark_item *));
	w->numbers = malloc(piece_max * sizeof(*w->numbers));
	w->groups = malloc(piece_max * sizeof(*w->groups));
	w->group_slots = calloc(w->group_slot_count, sizeof(*w->group_slots));
	w->shares = malloc(piece_max * sizeof(*w->shares));
	w->outsides = malloc(piece_max * sizeof(*w->outsides));
	if (!w->pieces || !w->sorted || !w->items || !w->numbers || !w->groups || !w->group_slots ||
	    !w->shares || !w->outsides)
		return medark_error_memory(err, "a window");
	*out = MEDARK_TAKE(w);
	return 0;
}

void medark_window_reset(struct medark_window *w, uint64_t turn)
{
	if (w->group_count)
		memset(w->group_slots, 0, w->group_slot_count * sizeof(*w->group_slots));
	release_blocks(w);
	w->turn = turn;
	w->used = 0;
	w->piece_count = 0;
	w->item_count = 0;
	w->group_count = 0;
	w->share_count = 0;
	w->outside_count = 0;
	w->keys.size = 0;
	free(w->plans);
	w->plans = NULL;
	w->plan_count = 0;
}

bool medark_window_is_full(const struct medark_window *w)
{
	return w->piece_max - w->piece_count < RESERVE || w->group_max - w->group_count < RESERVE ||
	       w->share_max - w->share_count < RESERVE ||
	       w->outside_max - w->outside_count < RESERVE || w->item_max - w->item_count < 2 ||
	       w->keys.size > KEYS_MAX / 2;
}

bool medark_window_has_room(const struct medark_window *w, size_t capacity)
{
	return w->held == 0 || w->held + capacity <= w->size;
}

int medark_window_hold(struct medark_window *w, struct medark_block *block,
		       struct medark_error *err)
{
	if (block->turn == w->turn)
		return 0;
	if (w->block_count == w->block_max) {
		uint32_t max = w->block_max ? 2 * w->block_max : 64;
		struct medark_block **blocks =
			realloc(w->blocks, max * sizeof(struct medark_block *));

		if (!blocks)
			return medark_error_memory(err, "a window");
		w->blocks = blocks;
		w->block_max = max;
	}
	w->blocks[w->block_count++] = block;
	w->held += block->capacity;
	block->turn = w->turn;
	block->holders++;
	return 0;
}

static int full(struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_MEMORY, "a window is too small for a record's parts");
}

int medark_window_item(struct medark_window *w, struct medark_item *item, uint32_t *out,
		       struct medark_error *err)
{
	/* Lanes take turns, so an item that stands here already is among the last few hundred. */
	for (uint32_t i = w->item_count; i-- > 0;) {
		if (w->items[i] == item) {
			*out = i;
			return 0;
		}
		if (w->item_count - i > 512)
			break;
	}
	if (w->item_count == w->item_max)
		return full(err);
	w->items[w->item_count] = item;
	w->numbers[w->item_count] = item->number;
	item->windows++;
	*out = w->item_count++;
	return 0;
}

static bool group_is(const struct medark_window *w, const struct medark_group *g,
		     struct medark_patient_key key, uint64_t hash)
{
	const uint8_t *text = w->keys.data + g->key;

	return g->hash == hash && g->key_size == key.text.size + 1 &&
	       text[0] == (uint8_t)key.kind && memcmp(text + 1, key.text.data, key.text.size) == 0;
}

int medark_window_group(struct medark_window *w, struct medark_patient_key key, uint64_t hash,
			uint32_t order, uint32_t *out, struct medark_error *err)
{
	uint8_t letter = (uint8_t)key.kind;
	uint32_t mask = w->group_slot_count - 1;
	uint32_t i = (uint32_t)hash & mask;

	for (; w->group_slots[i]; i = (i + 1) & mask) {
		if (group_is(w, &w->groups[w->group_slots[i] - 1], key, hash)) {
			*out = w->group_slots[i] - 1;
			return 0;
		}
	}
	if (w->group_count == w->group_max)
		return full(err);
	w->groups[w->group_count] = (struct medark_group) {
		.key = (uint32_t)w->keys.size,
		.key_size = (uint32_t)key.text.size + 1,
		.order = order,
		.hash = hash,
	};
	MEDARK_TRY(medark_buffer_add(&w->keys, &letter, 1, err));
	MEDARK_TRY(medark_buffer_add(&w->keys, key.text.data, key.text.size, err));
	*out = w->group_count++;
	w->group_slots[i] = w->group_count;
	return 0;
}

int medark_window_add(struct medark_window *w, const struct medark_piece *piece, uint32_t *out,
		      struct medark_error *err)
{
	if (w->piece_count == w->piece_max)
		return full(err);
	if (out)
		*out = w->piece_count;
	w->pieces[w->piece_count++] = *piece;
	w->used += piece->length;
	return 0;
}

int medark_window_share(struct medark_window *w, uint32_t group, uint32_t piece,
			struct medark_error *err)
{
	if (w->share_count == w->share_max)
		return full(err);
	w->shares[w->share_count++] = (struct medark_share) { .group = group, .piece = piece };
	return 0;
}

int medark_window_outside(struct medark_window *w, struct medark_bytes key, uint32_t piece,
			  struct medark_error *err)
{
	if (w->outside_count == w->outside_max)
		return full(err);
	w->outsides[w->outside_count] = (struct medark_outside) {
		.key = (uint32_t)w->keys.size,
		.key_size = (uint32_t)key.size,
		.piece = piece,
	};
	MEDARK_TRY(medark_buffer_add(&w->keys, key.data, key.size, err));
	w->outside_count++;
	return 0;
}

/* ---- carrying over ---- */

/* What is carried fills at most a part of the next window: room for what is to come. */
#define CARRY_PART 4

static bool is_carried(const struct medark_window *w, uint32_t group, uint32_t frontier)
{
	return group != MEDARK_GROUP_NONE && w->groups[group].order >= frontier &&
	       w->groups[group].order != MEDARK_ORDINAL_LATE;
}

/* Would all that is to be carried leave enough room? Marks each block by the way, and unmarks it.
 */
static bool may_carry(const struct medark_window *w, const struct medark_window *to,
		      uint32_t frontier)
{
	uint32_t pieces = 0;
	size_t held = 0;

	for (uint32_t i = 0; i < w->piece_count; i++) {
		struct medark_block *block = w->pieces[i].block;

		if (!is_carried(w, w->pieces[i].group, frontier))
			continue;
		pieces++;
		if (block->turn == to->turn)
			continue;
		block->turn = to->turn;
		held += block->capacity;
	}
	for (uint32_t i = 0; i < w->block_count; i++)
		w->blocks[i]->turn = w->turn;
	return pieces > 0 && pieces <= to->piece_max / CARRY_PART && held <= to->size / 2 &&
	       w->share_count <= to->share_max / CARRY_PART &&
	       w->keys.size <= KEYS_MAX / CARRY_PART;
}

/* The group in `to` of a group that is carried; `place` remembers it, one higher. */
static int carry_group(struct medark_window *w, struct medark_window *to, uint32_t group,
		       uint32_t *out, struct medark_error *err)
{
	struct medark_group *g = &w->groups[group];
	const uint8_t *text = w->keys.data + g->key;
	struct medark_patient_key key = {
		.kind = (enum medark_patient_key_kind)text[0],
		.text = medark_bytes(text + 1, g->key_size - 1),
	};

	if (!g->place) {
		MEDARK_TRY(medark_window_group(to, key, g->hash, g->order, out, err));
		g->place = *out + 1;
	}
	*out = g->place - 1;
	return 0;
}

/* Moves or keeps each piece; places[i] becomes the new index of what was piece number i. */
static int carry_pieces(struct medark_window *w, struct medark_window *to, uint32_t frontier,
			uint32_t *places, bool *moved, struct medark_error *err)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < w->piece_count; i++) {
		struct medark_piece piece = w->pieces[i];

		moved[i] = is_carried(w, piece.group, frontier);
		if (!moved[i]) {
			places[i] = kept;
			w->pieces[kept++] = piece;
			continue;
		}
		w->used -= piece.length;
		MEDARK_TRY(carry_group(w, to, piece.group, &piece.group, err));
		MEDARK_TRY(medark_window_item(to, w->items[piece.item], &piece.item, err));
		MEDARK_TRY(medark_window_hold(to, piece.block, err));
		MEDARK_TRY(medark_window_add(to, &piece, &places[i], err));
	}
	w->piece_count = kept;
	return 0;
}

/* Records of no patient stay, so that only their places change; shares go with their pieces. */
static int carry_references(struct medark_window *w, struct medark_window *to,
			    const uint32_t *places, const bool *moved, struct medark_error *err)
{
	uint32_t kept = 0, group;

	for (uint32_t i = 0; i < w->share_count; i++) {
		struct medark_share share = w->shares[i];

		if (moved[share.piece]) {
			MEDARK_TRY(carry_group(w, to, share.group, &group, err));
			MEDARK_TRY(medark_window_share(to, group, places[share.piece], err));
			continue;
		}
		share.piece = places[share.piece];
		w->shares[kept++] = share;
	}
	w->share_count = kept;
	for (uint32_t i = 0; i < w->outside_count; i++)
		w->outsides[i].piece = places[w->outsides[i].piece];
	return 0;
}

int medark_window_carry(struct medark_window *w, struct medark_window *to, uint32_t frontier,
			struct medark_error *err)
{
	/* Planning has not begun: its room is free. */
	uint32_t *places = w->sorted;
	bool *moved = (bool *)(void *)(w->sorted + w->piece_max);

	if (!may_carry(w, to, frontier))
		return 0;
	for (uint32_t i = 0; i < w->group_count; i++)
		w->groups[i].place = 0;
	MEDARK_TRY(carry_pieces(w, to, frontier, places, moved, err));
	return carry_references(w, to, places, moved, err);
}

/* ---- planning ---- */

/* Stable counting sort of groups' numbers by eight bits of their order. */
static void sort_pass(const struct medark_window *w, const uint32_t *from, uint32_t *to,
		      unsigned shift)
{
	uint32_t counts[256] = { 0 };
	uint32_t sum = 0;

	for (uint32_t i = 0; i < w->group_count; i++)
		counts[(w->groups[from[i]].order >> shift) & 255]++;
	for (unsigned d = 0; d < 256; d++) {
		uint32_t n = counts[d];

		counts[d] = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < w->group_count; i++)
		to[counts[(w->groups[from[i]].order >> shift) & 255]++] = from[i];
}

/* The groups' numbers by order; those of one order as they came. */
static const uint32_t *sort_groups(struct medark_window *w)
{
	uint32_t *a = w->sorted, *b = w->sorted + w->piece_max;

	for (uint32_t i = 0; i < w->group_count; i++)
		a[i] = i;
	for (unsigned shift = 0; shift < 32; shift += 8) {
		sort_pass(w, a, b, shift);
		uint32_t *swap = a;
		a = b;
		b = swap;
	}
	memcpy(b, a, w->group_count * sizeof(*a));
	return b;
}

/* Those of no group come first. */
static void sort_pieces(struct medark_window *w)
{
	const uint32_t *groups = sort_groups(w);
	uint32_t none = 0, sum = 0;

	for (uint32_t i = 0; i < w->group_count; i++)
		w->groups[i].place = 0;
	for (uint32_t i = 0; i < w->piece_count; i++) {
		uint32_t group = w->pieces[i].group;

		(*(group == MEDARK_GROUP_NONE ? &sum : &w->groups[group].place))++;
	}
	for (uint32_t i = 0; i < w->group_count; i++) {
		uint32_t n = w->groups[groups[i]].place;

		w->groups[groups[i]].place = sum;
		sum += n;
	}
	for (uint32_t i = 0; i < w->piece_count; i++) {
		uint32_t group = w->pieces[i].group;
		uint32_t *place = group == MEDARK_GROUP_NONE ? &none : &w->groups[group].place;

		w->sorted[(*place)++] = i;
	}
}

static int add_plan(struct medark_window *w, uint32_t *room, struct medark_error *err)
{
	if (w->plan_count == *room) {
		uint32_t more = *room ? *room * 2 : 16;
		struct medark_plan *plans = realloc(w->plans, more * sizeof(*plans));

		if (!plans)
			return medark_error_memory(err, "a window's segments");
		w->plans = plans;
		*room = more;
	}
	memset(&w->plans[w->plan_count], 0, sizeof(*w->plans));
	w->plan_count++;
	return 0;
}

/* Bytes of the run of pieces of one group that begins at sorted[i], looked at up to `most`. */
static uint64_t run_length(const struct medark_window *w, uint32_t i, uint64_t most)
{
	uint32_t group = w->pieces[w->sorted[i]].group;
	uint64_t sum = 0;

	for (; i < w->piece_count && sum <= most && w->pieces[w->sorted[i]].group == group; i++)
		sum += w->pieces[w->sorted[i]].length;
	return sum;
}

/* A segment ends when it is full, or a little earlier where the next patient would be cut in two.
 */
static bool ends_before(const struct medark_window *w, const struct medark_plan *plan, uint32_t i,
			uint64_t target)
{
	const struct medark_piece *p = &w->pieces[w->sorted[i]];

	if (plan->count == 0)
		return false;
	if (plan->content + p->length > target || plan->count == PIECES_PER_SEGMENT)
		return true;
	if (p->group == MEDARK_GROUP_NONE || p->group == w->pieces[w->sorted[i - 1]].group)
		return false;
	return plan->content > target - target / 8 &&
	       plan->content + run_length(w, i, target) > target;
}

int medark_window_plan(struct medark_window *w, uint32_t first_number, uint64_t target,
		       struct medark_error *err)
{
	uint32_t room = 0;
	uint64_t segments = (w->used + target / 2) / target;

	if (!w->piece_count)
		return 0;
	sort_pieces(w);
	/* Equal shares: no small left-over at the end of each window. */
	if (segments > 0)
		target = w->used / segments + w->used / segments / 16;
	MEDARK_TRY(add_plan(w, &room, err));
	for (uint32_t i = 0; i < w->piece_count; i++) {
		struct medark_piece *p = &w->pieces[w->sorted[i]];

		if (ends_before(w, &w->plans[w->plan_count - 1], i, target)) {
			MEDARK_TRY(add_plan(w, &room, err));
			w->plans[w->plan_count - 1].first = i;
		}
		struct medark_plan *plan = &w->plans[w->plan_count - 1];
		p->segment = first_number + w->plan_count - 1;
		p->place = (uint32_t)plan->content;
		plan->content += p->length;
		plan->count++;
	}
	for (uint32_t i = 0; i < w->plan_count; i++) {
		struct medark_plan *plan = &w->plans[i];

		plan->window = w;
		plan->task = (struct medark_task) {
			.kind = MEDARK_KIND_DATA,
			.number = first_number + i,
			.fill = medark_window_fill,
		};
	}
	return 0;
}

/* ---- making a segment, in a worker ---- */

/* Records that are hashed at once: enough that the lanes are busy, few enough for the cache. */
#define BATCH	    256
#define BATCH_BYTES ((size_t)256 << 10)

static int write_map(const struct medark_plan *plan, struct medark_fill *fill,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_map_writer_free) struct medark_map_writer *map = NULL;
	const struct medark_window *w = plan->window;

	MEDARK_TRY(medark_map_writer_new(&map, err));
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct medark_piece *p = &w->pieces[w->sorted[plan->first + i]];
		struct medark_extent extent = {
			.kind = p->kind,
			.item = w->numbers[p->item],
			.offset = p->offset,
			.length = p->length,
		};

		MEDARK_TRY(medark_map_writer_add(map, &extent, p->kind != MEDARK_EXTENT_FILLER,
						 p->ends_line, err));
	}
	return medark_map_writer_finish(map, &fill->plain, err);
}

struct leaves {
	struct medark_bytes records[BATCH];
	uint32_t count;
	size_t bytes; /* of the records */
	uint64_t done;
	uint8_t (*salts)[MEDARK_LEAF_SALT_SIZE]; /* of the whole segment */
	struct medark_digest *hashes;
};

static void hash_batch(struct leaves *leaves)
{
	medark_leaf_hash((const uint8_t(*)[MEDARK_LEAF_SALT_SIZE])(leaves->salts + leaves->done),
			 leaves->records, leaves->count, leaves->hashes + leaves->done);
	leaves->done += leaves->count;
	leaves->count = 0;
	leaves->bytes = 0;
}

/* Copies and hashes a few records at a time, while they are in the cache. */
static void copy_content(const struct medark_plan *plan, struct medark_fill *fill,
			 struct leaves *leaves)
{
	const struct medark_window *w = plan->window;

	for (uint32_t i = 0; i < plan->count; i++) {
		const struct medark_piece *p = &w->pieces[w->sorted[plan->first + i]];
		uint8_t *to = fill->plain.data + fill->plain.size;

		memcpy(to, p->bytes, p->length);
		fill->plain.size += p->length;
		if (p->kind == MEDARK_EXTENT_FILLER)
			continue;
		leaves->records[leaves->count++] = medark_bytes(to, p->length);
		leaves->bytes += p->length;
		if (leaves->count == BATCH || leaves->bytes >= BATCH_BYTES)
			hash_batch(leaves);
	}
	if (leaves->count)
		hash_batch(leaves);
}

int medark_window_fill(struct medark_task *task, struct medark_fill *fill, struct medark_error *err)
{
	struct medark_plan *plan = (struct medark_plan *)task; /* its first member */
	struct leaves leaves = { 0 };
	struct medark_digest root;

	MEDARK_TRY(medark_buffer_reserve(&fill->scratch, plan->count * sizeof(struct medark_digest),
					 err));
	leaves.hashes = (struct medark_digest *)(void *)fill->scratch.data;
	MEDARK_TRY(medark_buffer_reserve(&fill->scratch2,
					 (size_t)plan->count * MEDARK_LEAF_SALT_SIZE, err));
	leaves.salts = (uint8_t(*)[MEDARK_LEAF_SALT_SIZE])(void *)fill->scratch2.data;
	MEDARK_TRY(medark_leaf_salts(plan->window->salt_key, task->number, 0, plan->count,
				     leaves.salts, err));
	MEDARK_TRY(write_map(plan, fill, err));
	MEDARK_TRY(medark_buffer_reserve(&fill->plain, plan->content, err));
	copy_content(plan, fill, &leaves);
	medark_merkle_root(leaves.hashes, leaves.done, &root);
	plan->leaves = leaves.done;
	medark_merkle_segment(task->number, plan->leaves, &root, &plan->hash);
	return 0;
}
