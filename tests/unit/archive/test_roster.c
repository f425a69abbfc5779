/* SPDX-License-Identifier: Apache-2.0 */
/* The list of patients in memory: row by row what the index has, and what a shelf finds by it. */
#include "../test.h"

#include "archive/folder.h"
#include "archive/roster.h"
#include "archive/shelf.h"

#include <medark/medark.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENTS 900u /* of some blocks */
#define LONG	 451u /* the row of this one alone is larger than a block */

static char place[] = "/tmp/medark-test-XXXXXX";
static int before = -1;
static struct medark_trust *trust;
static struct medark_identity *identity;
static struct medark_roster *roster;
static struct medark_shelf *plain, *quick;

static void make_key(enum medark_key_role role, const char *prefix)
{
	struct medark_key_request request = {
		.role = role, .type = MEDARK_KEY_P256, .common_name = prefix, .prefix = prefix
	};
	struct medark_error err;

	assert_int_equal(medark_key_create(&request, &err), 0);
}

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

static void make_archive(void)
{
	struct medark_export_result result;
	struct medark_export *e = NULL;
	struct medark_error err;

	write_source();
	make_key(MEDARK_ROLE_SIGNER, "s");
	make_key(MEDARK_ROLE_RECIPIENT, "r");
	assert_int_equal(medark_export_new(&e, &err), 0);
	assert_int_equal(medark_export_add_source(e, "r.ndjson", &err), 0);
	assert_int_equal(medark_export_add_recipient(e, "r.cert.pem", &err), 0);
	assert_int_equal(medark_export_set_signer(e, "s.cert.pem", "s.key.pem", NULL, 0, &err), 0);
	assert_int_equal(medark_export_run(e, "a.medark", false, NULL, &result, &err), 0);
	medark_export_free(e);
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
	before = open(".", O_RDONLY | O_DIRECTORY);
	if (!mkdtemp(place) || chdir(place) < 0)
		return -1;
	make_archive();
	assert_int_equal(medark_trust_new(&trust, &err), 0);
	assert_int_equal(medark_trust_add_file(trust, "s.cert.pem", &err), 0);
	assert_int_equal(medark_identity_new(&identity, &err), 0);
	assert_int_equal(medark_identity_add_key(identity, "r.key.pem", NULL, 0, &err), 0);
	setup.trust = trust;
	setup.identity = identity;
	assert_int_equal(medark_shelf_new(&setup, &plain, &err), 0);
	assert_int_equal(medark_roster_new(&roster, &err), 0);
	setup.roster = roster;
	assert_int_equal(medark_shelf_new(&setup, &quick, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct medark_error err;
	int fd;

	(void)state;
	medark_shelf_free(plain);
	medark_shelf_free(quick);
	medark_roster_free(roster);
	medark_identity_free(identity);
	medark_trust_free(trust);
	if (fchdir(before) < 0)
		return -1;
	fd = medark_folder_open(AT_FDCWD, place);
	assert_int_equal(medark_folder_clear(fd, &err), 0);
	(void)close(fd);
	return rmdir(place) || close(before);
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
