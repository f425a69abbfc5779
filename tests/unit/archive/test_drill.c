/* SPDX-License-Identifier: Apache-2.0 */
/* A drill finds what a restore has written otherwise than it was signed, to the byte. */
#include "clinic.h"

#include "archive/drill.h"
#include "archive/restore.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct clinic clinic;

/* What is done to the restored files before they are compared. */
struct damage {
	struct medark_archive *archive;
	int folder;
	const char *name; /* NULL: nothing */
	off_t at;
	char byte;
	off_t size; /* cut to this; 0: not */
	struct medark_drill_result result;
};

static int damage_and_compare(void *context, struct medark_item_files *files,
			      struct medark_error *err)
{
	struct damage *d = context;
	const struct medark_drill_compare with = {
		.archive = d->archive, .files = files, .folder = d->folder, .threads = 2
	};

	if (d->name) {
		int fd = openat(d->folder, d->name, O_WRONLY | O_CLOEXEC);

		assert_true(fd >= 0);
		if (d->size)
			assert_int_equal(ftruncate(fd, d->size), 0);
		else
			assert_int_equal(pwrite(fd, &d->byte, 1, d->at), 1);
		assert_int_equal(close(fd), 0);
	}
	return medark_drill_compare(&with, &d->result, err);
}

/* Restores the archive, does the damage, compares: the code of that. */
static int rehearse(struct damage *d, struct medark_error *err)
{
	const struct medark_restore_check check = { .check = damage_and_compare, .context = d };
	struct medark_restore_result restored = { 0 };
	int code;

	d->result = (struct medark_drill_result) { 0 };
	assert_int_equal(mkdir("back", 0700), 0);
	d->folder = medark_folder_open(AT_FDCWD, "back");
	assert_true(d->folder >= 0);
	assert_int_equal(
		medark_archive_open("a.medark", clinic.trust, clinic.identity, &d->archive, err),
		0);
	code = medark_restore_whole_checked(d->archive, d->folder, 2, NULL, &check, &restored, err);
	medark_archive_free(d->archive);
	assert_int_equal(medark_folder_clear(d->folder, NULL), 0);
	assert_int_equal(close(d->folder), 0);
	assert_int_equal(rmdir("back"), 0);
	return code;
}

static void what_is_as_it_was_signed_differs_nowhere(void **state)
{
	struct damage d = { 0 };
	struct medark_error err;

	(void)state;
	assert_int_equal(rehearse(&d, &err), 0);
	assert_int_equal(d.result.different_segments, 0);
	assert_int_equal(d.result.different, 0);
	assert_int_equal(d.result.leaves, 4);
	assert_int_equal(d.result.items, 3);
	assert_int_equal(d.result.segments, 1);
}

/* Item 0 is the folder, 1 the note, 2 the records; their lines have 36 bytes. */
static void a_changed_byte_is_found_and_told(void **state)
{
	struct damage d = { .name = "src/p.ndjson", .at = 40, .byte = 'X' };
	struct medark_error err;

	(void)state;
	assert_int_equal(rehearse(&d, &err), 0);
	assert_int_equal(d.result.different_segments, 1);
	assert_int_equal(d.result.different, 1);
	assert_int_equal(d.result.first_item, 2);
	assert_int_equal(d.result.first_offset, 40);
	/* What is no record is one leaf. */
	d.name = "src/note.txt";
	d.at = 3;
	assert_int_equal(rehearse(&d, &err), 0);
	assert_int_equal(d.result.different_segments, 1);
	assert_int_equal(d.result.different, 1);
	assert_int_equal(d.result.first_item, 1);
	assert_int_equal(d.result.first_offset, 3);
}

static void a_file_of_another_size_is_told(void **state)
{
	struct damage d = { .name = "src/p.ndjson", .size = 107 };
	struct medark_error err;

	(void)state;
	assert_int_equal(rehearse(&d, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "item 2 has 107 bytes where it was restored, and 108 in "
					 "the archive");
	d.size = 109;
	assert_int_equal(rehearse(&d, &err), MEDARK_E_SYSTEM);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int begin(void **state)
{
	(void)state;
	if (!clinic_begin(&clinic) || mkdir("top", 0700) < 0 || mkdir("top/src", 0700) < 0)
		return -1;
	write_file("top/src/note.txt", "not a record\n");
	write_file("top/src/p.ndjson", "{\"resourceType\":\"Patient\",\"id\":\"a\"}\n"
				       "{\"resourceType\":\"Patient\",\"id\":\"b\"}\n"
				       "{\"resourceType\":\"Patient\",\"id\":\"c\"}\n");
	clinic_export("top", "a.medark");
	return 0;
}

static int end(void **state)
{
	(void)state;
	return clinic_end(&clinic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_as_it_was_signed_differs_nowhere),
		cmocka_unit_test(a_changed_byte_is_found_and_told),
		cmocka_unit_test(a_file_of_another_size_is_told),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
