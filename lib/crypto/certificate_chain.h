/* SPDX-License-Identifier: Apache-2.0 */
/*
 * certificate_chain: does a signer's certificate lead to a trust anchor? Internal to lib/crypto.
 */
#ifndef MEDARK_CRYPTO_CERTIFICATE_CHAIN_H
#define MEDARK_CRYPTO_CERTIFICATE_CHAIN_H

#include "crypto/signed_form.h"

/*
 * Checks the signer's own certificate and, with the certificates of the form as intermediates, its
 * chain (F-25). Sets out's chain_length, revocation_checked and judged_at. MEDARK_E_UNTRUSTED with
 * signer and reason; MEDARK_E_FORMAT if an intermediate cannot be read; MEDARK_E_MEMORY.
 */
int medark_certificate_chain_check(const struct medark_certificate *signer,
				   const struct medark_signed_form *form,
				   const struct medark_trust *trust, struct medark_signer *out,
				   struct medark_error *err) MEDARK_MUST_USE;

#endif
