/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/patient_list.h"

#include <stdio.h>
#include <string.h>

static void lines_are_ids_or_what_patients_prints(void **state)
{
	MEDARK_AUTO(medark_patient_list_clear) struct medark_patient_list l = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_patient_list_init(&l, &err), 0);
	assert_int_equal(medark_patient_list_parse(
				 &l,
				 medark_bytes_text("a-1\r\n\n  Patient/b.2\t\na-1\n"
						   "{\"message_type\":\"patient\",\"id\":\"c_3\"}\n"
						   "{\"message_type\":\"summary\",\"patients\":3}\n"
						   "{\"id\":\"d\"}"),
				 &err),
			 0);
	assert_int_equal(l.count, 4);
	assert_string_equal(medark_patient_list_get(&l, 0), "a-1");
	assert_string_equal(medark_patient_list_get(&l, 1), "b.2");
	assert_string_equal(medark_patient_list_get(&l, 2), "c_3");
	assert_string_equal(medark_patient_list_get(&l, 3), "d");
}

static void what_is_no_id_is_told_by_its_line_alone(void **state)
{
	static const char *const texts[] = { "ok\n\na b\n",
					     "ok\n1\n../x",
					     "ok\nx\n{\"id\":\"a/b\"}",
					     "ok\ny\n{\"message_type\":\"patient\"}",
					     "ok\nz\n{\"id\"",
					     "1\n2\nurn:uuid:1" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		MEDARK_AUTO(medark_patient_list_clear) struct medark_patient_list l = { 0 };
		struct medark_error err = { 0 };

		assert_int_equal(medark_patient_list_init(&l, &err), 0);
		assert_int_equal(medark_patient_list_parse(&l, medark_bytes_text(texts[i]), &err),
				 MEDARK_E_USAGE);
		assert_memory_equal(err.message, "line 3: ", 8);
	}
}

static void members_of_a_group_who_are_patients(void **state)
{
	MEDARK_AUTO(medark_patient_list_clear) struct medark_patient_list l = { 0 };
	struct medark_error err = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
	const struct medark_patient_group group = { .base = &base, .today = "2026-11-29" };
	uint64_t others = 0;

	(void)state;
	assert_int_equal(medark_url_parse("https://h.example/fhir", &base, &err), 0);
	assert_int_equal(medark_patient_list_init(&l, &err), 0);
	assert_int_equal(
		medark_patient_list_group(
			&l,
			medark_bytes_text(
				"{\"resourceType\":\"Group\",\"member\":["
				"{\"entity\":{\"reference\":\"Patient/1\"}},"
				"{\"entity\":{\"reference\":\"https://h.example/fhir/Patient/2/_history/3\"}},"
				"{\"entity\":{\"reference\":\"Patient/4\"},\"inactive\":true},"
				"{\"entity\":{\"reference\":\"Patient/5\"},\"inactive\":false,"
				"\"period\":{\"end\":\"2026-11-28T23:00:00Z\"}},"
				"{\"entity\":{\"reference\":\"Patient/6\"},\"period\":{\"end\":\"2026\"}},"
				"{\"entity\":{\"reference\":\"Patient/7\"},\"period\":{\"end\":\"2025\"}},"
				"{\"entity\":{\"reference\":\"Patient/..\"}},"
				"{\"entity\":{\"reference\":\"https://other.example/fhir/Patient/8\"}},"
				"{\"entity\":{\"reference\":\"Device/3\"}},{\"entity\":{}},7,"
				"{\"entity\":{\"reference\":\"urn:uuid:0\"}}]}"),
			&group, &others, &err),
		0);
	assert_int_equal(l.count, 3);
	assert_string_equal(medark_patient_list_get(&l, 1), "2");
	assert_string_equal(medark_patient_list_get(&l, 2), "6");
	assert_int_equal(others, 6);
	assert_int_equal(medark_patient_list_group(&l,
						   medark_bytes_text("{\"resourceType\":\"List\"}"),
						   &group, &others, &err),
			 MEDARK_E_REMOTE);
}

static void a_set_knows_what_was_added(void **state)
{
	MEDARK_AUTO(medark_hashset_clear) struct medark_hashset s = { 0 };
	struct medark_error err = { 0 };
	char text[32];

	(void)state;
	assert_int_equal(medark_hashset_init(&s, &err), 0);
	assert_false(medark_hashset_has(&s, medark_bytes_text("0")));
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof(text), "%d", i);
		assert_int_equal(medark_hashset_add(&s, medark_bytes_text(text), &err), 1);
		assert_int_equal(medark_hashset_add(&s, medark_bytes_text(text), &err), 0);
	}
	assert_int_equal(s.count, 5000);
	assert_true(medark_hashset_has(&s, medark_bytes_text("4999")));
	assert_false(medark_hashset_has(&s, medark_bytes_text("5000")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_ids_or_what_patients_prints),
		cmocka_unit_test(what_is_no_id_is_told_by_its_line_alone),
		cmocka_unit_test(members_of_a_group_who_are_patients),
		cmocka_unit_test(a_set_knows_what_was_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
