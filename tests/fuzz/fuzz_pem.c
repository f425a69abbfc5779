/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is given as private key, certificate and trust anchor. */
#include "forge.h"

#include "crypto/certificate.h"
#include "crypto/private_key.h"
#include "crypto/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An encrypted key may ask for any number of PBKDF2 iterations: that is OpenSSL's to spend. */
static bool is_encrypted(struct medark_bytes text)
{
	return memmem(text.data, text.size, "ENCRYPTED", 9) != NULL;
}

static void try_key(const char *path, struct medark_bytes passphrase)
{
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	struct medark_error err;
	int code = medark_private_key_load(path, passphrase, &key, &err);

	forge_expect(code == 0 || code == MEDARK_E_KEY);
	forge_expect((code == 0) == (key != NULL));
}

static void try_certificate(const char *path)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_error err;
	int code = medark_certificate_load(path, &certificate, &err);

	forge_expect(code == 0 || code == MEDARK_E_KEY);
	if (code)
		return;
	for (const char *p = medark_certificate_subject(certificate); *p; p++)
		forge_expect((unsigned char)*p >= 0x20 && *p != 0x7f);
	(void)!medark_certificate_check_recipient(certificate, 1800000000, NULL);
	(void)!medark_certificate_check_signer(certificate, 1800000000, NULL);
	forge_expect(medark_certificate_chain_count(certificate) <= MEDARK_CERTIFICATE_CHAIN_MAX);
}

static void try_trust(const char *path)
{
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	struct medark_error err;
	int code;

	forge_expect_done(medark_trust_new(&trust, &err), &err);
	code = medark_trust_add_file(trust, path, &err);
	forge_expect(code == 0 || code == MEDARK_E_KEY);
	forge_expect(code || medark_trust_certificate_count(trust) + medark_trust_crl_count(trust));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_bytes text = medark_bytes(data, size);
	const char *path = forge_file(text);

	try_key(path, medark_bytes(NULL, 0));
	if (size && !is_encrypted(text))
		try_key(path, medark_bytes_text("x"));
	try_certificate(path);
	try_trust(path);
	return 0;
}
