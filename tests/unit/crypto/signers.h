/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signers: a manifest, and who signs it: three that sign themselves and one with a chain. Use
 * set_up and tear_down as the group's set-up and tear-down.
 */
#ifndef MEDARK_TEST_CRYPTO_SIGNERS_H
#define MEDARK_TEST_CRYPTO_SIGNERS_H

#include "certificate_file.h"
#include "fixture.h"

#include "crypto/signature.h"

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
		if (write_certificate(self[i].certificate, in_folder(name), false, NULL))
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

#endif
