/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/sorter.h"

#include <stdio.h>
#include <string.h>

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Adds `rows` rows with few distinct keys, then checks order, stability and completeness. */
static void sorts(size_t memory, unsigned rows)
{
	MEDARK_AUTO(medark_sorter_free) struct medark_sorter *s = NULL;
	struct medark_bytes key, value;
	struct medark_error err = { 0 };
	char last[64] = "", text[64], payload[300];
	unsigned last_number = 0, seen = 0;
	uint64_t sum = 0, want = 0, random = 7;
	int more;

	memset(payload, 'x', sizeof(payload));
	assert_int_equal(medark_sorter_new(memory, ".", &s, &err), 0);
	for (unsigned i = 0; i < rows; i++) {
		(void)snprintf(text, sizeof(text), "%s%u", i % 3 ? "a common start " : "",
			       (unsigned)(next_random(&random) % (rows / 4 + 1)));
		memcpy(payload, &i, sizeof(i));
		want += i;
		assert_int_equal(medark_sorter_add(s, medark_bytes_text(text),
						   medark_bytes(payload, 4 + i % 296), &err),
				 0);
	}
	assert_int_equal(medark_sorter_sort(s, &err), 0);
	while ((more = medark_sorter_next(s, &key, &value, &err)) == 1) {
		unsigned number;

		memcpy(&number, value.data, sizeof(number));
		assert_int_equal(value.size, 4 + number % 296);
		memcpy(text, key.data, key.size);
		text[key.size] = '\0';
		assert_true(medark_bytes_compare(medark_bytes_text(last), key) <= 0);
		if (strcmp(last, text) == 0 && seen)
			assert_true(number > last_number);
		(void)snprintf(last, sizeof(last), "%s", text);
		last_number = number;
		sum += number;
		seen++;
	}
	assert_int_equal(more, 0);
	assert_int_equal(seen, rows);
	assert_true(sum == want);
}

static void sorts_in_memory(void **state)
{
	(void)state;
	sorts(16 << 20, 20000);
}

static void sorts_through_a_temporary_file(void **state)
{
	(void)state;
	sorts(1 << 20, 60000);
}

static void nothing_sorts_to_nothing(void **state)
{
	(void)state;
	sorts(1 << 20, 0);
}

static void rows_that_are_too_large_are_refused(void **state)
{
	MEDARK_AUTO(medark_sorter_free) struct medark_sorter *s = NULL;
	struct medark_error err = { 0 };
	static char key[MEDARK_SORTER_KEY_MAX + 1];

	(void)state;
	assert_int_equal(medark_sorter_new(1 << 20, ".", &s, &err), 0);
	assert_int_equal(
		medark_sorter_add(s, medark_bytes(key, sizeof(key)), medark_bytes("", 0), &err),
		MEDARK_E_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_in_memory),
		cmocka_unit_test(sorts_through_a_temporary_file),
		cmocka_unit_test(nothing_sorts_to_nothing),
		cmocka_unit_test(rows_that_are_too_large_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
