/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auth_enveloped: the DER of CMS AuthEnvelopedData as the format has it (F-13), around whatever
 * recipients, and the KEKRecipientInfo in it; shared by segments and keys.p7m. Internal to
 * lib/crypto.
 */
#ifndef MEDARK_CRYPTO_AUTH_ENVELOPED_H
#define MEDARK_CRYPTO_AUTH_ENVELOPED_H

#include "base/bytes.h"
#include "crypto/der.h"
#include "crypto/wrap.h"

#include <stddef.h>
#include <stdint.h>

/* Size of the whole for so many bytes of recipients and of content. */
size_t medark_auth_enveloped_size(size_t recipients, size_t content);

/* Where the parts that vary stand. */
struct medark_auth_enveloped_parts {
	uint8_t *recipients;
	uint8_t *nonce; /* MEDARK_GCM_NONCE_SIZE bytes */
	uint8_t *content;
	uint8_t *tag; /* MEDARK_GCM_TAG_SIZE bytes */
};

/* Writes all fixed bytes to `out` (room for the size above) and tells where the rest goes. */
void medark_auth_enveloped_lay(uint8_t *out, size_t recipients, size_t content,
			       struct medark_auth_enveloped_parts *parts);

struct medark_auth_enveloped {
	struct medark_der recipients; /* inside of the SET */
	const uint8_t *nonce;
	struct medark_bytes content;
	const uint8_t *tag;
};

/* Reads strictly. NULL, or what is wrong (a static text that goes on after "is malformed: "). */
const char *medark_auth_enveloped_parse(struct medark_bytes der, struct medark_auth_enveloped *out);

/* Size of a KEKRecipientInfo with a key identifier of `id` bytes (at most 64). */
size_t medark_kek_recipient_size(size_t id);
/* Writes it; `out` has room for the size. */
void medark_kek_recipient_write(uint8_t *out, struct medark_bytes id,
				const uint8_t wrapped[MEDARK_WRAPPED_SIZE]);
/* Reads one at the front. NULL, or what is wrong, as above. */
const char *medark_kek_recipient_parse(struct medark_der *der, struct medark_bytes *out_id,
				       const uint8_t **out_wrapped);

#endif
