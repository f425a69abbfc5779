/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "view/agenda.h"

#include <string.h>

static const struct medark_view_record *add(struct medark_view_records *all, const char *type,
					    const char *text)
{
	struct medark_error err;

	assert_int_equal(medark_view_records_add(all, medark_bytes_text(type),
						 medark_bytes_text(text), text[0] == '<', false,
						 &err),
			 0);
	return &all->list[all->count - 1];
}

static void who_is_admitted_has_begun_and_stays(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{ "{\"status\":\"in-progress\",\"class\":{\"code\":\"IMP\"}}", true },
		{ "{\"status\":\"onleave\",\"class\":{\"code\":\"ACUTE\"}}", true },
		{ "{\"status\":\"finished\",\"class\":{\"code\":\"IMP\"}}", false },
		{ "{\"status\":\"planned\",\"class\":{\"code\":\"IMP\"}}", false },
		{ "{\"status\":\"in-progress\",\"class\":{\"code\":\"AMB\"}}", false },
		{ "{\"status\":\"in-progress\"}", false },
		{ "{\"status\":\"in-progress\",\"class\":{\"code\":\"IMP\"},\"period\":{\"end\":\"2026-01-01\"}}",
		  false },
		{ "<Encounter/>", false },
		{ "{", false },
	};
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records all = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(medark_agenda_is_admission(add(&all, "Encounter", cases[i].text)),
				 cases[i].is);
	assert_false(medark_agenda_is_admission(add(&all, "Observation", cases[0].text)));
}

static void an_appointment_is_of_the_day_that_it_begins_on(void **state)
{
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records all = { 0 };
	static const char *const starts[] = { "{\"start\":\"2026-11-29T23:30:00+01:00\"}",
					      "{\"start\":\"2026-11-30T00:30:00+01:00\"}",
					      "{\"start\":\"2026-11\"}", "{}", "<Appointment/>" };

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		assert_int_equal(medark_agenda_is_appointment(add(&all, "Appointment", starts[i]),
							      "2026-11-29"),
				 i == 0);
	assert_false(medark_agenda_is_appointment(add(&all, "Encounter", starts[0]), "2026-11-29"));
}

static void a_row_is_sorted_by_its_place_without_half_a_character(void **state)
{
	char text[512], key[MEDARK_AGENDA_KEY], place[202] = "a";
	MEDARK_AUTO(medark_view_records_clear) struct medark_view_records all = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
	const struct medark_agenda_patient patient = {
		.records = &all,
		.id = "p",
		.birth_date = "1970-01-31",
		.name = medark_bytes_text("<a href=\"x\">Jansen</a>"),
	};
	const struct medark_view_record *record;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		memcpy(place + 1 + 2 * i, "\xc3\xab", 3);
	(void)snprintf(
		text, sizeof(text),
		"{\"status\":\"in-progress\",\"location\":[{\"location\":{\"display\":\"%s\"}}],"
		"\"period\":{\"start\":\"2026-11-29\"},\"reasonCode\":[{\"text\":\"<b>\"}]}",
		place);
	(void)add(&all, "Patient", "{\"id\":\"p\",\"identifier\":[{\"value\":\"N<7\"}]}");
	record = add(&all, "Encounter", text);
	assert_int_equal(medark_view_records_sort(&all, &err), 0);
	assert_int_equal(medark_agenda_row(&patient, record, MEDARK_ENGLISH, key, &out, &err), 0);
	assert_int_equal(medark_buffer_add(&out, "", 1, &err), 0);
	assert_int_equal(strlen(key), 95);
	assert_memory_equal(key, place, 95);
	assert_non_null(strstr((const char *)out.data,
			       "<th scope=\"row\"><a href=\"x\">Jansen</a></th>"
			       "<td class=\"when\">31 Jan 1970</td><td>N&lt;7</td>"));
	assert_non_null(
		strstr((const char *)out.data, "<td class=\"when\">29 Nov 2026 \xe2\x80\x93"));
	assert_non_null(strstr((const char *)out.data, "<td>&lt;b&gt;</td>"));
}

static void a_table_has_as_many_heads_as_a_row_has_cells(void **state)
{
	(void)state;
	for (int is_admitted = 0; is_admitted < 2; is_admitted++) {
		MEDARK_AUTO(medark_view_records_clear) struct medark_view_records all = { 0 };
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
		const struct medark_agenda_patient patient = { .records = &all,
							       .id = "p",
							       .birth_date = "" };
		char key[MEDARK_AGENDA_KEY];
		struct medark_error err;
		size_t heads = 0, cells = 0;

		(void)add(&all, is_admitted ? "Encounter" : "Appointment", "{}");
		assert_int_equal(medark_agenda_begin(MEDARK_DUTCH, is_admitted, &out, &err), 0);
		assert_int_equal(
			medark_agenda_row(&patient, &all.list[0], MEDARK_DUTCH, key, &out, &err),
			0);
		assert_int_equal(medark_agenda_end(&out, &err), 0);
		assert_int_equal(medark_buffer_add(&out, "", 1, &err), 0);
		for (const char *at = (const char *)out.data; (at = strchr(at, '<')); at++) {
			heads += strncmp(at, "<th scope=\"col\"", 15) == 0;
			cells += strncmp(at, "<td", 3) == 0 ||
				 strncmp(at, "<th scope=\"row\"", 15) == 0;
		}
		assert_int_equal(heads, 8);
		assert_int_equal(cells, heads);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_admitted_has_begun_and_stays),
		cmocka_unit_test(an_appointment_is_of_the_day_that_it_begins_on),
		cmocka_unit_test(a_row_is_sorted_by_its_place_without_half_a_character),
		cmocka_unit_test(a_table_has_as_many_heads_as_a_row_has_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
