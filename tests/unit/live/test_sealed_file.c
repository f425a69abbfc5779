/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "live/sealed_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define BLOCK ((size_t)256 << 10)

static char place[] = "/tmp/medark-test-XXXXXX";
static int folder = -1;
static uint8_t text[3 * BLOCK];

/* Something, or what nothing can make smaller. */
static void fill(bool is_noise)
{
	uint32_t x = 1;

	for (size_t i = 0; i < sizeof(text); i++) {
		x = x * 1664525 + 1013904223;
		text[i] =
			is_noise ? (uint8_t)(x >> 24) : (uint8_t)(i * 7 + (i >> 8) * 3 + (i >> 16));
	}
}

/* In place of libc's: how much room there is is for the test to say. */
static uint64_t free_bytes = UINT64_MAX / 4096;

int fstatvfs(int fd, struct statvfs *out)
{
	(void)fd;
	*out = (struct statvfs) { .f_frsize = 4096, .f_bavail = free_bytes / 4096 };
	return 0;
}

static struct medark_bytes secret(void)
{
	return medark_bytes_text("a secret");
}

static void keep(const char *name, size_t size, size_t step)
{
	MEDARK_AUTO(medark_sealed_writer_free) struct medark_sealed_writer *w = NULL;
	struct medark_error err = { 0 };

	assert_int_equal(medark_sealed_create(folder, name, secret(), &w, &err), 0);
	for (size_t at = 0; at < size; at += step)
		assert_int_equal(
			medark_sealed_add(
				w, medark_bytes(text + at, size - at < step ? size - at : step),
				&err),
			0);
	assert_int_equal(medark_sealed_finish(w, &err), 0);
}

/* All of it, or the code that it failed with; what came before the failure must be right. */
static ssize_t get_by(const char *name, struct medark_bytes key, size_t first, size_t step)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	static uint8_t got[sizeof(text) + 2 * BLOCK];
	struct medark_error err = { 0 };
	size_t size = 0;
	ssize_t n = medark_sealed_stream(folder, name, key, &s, &err);

	if (n < 0)
		return n;
	while ((n = medark_stream_read(s, got + size, size ? step : first, &err)) > 0)
		size += (size_t)n;
	assert_true(size <= sizeof(text));
	assert_memory_equal(got, text, size);
	return n < 0 ? n : (ssize_t)size;
}

/* By small parts, and by parts that blocks are opened into, also from the middle of a block on. */
static ssize_t get(const char *name, struct medark_bytes key)
{
	ssize_t n = get_by(name, key, 1000, 1000);

	assert_int_equal(get_by(name, key, 2 * BLOCK, 2 * BLOCK), n);
	assert_int_equal(get_by(name, key, 1000, BLOCK), n);
	return n;
}

static void what_is_kept_comes_back(void **state)
{
	static const size_t sizes[] = { 0,     1,	  1000,	     BLOCK - 1,
					BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK };
	static const size_t steps[] = { 777, BLOCK, 3 * BLOCK };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (size_t k = 0; k < 3; k++) {
			struct medark_error err = { 0 };
			uint64_t size = 1;

			keep("a", sizes[i], steps[k]);
			assert_int_equal(get("a", secret()), sizes[i]);
			assert_int_equal(medark_sealed_size(folder, "a", &size, &err), 0);
			assert_int_equal(size, sizes[i]);
		}
	}
}

static size_t read_raw(uint8_t *out, size_t room)
{
	int fd = openat(folder, "a", O_RDONLY);
	ssize_t n = read(fd, out, room);

	assert_true(n > 0);
	assert_int_equal(close(fd), 0);
	return (size_t)n;
}

static void write_raw(const uint8_t *data, size_t size)
{
	int fd = openat(folder, "a", O_WRONLY | O_TRUNC);

	assert_int_equal(write(fd, data, size), size);
	assert_int_equal(close(fd), 0);
}

static void nothing_of_it_stands_in_clear(void **state)
{
	static uint8_t raw[sizeof(text) + 4096];
	struct stat st;
	size_t size;

	(void)state;
	keep("a", sizeof(text), BLOCK);
	size = read_raw(raw, sizeof(raw));
	assert_null(memmem(raw, size, text, 16));
	assert_null(memmem(raw, size, text + BLOCK, 16));
	assert_int_equal(fstatat(folder, "a", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(get("a", medark_bytes_text("another secret")), MEDARK_E_SYSTEM);
}

/* Where block number `n` begins: behind the salt, and the blocks before it. */
static size_t place_of(const uint8_t *raw, size_t n)
{
	size_t at = 16;

	while (n--)
		at += 4 + medark_get_le32(raw + at) + 16;
	return at;
}

static void refuse(const uint8_t *raw, size_t size)
{
	write_raw(raw, size);
	assert_int_equal(get("a", secret()), MEDARK_E_SYSTEM);
}

static void every_change_is_noticed(void **state)
{
	static uint8_t raw[sizeof(text) + 4096], bad[sizeof(text) + 4096];
	size_t size, first, second, third;

	(void)state;
	keep("a", 2 * BLOCK + 100, BLOCK);
	size = read_raw(raw, sizeof(raw));
	first = place_of(raw, 0);
	second = place_of(raw, 1);
	third = place_of(raw, 2);
	assert_int_equal(place_of(raw, 3) + 32, size);
	for (size_t at = 0; at < size; at += at < 64 || size - at < 200 ? 1 : 4999) {
		memcpy(bad, raw, size);
		bad[at] ^= 1;
		refuse(bad, size);
	}
	/* Cut off, at the end of a block as well, and with the mark behind that. */
	for (size_t cut = 1; cut < 140; cut++)
		refuse(raw, size - cut);
	refuse(raw, third);
	refuse(raw, second);
	refuse(raw, first);
	memcpy(bad, raw, third);
	memcpy(bad + third, raw + size - 32, 32);
	refuse(bad, third + 32);
	/* Two blocks exchanged. */
	memcpy(bad, raw, first);
	memcpy(bad + first, raw + second, third - second);
	memcpy(bad + first + (third - second), raw + first, second - first);
	memcpy(bad + third, raw + third, size - third);
	refuse(bad, size);
	/* A size that no block can have. */
	memcpy(bad, raw, size);
	memset(bad + first, 0xff, 4);
	refuse(bad, size);
	memset(bad + first, 0, 4);
	refuse(bad, size);
}

/* Records come out small; what is packed already does not grow by much. */
static void it_takes_less_room_than_its_content(void **state)
{
	static const char record[] = "{\"resourceType\":\"Observation\",\"id\":\"o1\"}\n";
	static uint8_t raw[sizeof(text) + 4096];
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)record[i % (sizeof(record) - 1)];
	keep("a", sizeof(text), 5000);
	assert_int_equal(get("a", secret()), sizeof(text));
	assert_int_equal(fstatat(folder, "a", &st, 0), 0);
	assert_true((size_t)st.st_size < sizeof(text) / 10);
	assert_true(read_raw(raw, sizeof(raw)) == (size_t)st.st_size);
	assert_null(memmem(raw, (size_t)st.st_size, "resource", 8));
	fill(true);
	keep("a", sizeof(text), 5000);
	assert_int_equal(get("a", secret()), sizeof(text));
	assert_int_equal(fstatat(folder, "a", &st, 0), 0);
	assert_true((size_t)st.st_size < sizeof(text) + 200);
	fill(false);
}

static void what_is_not_finished_is_not_there(void **state)
{
	struct medark_sealed_writer *w = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_sealed_create(folder, "b", secret(), &w, &err), 0);
	assert_int_equal(medark_sealed_add(w, medark_bytes(text, 100), &err), 0);
	medark_sealed_writer_free(w);
	assert_int_equal(get("b", secret()), MEDARK_E_NOT_FOUND);
	assert_int_equal(faccessat(folder, "b.part", F_OK, 0), -1);
}

static void a_link_is_not_followed(void **state)
{
	struct medark_sealed_writer *w = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(symlinkat("a", folder, "c.part"), 0);
	assert_int_equal(symlinkat("a", folder, "d"), 0);
	assert_int_equal(medark_sealed_create(folder, "c", secret(), &w, &err), MEDARK_E_SYSTEM);
	assert_int_equal(get("d", secret()), MEDARK_E_SYSTEM);
}

static int set_up(void **state)
{
	(void)state;
	fill(false);
	if (!mkdtemp(place))
		return -1;
	folder = open(place, O_RDONLY | O_DIRECTORY);
	return folder < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "a", "b", "c", "c.part", "d" };

	(void)state;
	for (size_t i = 0; i < 5; i++)
		(void)unlinkat(folder, names[i], 0);
	(void)close(folder);
	return rmdir(place);
}

/* Of many blocks: the code of the first that is not taken. */
static int add_noise(void)
{
	MEDARK_AUTO(medark_sealed_writer_free) struct medark_sealed_writer *w = NULL;
	struct medark_error err = { 0 };
	int code = 0;

	fill(true);
	assert_int_equal(medark_sealed_create(folder, "big", secret(), &w, &err), 0);
	for (int i = 0; i < 8 && code == 0; i++)
		code = medark_sealed_add(w, medark_bytes(text, sizeof(text)), &err);
	assert_true(code == 0 ||
		    strcmp(err.message, "the disk with what is received is full but for 64 MiB: "
					"make room; the next export goes on from here") == 0);
	return code;
}

static void the_disk_is_not_filled_up(void **state)
{
	(void)state;
	free_bytes = MEDARK_SEALED_ROOM;
	assert_int_equal(add_noise(), 0);
	free_bytes = MEDARK_SEALED_ROOM - 4096;
	assert_int_equal(add_noise(), MEDARK_E_SYSTEM);
	free_bytes = UINT64_MAX / 4096;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_comes_back),
		cmocka_unit_test(nothing_of_it_stands_in_clear),
		cmocka_unit_test(every_change_is_noticed),
		cmocka_unit_test(it_takes_less_room_than_its_content),
		cmocka_unit_test(what_is_not_finished_is_not_there),
		cmocka_unit_test(a_link_is_not_followed),
		cmocka_unit_test(the_disk_is_not_filled_up),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
