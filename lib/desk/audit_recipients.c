/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/audit_recipients.h"

#include "archive/identity.h"

#include <time.h>

void medark_audit_recipients_clear(struct medark_audit_recipients *r)
{
	for (size_t i = 0; i < r->count; i++)
		medark_certificate_free(r->list[i]);
	r->count = 0;
}

int medark_audit_recipients_find(const struct medark_identity *identity,
				 const char *const *certificates, size_t count,
				 struct medark_audit_recipients *r, struct medark_error *err)
{
	size_t keys = medark_identity_keys(identity);

	if (keys + count == 0)
		return medark_error_set(err, MEDARK_E_USAGE,
					"nobody could read the audit log: an identity that is a "
					"passphrase needs an auditor's certificate");
	if (keys + count > MEDARK_ENVELOPE_RECIPIENTS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d readers of the log",
					MEDARK_ENVELOPE_RECIPIENTS_MAX);
	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(medark_certificate_load(certificates[i], &r->list[r->count], err));
		MEDARK_TRY(
			medark_certificate_check_recipient(r->list[r->count++], time(NULL), err));
	}
	for (size_t i = 0; i < keys; i++)
		MEDARK_TRY(medark_identity_certificate(identity, i, &r->list[r->count++], err));
	return 0;
}
