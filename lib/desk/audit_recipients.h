/* SPDX-License-Identifier: Apache-2.0 */
/* audit_recipients: the certificates of who can read a log that is to be begun. */
#ifndef MEDARK_DESK_AUDIT_RECIPIENTS_H
#define MEDARK_DESK_AUDIT_RECIPIENTS_H

#include "base/cleanup.h"
#include "base/error.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"

#include <medark/key.h>

/* Zeroed it is empty. */
struct medark_audit_recipients {
	struct medark_certificate *list[MEDARK_ENVELOPE_RECIPIENTS_MAX];
	size_t count;
};

void medark_audit_recipients_clear(struct medark_audit_recipients *r);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_audit_recipients, medark_audit_recipients_clear)

/*
 * Who has a private key of the identity, and who has one of these certificates (PEM files). The
 * certificates must be those of recipients, now. MEDARK_E_USAGE: nobody is left, as the identity is
 * a passphrase, or there are more than a log can have; MEDARK_E_KEY, MEDARK_E_SYSTEM,
 * MEDARK_E_MEMORY.
 */
int medark_audit_recipients_find(const struct medark_identity *identity,
				 const char *const *certificates, size_t count,
				 struct medark_audit_recipients *out,
				 struct medark_error *err) MEDARK_MUST_USE;

#endif
