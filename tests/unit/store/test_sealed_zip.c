/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include "store/sealed_zip.h"

#include <archive.h>
#include <archive_entry.h>

#define PASSPHRASE "correct horse battery staple"

static int open_new(const char *name)
{
	int fd = open(scratch_path(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void add(struct medark_sealed_zip *zip, const char *name, const void *data, size_t size)
{
	assert_int_equal(medark_sealed_zip_add(zip, name, medark_bytes(data, size), NULL), 0);
}

/* Reads an entry of the file back: how many bytes, or -1. */
static ssize_t read_back(const char *path, const char *passphrase, const char *name, void *out,
			 size_t room)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	ssize_t size = -1;

	assert_int_equal(archive_read_support_format_zip_seekable(a), ARCHIVE_OK);
	assert_int_equal(archive_read_add_passphrase(a, passphrase), ARCHIVE_OK);
	if (archive_read_open_filename(a, scratch_path(path), 65536) == ARCHIVE_OK)
		while (archive_read_next_header(a, &entry) == ARCHIVE_OK)
			if (strcmp(archive_entry_pathname(entry), name) == 0) {
				assert_true(archive_entry_is_data_encrypted(entry));
				assert_false(archive_entry_mtime_is_set(entry) &&
					     archive_entry_mtime(entry) > 315619200);
				size = archive_read_data(a, out, room);
				break;
			}
	(void)archive_read_free(a);
	return size < 0 ? -1 : size;
}

static void what_goes_in_comes_out_with_the_passphrase_alone(void **state)
{
	MEDARK_AUTO(medark_sealed_zip_free) struct medark_sealed_zip *zip = NULL;
	MEDARK_AUTO(medark_fd_close) int fd = open_new("a.zip");
	static uint8_t large[3 << 20], back[sizeof(large) + 1];
	size_t size;
	uint8_t *file;

	(void)state;
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = (uint8_t)(i * i >> 7);
	assert_int_equal(medark_sealed_zip_new(fd, PASSPHRASE, &zip, NULL), 0);
	add(zip, "small", "x", 1);
	add(zip, "empty", "", 0);
	add(zip, "folder/large", large, sizeof(large));
	add(zip, "text", "the quick brown fox", 19);
	assert_int_equal(medark_sealed_zip_finish(zip, NULL), 0);
	assert_int_equal(read_back("a.zip", PASSPHRASE, "small", back, sizeof(back)), 1);
	assert_int_equal(back[0], 'x');
	assert_int_equal(read_back("a.zip", PASSPHRASE, "folder/large", back, sizeof(back)),
			 sizeof(large));
	assert_memory_equal(back, large, sizeof(large));
	assert_int_equal(read_back("a.zip", PASSPHRASE, "text", back, sizeof(back)), 19);
	assert_int_equal(read_back("a.zip", "correct horse battery stapl", "text", back, 19), -1);
	file = scratch_read("a.zip", &size);
	assert_null(memmem(file, size, "quick", 5));
	free(file);
}

static void a_file_that_was_given_up_is_none(void **state)
{
	struct medark_sealed_zip *zip = NULL;
	MEDARK_AUTO(medark_fd_close) int fd = open_new("b.zip");
	uint8_t back[8];

	(void)state;
	assert_int_equal(medark_sealed_zip_new(fd, PASSPHRASE, &zip, NULL), 0);
	add(zip, "text", "the quick brown fox", 19);
	medark_sealed_zip_free(zip);
	assert_int_equal(read_back("b.zip", PASSPHRASE, "text", back, sizeof(back)), -1);
}

static void a_full_disk_is_told(void **state)
{
	MEDARK_AUTO(medark_sealed_zip_free) struct medark_sealed_zip *zip = NULL;
	MEDARK_AUTO(medark_fd_close) int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	static const uint8_t noise[65536];
	struct medark_error err = { 0 };
	int code;

	(void)state;
	code = medark_sealed_zip_new(fd, PASSPHRASE, &zip, &err);
	for (int i = 0; code == 0 && i < 4; i++)
		code = medark_sealed_zip_add(zip, i ? "b" : "a", medark_bytes(noise, sizeof(noise)),
					     &err);
	if (code == 0)
		code = medark_sealed_zip_finish(zip, &err);
	assert_int_equal(code, MEDARK_E_SYSTEM);
	assert_non_null(strstr(err.message, "cannot write the ZIP file: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_comes_out_with_the_passphrase_alone),
		cmocka_unit_test(a_file_that_was_given_up_is_none),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
