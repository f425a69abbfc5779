/* SPDX-License-Identifier: Apache-2.0 */
#include "../store/scratch.h"

#include "container/compress.h"
#include "container/layout.h"

#include <zstd.h>

#define LIMIT ((size_t)32 << 20)
#define SLACK 64

/* Records that resemble each other, as records do; the caller frees. */
static uint8_t *records(size_t size)
{
	uint8_t *data = malloc(size + 128);
	size_t n = 0;

	assert_non_null(data);
	for (unsigned i = 0; n < size; i++)
		n += (size_t)snprintf(
			(char *)data + n, 128,
			"{\"resourceType\":\"Observation\",\"id\":\"%08x\",\"value\":%u}\n",
			i * 2654435761u, i % 97);
	return data;
}

static int open_frame(struct medark_bytes text, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_decompressor_free) struct medark_decompressor *d = NULL;

	assert_int_equal(medark_decompressor_new(&d, NULL), 0);
	return medark_decompressor_run(d, text, LIMIT, SLACK, out, err);
}

static void every_level_comes_back(void **state)
{
	static const int levels[] = { 1, 2, 3, 7, 12, 19, 22 };
	const size_t size = (size_t)300 << 10;
	uint8_t *plain = records(size);

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer frame = MEDARK_BUFFER(LIMIT);
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer back = MEDARK_BUFFER(LIMIT + SLACK);

		assert_int_equal(medark_compressor_new(levels[i], &c, NULL), 0);
		for (int round = 0; round < 2; round++) { /* contexts are used again */
			frame.size = 0;
			assert_int_equal(
				medark_compressor_run(c, medark_bytes(plain, size), &frame, NULL),
				0);
			assert_true(frame.size < size / 4);
			assert_int_equal(
				open_frame(medark_bytes(frame.data, frame.size), &back, NULL), 0);
			assert_int_equal(back.size, size);
			assert_true(back.capacity >= size + SLACK);
			assert_memory_equal(back.data, plain, size);
		}
	}
	free(plain);
}

static void empty_and_small_texts_come_back(void **state)
{
	MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer back = MEDARK_BUFFER(LIMIT + SLACK);

	(void)state;
	assert_int_equal(medark_compressor_new(1, &c, NULL), 0);
	for (size_t n = 0; n < 40; n++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer frame = MEDARK_BUFFER(LIMIT);

		assert_int_equal(
			medark_compressor_run(
				c, medark_bytes("0123456789012345678901234567890123456789", n),
				&frame, NULL),
			0);
		assert_int_equal(open_frame(medark_bytes(frame.data, frame.size), &back, NULL), 0);
		assert_int_equal(back.size, n);
	}
}

static void frames_of_all_sizes_keep_the_window(void **state)
{
	static const size_t sizes[] = { 1 << 10, 4 << 20, (4 << 20) + 1, 9 << 20, 17 << 20 };
	static const int levels[] = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer frame = MEDARK_BUFFER(LIMIT);
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer back = MEDARK_BUFFER(LIMIT + SLACK);
		const size_t size = sizes[i / 2];
		uint8_t *plain = records(size);

		assert_int_equal(medark_compressor_new(levels[i % 2], &c, NULL), 0);
		assert_int_equal(medark_compressor_run(c, medark_bytes(plain, size), &frame, NULL),
				 0);
		assert_int_equal(open_frame(medark_bytes(frame.data, frame.size), &back, NULL), 0);
		assert_int_equal(back.size, size);
		assert_memory_equal(back.data, plain, size);
		free(plain);
	}
}

static void the_stock_command_opens_a_frame(void **state)
{
	MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer frame = MEDARK_BUFFER(LIMIT);
	const size_t size = (size_t)5 << 20;
	uint8_t *plain = records(size);

	(void)state;
	assert_int_equal(medark_compressor_new(1, &c, NULL), 0);
	assert_int_equal(medark_compressor_run(c, medark_bytes(plain, size), &frame, NULL), 0);
	scratch_write("frame.zst", frame.data, frame.size);
	scratch_write("plain", plain, size);
	scratch_run("zstd -q -d --memory=8MB frame.zst -o back && cmp back plain");
	scratch_run("zstd -l -v frame.zst 2>&1 | grep -q '^Check: None'");
	free(plain);
}

static void levels_that_do_not_exist_are_refused(void **state)
{
	struct medark_compressor *c = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(medark_compressor_new(0, &c, &err), MEDARK_E_USAGE);
	assert_string_equal(err.message, "level 0 is not one of 1 to 22");
	assert_int_equal(medark_compressor_new(23, &c, &err), MEDARK_E_USAGE);
	assert_null(c);
}

/* ---- what a reader refuses: frames made by the library with other parameters ---- */

struct frame {
	uint8_t bytes[4096];
	size_t size;
};

static void make_frame(struct frame *f, int checksum, int content_size, int window_log)
{
	static const char text[] = "the content of a small frame, the content of a small frame";
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_inBuffer in = { text, strlen(text), 0 };
	ZSTD_outBuffer out = { f->bytes, sizeof(f->bytes), 0 };

	assert_non_null(c);
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, content_size);
	if (window_log)
		ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
	else
		ZSTD_CCtx_setPledgedSrcSize(c, in.size);
	assert_false(ZSTD_isError(ZSTD_compressStream2(c, &out, &in, ZSTD_e_continue)));
	assert_int_equal(ZSTD_compressStream2(c, &out, &in, ZSTD_e_end), 0);
	f->size = out.pos;
	ZSTD_freeCCtx(c);
}

static void refused(const struct frame *f, const char *message)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer back = MEDARK_BUFFER(LIMIT + SLACK);
	struct medark_error err = { 0 };

	assert_int_equal(open_frame(medark_bytes(f->bytes, f->size), &back, &err), MEDARK_E_FORMAT);
	assert_string_equal(err.message, message);
	assert_int_equal(back.size, 0);
}

static void accepted(const struct frame *f)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer back = MEDARK_BUFFER(LIMIT + SLACK);

	assert_int_equal(open_frame(medark_bytes(f->bytes, f->size), &back, NULL), 0);
}

static void a_checksum_may_be_there_and_must_be_right(void **state)
{
	struct frame f;

	(void)state;
	make_frame(&f, 0, 1, 0);
	assert_int_equal(f.bytes[4] & 4, 0);
	accepted(&f);
	make_frame(&f, 1, 1, 0);
	assert_int_equal(f.bytes[4] & 4, 4);
	accepted(&f);
	f.bytes[f.size - 1] ^= 1;
	refused(&f, "the frame does not decompress to what its header and checksum say");
}

static void frames_of_other_parameters_are_refused(void **state)
{
	struct frame f;

	(void)state;
	make_frame(&f, 1, 0, 0);
	refused(&f, "the frame does not tell its content size");
	make_frame(&f, 1, 1, 23);
	refused(&f, "the frame does not tell its content size");
}

/* Header fields are set by hand: RFC 8878 section 3.1.1.1. */
static void headers_are_checked_before_anything_is_allocated(void **state)
{
	/* descriptor: 8-byte content size, checksum; then the window; then the content size */
	struct frame f = { { 0x28, 0xb5, 0x2f, 0xfd, 0xc4, 13 << 3 }, 14 };

	(void)state;
	f.bytes[6] = 4; /* window exactly 8 MiB, content size 4: only the block is missing */
	refused(&f, "the frame is cut off or broken");
	f.bytes[5] = 13 << 3 | 1;
	refused(&f, "the frame's window is larger than 8 MiB");
	f.bytes[5] = 31 << 3 | 7;
	refused(&f, "the frame's window is larger than 8 MiB");
	f.bytes[5] = 13 << 3;
	f.bytes[9] = 2; /* 32 MiB and 4 bytes */
	refused(&f, "the content is larger than the limit of 33554432 bytes");
	f.bytes[13] = 0x80;
	refused(&f, "the content is larger than the limit of 33554432 bytes");
	f.bytes[4] = 0xcc;
	refused(&f, "the frame's header sets bits that have no meaning");
	f.bytes[4] = 0xd4;
	refused(&f, "the frame's header sets bits that have no meaning");
	f.bytes[4] = 0xc5;
	refused(&f, "the frame names a dictionary");
	f.bytes[4] = 0xe4; /* single segment: the content size is the window */
	memset(f.bytes + 5, 0, 9);
	f.bytes[7] = 0x80;
	f.bytes[5] = 1;
	refused(&f, "the frame's window is larger than 8 MiB");
	f.bytes[5] = 0;
	refused(&f, "the frame is cut off or broken");
	f.bytes[0] = 0x27;
	refused(&f, "no zstd frame stands here");
	f.size = 5;
	refused(&f, "no zstd frame stands here");
	f.size = 0;
	refused(&f, "no zstd frame stands here");
}

static void a_content_of_another_size_is_refused(void **state)
{
	struct frame f;

	(void)state;
	make_frame(&f, 1, 1, 0);
	assert_int_equal(f.bytes[5], 58); /* one byte of content size in a single segment */
	f.bytes[5] = 59;
	refused(&f, "the frame does not decompress to what its header and checksum say");
	f.bytes[5] = 57;
	refused(&f, "the frame does not decompress to what its header and checksum say");
}

static void padding_is_one_frame_of_zeros(void **state)
{
	struct frame f, g;

	(void)state;
	make_frame(&f, 1, 1, 0);
	g = f;
	memcpy(g.bytes + g.size, "\x51\x2a\x4d\x18\0\0\0\0", 8);
	g.size += 8;
	accepted(&g);
	g = f;
	memcpy(g.bytes + g.size, "\x51\x2a\x4d\x18\3\0\0\0\0\0\0", 11);
	g.size += 11;
	accepted(&g);
	g.bytes[g.size - 1] = 1;
	refused(&g, "the padding holds something else than zeros");
	g.bytes[g.size - 1] = 0;
	g.size--;
	refused(&g, "something else than padding stands behind the frame");
	g.size += 2;
	refused(&g, "something else than padding stands behind the frame");
	g.size--;
	g.bytes[f.size] = 0x50;
	refused(&g, "something else than padding stands behind the frame");
	g = f;
	g.bytes[g.size++] = 0;
	refused(&g, "something else than padding stands behind the frame");
	g = f;
	memcpy(g.bytes + g.size, f.bytes, f.size); /* a second frame */
	g.size += f.size;
	refused(&g, "something else than padding stands behind the frame");
	g = f;
	memcpy(g.bytes + g.size, "\x51\x2a\x4d\x18\0\0\0\0\x51\x2a\x4d\x18\0\0\0\0", 16);
	g.size += 16;
	refused(&g, "something else than padding stands behind the frame");
}

/* zstd has bits that mean nothing, behind its bit streams; the seal is what covers every bit. */
static void no_changed_or_missing_byte_changes_the_content(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer good = MEDARK_BUFFER(LIMIT + SLACK);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer back = MEDARK_BUFFER(LIMIT + SLACK);
	struct frame f, g;

	(void)state;
	make_frame(&f, 1, 1, 0);
	assert_int_equal(open_frame(medark_bytes(f.bytes, f.size), &good, NULL), 0);
	for (size_t bit = 0; bit < f.size * 8; bit++) {
		g = f;
		g.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (open_frame(medark_bytes(g.bytes, g.size), &back, NULL) == 0) {
			assert_int_equal(back.size, good.size);
			assert_memory_equal(back.data, good.data, good.size);
		}
	}
	for (size_t n = 0; n < f.size; n++)
		assert_int_equal(open_frame(medark_bytes(f.bytes, n), &back, NULL),
				 MEDARK_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_level_comes_back),
		cmocka_unit_test(empty_and_small_texts_come_back),
		cmocka_unit_test(frames_of_all_sizes_keep_the_window),
		cmocka_unit_test_setup_teardown(the_stock_command_opens_a_frame, scratch_setup,
						scratch_teardown),
		cmocka_unit_test(levels_that_do_not_exist_are_refused),
		cmocka_unit_test(a_checksum_may_be_there_and_must_be_right),
		cmocka_unit_test(frames_of_other_parameters_are_refused),
		cmocka_unit_test(headers_are_checked_before_anything_is_allocated),
		cmocka_unit_test(a_content_of_another_size_is_refused),
		cmocka_unit_test(padding_is_one_frame_of_zeros),
		cmocka_unit_test(no_changed_or_missing_byte_changes_the_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
