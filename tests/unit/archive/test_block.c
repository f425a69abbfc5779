/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/block.h"

#include <string.h>

#define COUNT 60

static struct medark_block *take(struct medark_pool *pool, size_t size)
{
	struct medark_block *block = NULL;

	assert_int_equal(medark_pool_take(pool, size, &block, NULL), 0);
	assert_true(block->capacity >= size);
	assert_int_equal(block->used, 0);
	assert_int_equal(block->turn, 0);
	memset(block->bytes, 'x', block->capacity + MEDARK_BLOCK_PADDING);
	return block;
}

static void blocks_of_all_sizes_do_not_overlap(void **state)
{
	static const size_t sizes[] = { MEDARK_BLOCK_SMALL, 1, MEDARK_BLOCK_LARGE,
					MEDARK_BLOCK_SMALL + 1, MEDARK_BLOCK_LARGE + 1 };
	MEDARK_AUTO(medark_pool_free) struct medark_pool *pool = NULL;
	struct medark_block *blocks[COUNT];

	(void)state;
	assert_int_equal(medark_pool_new(&pool, NULL), 0);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < COUNT; i++) {
			blocks[i] = take(pool, sizes[round % 2 ? (i + round) % 5 : round % 3]);
			memset(blocks[i]->bytes, (int)i, blocks[i]->capacity);
		}
		for (unsigned i = 0; i < COUNT; i++) {
			assert_int_equal(blocks[i]->bytes[0], i);
			assert_int_equal(blocks[i]->bytes[blocks[i]->capacity - 1], i);
			medark_block_release(pool, blocks[i]);
		}
	}
}

static void the_block_that_came_back_last_is_handed_out_first(void **state)
{
	MEDARK_AUTO(medark_pool_free) struct medark_pool *pool = NULL;
	struct medark_block *a, *b;

	(void)state;
	assert_int_equal(medark_pool_new(&pool, NULL), 0);
	a = take(pool, 1);
	b = take(pool, 1);
	medark_block_release(pool, a);
	medark_block_release(pool, b);
	assert_ptr_equal(take(pool, 1), b);
	assert_ptr_equal(take(pool, 1), a);
	medark_block_release(pool, a);
	medark_block_release(pool, b);
}

static void a_block_is_kept_while_somebody_holds_it(void **state)
{
	MEDARK_AUTO(medark_pool_free) struct medark_pool *pool = NULL;
	struct medark_block *a, *b;

	(void)state;
	assert_int_equal(medark_pool_new(&pool, NULL), 0);
	a = take(pool, 1);
	a->holders++;
	medark_block_release(pool, a);
	b = take(pool, 1);
	assert_ptr_not_equal(a, b);
	medark_block_release(pool, a);
	medark_block_release(pool, b);
	medark_block_release(pool, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_of_all_sizes_do_not_overlap),
		cmocka_unit_test(the_block_that_came_back_last_is_handed_out_first),
		cmocka_unit_test(a_block_is_kept_while_somebody_holds_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
