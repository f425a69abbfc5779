/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "view/date.h"
#include "view/page.h"

#include <string.h>

static char *text_of(struct medark_buffer *b)
{
	struct medark_error err;

	assert_int_equal(medark_buffer_add(b, "", 1, &err), 0);
	b->size--;
	return (char *)b->data;
}

static void expect_date(enum medark_language language, const char *in, const char *want)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(256);
	struct medark_error err;

	assert_int_equal(medark_view_date(language, medark_bytes_text(in), &out, &err), 0);
	assert_string_equal(text_of(&out), want);
}

static void dates_are_written_for_people_and_not_made_up(void **state)
{
	(void)state;
	expect_date(MEDARK_ENGLISH, "1970-12-31", "31 Dec 1970");
	expect_date(MEDARK_DUTCH, "1970-05-01", "01 mei 1970");
	expect_date(MEDARK_DUTCH, "1970-03", "mrt 1970");
	expect_date(MEDARK_DUTCH, "1970", "1970");
	expect_date(MEDARK_ENGLISH, "2026-11-22T03:10:00+01:00", "22 Nov 2026 03:10");
	expect_date(MEDARK_ENGLISH, "2026-11-22T03:10:59.123Z", "22 Nov 2026 03:10 UTC");
	expect_date(MEDARK_ENGLISH, "2026-13-22", "2026-13-22");
	expect_date(MEDARK_ENGLISH, "about 1970", "about 1970");
	expect_date(MEDARK_ENGLISH, "", "");
}

static void moments_are_in_order_whatever_their_zone(void **state)
{
	int64_t a, b;

	(void)state;
	assert_true(medark_view_moment(medark_bytes_text("2026-01-01T00:30:00+01:00"), &a));
	assert_true(medark_view_moment(medark_bytes_text("2025-12-31T23:30:00Z"), &b));
	assert_int_equal(a, b);
	assert_true(medark_view_moment(medark_bytes_text("2026"), &a));
	assert_true(medark_view_moment(medark_bytes_text("2026-01-01"), &b));
	assert_int_equal(a, b);
	assert_false(medark_view_moment(medark_bytes_text("2026-02-30"), &a));
	assert_false(medark_view_moment(medark_bytes_text("2026-02-20T25:00"), &a));
	assert_false(medark_view_moment(medark_bytes_text("x"), &a));
	assert_false(medark_view_moment(medark_bytes(NULL, 0), &a));
}

static void expect_age(const char *born, const char *on, const char *want)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(256);
	struct medark_error err;

	assert_int_equal(medark_view_age(MEDARK_ENGLISH, medark_bytes_text(born),
					 medark_bytes_text(on), &out, &err),
			 0);
	assert_string_equal(text_of(&out), want);
}

static void ages_count_what_is_over(void **state)
{
	(void)state;
	expect_age("1970-06-15", "2026-06-14", "55 years");
	expect_age("1970-06-15", "2026-06-15T01:00:00Z", "56 years");
	expect_age("2025-01-31", "2026-02-28", "12 months");
	expect_age("2026-01-01", "2026-02-01", "1 month");
	expect_age("1970-06", "2026-06-15", "");
	expect_age("2026-06-16", "2026-06-15", "");
}

static void languages_are_found_by_tags_and_locales(void **state)
{
	(void)state;
	assert_int_equal(medark_language_find("nl"), MEDARK_DUTCH);
	assert_int_equal(medark_language_find("nl_NL.UTF-8"), MEDARK_DUTCH);
	assert_int_equal(medark_language_find("EN-gb"), MEDARK_ENGLISH);
	assert_int_equal(medark_language_find("nld"), -1);
	assert_int_equal(medark_language_find("C"), -1);
	assert_int_equal(medark_language_find(""), -1);
	for (int w = 0; w < MEDARK_WORD_COUNT; w++)
		for (int l = 0; l < MEDARK_LANGUAGE_COUNT; l++)
			assert_null(
				strpbrk(medark_word((enum medark_language)l, (enum medark_word)w),
					"<>&\"'%"));
}

static const struct medark_page_copy copy = { .from = "2026-11-22T03:10:00+01:00",
					      .age = 7 * 3600 + 59,
					      .source = "</p><script>",
					      .archives = 3 };

static char *write_page(const struct medark_page *page, struct medark_buffer *out)
{
	struct medark_error err;

	assert_int_equal(medark_page_begin(page, out, &err), 0);
	assert_int_equal(medark_page_end(page, out, &err), 0);
	return text_of(out);
}

static void the_banner_says_how_fresh_it_is_and_names_gaps(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	const struct medark_page page = { .title = medark_bytes_text("a <b>"),
					  .copy = &copy,
					  .style_href = "/static/x.css" };
	const char *text = write_page(&page, &out);

	(void)state;
	assert_non_null(strstr(text, "Emergency copy"));
	assert_non_null(strstr(text, "22 Nov 2026 03:10</time>, <b>7 h old</b>, read-only"));
	assert_non_null(strstr(text, "Not everything could be exported"));
	assert_non_null(strstr(text, "3 archives"));
	assert_non_null(strstr(text, "<title>a &lt;b&gt;</title>"));
	assert_non_null(strstr(text, "href=\"/static/x.css\""));
	assert_non_null(strstr(text, "<main id=\"main\" tabindex=\"-1\">"));
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<style"));
}

static void a_kept_page_says_when_it_was_made_and_needs_no_other_file(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_page_copy kept = copy;
	const struct medark_page_link link = { "<i>", "\"x", true };
	const struct medark_page page = { .language = MEDARK_DUTCH,
					  .copy = &kept,
					  .policy = "default-src 'none'",
					  .links = &link,
					  .link_count = 1,
					  .is_narrow = true };
	const char *text;

	(void)state;
	kept.made = "2026-11-22T10:11:00+01:00";
	kept.is_complete = true;
	kept.source = NULL;
	text = write_page(&page, &out);
	assert_non_null(strstr(text, "<html lang=\"nl\">"));
	assert_non_null(strstr(text, "7 uur oud op 22 nov 2026 10:11"));
	assert_non_null(strstr(text, "content=\"default-src &#39;none&#39;\""));
	assert_non_null(strstr(text, "<style>:root"));
	assert_non_null(strstr(text, "<main id=\"main\" tabindex=\"-1\" class=\"narrow\">"));
	assert_null(strstr(text, "<link"));
	assert_null(strstr(text, "Niet alles"));
	assert_non_null(strstr(text, "<a href=\"&quot;x\" aria-current=\"page\">&lt;i&gt;</a>"));
}

static void a_report_is_not_called_a_record(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer other = MEDARK_BUFFER(1 << 20);
	const struct medark_page report = { .is_report = true }, chart = { .is_report = false };
	const char *text = write_page(&report, &out);

	(void)state;
	assert_non_null(strstr(text, "<main id=\"main\" tabindex=\"-1\" class=\"report\">"));
	assert_null(strstr(text, "Shown as recorded"));
	assert_non_null(strstr(write_page(&chart, &other), "Shown as recorded"));
}

static void the_style_fetches_nothing(void **state)
{
	struct medark_bytes style = medark_page_style();

	(void)state;
	assert_true(style.size > 1000 && style.data[style.size] == '\0');
	assert_null(strstr((const char *)style.data, "url("));
	assert_null(strstr((const char *)style.data, "@import"));
	assert_null(strstr((const char *)style.data, "</"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_written_for_people_and_not_made_up),
		cmocka_unit_test(moments_are_in_order_whatever_their_zone),
		cmocka_unit_test(ages_count_what_is_over),
		cmocka_unit_test(languages_are_found_by_tags_and_locales),
		cmocka_unit_test(the_banner_says_how_fresh_it_is_and_names_gaps),
		cmocka_unit_test(a_kept_page_says_when_it_was_made_and_needs_no_other_file),
		cmocka_unit_test(a_report_is_not_called_a_record),
		cmocka_unit_test(the_style_fetches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
