/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pq_recipient: a recipient by ML-KEM-768 or ML-KEM-1024 (FIPS 203): KEMRecipientInfo (RFC 9629) as
 * RFC 9936 has it, with one form here: version 0, issuerAndSerialNumber, id-alg-ml-kem-768 or -1024
 * without parameters, HKDF with SHA-256 without parameters, kekLength 32, no ukm, id-aes256-wrap
 * without parameters. The key that wraps is HKDF(shared secret, no salt, info), info being the DER
 * of CMSORIforKEMOtherInfo. Internal to lib/crypto. Any thread.
 */
#ifndef MEDARK_CRYPTO_PQ_RECIPIENT_H
#define MEDARK_CRYPTO_PQ_RECIPIENT_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/certificate.h"
#include "crypto/der.h"
#include "crypto/private_key.h"

#include <stdbool.h>

enum medark_ml_kem { MEDARK_ML_KEM_768 = 0, MEDARK_ML_KEM_1024 };

/* What stands in a file; views. */
struct medark_pq_recipient {
	enum medark_ml_kem kem;
	struct medark_bytes issuer_serial; /* DER of IssuerAndSerialNumber */
	struct medark_bytes ciphertext;	   /* of the KEM: 1088 or 1568 bytes */
	struct medark_bytes wrapped;	   /* the content key, 40 bytes (RFC 3394) */
};

/*
 * Says the certificate that its key is of ML-KEM-768 or -1024? Works with every OpenSSL; whether
 * the key can be used does not show.
 */
bool medark_pq_recipient_kind(const struct medark_certificate *certificate,
			      enum medark_ml_kem *out);

/*
 * May archives be encrypted to such a certificate, its time apart: keyEncipherment where keyUsage
 * is present (RFC 9935 section 5), and OpenSSL has ML-KEM? The sentence has no subject ("is not
 * meant for encryption"). MEDARK_E_KEY, MEDARK_E_SYSTEM.
 */
int medark_pq_recipient_check(const struct medark_certificate *certificate,
			      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the RecipientInfo (the element [4]) that hands the content key to the certificate's key,
 * of a kind that medark_pq_recipient_check() takes. MEDARK_E_SYSTEM, also if OpenSSL has no ML-KEM;
 * MEDARK_E_KEY, MEDARK_E_MEMORY.
 */
int medark_pq_recipient_write(const struct medark_certificate *certificate,
			      const struct medark_key *content_key, struct medark_buffer *out,
			      struct medark_error *err) MEDARK_MUST_USE;

/*
 * Reads one at the front, with every OpenSSL. NULL, or what is wrong; anything but the one form is.
 */
const char *medark_pq_recipient_parse(struct medark_der *der, struct medark_pq_recipient *out);

/*
 * Gets the content key with a key of medark_private_key_load_reader(); false, without a reason, if
 * the key is not of this kind or what comes out does not unwrap.
 */
bool medark_pq_recipient_open(const struct medark_pq_recipient *recipient,
			      const struct medark_private_key *key,
			      struct medark_key *out_content_key);

#endif
