/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/share.h"

#include "../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct medark_share sample(enum medark_key_type type)
{
	struct medark_share share = { .type = type, .number = 2, .threshold = 3, .count = 5 };

	for (size_t i = 0; i < sizeof(share.set); i++)
		share.set[i] = (uint8_t)(0xf0 + i);
	for (size_t i = 0; i < MEDARK_DIGEST_SIZE; i++)
		share.public_key.bytes[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < medark_scalar_size(type); i++)
		share.bytes[i] = (uint8_t)(255 - i * 5);
	return share;
}

/* The least page that reads: values, rows, check. */
static char *page_of(const struct medark_share *share)
{
	char line[MEDARK_SHARE_LINE_MAX], row[MEDARK_SHARE_ROW_MAX], *page = NULL, *copy;
	char *parts[10], *rest = line;

	medark_share_line(share, line);
	for (size_t i = 0; i < 10; i++)
		parts[i] = strsep(&rest, ":");
	assert_true(asprintf(&page,
			     MEDARK_SHARE_TITLE
			     "\nname: x\ntype: %s\nset: %s\nshare: %s\nthreshold: %s\nshares: %s\n"
			     "public key: %s\ncheck: %s\n",
			     parts[2], parts[3], parts[4], parts[5], parts[6], parts[7],
			     parts[9]) > 0);
	for (size_t i = 0; i < medark_share_rows(share); i++) {
		medark_share_row(share, i, row);
		assert_true(asprintf(&copy, "%s%s\n", page, row) > 0);
		free(page);
		page = copy;
	}
	return page;
}

/* The page with `from`, which stands there once, replaced. */
static char *changed(const struct medark_share *share, const char *from, const char *to)
{
	char *page = page_of(share), *at = strstr(page, from), *out = NULL;

	assert_non_null(at);
	assert_true(asprintf(&out, "%.*s%s%s", (int)(at - page), page, to, at + strlen(from)) > 0);
	free(page);
	return out;
}

static void assert_same(const char *text, const struct medark_share *share)
{
	struct medark_share read = { .number = 0 };
	struct medark_error err = { 0 };
	int code = medark_share_parse(medark_bytes_text(text), &read, &err);

	assert_string_equal(code ? err.message : "", "");
	assert_memory_equal(&read, share, sizeof(read));
}

static void assert_refused(const char *text, const char *sentence)
{
	struct medark_share read;
	struct medark_error err = { 0 };

	assert_int_equal(medark_share_parse(medark_bytes_text(text), &read, &err), MEDARK_E_KEY);
	assert_string_equal(err.message, sentence);
}

static void test_both_forms_read_as_they_were_written(void **state)
{
	static const enum medark_key_type types[] = { MEDARK_KEY_P256, MEDARK_KEY_P384 };
	char line[MEDARK_SHARE_LINE_MAX];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct medark_share share = sample(types[i]);
		char *page = page_of(&share);

		medark_share_line(&share, line);
		assert_same(line, &share);
		assert_same(page, &share);
		free(page);
	}
}

static void test_the_forms_are_what_the_header_says(void **state)
{
	struct medark_share share = sample(MEDARK_KEY_P256);
	char line[MEDARK_SHARE_LINE_MAX], row[MEDARK_SHARE_ROW_MAX];

	(void)state;
	medark_share_line(&share, line);
	assert_string_equal(line,
			    "MEDARK-SHARE:1:P256:F0F1F2F3F4F5F6F7:2:3:5:"
			    "00070E151C232A31383F464D545B626970777E858C939AA1A8AFB6BDC4CBD2D9"
			    ":FFFAF5F0EBE6E1DCD7D2CDC8C3BEB9B4AFAAA5A09B96918C87827D78736E6964"
			    ":E2EA7422F79E0E78");
	medark_share_row(&share, 3, row);
	assert_string_equal(row, "4) 8782 7D78 736E 6964 = 67B4");
}

static void test_typing_as_people_do_is_taken(void **state)
{
	struct medark_share share = sample(MEDARK_KEY_P256);
	char *page = changed(&share, "2) D7D2 CDC8 C3BE B9B4 =", "  2) d7d2cdc8 C3BEB9b4=");

	(void)state;
	assert_same(page, &share);
	free(page);
	page = changed(&share, "set: F0F1F2F3F4F5F6F7\n", "set:\tf0f1 f2f3 f4f5 f6f7 \r\n");
	assert_same(page, &share);
	free(page);
}

static void test_a_mistake_is_named_by_its_line(void **state)
{
	static const struct {
		const char *from, *to, *sentence;
	} cases[] = {
		{ "2) D7D2", "2) D7D3",
		  "line 2) is damaged: it does not fit the four digits behind =" },
		{ "3) AFAA A5A0", "3) AFAA",
		  "line 3) is damaged: it has 16 digits (0 to 9, A to F), = and 4 digits" },
		{ "3) AFAA", "3) OFAA",
		  "line 3) is damaged: it has 16 digits (0 to 9, A to F), = and 4 digits" },
		{ "4) ", "4: ", "line 4) is missing" },
		{ "type: P256", "type: p384", "line 5) is missing" },
		{ "type: P256", "type: p521", "'type:' has neither p256 nor p384 behind it" },
		{ "name: x", "set: 0", "the line 'set:' stands there twice" },
		{ "set: ", "sett: ", "the line 'set:' is missing" },
		{ "set: F0", "set: G0", "'set:' has no 16 digits (0 to 9, A to F) behind it" },
		{ "key: 00", "key: 0",
		  "'public key:' has no 64 digits (0 to 9, A to F) behind it" },
		{ "share: 2", "share: 6", "it is share 6 of only 5" },
		{ "share: 2", "share: 0", "'share:' has no number from 1 to 255 behind it" },
		{ "threshold: 3", "threshold: 1",
		  "'threshold:' has no number from 2 to 255 behind it" },
		{ "shares: 5", "shares: 2", "'shares:' has no number from 3 to 255 behind it" },
		{ "share: 2", "share: 3",
		  "it does not fit its check: there is a mistake in 'type:', 'set:', 'share:', "
		  "'shares:', 'threshold:', 'public key:' or 'check:', or a line is another "
		  "share's" },
		{ "medark", "Medark", "it is no share of a key" },
	};
	struct medark_share share = sample(MEDARK_KEY_P256);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *page = changed(&share, cases[i].from, cases[i].to);

		assert_refused(page, cases[i].sentence);
		free(page);
	}
}

static void test_no_character_of_a_scanned_line_may_change(void **state)
{
	struct medark_share share = sample(MEDARK_KEY_P384), read;
	char line[MEDARK_SHARE_LINE_MAX];
	size_t size;

	(void)state;
	medark_share_line(&share, line);
	size = strlen(line);
	for (size_t i = 0; i < size; i++) {
		char was = line[i];

		line[i] = was == '1' ? '2' : '1';
		assert_int_equal(medark_share_parse(medark_bytes(line, size), &read, NULL),
				 MEDARK_E_KEY);
		line[i] = was;
		assert_int_equal(medark_share_parse(medark_bytes(line, i), &read, NULL),
				 MEDARK_E_KEY);
	}
}

static int set_up(void **state)
{
	(void)state;
	return medark_digest_setup(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_forms_read_as_they_were_written),
		cmocka_unit_test(test_the_forms_are_what_the_header_says),
		cmocka_unit_test(test_typing_as_people_do_is_taken),
		cmocka_unit_test(test_a_mistake_is_named_by_its_line),
		cmocka_unit_test(test_no_character_of_a_scanned_line_may_change),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
