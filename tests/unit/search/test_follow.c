/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include "search/follow.h"

#define OBSERVATION                                                                                   \
	"{'resourceType':'Observation','subject':{'reference':'Patient/1'},'performer':["             \
	"{'reference':'Practitioner/2/_history/1'},{'reference':'https://a.example/Organization/3'}," \
	"{'reference':'#x'},{'reference':'urn:uuid:1'},{'display':'y'},{'reference':'Patient/4'}]}"

/* What is brought along, "Type/id " each. */
static const char *follow(const char *include, const char *text)
{
	static char out[256];
	struct medark_search_follow f;
	struct medark_bytes type, id;
	size_t n = 0;

	assert_int_equal(make_query("Observation", include), 0);
	medark_search_follow_init(&f, &query.includes[0], record(text), setup.base);
	out[0] = '\0';
	while (medark_search_follow_next(&f, &type, &id))
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s/%.*s ", (int)type.size,
				      (const char *)type.data, (int)id.size, (const char *)id.data);
	return out;
}

static void references_on_this_server_are_followed(void **state)
{
	(void)state;
	assert_string_equal(follow("_include=Observation:subject", OBSERVATION), "Patient/1 ");
	assert_string_equal(follow("_include=Observation:performer", OBSERVATION),
			    "Practitioner/2 Patient/4 ");
	assert_string_equal(follow("_include=Observation:performer:Patient", OBSERVATION),
			    "Patient/4 ");
	assert_string_equal(follow("_include=Observation:encounter", OBSERVATION), "");
	setup.base = medark_bytes_text("https://a.example");
	assert_string_equal(follow("_include=Observation:performer", OBSERVATION),
			    "Practitioner/2 Organization/3 Patient/4 ");
}

static void records_of_another_type_lead_nowhere(void **state)
{
	(void)state;
	assert_string_equal(follow("_include=Observation:subject",
				   "{'resourceType':'Media','subject':{'reference':'Patient/1'}}"),
			    "");
}

static bool leads(const char *include, const char *type, const char *id)
{
	assert_int_equal(make_query("Patient", include), 0);
	return medark_search_follow_leads(&query.includes[0], record(OBSERVATION), setup.base,
					  medark_bytes_text(type), medark_bytes_text(id));
}

static void what_refers_to_a_record_is_known(void **state)
{
	(void)state;
	assert_true(leads("_revinclude=Observation:subject", "Patient", "1"));
	assert_false(leads("_revinclude=Observation:subject", "Patient", "2"));
	assert_false(leads("_revinclude=Observation:subject", "Group", "1"));
	assert_true(leads("_revinclude=Observation:performer", "Patient", "4"));
	assert_false(leads("_revinclude=Observation:performer:Practitioner", "Patient", "4"));
	assert_false(leads("_revinclude=Media:subject", "Patient", "1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(references_on_this_server_are_followed, clear_all),
		cmocka_unit_test_teardown(records_of_another_type_lead_nowhere, clear_all),
		cmocka_unit_test_teardown(what_refers_to_a_record_is_known, clear_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
