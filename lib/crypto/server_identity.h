/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server_identity: the certificate and key by which a TLS server shows itself, as PEM texts, read
 * from files or made for the occasion. One thread at a time.
 */
#ifndef MEDARK_CRYPTO_SERVER_IDENTITY_H
#define MEDARK_CRYPTO_SERVER_IDENTITY_H

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/digest.h"

#include <stddef.h>

struct medark_server_identity {
	struct medark_buffer certificates; /* PEM; a zero stands behind it */
	struct medark_buffer key;	   /* PEM, not encrypted; a zero behind it; wiped */
	struct medark_digest fingerprint;  /* SHA-256 of the first certificate's DER form */
};

/* Wipes and frees; may be called on a zeroed object. */
void medark_server_identity_clear(struct medark_server_identity *identity);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_server_identity, medark_server_identity_clear)

/* Days that a certificate is valid which is made here: what browsers take at most. */
#define MEDARK_SERVER_IDENTITY_DAYS 397

/*
 * Makes an ECDSA key (P-256) and a certificate that it signs itself (RFC 5280), valid from an hour
 * ago, for other machines' clocks, for servers only, with `names` as subjectAltName: "localhost",
 * "192.0.2.1", "[2001:db8::1]", at least one. `out` is zeroed before. MEDARK_E_USAGE: a name cannot
 * stand in a certificate; MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_server_identity_make(const char *const *names, size_t count,
				struct medark_server_identity *out,
				struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads PEM files: a certificate, with those above it behind it, and its key, not encrypted, which
 * nobody else may read. Any key of a certificate that OpenSSL knows will do. `out` is zeroed
 * before. MEDARK_E_KEY: not PEM, the wrong key, a key that others can read, one in a token;
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_server_identity_load(const char *certificate_path, const char *key_path,
				struct medark_server_identity *out,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
