/* SPDX-License-Identifier: Apache-2.0 */
#include "signers.h"

#include "crypto/der.h"
#include "crypto/signature.h"
#include "crypto/signed_form.h"

#include <openssl/evp.h>

#include <time.h>

static void a_self_signed_signer_is_its_own_anchor(void **state)
{
	static const char *const algorithms[3] = { "ECDSA P-256", "ECDSA P-384", "RSA-PSS" };
	static const char *const digests[3] = { "SHA-256", "SHA-384", "SHA-256" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
		struct medark_error err = { 0 };
		struct medark_signer out;
		char name[32];

		(void)snprintf(name, sizeof(name), "%s.pem", self_names[i]);
		trust = trust_in(name, NULL);
		sign(&self[i], &p7s);
		assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
		assert_string_equal(out.subject, medark_certificate_subject(self[i].certificate));
		assert_true(medark_digest_equal(
			&out.fingerprint, medark_certificate_fingerprint(self[i].certificate)));
		assert_string_equal(out.algorithm_name, algorithms[i]);
		assert_string_equal(out.digest_name, digests[i]);
		assert_int_equal(out.chain_length, 1);
		assert_false(out.revocation_as_of);
		assert_true(llabs((long long)out.signing_time - (long long)time(NULL)) < 60);
	}
}

/*
 * Signs with `key` a form that names certificates[0] as its signer and holds the others too; each
 * has issuer and serial number in signing-certificate-v2.
 */
static void sign_as(const struct medark_certificate *const *certificates, size_t count,
		    const struct medark_private_key *key, struct medark_buffer *out)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer attributes = MEDARK_BUFFER(1 << 20);
	struct medark_signed_form form = { .kind = MEDARK_NATIVE_P256,
					   .certificate_count = count,
					   .signing_time = time(NULL) };
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct medark_error err = { 0 };
	uint8_t value[128];
	size_t size = sizeof(value);

	for (size_t i = 0; i < count; i++)
		form.certificates[i] = (struct medark_signed_certificate) {
			.der = medark_certificate_der(certificates[i]), .has_issuer_serial = true
		};
	assert_ok(medark_signed_digest(form.kind, manifest, form.message_digest, &err));
	assert_ok(medark_signed_form_attributes(&form, MEDARK_DER_SET, &attributes, &err));
	assert_true(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL,
					  medark_private_key_native(key), NULL) > 0);
	assert_true(EVP_DigestSign(context, value, &size, attributes.data, attributes.size) > 0);
	EVP_MD_CTX_free(context);
	form.signature = medark_bytes(value, size);
	assert_ok(medark_signed_form_write(&form, out, &err));
}

/* CMS names a signer by issuer and serial number, which anybody can put into a certificate. */
static void another_certificate_of_the_same_name_does_not_sign_for_the_signer(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("leaf.pem", NULL);
	const struct medark_certificate *both[2] = { chained.certificate };
	struct signer twin = { 0 };
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	assert_int_equal(load("twin.pem", "twin.key", &twin), 0);
	both[1] = twin.certificate;
	sign_as(both, 1, chained.key, &p7s);
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
	p7s.size = 0;
	sign_as(both, 2, twin.key, &p7s);
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
		     MEDARK_E_FORMAT, "the signature is wrong");
	p7s.size = 0;
	sign_as(both, 2, chained.key, &p7s);
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
	medark_certificate_free(twin.certificate);
	medark_private_key_free(twin.key);
}

static void another_manifest_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("s256.pem", NULL);
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	sign(&self[0], &p7s);
	assert_fails(medark_signature_verify(medark_bytes_text("other"), view(&p7s), trust, NULL,
					     &out, &err),
		     MEDARK_E_FORMAT, "the signature is not over this manifest");
	assert_fails(medark_signature_verify(medark_bytes(manifest_text, manifest.size - 1),
					     view(&p7s), trust, NULL, &out, &err),
		     MEDARK_E_FORMAT, "the signature is not over this manifest");
}

static void refuse_all_changes(const struct signer *signer, const char *anchor)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in(anchor, NULL);
	struct medark_error err = { 0 };
	struct medark_signer out;

	sign(signer, &p7s);
	for (size_t bit = 0; bit < 8 * p7s.size; bit++) {
		p7s.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err) !=
		    MEDARK_E_FORMAT)
			fail_msg("bit %zu: %s", bit, err.message);
		p7s.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < p7s.size; n++)
		assert_int_equal(medark_signature_verify(manifest, medark_bytes(p7s.data, n), trust,
							 NULL, &out, &err),
				 MEDARK_E_FORMAT);
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
	assert_ok(medark_buffer_add(&p7s, "", 1, &err));
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
		     MEDARK_E_FORMAT, "the signature is malformed: it is not in its one form");
}

static void every_changed_bit_of_a_signature_is_refused(void **state)
{
	(void)state;
	refuse_all_changes(&self[0], "s256.pem");
	refuse_all_changes(&self[1], "s384.pem");
	refuse_all_changes(&chained, "root.pem");
}

static void every_changed_bit_of_an_rsa_signature_is_refused(void **state)
{
	(void)state;
	refuse_all_changes(&self[2], "srsa.pem");
}

static void stock_openssl_accepts_ours(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		p7s.size = 0;
		sign(&self[i], &p7s);
		write_whole("ours.p7s", p7s.data, p7s.size, 0600);
		assert_int_equal(run("openssl cms -verify -cades -binary -inform DER -in ours.p7s "
				     "-content MANIFEST -purpose any -CAfile %s.pem -out back && "
				     "cmp back MANIFEST",
				     self_names[i]),
				 0);
	}
	p7s.size = 0;
	sign(&chained, &p7s);
	write_whole("ours.p7s", p7s.data, p7s.size, 0600);
	must_run("openssl cms -verify -cades -binary -inform DER -in ours.p7s -content MANIFEST "
		 "-purpose any -CAfile root.pem -out back");
	must_run("openssl cms -verify -cades -binary -inform DER -in ours.p7s -content MANIFEST "
		 "-purpose any -partial_chain -CAfile mid.pem -out back");
	/* With the leaf as anchor the chain ends before what the attribute names. */
	must_run("openssl cms -verify -binary -inform DER -in ours.p7s -content MANIFEST "
		 "-purpose any -partial_chain -CAfile leaf.pem -out back");
	assert_int_not_equal(run("openssl cms -verify -cades -binary -inform DER -in ours.p7s "
				 "-content MANIFEST -purpose any -CAfile foreign.pem -out back"),
			     0);
}

#define STOCK_SIGN "openssl cms -sign -binary -nosmimecap -outform DER -in MANIFEST -out stock.p7s "

static void we_accept_what_stock_openssl_signs_in_the_same_form(void **state)
{
	static const struct {
		const char *options, *anchor;
	} good[] = {
		{ "-cades -md sha256 -signer s256.pem -inkey s256.key", "s256.pem" },
		{ "-cades -md sha384 -signer s384.pem -inkey s384.key", "s384.pem" },
	};
	static const char *const bad[] = {
		"-md sha256 -signer s256.pem -inkey s256.key",
		"-cades -md sha512 -signer s256.pem -inkey s256.key",
		"-cades -md sha256 -signer s384.pem -inkey s384.key",
		"-cades -md sha256 -signer srsa.pem -inkey srsa.key",
		"-cades -md sha256 -signer s256.pem -inkey s256.key -nocerts",
		"-cades -md sha256 -signer s256.pem -inkey s256.key -keyid",
		"-cades -md sha256 -signer s256.pem -inkey s256.key -nodetach",
		"-cades -md sha256 -signer s256.pem -inkey s256.key -certfile foreign.pem",
		("-cades -md sha256 -signer s256.pem -inkey s256.key "
		 "-signer leaf.pem -inkey leaf.key"),
		"-md sha256 -signer s256.pem -inkey s256.key -noattr",
	};
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_trust_free)
		struct medark_trust *trust = trust_in(good[i].anchor, NULL);

		assert_int_equal(run(STOCK_SIGN "%s", good[i].options), 0);
		read_whole("stock.p7s", &b);
		assert_ok(medark_signature_verify(manifest, view(&b), trust, NULL, &out, &err));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_trust_free)
		struct medark_trust *trust = trust_in("s256.pem", "s384.pem");

		assert_int_equal(run(STOCK_SIGN "%s", bad[i]), 0);
		read_whole("stock.p7s", &b);
		assert_int_equal(
			medark_signature_verify(manifest, view(&b), trust, NULL, &out, &err),
			MEDARK_E_FORMAT);
	}
}

static void a_signer_must_fit_before_anything_is_signed(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *recipient = NULL;
	struct medark_error err = { 0 };
	char text[512];

	(void)state;
	(void)snprintf(text, sizeof(text), "private key '' does not belong to certificate '%s'",
		       in_folder("chain.pem"));
	assert_fails(medark_signature_make(manifest, chained.certificate, self[0].key, &p7s, &err),
		     MEDARK_E_KEY, text);
	assert_ok(medark_private_key_self_sign(self[0].key, MEDARK_ROLE_RECIPIENT, "r", &recipient,
					       &err));
	assert_fails(medark_signature_make(manifest, recipient, self[0].key, &p7s, &err),
		     MEDARK_E_KEY,
		     "certificate 'CN=r' is not meant for signing (digitalSignature is missing)");
	assert_int_equal(p7s.size, 0);
}

static void peeking_tells_a_claim_only(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	sign(&chained, &p7s);
	/* A wrong signature in the right form is not noticed: that is what unverified means. */
	p7s.data[p7s.size - 1] ^= 1;
	assert_ok(medark_signature_peek(view(&p7s), &out, &err));
	assert_string_equal(out.subject, "CN=Leaf,O=Praktijk,C=NL");
	assert_int_equal(out.chain_length, 0);
	assert_fails(medark_signature_peek(none, &out, &err), MEDARK_E_FORMAT,
		     "the signature is malformed: it is not a CMS SignedData in DER");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_self_signed_signer_is_its_own_anchor),
		cmocka_unit_test(another_certificate_of_the_same_name_does_not_sign_for_the_signer),
		cmocka_unit_test(another_manifest_is_refused),
		cmocka_unit_test(every_changed_bit_of_a_signature_is_refused),
		cmocka_unit_test(every_changed_bit_of_an_rsa_signature_is_refused),
		cmocka_unit_test(stock_openssl_accepts_ours),
		cmocka_unit_test(we_accept_what_stock_openssl_signs_in_the_same_form),
		cmocka_unit_test(a_signer_must_fit_before_anything_is_signed),
		cmocka_unit_test(peeking_tells_a_claim_only),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
