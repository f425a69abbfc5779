/* SPDX-License-Identifier: Apache-2.0 */
/* A shelf over a small archive: charts, records by name, records by type, queries. */
#include "clinic.h"

#include "archive/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char source[] =
	"{\"resourceType\":\"Patient\",\"id\":\"a\",\"name\":[{\"family\":\"Vries\",\"given\":[\"Jan\"]}]}\n"
	"{\"resourceType\":\"Patient\",\"id\":\"b\",\"name\":[{\"family\":\"Vos\"}]}\n"
	"{\"resourceType\":\"Observation\",\"id\":\"o1\",\"subject\":{\"reference\":\"Patient/a\"}}\n"
	"{\"resourceType\":\"Observation\",\"id\":\"o2\",\"subject\":{\"reference\":\"Patient/b\"},"
	"\"performer\":[{\"reference\":\"Practitioner/d\"}]}\n"
	"{\"resourceType\":\"Appointment\",\"id\":\"both\",\"participant\":[{\"actor\":{\"reference\":"
	"\"Patient/a\"}},{\"actor\":{\"reference\":\"Patient/b\"}}]}\n"
	"{\"resourceType\":\"Practitioner\",\"id\":\"d\"}\n"
	"{\"resourceType\":\"Practitioner\",\"id\":\"e\"}\n";

static struct clinic clinic;
static struct medark_record_find *find;
static struct medark_shelf *shelf;
static unsigned told;

static void make_archive(void)
{
	FILE *f = fopen("r.ndjson", "w");

	assert_non_null(f);
	assert_true(fputs(source, f) >= 0 && fclose(f) == 0);
	clinic_export("r.ndjson", "a.medark");
}

static int note(void *context, const struct medark_record *facts, struct medark_bytes text,
		uint64_t patient, struct medark_error *err)
{
	(void)context;
	(void)err;
	assert_true(facts->type.size > 0 && text.size > 0 && patient < 2);
	told++;
	return 0;
}

static int set_up(void **state)
{
	static const char *const paths[] = { "a.medark" };
	const struct medark_record_find_watch watch = { .each = note };
	struct medark_shelf_setup setup = { .paths = paths, .count = 1, .as_of = INT64_MAX };
	struct medark_error err;

	(void)state;
	if (!clinic_begin(&clinic))
		return -1;
	make_archive();
	assert_int_equal(medark_record_find_new(&find, &err), 0);
	setup.trust = clinic.trust;
	setup.identity = clinic.identity;
	setup.find = find;
	assert_int_equal(medark_shelf_new(&setup, &shelf, &err), 0);
	assert_false(medark_record_find_is_complete(find));
	assert_int_equal(medark_record_find_fill(find, medark_shelf_lineage(shelf), &watch, &err),
			 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	medark_shelf_free(shelf);
	medark_record_find_free(find);
	return clinic_end(&clinic);
}

static void every_record_of_a_chart_was_told_once_for_each_patient(void **state)
{
	(void)state;
	assert_true(medark_record_find_is_complete(find));
	assert_int_equal(told, 2 + 2 + 2);
	assert_int_equal(medark_record_find_count(find, medark_bytes_text("Observation")), 2);
	assert_int_equal(medark_record_find_count(find, medark_bytes_text("Appointment")), 2);
	assert_int_equal(medark_record_find_count(find, medark_bytes_text("Practitioner")), 0);
	assert_int_equal(medark_shelf_patients(shelf), 2);
}

static void who_has_nothing_of_a_type_is_known(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 2; n++) {
		assert_true(medark_record_find_may_hold(find, medark_bytes_text("Patient"), n));
		assert_true(medark_record_find_may_hold(find, medark_bytes_text("Appointment"), n));
		assert_false(medark_record_find_may_hold(find, medark_bytes_text("Goal"), n));
	}
	assert_false(medark_record_find_may_hold(find, medark_bytes_text("Patient"), 2));
	assert_false(medark_record_find_may_hold(find, medark_bytes_text("Patient"), 1 << 20));
}

static int read_name(const char *type, const char *id, const char *owner)
{
	MEDARK_AUTO(medark_shelf_record_clear) struct medark_shelf_record record = { 0 };
	struct medark_error err;
	int code = medark_shelf_record(shelf, medark_bytes_text(type), medark_bytes_text(id),
				       &record, &err);

	if (code < 0)
		return code;
	assert_true(medark_bytes_is(record.one.list[0].type, type));
	assert_true(medark_bytes_is(record.one.list[0].id, id));
	if (owner)
		assert_string_equal(record.patient_id, owner);
	else
		assert_int_equal(record.patient, UINT64_MAX);
	return 0;
}

static void records_are_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(read_name("Observation", "o1", "a"), 0);
	assert_int_equal(read_name("Observation", "o2", "b"), 0);
	assert_int_equal(read_name("Appointment", "both", "a"), 0);
	assert_int_equal(read_name("Patient", "b", "b"), 0);
	assert_int_equal(read_name("Practitioner", "e", NULL), 0);
	assert_int_equal(read_name("Practitioner", "o1", NULL), MEDARK_E_NOT_FOUND);
	assert_int_equal(read_name("Observation", "o3", NULL), MEDARK_E_NOT_FOUND);
	assert_int_equal(read_name("Observation", "", NULL), MEDARK_E_NOT_FOUND);
}

static int count_record(void *context, const struct medark_view_record *record, uint64_t number,
			struct medark_error *err)
{
	(void)number;
	(void)err;
	assert_non_null(record->root);
	++*(unsigned *)context;
	return 0;
}

static void a_shared_record_is_told_once(void **state)
{
	struct medark_error err;
	unsigned count = 0;
	uint64_t at = 0;

	(void)state;
	for (uint64_t n = 0; n < 2; n++)
		assert_int_equal(medark_shelf_own(shelf, n, medark_bytes_text("Appointment"),
						  count_record, &count, &err),
				 0);
	assert_int_equal(count, 1);
	count = 0;
	while (at != UINT64_MAX)
		assert_int_equal(medark_shelf_outside(shelf, medark_bytes_text("Practitioner"), &at,
						      count_record, &count, &err),
				 0);
	assert_int_equal(count, 2);
}

static void a_chart_stays_while_there_is_room(void **state)
{
	const struct medark_shelf_chart *one, *again, *other;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_shelf_chart(shelf, "b", &one, &err), 0);
	assert_string_equal(one->row->family, "Vos");
	assert_int_equal(one->records.count, 4); /* with the practitioner */
	assert_int_equal(medark_shelf_chart_at(shelf, one->row->number, &again, &err), 0);
	assert_ptr_equal(one, again);
	assert_int_equal(medark_shelf_chart(shelf, "a", &other, &err), 0);
	assert_string_equal(other->id, "a");
	assert_int_equal(medark_shelf_chart(shelf, "c", &other, &err), MEDARK_E_NOT_FOUND);
}

static int take_row(void *context, const struct medark_patient_row *row)
{
	unsigned *count = context;

	assert_true(row->number < 2);
	++*count;
	return 0;
}

static void queries_say_whether_there_are_more(void **state)
{
	struct medark_error err;
	unsigned count = 0;
	bool more = true;

	(void)state;
	assert_int_equal(medark_shelf_query(shelf, "v", 0, &more, take_row, &count, &err), 0);
	assert_int_equal(count, 2);
	assert_false(more);
	count = 0;
	assert_int_equal(medark_shelf_query(shelf, "v", 1, &more, take_row, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_true(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_of_a_chart_was_told_once_for_each_patient),
		cmocka_unit_test(who_has_nothing_of_a_type_is_known),
		cmocka_unit_test(records_are_found_by_name),
		cmocka_unit_test(a_shared_record_is_told_once),
		cmocka_unit_test(a_chart_stays_while_there_is_room),
		cmocka_unit_test(queries_say_whether_there_are_more),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
