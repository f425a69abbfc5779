/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/block.h"

#include "base/secret.h"

#include <string.h>

enum size_class { SMALL, LARGE, CLASSES };

struct medark_pool {
	struct medark_block *spare[CLASSES];
};

static const size_t sizes[CLASSES] = { MEDARK_BLOCK_SMALL, MEDARK_BLOCK_LARGE };

static void free_block(struct medark_block *block)
{
	medark_secret_wipe(block->bytes, block->capacity);
	free(block);
}

int medark_pool_new(struct medark_pool **out, struct medark_error *err)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : medark_error_memory(err, "reading the sources");
}

static struct medark_block *pop(struct medark_pool *pool, enum size_class c)
{
	struct medark_block *block = pool->spare[c];

	if (block)
		pool->spare[c] = block->next;
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

int medark_pool_take(struct medark_pool *pool, size_t size, struct medark_block **out,
		     struct medark_error *err)
{
	struct medark_block *block = NULL, *other;
	enum size_class c = SMALL;

	while (c < CLASSES && sizes[c] < size)
		c++;
	if (c < CLASSES) {
		size = sizes[c];
		block = pop(pool, c);
	}
	if (!block) {
		/* Spare blocks of the other size must not add up with the new ones. */
		other = pop(pool, c == SMALL ? LARGE : SMALL);
		if (other)
			free_block(other);
		block = malloc(sizeof(*block) + size + MEDARK_BLOCK_PADDING);
		if (!block)
			return medark_error_memory(err, "reading the sources");
		memset(block->bytes + size, 0, MEDARK_BLOCK_PADDING);
	}
	*block = (struct medark_block) { .capacity = size, .holders = 1 };
	*out = block;
	return 0;
}

void medark_block_release(struct medark_pool *pool, struct medark_block *block)
{
	if (!block || --block->holders)
		return;
	for (unsigned c = 0; c < CLASSES; c++) {
		if (block->capacity == sizes[c]) {
			block->next = pool->spare[c];
			pool->spare[c] = block;
			return;
		}
	}
	free_block(block);
}
