/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With an OpenSSL that has ML-DSA (3.5) it is all done; with an older one it is shown that each
 * function says so. Which of the two it was is printed.
 */
#include "fixture.h"

#include "crypto/pq.h"
#include "crypto/pq_signature.h"
#include "crypto/private_key.h"
#include "crypto/trust.h"

#include <medark/export.h>
#include <medark/key.h>

#include <openssl/crypto.h>

#include <time.h>
#include <unistd.h>

static const struct medark_bytes none;
static const struct medark_bytes manifest = { (const uint8_t *)"# medark manifest 1\n", 20 };

static void read_golden(const char *name, struct medark_buffer *out)
{
	struct medark_error err = { 0 };
	char path[512];
	uint8_t room[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/golden/pq/%s", TEST_SOURCE_DIR, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	while ((n = fread(room, 1, sizeof(room), f)) > 0)
		assert_ok(medark_buffer_add(out, room, n, &err));
	(void)fclose(f);
}

static int set_up(void **state)
{
	if (fixture_set_up(state))
		return -1;
	(void)printf("OpenSSL %s: %s\n", OpenSSL_version(OPENSSL_VERSION_STRING),
		     medark_pq_offered() ? "signing and verifying with ML-DSA"
					 : "no ML-DSA, that it is refused is tested");
	if (!medark_pq_offered())
		return run("umask 077; openssl genpkey -algorithm EC -pkeyopt "
			   "ec_paramgen_curve:P-256 -out p.key && "
			   "openssl req -x509 -new -key p.key -subj /CN=classical -out p.pem");
	return run("umask 077; for a in 44 65 87; do openssl genpkey -algorithm ML-DSA-$a -out "
		   "$a.key && openssl req -x509 -new -key $a.key -subj /CN=ML-DSA-$a -days 9 -out "
		   "$a.pem || exit 1; done; openssl genpkey -algorithm EC -pkeyopt "
		   "ec_paramgen_curve:P-256 -out p.key && "
		   "openssl req -x509 -new -key p.key -subj /CN=classical -out p.pem && "
		   "openssl pkey -in 87.key -pubout -out 87.pub && "
		   "openssl x509 -new -force_pubkey 87.pub -CA p.pem -CAkey p.key -subj /CN=below "
		   "-days 9 -out below.pem");
}

struct pair {
	struct medark_certificate *certificate;
	struct medark_private_key *key;
};

static void pair_clear(struct pair *p)
{
	medark_certificate_free(p->certificate);
	medark_private_key_free(p->key);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct pair, pair_clear)

static void load(const char *certificate, const char *key, struct pair *out)
{
	struct medark_error err = { 0 };

	assert_ok(medark_certificate_load(in_folder(certificate), &out->certificate, &err));
	assert_ok(medark_private_key_load_pq(in_folder(key), none, &out->key, &err));
}

static void trust_file(const char *name, struct medark_trust **out)
{
	struct medark_error err = { 0 };

	assert_ok(medark_trust_new(out, &err));
	assert_ok(medark_trust_add_file(*out, in_folder(name), &err));
}

static void what_was_signed_verifies(void **state)
{
	static const struct {
		const char *certificate, *key, *anchor, *algorithm;
		size_t chain;
	} cases[] = {
		{ "65.pem", "65.key", "65.pem", "ML-DSA-65", 1 },
		{ "87.pem", "87.key", "87.pem", "ML-DSA-87", 1 },
		{ "below.pem", "87.key", "p.pem", "ML-DSA-87", 2 },
	};

	(void)state;
	for (size_t i = 0; medark_pq_offered() && i < 3; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
		MEDARK_AUTO(pair_clear) struct pair pair = { 0 };
		struct medark_error err = { 0 };
		struct medark_signer out;

		load(cases[i].certificate, cases[i].key, &pair);
		trust_file(cases[i].anchor, &trust);
		assert_ok(
			medark_pq_signature_make(manifest, pair.certificate, pair.key, &p7s, &err));
		assert_ok(
			medark_pq_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
		assert_string_equal(out.algorithm_name, cases[i].algorithm);
		assert_string_equal(out.digest_name, "SHA-512");
		assert_int_equal(out.chain_length, cases[i].chain);
		/* The stock tool agrees. */
		write_whole("manifest", manifest.data, manifest.size, 0600);
		write_whole("p7s", p7s.data, p7s.size, 0600);
		assert_int_equal(run("openssl cms -verify -binary -inform DER -in p7s -content "
				     "manifest -purpose any -CAfile %s -out /dev/null",
				     cases[i].anchor),
				 0);
		assert_true(llabs((long long)out.signing_time - (long long)time(NULL)) < 60);
		assert_fails(medark_pq_signature_verify(medark_bytes_text("another"), view(&p7s),
							trust, NULL, &out, &err),
			     MEDARK_E_FORMAT,
			     "the post-quantum signature is not over this manifest");
		/* Neither passes for the other. */
		assert_fails(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
			     MEDARK_E_FORMAT,
			     "the signature is malformed: its algorithm is not ECDSA or RSA-PSS as "
			     "the format has them");
	}
}

static void each_changed_byte_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	MEDARK_AUTO(pair_clear) struct pair pair = { 0 };
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	if (!medark_pq_offered())
		return;
	load("65.pem", "65.key", &pair);
	trust_file("65.pem", &trust);
	assert_ok(medark_pq_signature_make(manifest, pair.certificate, pair.key, &p7s, &err));
	for (size_t i = 0; i < p7s.size; i += 7) {
		p7s.data[i] ^= 1u << i % 8;
		assert_true(medark_pq_signature_verify(manifest, view(&p7s), trust, NULL, &out,
						       &err) < 0);
		p7s.data[i] ^= 1u << i % 8;
	}
	for (size_t size = 0; size < p7s.size; size += 501)
		assert_int_equal(medark_pq_signature_verify(manifest, medark_bytes(p7s.data, size),
							    trust, NULL, &out, &err),
				 MEDARK_E_FORMAT);
}

static void other_keys_are_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	MEDARK_AUTO(pair_clear) struct pair pair = { 0 };
	struct medark_error err = { 0 };
	struct medark_signer out;
	char text[512];

	(void)state;
	if (!medark_pq_offered())
		return;
	(void)snprintf(text, sizeof(text), "private key '%s' is neither ML-DSA-65 nor ML-DSA-87",
		       in_folder("44.key"));
	assert_fails(medark_private_key_load_pq(in_folder("44.key"), none, &key, &err),
		     MEDARK_E_KEY, text);
	/* Nor is such a key a classical one. */
	assert_int_equal(medark_private_key_load(in_folder("65.key"), none, &key, &err),
			 MEDARK_E_KEY);
	load("65.pem", "65.key", &pair);
	assert_ok(medark_certificate_load(in_folder("87.pem"), &certificate, &err));
	assert_int_equal(medark_pq_signature_make(manifest, certificate, pair.key, &p7s, &err),
			 MEDARK_E_KEY);
	medark_certificate_free(certificate);
	certificate = NULL;
	assert_ok(medark_certificate_load(in_folder("p.pem"), &certificate, &err));
	(void)snprintf(text, sizeof(text),
		       "certificate '%s' has a key that is neither ML-DSA-65 nor ML-DSA-87",
		       in_folder("p.pem"));
	assert_fails(medark_pq_signature_make(manifest, certificate, pair.key, &p7s, &err),
		     MEDARK_E_KEY, text);
	assert_int_equal(p7s.size, 0);
	assert_ok(medark_pq_signature_make(manifest, pair.certificate, pair.key, &p7s, &err));
	trust_file("87.pem", &trust);
	assert_fails(medark_pq_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
		     MEDARK_E_UNTRUSTED,
		     "the signer 'CN=ML-DSA-65' is not trusted: its certificate does not lead to a "
		     "trust anchor");
}

/* Signed by OpenSSL 3.5: every version tells who claims to have, and 3.5 that it is right. */
static void a_signature_of_another_machine_is_read(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	struct medark_error err = { 0 };
	struct medark_signer out;
	char path[512];

	(void)state;
	read_golden("MANIFEST", &text);
	read_golden("MANIFEST.pq.p7s", &p7s);
	assert_ok(medark_pq_signature_peek(view(&p7s), &out, &err));
	assert_string_equal(out.subject, "CN=ML-DSA-65");
	assert_string_equal(out.algorithm_name, "ML-DSA-65");
	(void)snprintf(path, sizeof(path), "%s/golden/pq/signer.pem", TEST_SOURCE_DIR);
	assert_ok(medark_trust_new(&trust, &err));
	assert_ok(medark_trust_add_file(trust, path, &err));
	medark_trust_set_time(trust, out.signing_time);
	if (medark_pq_offered()) {
		assert_ok(medark_pq_signature_verify(view(&text), view(&p7s), trust, NULL, &out,
						     &err));
		return;
	}
	assert_int_equal(
		medark_pq_signature_verify(view(&text), view(&p7s), trust, NULL, &out, &err),
		MEDARK_E_SYSTEM);
	p7s.data[p7s.size - 1] ^= 1;
	assert_int_equal(
		medark_pq_signature_verify(view(&text), view(&p7s), trust, NULL, &out, &err),
		MEDARK_E_SYSTEM);
	p7s.data[0] ^= 1;
	assert_fails(medark_pq_signature_verify(view(&text), view(&p7s), trust, NULL, &out, &err),
		     MEDARK_E_FORMAT,
		     "the signature is malformed: it is not a CMS SignedData in DER");
}

static void without_ml_dsa_one_sentence_says_so(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_error err = { 0 };
	char text[256];

	(void)state;
	if (medark_pq_offered())
		return;
	(void)snprintf(text, sizeof(text),
		       "post-quantum algorithms need OpenSSL 3.5 or later, and this is %s",
		       OpenSSL_version(OPENSSL_VERSION_STRING));
	assert_fails(medark_pq_check(&err), MEDARK_E_SYSTEM, text);
	assert_fails(medark_private_key_load_pq(in_folder("p.key"), none, &key, &err),
		     MEDARK_E_SYSTEM, text);
	assert_ok(medark_certificate_load(in_folder("p.pem"), &certificate, &err));
	assert_ok(medark_private_key_load(in_folder("p.key"), none, &key, &err));
	assert_fails(medark_pq_signature_make(manifest, certificate, key, &p7s, &err),
		     MEDARK_E_SYSTEM, text);
	assert_int_equal(p7s.size, 0);
}

static bool is_kind(const char *path)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_error err = { 0 };

	assert_ok(medark_certificate_load(path, &certificate, &err));
	return medark_pq_signature_is_kind(certificate);
}

static void the_kind_of_a_certificate_shows_with_every_openssl(void **state)
{
	char path[512];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/golden/pq/signer.pem", TEST_SOURCE_DIR);
	assert_true(is_kind(path));
	(void)snprintf(path, sizeof(path), "%s/golden/pq/recipient.pem", TEST_SOURCE_DIR);
	assert_false(is_kind(path)); /* ML-KEM */
	assert_false(is_kind(in_folder("p.pem")));
	for (size_t i = 0; medark_pq_offered() && i < 3; i++)
		assert_true(
			is_kind(in_folder((const char *[]) { "44.pem", "65.pem", "87.pem" }[i])));
}

static void a_key_in_a_token_is_refused(void **state)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_error err = { 0 };

	(void)state;
	if (medark_pq_offered())
		assert_fails(medark_private_key_load_pq("pkcs11:token=clinic;object=pq", none, &key,
							&err),
			     MEDARK_E_KEY,
			     "a key of ML-DSA is taken from a file, not from a token");
}

/* The types that a role has no use for, before any key is made. */
static void a_type_is_for_one_role(void **state)
{
	static const struct {
		enum medark_key_role role;
		enum medark_key_type type;
		const char *why;
	} cases[] = {
		{ MEDARK_ROLE_RECIPIENT, MEDARK_KEY_ML_DSA_65,
		  "a key of ML-DSA signs, and nothing can be encrypted to it" },
		{ MEDARK_ROLE_RECIPIENT, MEDARK_KEY_ML_DSA_87,
		  "a key of ML-DSA signs, and nothing can be encrypted to it" },
		{ MEDARK_ROLE_SIGNER, MEDARK_KEY_ML_KEM_768,
		  "a key of ML-KEM is for encryption, and cannot sign" },
		{ MEDARK_ROLE_SIGNER, MEDARK_KEY_ML_KEM_1024,
		  "a key of ML-KEM is for encryption, and cannot sign" },
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct medark_key_request request = { .role = cases[i].role,
							    .type = cases[i].type,
							    .common_name = "none",
							    .prefix = in_folder("none") };
		struct medark_error err = { 0 };

		assert_fails(medark_key_create(&request, &err), MEDARK_E_USAGE, cases[i].why);
		assert_int_equal(access(in_folder("none.key.pem"), F_OK), -1);
	}
}

static void recipients_are_held_to_it_from_the_first(void **state)
{
	struct medark_export *e = NULL;
	struct medark_error err = { 0 };

	(void)state;
	assert_int_equal(run("openssl req -x509 -key p.key -subj /CN=r -addext "
			     "keyUsage=keyAgreement -out r.pem"),
			 0);
	assert_ok(medark_export_new(&e, &err));
	assert_ok(medark_export_add_recipient(e, in_folder("r.pem"), &err));
	assert_fails(medark_export_require_pq(e, &err), MEDARK_E_USAGE,
		     "post-quantum recipients have to be asked for before one is added");
	medark_export_free(e);
	assert_ok(medark_export_new(&e, &err));
	assert_ok(medark_export_require_pq(e, &err));
	assert_int_equal(medark_export_add_recipient(e, in_folder("r.pem"), &err), MEDARK_E_KEY);
	assert_ok(medark_export_add_passphrase(e, "long enough", 11, &err));
	medark_export_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_signed_verifies),
		cmocka_unit_test(each_changed_byte_is_refused),
		cmocka_unit_test(other_keys_are_refused),
		cmocka_unit_test(a_signature_of_another_machine_is_read),
		cmocka_unit_test(without_ml_dsa_one_sentence_says_so),
		cmocka_unit_test(the_kind_of_a_certificate_shows_with_every_openssl),
		cmocka_unit_test(a_key_in_a_token_is_refused),
		cmocka_unit_test(a_type_is_for_one_role),
		cmocka_unit_test(recipients_are_held_to_it_from_the_first),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
