/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelope: F-9 to F-12, keys.p7m, which hands the archive key to each recipient: CMS
 * AuthEnvelopedData (RFC 5083) with AES-256-GCM; the content is the archive key as 64 lower-case
 * hexadecimal digits, so that the stock procedure can put it on a command line. Also the two values
 * derived from the archive key. Written and read by our own code; OpenSSL's CMS decryption is never
 * used.
 */
#ifndef MEDARK_CRYPTO_ENVELOPE_H
#define MEDARK_CRYPTO_ENVELOPE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/private_key.h"
#include "crypto/segment_seal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEDARK_ENVELOPE_RECIPIENTS_MAX 64
#define MEDARK_ENVELOPE_SIZE_MAX       ((size_t)64 << 10)

/* Longest key id: 64 hexadecimal digits, or 1 to 64 characters of [a-z0-9-]. */
#define MEDARK_KEY_ID_MAX 64

/* The forms of F-10. The values are those of header.json's kinds. */
enum medark_envelope_kind {
	MEDARK_ENVELOPE_RSA_OAEP = 0, /* KeyTransRecipientInfo, RSAES-OAEP with SHA-256 */
	MEDARK_ENVELOPE_ECDH_P256,    /* KeyAgreeRecipientInfo, ephemeral-static, SHA-256 KDF */
	MEDARK_ENVELOPE_ECDH_P384,    /* the same with SHA-384 */
	MEDARK_ENVELOPE_KEK,	      /* KEKRecipientInfo: the key that a passphrase gives */
	MEDARK_ENVELOPE_ML_KEM_768,   /* KEMRecipientInfo, see pq_recipient.h */
	MEDARK_ENVELOPE_ML_KEM_1024,
};

/*
 * How a recipient is called in header.json; computable from keys.p7m alone. For a certificate the
 * lower-case hexadecimal SHA-256 of the DER of its IssuerAndSerialNumber, for a KEK the text that
 * stands as keyIdentifier.
 */
struct medark_recipient_id {
	enum medark_envelope_kind kind;
	char key_id[MEDARK_KEY_ID_MAX + 1];
};

/* Someone to encrypt to: either a certificate, or a key with its id. All borrowed. */
struct medark_recipient {
	const struct medark_certificate *certificate; /* checked by the caller beforehand */
	const struct medark_key *kek;		      /* if certificate is NULL */
	const char *kek_id;
};

/* The id of a recipient. MEDARK_E_KEY for an unsuitable key, MEDARK_E_USAGE for an unfit kek_id. */
int medark_recipient_id(const struct medark_recipient *recipient, struct medark_recipient_id *out,
			struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends keys.p7m for 1 to MEDARK_ENVELOPE_RECIPIENTS_MAX distinct recipients to `out`. They are
 * stored in the order of their encoding, not in the order given: medark_envelope_parse() lists
 * them. MEDARK_E_USAGE for none, too many, or the same one twice; MEDARK_E_KEY, MEDARK_E_MEMORY,
 * MEDARK_E_SYSTEM.
 */
int medark_envelope_seal(const struct medark_key *archive_key,
			 const struct medark_recipient *recipients, size_t count,
			 struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* A parsed keys.p7m. Immutable: any thread. */
struct medark_envelope;

/* Reads strictly; copies what it needs. Every fault is MEDARK_E_FORMAT; MEDARK_E_MEMORY. */
int medark_envelope_parse(struct medark_bytes p7m, struct medark_envelope **out_envelope,
			  struct medark_error *err) MEDARK_MUST_USE;
void medark_envelope_free(struct medark_envelope *envelope);
MEDARK_DEFINE_AUTO(struct medark_envelope, medark_envelope_free)

/* The recipients in stored order; borrowed. */
size_t medark_envelope_count(const struct medark_envelope *envelope);
const struct medark_recipient_id *medark_envelope_recipient(const struct medark_envelope *envelope,
							    size_t i);

/*
 * Who wants to open: a private key, with its certificate if there is one (without it, every
 * recipient of the fitting kind is tried), or a KEK with its id. All borrowed.
 */
struct medark_envelope_opener {
	const struct medark_private_key *key;
	const struct medark_certificate *certificate; /* may be NULL */
	const struct medark_key *kek;		      /* if key is NULL */
	const char *kek_id;
};

/*
 * Gives the archive key. MEDARK_E_IDENTITY if no recipient fits or what fits does not open it: one
 * sentence for all these cases, so that a reader is no oracle. MEDARK_E_FORMAT only where a content
 * key that provably is right (it passed the GCM tag) gives something else than a key. The caller
 * checks medark_kek_commit() before the key is used.
 */
int medark_envelope_open(const struct medark_envelope *envelope,
			 const struct medark_envelope_opener *opener, struct medark_key *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the envelope with `count` recipients more to `out`: whoever could open it still can, and
 * what stood there stays byte for byte but for the SET of recipients (RFC 5652 section 6.1), which
 * grows and stays in DER order. `opener` is any who opens it now. MEDARK_E_IDENTITY and
 * MEDARK_E_FORMAT as above; MEDARK_E_USAGE if a recipient is one already or no more fit;
 * MEDARK_E_KEY, MEDARK_E_MEMORY, MEDARK_E_SYSTEM. Any thread, each with its own `out`.
 */
int medark_envelope_add(const struct medark_envelope *envelope,
			const struct medark_envelope_opener *opener,
			const struct medark_recipient *recipients, size_t count,
			struct medark_buffer *out, struct medark_error *err) MEDARK_MUST_USE;

/* Is this one of its recipients? */
bool medark_envelope_has(const struct medark_envelope *envelope,
			 const struct medark_recipient_id *id);

/*
 * Is `later` what medark_envelope_add() makes of `earlier`: more recipients, those of before byte
 * for byte, and the same content? Needs no key; whether the new ones can open it, it does not tell.
 */
bool medark_envelope_extends(const struct medark_envelope *later,
			     const struct medark_envelope *earlier);

/*
 * The commitment in header.json: HMAC-SHA-256(archive key, "medark kek-commit v1" || 0x00 ||
 * archive id). Stops one archive from opening as two contents under two keys.
 */
int medark_kek_commit(const struct medark_key *archive_key,
		      const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], struct medark_digest *out,
		      struct medark_error *err) MEDARK_MUST_USE;

/*
 * The key of the leaf salts: HMAC-SHA-256(archive key, "medark record-salt v1" || 0x00 || archive
 * id).
 */
int medark_salt_key(const struct medark_key *archive_key,
		    const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], struct medark_key *out,
		    struct medark_error *err) MEDARK_MUST_USE;

#endif
