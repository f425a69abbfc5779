/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/facts.h"
#include "archive/waiting.h"

#include <string.h>

/* A fragment of one record at this place, with so many types and ranges in it. */
static void add(struct medark_waiting *w, uint32_t segment, uint64_t offset, uint32_t extra)
{
	struct medark_share_head head = { .records = segment, .types = extra, .ranges = 1 + extra };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer share = MEDARK_BUFFER(1u << 20);
	struct medark_range range = { .segment = segment, .offset = offset, .length = 7 };
	struct medark_error err = { 0 };
	uint32_t pair[2] = { 1, 1 };

	assert_int_equal(medark_buffer_add(&share, "A", 1, &err), 0);
	assert_int_equal(medark_buffer_add(&share, &head, sizeof(head), &err), 0);
	for (uint32_t i = 0; i < extra; i++)
		assert_int_equal(medark_buffer_add(&share, pair, sizeof(pair), &err), 0);
	for (uint32_t i = 0; i <= extra; i++, range.offset += 1000)
		assert_int_equal(medark_buffer_add(&share, &range, sizeof(range), &err), 0);
	assert_int_equal(medark_waiting_add(w, medark_bytes(share.data, share.size), &err), 0);
}

/* Adds `count` fragments in no order, and wants all of them in the order of their places. */
static void comes_back_in_order(struct medark_waiting *w, uint32_t count)
{
	struct medark_range place, last = { 0 };
	struct medark_share_head head;
	struct medark_bytes share;
	struct medark_error err = { 0 };
	uint32_t seen = 0;
	int more;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = (uint32_t)((uint64_t)i * 7919 % count);

		add(w, 1 + n / 100, n % 100 * 10, n % 3);
	}
	assert_int_equal(medark_waiting_sort(w, &err), 0);
	while ((more = medark_waiting_next(w, &place, &share, &err)) == 1) {
		memcpy(&head, share.data + 1, sizeof(head));
		assert_true(medark_range_order(&last, &place) < 0);
		assert_int_equal(place.segment, 1 + seen / 100);
		assert_int_equal(place.offset, seen % 100 * 10);
		assert_int_equal(head.records, place.segment);
		assert_int_equal(head.types, seen % 3);
		last = place;
		seen++;
	}
	assert_int_equal(more, 0);
	assert_int_equal(seen, count);
	medark_waiting_reset(w);
}

static void few_and_many_come_back_in_the_order_of_their_places(void **state)
{
	struct medark_waiting w;

	(void)state;
	medark_waiting_init(&w, ".");
	comes_back_in_order(&w, 0);
	comes_back_in_order(&w, 1);
	comes_back_in_order(&w, 1000);
	comes_back_in_order(&w, 300000); /* more than are held, and more than the sorter holds */
	comes_back_in_order(&w, 1000);
	medark_waiting_clear(&w);
}

static void what_was_not_taken_is_forgotten(void **state)
{
	struct medark_error err = { 0 };
	struct medark_range place;
	struct medark_bytes share;
	struct medark_waiting w;

	(void)state;
	medark_waiting_init(&w, ".");
	for (uint32_t i = 0; i < 60000; i++)
		add(&w, 1, i, 0);
	medark_waiting_reset(&w);
	assert_int_equal(medark_waiting_sort(&w, &err), 0);
	assert_int_equal(medark_waiting_next(&w, &place, &share, &err), 0);
	add(&w, 1, 1, 0);
	medark_waiting_clear(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_and_many_come_back_in_the_order_of_their_places),
		cmocka_unit_test(what_was_not_taken_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
