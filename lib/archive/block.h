/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block: memory that records are read into and stay in until their segments are made. A block is
 * counted: whoever fills it holds it, and so does every window with a piece in it. Blocks of the
 * usual sizes go back to a pool, which hands out first what came back last: it may still be in
 * the cache. Pool and counts belong to the gathering thread; the bytes to whoever fills them.
 */
#ifndef MEDARK_ARCHIVE_BLOCK_H
#define MEDARK_ARCHIVE_BLOCK_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/* Readable bytes behind a block; see MEDARK_JSON_PADDING. */
#define MEDARK_BLOCK_PADDING 64

/* What a lane reads at a time, at least and at most: see medark_lane.stretch. */
#define MEDARK_BLOCK_LEAST ((size_t)4 << 10)
#define MEDARK_BLOCK_SMALL ((size_t)512 << 10)
/* For documents and opaque items, one behind the other. */
#define MEDARK_BLOCK_LARGE ((size_t)4 << 20)

struct medark_block {
	struct medark_block *next; /* in the pool */
	uint64_t turn;		   /* of the window that has held it last */
	size_t capacity;
	size_t used; /* bytes that are filled and settled */
	uint32_t holders;
	uint8_t bytes[]; /* `capacity`, then MEDARK_BLOCK_PADDING */
};

struct medark_pool;

int medark_pool_new(struct medark_pool **out, struct medark_error *err) MEDARK_MUST_USE;
/* All blocks must have been released. */
void medark_pool_free(struct medark_pool *pool);
MEDARK_DEFINE_AUTO(struct medark_pool, medark_pool_free)

/* An empty block of at least `size` bytes with one holder: the caller. MEDARK_E_MEMORY. */
int medark_pool_take(struct medark_pool *pool, size_t size, struct medark_block **out,
		     struct medark_error *err) MEDARK_MUST_USE;

/* One holder fewer; without any the block goes back to the pool, or is wiped and freed. */
void medark_block_release(struct medark_pool *pool, struct medark_block *block);

#endif
