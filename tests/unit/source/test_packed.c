/* SPDX-License-Identifier: Apache-2.0 */
#include "../crypto/fixture.h"

#include "source/source.h"

#include <archive.h>
#include <archive_entry.h>

/* A tar of these regular files, each with the content "x", written to file `name`. */
static void write_tar(const char *name, const char *const *paths, size_t count)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	assert_int_equal(archive_write_set_format_pax_restricted(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, in_folder(name)), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		archive_entry_clear(entry);
		archive_entry_set_pathname(entry, paths[i]);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_size(entry, 1);
		assert_true(archive_write_header(a, entry) >= ARCHIVE_WARN);
		assert_int_equal(archive_write_data(a, "x", 1), 1);
	}
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
}

static void assert_next(struct medark_source *source, enum medark_entry_kind kind, const char *path,
			const char *why)
{
	struct medark_entry entry;

	assert_int_equal(medark_source_next(source, &entry, NULL), 1);
	assert_int_equal(entry.kind, kind);
	assert_true(medark_bytes_is(entry.path, path));
	if (why)
		assert_string_equal(entry.why, why);
}

static struct medark_source *open_source(const char *name)
{
	struct medark_source *source = NULL;
	struct medark_error err = { 0 };

	assert_ok(medark_source_open(in_folder(name), &source, &err));
	return source;
}

static void assert_end(struct medark_source *source)
{
	struct medark_entry entry;

	assert_int_equal(medark_source_next(source, &entry, NULL), 0);
	medark_source_free(source);
}

static void a_tar_behind_a_tar_is_read_too(void **state)
{
	static const char *const a[] = { "a" }, *const b[] = { "b" };
	struct medark_source *source;

	(void)state;
	write_tar("a.tar", a, 1);
	write_tar("b.tar", b, 1);
	must_run("cat a.tar b.tar >both.tar");
	source = open_source("both.tar");
	assert_next(source, MEDARK_ENTRY_FILE, "a", NULL);
	assert_next(source, MEDARK_ENTRY_FILE, "b", NULL);
	assert_end(source);
}

static void what_is_no_tar_behind_a_tar_is_told(void **state)
{
	static const char *const a[] = { "a" };
	struct medark_source *source;

	(void)state;
	write_tar("a.tar", a, 1);
	must_run("{ cat a.tar; printf '%1000s' records; } >more.tar");
	source = open_source("more.tar");
	assert_next(source, MEDARK_ENTRY_FILE, "a", NULL);
	assert_next(source, MEDARK_ENTRY_SKIPPED, "", "the packed file is damaged from here on");
	assert_end(source);
}

static void a_path_that_no_archive_can_hold_is_cut_off_and_told(void **state)
{
	static char longest[MEDARK_SOURCE_PATH_MAX + 1], longer[MEDARK_SOURCE_PATH_MAX + 300];
	const char *const paths[] = { longer, longest };
	struct medark_source *source;

	(void)state;
	for (size_t i = 0; i < sizeof(longer) - 1; i++)
		longer[i] = i % 100 == 99 ? '/' : 'd';
	memcpy(longest, longer, MEDARK_SOURCE_PATH_MAX);
	longest[MEDARK_SOURCE_PATH_MAX - 1] = 'e';
	write_tar("long.tar", paths, 2);
	longer[MEDARK_SOURCE_PATH_MAX] = '\0';
	source = open_source("long.tar");
	assert_next(source, MEDARK_ENTRY_FILE, longer, NULL);
	assert_next(source, MEDARK_ENTRY_SKIPPED, longer, "path too long, kept cut off");
	assert_next(source, MEDARK_ENTRY_FILE, longest, NULL);
	assert_end(source);
}

/* A zip of one stored file whose name has no bytes, from the ZIP specification's section 4.3. */
static void an_entry_without_a_name_is_kept_and_told(void **state)
{
	static const char zip[] =
		"PK\3\4\24\0\0\0\0\0\0\0\41\0\203\26\334\214\1\0\0\0\1\0\0\0\0\0\0\0x"
		"PK\1\2\24\0\24\0\0\0\0\0\0\0\41\0\203\26\334\214\1\0\0\0\1\0\0\0"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
		"PK\5\6\0\0\0\0\1\0\1\0\56\0\0\0\37\0\0\0\0\0";
	MEDARK_AUTO(medark_stream_free) struct medark_stream *stream = NULL;
	struct medark_error err = { 0 };
	struct medark_source *source;
	char content[4];

	(void)state;
	write_whole("noname.zip", zip, sizeof(zip) - 1, 0600);
	source = open_source("noname.zip");
	assert_next(source, MEDARK_ENTRY_FILE, "unnamed", NULL);
	assert_ok(medark_source_stream(source, &stream, &err));
	assert_int_equal(medark_stream_read(stream, content, sizeof(content), &err), 1);
	assert_int_equal(content[0], 'x');
	assert_next(source, MEDARK_ENTRY_SKIPPED, "unnamed",
		    "name empty or unreadable, kept under this one");
	assert_end(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tar_behind_a_tar_is_read_too),
		cmocka_unit_test(what_is_no_tar_behind_a_tar_is_told),
		cmocka_unit_test(a_path_that_no_archive_can_hold_is_cut_off_and_told),
		cmocka_unit_test(an_entry_without_a_name_is_kept_and_told),
	};

	return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
