/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "view/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROOM  160
#define COUNT 30000

/* Adds a record whose text stays in `texts`, place `i`. */
static void add(struct medark_view_records *r, char (*texts)[ROOM], size_t i, const char *type,
		const char *id)
{
	int size = snprintf(texts[i], ROOM, "{\"resourceType\":\"%s\",\"id\":\"%s\"}", type, id);

	assert_true(size > 0 && size + MEDARK_JSON_PADDING < ROOM);
	assert_int_equal(medark_view_records_add(r, medark_bytes_text(type),
						 medark_bytes(texts[i], (size_t)size), false, false,
						 NULL),
			 0);
}

static const struct medark_view_record *find(const struct medark_view_records *r,
					     const char *reference)
{
	return medark_view_records_find(r, medark_bytes_text(reference));
}

static void a_reference_finds_by_type_and_id_or_by_a_uuid(void **state)
{
	static char texts[4][ROOM];
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records r = { 0 };

	(void)state;
	add(&r, texts, 0, "Observation", "b");
	add(&r, texts, 1, "Encounter", "a");
	add(&r, texts, 2, "Condition", "a");
	add(&r, texts, 3, "Patient", "c");
	assert_int_equal(medark_view_records_sort(&r, NULL), 0);
	assert_ptr_equal(find(&r, "Condition/a"), &r.list[2]);
	assert_ptr_equal(find(&r, "urn:uuid:a"), &r.list[1]); /* the first that is called so */
	assert_ptr_equal(find(&r, "urn:uuid:c"), &r.list[3]);
	assert_null(find(&r, "urn:uuid:d"));
	assert_null(find(&r, "urn:uuid:0"));
	assert_null(find(&r, "Condition/c"));
}

static double cpu_seconds(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void many_references_by_uuid_do_not_grow_with_the_square(void **state)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records r = { 0 };
	char(*texts)[ROOM] = calloc(COUNT, ROOM), id[64], urn[80];
	double begin;

	(void)state;
	assert_non_null(texts);
	for (size_t i = 0; i < COUNT; i++) {
		(void)snprintf(id, sizeof(id), "00000000-0000-0000-0000-%012zu", i);
		add(&r, texts, i, "Observation", id);
	}
	assert_int_equal(medark_view_records_sort(&r, NULL), 0);
	begin = cpu_seconds();
	for (size_t i = 0; i < (size_t)4 * COUNT; i++) {
		(void)snprintf(urn, sizeof(urn), "urn:uuid:00000000-0000-0000-0000-%012zu",
			       i % COUNT);
		assert_ptr_equal(find(&r, urn), &r.list[i % COUNT]);
	}
	assert_true(cpu_seconds() - begin < 3);
	medark_view_records_clear(&r);
	free(texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_finds_by_type_and_id_or_by_a_uuid),
		cmocka_unit_test(many_references_by_uuid_do_not_grow_with_the_square),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
