/* SPDX-License-Identifier: Apache-2.0 */
/* The files of two archives that are no records: by place, by path, by the URL of an Attachment. */
#include "clinic.h"

#include "archive/item_find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct clinic clinic;
static struct medark_archive *archives[2];
static struct medark_lineage lineage = { .archives = archives, .count = 2 };
static struct medark_item_find *find;

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

static int set_up(void **state)
{
	static const char *const names[] = { "a.medark", "b.medark" };
	struct medark_error err;

	(void)state;
	if (!clinic_begin(&clinic) || mkdir("src", 0700) < 0 || mkdir("src/fhir", 0700) < 0 ||
	    mkdir("src/docs", 0700) < 0)
		return -1;
	write_file("src/fhir/r.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n");
	write_file("src/docs/old.txt", "only in the first");
	write_file("src/docs/both.txt", "first");
	clinic_export("src", "a.medark");
	write_file("src/docs/both.txt", "second");
	write_file("src/docs/empty.txt", "");
	if (unlink("src/docs/old.txt") < 0)
		return -1;
	clinic_export("src", "b.medark");
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(medark_archive_open(names[i], clinic.trust, clinic.identity,
						     &archives[i], &err),
				 0);
	assert_int_equal(medark_item_find_new(&lineage, &find, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	medark_item_find_free(find);
	for (size_t i = 0; i < 2; i++)
		medark_archive_free(archives[i]);
	return clinic_end(&clinic);
}

static void read_text(struct medark_item_place at, const char *wanted)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 16);
	struct medark_error err;

	assert_int_equal(medark_item_read(&lineage, at, &out, &err), 0);
	assert_int_equal(out.size, strlen(wanted));
	assert_memory_equal(out.size ? (const char *)out.data : "", wanted, out.size);
}

static void all_are_told_in_their_order_and_no_records(void **state)
{
	struct medark_item_place last = { 0, 0 };

	(void)state;
	assert_int_equal(medark_item_find_count(find), 4);
	for (size_t i = 0; i < 4; i++) {
		struct medark_item_place at = medark_item_find_at(find, i);

		assert_true(i == 0 || at.archive > last.archive || at.item > last.item);
		assert_true(medark_item_find_has(find, at));
		last = at;
	}
	assert_false(medark_item_find_has(find, (struct medark_item_place) { 0, 1000 }));
	assert_false(medark_item_find_has(find, (struct medark_item_place) { 2, 0 }));
}

static void expect_path(const char *path, const char *text)
{
	struct medark_item_place at;
	struct medark_error err;
	int found = medark_item_find_path(find, &lineage, medark_bytes_text(path), &at, &err);

	assert_int_equal(found, text != NULL);
	if (text)
		read_text(at, text);
}

static void of_one_path_the_latest_archive_has_it(void **state)
{
	(void)state;
	expect_path("docs/both.txt", "second");
	expect_path("docs/old.txt", "only in the first");
	expect_path("docs/empty.txt", "");
	expect_path("docs/none.txt", NULL);
	expect_path("fhir/r.ndjson", NULL);
	expect_path("docs", NULL);
	expect_path("", NULL);
}

/* The item of the second archive that holds the record. */
static struct medark_item_place record_item(void)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer path = MEDARK_BUFFER(MEDARK_PATH_MAX);
	struct medark_item_place at = { 1, 0 };
	struct medark_item_row row;
	struct medark_error err;

	do
		assert_int_equal(medark_item_row_of(&lineage, at, &path, &row, &err), 0);
	while (!medark_bytes_is(row.path, "fhir/r.ndjson") && ++at.item);
	return at;
}

static void a_url_means_a_path_from_the_record_or_the_root(void **state)
{
	static const struct {
		const char *url, *text;
	} cases[] = {
		{ "../docs/both.txt", "second" },
		{ "docs/old.txt", "only in the first" },
		{ "./docs/../docs/b%6fth.txt", "second" },
		{ "../../docs/both.txt", NULL },
		{ "/docs/both.txt", NULL },
		{ "https://h.example/docs/both.txt", NULL },
		{ "r.ndjson", NULL },
		{ "", NULL },
	};
	struct medark_item_place from = record_item(), at;
	struct medark_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int found = medark_item_find_url(find, &lineage, from,
						 medark_bytes_text(cases[i].url), &at, &err);

		assert_int_equal(found, cases[i].text != NULL);
		if (cases[i].text)
			read_text(at, cases[i].text);
	}
}

static void what_is_too_large_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4);
	struct medark_item_place at;
	struct medark_error err;

	(void)state;
	assert_int_equal(medark_item_find_path(find, &lineage, medark_bytes_text("docs/both.txt"),
					       &at, &err),
			 1);
	assert_int_equal(medark_item_read(&lineage, at, &out, &err), MEDARK_E_MEMORY);
	assert_string_equal(err.message, "an item is too large to be shown");
	assert_int_equal(out.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_told_in_their_order_and_no_records),
		cmocka_unit_test(of_one_path_the_latest_archive_has_it),
		cmocka_unit_test(a_url_means_a_path_from_the_record_or_the_root),
		cmocka_unit_test(what_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
