/* SPDX-License-Identifier: Apache-2.0 */
/* identity: how an identity (<medark/key.h>) opens an archive's envelope. */
#ifndef MEDARK_ARCHIVE_IDENTITY_H
#define MEDARK_ARCHIVE_IDENTITY_H

#include "archive/recipients.h"
#include "base/buffer.h"
#include "base/secret.h"
#include "container/header.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"

#include <medark/key.h>

MEDARK_DEFINE_AUTO(struct medark_identity, medark_identity_free)

/*
 * Tries private keys, then passphrases, against all recipients that fit, of keys.p7m and of what
 * was added, and checks the key that comes out against kek_commit (F-12): so who added recipients
 * does not matter here. The header must be verified: its costs of key derivation are paid here.
 * MEDARK_E_IDENTITY if nothing fits, MEDARK_E_FORMAT if the commitment is not the key's. Any
 * thread.
 */
int medark_identity_open(const struct medark_identity *identity,
			 const struct medark_recipients *recipients,
			 const struct medark_header *header, struct medark_key *out,
			 struct medark_error *err) MEDARK_MUST_USE;

/*
 * Appends the next revision of recipients to `out`: everybody of the last one, and `count` more,
 * none of whom is there yet. It opens what this one opens. MEDARK_E_IDENTITY, MEDARK_E_FORMAT as
 * above; otherwise as medark_envelope_add(). Any thread.
 */
int medark_identity_extend(const struct medark_identity *identity,
			   const struct medark_recipients *recipients,
			   const struct medark_header *header, const struct medark_recipient *added,
			   size_t count, struct medark_buffer *out,
			   struct medark_error *err) MEDARK_MUST_USE;

/* How many private keys it has. */
size_t medark_identity_keys(const struct medark_identity *identity);

/*
 * A certificate of private key `i` that proves nothing, for what is to be encrypted to whoever has
 * it. Its owner opens it with the key alone. The caller frees it. MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_identity_certificate(const struct medark_identity *identity, size_t i,
				struct medark_certificate **out,
				struct medark_error *err) MEDARK_MUST_USE;

#endif
