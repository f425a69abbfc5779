/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "search/link.h"

static struct medark_link parse(const char *text, const char *base)
{
	struct medark_link link;

	medark_link_parse(medark_bytes_text(text), medark_bytes_text(base), &link);
	return link;
}

static void assert_link(const char *text, const char *base, enum medark_link_kind kind,
			const char *type, const char *id, const char *version)
{
	struct medark_link link = parse(text, base);

	assert_int_equal(link.kind, kind);
	assert_true(medark_bytes_is(link.type, type));
	assert_true(medark_bytes_is(link.id, id));
	assert_true(medark_bytes_is(link.version, version));
}

static void every_form_is_known(void **state)
{
	(void)state;
	assert_link("1", "", MEDARK_LINK_ID, "", "1", "");
	assert_link("Patient/1", "", MEDARK_LINK_LOCAL, "Patient", "1", "");
	assert_link("Patient/1/_history/2", "", MEDARK_LINK_LOCAL, "Patient", "1", "2");
	assert_link("https://a/b/Patient/1", "https://a/b", MEDARK_LINK_LOCAL, "Patient", "1", "");
	assert_link("https://a/b/Patient/1", "https://a", MEDARK_LINK_NONE, "", "", "");
	assert_link("https://a/b/Patient/1", "https://a/c", MEDARK_LINK_ELSEWHERE, "Patient", "1",
		    "");
	assert_link("https://a/b/Patient/1/_history/2", "", MEDARK_LINK_ELSEWHERE, "Patient", "1",
		    "2");
	assert_link("urn:uuid:1", "", MEDARK_LINK_ELSEWHERE, "", "", "");
	assert_link("http://a/q|1.0", "", MEDARK_LINK_ELSEWHERE, "", "", "");
	assert_link("", "", MEDARK_LINK_NONE, "", "", "");
	assert_link("#p", "", MEDARK_LINK_NONE, "", "", "");
	assert_link("patient/1", "", MEDARK_LINK_NONE, "", "", "");
	assert_link("Patient/", "", MEDARK_LINK_NONE, "", "", "");
	assert_link("https://a/b/1", "https://a/b", MEDARK_LINK_NONE, "", "", "");
}

static bool matches(const char *wanted, const char *reference)
{
	struct medark_link a = parse(wanted, "https://a"), b = parse(reference, "https://a");

	return medark_link_matches(&a, &b);
}

static void targets_are_compared_and_versions_if_asked_for(void **state)
{
	(void)state;
	assert_true(matches("1", "Patient/1") && matches("1", "https://a/Group/1"));
	assert_false(matches("1", "https://b/Patient/1") || matches("1", "Patient/2"));
	assert_true(matches("Patient/1", "https://a/Patient/1/_history/7"));
	assert_true(matches("https://a/Patient/1/_history/7", "Patient/1/_history/7"));
	assert_false(matches("Patient/1/_history/7", "Patient/1") ||
		     matches("Patient/1", "Group/1"));
	assert_true(matches("https://b/Patient/1", "https://b/Patient/1/_history/7"));
	assert_false(matches("https://b/Patient/1/_history/8", "https://b/Patient/1/_history/7"));
	assert_true(matches("urn:uuid:1", "urn:uuid:1"));
	/* What has no form finds nothing, not even itself. */
	assert_false(matches("#p", "#p") || matches("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_is_known),
		cmocka_unit_test(targets_are_compared_and_versions_if_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
