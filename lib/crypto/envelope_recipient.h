/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelope_recipient: one RecipientInfo of keys.p7m (F-10): writes the content key for a recipient,
 * reads what stands there, gets the content key out of it. Internal to lib/crypto.
 */
#ifndef MEDARK_CRYPTO_ENVELOPE_RECIPIENT_H
#define MEDARK_CRYPTO_ENVELOPE_RECIPIENT_H

#include "crypto/der.h"
#include "crypto/envelope.h"

/* One parsed RecipientInfo; views into what was parsed. */
struct medark_envelope_entry {
	struct medark_recipient_id id;
	struct medark_bytes issuer_serial; /* of a certificate */
	struct medark_bytes point;	   /* the sender's, for ECDH; of ML-KEM the ciphertext */
	struct medark_bytes key;	   /* encrypted or wrapped content key */
};

/* Appends the RecipientInfo to `out`. */
int medark_envelope_entry_write(const struct medark_recipient *recipient,
				const struct medark_key *content_key, struct medark_buffer *out,
				struct medark_error *err) MEDARK_MUST_USE;

/* Reads one at the front. NULL, or what is wrong (see auth_enveloped.h). */
const char *medark_envelope_entry_parse(struct medark_der *der, struct medark_envelope_entry *out);

/*
 * Gets the content key if the opener fits; false, without a reason, if it does not or the key does
 * not come out. It may still be a wrong one: the tag of the content decides.
 */
bool medark_envelope_entry_open(const struct medark_envelope_entry *entry,
				const struct medark_envelope_opener *opener,
				struct medark_key *out_content_key);

#endif
