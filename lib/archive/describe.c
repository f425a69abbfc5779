/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate is called: the names under which it stands in archives. */
#include "base/text.h"
#include "container/header.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"
#include "crypto/trust.h"

#include <medark/key.h>

#include <stdio.h>

static void describe(const struct medark_certificate *certificate,
		     struct medark_certificate_info *out)
{
	const struct medark_recipient recipient = { .certificate = certificate };
	struct medark_recipient_id id;

	*out = (struct medark_certificate_info) { 0 };
	(void)snprintf(out->subject, sizeof(out->subject), "%s",
		       medark_certificate_subject(certificate));
	medark_text_hex(medark_certificate_fingerprint(certificate), sizeof(struct medark_digest),
			out->fingerprint);
	/* A key of another kind is no fault here: it may be a signer's, or nobody's. */
	if (medark_recipient_id(&recipient, &id, NULL) == 0) {
		(void)snprintf(out->kind, sizeof(out->kind), "%s",
			       medark_recipient_kind_name((enum medark_recipient_kind)id.kind));
		(void)snprintf(out->recipient_id, sizeof(out->recipient_id), "%s", id.key_id);
	}
}

struct anchors {
	struct medark_certificate_info *out;
	size_t room, count;
};

static int add_anchor(void *context, const struct medark_certificate *certificate)
{
	struct anchors *a = context;

	if (a->count < a->room)
		describe(certificate, &a->out[a->count]);
	a->count++;
	return 0;
}

int medark_anchors_describe(const char *path, struct medark_certificate_info *out, size_t room,
			    size_t *out_count, struct medark_error *err)
{
	MEDARK_AUTO(medark_trust_free) struct medark_trust *trust = NULL;
	struct anchors a = { .out = out, .room = room };

	MEDARK_TRY(medark_trust_new(&trust, err));
	MEDARK_TRY(medark_trust_add_file(trust, path, err));
	MEDARK_TRY(medark_trust_each(trust, add_anchor, &a, err));
	*out_count = a.count;
	return 0;
}

int medark_certificate_describe(const char *path, struct medark_certificate_info *out,
				struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;

	MEDARK_TRY(medark_certificate_load(path, &certificate, err));
	describe(certificate, out);
	return 0;
}
