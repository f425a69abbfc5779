/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/envelope_recipient.h"

#include "base/text.h"
#include "crypto/algorithms.h"
#include "crypto/auth_enveloped.h"
#include "crypto/ecdh.h"
#include "crypto/native.h"
#include "crypto/oaep.h"
#include "crypto/oid.h"
#include "crypto/openssl_error.h"
#include "crypto/pq_recipient.h"
#include "crypto/wrap.h"

#include <string.h>

/* AlgorithmIdentifier of RSAES-OAEP with SHA-256 and MGF1 with SHA-256, whole (RFC 8017 A.2.1). */
static const uint8_t oaep[] =
	"\x30\x38\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x30\x2b\xa0\x0d\x30\x0b\x06\x09\x60"
	"\x86\x48\x01\x65\x03\x04\x02\x01\xa1\x1a\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
	"\x08\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";

static enum medark_native_kind curve_of(enum medark_envelope_kind kind)
{
	return kind == MEDARK_ENVELOPE_ECDH_P384 ? MEDARK_NATIVE_P384 : MEDARK_NATIVE_P256;
}

static struct medark_bytes scheme_of(enum medark_envelope_kind kind)
{
	return kind == MEDARK_ENVELOPE_ECDH_P384 ? MEDARK_OID_ECDH_SHA384 : MEDARK_OID_ECDH_SHA256;
}

/* F-11: the name of a certificate is the hash of how CMS names it. */
static void set_key_id(struct medark_recipient_id *id, struct medark_bytes issuer_serial)
{
	struct medark_digest digest;

	medark_sha256(issuer_serial.data, issuer_serial.size, &digest);
	medark_text_hex(digest.bytes, sizeof(digest.bytes), id->key_id);
}

/* F-10: 1 to 64 of [a-z0-9-]. */
static bool set_kek_id(struct medark_recipient_id *id, struct medark_bytes text)
{
	if (text.size < 1 || text.size > MEDARK_KEY_ID_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	id->kind = MEDARK_ENVELOPE_KEK;
	memcpy(id->key_id, text.data, text.size);
	id->key_id[text.size] = '\0';
	return true;
}

static enum medark_envelope_kind kind_of(enum medark_ml_kem kem)
{
	return kem == MEDARK_ML_KEM_768 ? MEDARK_ENVELOPE_ML_KEM_768 : MEDARK_ENVELOPE_ML_KEM_1024;
}

static int certificate_id(const struct medark_certificate *certificate,
			  struct medark_recipient_id *out, struct medark_error *err)
{
	enum medark_ml_kem kem;

	MEDARK_TRY(medark_digest_setup(err));
	switch (medark_native_kind(X509_get0_pubkey(medark_certificate_native(certificate)))) {
	case MEDARK_NATIVE_RSA:
		out->kind = MEDARK_ENVELOPE_RSA_OAEP;
		break;
	case MEDARK_NATIVE_P256:
		out->kind = MEDARK_ENVELOPE_ECDH_P256;
		break;
	case MEDARK_NATIVE_P384:
		out->kind = MEDARK_ENVELOPE_ECDH_P384;
		break;
	default:
		if (!medark_pq_recipient_kind(certificate, &kem))
			return medark_error_set(err, MEDARK_E_KEY,
						"cannot encrypt to the key of '%s'",
						medark_certificate_subject(certificate));
		out->kind = kind_of(kem);
	}
	set_key_id(out, medark_certificate_issuer_serial(certificate));
	return 0;
}

int medark_recipient_id(const struct medark_recipient *recipient, struct medark_recipient_id *out,
			struct medark_error *err)
{
	if (recipient->certificate)
		return certificate_id(recipient->certificate, out, err);
	if (!recipient->kek || !recipient->kek_id ||
	    !set_kek_id(out, medark_bytes_text(recipient->kek_id)))
		return medark_error_set(err, MEDARK_E_USAGE,
					"a key id must be 1 to %d characters of a-z, 0-9 and -",
					MEDARK_KEY_ID_MAX);
	return 0;
}

static int write_rsa(const struct medark_certificate *certificate,
		     const struct medark_key *content_key, struct medark_buffer *out,
		     struct medark_error *err)
{
	struct medark_der_writer w = medark_der_writer(out, err);
	uint8_t encrypted[MEDARK_OAEP_SIZE_MAX];
	size_t size;

	MEDARK_TRY(medark_oaep_encrypt(X509_get0_pubkey(medark_certificate_native(certificate)),
				       content_key, encrypted, &size, err));
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_integer(&w, 0);
	medark_der_put_raw(&w, medark_certificate_issuer_serial(certificate));
	medark_der_put_raw(&w, medark_bytes(oaep, sizeof(oaep) - 1));
	medark_der_put(&w, MEDARK_DER_OCTET_STRING, medark_bytes(encrypted, size));
	medark_der_end(&w);
	return medark_der_writer_finish(&w);
}

/* RFC 5753 section 3.1.1: the sender's ephemeral public key. */
static void put_originator(struct medark_der_writer *w, struct medark_bytes point)
{
	static const uint8_t unused_bits = 0;

	medark_der_begin(w, MEDARK_DER_CONTEXT_CONSTRUCTED(0));
	medark_der_begin(w, MEDARK_DER_CONTEXT_CONSTRUCTED(1));
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, MEDARK_OID_EC_PUBLIC_KEY);
	medark_der_end(w);
	medark_der_begin(w, MEDARK_DER_BIT_STRING);
	medark_der_put_raw(w, medark_bytes(&unused_bits, 1));
	medark_der_put_raw(w, point);
	medark_der_end(w);
	medark_der_end(w);
	medark_der_end(w);
}

static void put_agreement(struct medark_der_writer *w, struct medark_bytes scheme)
{
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, scheme);
	medark_der_begin(w, MEDARK_DER_SEQUENCE);
	medark_der_put_oid(w, MEDARK_OID_AES256_WRAP);
	medark_der_end(w);
	medark_der_end(w);
}

static int write_ecdh(const struct medark_certificate *certificate, enum medark_envelope_kind kind,
		      const struct medark_key *content_key, struct medark_buffer *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key kek;
	struct medark_der_writer w = medark_der_writer(out, err);
	uint8_t point[MEDARK_ECDH_POINT_MAX], wrapped[MEDARK_WRAPPED_SIZE];

	MEDARK_TRY(medark_ecdh_send(X509_get0_pubkey(medark_certificate_native(certificate)), point,
				    &kek, err));
	MEDARK_TRY(medark_key_wrap(&kek, content_key, wrapped, err));
	medark_der_begin(&w, MEDARK_DER_CONTEXT_CONSTRUCTED(1));
	medark_der_put_integer(&w, 3);
	put_originator(&w, medark_bytes(point, medark_ecdh_point_size(curve_of(kind))));
	put_agreement(&w, scheme_of(kind));
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_begin(&w, MEDARK_DER_SEQUENCE);
	medark_der_put_raw(&w, medark_certificate_issuer_serial(certificate));
	medark_der_put(&w, MEDARK_DER_OCTET_STRING, medark_bytes(wrapped, sizeof(wrapped)));
	medark_der_end(&w);
	medark_der_end(&w);
	medark_der_end(&w);
	return medark_der_writer_finish(&w);
}

static int write_kek(const struct medark_recipient *recipient, const struct medark_key *content_key,
		     struct medark_buffer *out, struct medark_error *err)
{
	struct medark_bytes id = medark_bytes_text(recipient->kek_id);
	size_t size = medark_kek_recipient_size(id.size);
	uint8_t wrapped[MEDARK_WRAPPED_SIZE];

	MEDARK_TRY(medark_key_wrap(recipient->kek, content_key, wrapped, err));
	MEDARK_TRY(medark_buffer_reserve(out, size, err));
	medark_kek_recipient_write(out->data + out->size, id, wrapped);
	out->size += size;
	return 0;
}

int medark_envelope_entry_write(const struct medark_recipient *recipient,
				const struct medark_key *content_key, struct medark_buffer *out,
				struct medark_error *err)
{
	struct medark_recipient_id id;

	MEDARK_TRY(medark_recipient_id(recipient, &id, err));
	switch (id.kind) {
	case MEDARK_ENVELOPE_RSA_OAEP:
		return write_rsa(recipient->certificate, content_key, out, err);
	case MEDARK_ENVELOPE_KEK:
		return write_kek(recipient, content_key, out, err);
	case MEDARK_ENVELOPE_ML_KEM_768:
	case MEDARK_ENVELOPE_ML_KEM_1024:
		return medark_pq_recipient_write(recipient->certificate, content_key, out, err);
	default:
		return write_ecdh(recipient->certificate, id.kind, content_key, out, err);
	}
}

/* Reads an IssuerAndSerialNumber and names the recipient by it. */
static bool parse_issuer_serial(struct medark_der *der, struct medark_envelope_entry *out)
{
	struct medark_der inner = *der, names;
	struct medark_bytes issuer, serial;

	if (!medark_der_enter(&inner, MEDARK_DER_SEQUENCE, &names) ||
	    !medark_der_get(&names, MEDARK_DER_SEQUENCE, &issuer) ||
	    !medark_der_get(&names, MEDARK_DER_INTEGER, &serial) || serial.size == 0 ||
	    !medark_der_at_end(&names))
		return false;
	(void)medark_der_get_whole(der, MEDARK_DER_SEQUENCE, &out->issuer_serial);
	set_key_id(&out->id, out->issuer_serial);
	return true;
}

static const char *parse_rsa(struct medark_der *der, struct medark_envelope_entry *out)
{
	struct medark_der recipient;

	out->id.kind = MEDARK_ENVELOPE_RSA_OAEP;
	if (!medark_der_enter(der, MEDARK_DER_SEQUENCE, &recipient) ||
	    !medark_der_expect_integer(&recipient, 0) || !parse_issuer_serial(&recipient, out))
		return "a recipient is not a KeyTransRecipientInfo with issuer and serial number";
	if (!medark_der_expect_bytes(&recipient, medark_bytes(oaep, sizeof(oaep) - 1)))
		return "a recipient's key is not encrypted by RSAES-OAEP with SHA-256";
	if (!medark_der_get(&recipient, MEDARK_DER_OCTET_STRING, &out->key) ||
	    !medark_der_at_end(&recipient) || out->key.size < MEDARK_RSA_BITS_MIN / 8 ||
	    out->key.size > MEDARK_RSA_BITS_MAX / 8)
		return "a recipient's encrypted key is not of an RSA key's size";
	return NULL;
}

static bool parse_originator(struct medark_der *recipient, struct medark_bytes *out_point)
{
	struct medark_der originator, key, algorithm;
	struct medark_bytes bits;

	if (!medark_der_enter(recipient, MEDARK_DER_CONTEXT_CONSTRUCTED(0), &originator) ||
	    !medark_der_enter(&originator, MEDARK_DER_CONTEXT_CONSTRUCTED(1), &key) ||
	    !medark_der_at_end(&originator) ||
	    !medark_der_enter(&key, MEDARK_DER_SEQUENCE, &algorithm) ||
	    !medark_der_expect_oid(&algorithm, MEDARK_OID_EC_PUBLIC_KEY) ||
	    !medark_der_at_end(&algorithm) || !medark_der_get(&key, MEDARK_DER_BIT_STRING, &bits) ||
	    !medark_der_at_end(&key))
		return false;
	/* No unused bits; then an uncompressed point. */
	if (bits.size < 2 || bits.data[0] != 0 || bits.data[1] != 0x04)
		return false;
	*out_point = medark_bytes(bits.data + 1, bits.size - 1);
	return true;
}

static bool parse_agreement(struct medark_der *recipient, enum medark_envelope_kind *out_kind)
{
	struct medark_der algorithm, wrapping;

	if (!medark_der_enter(recipient, MEDARK_DER_SEQUENCE, &algorithm))
		return false;
	if (medark_der_expect_oid(&algorithm, MEDARK_OID_ECDH_SHA256))
		*out_kind = MEDARK_ENVELOPE_ECDH_P256;
	else if (medark_der_expect_oid(&algorithm, MEDARK_OID_ECDH_SHA384))
		*out_kind = MEDARK_ENVELOPE_ECDH_P384;
	else
		return false;
	return medark_der_enter(&algorithm, MEDARK_DER_SEQUENCE, &wrapping) &&
	       medark_der_at_end(&algorithm) &&
	       medark_der_expect_oid(&wrapping, MEDARK_OID_AES256_WRAP) &&
	       medark_der_at_end(&wrapping);
}

static bool parse_agreed_key(struct medark_der *recipient, struct medark_envelope_entry *out)
{
	struct medark_der keys, key;

	return medark_der_enter(recipient, MEDARK_DER_SEQUENCE, &keys) &&
	       medark_der_at_end(recipient) && medark_der_enter(&keys, MEDARK_DER_SEQUENCE, &key) &&
	       medark_der_at_end(&keys) && parse_issuer_serial(&key, out) &&
	       medark_der_get(&key, MEDARK_DER_OCTET_STRING, &out->key) &&
	       medark_der_at_end(&key) && out->key.size == MEDARK_WRAPPED_SIZE;
}

static const char *parse_ecdh(struct medark_der *der, struct medark_envelope_entry *out)
{
	struct medark_der recipient;

	if (!medark_der_enter(der, MEDARK_DER_CONTEXT_CONSTRUCTED(1), &recipient) ||
	    !medark_der_expect_integer(&recipient, 3))
		return "a recipient is not a KeyAgreeRecipientInfo of version 3";
	if (!parse_originator(&recipient, &out->point))
		return "a recipient's sender key is not an uncompressed point";
	if (!parse_agreement(&recipient, &out->id.kind))
		return "a recipient's key agreement is not ECDH with SHA-256 or SHA-384";
	if (out->point.size != medark_ecdh_point_size(curve_of(out->id.kind)))
		return "a recipient's key agreement and curve do not belong together";
	if (!parse_agreed_key(&recipient, out))
		return "a recipient's wrapped key is not 40 bytes with issuer and serial number";
	return NULL;
}

static const char *parse_kek(struct medark_der *der, struct medark_envelope_entry *out)
{
	const uint8_t *wrapped;
	struct medark_bytes id;
	const char *fault = medark_kek_recipient_parse(der, &id, &wrapped);

	if (fault)
		return fault;
	if (!set_kek_id(&out->id, id))
		return "a recipient's key identifier is not a name of a-z, 0-9 and -";
	out->key = medark_bytes(wrapped, MEDARK_WRAPPED_SIZE);
	return NULL;
}

static const char *parse_kem(struct medark_der *der, struct medark_envelope_entry *out)
{
	struct medark_pq_recipient recipient;
	const char *fault = medark_pq_recipient_parse(der, &recipient);

	if (fault)
		return fault;
	out->id.kind = kind_of(recipient.kem);
	out->issuer_serial = recipient.issuer_serial;
	set_key_id(&out->id, out->issuer_serial);
	out->point = recipient.ciphertext;
	out->key = recipient.wrapped;
	return NULL;
}

const char *medark_envelope_entry_parse(struct medark_der *der, struct medark_envelope_entry *out)
{
	memset(out, 0, sizeof(*out));
	if (medark_der_is_next(der, MEDARK_DER_SEQUENCE))
		return parse_rsa(der, out);
	if (medark_der_is_next(der, MEDARK_DER_CONTEXT_CONSTRUCTED(1)))
		return parse_ecdh(der, out);
	if (medark_der_is_next(der, MEDARK_DER_CONTEXT_CONSTRUCTED(2)))
		return parse_kek(der, out);
	if (medark_der_is_next(der, MEDARK_DER_CONTEXT_CONSTRUCTED(4)))
		return parse_kem(der, out);
	return "a recipient is of an unknown kind";
}

/* The certificate says which recipient is meant; without one every fitting recipient is tried. */
static bool fits(const struct medark_envelope_entry *entry,
		 const struct medark_envelope_opener *opener)
{
	if (entry->id.kind == MEDARK_ENVELOPE_KEK)
		return !opener->key && opener->kek &&
		       (!opener->kek_id || strcmp(opener->kek_id, entry->id.key_id) == 0);
	return opener->key &&
	       (!opener->certificate ||
		medark_bytes_equal(entry->issuer_serial,
				   medark_certificate_issuer_serial(opener->certificate)));
}

static bool open_ecdh(const struct medark_envelope_entry *entry, EVP_PKEY *own,
		      struct medark_key *out)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key kek;

	return medark_native_kind(own) == curve_of(entry->id.kind) &&
	       medark_ecdh_receive(own, entry->point, &kek, NULL) == 0 &&
	       medark_key_unwrap(&kek, entry->key.data, out, NULL) == 0;
}

static bool open_kem(const struct medark_envelope_entry *entry,
		     const struct medark_private_key *key, struct medark_key *out)
{
	const struct medark_pq_recipient recipient = {
		.kem = entry->id.kind == MEDARK_ENVELOPE_ML_KEM_768 ? MEDARK_ML_KEM_768
								    : MEDARK_ML_KEM_1024,
		.issuer_serial = entry->issuer_serial,
		.ciphertext = entry->point,
		.wrapped = entry->key,
	};

	return medark_pq_recipient_open(&recipient, key, out);
}

bool medark_envelope_entry_open(const struct medark_envelope_entry *entry,
				const struct medark_envelope_opener *opener,
				struct medark_key *out_content_key)
{
	if (!fits(entry, opener))
		return false;
	switch (entry->id.kind) {
	case MEDARK_ENVELOPE_KEK:
		return medark_key_unwrap(opener->kek, entry->key.data, out_content_key, NULL) == 0;
	case MEDARK_ENVELOPE_RSA_OAEP:
		return medark_oaep_decrypt(medark_private_key_native(opener->key), entry->key,
					   out_content_key);
	case MEDARK_ENVELOPE_ML_KEM_768:
	case MEDARK_ENVELOPE_ML_KEM_1024:
		return open_kem(entry, opener->key, out_content_key);
	default:
		return open_ecdh(entry, medark_private_key_native(opener->key), out_content_key);
	}
}
