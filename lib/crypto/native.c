/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/native.h"

#include "base/bytes.h"
#include "base/utf8.h"
#include "crypto/openssl_error.h"

#include <openssl/core_names.h>
#include <openssl/x509v3.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A curve spelled out in a certificate could be one that only looks like the real one. */
static bool is_named_curve(const EVP_PKEY *key)
{
	int is_explicit = 0;

	return !EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
				       &is_explicit) ||
	       !is_explicit;
}

static enum medark_native_kind curve_kind(const EVP_PKEY *key)
{
	char name[32] = "";

	if (!EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name),
					    NULL) ||
	    !is_named_curve(key))
		return MEDARK_NATIVE_OTHER;
	if (strcmp(name, "prime256v1") == 0 || strcmp(name, "P-256") == 0)
		return MEDARK_NATIVE_P256;
	if (strcmp(name, "secp384r1") == 0 || strcmp(name, "P-384") == 0)
		return MEDARK_NATIVE_P384;
	return MEDARK_NATIVE_OTHER;
}

enum medark_native_kind medark_native_kind(const EVP_PKEY *key)
{
	enum medark_native_kind kind = MEDARK_NATIVE_OTHER;

	if (key && EVP_PKEY_is_a(key, "RSA")) {
		int bits = EVP_PKEY_get_bits(key);

		if (bits >= MEDARK_RSA_BITS_MIN && bits <= MEDARK_RSA_BITS_MAX)
			kind = MEDARK_NATIVE_RSA;
	} else if (key && EVP_PKEY_is_a(key, "EC")) {
		kind = curve_kind(key);
	}
	medark_openssl_drain();
	return kind;
}

enum medark_native_kind medark_native_pq_kind(const EVP_PKEY *key)
{
	if (key && EVP_PKEY_is_a(key, "ML-DSA-65"))
		return MEDARK_NATIVE_ML_DSA_65;
	return key && EVP_PKEY_is_a(key, "ML-DSA-87") ? MEDARK_NATIVE_ML_DSA_87
						      : MEDARK_NATIVE_OTHER;
}

/*
 * A code point that could change how a line is displayed: controls, and the marks that turn the
 * direction of writing (a name must not be able to pass for another one).
 */
static bool is_deceptive(const uint8_t *p, size_t size)
{
	uint32_t c;

	if (size == 1)
		return p[0] < 0x20 || p[0] == 0x7f;
	if (size == 2) /* also the soft hyphen, and the Arabic letter mark */
		return (p[0] == 0xc2 && (p[1] < 0xa0 || p[1] == 0xad)) ||
		       (p[0] == 0xd8 && p[1] == 0x9c);
	if (size == 4) /* tags, which nobody sees */
		return p[0] == 0xf3 && p[1] == 0xa0;
	c = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

static void sanitise(struct medark_bytes text, char *out, size_t size)
{
	size_t used = 0;

	while (text.size) {
		size_t n = medark_utf8_sequence(text.data, text.size), step = n ? n : 1;
		bool bad = n == 0 || is_deceptive(text.data, n);

		if (used + (bad ? 1 : n) >= size)
			break;
		if (bad)
			out[used++] = '?';
		for (size_t i = 0; !bad && i < n; i++)
			out[used++] = (char)text.data[i];
		text = medark_bytes(text.data + step, text.size - step);
	}
	out[used] = '\0';
}

void medark_native_name(const X509_NAME *name, char *out, size_t size)
{
	MEDARK_AUTO(medark_bio_free) BIO *bio = BIO_new(BIO_s_mem());
	/* Everything of RFC 2253 but the escaping of what is not ASCII: names are to be read. */
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	char *text = NULL;
	long length = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0)
		length = BIO_get_mem_data(bio, &text);
	medark_openssl_drain();
	if (length <= 0)
		sanitise(medark_bytes_text("(no name)"), out, size);
	else
		sanitise(medark_bytes(text, (size_t)length), out, size);
}

/* The text of an otherName's value; false if it is none. */
static bool other_text(const OTHERNAME *other, struct medark_bytes *out)
{
	const ASN1_STRING *value;

	switch (other->value ? ASN1_TYPE_get(other->value) : V_ASN1_UNDEF) {
	case V_ASN1_UTF8STRING:
	case V_ASN1_IA5STRING:
	case V_ASN1_PRINTABLESTRING:
		value = other->value->value.asn1_string;
		*out = medark_bytes(ASN1_STRING_get0_data(value),
				    (size_t)ASN1_STRING_length(value));
		return true;
	default:
		return false;
	}
}

#define LABEL_MAX 96

/* "email: " and the like, and what follows; false for what is no text. */
static bool alternative(const GENERAL_NAME *name, char label[LABEL_MAX], char *value, size_t size)
{
	struct medark_bytes text;
	char oid[64];

	switch (name->type) {
	case GEN_OTHERNAME:
		if (!other_text(name->d.otherName, &text))
			return false;
		(void)OBJ_obj2txt(oid, sizeof(oid), name->d.otherName->type_id, 1);
		(void)snprintf(label, LABEL_MAX, "otherName %s: ", oid);
		break;
	case GEN_EMAIL:
	case GEN_DNS:
	case GEN_URI:
		(void)snprintf(label, LABEL_MAX, "%s: ",
			       name->type == GEN_EMAIL ? "email"
			       : name->type == GEN_DNS ? "dns"
						       : "uri");
		text = medark_bytes(ASN1_STRING_get0_data(name->d.ia5),
				    (size_t)ASN1_STRING_length(name->d.ia5));
		break;
	case GEN_DIRNAME:
		(void)snprintf(label, LABEL_MAX, "name: ");
		medark_native_name(name->d.directoryName, value, size);
		return true;
	default:
		return false;
	}
	sanitise(text, value, size);
	return true;
}

void medark_native_alternatives(const X509 *x509, char *out, size_t size)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
	char label[LABEL_MAX], value[256];
	size_t used = 0;

	out[0] = '\0';
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		int n;

		if (!alternative(sk_GENERAL_NAME_value(names, i), label, value, sizeof(value)))
			continue;
		/* What parts the names cannot be in one. */
		for (char *p = value; *p; p++)
			*p = *p == ';' ? ',' : *p;
		n = snprintf(out + used, size - used, "%s%s%s", used ? "; " : "", label, value);
		if (n < 0 || (size_t)n >= size - used) {
			out[used] = '\0'; /* whole ones only */
			break;
		}
		used += (size_t)n;
	}
	GENERAL_NAMES_free(names);
	medark_openssl_drain();
}
