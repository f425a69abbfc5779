/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/rewrite.h"

#include <string.h>

static char seen[1024];

/* Patient/old becomes Patient/new; notes all. */
static int map(void *context, const struct medark_rewrite_target *t, struct medark_buffer *out,
	       struct medark_error *err)
{
	size_t used = strlen(seen);

	(void)context;
	(void)snprintf(seen + used, sizeof(seen) - used, "%.*s|%.*s|%d ", (int)t->type.size,
		       (const char *)t->type.data, (int)t->id.size, (const char *)t->id.data,
		       t->is_plain);
	if (!out || !medark_bytes_is(t->id, "old"))
		return 0;
	return medark_buffer_text(out, "Patient/new", err) < 0 ? -1 : 1;
}

static int run(const char *text, const struct medark_rewrite *rewrite, char out[1024])
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer buffer = MEDARK_BUFFER(4096);
	struct medark_error err = { 0 };
	int code = medark_rewrite_run(medark_bytes_text(text), rewrite, &buffer, &err);

	(void)snprintf(out, 1024, "%.*s", (int)buffer.size, (const char *)buffer.data);
	return code;
}

static void becomes(const char *text, const struct medark_rewrite *rewrite, const char *wanted)
{
	char out[1024];

	assert_int_equal(run(text, rewrite, out), 0);
	assert_string_equal(out, wanted);
}

static void without_a_wish_nothing_changes(void **state)
{
	const struct medark_rewrite none = { 0 };
	static const char text[] = " {\"id\" : \"a\",\"v\":1.10,\"u\":\"\\u00e9\",\"x\":[ ] } ";

	(void)state;
	becomes(text, &none, text);
	becomes("\xef\xbb\xbf{}", &none, "{}");
}

static void an_id_is_replaced_or_left_out_with_its_comma(void **state)
{
	const struct medark_rewrite other = { .id = "b" }, none = { .drop_id = true };

	(void)state;
	becomes("{\"id\":\"a\",\"c\":{\"id\":\"a\"}}", &other,
		"{\"id\":\"b\",\"c\":{\"id\":\"a\"}}");
	becomes("{\"id\":\"a\" , \"r\":1}", &none, "{ \"r\":1}");
	becomes("{\"r\":1 , \"id\" : \"a\" }", &none, "{\"r\":1 }");
	becomes("{\"r\":1,\"id\":\"a\",\"s\":2}", &none, "{\"r\":1,\"s\":2}");
	becomes("{\"r\":{\"id\":\"a\"}}", &none, "{\"r\":{\"id\":\"a\"}}");
}

static void references_are_found_wherever_they_stand(void **state)
{
	const struct medark_rewrite all = { .map = map, .base = medark_bytes_text("https://h/b") };
	static const char *const texts[][2] = {
		{ "{\"s\":{\"reference\":\"Patient/old\"}}", "Patient|old|1 " },
		{ "{\"s\":[{\"x\":{\"reference\":\"Patient/old/_history/3\"}}]}",
		  "Patient|old|0 " },
		{ "{\"s\":{\"reference\":\"https://h/b/Patient/old\"}}", "Patient|old|0 " },
		{ "{\"s\":{\"reference\":\"urn:uuid:old\"}}", "|old|0 " },
		{ "{\"s\":{\"reference\":\"Patient\\/old\"}}", "Patient|old|1 " },
	};
	char out[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		seen[0] = '\0';
		assert_int_equal(run(texts[i][0], &all, out), 0);
		assert_non_null(strstr(out, "{\"reference\":\"Patient/new\"}"));
		assert_string_equal(seen, texts[i][1]);
	}
}

static void what_is_no_reference_to_here_stays(void **state)
{
	const struct medark_rewrite all = { .map = map };
	const struct medark_rewrite kept = { .map = map, .keep_references = true };
	static const char *const texts[] = {
		"{\"s\":{\"reference\":\"#old\"}}",
		"{\"s\":{\"reference\":\"https://h/b/Patient/old\"}}",
		"{\"s\":{\"reference\":\"Patient?identifier=old\"}}",
		"{\"s\":{\"display\":\"Patient/old\",\"url\":\"Patient/old\"}}",
		"{\"s\":{\"reference\":[\"Patient/old\"]}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		becomes(texts[i], &all, texts[i]);
	becomes("{\"s\":{\"reference\":\"Patient/old\"}}", &kept,
		"{\"s\":{\"reference\":\"Patient/old\"}}");
	becomes("{\"a\":{\"url\":\"Binary/old\"}}", &all, "{\"a\":{\"url\":\"Patient/new\"}}");
}

static void a_tag_is_added_once_where_it_belongs(void **state)
{
	const struct medark_rewrite tag = { .tag_system = "urn:x",
					    .tag_code = medark_bytes_text("A/1") };
	static const char *const texts[][2] = {
		{ "{\"a\":1}",
		  "{\"a\":1,\"meta\":{\"tag\":[{\"system\":\"urn:x\",\"code\":\"A/1\"}]}}" },
		{ "{}", "{\"meta\":{\"tag\":[{\"system\":\"urn:x\",\"code\":\"A/1\"}]}}" },
		{ "{\"meta\":{}}",
		  "{\"meta\":{\"tag\":[{\"system\":\"urn:x\",\"code\":\"A/1\"}]}}" },
		{ "{\"meta\":{\"v\":[1]}}",
		  "{\"meta\":{\"tag\":[{\"system\":\"urn:x\",\"code\":\"A/1\"}],\"v\":[1]}}" },
		{ "{\"x\":{\"meta\":{}},\"meta\":{\"v\":1,\"tag\":[{\"code\":\"b\"}]},\"tag\":[]}",
		  "{\"x\":{\"meta\":{}},\"meta\":{\"v\":1,\"tag\":[{\"system\":\"urn:x\",\"code\":"
		  "\"A/1\"},{\"code\":\"b\"}]},\"tag\":[]}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		becomes(texts[i][0], &tag, texts[i][1]);
}

static void what_is_no_object_is_refused(void **state)
{
	const struct medark_rewrite all = { .map = map };
	static const char *const texts[] = { "", "[]", "{\"a\":}", "{\"a\":1", "{} x", "\"a\"" };
	char out[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(run(texts[i], &all, out), MEDARK_E_FORMAT);
}

static void the_moment_of_the_last_update_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t moment;
	} cases[] = {
		{ "1970-01-01T00:00:01Z", 1000000 },
		{ "1970-01-01T01:00:00.25+01:00", 250000 },
		{ "1969-12-31T19:00:00.000001-05:00", 1 },
		{ "1970-01-01", INT64_MIN },
		{ "1970-01-01T00:00:01", INT64_MIN },
		{ "1970-01-01T00:00:01+0100", INT64_MIN },
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		(void)snprintf(text, sizeof(text),
			       "{\"x\":{},\"meta\":{\"v\":[],\"lastUpdated\":\"%s\"}}",
			       cases[i].text);
		assert_int_equal(medark_rewrite_updated(medark_bytes_text(text)), cases[i].moment);
	}
	assert_int_equal(medark_rewrite_updated(medark_bytes_text("{\"lastUpdated\":\"x\"}")),
			 INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_wish_nothing_changes),
		cmocka_unit_test(an_id_is_replaced_or_left_out_with_its_comma),
		cmocka_unit_test(references_are_found_wherever_they_stand),
		cmocka_unit_test(what_is_no_reference_to_here_stays),
		cmocka_unit_test(a_tag_is_added_once_where_it_belongs),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(the_moment_of_the_last_update_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
