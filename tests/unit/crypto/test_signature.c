/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include "base/text.h"
#include "crypto/der.h"
#include "crypto/signature.h"
#include "crypto/signed_form.h"

#include <openssl/evp.h>

#include <ctype.h>
#include <time.h>

static const char manifest_text[] = "# medark manifest 1\nfirst line\nsecond line\n";
static const struct medark_bytes none;

#define manifest medark_bytes(manifest_text, sizeof(manifest_text) - 1)

struct signer {
	struct medark_certificate *certificate;
	struct medark_private_key *key;
};

static struct signer self[3]; /* self-signed: P-256, P-384, RSA-3072 */
static const char *const self_names[3] = { "s256", "s384", "srsa" };
static struct signer chained; /* leaf and intermediate of a root */

#define REQ "openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
#define CA  "basicConstraints=critical,CA:TRUE\\nkeyUsage=keyCertSign,cRLSign\\n"

static int make_chain(void)
{
	return run("umask 077; " REQ
		   "-x509 -keyout root.key -out root.pem -subj /CN=Root -days 30 && " REQ
		   "-x509 -keyout foreign.key -out foreign.pem -subj /CN=Foreign -days 30 && " REQ
		   "-keyout mid.key -out mid.csr -subj /CN=Middle && "
		   "printf '" CA "' >mid.ext && "
		   "openssl x509 -req -in mid.csr -CA root.pem -CAkey root.key -days "
		   "20 -extfile mid.ext -out mid.pem && " REQ
		   "-keyout leaf.key -out leaf.csr -subj '/C=NL/O=Praktijk/CN=Leaf' && "
		   "openssl x509 -req -in leaf.csr -CA mid.pem -CAkey mid.key -days "
		   "10 -set_serial 7 -out leaf.pem && " REQ
		   "-x509 -keyout fake.key -out fake.pem -subj /CN=Middle -days 30 && " REQ
		   "-keyout twin.key -out twin.csr -subj / && "
		   "openssl x509 -req -in twin.csr -CA fake.pem -CAkey fake.key -days "
		   "10 -set_serial 7 -out twin.pem && "
		   "cat leaf.pem mid.pem root.pem >chain.pem");
}

static int load(const char *certificate, const char *key, struct signer *out)
{
	return medark_certificate_load(in_folder(certificate), &out->certificate, NULL) ||
	       medark_private_key_load(in_folder(key), none, &out->key, NULL);
}

static int set_up(void **state)
{
	static const enum medark_key_type types[3] = {
		MEDARK_KEY_P256,
		MEDARK_KEY_P384,
		MEDARK_KEY_RSA3072,
	};
	char name[32];

	if (fixture_set_up(state) || make_chain() || load("chain.pem", "leaf.key", &chained))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		if (medark_private_key_generate(types[i], &self[i].key, NULL) ||
		    medark_private_key_self_sign(self[i].key, MEDARK_ROLE_SIGNER, self_names[i],
						 &self[i].certificate, NULL))
			return -1;
		(void)snprintf(name, sizeof(name), "%s.pem", self_names[i]);
		if (medark_certificate_write(self[i].certificate, in_folder(name), false, NULL))
			return -1;
		(void)snprintf(name, sizeof(name), "%s.key", self_names[i]);
		if (medark_private_key_write(self[i].key, in_folder(name), false, NULL))
			return -1;
	}
	write_whole("MANIFEST", manifest_text, sizeof(manifest_text) - 1, 0600);
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < 3; i++) {
		medark_certificate_free(self[i].certificate);
		medark_private_key_free(self[i].key);
	}
	medark_certificate_free(chained.certificate);
	medark_private_key_free(chained.key);
	return fixture_tear_down(state);
}

static void sign(const struct signer *signer, struct medark_buffer *out)
{
	struct medark_error err = { 0 };

	assert_ok(medark_signature_make(manifest, signer->certificate, signer->key, out, &err));
}

static struct medark_trust *trust_in(const char *a, const char *b)
{
	struct medark_trust *trust = NULL;
	struct medark_error err = { 0 };

	assert_ok(medark_trust_new(&trust, &err));
	if (a)
		assert_ok(medark_trust_add_file(trust, in_folder(a), &err));
	if (b)
		assert_ok(medark_trust_add_file(trust, in_folder(b), &err));
	return trust;
}

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
		assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
		assert_string_equal(out.subject, medark_certificate_subject(self[i].certificate));
		assert_true(medark_digest_equal(
			&out.fingerprint, medark_certificate_fingerprint(self[i].certificate)));
		assert_string_equal(out.algorithm_name, algorithms[i]);
		assert_string_equal(out.digest_name, digests[i]);
		assert_int_equal(out.chain_length, 1);
		assert_false(out.revocation_checked);
		assert_true(llabs((long long)out.signing_time - (long long)time(NULL)) < 60);
	}
}

static void any_certificate_of_the_chain_may_be_the_anchor(void **state)
{
	static const char *const anchors[] = { "root.pem", "mid.pem", "leaf.pem" };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);

	(void)state;
	sign(&chained, &p7s);
	for (size_t i = 0; i < 3; i++) {
		MEDARK_AUTO(medark_trust_free)
		struct medark_trust *trust = trust_in(anchors[i], NULL);
		struct medark_error err = { 0 };
		struct medark_signer out;

		assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
		assert_int_equal(out.chain_length, 3 - i);
		assert_string_equal(out.subject, "CN=Leaf,O=Praktijk,C=NL");
	}
}

static void assert_untrusted(const struct medark_buffer *p7s, struct medark_trust *trust,
			     const char *text)
{
	struct medark_error err = { 0 };
	struct medark_signer out;

	assert_fails(medark_signature_verify(manifest, view(p7s), trust, &out, &err),
		     MEDARK_E_UNTRUSTED, text);
	assert_string_equal(out.subject, "CN=Leaf,O=Praktijk,C=NL");
	assert_int_equal(out.chain_length, 0);
}

#define LEAF "the signer 'CN=Leaf,O=Praktijk,C=NL' is not trusted: "

static void a_right_signature_by_a_stranger_is_untrusted(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *nobody = trust_in(NULL, NULL);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *foreign = trust_in("foreign.pem", NULL);

	(void)state;
	sign(&chained, &p7s);
	assert_untrusted(&p7s, nobody, LEAF "its certificate does not lead to a trust anchor");
	assert_untrusted(&p7s, foreign, LEAF "its certificate does not lead to a trust anchor");
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
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
	p7s.size = 0;
	sign_as(both, 2, twin.key, &p7s);
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, &out, &err),
		     MEDARK_E_FORMAT, "the signature is wrong");
	p7s.size = 0;
	sign_as(both, 2, chained.key, &p7s);
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
	medark_certificate_free(twin.certificate);
	medark_private_key_free(twin.key);
}

static void a_signer_who_was_not_asked_for_is_untrusted(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("root.pem", NULL);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *stranger = trust_in("s256.pem", NULL);
	struct medark_error err = { 0 };
	struct medark_signer out;
	char hex[65], colons[96], *p = colons;

	(void)state;
	sign(&chained, &p7s);
	medark_text_hex(medark_certificate_fingerprint(self[0].certificate), 32, hex);
	assert_ok(medark_trust_add_signer(trust, hex, &err));
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, &out, &err),
		     MEDARK_E_UNTRUSTED,
		     "the signer 'CN=Leaf,O=Praktijk,C=NL' is not trusted: its certificate is not "
		     "the one that was asked for");
	assert_int_equal(out.chain_length, 0);
	/* As openssl x509 -fingerprint writes it. */
	medark_text_hex(medark_certificate_fingerprint(chained.certificate), 32, hex);
	for (int i = 0; i < 64; i++) {
		*p++ = (char)toupper(hex[i]);
		if (i % 2 == 1 && i < 63)
			*p++ = ':';
	}
	*p = '\0';
	assert_ok(medark_trust_add_signer(trust, colons, &err));
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
	/* It stands beside the anchor, not in its place. */
	assert_ok(medark_trust_add_signer(stranger, hex, &err));
	assert_fails(
		medark_signature_verify(manifest, view(&p7s), stranger, &out, &err),
		MEDARK_E_UNTRUSTED,
		"the signer 'CN=Leaf,O=Praktijk,C=NL' is not trusted: its certificate does not "
		"lead to a trust anchor");
}

static void a_fingerprint_has_one_of_two_forms(void **state)
{
	static const char *const wrong[] = { "", "00", ":", "zz" };
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("root.pem", NULL);
	struct medark_error err = { 0 };
	char hex[80];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_fails(medark_trust_add_signer(trust, wrong[i], &err), MEDARK_E_USAGE,
			     "a fingerprint has 64 hexadecimal digits");
	medark_text_hex(medark_certificate_fingerprint(self[0].certificate), 32, hex);
	hex[64] = '0';
	hex[65] = '\0';
	assert_int_equal(medark_trust_add_signer(trust, hex, &err), MEDARK_E_USAGE);
	hex[64] = ':';
	assert_int_equal(medark_trust_add_signer(trust, hex, &err), MEDARK_E_USAGE);
	hex[63] = '\0';
	assert_int_equal(medark_trust_add_signer(trust, hex, &err), MEDARK_E_USAGE);
}

static void the_time_of_judgement_can_be_given(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("root.pem", NULL);

	(void)state;
	sign(&chained, &p7s);
	medark_trust_set_time(trust, time(NULL) + 11 * 86400);
	assert_untrusted(&p7s, trust, LEAF "its certificate has expired");
	medark_trust_set_time(trust, time(NULL) + 21 * 86400);
	assert_untrusted(&p7s, trust, LEAF "a certificate above its own has expired");
	medark_trust_set_time(trust, time(NULL) - 86400);
	assert_int_equal(medark_signature_verify(manifest, view(&p7s), trust,
						 &(struct medark_signer) { 0 }, NULL),
			 MEDARK_E_UNTRUSTED);
	medark_trust_set_time(trust, time(NULL) + 9 * 86400);
	assert_int_equal(medark_signature_verify(manifest, view(&p7s), trust,
						 &(struct medark_signer) { 0 }, NULL),
			 0);
}

static void a_time_of_judgement_is_one_of_the_past(void **state)
{
	static const char *const wrong[] = { "",
					     "now",
					     "2026",
					     "2026-02-30",
					     "2026-11-22 ",
					     "2026-11-22T03:10Z",
					     "2026-11-22T03:10:00",
					     "2026-11-22t03:10:00z",
					     "2026-11-22T03:10:00+01:00",
					     "2026-11-22T03:10:00.5Z",
					     "2026-11-22T24:00:00Z",
					     "22-11-2026" };
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("root.pem", NULL);
	struct medark_error err = { 0 };
	time_t at = 7;

	(void)state;
	assert_false(medark_trust_time(trust, &at));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_fails(medark_trust_judge_at(trust, wrong[i], &err), MEDARK_E_USAGE,
			     "it must be a date or a time in UTC, such as 2026-11-22 or "
			     "2026-11-22T03:10:00Z");
	assert_fails(medark_trust_judge_at(trust, "9999-12-31", &err), MEDARK_E_USAGE,
		     "it lies in the future");
	assert_false(medark_trust_time(trust, &at));
	assert_int_equal(at, 7);
	assert_ok(medark_trust_judge_at(trust, "2020-02-29", &err));
	assert_true(medark_trust_time(trust, &at));
	assert_int_equal(at, 1582934400);
	assert_ok(medark_trust_judge_at(trust, "2020-02-29T00:00:01Z", &err));
	/* What is refused changes nothing. */
	assert_int_equal(medark_trust_judge_at(trust, "9999-12-31", NULL), MEDARK_E_USAGE);
	assert_true(medark_trust_time(trust, &at));
	assert_int_equal(at, 1582934401);
}

static void an_archive_is_judged_as_of_now_again(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("root.pem", NULL);
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	sign(&chained, &p7s);
	assert_ok(medark_trust_judge_at(trust, "2020-02-29", &err));
	assert_int_equal(medark_signature_verify(manifest, view(&p7s), trust, &out, &err),
			 MEDARK_E_UNTRUSTED);
	assert_true(out.time_given);
	assert_int_equal(out.judged_at, 1582934400);
	assert_ok(medark_trust_judge_at(trust, NULL, &err));
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
	assert_false(out.time_given);
}

#define SMALL_CA                                                                                   \
	"printf '[ca]\\ndefault_ca=c\\n[c]\\ndatabase=db\\ndefault_md=sha256\\n"                   \
	"crlnumber=number\\ndefault_crl_days=5\\n' >ca.conf; : >db; echo 01 >number; "

static void revocation_lists_are_honoured(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	sign(&chained, &p7s);
	must_run(SMALL_CA "openssl ca -config ca.conf -gencrl -cert mid.pem -keyfile mid.key "
			  "-out clean.crl && openssl ca -config ca.conf -cert mid.pem -keyfile "
			  "mid.key -revoke leaf.pem && openssl ca -config ca.conf -gencrl -cert "
			  "mid.pem -keyfile mid.key -out revoked.crl && : >db && "
			  "openssl ca -config ca.conf -gencrl -cert foreign.pem -keyfile "
			  "foreign.key -out foreign.crl");
	MEDARK_AUTO(medark_trust_free)
	struct medark_trust *clean = trust_in("root.pem", "clean.crl");
	MEDARK_AUTO(medark_trust_free)
	struct medark_trust *revoked = trust_in("root.pem", "revoked.crl");
	MEDARK_AUTO(medark_trust_free)
	struct medark_trust *foreign = trust_in("root.pem", "foreign.crl");
	assert_ok(medark_signature_verify(manifest, view(&p7s), clean, &out, &err));
	assert_true(out.revocation_checked);
	assert_untrusted(&p7s, revoked, LEAF "its certificate was revoked");
	assert_ok(medark_signature_verify(manifest, view(&p7s), foreign, &out, &err));
	assert_false(out.revocation_checked);
	/* A list that has run out says nothing any more. */
	medark_trust_set_time(clean, time(NULL) + 6 * 86400);
	assert_untrusted(&p7s, clean, LEAF "CRL has expired");
	/* One that is newer than the time that was given knows more than one of that time. */
	must_run("openssl ca -config ca.conf -gencrl -cert mid.pem -keyfile mid.key -out newer.crl "
		 "-crl_lastupdate $(date -ud '+2 days' +%Y%m%d%H%M%SZ) "
		 "-crl_nextupdate $(date -ud '+3 days' +%Y%m%d%H%M%SZ)");
	MEDARK_AUTO(medark_trust_free)
	struct medark_trust *newer = trust_in("root.pem", "newer.crl");
	assert_untrusted(&p7s, newer, LEAF "CRL is not yet valid");
	medark_trust_set_time(newer, time(NULL));
	assert_ok(medark_signature_verify(manifest, view(&p7s), newer, &out, &err));
	assert_true(out.revocation_checked);
	medark_trust_set_time(revoked, time(NULL));
	assert_untrusted(&p7s, revoked, LEAF "its certificate was revoked");
}

static void an_unsuitable_signer_is_untrusted(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	must_run("umask 077; " REQ "-x509 -keyout enc.key -out enc.pem -subj /CN=enc -days 3 "
		 "-addext keyUsage=critical,keyAgreement && "
		 "openssl cms -sign -cades -binary -nosmimecap -md sha256 -outform DER "
		 "-in MANIFEST -signer enc.pem -inkey enc.key -out enc.p7s");
	read_whole("enc.p7s", &p7s);
	trust = trust_in("enc.pem", NULL);
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, &out, &err),
		     MEDARK_E_UNTRUSTED,
		     "the signer 'CN=enc' is not trusted: its certificate is not meant for signing "
		     "(digitalSignature is missing)");
	must_run("umask 077; printf extendedKeyUsage=serverAuth >tls.ext && " REQ
		 "-keyout tls.key -out tls.csr -subj /CN=tls && "
		 "openssl x509 -req -in tls.csr -signkey tls.key -days 3 -extfile tls.ext "
		 "-out tls.pem && openssl cms -sign -cades -binary -nosmimecap -md sha256 "
		 "-outform DER -in MANIFEST -signer tls.pem -inkey tls.key -out tls.p7s");
	p7s.size = 0;
	read_whole("tls.p7s", &p7s);
	assert_ok(medark_trust_add_file(trust, in_folder("tls.pem"), &err));
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, &out, &err),
		     MEDARK_E_UNTRUSTED,
		     "the signer 'CN=tls' is not trusted: its certificate is not meant for signing "
		     "(its extendedKeyUsage names neither documentSigning nor emailProtection nor "
		     "codeSigning)");
}

/*
 * Makes sub.key and sub.pem, an authority under the root with an extendedKeyUsage, and
 * under.pem, a document signer that it issued.
 */
static void make_restricted(const char *purposes)
{
	if (run("umask 077; printf '" CA "extendedKeyUsage=%s\n' >sub.ext && " REQ
		"-keyout sub.key -out sub.csr -subj /CN=Sub && "
		"openssl x509 -req -in sub.csr -CA root.pem -CAkey root.key -days 20 "
		"-extfile sub.ext -out sub.pem && "
		"printf extendedKeyUsage=1.3.6.1.5.5.7.3.36 >under.ext && " REQ
		"-keyout under.key -out under.csr -subj '/C=NL/O=Praktijk/CN=Leaf' && "
		"openssl x509 -req -in under.csr -CA sub.pem -CAkey sub.key -days 10 "
		"-extfile under.ext -out under.pem && cat under.pem sub.pem >under-chain.pem",
		purposes))
		fail_msg("no authority for %s", purposes);
}

static void an_authority_issues_signers_only_if_it_may(void **state)
{
	static const struct {
		const char *purposes;
		bool may;
	} cases[] = {
		{ "serverAuth", false },
		{ "serverAuth,clientAuth,timeStamping,OCSPSigning", false },
		{ "serverAuth,emailProtection", true },
		{ "codeSigning", true },
		{ "1.3.6.1.5.5.7.3.36", true },
		{ "1.3.6.1.4.1.311.10.3.12", true },
		{ "2.5.29.37.0", true },
	};
	MEDARK_AUTO(medark_trust_free) struct medark_trust *root = trust_in("root.pem", NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_trust_free) struct medark_trust *own = NULL;
		struct medark_error err = { 0 };
		struct medark_signer out;
		struct signer under = { 0 };

		make_restricted(cases[i].purposes);
		assert_int_equal(load("under-chain.pem", "under.key", &under), 0);
		sign(&under, &p7s);
		if (cases[i].may)
			assert_ok(medark_signature_verify(manifest, view(&p7s), root, &out, &err));
		else
			assert_untrusted(&p7s, root,
					 LEAF
					 "a certificate above its own is not meant for signing "
					 "(its extendedKeyUsage names neither documentSigning "
					 "nor emailProtection nor codeSigning)");
		/* Whom the user trusts may issue whatever the user trusts it for. */
		own = trust_in("sub.pem", i % 2 ? "root.pem" : NULL);
		assert_ok(medark_signature_verify(manifest, view(&p7s), own, &out, &err));
		assert_int_equal(out.chain_length, 2);
		medark_certificate_free(under.certificate);
		medark_private_key_free(under.key);
	}
}

static void another_manifest_is_refused(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer p7s = MEDARK_BUFFER(1 << 20);
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("s256.pem", NULL);
	struct medark_error err = { 0 };
	struct medark_signer out;

	(void)state;
	sign(&self[0], &p7s);
	assert_fails(
		medark_signature_verify(medark_bytes_text("other"), view(&p7s), trust, &out, &err),
		MEDARK_E_FORMAT, "the signature is not over this manifest");
	assert_fails(medark_signature_verify(medark_bytes(manifest_text, manifest.size - 1),
					     view(&p7s), trust, &out, &err),
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
		if (medark_signature_verify(manifest, view(&p7s), trust, &out, &err) !=
		    MEDARK_E_FORMAT)
			fail_msg("bit %zu: %s", bit, err.message);
		p7s.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t n = 0; n < p7s.size; n++)
		assert_int_equal(medark_signature_verify(manifest, medark_bytes(p7s.data, n), trust,
							 &out, &err),
				 MEDARK_E_FORMAT);
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, &out, &err));
	assert_ok(medark_buffer_add(&p7s, "", 1, &err));
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, &out, &err),
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
		"-cades -md sha256 -signer s256.pem -inkey s256.key "
		"-signer leaf.pem -inkey leaf.key",
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
		assert_ok(medark_signature_verify(manifest, view(&b), trust, &out, &err));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(1 << 20);
		MEDARK_AUTO(medark_trust_free)
		struct medark_trust *trust = trust_in("s256.pem", "s384.pem");

		assert_int_equal(run(STOCK_SIGN "%s", bad[i]), 0);
		read_whole("stock.p7s", &b);
		assert_int_equal(medark_signature_verify(manifest, view(&b), trust, &out, &err),
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

static void trust_files_hold_certificates_and_crls_only(void **state)
{
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = trust_in("chain.pem", NULL);
	struct medark_error err = { 0 };
	char text[512];

	(void)state;
	assert_int_equal(medark_trust_certificate_count(trust), 3);
	assert_int_equal(medark_trust_crl_count(trust), 0);
	(void)snprintf(text, sizeof(text),
		       "cannot trust '%s': it holds a 'PRIVATE KEY', where only certificates and "
		       "CRLs belong",
		       in_folder("leaf.key"));
	assert_fails(medark_trust_add_file(trust, in_folder("leaf.key"), &err), MEDARK_E_KEY, text);
	(void)snprintf(text, sizeof(text), "cannot trust '%s': it holds no certificate and no CRL",
		       in_folder("MANIFEST"));
	assert_fails(medark_trust_add_file(trust, in_folder("MANIFEST"), &err), MEDARK_E_KEY, text);
	assert_int_equal(medark_trust_add_file(trust, in_folder("none"), &err), MEDARK_E_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_self_signed_signer_is_its_own_anchor),
		cmocka_unit_test(any_certificate_of_the_chain_may_be_the_anchor),
		cmocka_unit_test(a_right_signature_by_a_stranger_is_untrusted),
		cmocka_unit_test(another_certificate_of_the_same_name_does_not_sign_for_the_signer),
		cmocka_unit_test(a_signer_who_was_not_asked_for_is_untrusted),
		cmocka_unit_test(a_fingerprint_has_one_of_two_forms),
		cmocka_unit_test(the_time_of_judgement_can_be_given),
		cmocka_unit_test(a_time_of_judgement_is_one_of_the_past),
		cmocka_unit_test(an_archive_is_judged_as_of_now_again),
		cmocka_unit_test(revocation_lists_are_honoured),
		cmocka_unit_test(an_unsuitable_signer_is_untrusted),
		cmocka_unit_test(an_authority_issues_signers_only_if_it_may),
		cmocka_unit_test(another_manifest_is_refused),
		cmocka_unit_test(every_changed_bit_of_a_signature_is_refused),
		cmocka_unit_test(every_changed_bit_of_an_rsa_signature_is_refused),
		cmocka_unit_test(stock_openssl_accepts_ours),
		cmocka_unit_test(we_accept_what_stock_openssl_signs_in_the_same_form),
		cmocka_unit_test(a_signer_must_fit_before_anything_is_signed),
		cmocka_unit_test(peeking_tells_a_claim_only),
		cmocka_unit_test(trust_files_hold_certificates_and_crls_only),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
