/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/open.h"

#include "archive/identity.h"
#include "archive/member_read.h"
#include "archive/tail.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>

/* Reads the clear member `name`; the content is borrowed from `scratch`. */
static int read_named(const struct medark_archive *a, const char *name,
		      struct medark_buffer *scratch, struct medark_bytes *out,
		      struct medark_error *err)
{
	const struct medark_manifest_member *member = medark_manifest_find(a->manifest, name);

	if (!member)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is missing", name);
	return medark_member_read(a->input, member, scratch, out, err);
}

/* F-22. */
static int check_facts(const struct medark_archive *a, struct medark_error *err)
{
	const struct medark_manifest_facts *facts = medark_manifest_facts(a->manifest);
	const struct medark_header *header = &a->header;
	const char *differs = NULL;

	if (memcmp(&facts->archive, &header->archive, sizeof(facts->archive)) != 0)
		differs = "header.json: the archive id";
	else if (memcmp(&facts->archive, &a->summary.archive, sizeof(facts->archive)) != 0)
		differs = "summary.json: the archive id";
	else if (facts->sequence != header->sequence)
		differs = "header.json: the sequence number";
	else if (facts->has_previous != header->has_previous ||
		 (facts->has_previous && !medark_digest_equal(&facts->previous, &header->previous)))
		differs = "header.json: the previous archive";
	else if (facts->records != a->summary.records)
		differs = "summary.json: the number of records";
	if (differs)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is not that of MANIFEST",
					differs);
	return 0;
}

/* F-11: needs no key. */
static int check_recipients(const struct medark_header *header,
			    const struct medark_envelope *envelope, struct medark_error *err)
{
	bool same = medark_envelope_count(envelope) == header->recipient_count;

	for (uint32_t i = 0; same && i < header->recipient_count; i++) {
		const struct medark_recipient_id *id = medark_envelope_recipient(envelope, i);

		same = (int)id->kind == (int)header->recipients[i].kind &&
		       strcmp(id->key_id, header->recipients[i].id) == 0;
	}
	if (!same)
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"header.json does not list the recipients that keys.p7m has");
	return 0;
}

/* header.json, summary.json, keys.p7m: what the verified manifest vouches for. */
static int open_front(struct medark_archive *a, const struct medark_tail *tail,
		      const struct medark_identity *identity, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer scratch = MEDARK_BUFFER(MEDARK_MEMBER_READ_MAX);
	struct medark_bytes text;

	MEDARK_TRY(read_named(a, MEDARK_MEMBER_HEADER, &scratch, &text, err));
	MEDARK_TRY(medark_header_parse(text, &a->header, err));
	MEDARK_TRY(read_named(a, MEDARK_MEMBER_SUMMARY, &scratch, &text, err));
	MEDARK_TRY(medark_summary_parse(text, &a->summary, err));
	MEDARK_TRY(check_facts(a, err));
	MEDARK_TRY(read_named(a, MEDARK_MEMBER_KEYS, &scratch, &text, err));
	MEDARK_TRY(medark_recipients_read(text, tail->additions, tail->addition_count,
					  &a->recipients, err));
	MEDARK_TRY(check_recipients(&a->header, a->recipients.revisions[0], err));
	if (!identity)
		return 0;
	MEDARK_TRY(medark_identity_open(identity, &a->recipients, &a->header, &a->key, err));
	a->has_key = true;
	return 0;
}

static int open_all(struct medark_archive *a, const char *path, const struct medark_trust *trust,
		    const struct medark_identity *identity, struct medark_error *err)
{
	MEDARK_AUTO(medark_tail_clear) struct medark_tail tail = { 0 };

	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_input_open(path, &a->input, err));
	MEDARK_TRY(medark_tail_read(a->input, &tail, err));
	MEDARK_TRY(medark_evidence_check(&tail, trust, &a->evidence, err));
	medark_sha256(tail.manifest.data, tail.manifest.size, &a->manifest_digest);
	medark_sha256(tail.bytes.data, tail.bytes.size, &a->tail_digest);
	MEDARK_TRY(medark_tail_manifest(&tail, &a->manifest, err));
	return open_front(a, &tail, identity, err);
}

int medark_archive_open(const char *path, const struct medark_trust *trust,
			const struct medark_identity *identity, struct medark_archive **out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *a = calloc(1, sizeof(*a));
	int code;

	if (!a)
		return medark_error_memory(err, "an archive");
	if (!trust) /* F-25 */
		return medark_error_set(err, MEDARK_E_USAGE,
					"an archive is opened with a trust anchor only");
	errno = 0;
	code = open_all(a, path, trust, identity, err);
	/* OpenSSL often takes a lack of memory for a wrong signature, signer or key. */
	if (code < 0 && errno == ENOMEM)
		return medark_error_memory(err, "opening an archive");
	MEDARK_TRY(code);
	*out = MEDARK_TAKE(a);
	return 0;
}

void medark_archive_free(struct medark_archive *archive)
{
	if (!archive)
		return;
	medark_index_free(archive->index);
	medark_recipients_clear(&archive->recipients);
	medark_manifest_free(archive->manifest);
	medark_input_free(archive->input);
	medark_key_clear(&archive->key);
	free(archive);
}

int medark_archive_index(struct medark_archive *archive, struct medark_index **out,
			 struct medark_error *err)
{
	struct medark_index_source source = {
		.input = archive->input,
		.manifest = archive->manifest,
		.key = &archive->key,
		.signer = &archive->evidence.signer.fingerprint,
	};

	if (!archive->has_key)
		return medark_error_set(err, MEDARK_E_IDENTITY,
					"the archive was opened without an identity");
	if (!archive->index)
		MEDARK_TRY(medark_index_open(&source, &archive->index, err));
	if (medark_index_is_increment(archive->index) !=
	    medark_summary_is_increment(&archive->summary))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"summary.json and the index differ in whether it is an "
					"increment");
	*out = archive->index;
	return 0;
}

int medark_archive_info(struct medark_archive *archive, struct medark_archive_info *out,
			struct medark_error *err)
{
	(void)err;
	medark_info_fill(out, &archive->header, &archive->summary, &archive->evidence,
			 &archive->recipients, archive->manifest);
	medark_text_hex(&archive->manifest_digest, sizeof(archive->manifest_digest), out->manifest);
	out->size = medark_input_size(archive->input);
	return 0;
}
