/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/block.h"

#include "base/large.h"
#include "base/secret.h"
#include "scan/json.h"

#define CLASSES 9

/*
 * Bytes that spare blocks may have beyond the most that was ever in use: how many of each size are
 * wanted changes all the time, and a new one costs as much as reading into it.
 */
#define SLACK ((size_t)1 << 20)

struct medark_pool {
	struct medark_block *spare[CLASSES];
	size_t spare_bytes, used_bytes, used_most;
};

/* Powers of two from the least block to the small one, and the large one. */
static const size_t sizes[CLASSES] = {
	MEDARK_BLOCK_LEAST,	 MEDARK_BLOCK_LEAST << 1, MEDARK_BLOCK_LEAST << 2,
	MEDARK_BLOCK_LEAST << 3, MEDARK_BLOCK_LEAST << 4, MEDARK_BLOCK_LEAST << 5,
	MEDARK_BLOCK_LEAST << 6, MEDARK_BLOCK_SMALL,	  MEDARK_BLOCK_LARGE,
};

_Static_assert(MEDARK_BLOCK_LEAST << 7 == MEDARK_BLOCK_SMALL, "the sizes double");
_Static_assert(MEDARK_BLOCK_PADDING >= MEDARK_JSON_PADDING, "records are scanned in blocks");

static size_t whole_size(size_t capacity)
{
	return sizeof(struct medark_block) + capacity + MEDARK_BLOCK_PADDING;
}

static void free_block(struct medark_block *block)
{
	medark_secret_wipe(block->bytes, block->capacity);
	medark_large_free(block, whole_size(block->capacity));
}

int medark_pool_new(struct medark_pool **out, struct medark_error *err)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : medark_error_memory(err, "reading the sources");
}

static struct medark_block *pop(struct medark_pool *pool, unsigned c)
{
	struct medark_block *block = pool->spare[c];

	if (block) {
		pool->spare[c] = block->next;
		pool->spare_bytes -= block->capacity;
	}
	return block;
}

void medark_pool_free(struct medark_pool *pool)
{
	struct medark_block *block;

	if (!pool)
		return;
	for (unsigned c = 0; c < CLASSES; c++)
		while ((block = pop(pool, c)))
			free_block(block);
	free(pool);
}

/* Before a new block is made: spare ones of other sizes must not add up with those in use. */
static void make_way(struct medark_pool *pool, size_t size)
{
	size_t used = pool->used_bytes + size;
	size_t most = used > pool->used_most ? used : pool->used_most;

	for (unsigned c = 0; c < CLASSES; c++)
		while (pool->spare[c] && used + pool->spare_bytes > most + SLACK)
			free_block(pop(pool, c));
}

int medark_pool_take(struct medark_pool *pool, size_t size, struct medark_block **out,
		     struct medark_error *err)
{
	struct medark_block *block = NULL;
	unsigned c = 0;

	while (c < CLASSES && sizes[c] < size)
		c++;
	if (c < CLASSES) {
		size = sizes[c];
		block = pop(pool, c);
	}
	if (!block) {
		make_way(pool, size);
		block = medark_large_new(whole_size(size));
	}
	if (!block)
		return medark_error_memory(err, "reading the sources");
	*block = (struct medark_block) { .capacity = size, .holders = 1 };
	pool->used_bytes += size;
	if (pool->used_bytes > pool->used_most)
		pool->used_most = pool->used_bytes;
	*out = block;
	return 0;
}

void medark_block_release(struct medark_pool *pool, struct medark_block *block)
{
	if (!block || --block->holders)
		return;
	pool->used_bytes -= block->capacity;
	for (unsigned c = 0; c < CLASSES; c++) {
		if (block->capacity == sizes[c]) {
			block->next = pool->spare[c];
			pool->spare[c] = block;
			pool->spare_bytes += block->capacity;
			return;
		}
	}
	free_block(block);
}
