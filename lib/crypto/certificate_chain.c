/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/certificate_chain.h"

#include "crypto/native.h"
#include "crypto/openssl_error.h"

#include <openssl/x509_vfy.h>

static int load_intermediates(const struct medark_signed_form *form, STACK_OF(X509) * out,
			      struct medark_error *err)
{
	for (size_t i = 1; i < form->certificate_count; i++) {
		struct medark_bytes der = form->certificates[i].der;
		const unsigned char *p = der.data;
		X509 *x509 = d2i_X509(NULL, &p, (long)der.size);

		if (!x509)
			return medark_openssl_error(err, MEDARK_E_FORMAT,
						    "an intermediate certificate cannot be read");
		if (sk_X509_push(out, x509) <= 0) {
			X509_free(x509);
			return medark_error_memory(err, "certificates");
		}
	}
	return 0;
}

/* What the callback of a verification needs. */
struct judge {
	const struct medark_chain_request *request;
	struct medark_chain_outcome *out;
	STACK_OF(X509_CRL) * lists; /* all: borrowed ones */
	bool is_checked;	    /* OpenSSL found one for the leaf */
};

static bool is_own(const struct judge *j, const X509_CRL *crl)
{
	const struct medark_crls *own = j->request->judgement.crls;

	for (size_t i = 0; own && i < medark_crls_count(own); i++)
		if (X509_CRL_match(medark_crls_native(own, i), crl) == 0)
			return true;
	return false;
}

static bool to_time(const ASN1_TIME *from, time_t *out)
{
	struct tm tm;

	if (!from || !ASN1_TIME_to_tm(from, &tm))
		return false;
	*out = timegm(&tm);
	return true;
}

/* Since when a list says that the certificate's key is no secret any more; 0: it does not name it.
 */
static time_t named_since(X509_CRL *crl, X509 *x509)
{
	ASN1_GENERALIZEDTIME *invalid;
	X509_REVOKED *revoked;
	time_t at = 1, since;

	if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(x509)) != 0 ||
	    X509_CRL_get0_by_cert(crl, &revoked, x509) != 1)
		return 0;
	invalid = X509_REVOKED_get_ext_d2i(revoked, NID_invalidity_date, NULL, NULL);
	if (!to_time(X509_REVOKED_get0_revocationDate(revoked), &at))
		at = 1;
	else if (invalid && to_time(invalid, &since) && since < at)
		at = since > 0 ? since : 1;
	ASN1_GENERALIZEDTIME_free(invalid);
	return at > 0 ? at : 1;
}

/* Is what a list says no objection, as it was signed before? */
static bool is_later(const struct judge *j, time_t since)
{
	const struct medark_judgement *judgement = &j->request->judgement;

	if (!judgement->is_proven || since <= judgement->at)
		return false;
	if (!j->out->revoked_at || since < j->out->revoked_at)
		j->out->revoked_at = since;
	return true;
}

/*
 * Was the certificate revoked only after the time that is proven? OpenSSL does not say which list
 * it was that named it: the earliest time that any of its issuer's says counts.
 */
static bool was_revoked_later(const struct judge *j, X509_STORE_CTX *context)
{
	X509 *x509 = X509_STORE_CTX_get_current_cert(context);
	time_t first = 0;

	for (int i = 0; x509 && i < sk_X509_CRL_num(j->lists); i++) {
		time_t at = named_since(sk_X509_CRL_value(j->lists, i), x509);

		first = at && (!first || at < first) ? at : first;
	}
	return is_later(j, first);
}

/*
 * OpenSSL looks at one list of each issuer, the newest of those that are valid at the time. Here
 * every list counts that its issuer signed: a newer one may know what nobody knew then, and an
 * older one that comes with the archive must not hide it.
 */
static bool is_named(const struct judge *j, STACK_OF(X509) * chain)
{
	for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
		EVP_PKEY *key = X509_get0_pubkey(sk_X509_value(chain, i + 1));

		for (int k = 0; k < sk_X509_CRL_num(j->lists); k++) {
			X509_CRL *crl = sk_X509_CRL_value(j->lists, k);
			time_t since = named_since(crl, sk_X509_value(chain, i));

			if (since && X509_CRL_verify(crl, key) == 1 && !is_later(j, since))
				return true;
		}
	}
	return false;
}

static bool is_signed_by(X509_CRL *crl, X509 *x509)
{
	return x509 && X509_NAME_cmp(X509_get_subject_name(x509), X509_CRL_get_issuer(crl)) == 0 &&
	       X509_CRL_verify(crl, X509_get0_pubkey(x509)) == 1;
}

/* Is it the name of a place from which the certificate says that its list comes? */
static bool is_place_of(const DIST_POINT_NAME *place, X509 *x509)
{
	STACK_OF(DIST_POINT) *points =
		X509_get_ext_d2i(x509, NID_crl_distribution_points, NULL, NULL);
	bool found = false;

	for (int i = 0; place->type == 0 && i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);

		if (!point->distpoint || point->distpoint->type != 0 || point->CRLissuer)
			continue;
		for (int a = 0; a < sk_GENERAL_NAME_num(place->name.fullname); a++)
			for (int b = 0; b < sk_GENERAL_NAME_num(point->distpoint->name.fullname);
			     b++)
				found |= GENERAL_NAME_cmp(
						 sk_GENERAL_NAME_value(place->name.fullname, a),
						 sk_GENERAL_NAME_value(
							 point->distpoint->name.fullname, b)) == 0;
	}
	CRL_DIST_POINTS_free(points);
	return found;
}

/* Is the certificate among those that the list would name (RFC 5280 section 5.2.5)? */
static bool is_in_scope(X509_CRL *crl, X509 *x509)
{
	int critical = -1;
	ISSUING_DIST_POINT *part =
		X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);
	bool is_ca = X509_check_ca(x509) > 0;
	bool ok = critical == -1;

	if (part)
		ok = part->onlyattr <= 0 && part->indirectCRL <= 0 && !part->onlysomereasons &&
		     !(is_ca && part->onlyuser > 0) && !(!is_ca && part->onlyCA > 0) &&
		     (!part->distpoint || is_place_of(part->distpoint, x509));
	ISSUING_DIST_POINT_free(part);
	/* What is critical and is not known, or that the list holds changes only. */
	for (int i = 0; ok && i < X509_CRL_get_ext_count(crl); i++) {
		X509_EXTENSION *extension = X509_CRL_get_ext(crl, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));

		ok = nid == NID_issuing_distribution_point ||
		     !X509_EXTENSION_get_critical(extension);
	}
	return ok;
}

/* Was it in force at that time (RFC 5280 section 6.3.3), or does it say more? */
static bool counts_at(const X509_CRL *crl, time_t at, time_t *out_date)
{
	time_t next;

	if (!to_time(X509_CRL_get0_lastUpdate(crl), out_date))
		return false;
	return *out_date >= at || (to_time(X509_CRL_get0_nextUpdate(crl), &next) && at <= next);
}

/* The date of the newest list of the leaf's issuer that counts; 0: there is none. */
static time_t checked_as_of(const struct judge *j, STACK_OF(X509) * chain)
{
	const struct medark_judgement *judgement = &j->request->judgement;
	time_t at = judgement->has_time ? judgement->at : time(NULL), newest = 0, date;
	X509 *leaf = sk_X509_value(chain, 0);
	X509 *issuer = sk_X509_num(chain) > 1 ? sk_X509_value(chain, 1) : leaf;

	for (int i = 0; j->is_checked && i < sk_X509_CRL_num(j->lists); i++) {
		X509_CRL *crl = sk_X509_CRL_value(j->lists, i);

		if (counts_at(crl, at, &date) && date > newest && is_in_scope(crl, leaf) &&
		    is_signed_by(crl, issuer))
			newest = date;
	}
	return newest;
}

/* What rests on a chain ends with the first of its certificates. */
static time_t first_expiry(STACK_OF(X509) * chain)
{
	time_t first = 0, end;

	for (int i = 0; i < sk_X509_num(chain); i++)
		if (to_time(X509_get0_notAfter(sk_X509_value(chain, i)), &end) &&
		    (!first || end < first))
			first = end;
	return first;
}

/*
 * A CRL counts for the issuer that it is of. That there is none for another issuer is no fault, but
 * it is told. Where the time of judgement was given, a CRL that is newer counts too: it knows more.
 */
static int judge(int ok, X509_STORE_CTX *context)
{
	struct judge *j = X509_STORE_CTX_get_app_data(context);
	int error = X509_STORE_CTX_get_error(context);
	bool is_leaf = X509_STORE_CTX_get_error_depth(context) == 0;
	bool is_absent = error == X509_V_ERR_UNABLE_TO_GET_CRL;

	if (ok)
		return ok;
	if (error == X509_V_ERR_CRL_HAS_EXPIRED || error == X509_V_ERR_DIFFERENT_CRL_SCOPE)
		is_absent = is_own(j, X509_STORE_CTX_get0_current_crl(context));
	if (!is_absent &&
	    !(j->request->judgement.has_time && error == X509_V_ERR_CRL_NOT_YET_VALID) &&
	    !(error == X509_V_ERR_CERT_REVOKED && was_revoked_later(j, context)))
		return ok;
	if (is_absent && is_leaf)
		j->is_checked = false;
	X509_STORE_CTX_set_error(context, X509_V_OK);
	return 1;
}

static const char *reason_of(const X509_STORE_CTX *context)
{
	int error = X509_STORE_CTX_get_error(context);
	bool own = X509_STORE_CTX_get_error_depth(context) == 0;

	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return "its certificate does not lead to a trust anchor";
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return own ? "its certificate has expired"
			   : "a certificate above its own has expired";
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return own ? "its certificate is not valid yet"
			   : "a certificate above its own is not valid yet";
	case X509_V_ERR_CERT_REVOKED:
		return own ? "its certificate was revoked"
			   : "a certificate above its own was revoked";
	default:
		return X509_verify_cert_error_string(error);
	}
}

static int untrusted(const struct medark_chain_request *request, const char *reason,
		     struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_UNTRUSTED, "the %s '%s' is not trusted: %s",
				request->who, request->subject, reason);
}

/*
 * F-26, RFC 5280 section 4.2.1.12: what an authority that was given one purpose issues is for that
 * purpose. OpenSSL would look at it only for a purpose of its own list. An anchor is trusted for
 * whatever it says.
 */
static bool may_all(X509_STORE_CTX *context, bool of_signer)
{
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
	int below_anchor = X509_STORE_CTX_get_num_untrusted(context);

	for (int i = 1; i < below_anchor; i++)
		if (of_signer ? !medark_native_may_sign(sk_X509_value(chain, i))
			      : !medark_native_may_stamp(sk_X509_value(chain, i)))
			return false;
	return true;
}

#define NOT_FOR_SIGNING                                                                            \
	"a certificate above its own is not meant for signing (its extendedKeyUsage names "        \
	"neither documentSigning nor emailProtection nor codeSigning)"
#define NOT_FOR_STAMPS "a certificate above its own is not meant for time stamps"

static int verify(X509_STORE_CTX *context, const struct judge *j, struct medark_error *err)
{
	const struct medark_chain_request *request = j->request;
	int ok = X509_verify_cert(context);
	int error = X509_STORE_CTX_get_error(context);
	int code = 0;

	/* No verdict: it could not be reached. */
	if (ok <= 0 && (error == X509_V_ERR_OUT_OF_MEM || error == X509_V_ERR_UNSPECIFIED))
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot verify a certificate");
	if (ok <= 0) {
		code = untrusted(request, reason_of(context), err);
	} else if (!may_all(context, request->of_signer)) {
		code = untrusted(request, request->of_signer ? NOT_FOR_SIGNING : NOT_FOR_STAMPS,
				 err);
	} else if (is_named(j, X509_STORE_CTX_get0_chain(context))) {
		code = untrusted(request, "its certificate, or one above it, was revoked", err);
	} else {
		/* OpenSSL's chain can reach beyond the anchor: what follows it does not count. */
		j->out->length = (size_t)X509_STORE_CTX_get_num_untrusted(context) + 1;
		/* But OpenSSL looks at the dates of all of it: the verdict ends with the first. */
		j->out->ends = first_expiry(X509_STORE_CTX_get0_chain(context));
		j->out->checked_as_of = checked_as_of(j, X509_STORE_CTX_get0_chain(context));
	}
	medark_openssl_drain();
	return code;
}

static void crl_stack_free(STACK_OF(X509_CRL) * stack)
{
	sk_X509_CRL_free(stack);
}
MEDARK_DEFINE_AUTO(STACK_OF(X509_CRL), crl_stack_free)

/*
 * Did an authority that may stand in the chain sign a list that came with the archive? Others are
 * as if they were not there (F-43): whoever can write to the archive could have put them there.
 */
static bool is_known(const struct medark_chain_request *request, X509_CRL *crl)
{
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(request->store);
	bool found = false;

	for (int i = 0; !found && i < sk_X509_num(request->intermediates); i++)
		found = is_signed_by(crl, sk_X509_value(request->intermediates, i));
	for (int i = 0; !found && i < sk_X509_OBJECT_num(objects); i++)
		found = is_signed_by(crl, X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i)));
	medark_openssl_drain();
	return found;
}

/* The lists of the trust, and those that came with the archive. */
static int gather_lists(const struct medark_chain_request *request, STACK_OF(X509_CRL) * out,
			struct medark_error *err)
{
	const struct medark_crls *crls = request->judgement.crls;
	STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(request->store);
	bool ok = true;

	for (int i = 0; ok && i < sk_X509_OBJECT_num(objects); i++) {
		X509_CRL *crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));

		ok = !crl || sk_X509_CRL_push(out, crl) > 0;
	}
	for (size_t i = 0; ok && crls && i < medark_crls_count(crls); i++)
		ok = !is_known(request, medark_crls_native(crls, i)) ||
		     sk_X509_CRL_push(out, medark_crls_native(crls, i)) > 0;
	return ok ? 0 : medark_error_memory(err, "revocation lists");
}

int medark_certificate_chain_verify(const struct medark_chain_request *request,
				    struct medark_chain_outcome *out, struct medark_error *err)
{
	MEDARK_AUTO(X509_STORE_CTX_free) X509_STORE_CTX *context = X509_STORE_CTX_new();
	MEDARK_AUTO(crl_stack_free) STACK_OF(X509_CRL) *lists = sk_X509_CRL_new_null();
	struct judge j = { request, out, lists, false };

	*out = (struct medark_chain_outcome) { 0 };
	if (!context || !lists ||
	    !X509_STORE_CTX_init(context, request->store, request->leaf, request->intermediates))
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot verify a certificate");
	MEDARK_TRY(gather_lists(request, lists, err));
	j.is_checked = sk_X509_CRL_num(lists) > 0;
	X509_STORE_CTX_set0_crls(context, lists);
	if (j.is_checked)
		X509_STORE_CTX_set_flags(context,
					 X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	if (request->judgement.has_time)
		X509_STORE_CTX_set_time(context, 0, request->judgement.at);
	if (request->purpose != X509_PURPOSE_ANY)
		(void)X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(context),
						    request->purpose);
	X509_STORE_CTX_set_app_data(context, &j);
	X509_STORE_CTX_set_verify_cb(context, judge);
	return verify(context, &j, err);
}

int medark_certificate_chain_check(const struct medark_certificate *signer,
				   const struct medark_signed_form *form,
				   const struct medark_trust *trust,
				   const struct medark_judgement *judgement,
				   struct medark_signer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_x509_stack_free) STACK_OF(X509) *intermediates = sk_X509_new_null();
	struct medark_chain_outcome outcome;
	struct medark_chain_request request = {
		.who = "signer",
		.subject = medark_certificate_subject(signer),
		.leaf = medark_certificate_native(signer),
		.intermediates = intermediates,
		.store = medark_trust_native(trust),
		.purpose = X509_PURPOSE_ANY,
		.of_signer = true,
	};
	struct medark_error unfit;
	int code;

	if (!intermediates)
		return medark_openssl_error(err, MEDARK_E_MEMORY, "cannot verify a certificate");
	if (judgement)
		request.judgement = *judgement;
	/* A time that the user gives is above all others. */
	if (medark_trust_time(trust, &request.judgement.at)) {
		request.judgement.has_time = true;
		request.judgement.is_proven = false;
	}
	MEDARK_TRY(load_intermediates(form, intermediates, err));
	code = medark_signed_is_pq(form->kind) ? medark_certificate_check_pq_signing(signer, &unfit)
					       : medark_certificate_check_signing(signer, &unfit);
	if (code)
		return medark_error_set(err, MEDARK_E_UNTRUSTED,
					"the signer '%s' is not trusted: its certificate %s",
					request.subject, unfit.message);
	out->time_given = request.judgement.has_time;
	out->time_proven = request.judgement.is_proven;
	out->judged_at = request.judgement.at;
	MEDARK_TRY(medark_certificate_chain_verify(&request, &outcome, err));
	if (!medark_trust_takes_signer(trust, medark_certificate_fingerprint(signer)))
		return untrusted(&request, "its certificate is not the one that was asked for",
				 err);
	out->chain_length = outcome.length;
	out->revocation_as_of = outcome.checked_as_of;
	out->revoked_at = outcome.revoked_at;
	return 0;
}
