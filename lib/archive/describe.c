/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate is called: the names under which it stands in archives. */
#include "base/text.h"
#include "container/header.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"

#include <medark/key.h>

#include <stdio.h>

int medark_certificate_describe(const char *path, struct medark_certificate_info *out,
				struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	struct medark_certificate_info info = { 0 };
	struct medark_recipient recipient;
	struct medark_recipient_id id;

	MEDARK_TRY(medark_certificate_load(path, &certificate, err));
	(void)snprintf(info.subject, sizeof(info.subject), "%s",
		       medark_certificate_subject(certificate));
	medark_text_hex(medark_certificate_fingerprint(certificate), sizeof(struct medark_digest),
			info.fingerprint);
	recipient = (struct medark_recipient) { .certificate = certificate };
	/* A key of another kind is no fault here: it may be a signer's, or nobody's. */
	if (medark_recipient_id(&recipient, &id, NULL) == 0) {
		(void)snprintf(info.kind, sizeof(info.kind), "%s",
			       medark_recipient_kind_name((enum medark_recipient_kind)id.kind));
		(void)snprintf(info.recipient_id, sizeof(info.recipient_id), "%s", id.key_id);
	}
	*out = info;
	return 0;
}
