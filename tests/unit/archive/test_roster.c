/* SPDX-License-Identifier: Apache-2.0 */
/* The list of patients in memory: row by row what the index has, and what a shelf finds by it. */
#include "clinic.h"

#include "archive/roster.h"
#include "archive/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENTS 900u /* of some blocks */
#define LONG	 451u /* the row of this one alone is larger than a block */

static struct clinic clinic;
static struct medark_roster *roster;
static struct medark_shelf *plain, *quick;

static void write_source(void)
{
	FILE *f = fopen("r.ndjson", "w");

	assert_non_null(f);
	for (unsigned i = 0; i < PATIENTS; i++) {
		(void)fprintf(f, "{\"resourceType\":\"Patient\",\"id\":\"%04u\",\"identifier\":[",
			      i);
		for (unsigned k = 0; k < (i == LONG ? 60 : 1); k++)
			(void)fprintf(f, "%s{\"system\":\"urn:oid:1.2.3\",\"value\":\"n%0*u\"}",
				      k ? "," : "", i == LONG ? 300 : 5, i * 100 + k);
		(void)fprintf(f, "],\"name\":[{\"family\":\"Smit\",\"given\":[\"");
		for (unsigned k = 0; k < i % 40; k++)
			(void)fputc('a' + (int)(k % 26), f);
		(void)fprintf(f, "\"]}],\"birthDate\":\"19%02u-01-01\"}\n", i % 100);
	}
	assert_int_equal(fclose(f), 0);
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static bool at_once(void *context)
{
	(void)context;
	return true;
}

static int set_up(void **state)
{
	static const char *const paths[] = { "a.medark" };
	struct medark_shelf_setup setup = { .paths = paths, .count = 1, .as_of = INT64_MAX };
	struct medark_error err;

	(void)state;
	if (!clinic_begin(&clinic))
		return -1;
	write_source();
	clinic_export("r.ndjson", "a.medark");
	setup.trust = clinic.trust;
	setup.identity = clinic.identity;
	assert_int_equal(medark_shelf_new(&setup, &plain, &err), 0);
	assert_int_equal(medark_roster_new(&roster, &err), 0);
	setup.roster = roster;
	assert_int_equal(medark_shelf_new(&setup, &quick, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	medark_shelf_free(plain);
	medark_shelf_free(quick);
	medark_roster_free(roster);
	return clinic_end(&clinic);
}

struct names {
	char text[1 << 16];
	size_t size, count;
};

static int take_name(void *context, const struct medark_patient_row *row)
{
	struct names *names = context;

	names->count++;
	names->size += (size_t)snprintf(
		names->text + names->size, sizeof(names->text) - names->size, "%s %s %s %llu\n",
		row->id, row->given, row->birth_date, (unsigned long long)row->number);
	return 0;
}

/* What a query finds is the same with a list and without. */
static size_t compare(const char *query)
{
	static struct names a, b;
	struct medark_error err;
	bool more_a, more_b;

	a.size = a.count = b.size = b.count = 0;
	assert_int_equal(medark_shelf_query(plain, query, 200, &more_a, take_name, &a, &err), 0);
	assert_int_equal(medark_shelf_query(quick, query, 200, &more_b, take_name, &b, &err), 0);
	assert_int_equal(a.count, b.count);
	assert_int_equal(more_a, more_b);
	assert_int_equal(a.size, b.size);
	assert_true(a.size < sizeof(a.text));
	assert_memory_equal(a.text, b.text, a.size);
	return a.count;
}

static void it_can_be_stopped(void **state)
{
	struct medark_roster *other = NULL;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_roster_new(&other, &err), 0);
	assert_int_equal(
		medark_roster_fill(other, medark_shelf_lineage(plain), at_once, NULL, &err),
		MEDARK_E_INTERRUPTED);
	assert_false(medark_roster_is_complete(other));
	medark_roster_free(other);
}

static void until_it_is_complete_the_index_is_asked(void **state)
{
	(void)state;
	assert_false(medark_roster_is_complete(roster));
	assert_int_equal(compare("smit"), 200);
}

static void each_row_is_the_indexs(void **state)
{
	struct medark_roster_reader *reader = NULL;
	struct medark_lineage *lineage = medark_shelf_lineage(plain);
	struct medark_index *index;
	struct medark_error err;
	struct medark_bytes a, b;

	(void)state;
	assert_int_equal(medark_roster_fill(roster, lineage, never, NULL, &err), 0);
	assert_true(medark_roster_is_complete(roster));
	assert_int_equal(medark_roster_reader_new(roster, &reader, &err), 0);
	assert_int_equal(medark_archive_index(lineage->archives[0], &index, &err), 0);
	assert_int_equal(medark_index_rows(index, MEDARK_KIND_PATIENTS), PATIENTS);
	for (uint64_t i = 0; i < PATIENTS; i++) {
		uint64_t n = i * 571 % PATIENTS; /* not one behind the other */

		assert_int_equal(medark_roster_row(reader, n, &a, &err), 0);
		assert_int_equal(medark_index_row(index, MEDARK_KIND_PATIENTS, n, &b, &err), 0);
		assert_true(medark_bytes_equal(a, b));
	}
	assert_int_equal(medark_roster_row(reader, LONG, &a, &err), 0);
	assert_true(a.size > 16384);
	medark_roster_reader_free(reader);
}

static void a_shelf_finds_the_same_by_it(void **state)
{
	(void)state;
	assert_int_equal(compare("smit"), 200);
	assert_int_equal(compare("abcdefghijklmno"), 200);
	assert_int_equal(compare("1951"), PATIENTS / 100);
	assert_int_equal(compare("0007"), 1);
	assert_int_equal(compare("nobody"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_can_be_stopped),
		cmocka_unit_test(until_it_is_complete_the_index_is_asked),
		cmocka_unit_test(each_row_is_the_indexs),
		cmocka_unit_test(a_shelf_finds_the_same_by_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
