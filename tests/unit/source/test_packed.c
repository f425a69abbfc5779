/* SPDX-License-Identifier: Apache-2.0 */
#include "../crypto/fixture.h"

#include "source/decoder.h"

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

/* ---- bytes that belong to no member ---- */

#define LOST "bytes of the packed file that belong to none of its members are left out"

/* A zip of the files "a", stored, and "b", 1 MB, deflated; their sizes behind them if `streamed`.
 */
static void write_zip(const char *name, bool streamed)
{
	static char data[1000000];
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	for (size_t i = 0; i < sizeof(data); i++) /* does not compress well */
		data[i] = (char)(i * i * 2654435761u >> 13);
	assert_int_equal(archive_write_set_format_zip(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, in_folder(name)), ARCHIVE_OK);
	for (int i = 0; i < 2; i++) {
		size_t size = i ? sizeof(data) : 100;

		assert_int_equal(i ? archive_write_zip_set_compression_deflate(a)
				   : archive_write_zip_set_compression_store(a),
				 ARCHIVE_OK);
		archive_entry_clear(entry);
		archive_entry_set_pathname(entry, i ? "b" : "a");
		archive_entry_set_filetype(entry, AE_IFREG);
		if (!streamed || !i)
			archive_entry_set_size(entry, (int64_t)size);
		assert_true(archive_write_header(a, entry) >= ARCHIVE_WARN);
		assert_int_equal(archive_write_data(a, data, size), size);
	}
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
}

/* `from` with a few bytes in front of the last place where `mark` stands. */
static void insert(const char *from, const char *mark, const char *to)
{
	static char in[2000000], out[sizeof(in) + 4];
	FILE *f = fopen(in_folder(from), "rb");
	size_t size, at;

	assert_non_null(f);
	size = fread(in, 1, sizeof(in), f);
	(void)fclose(f);
	for (at = size - 4; memcmp(in + at, mark, 4) != 0; at--)
		assert_true(at > 0);
	memcpy(out, in, at);
	memcpy(out + at, "oops", 4);
	memcpy(out + at + 4, in + at, size - at);
	write_whole(to, out, size + 4, 0600);
}

/* The members, read or not, and then `why`, if anything. */
static void assert_members(const char *name, bool read, const char *why)
{
	struct medark_source *source = open_source(name);
	static const char *const names[] = { "a", "b" };
	static char data[1000001];

	for (size_t i = 0; i < 2; i++) {
		MEDARK_AUTO(medark_stream_free) struct medark_stream *stream = NULL;
		struct medark_error err = { 0 };

		assert_next(source, MEDARK_ENTRY_FILE, names[i], NULL);
		assert_ok(medark_source_stream(source, &stream, &err));
		if (read)
			assert_int_equal(medark_stream_read(stream, data, sizeof(data), &err),
					 i ? 1000000 : 100);
	}
	if (why)
		assert_next(source, MEDARK_ENTRY_SKIPPED, "", why);
	assert_end(source);
}

static void bytes_of_a_zip_that_belong_to_no_member_are_told(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool read = i & 1;

		write_zip("good.zip", i & 2);
		assert_members("good.zip", read, NULL);
		insert("good.zip", "PK\3\4", "between.zip");
		assert_members("between.zip", read, LOST);
		insert("good.zip", "PK\5\6", "directory.zip");
		assert_members("directory.zip", read, LOST);
		must_run("{ cat good.zip; printf 'letter of p1'; } >behind.zip");
		assert_members("behind.zip", read, LOST);
		must_run("{ printf 'PK00oops'; cat good.zip; } >before.zip");
		assert_members("before.zip", read, LOST);
		must_run("{ cat good.zip; head -c 600000 /dev/zero; } >padded.zip");
		assert_members("padded.zip", read, NULL);
		must_run("{ cat padded.zip; printf .; } >far.zip");
		assert_members("far.zip", read, LOST);
		must_run("head -c -1 good.zip >cut.zip");
		assert_members("cut.zip", read, LOST);
	}
}

static void bytes_behind_a_compressed_tar_are_told(void **state)
{
	static const char *const a[] = { "a" };
	struct medark_source *source;

	(void)state;
	write_tar("a.tar", a, 1);
	must_run("gzip -c a.tar >a.tar.gz; { cat a.tar.gz; head -c 999 /dev/zero; } >zeros.tar.gz");
	must_run("{ cat zeros.tar.gz; printf oops; } >more.tar.gz");
	source = open_source("zeros.tar.gz");
	assert_next(source, MEDARK_ENTRY_FILE, "a", NULL);
	assert_end(source);
	source = open_source("more.tar.gz");
	assert_next(source, MEDARK_ENTRY_FILE, "a", NULL);
	assert_next(source, MEDARK_ENTRY_SKIPPED, "", LOST);
	assert_end(source);
}

/* A zip in a gzip file stays what it is: its end could not be seen. */
static void a_zip_that_is_compressed_is_a_file(void **state)
{
	struct medark_source *source;

	(void)state;
	write_zip("good.zip", false);
	must_run("gzip -c good.zip >good.zip.gz");
	source = open_source("good.zip.gz");
	assert_next(source, MEDARK_ENTRY_FILE, "good.zip.gz", NULL);
	assert_end(source);
}

/* ---- decoding ---- */

/* Everything that the decoder makes of a file; its last return value in *out. */
static uint64_t decode(const char *name, ssize_t *out, struct medark_error *out_err)
{
	struct medark_error err = { 0 };
	struct medark_source *source = open_source(name);
	MEDARK_AUTO(medark_stream_free) struct medark_stream *stream = NULL;
	static char data[1 << 20];
	struct medark_stream *packed;
	uint64_t sum = 0;

	assert_next(source, MEDARK_ENTRY_FILE, name, NULL);
	assert_ok(medark_source_stream(source, &packed, &err));
	assert_ok(medark_decoder_open(packed, &stream, &err));
	while ((*out = medark_stream_read(stream, data, sizeof(data), out_err)) > 0)
		sum += (uint64_t)*out;
	assert_end(source);
	return sum;
}

static void what_does_not_decode_behind_a_gzip_member_is_told(void **state)
{
	struct medark_error err = { 0 };
	ssize_t last;

	(void)state;
	must_run("seq 300000 >plain; gzip -c plain >a.gz; cat a.gz a.gz >two.gz");
	must_run("{ cat two.gz; head -c 600000 /dev/zero; } >zeros.gz");
	must_run("{ cat a.gz; printf '{}'; } >oops.gz");
	must_run("{ cat zeros.gz; cat a.gz; } >far.gz");
	(void)decode("two.gz", &last, &err);
	assert_int_equal(last, 0);
	(void)decode("zeros.gz", &last, &err);
	assert_int_equal(last, 0);
	(void)decode("oops.gz", &last, &err);
	assert_int_equal(last, MEDARK_E_SOURCE);
	assert_string_equal(err.message, "what stands behind its end does not decode");
	(void)decode("far.gz", &last, &err);
	assert_int_equal(last, MEDARK_E_SOURCE);
}

/* 2 GiB of zeros in some 60 KB. */
static void what_expands_without_end_is_read_no_further(void **state)
{
	struct medark_error err = { 0 };
	struct medark_source *source;
	ssize_t last;

	(void)state;
	must_run("head -c 2G /dev/zero | zstd -q -3 >zeros.zst");
	assert_true(decode("zeros.zst", &last, &err) <= (1u << 30) + (1u << 20));
	assert_int_equal(last, MEDARK_E_SOURCE);
	assert_string_equal(err.message,
			    "it expands more than 20,000 times, and is read no further");
	must_run("truncate -s 1T hole; tar -Scf hole.tar hole; rm hole");
	source = open_source("hole.tar");
	{
		MEDARK_AUTO(medark_stream_free) struct medark_stream *stream = NULL;
		static char data[1 << 20];
		uint64_t sum = 0;

		assert_next(source, MEDARK_ENTRY_FILE, "hole", NULL);
		assert_ok(medark_source_stream(source, &stream, &err));
		while ((last = medark_stream_read(stream, data, sizeof(data), &err)) > 0)
			sum += (uint64_t)last;
		assert_int_equal(last, MEDARK_E_SOURCE);
		assert_true(sum <= (1u << 30) + (1u << 20));
	}
	assert_next(source, MEDARK_ENTRY_SKIPPED, "",
		    "the packed file expands more than 20,000 times: it is read no further");
	assert_end(source);
}

/* A tar of empty files, the same one again and again or one after the other; compressed. */
static void write_many(const char *name, const char *program, size_t count, bool same)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	assert_int_equal(archive_write_add_filter_program(a, program), ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_ustar(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, in_folder(name)), ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "f%07zu", same ? 0 : i);
		archive_entry_clear(entry);
		archive_entry_set_pathname(entry, path);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_size(entry, 0);
		assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	}
	archive_entry_free(entry);
	assert_int_equal(archive_write_free(a), ARCHIVE_OK);
}

/* How many files the source has; what comes behind them in *out. */
static size_t count_files(struct medark_source *source, struct medark_entry *out)
{
	size_t count = 0;
	int more;

	while ((more = medark_source_next(source, out, NULL)) == 1 &&
	       out->kind == MEDARK_ENTRY_FILE)
		count++;
	if (more == 0)
		out->why = NULL;
	return count;
}

static void members_without_number_are_read_no_further(void **state)
{
	struct medark_entry entry;
	struct medark_source *source;

	(void)state;
	write_many("swarm.tar.zst", "zstd -q -3", 200000, true);
	source = open_source("swarm.tar.zst");
	assert_int_equal(count_files(source, &entry), 100000);
	assert_string_equal(
		entry.why,
		"the packed file has too many members for its size: it is read no further");
	assert_end(source);
}

static void many_small_files_are_all_read(void **state)
{
	struct medark_entry entry;
	struct medark_source *source;

	(void)state;
	write_many("small.tar.zst", "zstd -q -3", 200000, false);
	source = open_source("small.tar.zst");
	assert_int_equal(count_files(source, &entry), 200000);
	assert_null(entry.why);
	medark_source_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tar_behind_a_tar_is_read_too),
		cmocka_unit_test(what_is_no_tar_behind_a_tar_is_told),
		cmocka_unit_test(a_path_that_no_archive_can_hold_is_cut_off_and_told),
		cmocka_unit_test(an_entry_without_a_name_is_kept_and_told),
		cmocka_unit_test(bytes_of_a_zip_that_belong_to_no_member_are_told),
		cmocka_unit_test(bytes_behind_a_compressed_tar_are_told),
		cmocka_unit_test(a_zip_that_is_compressed_is_a_file),
		cmocka_unit_test(what_does_not_decode_behind_a_gzip_member_is_told),
		cmocka_unit_test(what_expands_without_end_is_read_no_further),
		cmocka_unit_test(members_without_number_are_read_no_further),
		cmocka_unit_test(many_small_files_are_all_read),
	};

	return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
