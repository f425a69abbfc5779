/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ecdh: the key-encryption key of an ephemeral-static ECDH recipient (RFC 5753 sections 3.1 and
 * 7.2): the standard ECDH primitive, the X9.63 KDF, id-aes256-wrap, no user keying material.
 * Internal to lib/crypto.
 */
#ifndef MEDARK_CRYPTO_ECDH_H
#define MEDARK_CRYPTO_ECDH_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/native.h"

#include <stddef.h>
#include <stdint.h>

/* An uncompressed point of P-384, the larger one. */
#define MEDARK_ECDH_POINT_MAX 97

/* Size of an uncompressed point on the curve; MEDARK_NATIVE_P256 or _P384. */
size_t medark_ecdh_point_size(enum medark_native_kind curve);

/*
 * Sender's side: makes an ephemeral key on the curve of `recipient`, gives its point and the KEK.
 * MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_ecdh_send(EVP_PKEY *recipient, uint8_t out_point[MEDARK_ECDH_POINT_MAX],
		     struct medark_key *out_kek, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Recipient's side: the KEK for the sender's `point`. MEDARK_E_FORMAT if it is not a point of the
 * curve of `own`.
 */
int medark_ecdh_receive(EVP_PKEY *own, struct medark_bytes point, struct medark_key *out_kek,
			struct medark_error *err) MEDARK_MUST_USE;

#endif
