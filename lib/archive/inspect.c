/* SPDX-License-Identifier: Apache-2.0 */
/* What is visible without any key. The clear members are parsed as strictly as ever, but neither
 * the signature nor any hash is checked: nobody may take the answer for a verified one. */
#include "archive/member_read.h"
#include "archive/open.h"
#include "archive/tail.h"
#include "base/text.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>

static void copy(char *out, size_t room, const char *text)
{
	(void)snprintf(out, room, "%s", text);
	for (unsigned char *p = (unsigned char *)out; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
}

/* All recipients and reasons have a place; of types, FHIR's and "Other" do by far. */
#define PLACES(list)                                                                               \
	(sizeof(((struct medark_archive_info *)0)->list) /                                         \
	 sizeof(((struct medark_archive_info *)0)->list[0]))
_Static_assert(PLACES(recipients) == MEDARK_RECIPIENTS_MAX, "recipients");
_Static_assert(PLACES(reasons) == MEDARK_SUMMARY_REASONS_MAX, "reasons");

static void fill_header(struct medark_archive_info *out, const struct medark_header *header)
{
	medark_text_hex(&header->archive, sizeof(header->archive), out->archive);
	if (header->has_previous)
		medark_text_hex(&header->previous, sizeof(header->previous), out->previous);
	out->sequence = header->sequence;
	(void)medark_time_format(header->created, out->created);
	copy(out->tool, sizeof(out->tool), header->tool);
	copy(out->source, sizeof(out->source), header->source);
}

static void fill_recipient(struct medark_archive_info *out, const struct medark_recipient_id *id,
			   uint32_t revision)
{
	uint32_t i = out->recipient_count++;

	copy(out->recipients[i].kind, sizeof(out->recipients[i].kind),
	     medark_recipient_kind_name((enum medark_recipient_kind)id->kind));
	copy(out->recipients[i].id, sizeof(out->recipients[i].id), id->key_id);
	out->recipients[i].revision = revision;
}

/* Each revision has those of before, so that the last one has all there are. */
static void fill_recipients(struct medark_archive_info *out, const struct medark_recipients *from)
{
	for (size_t r = 0; r < from->count; r++)
		for (size_t i = 0; i < medark_envelope_count(from->revisions[r]); i++) {
			const struct medark_recipient_id *id =
				medark_envelope_recipient(from->revisions[r], i);

			if (!r || !medark_envelope_has(from->revisions[r - 1], id))
				fill_recipient(out, id, (uint32_t)r + 1);
		}
}

static void fill_servers(struct medark_archive_info *out, const struct medark_summary *summary)
{
	out->increment = medark_summary_is_increment(summary);
	for (; out->server_count < summary->server_count && out->server_count < PLACES(servers);
	     out->server_count++) {
		const struct medark_summary_server *from = &summary->servers[out->server_count];

		copy(out->servers[out->server_count].base, sizeof(out->servers[0].base),
		     from->base);
		copy(out->servers[out->server_count].time, sizeof(out->servers[0].time),
		     from->time);
		copy(out->servers[out->server_count].since, sizeof(out->servers[0].since),
		     from->since);
		out->servers[out->server_count].partial = from->partial;
	}
}

static void fill_summary(struct medark_archive_info *out, const struct medark_summary *summary)
{
	out->sources = summary->sources;
	out->items = summary->items;
	out->bytes = summary->bytes;
	out->records = summary->records;
	out->opaque = summary->opaque;
	out->patients = summary->patients;
	out->quarantined = summary->quarantined;
	out->duplicates = summary->duplicates;
	out->skipped = summary->skipped;
	out->complete = summary->complete;
	fill_servers(out, summary);
	for (; out->type_count < summary->type_count && out->type_count < PLACES(types);
	     out->type_count++) {
		const struct medark_count *c = &summary->types[out->type_count];

		copy(out->types[out->type_count].name, sizeof(out->types[0].name), c->name);
		out->types[out->type_count].count = c->count;
	}
	out->has_declared = summary->has_declared;
	for (; out->declared_count < summary->declared_count &&
	       out->declared_count < PLACES(declared);
	     out->declared_count++) {
		const struct medark_count *c = &summary->declared[out->declared_count];

		copy(out->declared[out->declared_count].name, sizeof(out->declared[0].name),
		     c->name);
		out->declared[out->declared_count].count = c->count;
	}
	for (; out->reason_count < summary->reason_count && out->reason_count < PLACES(reasons);
	     out->reason_count++) {
		const struct medark_count *c = &summary->reasons[out->reason_count];

		copy(out->reasons[out->reason_count].name, sizeof(out->reasons[0].name), c->name);
		out->reasons[out->reason_count].count = c->count;
	}
}

_Static_assert(PLACES(signatures) == MEDARK_SIGNATURES_MAX, "signatures, and .pq");
_Static_assert(PLACES(stamps) == MEDARK_STAMPS_MAX, "stamps");
_Static_assert(PLACES(revisions) == MEDARK_REVISIONS_MAX, "revisions");

static void fill_signature(struct medark_archive_info *out, const struct medark_signer *signer,
			   const struct medark_standing *standing)
{
	uint32_t i = out->signature_count++;

	copy(out->signatures[i].signer, sizeof(out->signatures[i].signer), signer->subject);
	copy(out->signatures[i].also, sizeof(out->signatures[i].also), signer->also);
	copy(out->signatures[i].algorithm, sizeof(out->signatures[i].algorithm),
	     signer->algorithm_name ? signer->algorithm_name : "");
	medark_text_hex(&signer->fingerprint, sizeof(signer->fingerprint),
			out->signatures[i].fingerprint);
	(void)medark_time_format(signer->signing_time, out->signatures[i].signed_at);
	out->signatures[i].trusted = standing->is_trusted;
	copy(out->signatures[i].why, sizeof(out->signatures[i].why), standing->why);
}

static void fill_signatures(struct medark_archive_info *out, const struct medark_evidence *e)
{
	for (size_t i = 0; i < e->signature_count; i++)
		fill_signature(out, &e->signatures[i].signer, &e->signatures[i].standing);
	if (e->has_pq)
		fill_signature(out, &e->pq.signer, &e->pq.standing);
}

static void fill_revisions(struct medark_archive_info *out, const struct medark_evidence *e)
{
	out->revision_count = (uint32_t)e->revision_count;
	for (size_t i = 0; i < e->revision_count; i++) {
		const struct medark_signer *signer = &e->revisions[i].signer;

		copy(out->revisions[i].signer, sizeof(out->revisions[i].signer), signer->subject);
		medark_text_hex(&signer->fingerprint, sizeof(signer->fingerprint),
				out->revisions[i].fingerprint);
		(void)medark_time_format(signer->signing_time, out->revisions[i].signed_at);
		out->revisions[i].trusted = e->revisions[i].standing.is_trusted;
		copy(out->revisions[i].why, sizeof(out->revisions[i].why),
		     e->revisions[i].standing.why);
	}
}

static void fill_stamps(struct medark_archive_info *out, const struct medark_evidence *e)
{
	out->stamp_count = (uint32_t)e->stamp_count;
	for (size_t i = 0; i < e->stamp_count; i++) {
		const struct medark_timestamp *stamp = &e->stamps[i].stamp;

		copy(out->stamps[i].authority, sizeof(out->stamps[i].authority), stamp->authority);
		medark_text_hex(&stamp->fingerprint, sizeof(stamp->fingerprint),
				out->stamps[i].fingerprint);
		copy(out->stamps[i].policy, sizeof(out->stamps[i].policy), stamp->policy);
		copy(out->stamps[i].serial, sizeof(out->stamps[i].serial), stamp->serial);
		out->stamps[i].trusted = e->stamps[i].standing.is_trusted;
		copy(out->stamps[i].why, sizeof(out->stamps[i].why), e->stamps[i].standing.why);
		if (!stamp->digest_name) /* not even looked at */
			continue;
		(void)medark_time_format(stamp->time, out->stamps[i].time);
		(void)medark_time_format(stamp->not_after, out->stamps[i].not_after);
	}
}

static void fill_evidence(struct medark_archive_info *out, const struct medark_evidence *e)
{
	const struct medark_signer *signer = &e->signer;
	const struct medark_timestamp *last = medark_evidence_last_stamp(e);

	copy(out->signer, sizeof(out->signer), signer->subject);
	copy(out->signer_also, sizeof(out->signer_also), signer->also);
	medark_text_hex(&signer->fingerprint, sizeof(signer->fingerprint), out->signer_fingerprint);
	(void)medark_time_format(signer->signing_time, out->signed_at);
	(void)medark_time_format(signer->not_after, out->signer_not_after);
	copy(out->signer_algorithm, sizeof(out->signer_algorithm),
	     signer->algorithm_name ? signer->algorithm_name : "");
	copy(out->signer_purposes, sizeof(out->signer_purposes), signer->purposes);
	if (signer->time_given && !signer->time_proven)
		(void)medark_time_format(signer->judged_at, out->judged_at);
	if (signer->time_proven && e->is_proven)
		(void)medark_time_format(e->proven_at, out->proven_at);
	if (signer->revoked_at)
		(void)medark_time_format(signer->revoked_at, out->revoked_at);
	out->revocation_checked = signer->revocation_as_of != 0;
	if (signer->revocation_as_of)
		(void)medark_time_format(signer->revocation_as_of, out->revocation_as_of);
	out->crl_count = (uint32_t)e->crl_count;
	fill_signatures(out, e);
	fill_stamps(out, e);
	fill_revisions(out, e);
	if (last)
		(void)medark_time_format(last->ends, out->stamped_until);
}

void medark_info_fill(struct medark_archive_info *out, const struct medark_header *header,
		      const struct medark_summary *summary, const struct medark_evidence *evidence,
		      const struct medark_recipients *recipients,
		      const struct medark_manifest *manifest)
{
	*out = (struct medark_archive_info) { .format_version = MEDARK_FORMAT_VERSION };
	fill_header(out, header);
	fill_summary(out, summary);
	fill_evidence(out, evidence);
	fill_recipients(out, recipients);
	out->members = medark_manifest_count(manifest);
	out->segments = medark_manifest_segments(manifest, MEDARK_KIND_DATA);
}

/* The clear members that inspection reads. */
struct visible {
	struct medark_header header;
	struct medark_summary summary;
	struct medark_evidence evidence;
	struct medark_recipients recipients;
};

static void visible_free(struct visible *v)
{
	if (v)
		medark_recipients_clear(&v->recipients);
	free(v);
}
MEDARK_DEFINE_AUTO(struct visible, visible_free)

static int read_clear(struct medark_input *in, const struct medark_tail *tail,
		      const struct medark_manifest *manifest, struct visible *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer scratch = MEDARK_BUFFER(MEDARK_MEMBER_READ_MAX);
	const struct medark_manifest_member *header =
		medark_manifest_find(manifest, MEDARK_MEMBER_HEADER);
	const struct medark_manifest_member *summary =
		medark_manifest_find(manifest, MEDARK_MEMBER_SUMMARY);
	const struct medark_manifest_member *keys =
		medark_manifest_find(manifest, MEDARK_MEMBER_KEYS);
	struct medark_bytes text;

	if (!header || !summary || !keys)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"header.json, summary.json or keys.p7m is missing");
	MEDARK_TRY(medark_member_read_unverified(in, header, &scratch, &text, err));
	MEDARK_TRY(medark_header_parse(text, &out->header, err));
	MEDARK_TRY(medark_member_read_unverified(in, summary, &scratch, &text, err));
	MEDARK_TRY(medark_summary_parse(text, &out->summary, err));
	MEDARK_TRY(medark_member_read_unverified(in, keys, &scratch, &text, err));
	return medark_recipients_read(text, tail->additions, tail->addition_count, &out->recipients,
				      err);
}

int medark_archive_inspect(const char *path, struct medark_archive_info *out,
			   struct medark_error *err)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	MEDARK_AUTO(medark_tail_clear) struct medark_tail tail = { 0 };
	MEDARK_AUTO(medark_manifest_free) struct medark_manifest *manifest = NULL;
	MEDARK_AUTO(visible_free) struct visible *visible = calloc(1, sizeof(*visible));
	struct medark_digest digest;

	if (!visible)
		return medark_error_memory(err, "an archive");
	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_input_open(path, &in, err));
	MEDARK_TRY(medark_tail_read(in, &tail, err));
	MEDARK_TRY(medark_tail_manifest(&tail, &manifest, err));
	MEDARK_TRY(medark_evidence_peek(&tail, &visible->evidence, err));
	MEDARK_TRY(read_clear(in, &tail, manifest, visible, err));
	medark_info_fill(out, &visible->header, &visible->summary, &visible->evidence,
			 &visible->recipients, manifest);
	medark_sha256(tail.manifest.data, tail.manifest.size, &digest);
	medark_text_hex(&digest, sizeof(digest), out->manifest);
	out->size = medark_input_size(in);
	return 0;
}
