/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/ordinals.h"
#include "archive/window.h"

#include <stdlib.h>
#include <string.h>

#define MIB    ((size_t)1 << 20)
#define PIECES 8192u

struct fixture {
	struct medark_pool *pool;
	struct medark_window *a, *b;
	struct medark_block *block; /* held by the test as well */
	struct medark_item *item;
};

static struct medark_window *window_new(struct medark_pool *pool, uint64_t turn)
{
	struct medark_window *w = NULL;

	assert_int_equal(medark_window_new(pool, MIB, PIECES, &w, NULL), 0);
	medark_window_reset(w, turn);
	return w;
}

static struct fixture begin(void)
{
	struct fixture f = { 0 };

	assert_int_equal(medark_pool_new(&f.pool, NULL), 0);
	f.a = window_new(f.pool, 1);
	f.b = window_new(f.pool, 2);
	assert_int_equal(medark_pool_take(f.pool, MEDARK_BLOCK_LEAST, &f.block, NULL), 0);
	assert_int_equal(medark_window_hold(f.a, f.block, NULL), 0);
	f.item = calloc(1, sizeof(*f.item));
	assert_non_null(f.item);
	return f;
}

static void end(struct fixture *f)
{
	medark_window_free(f->a);
	medark_window_free(f->b);
	assert_int_equal(f->block->holders, 1);
	medark_block_release(f->pool, f->block);
	medark_pool_free(f->pool);
	free(f->item);
}

static uint32_t group(struct medark_window *w, const char *id, uint32_t order)
{
	struct medark_patient_key key = { .kind = MEDARK_PATIENT_ID,
					  .text = medark_bytes_text(id) };
	uint32_t out;

	assert_int_equal(medark_window_group(w, key, (uint64_t)id[0] * 77, order, &out, NULL), 0);
	return out;
}

/* A piece whose offset is its name. */
static uint32_t add(struct fixture *f, uint32_t in, uint64_t offset)
{
	struct medark_piece piece = { .bytes = f->block->bytes,
				      .block = f->block,
				      .offset = offset,
				      .length = 10,
				      .group = in };
	uint32_t out;

	assert_int_equal(medark_window_item(f->a, f->item, &piece.item, NULL), 0);
	assert_int_equal(medark_window_add(f->a, &piece, &out, NULL), 0);
	return out;
}

static void expect_order(const struct medark_window *w, const uint64_t *offsets, uint32_t count)
{
	assert_int_equal(w->piece_count, count);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(w->pieces[w->sorted[i]].offset, offsets[i]);
}

static void pieces_stand_in_the_order_of_patients(void **state)
{
	static const uint64_t want[] = { 2, 5, 1, 7, 0, 4, 3, 6 };
	struct fixture f = begin();
	uint32_t second = group(f.a, "b", 300), first = group(f.a, "a", 2);
	uint32_t late = group(f.a, "z", MEDARK_ORDINAL_LATE);

	(void)state;
	add(&f, second, 0);
	add(&f, first, 1);
	add(&f, MEDARK_GROUP_NONE, 2);
	add(&f, late, 3);
	add(&f, second, 4);
	add(&f, MEDARK_GROUP_NONE, 5);
	add(&f, late, 6);
	add(&f, first, 7);
	assert_int_equal(medark_window_plan(f.a, 1, MIB, NULL), 0);
	expect_order(f.a, want, 8);
	assert_int_equal(f.a->plan_count, 1);
	end(&f);
}

static void patients_of_whom_more_may_come_are_carried_over(void **state)
{
	static const uint64_t stay[] = { 3, 0, 5 }, go[] = { 1, 4, 2 };
	struct fixture f = begin();
	uint32_t a = group(f.a, "a", 1), b = group(f.a, "b", 2), c = group(f.a, "c", 3);
	uint32_t late = group(f.a, "z", MEDARK_ORDINAL_LATE);

	(void)state;
	assert_int_equal(f.a->share_count, 0);
	add(&f, a, 0);
	assert_int_equal(medark_window_share(f.a, a, add(&f, b, 1), NULL), 0);
	assert_int_equal(medark_window_share(f.a, late, add(&f, c, 2), NULL), 0);
	assert_int_equal(medark_window_outside(f.a, medark_bytes_text("Location/1"),
					       add(&f, MEDARK_GROUP_NONE, 3), NULL),
			 0);
	add(&f, b, 4);
	assert_int_equal(medark_window_share(f.a, c, add(&f, late, 5), NULL), 0);
	assert_int_equal(medark_window_carry(f.a, f.b, 2, NULL), 0);
	assert_int_equal(f.item->windows, 2);
	assert_int_equal(f.block->holders, 3);
	assert_int_equal(f.a->used, 30);
	assert_int_equal(f.b->used, 30);
	assert_int_equal(medark_window_plan(f.a, 1, MIB, NULL), 0);
	assert_int_equal(medark_window_plan(f.b, 2, MIB, NULL), 0);
	expect_order(f.a, stay, 3);
	expect_order(f.b, go, 3);
	/* What refers to a piece went with it. */
	assert_int_equal(f.a->share_count, 1);
	assert_int_equal(f.a->pieces[f.a->shares[0].piece].offset, 5);
	assert_int_equal(f.a->groups[f.a->shares[0].group].order, 3);
	assert_int_equal(f.b->share_count, 2);
	assert_int_equal(f.b->pieces[f.b->shares[0].piece].offset, 1);
	assert_int_equal(f.b->groups[f.b->shares[0].group].order, 1);
	assert_int_equal(f.b->pieces[f.b->shares[1].piece].offset, 2);
	assert_int_equal(f.a->pieces[f.a->outsides[0].piece].offset, 3);
	end(&f);
}

static void nothing_is_carried_that_would_fill_the_next_window(void **state)
{
	struct fixture f = begin();
	uint32_t a = group(f.a, "a", 1);

	(void)state;
	for (uint32_t i = 0; i <= PIECES / 4; i++)
		add(&f, a, i);
	assert_int_equal(medark_window_carry(f.a, f.b, 1, NULL), 0);
	assert_int_equal(f.a->piece_count, PIECES / 4 + 1);
	assert_int_equal(f.b->piece_count, 0);
	/* Its block is still known to be held. */
	assert_int_equal(medark_window_hold(f.a, f.block, NULL), 0);
	assert_int_equal(f.block->holders, 2);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_stand_in_the_order_of_patients),
		cmocka_unit_test(patients_of_whom_more_may_come_are_carried_over),
		cmocka_unit_test(nothing_is_carried_that_would_fill_the_next_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
