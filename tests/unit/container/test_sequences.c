/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "container/sequences.h"
#include "sequences_check.h"

#include <stdio.h>

#define TEXT_MAX ((size_t)600 << 10)

static uint8_t text[TEXT_MAX];

static uint32_t any(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33);
}

/* Observations of a few patients: ids, references back, dates, some narrative. */
static size_t records(size_t size, uint64_t *state)
{
	static const char *const names[] = { "Glucose", "Body weight", "Creatinine [Moles/volume]",
					     "eGFR" };
	size_t n = 0;

	while (n + 600 < size) {
		uint32_t code = any(state) % 4;

		n += (size_t)snprintf(
			(char *)text + n, size - n,
			"{\"resourceType\":\"Observation\",\"id\":\"%08x\",\"code\":{"
			"\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%u-%u\"}],"
			"\"text\":\"%s\"},\"subject\":{\"reference\":\"Patient/%08x\"},"
			"\"effectiveDateTime\":\"20%02u-%02u-%02uT%02u:15:00+01:00\",",
			any(state), 1000 + code, code, names[code],
			(uint32_t)(n >> 16) * 2654435761u, any(state) % 30, 1 + any(state) % 12,
			1 + any(state) % 28, any(state) % 24);
		n += (size_t)snprintf((char *)text + n, size - n, "\"valueQuantity\":%u}\n",
				      any(state) % 200);
		if (any(state) % 8 == 0)
			n += (size_t)snprintf(
				(char *)text + n, size - n,
				"{\"div\":\"The patient was seen for %s %u times and is well, and the "
				"next visit for %s is planned in a few weeks\"}\n",
				names[any(state) % 4], any(state) % 9, names[any(state) % 4]);
	}
	return n;
}

/* Copies, noise, runs of one byte and single bytes, where they hurt: at ends of blocks too. */
static void mutate(size_t size, uint64_t *state)
{
	for (uint32_t times = any(state) % 12; times > 0; times--) {
		size_t at = any(state) % size, from = any(state) % size, n;

		if (any(state) % 4 == 0)
			at = MEDARK_SEQUENCES_BLOCK * (1 + any(state) % 4) - any(state) % 80;
		if (at >= size)
			continue;
		n = any(state) % 3 == 0 ? any(state) % 200000 : any(state) % 300;
		n = n < size - at ? n : size - at;
		n = n < size - from ? n : size - from;
		switch (any(state) % 4) {
		case 0:
			memmove(text + at, text + from, n);
			break;
		case 1:
			for (size_t i = 0; i < n; i++)
				text[at + i] = (uint8_t)any(state);
			break;
		case 2:
			memset(text + at, any(state) % 2 ? '"' : 'a', n);
			break;
		default:
			text[at] ^= (uint8_t)(1 << any(state) % 8);
			break;
		}
	}
}

static void records_in_any_state_come_back(void **state)
{
	uint64_t random = 20261124;

	(void)state;
	for (int round = 0; round < 120; round++) {
		size_t size = records(2048 + any(&random) % (TEXT_MAX - 2048), &random);

		mutate(size, &random);
		if (any(&random) % 2)
			size -= any(&random) % 1000;
		assert_true(sequences_hold(medark_bytes(text, size), size / 4 + 64));
	}
}

static void texts_of_every_length_come_back(void **state)
{
	uint64_t random = 7;
	size_t size = records(MEDARK_SEQUENCES_BLOCK + 2000, &random);

	(void)state;
	for (size_t n = MEDARK_SEQUENCES_SEARCH_MIN; n < MEDARK_SEQUENCES_SEARCH_MIN + 300; n++)
		assert_true(sequences_hold(medark_bytes(text, n), n));
	assert_true(size > MEDARK_SEQUENCES_BLOCK + 70);
	for (size_t n = MEDARK_SEQUENCES_BLOCK - 70; n < MEDARK_SEQUENCES_BLOCK + 70; n++)
		assert_true(sequences_hold(medark_bytes(text, n), n));
}

/* Each byte alone, two in turn with a quote, noise over small alphabets with and without quotes. */
static void texts_that_are_no_records_come_back(void **state)
{
	static const char alphabet[] = "\"a\\b:,{\n";
	const size_t size = MEDARK_SEQUENCES_BLOCK * 2 + 12345;
	uint64_t random = 99;

	(void)state;
	for (int c = 0; c < 256; c += 17) {
		memset(text, c, size);
		assert_true(sequences_hold(medark_bytes(text, size), size));
		for (size_t i = 0; i < size; i += 2)
			text[i] = '"';
		assert_true(sequences_hold(medark_bytes(text, size), size));
	}
	memset(text, '"', size);
	assert_true(sequences_hold(medark_bytes(text, size), size));
	for (uint32_t letters = 2; letters <= 8; letters++)
		for (uint32_t first = 0; first < 2; first++) {
			for (size_t i = 0; i < size; i++)
				text[i] =
					(uint8_t)alphabet[first + any(&random) % (letters - first)];
			assert_true(sequences_hold(medark_bytes(text, size), size));
		}
	for (size_t i = 0; i < size; i++)
		text[i] = (uint8_t)any(&random);
	assert_true(sequences_hold(medark_bytes(text, size), size));
}

static void a_full_list_ends_the_search(void **state)
{
	uint64_t random = 3;
	const size_t size = records((size_t)64 << 10, &random);

	(void)state;
	for (size_t room = 1; room < 400; room++)
		assert_true(sequences_hold(medark_bytes(text, size), room));
}

static void find(struct medark_sequences *s, size_t size, const ZSTD_Sequence **list, size_t *count)
{
	assert_int_equal(medark_sequences_find(s, medark_bytes(text, size), list, count, NULL), 0);
}

static void one_text_gives_the_same_whatever_came_before(void **state)
{
	MEDARK_AUTO(medark_sequences_free) struct medark_sequences *s = NULL, *t = NULL;
	const ZSTD_Sequence *a, *b;
	size_t size, first, second;
	uint64_t random = 1;

	(void)state;
	assert_int_equal(medark_sequences_new(&s, NULL), 0);
	assert_int_equal(medark_sequences_new(&t, NULL), 0);
	medark_sequences_use_scalar(t);
	size = records(TEXT_MAX, &random);
	find(s, size, &a, &first);
	assert_true(first > 0);
	random = 2;
	size = records((size_t)300 << 10, &random);
	find(s, size, &a, &first);
	find(t, size, &b, &second);
	assert_true(first > 0);
	assert_int_equal(first, second);
	assert_memory_equal(a, b, first * sizeof(*a));
	assert_true(sequences_give(a, first, medark_bytes(text, size)));
}

static void other_texts_are_left_to_zstd(void **state)
{
	MEDARK_AUTO(medark_sequences_free) struct medark_sequences *s = NULL;
	const size_t size = (size_t)200 << 10;
	const ZSTD_Sequence *list;
	uint64_t random = 5;
	uint8_t *large;
	size_t count;

	(void)state;
	assert_int_equal(medark_sequences_new(&s, NULL), 0);
	assert_true(records(size, &random) >= MEDARK_SEQUENCES_TEXT_MIN);
	find(s, MEDARK_SEQUENCES_TEXT_MIN, &list, &count);
	assert_true(count > 0);
	find(s, MEDARK_SEQUENCES_TEXT_MIN - 1, &list, &count);
	assert_int_equal(count, 0);
	find(s, 0, &list, &count);
	assert_int_equal(count, 0);
	for (size_t i = 0; i < size; i++)
		text[i] = "abcdefgh"[any(&random) % 8]; /* no quotes */
	find(s, size, &list, &count);
	assert_int_equal(count, 0);
	for (size_t i = 0; i < size; i += 7) /* repeats itself in small pieces */
		(void)snprintf((char *)text + i, 8, "\"%04x\",", any(&random) % 256);
	find(s, size, &list, &count);
	assert_int_equal(count, 0);
	memset(text, ' ', size); /* indented */
	for (size_t i = 0; i < size; i += 20)
		text[i] = '"';
	find(s, size, &list, &count);
	assert_int_equal(count, 0);
	for (size_t i = 0; i < size; i++) /* repeats nothing */
		text[i] = i % 12 ? (uint8_t)(97 + any(&random) % 26) : '"';
	find(s, size, &list, &count);
	assert_int_equal(count, 0);
	large = malloc(MEDARK_SEQUENCES_TEXT_MAX + 1);
	assert_non_null(large);
	memset(large, '"', MEDARK_SEQUENCES_TEXT_MAX + 1);
	assert_int_equal(medark_sequences_find(s,
					       medark_bytes(large, MEDARK_SEQUENCES_TEXT_MAX + 1),
					       &list, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	assert_int_equal(medark_sequences_find(s, medark_bytes(large, MEDARK_SEQUENCES_TEXT_MAX),
					       &list, &count, NULL),
			 0);
	assert_true(sequences_give(list, count, medark_bytes(large, MEDARK_SEQUENCES_TEXT_MAX)));
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_in_any_state_come_back),
		cmocka_unit_test(texts_of_every_length_come_back),
		cmocka_unit_test(texts_that_are_no_records_come_back),
		cmocka_unit_test(a_full_list_ends_the_search),
		cmocka_unit_test(one_text_gives_the_same_whatever_came_before),
		cmocka_unit_test(other_texts_are_left_to_zstd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
