/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/buffer.h"
#include "base/words.h"

static int join(void *context, struct medark_bytes word, struct medark_error *err)
{
	struct medark_buffer *b = context;

	if (b->size)
		MEDARK_TRY(medark_buffer_add(b, " ", 1, err));
	return medark_buffer_add(b, word.data, word.size, err);
}

static void expect(const char *text, const char *words)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(4096);
	struct medark_error err;

	assert_int_equal(medark_words(medark_bytes_text(text), join, &b, &err), 0);
	assert_true(medark_bytes_is(medark_bytes(b.data, b.size), words));
}

static void words_lose_case_marks_and_strokes(void **state)
{
	(void)state;
	expect("Zo\xc3\xab Ren\xc3\xa9"
	       "e",
	       "zoe renee");
	expect("M\xc3\x9cLLER", "muller");
	expect("Stra\xc3\x9f"
	       "e",
	       "strasse");
	expect("\xc3\x87"
	       "elik \xc5\x9e"
	       "ahin",
	       "celik sahin");
	expect("\xc4\x90or\xc4\x91"
	       "evi\xc4\x87 \xc5\x81ukasz \xc3\x98rsted",
	       "dordevic lukasz orsted");
	expect("I\xc5\x9f\xc4\xb1k", "isik");
}

static void everything_but_letters_and_digits_separates(void **state)
{
	(void)state;
	expect("van 't Hof-Jansen", "van t hof jansen");
	expect("O\xe2\x80\x99"
	       "Brien J.P. (Johan)",
	       "o brien j p johan");
	expect(" -.,'\t\n", "");
	expect("", "");
}

static void a_composed_and_a_decomposed_name_are_the_same(void **state)
{
	(void)state;
	expect("Ren\xc3\xa9", "rene");
	expect("Rene\xcc\x81", "rene");
}

static void long_words_are_cut_at_a_character(void **state)
{
	char text[140], want[65];

	(void)state;
	memset(text, 'a', 63);
	memcpy(text + 63, "\xe6\x9d\x8e", 3); /* three bytes: would end behind byte 64 */
	memset(text + 66, 'b', 20);
	text[86] = '\0';
	memset(want, 'a', 63);
	want[63] = '\0';
	expect(text, want);
}

static void what_is_not_utf8_has_no_words(void **state)
{
	(void)state;
	expect("jan \xff piet", "");
}

static void words_are_joined_by_one_space(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(16);

	(void)state;
	assert_int_equal(medark_words_join(medark_bytes_text(" \xc3\x89l  B, "), &out, NULL), 0);
	assert_int_equal(medark_words_join(medark_bytes_text("--"), &out, NULL), 0);
	assert_int_equal(out.size, 4);
	assert_memory_equal(out.data, "el b", 4);
	assert_int_equal(medark_words_join(medark_bytes_text("thirteen more"), &out, NULL),
			 MEDARK_E_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_lose_case_marks_and_strokes),
		cmocka_unit_test(everything_but_letters_and_digits_separates),
		cmocka_unit_test(a_composed_and_a_decomposed_name_are_the_same),
		cmocka_unit_test(long_words_are_cut_at_a_character),
		cmocka_unit_test(what_is_not_utf8_has_no_words),
		cmocka_unit_test(words_are_joined_by_one_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
