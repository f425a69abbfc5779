/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "crypto/digest.h"
#include "live/attachment.h"
#include "live/leads.h"

#include <stdio.h>
#include <string.h>

static int note(void *context, const struct medark_attachment *a, struct medark_error *err)
{
	char *urls = context;
	size_t used = strlen(urls);

	(void)err;
	(void)snprintf(urls + used, 1000 - used, "%.*s|%.*s ", (int)a->url.size, a->url.data,
		       (int)a->title.size, a->title.size ? (const char *)a->title.data : "");
	return 0;
}

static void find(const char *record, char urls[1000])
{
	struct medark_error err = { 0 };

	urls[0] = '\0';
	assert_int_equal(medark_attachment_each(medark_bytes_text(record), note, urls, &err), 0);
	assert_true(medark_attachment_is_likely(medark_bytes_text(record)) || !urls[0]);
}

static void an_attachment_is_known_by_its_name_or_by_what_stands_beside(void **state)
{
	static const struct {
		const char *record, *urls;
	} cases[] = {
		{ "{\"content\":[{\"attachment\":{\"contentType\":\"a/b\",\"url\":\"Binary\\/1\","
		  "\"title\":\"T\"},\"format\":{\"system\":\"x\"}}]}",
		  "Binary/1|T " },
		{ "{\"photo\":[{\"url\":\"p1\"},{\"url\":\"p2\"}],\"url\":\"own\"}", "p1| p2| " },
		{ "{\"presentedForm\":[{\"url\":\"f\"}],\"content\":{\"url\":\"c\"}}", "f| c| " },
		{ "{\"payload\":[{\"contentAttachment\":{\"url\":\"a\"}}]}", "a| " },
		{ "{\"extension\":[{\"url\":\"e\",\"valueAttachment\":{\"url\":\"v\"}}]}", "v| " },
		{ "{\"extension\":[{\"url\":\"e\",\"contentType\":\"x\"}]}", "" },
		{ "{\"unheardOf\":{\"size\":7,\"url\":\"u\"}}", "u| " },
		{ "{\"unheardOf\":{\"hash\":\"x\",\"url\":\"u\"}}", "u| " },
		{ "{\"request\":{\"url\":\"Patient\"},\"content\":[[{\"url\":\"n\"}]]}", "n| " },
		{ "{\"photo\":[{\"url\":\"p\",\"data\":\"AAAA\"},{\"url\":\"q\",\"data\":\"\"}]}",
		  "q| " },
		{ "{\"photo\":[{\"url\":7},{\"url\":\"\"},{\"url\":null},{}]}", "" },
		{ "{\"photo\":{\"url\":\"p\"},", "p| " },
		{ "", "" },
	};
	char urls[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		find(cases[i].record, urls);
		assert_string_equal(urls, cases[i].urls);
	}
}

static void most_records_need_no_second_look(void **state)
{
	(void)state;
	assert_false(medark_attachment_is_likely(medark_bytes_text(
		"{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"http://x\"}]}")));
	assert_false(medark_attachment_is_likely(medark_bytes_text(
		"{\"content\":[{\"attachment\":{\"contentType\":\"a/b\",\"data\":\"AA\"}}]}")));
}

static void a_url_is_seen_in_any_parts(void **state)
{
	static const char text[] = "{\"a\":\"ur\",\"\"url\":1}", none[] = "{\"url:\"ur\"l\"\"}";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct medark_attachment_watch w = { 0 }, v = { 0 };

		for (size_t at = 0; at < sizeof(text) - 1; at += step)
			medark_attachment_watch(
				&w, medark_bytes(text + at, at + step < sizeof(text) - 1
								    ? step
								    : sizeof(text) - 1 - at));
		for (size_t at = 0; at < sizeof(none) - 1; at += step)
			medark_attachment_watch(
				&v, medark_bytes(none + at, at + step < sizeof(none) - 1
								    ? step
								    : sizeof(none) - 1 - at));
		assert_true(w.is_found);
		assert_false(v.is_found);
	}
}

static void names_hold_nothing_of_the_server_but_letters(void **state)
{
	static const struct {
		const char *title, *ending, *name;
	} cases[] = {
		{ "Ontslagbrief 3.pdf", "pdf", "Ontslagbrief_3" },
		{ "../../etc/passwd", "bin", "etc_passwd" },
		{ "", "pdf", "attachment" },
		{ "...", "pdf", "attachment" },
		{ "a\\u0000\\\"b", "txt", "a_u0000_b" },
		{ "Scan.PDF", "pdf", "Scan" },
		{ ".pdf", "pdf", "pdf" },
		{ "\xc3\xa9t\xc3\xa9", "png", "t" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789", "pdf",
		  "012345678901234567890123456789012345678901234567890123456789" },
	};
	char name[MEDARK_ATTACHMENT_TITLE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		medark_attachment_title(medark_bytes_text(cases[i].title), cases[i].ending, name);
		assert_string_equal(name, cases[i].name);
	}
	assert_string_equal(medark_attachment_ending(medark_bytes_text("Application/PDF; q=1")),
			    "pdf");
	assert_string_equal(medark_attachment_ending(medark_bytes_text("")), "bin");
	assert_string_equal(medark_attachment_ending(medark_bytes_text("x/../../y")), "bin");
}

static void each_address_has_a_name(void **state)
{
	char a[MEDARK_ATTACHMENT_DIGITS + 1], b[MEDARK_ATTACHMENT_DIGITS + 1];
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_digest_setup(&err), 0);
	medark_attachment_key(medark_bytes_text("Binary/1"), a);
	medark_attachment_key(medark_bytes_text("Binary/1"), b);
	assert_string_equal(a, b);
	medark_attachment_key(medark_bytes_text("https://h.example/fhir/Binary/1"), b);
	assert_string_not_equal(a, b);
}

static void leads_are_read_as_they_are_written(void **state)
{
	struct medark_lead lead;

	(void)state;
	assert_true(medark_lead_parse(medark_bytes_text("R Patient/1"), &lead));
	assert_false(lead.is_attachment);
	assert_true(medark_bytes_is(lead.target, "Patient/1"));
	assert_true(medark_lead_parse(medark_bytes_text("A pdf a_b o- https://h/x y"), &lead));
	assert_true(lead.is_attachment);
	assert_string_equal(lead.ending, "pdf");
	assert_string_equal(lead.title, "a_b");
	assert_true(medark_bytes_is(lead.target, "https://h/x y"));
	assert_false(medark_lead_parse(medark_bytes_text("A pdf"), &lead));
	assert_false(medark_lead_parse(medark_bytes_text("A toolongending t u"), &lead));
	assert_false(medark_lead_parse(medark_bytes_text("A pdf t x- u"), &lead));
	assert_false(medark_lead_parse(medark_bytes_text("R "), &lead));
	assert_false(medark_lead_parse(medark_bytes_text(""), &lead));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attachment_is_known_by_its_name_or_by_what_stands_beside),
		cmocka_unit_test(most_records_need_no_second_look),
		cmocka_unit_test(a_url_is_seen_in_any_parts),
		cmocka_unit_test(names_hold_nothing_of_the_server_but_letters),
		cmocka_unit_test(each_address_has_a_name),
		cmocka_unit_test(leads_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
