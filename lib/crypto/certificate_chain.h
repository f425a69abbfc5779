/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate_chain: does a certificate lead to a trust anchor (RFC 5280 section 6)? Internal to
 * lib/crypto.
 */
#ifndef MEDARK_CRYPTO_CERTIFICATE_CHAIN_H
#define MEDARK_CRYPTO_CERTIFICATE_CHAIN_H

#include "crypto/judgement.h"
#include "crypto/native.h"
#include "crypto/signed_form.h"

#include <openssl/x509v3.h>

struct medark_chain_request {
	const char *who;     /* "signer": for sentences */
	const char *subject; /* of the certificate */
	X509 *leaf;
	STACK_OF(X509) * intermediates;
	X509_STORE *store; /* of the anchors */
	int purpose;	   /* X509_PURPOSE_… */
	bool of_signer;	   /* F-26 holds of the authorities in between */
	struct medark_judgement judgement;
};

struct medark_chain_outcome {
	size_t length;	      /* certificates up to the anchor */
	time_t ends;	      /* when the first certificate of the chain expires */
	time_t checked_as_of; /* thisUpdate of the newest list that counts for the leaf; 0: none */
	time_t revoked_at;    /* after the time that is proven; 0: never */
};

/*
 * MEDARK_E_UNTRUSTED, "the WHO 'SUBJECT' is not trusted: REASON"; MEDARK_E_MEMORY. Any thread.
 */
int medark_certificate_chain_verify(const struct medark_chain_request *request,
				    struct medark_chain_outcome *out,
				    struct medark_error *err) MEDARK_MUST_USE;

/*
 * Checks a signer's own certificate and, with the certificates of the form as intermediates, its
 * chain (F-25). Sets out's chain_length, revocation_as_of, revoked_at, judged_at and time_proven.
 * MEDARK_E_UNTRUSTED with signer and reason; MEDARK_E_FORMAT if an intermediate cannot be read;
 * MEDARK_E_MEMORY.
 */
int medark_certificate_chain_check(const struct medark_certificate *signer,
				   const struct medark_signed_form *form,
				   const struct medark_trust *trust,
				   const struct medark_judgement *judgement,
				   struct medark_signer *out,
				   struct medark_error *err) MEDARK_MUST_USE;

#endif
