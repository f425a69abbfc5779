/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With an OpenSSL that has ML-KEM (3.5) it is all done, with its commands as the oracle; with an
 * older one it is shown that each function says so. Which of the two it was is printed.
 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/pq.h"
#include "crypto/pq_recipient.h"
#include "crypto/wrap.h"

#include <openssl/crypto.h>

#include <time.h>

static const struct medark_bytes none;
static const struct medark_key content_key = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 } };

/* Certificates are issued to keys of ML-KEM, which cannot sign a request. */
static int set_up(void **state)
{
	if (fixture_set_up(state) ||
	    run("umask 077; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "
		"ca.key && openssl req -x509 -new -key ca.key -subj /CN=CA -days 9 -out ca.pem"))
		return -1;
	(void)printf("OpenSSL %s: %s\n", OpenSSL_version(OPENSSL_VERSION_STRING),
		     medark_pq_offered() ? "encrypting and decrypting with ML-KEM"
					 : "no ML-KEM, that it is refused is tested");
	if (!medark_pq_offered())
		return 0;
	return run("umask 077; echo keyUsage=keyEncipherment >can.ext; "
		   "echo keyUsage=digitalSignature >cannot.ext; "
		   "issue() { openssl pkey -in $1.key -pubout -out $1.pub && openssl x509 -new "
		   "-force_pubkey $1.pub -CA ca.pem -CAkey ca.key -subj /CN=$1 -days 9 -extfile "
		   "$2.ext -out $3.pem; }; "
		   "for a in 512 768 1024; do openssl genpkey -algorithm ML-KEM-$a -out $a.key && "
		   "issue $a can $a || exit 1; done; openssl genpkey -algorithm ML-KEM-768 -out "
		   "other.key && issue 768 cannot cannot");
}

static void load(const char *certificate, const char *key, struct medark_certificate **out,
		 struct medark_private_key **out_key)
{
	struct medark_error err = { 0 };

	assert_ok(medark_certificate_load(in_folder(certificate), out, &err));
	assert_ok(medark_private_key_load_reader(in_folder(key), none, out_key, &err));
}

/* What the commands of OpenSSL make of it. */
static void check_with_commands(const struct medark_pq_recipient *r, const char *key)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer found = MEDARK_BUFFER(64);

	write_whole("ct", r->ciphertext.data, r->ciphertext.size, 0600);
	write_whole("wrapped", r->wrapped.data, r->wrapped.size, 0600);
	assert_int_equal(
		run("openssl pkeyutl -decap -inkey %s -in ct -secret ss && "
		    "kek=$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt "
		    "hexkey:$(od -An -v -tx1 ss | tr -d ' \\n') -kdfopt "
		    "hexinfo:3010300b060960864801650304012d020120 HKDF | tr -d ':\\n') && "
		    "openssl enc -d -id-aes256-wrap -iv A6A6A6A6A6A6A6A6 -K $kek -in wrapped -out "
		    "content",
		    key),
		0);
	read_whole("content", &found);
	assert_int_equal(found.size, sizeof(content_key.bytes));
	assert_memory_equal(found.data, content_key.bytes, found.size);
}

static void what_was_encrypted_opens(void **state)
{
	static const struct {
		const char *certificate, *key;
		enum medark_ml_kem kem;
	} cases[] = { { "768.pem", "768.key", MEDARK_ML_KEM_768 },
		      { "1024.pem", "1024.key", MEDARK_ML_KEM_1024 } };

	(void)state;
	for (size_t i = 0; medark_pq_offered() && i < 2; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 14);
		MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
		MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
		struct medark_error err = { 0 };
		struct medark_pq_recipient r;
		struct medark_key found;
		struct medark_der der;

		load(cases[i].certificate, cases[i].key, &c, &key);
		assert_ok(medark_certificate_check_recipient(c, time(NULL), &err));
		assert_ok(medark_pq_recipient_write(c, &content_key, &out, &err));
		der = medark_der(view(&out));
		assert_null(medark_pq_recipient_parse(&der, &r));
		assert_true(medark_der_at_end(&der));
		assert_int_equal(r.kem, cases[i].kem);
		assert_true(
			medark_bytes_equal(r.issuer_serial, medark_certificate_issuer_serial(c)));
		assert_true(medark_pq_recipient_open(&r, key, &found));
		assert_memory_equal(found.bytes, content_key.bytes, sizeof(found.bytes));
		check_with_commands(&r, cases[i].key);
	}
}

static void another_key_or_a_changed_byte_opens_nothing(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 14);
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	MEDARK_AUTO(medark_private_key_free)
	struct medark_private_key *key = NULL, *other = NULL, *larger = NULL;
	struct medark_error err = { 0 };
	struct medark_pq_recipient r;
	struct medark_key found;
	struct medark_der der;

	(void)state;
	if (!medark_pq_offered())
		return;
	load("768.pem", "768.key", &c, &key);
	assert_ok(medark_private_key_load_reader(in_folder("other.key"), none, &other, &err));
	assert_ok(medark_private_key_load_reader(in_folder("1024.key"), none, &larger, &err));
	assert_ok(medark_pq_recipient_write(c, &content_key, &out, &err));
	der = medark_der(view(&out));
	assert_null(medark_pq_recipient_parse(&der, &r));
	assert_false(medark_pq_recipient_open(&r, other, &found));
	assert_false(medark_pq_recipient_open(&r, larger, &found));
	for (size_t i = 0; i < out.size; i += 3) {
		out.data[i] ^= 1;
		der = medark_der(view(&out));
		/* Issuer and serial number are a name alone: the caller compares them. */
		if (!medark_pq_recipient_parse(&der, &r) &&
		    medark_bytes_equal(r.issuer_serial, medark_certificate_issuer_serial(c)))
			assert_false(medark_pq_recipient_open(&r, key, &found));
		out.data[i] ^= 1;
	}
}

static void other_certificates_are_refused(void **state)
{
	static const char *const names[] = { "512.pem", "cannot.pem", "768.pem" };
	static const char *const sentences[] = {
		"has a key that is neither RSA nor EC P-256 or P-384",
		"is not meant for encryption (keyEncipherment is missing)",
		"expired on ",
	};
	struct medark_error err = { 0 };
	char text[256];

	(void)state;
	for (size_t i = 0; medark_pq_offered() && i < 3; i++) {
		MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
		time_t when = time(NULL) + (i == 2 ? 99 * 86400 : 0);

		assert_ok(medark_certificate_load(in_folder(names[i]), &c, &err));
		(void)snprintf(text, sizeof(text), "certificate '%s' %s", in_folder(names[i]),
			       sentences[i]);
		assert_int_equal(medark_certificate_check_recipient(c, when, &err), MEDARK_E_KEY);
		assert_memory_equal(err.message, text, strlen(text));
	}
}

/* Written by OpenSSL 3.5; every version takes it apart, and no part of it for the whole. */
static void one_of_another_machine_is_read(void **state)
{
	uint8_t golden[2048];
	struct medark_pq_recipient r;
	struct medark_der der;
	size_t size;
	FILE *f = fopen(TEST_SOURCE_DIR "/golden/pq/recipient-768", "rb");

	(void)state;
	assert_non_null(f);
	size = fread(golden, 1, sizeof(golden), f);
	(void)fclose(f);
	der = medark_der(medark_bytes(golden, size));
	assert_null(medark_pq_recipient_parse(&der, &r));
	assert_true(medark_der_at_end(&der));
	assert_int_equal(r.kem, MEDARK_ML_KEM_768);
	assert_int_equal(r.ciphertext.size, 1088);
	for (size_t i = 0; i < size; i++) {
		der = medark_der(medark_bytes(golden, i));
		assert_non_null(medark_pq_recipient_parse(&der, &r));
	}
}

static void another_form_is_refused(void **state)
{
	static const char rsa[] = "\x30\x03\x02\x01\x00", password[] = "\xa3\x03\x02\x01\x00";
	struct medark_pq_recipient r;
	struct medark_der der = medark_der(medark_bytes(rsa, 5));

	(void)state;
	assert_string_equal(medark_pq_recipient_parse(&der, &r),
			    "a recipient is not a KEMRecipientInfo with issuer and serial number");
	der = medark_der(medark_bytes(password, 5));
	assert_non_null(medark_pq_recipient_parse(&der, &r));
	der = medark_der(none);
	assert_non_null(medark_pq_recipient_parse(&der, &r));
}

static void without_ml_kem_one_sentence_says_so(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(1 << 14);
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	struct medark_error err = { 0 };
	enum medark_ml_kem kem;
	char text[512];

	(void)state;
	assert_ok(medark_certificate_load(TEST_SOURCE_DIR "/golden/pq/recipient.pem", &c, &err));
	assert_true(medark_pq_recipient_kind(c, &kem));
	assert_int_equal(kem, MEDARK_ML_KEM_768);
	if (medark_pq_offered())
		return;
	(void)snprintf(text, sizeof(text),
		       "certificate '%s' has a key of ML-KEM: post-quantum algorithms need OpenSSL "
		       "3.5 or later, and this is %s",
		       TEST_SOURCE_DIR "/golden/pq/recipient.pem",
		       OpenSSL_version(OPENSSL_VERSION_STRING));
	assert_fails(medark_certificate_check_recipient(c, time(NULL), &err), MEDARK_E_SYSTEM,
		     text);
	assert_int_equal(medark_pq_recipient_write(c, &content_key, &out, &err), MEDARK_E_SYSTEM);
	assert_int_equal(out.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_encrypted_opens),
		cmocka_unit_test(another_key_or_a_changed_byte_opens_nothing),
		cmocka_unit_test(other_certificates_are_refused),
		cmocka_unit_test(one_of_another_machine_is_read),
		cmocka_unit_test(another_form_is_refused),
		cmocka_unit_test(without_ml_kem_one_sentence_says_so),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
