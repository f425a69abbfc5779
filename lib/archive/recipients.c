/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/recipients.h"

static size_t passphrases(const struct medark_envelope *envelope)
{
	size_t n = 0;

	for (size_t i = 0; i < medark_envelope_count(envelope); i++)
		n += medark_envelope_recipient(envelope, i)->kind == MEDARK_ENVELOPE_KEK;
	return n;
}

static int read_revision(const struct medark_addition *a, struct medark_recipients *out,
			 struct medark_error *err)
{
	const struct medark_envelope *before = medark_recipients_last(out);
	struct medark_envelope *revision;
	char name[MEDARK_ADDITION_NAME_MAX];
	struct medark_error why = { 0 };
	int code = medark_envelope_parse(a->content, &revision, &why);

	medark_addition_name(a, name);
	if (code < 0) /* it says that keys.p7m is malformed: so is the form of this one */
		return medark_error_set(err, code, "%s: as %s", name, why.message);
	out->revisions[out->count++] = revision;
	if (!medark_envelope_extends(revision, before))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"%s does not have all recipients of before, and more",
					name);
	/* How a passphrase becomes a key stands in header.json, which does not change. */
	if (passphrases(revision) != passphrases(before))
		return medark_error_set(err, MEDARK_E_FORMAT, "%s adds a passphrase", name);
	return 0;
}

int medark_recipients_read(struct medark_bytes keys_p7m, const struct medark_addition *additions,
			   size_t count, struct medark_recipients *out, struct medark_error *err)
{
	MEDARK_TRY(medark_envelope_parse(keys_p7m, &out->revisions[0], err));
	out->count = 1;
	for (size_t i = 0; i < count; i++)
		if (additions[i].kind == MEDARK_ADDITION_KEYS)
			MEDARK_TRY(read_revision(&additions[i], out, err));
	return 0;
}

void medark_recipients_clear(struct medark_recipients *recipients)
{
	for (size_t i = 0; i < recipients->count; i++)
		medark_envelope_free(recipients->revisions[i]);
	*recipients = (struct medark_recipients) { 0 };
}

const struct medark_envelope *medark_recipients_last(const struct medark_recipients *recipients)
{
	return recipients->revisions[recipients->count - 1];
}
