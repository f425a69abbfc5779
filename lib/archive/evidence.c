/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/evidence.h"

#include "base/text.h"
#include "container/layout.h"
#include "crypto/pq_signature.h"

#include <stdio.h>
#include <string.h>

struct check {
	const struct medark_tail *tail;
	const struct medark_trust *trust;
	struct medark_evidence *out;
	struct medark_crls *crls;
	struct medark_judgement now;  /* as of now, with the lists of the archive */
	struct medark_judgement then; /* as of the stamp that covers the others; or now */
};

static void check_clear(struct check *c)
{
	medark_crls_free(c->crls);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct check, check_clear)

void medark_evidence_covered(const struct medark_tail *tail, unsigned number, size_t additions,
			     struct medark_covered *out)
{
	out->count = 0;
	if (number > 1)
		out->parts[out->count++] = tail->manifest;
	out->parts[out->count++] = tail->signature;
	for (size_t i = 0; number > 1 && i < additions; i++)
		out->parts[out->count++] = tail->additions[i].content;
}

const struct medark_timestamp *medark_evidence_last_stamp(const struct medark_evidence *e)
{
	for (size_t i = e->stamp_count; i-- > 0;)
		if (e->stamps[i].standing.is_trusted)
			return &e->stamps[i].stamp;
	return NULL;
}

/* Puts the member's name in front; an untrusted one stands, and is told. */
static int settle(const struct medark_addition *a, int code, struct medark_standing *out,
		  struct medark_error *why, struct medark_error *err)
{
	char name[MEDARK_ADDITION_NAME_MAX];

	out->is_trusted = code == 0;
	if (code == MEDARK_E_UNTRUSTED)
		(void)snprintf(out->why, sizeof(out->why), "%.*s", (int)sizeof(out->why) - 1,
			       why->message);
	if (code == 0 || code == MEDARK_E_UNTRUSTED)
		return 0;
	medark_addition_name(a, name);
	return medark_error_set(err, code, "%s: %s", name, why->message);
}

static int take_lists(struct check *c, struct medark_error *err)
{
	MEDARK_TRY(medark_crls_new(&c->crls, err));
	for (size_t i = 0; i < c->tail->addition_count; i++) {
		const struct medark_addition *a = &c->tail->additions[i];
		struct medark_error why = { 0 };
		struct medark_standing unused;

		if (a->kind == MEDARK_ADDITION_CRLS)
			MEDARK_TRY(settle(a, medark_crls_add_member(c->crls, a->content, &why),
					  &unused, &why, err));
	}
	c->out->crl_count = medark_crls_count(c->crls);
	c->now.crls = c->crls;
	c->then = c->now;
	return 0;
}

/* The number of a stamp is one more than its place in the list. */
static int check_stamp(struct check *c, size_t at, struct medark_judgement *as_of,
		       struct medark_error *err)
{
	const struct medark_addition *a = &c->tail->additions[at];
	struct medark_timestamp *stamp = &c->out->stamps[a->number - 1].stamp;
	struct medark_standing *standing = &c->out->stamps[a->number - 1].standing;
	struct medark_error why = { 0 };
	struct medark_covered covered;
	int code;

	medark_evidence_covered(c->tail, a->number, at, &covered);
	code = medark_timestamp_verify(a->content, covered.parts, covered.count, c->trust, as_of,
				       stamp, &why);
	MEDARK_TRY(settle(a, code, standing, &why, err));
	if (standing->is_trusted && as_of->is_proven && stamp->time > as_of->at)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a time stamp is older than the one before it, %u",
					a->number);
	if (standing->is_trusted)
		*as_of = (struct medark_judgement) {
			.has_time = true, .is_proven = true, .at = stamp->time, .crls = c->crls
		};
	return 0;
}

/* From the last one back: each is judged as of the one that covers it. */
static int check_stamps(struct check *c, struct medark_error *err)
{
	struct medark_judgement as_of = c->now;

	c->out->stamp_count = medark_addition_count(c->tail->additions, c->tail->addition_count,
						    MEDARK_ADDITION_STAMP);
	for (size_t i = c->tail->addition_count; i-- > 0;) {
		const struct medark_addition *a = &c->tail->additions[i];

		if (a->kind != MEDARK_ADDITION_STAMP)
			continue;
		/* The first one covers none of the other signatures. */
		if (a->number == 1)
			c->then = as_of;
		MEDARK_TRY(check_stamp(c, i, &as_of, err));
	}
	c->out->is_proven = as_of.is_proven;
	c->out->proven_at = as_of.at;
	return 0;
}

/* An older OpenSSL knows nothing of it: that is told, and no more. */
static int check_pq(struct check *c, const struct medark_addition *a, struct medark_error *err)
{
	struct medark_error why = { 0 };
	int code = medark_pq_signature_verify(c->tail->manifest, a->content, c->trust, &c->then,
					      &c->out->pq.signer, &why);

	c->out->has_pq = true;
	if (code == MEDARK_E_SYSTEM) {
		MEDARK_TRY(medark_pq_signature_peek(a->content, &c->out->pq.signer, err));
		code = MEDARK_E_UNTRUSTED;
	}
	return settle(a, code, &c->out->pq.standing, &why, err);
}

static int check_signatures(struct check *c, struct medark_error *err)
{
	for (size_t i = 0; i < c->tail->addition_count; i++) {
		const struct medark_addition *a = &c->tail->additions[i];
		struct medark_error why = { 0 };
		size_t at = c->out->signature_count;
		int code;

		if (a->kind == MEDARK_ADDITION_PQ)
			MEDARK_TRY(check_pq(c, a, err));
		if (a->kind != MEDARK_ADDITION_SIGNATURE)
			continue;
		code = medark_signature_verify(c->tail->manifest, a->content, c->trust, &c->then,
					       &c->out->signatures[at].signer, &why);
		MEDARK_TRY(settle(a, code, &c->out->signatures[at].standing, &why, err));
		c->out->signature_count++;
	}
	return 0;
}

/* ---- who added recipients ---- */

static int put_sum(struct medark_buffer *out, struct medark_bytes content, const char *name,
		   struct medark_error *err)
{
	struct medark_digest digest;
	char hex[2 * sizeof(digest) + 1];

	medark_sha256(content.data, content.size, &digest);
	medark_text_hex(&digest, sizeof(digest), hex);
	return medark_buffer_print(out, err, "%s  %s\n", hex, name);
}

int medark_evidence_revision_text(struct medark_bytes manifest, const struct medark_addition *keys,
				  struct medark_buffer *out, struct medark_error *err)
{
	char name[MEDARK_ADDITION_NAME_MAX];

	medark_addition_name(keys, name);
	MEDARK_TRY(put_sum(out, manifest, MEDARK_MEMBER_MANIFEST, err));
	return put_sum(out, keys->content, name, err);
}

static int check_revisions(struct check *c, struct medark_error *err)
{
	const struct medark_tail *tail = c->tail;

	/* F-40: each is followed by its signature. */
	for (size_t i = medark_addition_before_keys(tail->additions, tail->addition_count);
	     i + 1 < tail->addition_count; i += 2) {
		MEDARK_AUTO(medark_buffer_clear)
		struct medark_buffer text = MEDARK_BUFFER(MEDARK_EVIDENCE_REVISION_TEXT_MAX);
		const struct medark_addition *signature = &tail->additions[i + 1];
		struct medark_error why = { 0 };
		size_t at = c->out->revision_count++;
		int code;

		MEDARK_TRY(medark_evidence_revision_text(tail->manifest, &tail->additions[i], &text,
							 err));
		code = medark_signature_verify(medark_bytes(text.data, text.size),
					       signature->content, c->trust, &c->now,
					       &c->out->revisions[at].signer, &why);
		MEDARK_TRY(settle(signature, code, &c->out->revisions[at].standing, &why, err));
	}
	return 0;
}

int medark_evidence_check(const struct medark_tail *tail, const struct medark_trust *trust,
			  struct medark_evidence *out, struct medark_error *err)
{
	MEDARK_AUTO(check_clear)
	struct check c = { .tail = tail, .trust = trust, .out = out };
	struct medark_judgement first;

	*out = (struct medark_evidence) { 0 };
	MEDARK_TRY(take_lists(&c, err));
	MEDARK_TRY(check_stamps(&c, err));
	first = c.now;
	if (out->is_proven)
		first = (struct medark_judgement) { true, true, out->proven_at, c.crls };
	/* Who signed comes before what others say to it. */
	MEDARK_TRY(medark_signature_verify(tail->manifest, tail->signature, trust, &first,
					   &out->signer, err));
	MEDARK_TRY(check_signatures(&c, err));
	return check_revisions(&c, err);
}

int medark_evidence_peek(const struct medark_tail *tail, struct medark_evidence *out_unverified,
			 struct medark_error *err)
{
	struct medark_evidence *out = out_unverified;

	*out = (struct medark_evidence) { 0 };
	MEDARK_TRY(medark_signature_peek(tail->signature, &out->signer, err));
	for (size_t i = 0; i < tail->addition_count; i++) {
		const struct medark_addition *a = &tail->additions[i];

		out->stamp_count += a->kind == MEDARK_ADDITION_STAMP;
		if (a->kind == MEDARK_ADDITION_PQ) {
			MEDARK_TRY(medark_pq_signature_peek(a->content, &out->pq.signer, err));
			out->has_pq = true;
		}
		if (a->kind == MEDARK_ADDITION_SIGNATURE)
			MEDARK_TRY(medark_signature_peek(
				a->content, &out->signatures[out->signature_count++].signer, err));
		if (a->kind == MEDARK_ADDITION_KEYS_SIGNATURE)
			MEDARK_TRY(medark_signature_peek(
				a->content, &out->revisions[out->revision_count++].signer, err));
	}
	return 0;
}
