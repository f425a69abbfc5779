/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/approach.h"
#include "live/compartment_search.h"
#include "record/compartment.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define TYPES                                                                                       \
	"{\"type\":\"Patient\"},"                                                                   \
	"{\"type\":\"Observation\",\"searchParam\":[{\"name\":\"subject\"},{\"name\":\"patient\"}," \
	"{\"name\":\"performer\"}]},"                                                               \
	"{\"type\":\"Group\",\"searchParam\":[{\"name\":\"member\"}]},"                             \
	"{\"type\":\"Binary\",\"interaction\":[{\"code\":\"read\"}]},"                              \
	"{\"type\":\"Organization\"}"

static void parse(const char *types, struct medark_capability *c)
{
	struct medark_error err = { 0 };
	char text[2000];

	(void)snprintf(text, sizeof(text),
		       "{\"resourceType\":\"CapabilityStatement\",\"rest\":[{\"resource\":[%s]}]}",
		       types);
	assert_int_equal(medark_capability_parse(medark_bytes_text(text), c, &err), 0);
}

static void the_method_follows_from_what_the_server_has(void **state)
{
	static const struct {
		const char *types;
		bool has_export, has_everything, is_listed, is_group;
		enum medark_live_method method;
	} cases[] = {
		{ TYPES, true, true, false, false, MEDARK_LIVE_BULK },
		{ TYPES, false, true, false, false, MEDARK_LIVE_EVERYTHING },
		{ TYPES, false, false, false, false, MEDARK_LIVE_SEARCH },
		{ "{\"type\":\"Patient\"}", false, false, false, false, MEDARK_LIVE_PAGE },
		{ "{\"type\":\"Patient\"}", false, false, true, false, MEDARK_LIVE_SEARCH },
		{ TYPES, true, true, true, false, MEDARK_LIVE_EVERYTHING },
		{ TYPES, true, true, true, true, MEDARK_LIVE_EVERYTHING },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
		struct medark_approach a = { .is_listed = cases[i].is_listed };

		parse(cases[i].types, &c);
		c.has_export = cases[i].has_export;
		c.has_everything = cases[i].has_everything;
		medark_approach_choose(&a, MEDARK_LIVE_AUTO, &c, cases[i].is_group);
		assert_int_equal(a.method, cases[i].method);
	}
}

static void a_server_that_says_nothing_is_asked_in_turn(void **state)
{
	struct medark_approach a = { 0 };

	(void)state;
	medark_approach_choose(&a, MEDARK_LIVE_AUTO, NULL, false);
	assert_int_equal(a.method, MEDARK_LIVE_BULK);
	medark_approach_fall(&a, NULL);
	assert_int_equal(a.method, MEDARK_LIVE_PAGE);
}

static void each_type_is_searched_by_what_the_server_has(void **state)
{
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
	MEDARK_AUTO(medark_approach_clear)
	struct medark_approach a = { .method = MEDARK_LIVE_SEARCH };
	struct medark_error err = { 0 };

	(void)state;
	parse(TYPES, &c);
	assert_int_equal(medark_approach_fill(&a, &c, &err), 0);
	assert_int_equal(a.of_patient_count, 3);
	assert_string_equal(a.of_patient[0].type, "Group");
	assert_string_equal(a.of_patient[1].param, "patient");
	assert_string_equal(a.of_patient[2].param, "performer");
	assert_int_equal(a.of_everybody_count, 2);
	assert_string_equal(a.of_everybody[0].type, "Group");
	assert_string_equal(a.of_everybody[1].type, "Organization");
	a.is_listed = true;
	assert_int_equal(medark_approach_fill(&a, &c, &err), 0);
	assert_int_equal(a.of_patient_count, 4);
	assert_string_equal(a.of_patient[3].param, "_id");
	assert_int_equal(a.of_everybody_count, 0);
	a.method = MEDARK_LIVE_PAGE;
	a.is_listed = false;
	assert_int_equal(medark_approach_fill(&a, &c, &err), 0);
	assert_int_equal(a.of_patient_count, 0);
	assert_int_equal(a.of_everybody_count, 4);
}

static void what_was_chosen_is_kept(void **state)
{
	MEDARK_AUTO(medark_capability_clear) struct medark_capability c = { 0 };
	MEDARK_AUTO(medark_approach_clear)
	struct medark_approach a = { .method = MEDARK_LIVE_SEARCH, .asked = "auto \xc3\xa9" };
	MEDARK_AUTO(medark_approach_clear) struct medark_approach b = { 0 };
	MEDARK_AUTO(medark_approach_clear) struct medark_approach none = { 0 };
	char path[] = "/tmp/medark-approach-XXXXXX";
	const struct medark_bytes secret = medark_bytes_text("secret");
	MEDARK_AUTO(medark_fd_close) int folder = -1;
	struct medark_error err = { 0 };

	(void)state;
	assert_non_null(mkdtemp(path));
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	parse(TYPES, &c);
	assert_int_equal(medark_approach_load(folder, secret, &none, &err), 0);
	assert_int_equal(none.method, MEDARK_LIVE_AUTO);
	assert_int_equal(medark_approach_fill(&a, &c, &err), 0);
	assert_int_equal(medark_approach_save(&a, folder, secret, &err), 0);
	assert_int_equal(medark_approach_load(folder, secret, &b, &err), 0);
	assert_int_equal(b.method, a.method);
	assert_string_equal(b.asked, a.asked);
	assert_int_equal(b.of_patient_count, a.of_patient_count);
	assert_memory_equal(b.of_patient, a.of_patient, a.of_patient_count * sizeof(*a.of_patient));
	assert_int_equal(b.of_everybody_count, a.of_everybody_count);
	assert_int_equal(medark_approach_load(folder, medark_bytes_text("other"), &none, &err), 0);
	assert_int_equal(none.method, MEDARK_LIVE_AUTO);
	assert_int_equal(unlinkat(folder, "job-approach", 0), 0);
	assert_int_equal(rmdir(path), 0);
}

/* Every type of the compartment by elements is one by search, and the list is sorted. */
static void the_compartment_is_whole(void **state)
{
	(void)state;
	for (size_t i = 1; i < medark_compartment_search_count; i++)
		assert_true(strcmp(medark_compartment_searches[i - 1].type,
				   medark_compartment_searches[i].type) < 0);
	for (size_t i = 0; i < medark_compartment_count; i++)
		if (medark_compartments[i].count)
			assert_non_null(
				medark_compartment_search_find(medark_compartments[i].type));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_method_follows_from_what_the_server_has),
		cmocka_unit_test(a_server_that_says_nothing_is_asked_in_turn),
		cmocka_unit_test(each_type_is_searched_by_what_the_server_has),
		cmocka_unit_test(what_was_chosen_is_kept),
		cmocka_unit_test(the_compartment_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
