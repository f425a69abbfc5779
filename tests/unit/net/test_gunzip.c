/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "base/buffer.h"
#include "net/gunzip.h"

#include <string.h>
#include <zlib.h>

#define ROOM ((size_t)1 << 20)

static int keep(void *context, struct medark_bytes part)
{
	return medark_buffer_add(context, part.data, part.size, NULL);
}

static int stop(void *context, struct medark_bytes part)
{
	(void)context;
	(void)part;
	return MEDARK_E_INTERRUPTED;
}

static size_t pack(const void *text, size_t size, uint8_t *out, size_t room)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)size;
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
	return room - z.avail_out;
}

struct fixture {
	uint8_t packed[1024];
	size_t size;
	struct medark_buffer out;
	struct medark_gunzip *gunzip;
};

static void begin(struct fixture *f, const char *text)
{
	memset(f, 0, sizeof(*f));
	f->size = pack(text, strlen(text), f->packed, sizeof(f->packed));
	f->out = (struct medark_buffer)MEDARK_BUFFER(ROOM);
	assert_int_equal(medark_gunzip_new(keep, &f->out, &f->gunzip, NULL), 0);
}

static int add(struct fixture *f, size_t from, size_t to)
{
	return medark_gunzip_add(f->gunzip, medark_bytes(f->packed + from, to - from));
}

static void end(struct fixture *f, const char *text)
{
	assert_int_equal(f->out.size, strlen(text));
	assert_memory_equal(f->out.data, text, f->out.size);
	medark_gunzip_free(f->gunzip);
	medark_buffer_clear(&f->out);
}

static void a_body_comes_in_any_parts(void **state)
{
	static const char text[] = "one line\nanother line\nanother line\n";
	struct fixture f;

	(void)state;
	for (size_t cut = 0; cut < 30; cut++) {
		begin(&f, text);
		assert_int_equal(add(&f, 0, cut), 0);
		assert_int_equal(add(&f, cut, f.size), 0);
		assert_true(medark_gunzip_is_whole(f.gunzip));
		end(&f, text);
	}
}

static void a_body_that_ends_early_is_not_whole(void **state)
{
	static const char text[] = "one line\nanother line\n";
	struct fixture f;

	(void)state;
	begin(&f, text);
	for (size_t cut = 1; cut < f.size; cut++) {
		struct fixture part;

		begin(&part, text);
		assert_int_equal(add(&part, 0, cut), 0);
		assert_false(medark_gunzip_is_whole(part.gunzip));
		medark_gunzip_free(part.gunzip);
		medark_buffer_clear(&part.out);
	}
	assert_true(medark_gunzip_is_whole(f.gunzip)); /* before its first byte */
	end(&f, "");
}

static void members_follow_each_other(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "first");
	f.size += pack("second", 6, f.packed + f.size, sizeof(f.packed) - f.size);
	assert_int_equal(add(&f, 0, f.size), 0);
	assert_true(medark_gunzip_is_whole(f.gunzip));
	end(&f, "firstsecond");
}

static void what_is_changed_or_no_gzip_is_refused(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "some text");
	f.packed[f.size - 6] ^= 1; /* of the checksum */
	assert_int_equal(add(&f, 0, f.size), MEDARK_E_FORMAT);
	medark_gunzip_free(f.gunzip);
	medark_buffer_clear(&f.out);
	begin(&f, "some text");
	memcpy(f.packed, "{\"resourceType\"", 15);
	assert_int_equal(add(&f, 0, 15), MEDARK_E_FORMAT);
	medark_gunzip_free(f.gunzip);
	medark_buffer_clear(&f.out);
}

static void a_large_body_comes_in_steps(void **state)
{
	static char zeros[700000];
	uint8_t packed[4096];
	struct medark_buffer out = MEDARK_BUFFER(ROOM);
	struct medark_gunzip *g = NULL;
	size_t size = pack(zeros, sizeof(zeros), packed, sizeof(packed));

	(void)state;
	assert_int_equal(medark_gunzip_new(keep, &out, &g, NULL), 0);
	assert_int_equal(medark_gunzip_add(g, medark_bytes(packed, size)), 0);
	assert_true(medark_gunzip_is_whole(g));
	assert_int_equal(out.size, sizeof(zeros));
	medark_gunzip_free(g);
	medark_buffer_clear(&out);
}

static void the_takers_code_ends_it(void **state)
{
	struct fixture f;
	struct medark_gunzip *g = NULL;

	(void)state;
	begin(&f, "some text");
	assert_int_equal(medark_gunzip_new(stop, NULL, &g, NULL), 0);
	assert_int_equal(medark_gunzip_add(g, medark_bytes(f.packed, f.size)),
			 MEDARK_E_INTERRUPTED);
	medark_gunzip_free(g);
	medark_gunzip_free(f.gunzip);
}

static int count(void *context, struct medark_bytes part)
{
	*(uint64_t *)context += part.size;
	return 0;
}

/* Gzip makes a thousandth of zeros: a few megabytes would be hours of work. */
static void what_grows_without_end_is_stopped(void **state)
{
	static uint8_t zeros[1 << 20], packed[1 << 12];
	const size_t size = pack(zeros, sizeof(zeros), packed, sizeof(packed));
	MEDARK_AUTO(medark_gunzip_free) struct medark_gunzip *g = NULL;
	uint64_t given = 0;
	int code = 0;

	(void)state;
	assert_int_equal(medark_gunzip_new(count, &given, &g, NULL), 0);
	for (size_t i = 0; i < 1000 && code == 0; i++)
		code = medark_gunzip_add(g, medark_bytes(packed, size));
	assert_int_equal(code, MEDARK_E_REMOTE);
	assert_in_range(given, 256u << 20, 257u << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_grows_without_end_is_stopped),
		cmocka_unit_test(a_body_comes_in_any_parts),
		cmocka_unit_test(a_body_that_ends_early_is_not_whole),
		cmocka_unit_test(members_follow_each_other),
		cmocka_unit_test(what_is_changed_or_no_gzip_is_refused),
		cmocka_unit_test(a_large_body_comes_in_steps),
		cmocka_unit_test(the_takers_code_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
