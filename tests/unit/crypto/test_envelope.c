/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_file.h"
#include "fixture.h"

#include "base/text.h"
#include "crypto/envelope.h"

#define CLOSED	  "the given identity does not open this archive"
#define MALFORMED "keys.p7m is malformed: "

static const struct medark_key archive_key = { "an archive key of 32 random byte" };
static const struct medark_key kek = { "the key that a passphrase gives." };
static const struct medark_key other_kek = { "another passphrase gives another" };
static const struct medark_bytes none;

#define PAIRS 4
static const char *const pair_names[PAIRS] = { "rsa", "p256", "p384", "other" };
static struct medark_certificate *certificates[PAIRS];
static struct medark_private_key *keys[PAIRS];

static int set_up(void **state)
{
	static const enum medark_key_type types[PAIRS] = {
		MEDARK_KEY_RSA3072,
		MEDARK_KEY_P256,
		MEDARK_KEY_P384,
		MEDARK_KEY_P256,
	};
	char name[32];

	if (fixture_set_up(state))
		return -1;
	for (size_t i = 0; i < PAIRS; i++) {
		if (medark_private_key_generate(types[i], &keys[i], NULL) ||
		    medark_private_key_self_sign(keys[i], MEDARK_ROLE_RECIPIENT, pair_names[i],
						 &certificates[i], NULL))
			return -1;
		(void)snprintf(name, sizeof(name), "%s.pem", pair_names[i]);
		if (write_certificate(certificates[i], in_folder(name), false, NULL))
			return -1;
		(void)snprintf(name, sizeof(name), "%s.key", pair_names[i]);
		if (medark_private_key_write(keys[i], in_folder(name), false, NULL))
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < PAIRS; i++) {
		medark_certificate_free(certificates[i]);
		medark_private_key_free(keys[i]);
	}
	return fixture_tear_down(state);
}

/* Everybody but "other": three certificates and a passphrase. */
static void seal_all(struct medark_buffer *out)
{
	struct medark_recipient recipients[] = {
		{ .certificate = certificates[0] },
		{ .certificate = certificates[1] },
		{ .certificate = certificates[2] },
		{ .kek = &kek, .kek_id = "passphrase-1" },
	};
	struct medark_error err = { 0 };

	assert_ok(medark_envelope_seal(&archive_key, recipients, 4, out, &err));
}

static int open_with(struct medark_bytes p7m, const struct medark_envelope_opener *opener,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;
	struct medark_key key = { 0 };

	MEDARK_TRY(medark_envelope_parse(p7m, &envelope, err));
	MEDARK_TRY(medark_envelope_open(envelope, opener, &key, err));
	assert_memory_equal(key.bytes, archive_key.bytes, sizeof(key.bytes));
	return 0;
}

static void every_recipient_opens(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	struct medark_envelope_opener opener;
	struct medark_error err = { 0 };

	(void)state;
	seal_all(&p7m);
	for (size_t i = 0; i < 3; i++) {
		opener = (struct medark_envelope_opener) { .key = keys[i] };
		assert_ok(open_with(view(&p7m), &opener, &err));
		opener.certificate = certificates[i];
		assert_ok(open_with(view(&p7m), &opener, &err));
	}
	opener = (struct medark_envelope_opener) { .kek = &kek };
	assert_ok(open_with(view(&p7m), &opener, &err));
	opener.kek_id = "passphrase-1";
	assert_ok(open_with(view(&p7m), &opener, &err));
}

static void nobody_else_opens_and_all_are_told_the_same(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	const struct medark_envelope_opener openers[] = {
		{ .key = keys[3] },
		{ .key = keys[3], .certificate = certificates[3] },
		{ .key = keys[3], .certificate = certificates[1] }, /* not its certificate */
		{ .key = keys[0], .certificate = certificates[1] },
		{ .key = keys[1], .certificate = certificates[0] },
		{ .kek = &other_kek },
		{ .kek = &other_kek, .kek_id = "passphrase-1" },
		{ .kek = &kek, .kek_id = "passphrase-2" },
		{ 0 },
	};
	struct medark_error err = { 0 };

	(void)state;
	seal_all(&p7m);
	for (size_t i = 0; i < sizeof(openers) / sizeof(*openers); i++)
		assert_fails(open_with(view(&p7m), &openers[i], &err), MEDARK_E_IDENTITY, CLOSED);
}

static void recipients_are_listed_without_a_key(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;
	struct medark_error err = { 0 };
	unsigned found = 0;

	(void)state;
	seal_all(&p7m);
	assert_ok(medark_envelope_parse(view(&p7m), &envelope, &err));
	assert_int_equal(medark_envelope_count(envelope), 4);
	for (size_t i = 0; i < 4; i++) {
		const struct medark_recipient_id *id = medark_envelope_recipient(envelope, i);
		struct medark_recipient_id expected;

		for (size_t j = 0; j < 4; j++) {
			struct medark_recipient r = { .certificate = certificates[j] };

			if (j == 3)
				r = (struct medark_recipient) { .kek = &kek,
								.kek_id = "passphrase-1" };
			assert_ok(medark_recipient_id(&r, &expected, &err));
			if (expected.kind == id->kind)
				break;
		}
		assert_string_equal(id->key_id, expected.key_id);
		found |= 1u << id->kind;
	}
	assert_int_equal(found, 15);
}

static void the_id_is_the_hash_of_issuer_and_serial(void **state)
{
	struct medark_recipient recipient = { .certificate = certificates[1] };
	struct medark_bytes name = medark_certificate_issuer_serial(certificates[1]);
	struct medark_recipient_id id;
	struct medark_error err = { 0 };
	struct medark_digest digest;
	char hex[65];

	(void)state;
	assert_ok(medark_recipient_id(&recipient, &id, &err));
	medark_sha256(name.data, name.size, &digest);
	medark_text_hex(digest.bytes, 32, hex);
	assert_int_equal(id.kind, MEDARK_ENVELOPE_ECDH_P256);
	assert_string_equal(id.key_id, hex);
}

static void a_wrong_list_of_recipients_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	struct medark_recipient twice[] = {
		{ .certificate = certificates[1] },
		{ .certificate = certificates[1] },
	};
	struct medark_recipient bad = { .kek = &kek, .kek_id = "Not Good" };
	struct medark_error err = { 0 };

	(void)state;
	assert_fails(medark_envelope_seal(&archive_key, twice, 0, &p7m, &err), MEDARK_E_USAGE,
		     "0 recipients where 1 to 64 are possible");
	assert_fails(medark_envelope_seal(&archive_key, twice, 65, &p7m, &err), MEDARK_E_USAGE,
		     "65 recipients where 1 to 64 are possible");
	assert_fails(medark_envelope_seal(&archive_key, twice, 2, &p7m, &err), MEDARK_E_USAGE,
		     "the same recipient is given twice ('CN=p256')");
	assert_fails(medark_envelope_seal(&archive_key, &bad, 1, &p7m, &err), MEDARK_E_USAGE,
		     "a key id must be 1 to 64 characters of a-z, 0-9 and -");
	assert_int_equal(p7m.size, 0);
}

static void sixty_four_recipients_fit(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	struct medark_recipient recipients[64];
	struct medark_envelope_opener opener = { .kek = &kek, .kek_id = "k63" };
	struct medark_error err = { 0 };
	char names[64][8];

	(void)state;
	for (size_t i = 0; i < 64; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "k%zu", i);
		recipients[i] = (struct medark_recipient) { .kek = &kek, .kek_id = names[i] };
	}
	assert_ok(medark_envelope_seal(&archive_key, recipients, 64, &p7m, &err));
	assert_ok(open_with(view(&p7m), &opener, &err));
}

/* A change must be refused, or be in the name of a recipient, which then is another one. */
static void every_changed_bit_is_noticed(void **state)
{
	static const size_t pairs[] = { 1, 2 };

	(void)state;
	for (size_t p = 0; p < 2; p++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
		struct medark_recipient recipient = { .certificate = certificates[pairs[p]] };
		struct medark_envelope_opener opener = { .key = keys[pairs[p]] };
		struct medark_recipient_id id;
		struct medark_error err = { 0 };

		assert_ok(medark_envelope_seal(&archive_key, &recipient, 1, &p7m, &err));
		assert_ok(medark_recipient_id(&recipient, &id, &err));
		for (size_t bit = 0; bit < 8 * p7m.size; bit++) {
			MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;
			struct medark_key key;

			p7m.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (medark_envelope_parse(view(&p7m), &envelope, &err) == 0 &&
			    strcmp(id.key_id, medark_envelope_recipient(envelope, 0)->key_id) == 0)
				assert_fails(medark_envelope_open(envelope, &opener, &key, &err),
					     MEDARK_E_IDENTITY, CLOSED);
			p7m.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		assert_ok(open_with(view(&p7m), &opener, &err));
	}
}

static void every_cut_and_every_extra_byte_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	struct medark_envelope *envelope = NULL;
	struct medark_error err = { 0 };

	(void)state;
	seal_all(&p7m);
	for (size_t n = 0; n < p7m.size; n++)
		assert_int_equal(medark_envelope_parse(medark_bytes(p7m.data, n), &envelope, &err),
				 MEDARK_E_FORMAT);
	assert_ok(medark_buffer_add(&p7m, "", 1, &err));
	assert_fails(medark_envelope_parse(view(&p7m), &envelope, &err), MEDARK_E_FORMAT,
		     MALFORMED "it is not one CMS AuthEnvelopedData in DER");
	assert_null(envelope);
}

static void recipients_out_of_order_are_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	struct medark_recipient recipients[] = {
		{ .kek = &kek, .kek_id = "a" },
		{ .kek = &kek, .kek_id = "b" },
	};
	struct medark_envelope *envelope = NULL;
	struct medark_error err = { 0 };
	uint8_t *a, *b;

	(void)state;
	assert_ok(medark_envelope_seal(&archive_key, recipients, 2, &p7m, &err));
	/* SEQUENCE { OCTET STRING "a" } */
	a = memmem(p7m.data, p7m.size,
		   "\x30\x03\x04\x01"
		   "a",
		   5);
	b = memmem(p7m.data, p7m.size,
		   "\x30\x03\x04\x01"
		   "b",
		   5);
	assert_true(a && b && a < b);
	a[4] = 'b';
	b[4] = 'a';
	assert_fails(medark_envelope_parse(view(&p7m), &envelope, &err), MEDARK_E_FORMAT,
		     MALFORMED "its recipients are not in order");
	b[4] = 'b';
	err.code = medark_envelope_parse(view(&p7m), &envelope, &err);
	assert_int_equal(err.code, MEDARK_E_FORMAT);
}

static void expect_content(const char *name)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 16);
	char hex[65];

	medark_text_hex(archive_key.bytes, 32, hex);
	read_whole(name, &b);
	assert_true(medark_bytes_is(view(&b), hex));
}

static void stock_openssl_opens_ours(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	char kek_hex[65], id_hex[33];

	(void)state;
	seal_all(&p7m);
	write_whole("keys.p7m", p7m.data, p7m.size, 0600);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(run("openssl cms -decrypt -binary -inform DER -in keys.p7m "
				     "-out plain -recip %s.pem -inkey %s.key",
				     pair_names[i], pair_names[i]),
				 0);
		expect_content("plain");
		assert_int_equal(run("openssl cms -decrypt -binary -inform DER -in keys.p7m "
				     "-out plain -inkey %s.key",
				     pair_names[i]),
				 0);
		expect_content("plain");
	}
	assert_int_not_equal(run("openssl cms -decrypt -binary -inform DER -in keys.p7m "
				 "-out plain -recip other.pem -inkey other.key"),
			     0);
	medark_text_hex(kek.bytes, 32, kek_hex);
	medark_text_hex("passphrase-1", 12, id_hex);
	assert_int_equal(run("openssl cms -decrypt -binary -inform DER -in keys.p7m "
			     "-out plain -secretkey %s -secretkeyid %s",
			     kek_hex, id_hex),
			 0);
	expect_content("plain");
}

#define STOCK "openssl cms -encrypt -binary -aes-256-gcm -outform DER -in content -out stock.p7m "

/* The last bytes, behind the SET: algorithm, nonce, content and tag. */
static struct medark_bytes tail_of(struct medark_bytes p7m)
{
	const size_t size = 3 + 64 + 2 + 16 + 17; /* the last of these: tag size and nonce */

	return medark_bytes(p7m.data + p7m.size - size, size);
}

static int add_to(const struct medark_buffer *p7m, const struct medark_envelope_opener *opener,
		  const struct medark_recipient *recipient, struct medark_buffer *out,
		  struct medark_error *err)
{
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;

	MEDARK_TRY(medark_envelope_parse(view(p7m), &envelope, err));
	return medark_envelope_add(envelope, opener, recipient, 1, out, err);
}

/* Whoever adds it, stock OpenSSL opens the new envelope for everybody, and the content stays. */
static void a_recipient_is_added(void **state)
{
	static const char *const names[] = { "rsa", "p256", "p384", "other" };
	struct medark_recipient recipient = { .certificate = certificates[3] };
	struct medark_envelope_opener openers[] = { { .key = keys[0] },
						    { .key = keys[2] },
						    { .kek = &kek, .kek_id = "passphrase-1" } };
	struct medark_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);

		seal_all(&p7m);
		assert_ok(add_to(&p7m, &openers[i], &recipient, &out, &err));
		assert_true(medark_bytes_equal(tail_of(view(&p7m)), tail_of(view(&out))));
		for (size_t j = 0; j < 3; j++)
			assert_ok(open_with(view(&out), &openers[j], &err));
		write_whole("added.p7m", out.data, out.size, 0600);
		for (size_t j = 0; j < 4; j++) {
			assert_int_equal(run("openssl cms -decrypt -binary -inform DER "
					     "-in added.p7m -out plain -recip %s.pem -inkey %s.key",
					     names[j], names[j]),
					 0);
			expect_content("plain");
		}
	}
}

static bool extends(const struct medark_buffer *later, const struct medark_buffer *earlier)
{
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *a = NULL;
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *b = NULL;
	struct medark_error err;

	assert_ok(medark_envelope_parse(view(later), &a, &err));
	assert_ok(medark_envelope_parse(view(earlier), &b, &err));
	return medark_envelope_extends(a, b);
}

/* One whose only recipient is known: its bytes stand in the new one as they were. */
static void what_stood_there_stays_byte_for_byte(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_recipient first = { .certificate = certificates[0] };
	struct medark_recipient second = { .kek = &kek, .kek_id = "passphrase-1" };
	struct medark_envelope_opener opener = { .key = keys[0] };
	struct medark_error err = { 0 };

	(void)state;
	assert_ok(medark_envelope_seal(&archive_key, &first, 1, &p7m, &err));
	assert_ok(add_to(&p7m, &opener, &second, &out, &err));
	/* Of an RSA recipient the encrypted key alone is 384 bytes, in front of the tail. */
	assert_non_null(memmem(out.data, out.size, p7m.data + p7m.size - 520, 384));
	assert_true(out.size > p7m.size);
	assert_true(extends(&out, &p7m) && !extends(&p7m, &out) && !extends(&p7m, &p7m));
	/* The same people, but another content. */
	p7m.size = 0;
	assert_ok(medark_envelope_seal(&archive_key, &first, 1, &p7m, &err));
	assert_false(extends(&out, &p7m));
}

static void who_cannot_open_adds_nobody(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
	struct medark_recipient other = { .certificate = certificates[3] };
	struct medark_recipient again = { .certificate = certificates[1] };
	struct medark_envelope_opener stranger = { .key = keys[3] }, opener = { .key = keys[1] };
	struct medark_error err = { 0 };

	(void)state;
	seal_all(&p7m);
	assert_fails(add_to(&p7m, &stranger, &other, &out, &err), MEDARK_E_IDENTITY, CLOSED);
	assert_fails(add_to(&p7m, &opener, &again, &out, &err), MEDARK_E_USAGE,
		     "the same recipient is given twice ('CN=p256')");
	assert_int_equal(out.size, 0);
}

static void no_more_than_sixty_four_fit(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	struct medark_envelope_opener opener = { .kek = &kek, .kek_id = "k0" };
	struct medark_recipient first = { .kek = &kek, .kek_id = "k0" };
	struct medark_error err = { 0 };
	int code = medark_envelope_seal(&archive_key, &first, 1, &p7m, &err);
	char name[8];

	(void)state;
	for (size_t i = 1; code == 0 && i < 70; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 20);
		struct medark_recipient more = { .kek = &other_kek, .kek_id = name };

		(void)snprintf(name, sizeof(name), "k%zu", i);
		code = add_to(&p7m, &opener, &more, &out, &err);
		assert_int_equal(code, i < 64 ? 0 : MEDARK_E_USAGE);
		medark_buffer_clear(&p7m);
		assert_int_equal(medark_buffer_add(&p7m, out.data, out.size, NULL), 0);
	}
	assert_string_equal(err.message, "it has 64 recipients and room for 64 in all");
}

static void we_open_what_stock_openssl_seals(void **state)
{
	static const char *const options[3] = {
		"-recip rsa.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256",
		"-recip p256.pem -keyopt ecdh_kdf_md:sha256 -aes256-wrap",
		"-recip p384.pem -keyopt ecdh_kdf_md:sha384 -aes256-wrap",
	};
	/* Its defaults: RSA PKCS #1 v1.5 and the KDF with SHA-1; and another content. */
	static const char *const refused[] = {
		STOCK "-recip rsa.pem",
		STOCK "-recip p256.pem",
		STOCK "-recip p256.pem -keyid -keyopt ecdh_kdf_md:sha256 -aes256-wrap",
		STOCK "-recip p256.pem -keyopt ecdh_kdf_md:sha256 -aes128-wrap",
		STOCK "-recip p384.pem -keyopt ecdh_kdf_md:sha256 -aes256-wrap",
		STOCK "-recip rsa.pem -keyopt rsa_padding_mode:oaep",

	};
	struct medark_envelope *envelope = NULL;
	struct medark_error err = { 0 };
	char hex[65];

	(void)state;
	medark_text_hex(archive_key.bytes, 32, hex);
	write_whole("content", hex, 64, 0600);
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);
		struct medark_envelope_opener opener = { .key = keys[i] };

		assert_int_equal(run(STOCK "%s", options[i]), 0);
		read_whole("stock.p7m", &b);
		assert_ok(open_with(view(&b), &opener, &err));
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);

		must_run(refused[i]);
		read_whole("stock.p7m", &b);
		assert_int_equal(medark_envelope_parse(view(&b), &envelope, &err), MEDARK_E_FORMAT);
	}
}

static void a_content_that_is_no_key_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);
	struct medark_envelope_opener opener = { .kek = &kek };
	struct medark_error err = { 0 };
	char kek_hex[65];

	(void)state;
	medark_text_hex(kek.bytes, 32, kek_hex);
	/* Upper case: one form only. */
	write_whole("content", "ABCDEF7890123456789012345678901234567890123456789012345678901234",
		    64, 0600);
	assert_int_equal(run(STOCK "-secretkey %s -secretkeyid 6b", kek_hex), 0);
	read_whole("stock.p7m", &b);
	assert_fails(open_with(view(&b), &opener, &err), MEDARK_E_FORMAT,
		     "keys.p7m does not hold an archive key");
	write_whole("content", "abc", 3, 0600);
	assert_int_equal(run(STOCK "-secretkey %s -secretkeyid 6b", kek_hex), 0);
	b.size = 0;
	read_whole("stock.p7m", &b);
	assert_fails(open_with(view(&b), &opener, &err), MEDARK_E_FORMAT,
		     MALFORMED "its content is not of an archive key's size");
}

static void derived_values_follow_their_definition(void **state)
{
	static const uint8_t id[MEDARK_ARCHIVE_ID_SIZE] = "0123456789abcdef";
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(4096);
	struct medark_error err = { 0 };
	struct medark_digest commit;
	struct medark_key salt_key;
	char hex[65], key_hex[65];

	(void)state;
	medark_text_hex(archive_key.bytes, 32, key_hex);
	assert_ok(medark_kek_commit(&archive_key, id, &commit, &err));
	assert_int_equal(run("printf 'medark kek-commit v1\\0000123456789abcdef' | "
			     "openssl dgst -sha256 -mac HMAC -macopt hexkey:%s -r",
			     key_hex),
			 0);
	read_whole("log", &b);
	medark_text_hex(commit.bytes, 32, hex);
	assert_true(medark_bytes_starts(view(&b), hex));
	assert_ok(medark_salt_key(&archive_key, id, &salt_key, &err));
	assert_int_equal(run("printf 'medark record-salt v1\\0000123456789abcdef' | "
			     "openssl dgst -sha256 -mac HMAC -macopt hexkey:%s -r",
			     key_hex),
			 0);
	b.size = 0;
	read_whole("log", &b);
	medark_text_hex(salt_key.bytes, 32, hex);
	assert_true(medark_bytes_starts(view(&b), hex));
}

static void keys_are_loaded_from_files_too(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7m = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_envelope_opener opener;
	struct medark_error err = { 0 };

	(void)state;
	seal_all(&p7m);
	assert_ok(medark_private_key_load(in_folder("p384.key"), none, &key, &err));
	opener = (struct medark_envelope_opener) { .key = key };
	assert_ok(open_with(view(&p7m), &opener, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recipient_opens),
		cmocka_unit_test(nobody_else_opens_and_all_are_told_the_same),
		cmocka_unit_test(recipients_are_listed_without_a_key),
		cmocka_unit_test(the_id_is_the_hash_of_issuer_and_serial),
		cmocka_unit_test(a_wrong_list_of_recipients_is_refused),
		cmocka_unit_test(sixty_four_recipients_fit),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(every_cut_and_every_extra_byte_is_refused),
		cmocka_unit_test(recipients_out_of_order_are_refused),
		cmocka_unit_test(stock_openssl_opens_ours),
		cmocka_unit_test(a_recipient_is_added),
		cmocka_unit_test(what_stood_there_stays_byte_for_byte),
		cmocka_unit_test(who_cannot_open_adds_nobody),
		cmocka_unit_test(no_more_than_sixty_four_fit),
		cmocka_unit_test(we_open_what_stock_openssl_seals),
		cmocka_unit_test(a_content_that_is_no_key_is_refused),
		cmocka_unit_test(derived_values_follow_their_definition),
		cmocka_unit_test(keys_are_loaded_from_files_too),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
