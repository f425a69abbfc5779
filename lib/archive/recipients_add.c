/* SPDX-License-Identifier: Apache-2.0 */
/* More recipients behind an archive: a new revision of keys.p7m, and who vouches for it. */
#include "archive/append.h"
#include "archive/evidence.h"
#include "archive/identity.h"
#include "archive/open.h"

#include <medark/evidence.h>
#include <medark/recipients.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct add {
	const struct medark_recipients_request *request;
	struct medark_archive *archive;
	struct medark_append *append;
	struct medark_certificate *signer;
	struct medark_private_key *key;
	struct medark_recipients base; /* what the new revision goes on from; borrowed */
	struct medark_certificate *certificates[MEDARK_ENVELOPE_RECIPIENTS_MAX]; /* new ones */
	size_t count;
	uint32_t present;
};

static void add_free(struct add *add)
{
	if (!add)
		return;
	for (size_t i = 0; i < add->count; i++)
		medark_certificate_free(add->certificates[i]);
	medark_private_key_free(add->key);
	medark_certificate_free(add->signer);
	medark_append_free(add->append);
	medark_archive_free(add->archive);
	free(add);
}
MEDARK_DEFINE_AUTO(struct add, add_free)

static int identify(const struct medark_certificate *certificate, struct medark_recipient_id *out,
		    struct medark_error *err)
{
	const struct medark_recipient recipient = { .certificate = certificate };

	return medark_recipient_id(&recipient, out, err);
}

/*
 * Does somebody vouch for revision `n` (0: keys.p7m) who is trusted, or was when they signed?
 * Without that anybody can have put it there, with names of people whom it does not let in.
 */
static bool is_vouched(const struct add *add, size_t n)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_EVIDENCE_REVISION_TEXT_MAX);
	const struct medark_evidence *e = &add->archive->evidence;
	const struct medark_tail *tail = medark_append_tail(add->append);
	size_t at = medark_addition_before_keys(tail->additions, tail->addition_count) + 2 * n;
	struct medark_judgement then = { .has_time = true, .is_proven = true };
	struct medark_signer signer;

	if (n == 0 || e->revisions[n - 1].standing.is_trusted)
		return true;
	then.at = e->revisions[n - 1].signer.signing_time;
	return medark_evidence_revision_text(tail->manifest, &tail->additions[at - 2], &text,
					     NULL) == 0 &&
	       medark_signature_verify(medark_bytes(text.data, text.size),
				       tail->additions[at - 1].content, add->request->trust, &then,
				       &signer, NULL) == 0;
}

/* All that is there, or, where that is asked for, without the last ones that nobody vouches for. */
static void choose_base(struct add *add)
{
	add->base = add->archive->recipients;
	while (add->request->drop && !is_vouched(add, add->base.count - 1))
		add->base.count--;
}

/* The first revision that names somebody; the count of revisions if none does. */
static size_t first_with(const struct add *add, const struct medark_recipient_id *id)
{
	size_t n = 0;

	while (n < add->base.count && !medark_envelope_has(add->base.revisions[n], id))
		n++;
	return n;
}

static int refuse_named(const struct add *add, const struct medark_certificate *c, size_t n,
			struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_EXISTS,
				"'%s' is named in KEYS.%zu.p7m already, but it was added by '%s', "
				"who is not trusted, and perhaps opens nothing; --force leaves out "
				"what such signers have added last",
				medark_certificate_subject(c), n + 1,
				add->archive->evidence.revisions[n - 1].signer.subject);
}

/* Takes one that is not there yet, and was not given twice. */
static int take_recipient(struct add *add, const char *path, struct medark_error *err)
{
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *c = NULL;
	struct medark_recipient_id id, other;
	size_t n;

	MEDARK_TRY(medark_certificate_load(path, &c, err));
	MEDARK_TRY(identify(c, &id, err));
	n = first_with(add, &id);
	if (n < add->base.count) {
		if (!is_vouched(add, n))
			return refuse_named(add, c, n, err);
		add->present++;
		return 0;
	}
	for (size_t i = 0; i < add->count; i++) {
		MEDARK_TRY(identify(add->certificates[i], &other, err));
		if (other.kind == id.kind && strcmp(other.key_id, id.key_id) == 0)
			return 0;
	}
	MEDARK_TRY(medark_certificate_check_recipient(c, time(NULL), err));
	if (add->count == MEDARK_ENVELOPE_RECIPIENTS_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d recipients",
					MEDARK_ENVELOPE_RECIPIENTS_MAX);
	add->certificates[add->count++] = MEDARK_TAKE(c);
	return 0;
}

/* The file may be another one by now than the one that was opened. */
static int check_same(const struct add *add, struct medark_error *err)
{
	const struct medark_tail *tail = medark_append_tail(add->append);
	struct medark_digest digest;

	medark_sha256(tail->bytes.data, tail->bytes.size, &digest);
	if (!medark_digest_equal(&digest, &add->archive->tail_digest))
		return medark_error_set(err, MEDARK_E_FORMAT, "it was changed while it was read");
	return 0;
}

static int load(struct add *add, struct medark_error *err)
{
	const struct medark_recipients_request *request = add->request;

	MEDARK_TRY(medark_certificate_load(request->certificate, &add->signer, err));
	MEDARK_TRY(medark_private_key_load(
		request->key, medark_bytes(request->passphrase, request->passphrase_size),
		&add->key, err));
	MEDARK_TRY(medark_archive_settle(request->archive, err));
	MEDARK_TRY(medark_archive_open(request->archive, request->trust, request->identity,
				       &add->archive, err));
	MEDARK_TRY(medark_append_open(request->archive, &add->append, err));
	MEDARK_TRY(check_same(add, err));
	choose_base(add);
	for (size_t i = 0; i < request->recipient_count; i++)
		MEDARK_TRY(take_recipient(add, request->recipients[i], err));
	return 0;
}

static int make_keys(const struct add *add, struct medark_buffer *out, struct medark_error *err)
{
	struct medark_recipient recipients[MEDARK_ENVELOPE_RECIPIENTS_MAX] = { 0 };

	for (size_t i = 0; i < add->count; i++)
		recipients[i].certificate = add->certificates[i];
	return medark_identity_extend(add->request->identity, &add->base, &add->archive->header,
				      recipients, add->count, out, err);
}

/* In the place of what is left out, the new revision and its signature, at once. */
static int replace(struct add *add, const struct medark_addition wanted[2],
		   struct medark_error *err)
{
	const struct medark_tail *tail = medark_append_tail(add->append);
	struct medark_addition list[MEDARK_ADDITIONS_MAX];
	size_t count = medark_addition_before_keys(tail->additions, tail->addition_count) +
		       2 * (add->base.count - 1);

	memcpy(list, tail->additions, count * sizeof(list[0]));
	list[count++] = wanted[0];
	list[count++] = wanted[1];
	return medark_append_replace(add->append, add->request->trust, list, count, err);
}

/* What an untrusted signer added would only be in the way. */
static int sign_and_append(struct add *add, struct medark_bytes keys, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_EVIDENCE_REVISION_TEXT_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer p7s = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	unsigned number = (unsigned)add->base.count + 1;
	struct medark_addition wanted[] = {
		{ .kind = MEDARK_ADDITION_KEYS, .number = number, .content = keys },
		{ .kind = MEDARK_ADDITION_KEYS_SIGNATURE, .number = number },
	};
	struct medark_signer signer;
	struct medark_bytes signed_text;
	int code;

	MEDARK_TRY(medark_evidence_revision_text(medark_append_tail(add->append)->manifest,
						 &wanted[0], &text, err));
	signed_text = medark_bytes(text.data, text.size);
	MEDARK_TRY(medark_signature_make(signed_text, add->signer, add->key, &p7s, err));
	wanted[1].content = medark_bytes(p7s.data, p7s.size);
	code = medark_signature_verify(signed_text, wanted[1].content, add->request->trust, NULL,
				       &signer, err);
	if (code < 0)
		return medark_error_prefix(err, code,
					   "who adds recipients has to be trusted as well");
	return replace(add, wanted, err);
}

static int check_room(const struct add *add, struct medark_error *err)
{
	if (add->base.count <= MEDARK_REVISIONS_MAX)
		return 0;
	return medark_error_set(err, MEDARK_E_EXISTS,
				"recipients were added %d times, and there is room for no more: "
				"restore it and export anew%s",
				MEDARK_REVISIONS_MAX,
				is_vouched(add, add->base.count - 1)
					? ""
					: "; or leave out, with --force, what signers who are not "
					  "trusted have added last");
}

int medark_archive_add_recipients(const struct medark_recipients_request *request,
				  struct medark_recipients_result *out, struct medark_error *err)
{
	MEDARK_AUTO(add_free) struct add *add = calloc(1, sizeof(*add));
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer keys = MEDARK_BUFFER(MEDARK_ENVELOPE_SIZE_MAX);
	struct medark_recipients_result result = { 0 };
	size_t before;

	if (!add)
		return medark_error_memory(err, "recipients");
	if (!request->recipient_count || !request->identity)
		return medark_error_set(err, MEDARK_E_USAGE,
					"it takes a recipient, and an identity that opens it");
	add->request = request;
	MEDARK_TRY(load(add, err));
	before = medark_envelope_count(medark_recipients_last(&add->base));
	result.present = add->present;
	result.added = (uint32_t)add->count;
	result.total = (uint32_t)(before + add->count);
	if (add->count) {
		MEDARK_TRY(check_room(add, err));
		MEDARK_TRY(make_keys(add, &keys, err));
		MEDARK_TRY(sign_and_append(add, medark_bytes(keys.data, keys.size), err));
		result.revision = (uint32_t)add->base.count + 1;
		result.dropped = (uint32_t)(add->archive->recipients.count - add->base.count);
	}
	*out = result;
	return 0;
}
