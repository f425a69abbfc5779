/* SPDX-License-Identifier: Apache-2.0 */
/* Who may have signed, and as of when: trust, chain and the purposes of certificates. */
#include "signers.h"

#include "base/text.h"

#include <ctype.h>
#include <time.h>

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

		assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
		assert_int_equal(out.chain_length, 3 - i);
		assert_string_equal(out.subject, "CN=Leaf,O=Praktijk,C=NL");
	}
}

static void assert_untrusted(const struct medark_buffer *p7s, struct medark_trust *trust,
			     const char *text)
{
	struct medark_error err = { 0 };
	struct medark_signer out;

	assert_fails(medark_signature_verify(manifest, view(p7s), trust, NULL, &out, &err),
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
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
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
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
	/* It stands beside the anchor, not in its place. */
	assert_ok(medark_trust_add_signer(stranger, hex, &err));
	assert_fails(
		medark_signature_verify(manifest, view(&p7s), stranger, NULL, &out, &err),
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
	assert_int_equal(medark_signature_verify(manifest, view(&p7s), trust, NULL,
						 &(struct medark_signer) { 0 }, NULL),
			 MEDARK_E_UNTRUSTED);
	medark_trust_set_time(trust, time(NULL) + 9 * 86400);
	assert_int_equal(medark_signature_verify(manifest, view(&p7s), trust, NULL,
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
	assert_int_equal(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
			 MEDARK_E_UNTRUSTED);
	assert_true(out.time_given);
	assert_int_equal(out.judged_at, 1582934400);
	assert_ok(medark_trust_judge_at(trust, NULL, &err));
	assert_ok(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err));
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
	assert_ok(medark_signature_verify(manifest, view(&p7s), clean, NULL, &out, &err));
	assert_true(out.revocation_as_of);
	assert_untrusted(&p7s, revoked, LEAF "its certificate was revoked");
	assert_ok(medark_signature_verify(manifest, view(&p7s), foreign, NULL, &out, &err));
	assert_false(out.revocation_as_of);
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
	assert_ok(medark_signature_verify(manifest, view(&p7s), newer, NULL, &out, &err));
	assert_true(out.revocation_as_of);
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
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
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
	assert_fails(medark_signature_verify(manifest, view(&p7s), trust, NULL, &out, &err),
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
			assert_ok(medark_signature_verify(manifest, view(&p7s), root, NULL, &out,
							  &err));
		else
			assert_untrusted(&p7s, root,
					 LEAF
					 "a certificate above its own is not meant for signing "
					 "(its extendedKeyUsage names neither documentSigning "
					 "nor emailProtection nor codeSigning)");
		/* Whom the user trusts may issue whatever the user trusts it for. */
		own = trust_in("sub.pem", i % 2 ? "root.pem" : NULL);
		assert_ok(medark_signature_verify(manifest, view(&p7s), own, NULL, &out, &err));
		assert_int_equal(out.chain_length, 2);
		medark_certificate_free(under.certificate);
		medark_private_key_free(under.key);
	}
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
		cmocka_unit_test(any_certificate_of_the_chain_may_be_the_anchor),
		cmocka_unit_test(a_right_signature_by_a_stranger_is_untrusted),
		cmocka_unit_test(a_signer_who_was_not_asked_for_is_untrusted),
		cmocka_unit_test(a_fingerprint_has_one_of_two_forms),
		cmocka_unit_test(the_time_of_judgement_can_be_given),
		cmocka_unit_test(a_time_of_judgement_is_one_of_the_past),
		cmocka_unit_test(an_archive_is_judged_as_of_now_again),
		cmocka_unit_test(revocation_lists_are_honoured),
		cmocka_unit_test(an_unsuitable_signer_is_untrusted),
		cmocka_unit_test(an_authority_issues_signers_only_if_it_may),
		cmocka_unit_test(trust_files_hold_certificates_and_crls_only),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
