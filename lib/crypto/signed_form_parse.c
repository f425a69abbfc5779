/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a signature apart. This only has to find the parts: that everything around them is right
 * follows from writing the form again and comparing.
 */
#include "crypto/signed_form.h"

#include "crypto/der.h"
#include "crypto/oid.h"

#include <string.h>

/* What stands in the file before the certificates have been put in order. */
struct parts {
	size_t count;
	struct medark_bytes certificates[MEDARK_SIGNED_CERTIFICATES_MAX];
	struct medark_bytes digest_oid, algorithm, signature;
	struct medark_der attributes;
	struct medark_bytes time, message_digest;
	uint8_t time_tag;
	struct medark_der certificate_ids;
};

static bool find_certificates(struct medark_der *signed_data, struct parts *out)
{
	struct medark_der set;

	if (!medark_der_enter(signed_data, MEDARK_DER_CONTEXT_CONSTRUCTED(0), &set))
		return false;
	while (!medark_der_at_end(&set)) {
		if (out->count == MEDARK_SIGNED_CERTIFICATES_MAX ||
		    !medark_der_get_whole(&set, MEDARK_DER_SEQUENCE,
					  &out->certificates[out->count]))
			return false;
		out->count++;
	}
	return out->count > 0;
}

static bool find_signer(struct medark_der *signed_data, struct parts *out)
{
	struct medark_der set, signer, digest;
	struct medark_bytes skipped;

	return medark_der_enter(signed_data, MEDARK_DER_SET, &set) &&
	       medark_der_enter(&set, MEDARK_DER_SEQUENCE, &signer) &&
	       medark_der_get(&signer, MEDARK_DER_INTEGER, &skipped) &&
	       medark_der_get(&signer, MEDARK_DER_SEQUENCE, &skipped) &&
	       medark_der_enter(&signer, MEDARK_DER_SEQUENCE, &digest) &&
	       medark_der_get(&digest, MEDARK_DER_OID, &out->digest_oid) &&
	       medark_der_enter(&signer, MEDARK_DER_CONTEXT_CONSTRUCTED(0), &out->attributes) &&
	       medark_der_get_whole(&signer, MEDARK_DER_SEQUENCE, &out->algorithm) &&
	       medark_der_get(&signer, MEDARK_DER_OCTET_STRING, &out->signature);
}

static bool find_time(struct medark_der *value, struct parts *out)
{
	out->time_tag = medark_der_is_next(value, MEDARK_DER_UTC_TIME)
				? MEDARK_DER_UTC_TIME
				: MEDARK_DER_GENERALIZED_TIME;
	return medark_der_get(value, out->time_tag, &out->time);
}

static bool find_certificate_ids(struct medark_der *value, struct parts *out)
{
	struct medark_der signing;

	return medark_der_enter(value, MEDARK_DER_SEQUENCE, &signing) &&
	       medark_der_enter(&signing, MEDARK_DER_SEQUENCE, &out->certificate_ids);
}

static bool find_attribute(struct medark_der *attributes, struct parts *out)
{
	struct medark_der attribute, value;

	if (!medark_der_enter(attributes, MEDARK_DER_SEQUENCE, &attribute))
		return false;
	if (medark_der_expect_oid(&attribute, MEDARK_OID_CONTENT_TYPE))
		return true;
	if (medark_der_expect_oid(&attribute, MEDARK_OID_SIGNING_TIME))
		return medark_der_enter(&attribute, MEDARK_DER_SET, &value) &&
		       find_time(&value, out);
	if (medark_der_expect_oid(&attribute, MEDARK_OID_MESSAGE_DIGEST))
		return medark_der_enter(&attribute, MEDARK_DER_SET, &value) &&
		       medark_der_get(&value, MEDARK_DER_OCTET_STRING, &out->message_digest);
	if (medark_der_expect_oid(&attribute, MEDARK_OID_SIGNING_CERTIFICATE_V2))
		return medark_der_enter(&attribute, MEDARK_DER_SET, &value) &&
		       find_certificate_ids(&value, out);
	return false;
}

static const char *find_parts(struct medark_bytes p7s, struct parts *out)
{
	struct medark_der file = medark_der(p7s), info, content, signed_data;
	struct medark_bytes skipped;

	if (!medark_der_enter(&file, MEDARK_DER_SEQUENCE, &info) ||
	    !medark_der_expect_oid(&info, MEDARK_OID_SIGNED_DATA) ||
	    !medark_der_enter(&info, MEDARK_DER_CONTEXT_CONSTRUCTED(0), &content) ||
	    !medark_der_enter(&content, MEDARK_DER_SEQUENCE, &signed_data) ||
	    !medark_der_get(&signed_data, MEDARK_DER_INTEGER, &skipped) ||
	    !medark_der_get(&signed_data, MEDARK_DER_SET, &skipped) ||
	    !medark_der_get(&signed_data, MEDARK_DER_SEQUENCE, &skipped))
		return "it is not a CMS SignedData in DER";
	if (!find_certificates(&signed_data, out))
		return "it does not hold 1 to 16 certificates";
	if (!find_signer(&signed_data, out))
		return "it has no signer with signed attributes";
	while (!medark_der_at_end(&out->attributes))
		if (!find_attribute(&out->attributes, out))
			return "a signed attribute is unknown or malformed";
	if (!out->time.size || !out->message_digest.size || !out->certificate_ids.rest.size)
		return "a signed attribute is missing";
	return NULL;
}

/* Two digits. */
static bool number(const uint8_t *p, int *out)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + (p[1] - '0');
	return true;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ. Whether that is a real date shows when it is written again. */
static bool read_time(const struct parts *parts, time_t *out)
{
	bool is_short = parts->time_tag == MEDARK_DER_UTC_TIME;
	const uint8_t *p = parts->time.data;
	int century = 0, year, month;
	struct tm tm = { 0 };

	if (parts->time.size != (is_short ? 13u : 15u))
		return false;
	if (!is_short && !number(p, &century))
		return false;
	p += is_short ? 0 : 2;
	if (!number(p, &year) || !number(p + 2, &month) || !number(p + 4, &tm.tm_mday) ||
	    !number(p + 6, &tm.tm_hour) || !number(p + 8, &tm.tm_min) ||
	    !number(p + 10, &tm.tm_sec))
		return false;
	if (is_short)
		century = year < 50 ? 20 : 19;
	tm.tm_year = century * 100 + year - 1900;
	tm.tm_mon = month - 1;
	*out = timegm(&tm);
	return true;
}

/* Puts the certificate with this digest next in the order; each can be named once. */
static int place(struct parts *parts, struct medark_bytes digest, struct medark_signed_form *out,
		 struct medark_error *err)
{
	uint8_t found[MEDARK_SIGNED_DIGEST_MAX];

	for (size_t i = 0; i < parts->count; i++) {
		if (!parts->certificates[i].data)
			continue;
		MEDARK_TRY(medark_signed_digest(out->kind, parts->certificates[i], found, err));
		if (!medark_bytes_equal(digest,
					medark_bytes(found, medark_signed_digest_size(out->kind))))
			continue;
		out->certificates[out->certificate_count++].der = parts->certificates[i];
		parts->certificates[i] = medark_bytes(NULL, 0);
		return 0;
	}
	return medark_error_set(
		err, MEDARK_E_FORMAT,
		"the signature is malformed: it names a certificate that it does not hold");
}

static int place_all(struct parts *parts, struct medark_signed_form *out, struct medark_error *err)
{
	struct medark_der ids = parts->certificate_ids, id;
	struct medark_bytes digest, skipped;

	while (!medark_der_at_end(&ids)) {
		if (!medark_der_enter(&ids, MEDARK_DER_SEQUENCE, &id) ||
		    (medark_der_is_next(&id, MEDARK_DER_SEQUENCE) &&
		     !medark_der_get(&id, MEDARK_DER_SEQUENCE, &skipped)) ||
		    !medark_der_get(&id, MEDARK_DER_OCTET_STRING, &digest))
			return medark_error_set(err, MEDARK_E_FORMAT,
						"the signature is malformed: its "
						"signing-certificate-v2 cannot be read");
		MEDARK_TRY(place(parts, digest, out, err));
		out->certificates[out->certificate_count - 1].has_issuer_serial =
			!medark_der_at_end(&id);
	}
	if (out->certificate_count != parts->count)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the signature is malformed: it holds a certificate that "
					"its signing-certificate-v2 does not name");
	return 0;
}

/* F-24 */
static int compare(struct medark_bytes p7s, const struct medark_signed_form *form,
		   struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer again = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);

	MEDARK_TRY(medark_signed_form_write(form, &again, err));
	if (!medark_bytes_equal(p7s, medark_bytes(again.data, again.size)))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the signature is malformed: it is not in its one form");
	return 0;
}

static int parse(struct medark_bytes p7s, bool is_pq, struct medark_signed_form *out,
		 struct medark_error *err)
{
	struct parts parts = { 0 };
	const char *fault = "it is too large";

	memset(out, 0, sizeof(*out));
	if (p7s.size <= MEDARK_SIGNATURE_SIZE_MAX)
		fault = find_parts(p7s, &parts);
	if (!fault &&
	    !medark_signed_kind_find(parts.digest_oid, parts.algorithm, is_pq, &out->kind))
		fault = is_pq ? "its algorithm is not ML-DSA as the format has it"
			      : "its algorithm is not ECDSA or RSA-PSS as the format has them";
	if (!fault && parts.message_digest.size != medark_signed_digest_size(out->kind))
		fault = "its digest has another size";
	if (!fault && !read_time(&parts, &out->signing_time))
		fault = "its signing time cannot be read";
	if (fault)
		return medark_error_set(err, MEDARK_E_FORMAT, "the signature is malformed: %s",
					fault);
	memcpy(out->message_digest, parts.message_digest.data, parts.message_digest.size);
	out->signature = parts.signature;
	MEDARK_TRY(place_all(&parts, out, err));
	return compare(p7s, out, err);
}

int medark_signed_form_parse(struct medark_bytes p7s, struct medark_signed_form *out,
			     struct medark_error *err)
{
	return parse(p7s, false, out, err);
}

int medark_signed_form_parse_pq(struct medark_bytes p7s, struct medark_signed_form *out,
				struct medark_error *err)
{
	return parse(p7s, true, out, err);
}
