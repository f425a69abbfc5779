/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/timestamp.h"

#include "crypto/algorithms.h"
#include "crypto/certificate_chain.h"
#include "crypto/native.h"
#include "crypto/openssl_error.h"

#include <openssl/ts.h>

#include <limits.h>
#include <string.h>

/* How far clocks may be apart. */
#define FUTURE_SECONDS 600

MEDARK_DEFINE_AUTO(TS_RESP, TS_RESP_free)
MEDARK_DEFINE_AUTO(X509_STORE, X509_STORE_free)

/* A signer's certificate and a list of certificates that belong to somebody else. */
static void stack_free(STACK_OF(X509) * stack)
{
	sk_X509_free(stack);
}
MEDARK_DEFINE_AUTO(STACK_OF(X509), stack_free)

/* ---- form ---- */

/* F-42: status "granted", and nothing else; one encoding; nothing that nobody signed. */
static int check_form(struct medark_bytes stamp, TS_RESP *resp, struct medark_error *err)
{
	static const uint8_t granted[] = { 0x30, 0x03, 0x02, 0x01, 0x00 };
	PKCS7 *token = TS_RESP_get_token(resp);
	STACK_OF(PKCS7_SIGNER_INFO) * signers;
	const ASN1_OBJECT *digest;
	int nid;
	uint8_t *der = NULL, *status = NULL;
	int size = i2d_TS_RESP(resp, &der);
	int status_size = i2d_TS_STATUS_INFO(TS_RESP_get_status_info(resp), &status);
	bool is_one = size > 0 && (size_t)size == stamp.size &&
		      memcmp(der, stamp.data, stamp.size) == 0 &&
		      status_size == (int)sizeof(granted) &&
		      memcmp(status, granted, sizeof(granted)) == 0;

	OPENSSL_free(der);
	OPENSSL_free(status);
	if (!is_one || !token || !PKCS7_type_is_signed(token) || !TS_RESP_get_tst_info(resp))
		return medark_error_set(err, MEDARK_E_FORMAT, "the time stamp is malformed");
	signers = PKCS7_get_signer_info(token);
	if (sk_PKCS7_SIGNER_INFO_num(signers) != 1 || sk_X509_CRL_num(token->d.sign->crl) > 0 ||
	    sk_X509_ATTRIBUTE_num(sk_PKCS7_SIGNER_INFO_value(signers, 0)->unauth_attr) > 0)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the time stamp holds what its authority did not sign");
	X509_ALGOR_get0(&digest, NULL, NULL, sk_PKCS7_SIGNER_INFO_value(signers, 0)->digest_alg);
	nid = OBJ_obj2nid(digest);
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the time stamp is signed with a hash that is not taken");
	return 0;
}

static int parse(struct medark_bytes stamp, TS_RESP **out, struct medark_error *err)
{
	MEDARK_AUTO(TS_RESP_free) TS_RESP *resp = NULL;
	const unsigned char *p = stamp.data;

	if (stamp.size > MEDARK_TIMESTAMP_SIZE_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT, "the time stamp is too large");
	resp = d2i_TS_RESP(NULL, &p, (long)stamp.size);
	medark_openssl_drain();
	if (!resp || p != stamp.data + stamp.size)
		return medark_error_set(err, MEDARK_E_FORMAT, "the time stamp is malformed");
	MEDARK_TRY(check_form(stamp, resp, err));
	*out = MEDARK_TAKE(resp);
	return 0;
}

/* ---- asking ---- */

static TS_MSG_IMPRINT *make_imprint(const struct medark_bytes *parts, size_t count)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	struct medark_digest digest;
	bool ok;

	medark_sha256_parts(parts, count, &digest);
	ok = imprint && algorithm &&
	     X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) &&
	     TS_MSG_IMPRINT_set_algo(imprint, algorithm) && /* copies */
	     TS_MSG_IMPRINT_set_msg(imprint, digest.bytes, (int)sizeof(digest.bytes));
	X509_ALGOR_free(algorithm);
	if (ok)
		return imprint;
	TS_MSG_IMPRINT_free(imprint);
	return NULL;
}

int medark_timestamp_request(const struct medark_bytes *parts, size_t count,
			     struct medark_buffer *out, struct medark_error *err)
{
	TS_REQ *request = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = make_imprint(parts, count);
	BIGNUM *bits = BN_new();
	ASN1_INTEGER *nonce = NULL;
	uint8_t *der = NULL;
	int size = 0, code;

	if (bits && BN_rand(bits, 128, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY))
		nonce = BN_to_ASN1_INTEGER(bits, NULL);
	if (request && imprint && nonce && TS_REQ_set_version(request, 1) &&
	    TS_REQ_set_msg_imprint(request, imprint) && TS_REQ_set_nonce(request, nonce) &&
	    TS_REQ_set_cert_req(request, 1))
		size = i2d_TS_REQ(request, &der);
	code = size > 0 ? medark_buffer_add(out, der, (size_t)size, err)
			: medark_openssl_error(err, MEDARK_E_SYSTEM,
					       "a request for a time stamp cannot be made");
	OPENSSL_free(der);
	ASN1_INTEGER_free(nonce);
	BN_free(bits);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(request);
	return code;
}

/* What an authority says when it does not stamp. */
static int refused(TS_RESP *resp, struct medark_error *err)
{
	const TS_STATUS_INFO *info = TS_RESP_get_status_info(resp);
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(info);
	const ASN1_UTF8STRING *text = texts && sk_ASN1_UTF8STRING_num(texts) > 0
					      ? sk_ASN1_UTF8STRING_value(texts, 0)
					      : NULL;
	char said[120] = "it gives no reason";
	int n = text ? ASN1_STRING_length(text) : 0;

	if (n > 0) {
		n = n < (int)sizeof(said) ? n : (int)sizeof(said) - 1;
		for (int i = 0; i < n; i++) {
			unsigned char c = ASN1_STRING_get0_data(text)[i];

			said[i] = (char)(c >= 0x20 && c < 0x7f ? c : '?');
		}
		said[n] = '\0';
	}
	return medark_error_set(err, MEDARK_E_FORMAT,
				"the time stamping authority refuses (status %ld): %s",
				ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)), said);
}

/* Does the token answer this request: hash, nonce, policy, version? */
static int check_answer(struct medark_bytes request, TS_RESP *resp, struct medark_error *err)
{
	const unsigned char *p = request.data;
	TS_REQ *asked = d2i_TS_REQ(NULL, &p, (long)request.size);
	TS_VERIFY_CTX *context = asked ? TS_REQ_to_TS_VERIFY_CTX(asked, NULL) : NULL;
	int ok = 0;

	if (context) {
		/* The signature is for medark_timestamp_verify(). */
		TS_VERIFY_CTX_set_flags(context, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_NONCE);
		ok = TS_RESP_verify_response(context, resp);
	}
	TS_VERIFY_CTX_free(context);
	TS_REQ_free(asked);
	if (!ok)
		return medark_openssl_error(err, MEDARK_E_FORMAT,
					    "the answer is not for what was asked");
	return 0;
}

/* Roots come from outside: what stands in the token would only be bytes that nobody looks at. */
static void drop_roots(PKCS7 *token)
{
	STACK_OF(X509) *certificates = token->d.sign->cert;

	for (int i = sk_X509_num(certificates) - 1; i >= 0; i--) {
		X509 *x509 = sk_X509_value(certificates, i);

		if (X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)) == 0 &&
		    X509_check_ca(x509) > 0) {
			(void)sk_X509_delete(certificates, i);
			X509_free(x509);
		}
	}
}

/* A response with the status "granted" alone; takes token and info of the other one. */
static TS_RESP *strip(TS_RESP *resp)
{
	TS_STATUS_INFO *status = TS_STATUS_INFO_new();
	PKCS7 *token = PKCS7_dup(TS_RESP_get_token(resp));
	TS_RESP *plain = TS_RESP_new();

	if (token)
		drop_roots(token);
	if (!status || !token || !plain || !TS_STATUS_INFO_set_status(status, 0) ||
	    !TS_RESP_set_status_info(plain, status)) {
		PKCS7_free(token);
		TS_RESP_free(plain);
		plain = NULL;
	} else {
		TS_RESP_set_tst_info(plain, token, PKCS7_to_TS_TST_INFO(token));
	}
	TS_STATUS_INFO_free(status);
	return plain;
}

int medark_timestamp_take(struct medark_bytes request, struct medark_bytes answer,
			  struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(TS_RESP_free) TS_RESP *resp = NULL, *plain = NULL;
	const unsigned char *p = answer.data;
	uint8_t *der = NULL;
	long status;
	int size, code;

	if (answer.size > MEDARK_TIMESTAMP_SIZE_MAX)
		return medark_error_set(err, MEDARK_E_FORMAT, "the answer is too large");
	resp = d2i_TS_RESP(NULL, &p, (long)answer.size);
	medark_openssl_drain();
	if (!resp)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the answer is no time stamp (RFC 3161)");
	status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp)));
	if (status < 0 || status > 1)
		return refused(resp, err);
	MEDARK_TRY(check_answer(request, resp, err));
	plain = strip(resp);
	size = plain ? i2d_TS_RESP(plain, &der) : 0;
	if (size <= 0)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "a time stamp");
	code = check_form(medark_bytes(der, (size_t)size), plain, err);
	if (code == 0)
		code = medark_buffer_add(out, der, (size_t)size, err);
	OPENSSL_free(der);
	return code;
}

/* ---- verifying ---- */

static bool hash(const EVP_MD *algorithm, const struct medark_bytes *parts, size_t count,
		 uint8_t out[EVP_MAX_MD_SIZE], unsigned *out_size)
{
	MEDARK_AUTO(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && algorithm && EVP_DigestInit_ex(context, algorithm, NULL);

	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(context, parts[i].data, parts[i].size);
	return ok && EVP_DigestFinal_ex(context, out, out_size);
}

static int check_imprint(TS_TST_INFO *info, const struct medark_bytes *parts, size_t count,
			 struct medark_timestamp *out, struct medark_error *err)
{
	static const struct {
		int nid;
		const char *name;
		unsigned bits;
	} known[] = { { NID_sha256, "SHA-256", 256 },
		      { NID_sha384, "SHA-384", 384 },
		      { NID_sha512, "SHA-512", 512 } };
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OCTET_STRING *stamped = TS_MSG_IMPRINT_get_msg(imprint);
	const ASN1_OBJECT *algorithm;
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].nid != OBJ_obj2nid(algorithm))
			continue;
		out->digest_name = known[i].name;
		out->digest_bits = known[i].bits;
		if (!hash(EVP_get_digestbynid(known[i].nid), parts, count, digest, &size))
			return medark_openssl_error(err, MEDARK_E_SYSTEM, "cannot hash");
	}
	if (!size)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the time stamp is over a hash that is not taken (SHA-256, "
					"SHA-384 and SHA-512 are)");
	if (ASN1_STRING_length(stamped) != (int)size ||
	    memcmp(ASN1_STRING_get0_data(stamped), digest, size) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the time stamp is over something else");
	return 0;
}

static int describe(TS_TST_INFO *info, const struct medark_certificate *authority,
		    struct medark_timestamp *out, struct medark_error *err)
{
	const ASN1_INTEGER *serial = TS_TST_INFO_get_serial(info);
	struct tm tm;

	if (!ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) ||
	    TS_TST_INFO_get_version(info) != 1 ||
	    ASN1_STRING_length(serial) > (MEDARK_TIMESTAMP_SERIAL - 1) / 2)
		return medark_error_set(err, MEDARK_E_FORMAT, "the time stamp is malformed");
	out->time = timegm(&tm);
	(void)OBJ_obj2txt(out->policy, sizeof(out->policy), TS_TST_INFO_get_policy_id(info), 1);
	for (int i = 0; i < ASN1_STRING_length(serial); i++)
		(void)snprintf(out->serial + 2 * (size_t)i, 3, "%02x",
			       ASN1_STRING_get0_data(serial)[i]);
	(void)snprintf(out->authority, sizeof(out->authority), "%s",
		       medark_certificate_subject(authority));
	out->fingerprint = *medark_certificate_fingerprint(authority);
	out->not_after = medark_certificate_not_after(authority);
	return 0;
}

static int accept_all(int ok, X509_STORE_CTX *context)
{
	if (!ok)
		X509_STORE_CTX_set_error(context, X509_V_OK);
	return 1;
}

/* The anchors of `from`, to a chain of which nothing is asked: that is judged on its own. */
static X509_STORE *without_judgement(X509_STORE *from)
{
	MEDARK_AUTO(X509_STORE_free) X509_STORE *store = X509_STORE_new();
	MEDARK_AUTO(medark_x509_stack_free) STACK_OF(X509) *all = X509_STORE_get1_all_certs(from);

	if (!store || !all)
		return NULL;
	for (int i = 0; i < sk_X509_num(all); i++)
		if (!X509_STORE_add_cert(store, sk_X509_value(all, i)))
			return NULL;
	X509_STORE_set_verify_cb(store, accept_all);
	return MEDARK_TAKE(store);
}

/* The token's signature, and that it names the certificate that it was made with. */
static int check_signature(PKCS7 *token, const struct medark_trust *trust, X509 **out_signer,
			   struct medark_error *err)
{
	MEDARK_AUTO(X509_STORE_free)
	X509_STORE *store = without_judgement(medark_trust_stamp_native(trust));

	if (!store)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "a time stamp");
	if (!TS_RESP_verify_signature(token, NULL, store, out_signer)) {
		medark_openssl_drain();
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the signature of the time stamp is wrong");
	}
	return 0;
}

static int check_chain(const struct medark_certificate *authority, PKCS7 *token,
		       const struct medark_trust *trust, const struct medark_judgement *judgement,
		       struct medark_timestamp *out, struct medark_error *err)
{
	struct medark_chain_outcome outcome;
	struct medark_chain_request request = {
		.who = "time stamping authority",
		.subject = out->authority,
		.leaf = medark_certificate_native(authority),
		.intermediates = token->d.sign->cert,
		.store = medark_trust_stamp_native(trust),
		.purpose = X509_PURPOSE_TIMESTAMP_SIGN,
	};

	if (judgement)
		request.judgement = *judgement;
	if (medark_trust_time(trust, &request.judgement.at)) {
		request.judgement.has_time = true;
		request.judgement.is_proven = false;
	}
	if (out->time > time(NULL) + FUTURE_SECONDS)
		return medark_error_set(err, MEDARK_E_UNTRUSTED,
					"the time stamping authority '%s' is not trusted: its time "
					"is still to come",
					out->authority);
	if (out->time < medark_certificate_not_before(authority) || out->time > out->not_after)
		return medark_error_set(err, MEDARK_E_UNTRUSTED,
					"the time stamping authority '%s' is not trusted: its "
					"certificate was not valid when it stamped",
					out->authority);
	MEDARK_TRY(medark_certificate_chain_verify(&request, &outcome, err));
	out->chain_length = outcome.length;
	out->ends = outcome.ends;
	out->revocation_as_of = outcome.checked_as_of;
	return 0;
}

int medark_timestamp_verify(struct medark_bytes stamp, const struct medark_bytes *parts,
			    size_t count, const struct medark_trust *trust,
			    const struct medark_judgement *judgement, struct medark_timestamp *out,
			    struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *authority = NULL;
	MEDARK_AUTO(TS_RESP_free) TS_RESP *resp = NULL;
	struct medark_timestamp found = { 0 };
	X509 *signer = NULL; /* taken by `authority` */
	PKCS7 *token;
	int code;

	MEDARK_TRY(parse(stamp, &resp, err));
	token = TS_RESP_get_token(resp);
	MEDARK_TRY(check_imprint(TS_RESP_get_tst_info(resp), parts, count, &found, err));
	MEDARK_TRY(check_signature(token, trust, &signer, err));
	if (medark_certificate_from_native(signer, &authority, NULL))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the certificate of the time stamping authority cannot be "
					"read");
	MEDARK_TRY(describe(TS_RESP_get_tst_info(resp), authority, &found, err));
	code = check_chain(authority, token, trust, judgement, &found, err);
	if (code == 0 || code == MEDARK_E_UNTRUSTED)
		*out = found;
	return code;
}
