/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/auth_enveloped.h"

#include "crypto/gcm.h"
#include "crypto/oid.h"

#include <string.h>

/* The elements that never change, as whole DER. */
static const uint8_t type[] = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17";
static const uint8_t version[] = "\x02\x01\x00";
static const uint8_t data_type[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/* The algorithm up to the nonce, and what follows the nonce: INTEGER 16. */
static const uint8_t cipher[] =
	"\x30\x1e\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e\x30\x11\x04\x0c";
static const uint8_t tag_size[] = "\x02\x01\x10";
static const uint8_t kek_version[] = "\x02\x01\x04";
static const uint8_t kek_cipher[] = "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2d";

#define SIZE(literal) (sizeof(literal) - 1)
#define TAG_ELEMENT   (2 + MEDARK_GCM_TAG_SIZE)
#define CIPHER_SIZE   (SIZE(cipher) + MEDARK_GCM_NONCE_SIZE + SIZE(tag_size))

static size_t element(size_t content)
{
	return medark_der_head_size(content) + content;
}

/* Contents of the nested elements, inside out. */
struct sizes {
	size_t encrypted_info;
	size_t auth_enveloped;
	size_t explicit_content;
	size_t content_info;
};

static struct sizes sizes_of(size_t recipients, size_t content)
{
	struct sizes s;

	s.encrypted_info = SIZE(data_type) + CIPHER_SIZE + element(content);
	s.auth_enveloped =
		SIZE(version) + element(recipients) + element(s.encrypted_info) + TAG_ELEMENT;
	s.explicit_content = element(s.auth_enveloped);
	s.content_info = SIZE(type) + element(s.explicit_content);
	return s;
}

size_t medark_auth_enveloped_size(size_t recipients, size_t content)
{
	return element(sizes_of(recipients, content).content_info);
}

static uint8_t *copy(uint8_t *to, const uint8_t *from, size_t size)
{
	memcpy(to, from, size);
	return to + size;
}

void medark_auth_enveloped_lay(uint8_t *out, size_t recipients, size_t content,
			       struct medark_auth_enveloped_parts *parts)
{
	struct sizes s = sizes_of(recipients, content);
	uint8_t *p = medark_der_head(out, MEDARK_DER_SEQUENCE, s.content_info);

	p = copy(p, type, SIZE(type));
	p = medark_der_head(p, MEDARK_DER_CONTEXT_CONSTRUCTED(0), s.explicit_content);
	p = medark_der_head(p, MEDARK_DER_SEQUENCE, s.auth_enveloped);
	p = copy(p, version, SIZE(version));
	p = medark_der_head(p, MEDARK_DER_SET, recipients);
	parts->recipients = p;
	p = medark_der_head(p + recipients, MEDARK_DER_SEQUENCE, s.encrypted_info);
	p = copy(p, data_type, SIZE(data_type));
	p = copy(p, cipher, SIZE(cipher));
	parts->nonce = p;
	p = copy(p + MEDARK_GCM_NONCE_SIZE, tag_size, SIZE(tag_size));
	p = medark_der_head(p, MEDARK_DER_CONTEXT(0), content);
	parts->content = p;
	p = medark_der_head(p + content, MEDARK_DER_OCTET_STRING, MEDARK_GCM_TAG_SIZE);
	parts->tag = p;
}

static bool parse_algorithm(struct medark_der *info, const uint8_t **out_nonce)
{
	struct medark_der algorithm, params;

	return medark_der_enter(info, MEDARK_DER_SEQUENCE, &algorithm) &&
	       medark_der_expect_oid(&algorithm, MEDARK_OID_AES256_GCM) &&
	       medark_der_enter(&algorithm, MEDARK_DER_SEQUENCE, &params) &&
	       medark_der_at_end(&algorithm) &&
	       medark_der_get_sized(&params, MEDARK_DER_OCTET_STRING, MEDARK_GCM_NONCE_SIZE,
				    out_nonce) &&
	       medark_der_expect_integer(&params, MEDARK_GCM_TAG_SIZE) &&
	       medark_der_at_end(&params);
}

static const char *parse_encrypted(struct medark_der *auth, struct medark_auth_enveloped *out)
{
	struct medark_der info;

	if (!medark_der_enter(auth, MEDARK_DER_SEQUENCE, &info) ||
	    !medark_der_expect_oid(&info, MEDARK_OID_DATA))
		return "its content is not of the type data";
	if (!parse_algorithm(&info, &out->nonce))
		return "its cipher is not AES-256-GCM with a nonce of 12 and a tag of 16 bytes";
	if (!medark_der_get(&info, MEDARK_DER_CONTEXT(0), &out->content) ||
	    !medark_der_at_end(&info))
		return "its content is not one run of bytes";
	return NULL;
}

const char *medark_auth_enveloped_parse(struct medark_bytes der, struct medark_auth_enveloped *out)
{
	struct medark_der file = medark_der(der), info, content, auth;
	const char *fault;

	if (!medark_der_enter(&file, MEDARK_DER_SEQUENCE, &info) || !medark_der_at_end(&file) ||
	    !medark_der_expect_oid(&info, MEDARK_OID_AUTH_ENVELOPED) ||
	    !medark_der_enter(&info, MEDARK_DER_CONTEXT_CONSTRUCTED(0), &content) ||
	    !medark_der_at_end(&info) || !medark_der_enter(&content, MEDARK_DER_SEQUENCE, &auth) ||
	    !medark_der_at_end(&content))
		return "it is not one CMS AuthEnvelopedData in DER";
	if (!medark_der_expect_integer(&auth, 0))
		return "its version is not 0";
	if (!medark_der_enter(&auth, MEDARK_DER_SET, &out->recipients))
		return "it has no set of recipients";
	fault = parse_encrypted(&auth, out);
	if (fault)
		return fault;
	if (!medark_der_get_sized(&auth, MEDARK_DER_OCTET_STRING, MEDARK_GCM_TAG_SIZE, &out->tag) ||
	    !medark_der_at_end(&auth))
		return "its tag is not 16 bytes at the end";
	return NULL;
}

static size_t kek_content(size_t id)
{
	return SIZE(kek_version) + element(element(id)) + SIZE(kek_cipher) +
	       element(MEDARK_WRAPPED_SIZE);
}

size_t medark_kek_recipient_size(size_t id)
{
	return element(kek_content(id));
}

void medark_kek_recipient_write(uint8_t *out, struct medark_bytes id,
				const uint8_t wrapped[MEDARK_WRAPPED_SIZE])
{
	uint8_t *p = medark_der_head(out, MEDARK_DER_CONTEXT_CONSTRUCTED(2), kek_content(id.size));

	p = copy(p, kek_version, SIZE(kek_version));
	p = medark_der_head(p, MEDARK_DER_SEQUENCE, element(id.size));
	p = medark_der_head(p, MEDARK_DER_OCTET_STRING, id.size);
	p = copy(p, id.data, id.size);
	p = copy(p, kek_cipher, SIZE(kek_cipher));
	p = medark_der_head(p, MEDARK_DER_OCTET_STRING, MEDARK_WRAPPED_SIZE);
	(void)copy(p, wrapped, MEDARK_WRAPPED_SIZE);
}

const char *medark_kek_recipient_parse(struct medark_der *der, struct medark_bytes *out_id,
				       const uint8_t **out_wrapped)
{
	struct medark_der recipient, id, algorithm;

	if (!medark_der_enter(der, MEDARK_DER_CONTEXT_CONSTRUCTED(2), &recipient) ||
	    !medark_der_expect_integer(&recipient, 4))
		return "a recipient is not a KEKRecipientInfo of version 4";
	if (!medark_der_enter(&recipient, MEDARK_DER_SEQUENCE, &id) ||
	    !medark_der_get(&id, MEDARK_DER_OCTET_STRING, out_id) || !medark_der_at_end(&id))
		return "a recipient's key identifier has another form";
	if (!medark_der_enter(&recipient, MEDARK_DER_SEQUENCE, &algorithm) ||
	    !medark_der_expect_oid(&algorithm, MEDARK_OID_AES256_WRAP) ||
	    !medark_der_at_end(&algorithm))
		return "a recipient's key is not wrapped by AES-256";
	if (!medark_der_get_sized(&recipient, MEDARK_DER_OCTET_STRING, MEDARK_WRAPPED_SIZE,
				  out_wrapped) ||
	    !medark_der_at_end(&recipient))
		return "a recipient's wrapped key is not 40 bytes";
	return NULL;
}
