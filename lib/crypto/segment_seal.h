/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_seal: F-13, what stands in a segment's file: one DER template of CMS AuthEnvelopedData
 * (RFC 5083) with AES-256-GCM (RFC 5084), a fresh content key and nonce for each segment, and
 * exactly one KEKRecipientInfo (RFC 5652 section 6.2.3) that wraps the content key under the
 * archive key. The key identifier is the archive id. Stock `openssl cms -decrypt -secretkey` opens
 * it. Nothing but this template is read: no other algorithm, tag size, recipient or attribute, no
 * BER, no byte that is not accounted for.
 */
#ifndef MEDARK_CRYPTO_SEGMENT_SEAL_H
#define MEDARK_CRYPTO_SEGMENT_SEAL_H

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/secret.h"

#include <stddef.h>
#include <stdint.h>

#define MEDARK_ARCHIVE_ID_SIZE 16

/* Ceiling of a sealed segment (F-15). */
#define MEDARK_SEAL_SIZE_MAX (((size_t)64 << 20) + ((size_t)64 << 10))

/* Bytes that sealing adds to `plain` bytes: 184 from 64 KiB to 16 MiB, 189 above. */
size_t medark_seal_overhead(size_t plain);

/* Contexts and key schedules for many segments of one archive. One thread at a time. */
struct medark_sealer;

/* Copies the key. MEDARK_E_MEMORY, MEDARK_E_SYSTEM. */
int medark_sealer_new(const struct medark_key *kek,
		      const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE],
		      struct medark_sealer **out_sealer, struct medark_error *err) MEDARK_MUST_USE;
/* Wipes the key. */
void medark_sealer_free(struct medark_sealer *sealer);
MEDARK_DEFINE_AUTO(struct medark_sealer, medark_sealer_free)

/*
 * Seals the concatenation of `count` parts into `out`, which has `room` bytes: at least the parts
 * plus medark_seal_overhead() of their sum (else MEDARK_E_USAGE). Parts and `out` must not overlap.
 * Allocates nothing. MEDARK_E_USAGE past MEDARK_SEAL_SIZE_MAX, MEDARK_E_SYSTEM; `out` is then
 * wiped.
 */
int medark_sealer_seal(struct medark_sealer *sealer, const struct medark_bytes *parts, size_t count,
		       uint8_t *out, size_t room, size_t *out_size,
		       struct medark_error *err) MEDARK_MUST_USE;

/*
 * Opens a sealed segment into `out`, which has `room` bytes: at least the plaintext
 * (medark_seal_plain_size(), or simply sealed.size). `sealed` and `out` must not overlap. The tag
 * over the whole is checked before this returns; after a failure `out` holds nothing of the
 * plaintext: it is wiped, or was not written to. Allocates nothing.
 * MEDARK_E_FORMAT if it is not our template, or not of this key and archive, or was changed;
 * MEDARK_E_USAGE if `room` is too small.
 */
int medark_sealer_unseal(struct medark_sealer *sealer, struct medark_bytes sealed, uint8_t *out,
			 size_t room, size_t *out_size, struct medark_error *err) MEDARK_MUST_USE;

/*
 * Checks everything that can be checked without a key: the template, its algorithms and sizes, the
 * key id. MEDARK_E_FORMAT with what is wrong. Any thread.
 */
int medark_seal_check(struct medark_bytes sealed, const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE],
		      struct medark_error *err) MEDARK_MUST_USE;

/* As medark_seal_check(), and gives the size of the plaintext. */
int medark_seal_plain_size(struct medark_bytes sealed,
			   const uint8_t archive_id[MEDARK_ARCHIVE_ID_SIZE], size_t *out_size,
			   struct medark_error *err) MEDARK_MUST_USE;

#endif
