/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/json.h"
#include "live/target.h"

#include <stdio.h>
#include <string.h>

static const struct medark_key key = { .bytes = { 7 } };

static void name_of(const struct medark_target_map *map, unsigned i, struct medark_target_hash *out)
{
	char id[16];

	(void)snprintf(id, sizeof(id), "%u", i);
	assert_int_equal(medark_target_map_name(map, medark_bytes_text("Patient"),
						medark_bytes_text(id), out, NULL),
			 0);
}

static void every_name_has_one_entry(void **state)
{
	MEDARK_AUTO(medark_target_map_free) struct medark_target_map *map = NULL;
	const unsigned count = 20000;
	struct medark_target_hash name;
	uint32_t number;

	(void)state;
	assert_int_equal(medark_target_map_new(&key, &map, NULL), 0);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < count; i++) {
			name_of(map, i, &name);
			assert_int_equal(medark_target_map_add(map, &name, &number, NULL), 0);
			assert_int_equal(number, i + 1);
			assert_int_equal(medark_target_map_find(map, &name), i + 1);
		}
	assert_int_equal(medark_target_map_count(map), count);
	name_of(map, count, &name);
	assert_int_equal(medark_target_map_find(map, &name), 0);
}

static void ids_of_the_server_are_kept(void **state)
{
	MEDARK_AUTO(medark_target_map_free) struct medark_target_map *map = NULL;
	struct medark_target_hash name;
	uint32_t a, b;

	(void)state;
	assert_int_equal(medark_target_map_new(&key, &map, NULL), 0);
	name_of(map, 1, &name);
	assert_int_equal(medark_target_map_add(map, &name, &a, NULL), 0);
	name_of(map, 2, &name);
	assert_int_equal(medark_target_map_add(map, &name, &b, NULL), 0);
	assert_int_equal(medark_target_map_id(map, a).size, 0);
	assert_int_equal(medark_target_map_set_id(map, b, medark_bytes_text("x-1"), NULL), 0);
	assert_int_equal(medark_target_map_set_id(map, a, medark_bytes_text("y"), NULL), 0);
	assert_true(medark_bytes_is(medark_target_map_id(map, b), "x-1"));
	assert_true(medark_bytes_is(medark_target_map_id(map, a), "y"));
}

static void hashes_depend_on_the_key_and_on_what_is_hashed(void **state)
{
	MEDARK_AUTO(medark_target_map_free) struct medark_target_map *map = NULL;
	MEDARK_AUTO(medark_target_map_free) struct medark_target_map *other = NULL;
	const struct medark_key second = { .bytes = { 8 } };
	struct medark_target_hash a, b;

	(void)state;
	assert_int_equal(medark_target_map_new(&key, &map, NULL), 0);
	assert_int_equal(medark_target_map_new(&second, &other, NULL), 0);
	name_of(map, 1, &a);
	name_of(other, 1, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_int_equal(medark_target_map_content(map, medark_bytes_text("Patient/1"), &b, NULL),
			 0);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void an_id_is_what_fhir_calls_one(void **state)
{
	char longest[66];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_true(medark_target_is_id(medark_bytes(longest, 64)));
	assert_false(medark_target_is_id(medark_bytes(longest, 65)));
	assert_true(medark_target_is_id(medark_bytes_text("aZ09-.")));
	for (const char *bad = "_/\"\\@[`{ \xc1"; *bad; bad++)
		assert_false(medark_target_is_id(medark_bytes(bad, 1)));
	assert_false(medark_target_is_id(medark_bytes_text("")));
}

static void a_resource_of_the_server_is_one_records(void **state)
{
	MEDARK_AUTO(medark_target_map_free) struct medark_target_map *map = NULL;
	const struct medark_bytes patient = medark_bytes_text("Patient");
	char id[16];

	(void)state;
	assert_int_equal(medark_target_map_new(&key, &map, NULL), 0);
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 1; i <= 20000; i++) {
			(void)snprintf(id, sizeof(id), "%u", i);
			assert_int_equal(medark_target_map_claim(map, i, patient,
								 medark_bytes_text(id), NULL),
					 1);
		}
	assert_int_equal(medark_target_map_claim(map, 2, patient, medark_bytes_text("1"), NULL), 0);
	assert_int_equal(medark_target_map_claim(map, 1, patient, medark_bytes_text("1"), NULL), 1);
	assert_int_equal(medark_target_map_claim(map, 2, medark_bytes_text("Group"),
						 medark_bytes_text("1"), NULL),
			 1);
}

static void what_is_an_id_and_where_it_stands(void **state)
{
	static const char *const good[] = { "1", "a-B.9", "..." };
	static const char *const bad[] = { "", ".", "..", "a/b", "a_b", "a b", "\xc3\xa9" };
	static const struct {
		const char *location, *type, *id;
	} cases[] = {
		{ "https://h.example/fhir/Patient/1/_history/2", "Patient", "1" },
		{ "https://h.example/fhir/Patient/1", "Patient", "1" },
		{ "Patient/1", "Patient", "1" },
		{ "/Patient/1/_history/2", "Patient", "1" },
		{ "Patient/..", NULL, NULL },
		{ "Patient", NULL, NULL },
		{ "", NULL, NULL },
		{ "https://h.example/fhir/Pa~ient/1", NULL, NULL },
		{ "/1", NULL, NULL },
	};
	struct medark_bytes type, id;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(medark_target_is_id(medark_bytes_text(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(medark_target_is_id(medark_bytes_text(bad[i])));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool is_one =
			medark_target_location(medark_bytes_text(cases[i].location), &type, &id);

		assert_int_equal(is_one, cases[i].type != NULL);
		assert_true(!is_one || (medark_bytes_is(type, cases[i].type) &&
					medark_bytes_is(id, cases[i].id)));
	}
}

static void tags_are_compared_letter_by_letter(void **state)
{
	MEDARK_AUTO(medark_json_release) json_t *resource = NULL;

	(void)state;
	assert_int_equal(
		medark_live_json_parse(
			medark_bytes_text("{\"meta\":{\"tag\":[7,{\"code\":\"x\"},{\"system\":"
					  "\"urn:a\",\"code\":\"Patient/a\"}]}}"),
			"it", MEDARK_E_FORMAT, &resource, NULL),
		0);
	assert_true(medark_target_has_tag(resource, "urn:a", "Patient/a"));
	assert_false(medark_target_has_tag(resource, "urn:a", "Patient/A"));
	assert_false(medark_target_has_tag(resource, "urn:b", "Patient/a"));
	assert_false(medark_target_has_tag(resource, "", "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resource_of_the_server_is_one_records),
		cmocka_unit_test(what_is_an_id_and_where_it_stands),
		cmocka_unit_test(tags_are_compared_letter_by_letter),
		cmocka_unit_test(every_name_has_one_entry),
		cmocka_unit_test(ids_of_the_server_are_kept),
		cmocka_unit_test(hashes_depend_on_the_key_and_on_what_is_hashed),
		cmocka_unit_test(an_id_is_what_fhir_calls_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
