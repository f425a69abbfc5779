/* SPDX-License-Identifier: Apache-2.0 */
#include "../../sealer.h"
#include "fixture.h"

#include "base/text.h"
#include "crypto/der.h"
#include "crypto/oid.h"

#define CHANGED	  "the sealed segment was changed or is of another key"
#define MALFORMED "the sealed segment is malformed: "

static const struct medark_key kek = { "0123456789abcdefghijklmnopqrstuv" };
static const uint8_t id[MEDARK_ARCHIVE_ID_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
static const uint8_t other_id[MEDARK_ARCHIVE_ID_SIZE] = { 9 };

static void seal(struct medark_buffer *out, struct medark_bytes plain)
{
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = sealer_of(&kek, id);
	struct medark_error err = { 0 };
	size_t room = plain.size + medark_seal_overhead(plain.size);

	out->limit = room;
	assert_ok(medark_buffer_reserve(out, room, &err));
	assert_ok(medark_sealer_seal(sealer, &plain, 1, out->data, room, &out->size, &err));
	assert_int_equal(out->size, room);
}

static void what_is_sealed_comes_back(void **state)
{
	static const size_t sizes[] = { 0,   1,	  15,  16,   63,    100,   127,
					128, 255, 256, 1000, 65535, 65536, 300000 };
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = sealer_of(&kek, id);
	struct medark_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sealed = { 0 };
		uint8_t *plain = malloc(sizes[i] + 1), *back = malloc(sizes[i] + 1);
		size_t size;

		memset(plain, 'p', sizes[i]);
		seal(&sealed, medark_bytes(plain, sizes[i]));
		assert_ok(medark_seal_check(view(&sealed), id, &err));
		assert_ok(medark_seal_plain_size(view(&sealed), id, &size, &err));
		assert_int_equal(size, sizes[i]);
		assert_ok(medark_sealer_unseal(sealer, view(&sealed), back, sizes[i], &size, &err));
		assert_int_equal(size, sizes[i]);
		assert_memory_equal(plain, back, size);
		free(plain);
		free(back);
	}
}

static void overhead_is_small_and_known(void **state)
{
	(void)state;
	assert_int_equal(medark_seal_overhead(1000), 179);
	assert_int_equal(medark_seal_overhead(65536), 184);
	assert_int_equal(medark_seal_overhead(4 << 20), 184);
	assert_int_equal(medark_seal_overhead(64 << 20), 189);
}

static void parts_are_joined_and_a_sealer_is_used_again(void **state)
{
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = NULL;
	struct medark_bytes parts[] = {
		medark_bytes_text("head"),
		medark_bytes(NULL, 0),
		medark_bytes_text(" and body"),
	};
	struct medark_error err = { 0 };
	uint8_t first[512], second[512], plain[64];
	size_t size;

	(void)state;
	assert_ok(medark_sealer_new(&kek, id, &sealer, &err));
	assert_ok(medark_sealer_seal(sealer, parts, 3, first, sizeof(first), &size, &err));
	assert_ok(medark_sealer_seal(sealer, parts, 3, second, sizeof(second), &size, &err));
	/* Fresh key and nonce each time. */
	assert_memory_not_equal(first, second, size);
	for (int i = 0; i < 2; i++) {
		size_t n;

		assert_ok(medark_sealer_unseal(sealer, medark_bytes(i ? second : first, size),
					       plain, sizeof(plain), &n, &err));
		assert_true(medark_bytes_is(medark_bytes(plain, n), "head and body"));
	}
}

static void every_changed_bit_is_refused_and_nothing_is_released(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sealed = { 0 };
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = NULL;
	struct medark_error err = { 0 };
	uint8_t plain[64], nothing[64] = { 0 };
	size_t size = 77;

	(void)state;
	assert_ok(medark_sealer_new(&kek, id, &sealer, &err));
	seal(&sealed, medark_bytes_text("a record of somebody"));
	for (size_t bit = 0; bit < 8 * sealed.size; bit++) {
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		memset(plain, 0, sizeof(plain));
		assert_int_equal(medark_sealer_unseal(sealer, view(&sealed), plain, sizeof(plain),
						      &size, &err),
				 MEDARK_E_FORMAT);
		assert_memory_equal(plain, nothing, sizeof(plain));
		assert_int_equal(size, 77);
		sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_ok(medark_sealer_unseal(sealer, view(&sealed), plain, sizeof(plain), &size, &err));
}

static void every_cut_and_every_extra_byte_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sealed = { 0 };
	struct medark_error err = { 0 };
	uint8_t longer[512] = { 0 };

	(void)state;
	seal(&sealed, medark_bytes_text("a record of somebody"));
	for (size_t n = 0; n < sealed.size; n++)
		assert_int_equal(medark_seal_check(medark_bytes(sealed.data, n), id, &err),
				 MEDARK_E_FORMAT);
	memcpy(longer, sealed.data, sealed.size);
	assert_fails(medark_seal_check(medark_bytes(longer, sealed.size + 1), id, &err),
		     MEDARK_E_FORMAT, MALFORMED "it is not one CMS AuthEnvelopedData in DER");
}

static void another_key_or_archive_does_not_open(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sealed = { 0 };
	static const struct medark_key other = { { 1 } };
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *own = sealer_of(&kek, id);
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *other_key = sealer_of(&other, id);
	MEDARK_AUTO(medark_sealer_free)
	struct medark_sealer *other_archive = sealer_of(&kek, other_id);
	struct medark_error err = { 0 };
	uint8_t plain[64];
	size_t size;

	(void)state;
	seal(&sealed, medark_bytes_text("text"));
	assert_fails(
		medark_sealer_unseal(other_key, view(&sealed), plain, sizeof(plain), &size, &err),
		MEDARK_E_FORMAT, CHANGED);
	assert_fails(medark_sealer_unseal(other_archive, view(&sealed), plain, sizeof(plain), &size,
					  &err),
		     MEDARK_E_FORMAT, MALFORMED "it belongs to another archive");
	assert_fails(medark_sealer_unseal(own, view(&sealed), plain, 3, &size, &err),
		     MEDARK_E_USAGE, "room for 3 bytes where a segment takes 4");
}

/* What a variant of the template has otherwise than it should. */
struct variant {
	unsigned recipients, version, kek_version, tag_size, announced_tag;
	struct medark_bytes kek_cipher, cipher, content_type;
	bool in_pieces, null_parameters, authenticated_attributes, unauthenticated_attributes;
};

static const uint8_t zeros[64];

static void put_algorithm(struct medark_der_writer *w, struct medark_bytes oid, bool null)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, oid);
	if (null)
		medark_der_put(w, MEDARK_DER_NULL, medark_bytes(NULL, 0));
	medark_der_end(w);
}

static void put_recipient(struct medark_der_writer *w, const struct variant *v)
{
	medark_der_begin(w, MEDARK_DER_CONTEXT_CONSTRUCTED(2));
	medark_der_put_integer(w, v->kek_version);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put(w, MEDARK_DER_OCTET_STRING, medark_bytes(id, sizeof(id)));
	medark_der_end(w);
	put_algorithm(w, v->kek_cipher, v->null_parameters);
	medark_der_put(w, MEDARK_DER_OCTET_STRING, medark_bytes(zeros, 40));
	medark_der_end(w);
}

static void put_content(struct medark_der_writer *w, const struct variant *v)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, v->content_type);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, v->cipher);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put(w, MEDARK_DER_OCTET_STRING, medark_bytes(zeros, 12));
	medark_der_put_integer(w, v->announced_tag);
	medark_der_end(w);
	medark_der_end(w);
	medark_der_begin(w, v->in_pieces ? 0xa0 : 0x80);
	if (v->in_pieces)
		medark_der_put(w, MEDARK_DER_OCTET_STRING, medark_bytes_text("text"));
	else
		medark_der_put_raw(w, medark_bytes_text("text"));
	medark_der_end(w);
	medark_der_end(w);
}

static void put_variant(struct medark_der_writer *w, const struct variant *v)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, MEDARK_OID_AUTH_ENVELOPED);
	medark_der_begin(w, 0xa0);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_integer(w, v->version);
	medark_der_begin(w, MEDARK_DER_SET);
	for (unsigned i = 0; i < v->recipients; i++)
		put_recipient(w, v);
	medark_der_end(w);
	put_content(w, v);
	if (v->authenticated_attributes)
		medark_der_put(w, 0xa1, medark_bytes(NULL, 0));
	medark_der_put(w, MEDARK_DER_OCTET_STRING, medark_bytes(zeros, v->tag_size));
	if (v->unauthenticated_attributes)
		medark_der_put(w, 0xa2, medark_bytes(NULL, 0));
	medark_der_end(w);
	medark_der_end(w);
	medark_der_end(w);
}

static struct variant correct(void)
{
	return (struct variant) {
		.recipients = 1,
		.kek_version = 4,
		.tag_size = 16,
		.announced_tag = 16,
		.kek_cipher = MEDARK_OID_AES256_WRAP,
		.cipher = MEDARK_OID_AES256_GCM,
		.content_type = MEDARK_OID_DATA,
	};
}

static int check_variant(const struct variant *v, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 16);
	struct medark_der_writer w = medark_der_writer(&b, err);

	put_variant(&w, v);
	assert_int_equal(medark_der_writer_finish(&w), 0);
	return medark_seal_check(view(&b), id, err);
}

#define CIPHER_FAULT "its cipher is not AES-256-GCM with a nonce of 12 and a tag of 16 bytes"
#define TAG_FAULT    "its tag is not 16 bytes at the end"

#define assert_refused(change, text)                                                               \
	do {                                                                                       \
		struct variant v = correct();                                                      \
		change;                                                                            \
		assert_fails(check_variant(&v, &err), MEDARK_E_FORMAT, MALFORMED text);            \
	} while (0)

static void every_other_shape_is_refused_without_a_key(void **state)
{
	struct medark_error err = { 0 };
	struct variant right = correct();

	(void)state;
	assert_ok(check_variant(&right, &err));
	assert_refused(v.recipients = 2, "it has more than one recipient");
	assert_refused(v.recipients = 0, "a recipient is not a KEKRecipientInfo of version 4");
	assert_refused(v.version = 1, "its version is not 0");
	assert_refused(v.kek_version = 3, "a recipient is not a KEKRecipientInfo of version 4");
	assert_refused(v.announced_tag = 4, CIPHER_FAULT);
	assert_refused(v.tag_size = 4, TAG_FAULT);
	assert_refused(v.announced_tag = v.tag_size = 4, CIPHER_FAULT);
	assert_refused(v.announced_tag = v.tag_size = 12, CIPHER_FAULT);
	/* AES-256-CBC, AES-128-GCM, AES-128 wrap */
	assert_refused(v.cipher = MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x2a"), CIPHER_FAULT);
	assert_refused(v.cipher = MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x06"), CIPHER_FAULT);
	assert_refused(v.kek_cipher = MEDARK_OID("\x60\x86\x48\x01\x65\x03\x04\x01\x05"),
		       "a recipient's key is not wrapped by AES-256");
	assert_refused(v.null_parameters = true, "a recipient's key is not wrapped by AES-256");
	assert_refused(v.content_type = MEDARK_OID_SIGNED_DATA,
		       "its content is not of the type data");
	assert_refused(v.in_pieces = true, "its content is not one run of bytes");
	assert_refused(v.authenticated_attributes = true, TAG_FAULT);
	assert_refused(v.unauthenticated_attributes = true, TAG_FAULT);
}

static void stock_openssl_opens_ours(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sealed = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer plain = MEDARK_BUFFER(1 << 20);
	char command[512], kek_hex[65], id_hex[33], text[70000];

	(void)state;
	memset(text, 'x', sizeof(text));
	seal(&sealed, medark_bytes(text, sizeof(text)));
	write_whole("segment.p7m", sealed.data, sealed.size, 0600);
	medark_text_hex(kek.bytes, 32, kek_hex);
	medark_text_hex(id, 16, id_hex);
	(void)snprintf(command, sizeof(command),
		       "openssl cms -decrypt -binary -inform DER -in segment.p7m -out plain "
		       "-secretkey %s -secretkeyid %s",
		       kek_hex, id_hex);
	must_run(command);
	read_whole("plain", &plain);
	assert_true(medark_bytes_equal(view(&plain), medark_bytes(text, sizeof(text))));
}

static void we_open_what_stock_openssl_seals(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer sealed = MEDARK_BUFFER(1 << 20);
	char command[512], kek_hex[65], id_hex[33];
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = sealer_of(&kek, id);
	struct medark_error err = { 0 };
	uint8_t plain[64];
	size_t size;

	(void)state;
	medark_text_hex(kek.bytes, 32, kek_hex);
	medark_text_hex(id, 16, id_hex);
	(void)snprintf(command, sizeof(command),
		       "printf 'made by\\nstock' | openssl cms -encrypt -binary -aes-256-gcm "
		       "-outform DER -out stock.p7m -secretkey %s -secretkeyid %s",
		       kek_hex, id_hex);
	must_run(command);
	read_whole("stock.p7m", &sealed);
	assert_ok(medark_sealer_unseal(sealer, view(&sealed), plain, sizeof(plain), &size, &err));
	assert_true(medark_bytes_is(medark_bytes(plain, size), "made by\nstock"));
	/* The same command in streaming mode, and with another cipher. */
	(void)snprintf(command, sizeof(command),
		       "echo x | openssl cms -encrypt -binary -aes-256-gcm -stream "
		       "-outform DER -out stream.p7m -secretkey %s -secretkeyid %s; "
		       "echo x | openssl cms -encrypt -binary -aes-256-cbc "
		       "-outform DER -out cbc.p7m -secretkey %s -secretkeyid %s",
		       kek_hex, id_hex, kek_hex, id_hex);
	must_run(command);
	sealed.size = 0;
	read_whole("stream.p7m", &sealed);
	assert_int_equal(medark_seal_check(view(&sealed), id, &err), MEDARK_E_FORMAT);
	sealed.size = 0;
	read_whole("cbc.p7m", &sealed);
	assert_int_equal(medark_seal_check(view(&sealed), id, &err), MEDARK_E_FORMAT);
}

static void what_is_too_large_is_refused(void **state)
{
	struct medark_bytes huge = medark_bytes("x", MEDARK_SEAL_SIZE_MAX);
	struct medark_bytes small = medark_bytes("x", 1);
	MEDARK_AUTO(medark_sealer_free) struct medark_sealer *sealer = sealer_of(&kek, id);
	struct medark_error err = { 0 };
	uint8_t out[1];
	size_t size;

	(void)state;
	assert_fails(medark_sealer_seal(sealer, &huge, 1, out, SIZE_MAX, &size, &err),
		     MEDARK_E_USAGE, "a sealed segment over 67174400 bytes");
	assert_fails(medark_sealer_seal(sealer, &small, 1, out, 1, &size, &err), MEDARK_E_USAGE,
		     "room for 1 bytes where a sealed segment takes 173");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_comes_back),
		cmocka_unit_test(overhead_is_small_and_known),
		cmocka_unit_test(parts_are_joined_and_a_sealer_is_used_again),
		cmocka_unit_test(every_changed_bit_is_refused_and_nothing_is_released),
		cmocka_unit_test(every_cut_and_every_extra_byte_is_refused),
		cmocka_unit_test(another_key_or_archive_does_not_open),
		cmocka_unit_test(every_other_shape_is_refused_without_a_key),
		cmocka_unit_test(stock_openssl_opens_ours),
		cmocka_unit_test(we_open_what_stock_openssl_seals),
		cmocka_unit_test(what_is_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
