/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lib/crypto/ stands below the format and states its limits for itself; here the build makes sure
 * that they are those of the format (layout.h, FORMAT.md section 13).
 */
#include "container/layout.h"

#include "container/header.h"
#include "crypto/envelope.h"
#include "crypto/kdf.h"
#include "crypto/segment_seal.h"
#include "crypto/signature.h"

#define SAME(a, b) _Static_assert((a) == (b), #a " is " #b)

SAME(MEDARK_KEYS_MAX, MEDARK_ENVELOPE_SIZE_MAX);
SAME(MEDARK_RECIPIENTS_MAX, MEDARK_ENVELOPE_RECIPIENTS_MAX);
SAME(MEDARK_SIGNATURE_MAX, MEDARK_SIGNATURE_SIZE_MAX);
SAME(MEDARK_SEALED_MAX, MEDARK_SEAL_SIZE_MAX);
SAME(sizeof(struct medark_archive_id), MEDARK_ARCHIVE_ID_SIZE);
SAME((int)MEDARK_RECIPIENT_RSA_OAEP, (int)MEDARK_ENVELOPE_RSA_OAEP);
SAME((int)MEDARK_RECIPIENT_ECDH_P256, (int)MEDARK_ENVELOPE_ECDH_P256);
SAME((int)MEDARK_RECIPIENT_ECDH_P384, (int)MEDARK_ENVELOPE_ECDH_P384);
SAME((int)MEDARK_RECIPIENT_PASSPHRASE, (int)MEDARK_ENVELOPE_KEK);
SAME((int)MEDARK_RECIPIENT_ML_KEM_768, (int)MEDARK_ENVELOPE_ML_KEM_768);
SAME((int)MEDARK_RECIPIENT_ML_KEM_1024, (int)MEDARK_ENVELOPE_ML_KEM_1024);
SAME(sizeof(((struct medark_header_recipient *)0)->id), MEDARK_KEY_ID_MAX + 1);
SAME(sizeof(((struct medark_kdf_spec *)0)->salt), MEDARK_KDF_SALT_MIN);
/* One passphrase may be as dear as all of them together (F-27). */
SAME(MEDARK_SCRYPT_TOTAL_MAX, MEDARK_SCRYPT_N_MAX *MEDARK_SCRYPT_P_MAX);
SAME(MEDARK_PBKDF2_TOTAL_MAX, MEDARK_PBKDF2_ITERATIONS_MAX);
