/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed_signer: the signer of a signed form: its certificates, and what is told of it. Internal to
 * lib/crypto. Any thread.
 */
#ifndef MEDARK_CRYPTO_SIGNED_SIGNER_H
#define MEDARK_CRYPTO_SIGNED_SIGNER_H

#include "crypto/signed_form.h"

/* Puts the certificate and its chain into the form; borrowed. */
void medark_signed_set_certificates(struct medark_signed_form *form,
				    const struct medark_certificate *certificate);

/* Makes an object of the signer's certificate. MEDARK_E_FORMAT. */
int medark_signed_load_signer(const struct medark_signed_form *form,
			      struct medark_certificate **out_certificate,
			      struct medark_error *err) MEDARK_MUST_USE;

/* Fills `out` with what form and certificate say; nothing of it is verified. */
void medark_signed_describe(const struct medark_signed_form *form,
			    const struct medark_certificate *certificate,
			    struct medark_signer *out);

#endif
