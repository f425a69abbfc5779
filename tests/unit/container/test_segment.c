/* SPDX-License-Identifier: Apache-2.0 */
#include "../../sealer.h"
#include "../store/scratch.h"

#include "base/text.h"
#include "container/compress.h"
#include "container/member.h"
#include "container/segment.h"
#include "crypto/digest.h"

static const struct medark_key key = { "this is a key of thirty-two byte" };
static const struct medark_key other_key = { "this is a key of thirty two byte" };
static const struct medark_archive_id archive = { "an archive's id" };
static const struct medark_archive_id other_archive = { "other archive's" };

#define BINDING "{\"archive\":\"616e2061726368697665277320696400\",\"kind\":\"data\",\"number\":7}"

static struct medark_bytes view(const struct medark_buffer *b)
{
	return medark_bytes(b->data, b->size);
}

static void write_one(enum medark_kind kind, uint32_t number, struct medark_bytes plain,
		      struct medark_buffer *out)
{
	MEDARK_AUTO(medark_segment_writer_free) struct medark_segment_writer *w = NULL;
	struct medark_error err = { 0 };

	assert_int_equal(medark_segment_writer_new(&key, &archive, MEDARK_LEVEL_DEFAULT, &w, &err),
			 0);
	assert_int_equal(medark_segment_write(w, kind, number, plain, out, &err), 0);
}

static struct medark_segment_reader *reader(void)
{
	struct medark_segment_reader *r = NULL;

	assert_int_equal(medark_segment_reader_new(&key, &archive, &r, NULL), 0);
	return r;
}

static void every_kind_comes_back(void **state)
{
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *r = reader();
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);

	(void)state;
	for (int kind = 0; kind < MEDARK_KIND_COUNT; kind++) {
		const uint32_t number = kind == MEDARK_KIND_ROOT ? 1 : 99999999;
		struct medark_bytes plain;
		char text[32];
		int n = snprintf(text, sizeof(text), "text of kind %d", kind);

		write_one((enum medark_kind)kind, number, medark_bytes(text, (size_t)n), &sealed);
		assert_int_equal(medark_segment_check(&archive, view(&sealed), NULL), 0);
		assert_int_equal(medark_segment_read(r, (enum medark_kind)kind, number,
						     view(&sealed), &plain, NULL),
				 0);
		assert_true(medark_bytes_is(plain, text));
	}
}

static void a_large_segment_comes_back_with_room_behind_it(void **state)
{
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *r = reader();
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	const size_t size = (size_t)9 << 20;
	uint8_t *text = malloc(size);
	struct medark_bytes plain;
	uint32_t seed = 1;
	unsigned sum = 0;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		text[i] = (uint8_t)(seed >> 24); /* does not compress */
	}
	write_one(MEDARK_KIND_DATA, 3, medark_bytes(text, size), &sealed);
	assert_true(sealed.size > size);
	assert_int_equal(medark_segment_read(r, MEDARK_KIND_DATA, 3, view(&sealed), &plain, NULL),
			 0);
	assert_int_equal(plain.size, size);
	assert_memory_equal(plain.data, text, size);
	for (int i = 0; i < MEDARK_SEGMENT_SLACK; i++)
		sum += plain.data[plain.size + (size_t)i] & 0;
	assert_int_equal(sum, 0);
	free(text);
}

static void the_plaintext_is_the_binding_and_a_stock_frame(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	MEDARK_AUTO(medark_sealer_free)
	struct medark_sealer *sealer = sealer_of(&key, archive.bytes);
	uint8_t plain[512];
	size_t size = 0;

	(void)state;
	write_one(MEDARK_KIND_DATA, 7, medark_bytes_text("some records\n"), &sealed);
	assert_int_equal(
		medark_sealer_unseal(sealer, view(&sealed), plain, sizeof(plain), &size, NULL), 0);
	assert_true(medark_get_le32(plain) == 0x184D2A50);
	assert_int_equal(medark_get_le32(plain + 4), strlen(BINDING));
	assert_memory_equal(plain + 8, BINDING, strlen(BINDING));
	scratch_write("plain.zst", plain, size);
	scratch_write("expected", "some records\n", 13);
	scratch_run("zstd -q -d plain.zst -o back && cmp back expected");
}

/* Seals `parts` as they are, so that only the layer under test is wrong. */
static void seal(const struct medark_bytes *parts, size_t count, struct medark_buffer *out)
{
	MEDARK_AUTO(medark_sealer_free)
	struct medark_sealer *sealer = sealer_of(&key, archive.bytes);
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	out->size = 0;
	assert_int_equal(medark_buffer_reserve(out, size + medark_seal_overhead(size), NULL), 0);
	assert_int_equal(medark_sealer_seal(sealer, parts, count, out->data, out->capacity,
					    &out->size, NULL),
			 0);
}

static void refused(struct medark_bytes sealed, enum medark_kind kind, uint32_t number,
		    const char *message)
{
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *r = reader();
	struct medark_bytes plain = { 0 };
	struct medark_error err = { 0 };

	assert_int_equal(medark_segment_read(r, kind, number, sealed, &plain, &err),
			 MEDARK_E_FORMAT);
	if (strncmp(err.message, message, strlen(message)) != 0)
		assert_string_equal(err.message, message);
	assert_null(plain.data);
}

static void a_segment_is_no_other(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);

	(void)state;
	write_one(MEDARK_KIND_DATA, 7, medark_bytes_text("x"), &sealed);
	refused(view(&sealed), MEDARK_KIND_DATA, 8,
		"binding: this is not data segment 8 of this archive");
	refused(view(&sealed), MEDARK_KIND_DATA, 70,
		"binding: this is not data segment 70 of this archive");
	refused(view(&sealed), MEDARK_KIND_ITEMS, 7,
		"binding: this is not items segment 7 of this archive");
	refused(view(&sealed), MEDARK_KIND_ROOT, 1,
		"binding: this is not root segment 1 of this archive");
}

static void another_archive_or_key_opens_nothing(void **state)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *a = NULL;
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *k = NULL;
	struct medark_bytes plain = { 0 };
	struct medark_error err = { 0 };

	(void)state;
	write_one(MEDARK_KIND_DATA, 7, medark_bytes_text("x"), &sealed);
	assert_int_equal(medark_segment_reader_new(&key, &other_archive, &a, NULL), 0);
	assert_int_equal(medark_segment_read(a, MEDARK_KIND_DATA, 7, view(&sealed), &plain, &err),
			 MEDARK_E_FORMAT);
	assert_memory_equal(err.message, "structure: ", 11);
	assert_int_equal(medark_segment_check(&other_archive, view(&sealed), &err),
			 MEDARK_E_FORMAT);
	assert_memory_equal(err.message, "structure: ", 11);
	assert_int_equal(medark_segment_reader_new(&other_key, &archive, &k, NULL), 0);
	assert_int_equal(medark_segment_read(k, MEDARK_KIND_DATA, 7, view(&sealed), &plain, &err),
			 MEDARK_E_FORMAT);
	assert_memory_equal(err.message, "seal: ", 6);
}

static void bindings_have_one_form(void **state)
{
	static const char *const bad[] = {
		"",
		"{\"archive\":\"616e2061726368697665277320696400\",\"kind\":\"data\",\"number\":8}",
		"{\"archive\":\"616E2061726368697665277320696400\",\"kind\":\"data\",\"number\":7}",
		"{\"archive\":\"616e2061726368697665277320696401\",\"kind\":\"data\",\"number\":7}",
		"{\"archive\": \"616e2061726368697665277320696400\",\"kind\":\"data\",\"number\":7}",
		"{\"archive\":\"616e2061726368697665277320696400\",\"kind\":\"data\",\"number\":7} ",
		"{\"archive\":\"616e2061726368697665277320696400\",\"kind\":\"data\",\"number\":07}",
		"{\"kind\":\"data\",\"archive\":\"616e2061726368697665277320696400\",\"number\":7}",
	};
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer frame = MEDARK_BUFFER(1 << 20);
	uint8_t head[8];

	(void)state;
	assert_int_equal(medark_compressor_new(1, &c, NULL), 0);
	assert_int_equal(medark_compressor_run(c, medark_bytes_text("x"), &frame, NULL), 0);
	medark_put_le32(head, 0x184D2A50);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct medark_bytes parts[] = { medark_bytes(head, 8),
						      medark_bytes_text(bad[i]), view(&frame) };

		medark_put_le32(head + 4, (uint32_t)strlen(bad[i]));
		seal(parts, 3, &sealed);
		refused(view(&sealed), MEDARK_KIND_DATA, 7,
			"binding: this is not data segment 7 of this archive");
	}
	medark_put_le32(head + 4, strlen(BINDING));
	medark_put_le32(head, 0x184D2A52);
	{
		const struct medark_bytes parts[] = { medark_bytes(head, 8),
						      medark_bytes_text(BINDING), view(&frame) };

		seal(parts, 3, &sealed);
		refused(view(&sealed), MEDARK_KIND_DATA, 7, "binding: ");
		seal(parts + 2, 1, &sealed);
		refused(view(&sealed), MEDARK_KIND_DATA, 7, "binding: ");
		seal(parts, 2, &sealed);
		refused(view(&sealed), MEDARK_KIND_DATA, 7, "binding: ");
		medark_put_le32(head, 0x184D2A50);
		seal(parts, 2, &sealed);
		refused(view(&sealed), MEDARK_KIND_DATA, 7,
			"compression: no zstd frame stands here");
	}
}

/* What the writer refuses to make: a frame of `size` zeros behind a right binding. */
static void seal_zeros(enum medark_kind kind, const uint8_t *zeros, size_t size,
		       struct medark_buffer *sealed)
{
	MEDARK_AUTO(medark_compressor_free) struct medark_compressor *c = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer frame = MEDARK_BUFFER(100u << 20);
	struct medark_bytes parts[3];
	char binding[128];
	uint8_t head[8];
	int n = snprintf(binding, sizeof(binding),
			 "{\"archive\":\"616e2061726368697665277320696400\",\"kind\":\"%s\","
			 "\"number\":1}",
			 medark_kind_name(kind));

	assert_int_equal(medark_compressor_new(1, &c, NULL), 0);
	assert_int_equal(medark_compressor_run(c, medark_bytes(zeros, size), &frame, NULL), 0);
	medark_put_le32(head, 0x184D2A50);
	medark_put_le32(head + 4, (uint32_t)n);
	parts[0] = medark_bytes(head, 8);
	parts[1] = medark_bytes(binding, (size_t)n);
	parts[2] = view(&frame);
	seal(parts, 3, sealed);
}

/* A frame of zeros is tiny, so that its claim alone decides. */
static void bounded(enum medark_kind kind, size_t limit, const char *message)
{
	MEDARK_AUTO(medark_segment_writer_free) struct medark_segment_writer *w = NULL;
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *r = reader();
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	MEDARK_AUTO(medark_heap_free) uint8_t *zeros = calloc(1, limit + 1);
	struct medark_error err = { 0 };
	struct medark_bytes plain;

	assert_non_null(zeros);
	assert_int_equal(medark_segment_writer_new(&key, &archive, 1, &w, NULL), 0);
	assert_int_equal(
		medark_segment_write(w, kind, 1, medark_bytes(zeros, limit + 1), &sealed, &err),
		MEDARK_E_USAGE);
	assert_memory_equal(err.message, "a segment is larger than the limit of ", 38);
	assert_int_equal(
		medark_segment_write(w, kind, 1, medark_bytes(zeros, limit), &sealed, &err), 0);
	assert_int_equal(medark_segment_read(r, kind, 1, view(&sealed), &plain, &err), 0);
	assert_int_equal(plain.size, limit);
	seal_zeros(kind, zeros, limit + 1, &sealed);
	refused(view(&sealed), kind, 1, message);
}

static void contents_are_bounded_by_their_kind(void **state)
{
	(void)state;
	bounded(MEDARK_KIND_DATA, MEDARK_SEGMENT_MAX,
		"compression: the content is larger than the limit of 83886080 bytes");
	bounded(MEDARK_KIND_PATIENTS, MEDARK_PAGE_MAX,
		"compression: the content is larger than the limit of 16777216 bytes");
	bounded(MEDARK_KIND_ROOT, MEDARK_ROOT_MAX,
		"compression: the content is larger than the limit of 67108864 bytes");
}

static void what_does_not_become_small_enough_is_not_written(void **state)
{
	MEDARK_AUTO(medark_segment_writer_free) struct medark_segment_writer *w = NULL;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	const size_t size = MEDARK_CONTENT_MAX + (1 << 20);
	uint8_t *noise = malloc(size);
	struct medark_error err = { 0 };
	uint64_t seed = 1;

	(void)state;
	assert_non_null(noise);
	for (size_t i = 0; i + 8 <= size; i += 8) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		medark_put_le64(noise + i, seed ^ seed >> 29);
	}
	assert_int_equal(medark_segment_writer_new(&key, &archive, 1, &w, NULL), 0);
	assert_int_equal(medark_segment_write(w, MEDARK_KIND_DATA, 1, medark_bytes(noise, size),
					      &sealed, &err),
			 MEDARK_E_USAGE);
	assert_string_equal(err.message,
			    "a sealed segment is larger than the limit of 67174400 bytes");
	/* the largest content that cannot be compressed, with a small map, does fit */
	assert_int_equal(medark_segment_write(w, MEDARK_KIND_DATA, 1,
					      medark_bytes(noise, MEDARK_CONTENT_MAX + 4096),
					      &sealed, &err),
			 0);
	free(noise);
}

static void every_changed_or_missing_byte_is_noticed(void **state)
{
	MEDARK_AUTO(medark_segment_reader_free) struct medark_segment_reader *r = reader();
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer sealed = MEDARK_BUFFER(MEDARK_SEALED_MAX);
	struct medark_bytes plain = { 0 };

	(void)state;
	write_one(MEDARK_KIND_DATA, 7, medark_bytes_text("some records\n"), &sealed);
	for (size_t bit = 0; bit < sealed.size * 8; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
			medark_segment_read(r, MEDARK_KIND_DATA, 7, view(&sealed), &plain, NULL),
			MEDARK_E_FORMAT);
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < sealed.size; n++)
		assert_int_equal(medark_segment_read(r, MEDARK_KIND_DATA, 7,
						     medark_bytes(sealed.data, n), &plain, NULL),
				 MEDARK_E_FORMAT);
	assert_null(plain.data);
	assert_int_equal(medark_segment_read(r, MEDARK_KIND_DATA, 7, view(&sealed), &plain, NULL),
			 0);
}

static void larger_than_any_segment_is_not_looked_at(void **state)
{
	static const uint8_t byte = 0x30;
	struct medark_error err = { 0 };

	(void)state;
	refused(medark_bytes(&byte, MEDARK_SEALED_MAX + 1), MEDARK_KIND_DATA, 1,
		"structure: larger than the limit of 67174400 bytes");
	assert_int_equal(
		medark_segment_check(&archive, medark_bytes(&byte, MEDARK_SEALED_MAX + 1), &err),
		MEDARK_E_FORMAT);
	assert_string_equal(err.message, "structure: larger than the limit of 67174400 bytes");
}

static int setup(void **state)
{
	return medark_digest_setup(NULL) < 0 ? -1 : scratch_setup(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back),
		cmocka_unit_test(a_large_segment_comes_back_with_room_behind_it),
		cmocka_unit_test(the_plaintext_is_the_binding_and_a_stock_frame),
		cmocka_unit_test(a_segment_is_no_other),
		cmocka_unit_test(another_archive_or_key_opens_nothing),
		cmocka_unit_test(bindings_have_one_form),
		cmocka_unit_test(contents_are_bounded_by_their_kind),
		cmocka_unit_test(what_does_not_become_small_enough_is_not_written),
		cmocka_unit_test(every_changed_or_missing_byte_is_noticed),
		cmocka_unit_test(larger_than_any_segment_is_not_looked_at),
	};

	return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
