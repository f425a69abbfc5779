/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_file.h"
#include "fixture.h"

#include "base/text.h"
#include "crypto/certificate.h"

#include <time.h>

#define MAKE "openssl req -x509 -nodes -days 30 -keyout x.key "
#define P256 "-newkey ec -pkeyopt ec_paramgen_curve:P-256 "
#define P384 "-newkey ec -pkeyopt ec_paramgen_curve:P-384 "

/* A root, an intermediate under it and a leaf under that. */
static int set_up(void **state)
{
	if (fixture_set_up(state))
		return -1;
	return run(
		"openssl req -x509 -nodes -days 30 -keyout root.key "
		"-out root.pem -subj /CN=Root " P256 " && "
		"openssl req -new -nodes -keyout mid.key -out mid.csr -subj /CN=Middle " P256 " && "
		"printf "
		"'basicConstraints=critical,CA:TRUE\\nkeyUsage=keyCertSign,cRLSign\\n' >mid.ext && "
		"openssl x509 -req -in mid.csr -CA root.pem -CAkey root.key -days "
		"30 -extfile mid.ext -out mid.pem && "
		"{ cat mid.ext; echo extendedKeyUsage=serverAuth; } >web.ext && "
		"openssl x509 -req -in mid.csr -CA root.pem -CAkey root.key -days "
		"30 -extfile web.ext -out web.pem && "
		"openssl req -new -nodes -keyout leaf.key -out leaf.csr "
		"-subj '/C=NL/O=Praktijk/CN=Leaf' " P256 " && "
		"openssl x509 -req -in leaf.csr -CA mid.pem -CAkey "
		"mid.key -days 30 -out leaf.pem && "
		"cat leaf.pem mid.pem >two.pem && cat leaf.pem mid.pem root.pem >three.pem && "
		"cat leaf.pem web.pem root.pem >under-web.pem && "
		"cat leaf.pem root.pem >gap.pem && cat three.pem root.pem >four.pem");
}

static struct medark_certificate *load(const char *name)
{
	struct medark_certificate *certificate = NULL;
	struct medark_error err = { 0 };

	assert_ok(medark_certificate_load(in_folder(name), &certificate, &err));
	return certificate;
}

static void a_certificate_tells_what_it_is(void **state)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = load("leaf.pem");
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer log = MEDARK_BUFFER(4096);
	char hex[65], expected[65];
	size_t used = 0;

	(void)state;
	assert_string_equal(medark_certificate_subject(c), "CN=Leaf,O=Praktijk,C=NL");
	assert_string_equal(medark_certificate_path(c), in_folder("leaf.pem"));
	assert_true(medark_certificate_not_before(c) <= time(NULL));
	assert_true(medark_certificate_not_after(c) - medark_certificate_not_before(c) ==
		    30 * 86400);
	assert_int_equal(medark_certificate_chain_count(c), 0);
	medark_text_hex(medark_certificate_fingerprint(c)->bytes, 32, hex);
	must_run("openssl x509 -in leaf.pem -outform DER | sha256sum");
	read_whole("log", &log);
	for (; used < 64; used++)
		expected[used] = (char)log.data[used];
	expected[64] = '\0';
	assert_string_equal(hex, expected);
}

static void a_chain_is_taken_without_its_root(void **state)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *two = load("two.pem");
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *three = load("three.pem");
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *mid = load("mid.pem");

	(void)state;
	assert_int_equal(medark_certificate_chain_count(two), 1);
	assert_int_equal(medark_certificate_chain_count(three), 1);
	assert_true(medark_bytes_equal(medark_certificate_chain_der(three, 0),
				       medark_certificate_der(mid)));
}

static void an_intermediate_for_web_servers_is_told(void **state)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *web = load("under-web.pem");
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *three = load("three.pem");

	(void)state;
	assert_string_equal(medark_certificate_unfit_issuer(web), "CN=Middle");
	assert_string_equal(medark_certificate_unfit_issuer(three), "");
}

static void files_that_are_no_chain_are_refused(void **state)
{
	struct medark_certificate *c = NULL;
	struct medark_error err = { 0 };
	char text[512];

	(void)state;
	(void)snprintf(text, sizeof(text),
		       "cannot use certificate '%s': certificate 2 did not issue the one before it",
		       in_folder("gap.pem"));
	assert_fails(medark_certificate_load(in_folder("gap.pem"), &c, &err), MEDARK_E_KEY, text);
	(void)snprintf(text, sizeof(text),
		       "cannot use certificate '%s': certificate 4 did not issue the one before it",
		       in_folder("four.pem"));
	assert_fails(medark_certificate_load(in_folder("four.pem"), &c, &err), MEDARK_E_KEY, text);
	(void)snprintf(
		text, sizeof(text),
		"cannot use certificate '%s': it is a private key, the certificate is wanted",
		in_folder("leaf.key"));
	assert_fails(medark_certificate_load(in_folder("leaf.key"), &c, &err), MEDARK_E_KEY, text);
	write_whole("text", "no certificate\n", 15, 0600);
	(void)snprintf(text, sizeof(text), "cannot use certificate '%s': it holds no certificate",
		       in_folder("text"));
	assert_fails(medark_certificate_load(in_folder("text"), &c, &err), MEDARK_E_KEY, text);
	write_whole("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		    59, 0600);
	assert_int_equal(medark_certificate_load(in_folder("broken.pem"), &c, &err), MEDARK_E_KEY);
	(void)snprintf(text, sizeof(text), "cannot open '%s': No such file or directory",
		       in_folder("none.pem"));
	assert_fails(medark_certificate_load(in_folder("none.pem"), &c, &err), MEDARK_E_SYSTEM,
		     text);
	assert_int_equal(medark_certificate_load(fixture_folder, &c, &err), MEDARK_E_KEY);
	must_run("head -c 300000 /dev/zero >large.pem");
	(void)snprintf(text, sizeof(text), "'%s' is larger than 262143 bytes",
		       in_folder("large.pem"));
	assert_fails(medark_certificate_load(in_folder("large.pem"), &c, &err), MEDARK_E_KEY, text);
	must_run("mkfifo pipe.pem");
	assert_int_equal(medark_certificate_load(in_folder("pipe.pem"), &c, &err), MEDARK_E_KEY);
	assert_null(c);
}

/* Makes a certificate and expects the sentence behind its name; NULL expects success. */
static void judge(bool signer, const char *options, const char *expected)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	struct medark_error err = { 0 };
	char text[512];
	int code;

	assert_int_equal(run(MAKE "-out x.pem -subj /CN=x %s", options), 0);
	c = load("x.pem");
	code = signer ? medark_certificate_check_signer(c, time(NULL), &err)
		      : medark_certificate_check_recipient(c, time(NULL), &err);
	assert_int_equal(code, expected ? MEDARK_E_KEY : 0);
	if (!expected)
		return;
	(void)snprintf(text, sizeof(text), "certificate '%s' %s", in_folder("x.pem"), expected);
	assert_string_equal(err.message, text);
}

static void unsuitable_certificates_are_refused_with_the_reason(void **state)
{
	(void)state;
	judge(false, P256, NULL);
	judge(false, P384 "-addext keyUsage=keyAgreement", NULL);
	judge(false, "-newkey rsa:3072 -addext keyUsage=keyEncipherment", NULL);
	judge(true, P256 "-addext keyUsage=digitalSignature", NULL);
	judge(true, P256 "-addext keyUsage=nonRepudiation", NULL);
	judge(false, P256 "-addext keyUsage=digitalSignature",
	      "is not meant for encryption (keyAgreement is missing)");
	judge(false, "-newkey rsa:3072 -addext keyUsage=digitalSignature",
	      "is not meant for encryption (keyEncipherment is missing)");
	judge(true, P256 "-addext keyUsage=keyAgreement",
	      "is not meant for signing (digitalSignature is missing)");
	judge(true, "-newkey rsa:2048",
	      "has an RSA key of 2048 bits where 3072 to 16384 are needed");
	judge(false, "-newkey ec -pkeyopt ec_paramgen_curve:secp521r1",
	      "has a key that is neither RSA nor EC P-256 or P-384");
	judge(true, "-newkey ed25519", "has a key that is neither RSA nor EC P-256 or P-384");
	judge(false, P256 "-pkeyopt ec_param_enc:explicit",
	      "has a key that is neither RSA nor EC P-256 or P-384");
}

#define UNFIT                                                                                      \
	"is not meant for signing (its extendedKeyUsage names neither documentSigning nor "        \
	"emailProtection nor codeSigning)"

static void the_purpose_of_a_signer_counts(void **state)
{
	(void)state;
	judge(true, P256 "-addext extendedKeyUsage=emailProtection", NULL);
	judge(true, P256 "-addext extendedKeyUsage=codeSigning", NULL);
	judge(true, P256 "-addext extendedKeyUsage=anyExtendedKeyUsage", NULL);
	judge(true, P256 "-addext extendedKeyUsage=1.3.6.1.5.5.7.3.36", NULL);
	judge(true, P256 "-addext extendedKeyUsage=1.3.6.1.4.1.311.10.3.12", NULL);
	judge(true, P256 "-addext extendedKeyUsage=critical,serverAuth,1.3.6.1.5.5.7.3.36", NULL);
	judge(true, P256 "-addext extendedKeyUsage=serverAuth", UNFIT);
	judge(true, P256 "-addext extendedKeyUsage=critical,timeStamping", UNFIT);
	judge(true, P256 "-addext extendedKeyUsage=1.3.6.1.5.5.7.3.361", UNFIT);
	judge(true, P256 "-addext keyUsage=digitalSignature -addext extendedKeyUsage=clientAuth",
	      UNFIT);
	/* What a recipient's certificate is for, its keyUsage says. */
	judge(false, P256 "-addext extendedKeyUsage=serverAuth", NULL);
}

static void the_time_of_a_certificate_counts(void **state)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = load("root.pem");
	struct medark_error err = { 0 };
	time_t from = medark_certificate_not_before(c), to = medark_certificate_not_after(c);

	(void)state;
	assert_ok(medark_certificate_check_recipient(c, from, &err));
	assert_ok(medark_certificate_check_recipient(c, to, &err));
	assert_int_equal(medark_certificate_check_recipient(c, from - 1, &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "is not valid before 2"));
	assert_int_equal(medark_certificate_check_signer(c, to + 1, &err), MEDARK_E_KEY);
	assert_non_null(strstr(err.message, "expired on 2"));
}

static void a_deceptive_subject_is_made_harmless(void **state)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;

	(void)state;
	/* Right-to-left override, escape, a name with an accent. */
	assert_int_equal(run(MAKE P256 "-out odd.pem -utf8 -subj \"$(printf "
				       "'/CN=Jos\\303\\251 \\342\\200\\256gro\\033[1m')\""),
			 0);
	c = load("odd.pem");
	assert_string_equal(medark_certificate_subject(c), "CN=Jos\xc3\xa9 ?gro\\1B[1m");
}

static void a_certificate_is_written_once(void **state)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = load("leaf.pem");
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *back = NULL;
	struct medark_error err = { 0 };
	char text[256];
	struct stat st;

	(void)state;
	assert_ok(write_certificate(c, in_folder("copy.pem"), false, &err));
	back = load("copy.pem");
	assert_true(medark_digest_equal(medark_certificate_fingerprint(c),
					medark_certificate_fingerprint(back)));
	assert_int_equal(stat(in_folder("copy.pem"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	(void)snprintf(text, sizeof(text), "'%s' exists already", in_folder("copy.pem"));
	assert_fails(write_certificate(c, in_folder("copy.pem"), false, &err), MEDARK_E_EXISTS,
		     text);
	assert_ok(write_certificate(c, in_folder("copy.pem"), true, &err));
	assert_int_equal(write_certificate(c, in_folder("none/x.pem"), true, &err),
			 MEDARK_E_SYSTEM);
	assert_int_equal(run("test $(ls | grep -c partial) = 0"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_tells_what_it_is),
		cmocka_unit_test(a_chain_is_taken_without_its_root),
		cmocka_unit_test(an_intermediate_for_web_servers_is_told),
		cmocka_unit_test(files_that_are_no_chain_are_refused),
		cmocka_unit_test(unsuitable_certificates_are_refused_with_the_reason),
		cmocka_unit_test(the_purpose_of_a_signer_counts),
		cmocka_unit_test(the_time_of_a_certificate_counts),
		cmocka_unit_test(a_deceptive_subject_is_made_harmless),
		cmocka_unit_test(a_certificate_is_written_once),
	};

	return cmocka_run_group_tests(tests, set_up, fixture_tear_down);
}
