/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps and further signatures behind an archive. */
#include "archive/append.h"
#include "archive/evidence.h"
#include "archive/open.h"
#include "archive/progress.h"
#include "base/time.h"
#include "crypto/pq.h"
#include "crypto/pq_signature.h"
#include "net/tsa.h"

#include <medark/evidence.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is there has to be right, and of somebody, before anything is put beside it. */
static int check(const struct medark_append *a, const struct medark_trust *trust,
		 struct medark_evidence *out, struct medark_error *err)
{
	if (!trust)
		return medark_error_set(err, MEDARK_E_USAGE,
					"an archive is opened with a trust anchor only");
	return medark_evidence_check(medark_append_tail(a), trust, out, err);
}

int medark_archive_settle(const char *path, struct medark_error *err)
{
	MEDARK_AUTO(medark_append_free) struct medark_append *a = NULL;

	if (!medark_append_has_journal(path))
		return 0;
	MEDARK_TRY(medark_append_open(path, &a, err));
	return 1;
}

/* ---- revocation lists ---- */

static int add_lists(struct medark_append *a, const struct medark_stamp_request *request,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_crls_free) struct medark_crls *crls = NULL;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_CRLS_SIZE_MAX);
	struct medark_addition wanted = { .kind = MEDARK_ADDITION_CRLS };
	const struct medark_tail *tail = medark_append_tail(a);
	bool replaces;
	size_t at;

	MEDARK_TRY(medark_crls_new(&crls, err));
	for (size_t i = 0; i < request->crl_count; i++)
		MEDARK_TRY(medark_crls_add_file(crls, request->crls[i], err));
	/* With those that no stamp covers yet. */
	MEDARK_TRY(medark_addition_place(tail->additions, tail->addition_count, &wanted, &at,
					 &replaces, err));
	if (replaces)
		MEDARK_TRY(medark_crls_add_member(crls, tail->additions[at].content, err));
	MEDARK_TRY(medark_crls_write(crls, &text, err));
	wanted.content = medark_bytes(text.data, text.size);
	return medark_append_add(a, request->trust, &wanted, err);
}

/* ---- stamps ---- */

static int poll_meter(void *context, struct medark_error *err)
{
	struct medark_progress now = { .phase = "stamping" };

	return medark_meter_set(context, &now, err);
}

/*
 * Asks for the stamp and looks at it as whoever verifies the archive will, before it is kept: an
 * archive with a stamp that does not verify would not verify itself.
 */
static int fetch(const struct medark_stamp_request *request, const struct medark_covered *covered,
		 struct medark_meter *meter, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer asked = MEDARK_BUFFER(1 << 16);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer answer = MEDARK_BUFFER(MEDARK_TIMESTAMP_SIZE_MAX + 1);
	const struct medark_tsa tsa = { .url = request->url,
					.ca_file = request->ca_file,
					.poll = poll_meter,
					.context = meter };
	struct medark_timestamp stamp;

	MEDARK_TRY(medark_timestamp_request(covered->parts, covered->count, &asked, err));
	MEDARK_TRY(medark_tsa_ask(&tsa, medark_bytes(asked.data, asked.size), &answer, err));
	MEDARK_TRY(medark_timestamp_take(medark_bytes(asked.data, asked.size),
					 medark_bytes(answer.data, answer.size), out, err));
	return medark_timestamp_verify(medark_bytes(out->data, out->size), covered->parts,
				       covered->count, request->trust, NULL, &stamp, err);
}

/* ---- room for one more ---- */

/* The end of the archive as the next stamp finds it. */
struct next {
	struct medark_tail tail;    /* its views are borrowed of the archive's own */
	struct medark_buffer lists; /* of the members that became one */
	size_t stamps;		    /* that stay */
	bool has_lost_lists;
};

static void next_clear(struct next *n)
{
	medark_buffer_clear(&n->lists);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct next, next_clear)

/*
 * Does its authority lead to no anchor even as of its own time? One that has expired since, or was
 * revoked, is evidence still: as of a time that somebody knows, or for who keeps such anchors.
 */
static bool is_of_nobody(const struct medark_tail *tail, size_t at, time_t time,
			 const struct medark_trust *trust)
{
	const struct medark_addition *a = &tail->additions[at];
	const struct medark_judgement then = { .has_time = true, .is_proven = true, .at = time };
	struct medark_timestamp stamp;
	struct medark_covered covered;

	medark_evidence_covered(tail, a->number, at, &covered);
	return medark_timestamp_verify(a->content, covered.parts, covered.count, trust, &then,
				       &stamp, NULL) == MEDARK_E_UNTRUSTED;
}

/* How many stamps have to stay: the last that somebody vouches for, and all before it. */
static size_t count_kept(const struct medark_tail *tail, const struct medark_evidence *e,
			 const struct medark_trust *trust)
{
	size_t kept = e->stamp_count;

	for (size_t i = tail->addition_count; i-- > 0;) {
		if (tail->additions[i].kind != MEDARK_ADDITION_STAMP)
			continue;
		if (e->stamps[kept - 1].standing.is_trusted ||
		    !is_of_nobody(tail, i, e->stamps[kept - 1].stamp.time, trust))
			break;
		kept--;
	}
	return kept;
}

/* Lists of which no stamp that stays covers any become one member, if they have room in it. */
static int join_lists(const struct medark_tail *tail, unsigned first, struct next *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_crls_free) struct medark_crls *crls = NULL;
	struct medark_bytes newest = { 0 };
	int code;

	MEDARK_TRY(medark_crls_new(&crls, err));
	for (size_t i = 0; i < tail->addition_count; i++) {
		const struct medark_addition *a = &tail->additions[i];

		if (a->kind != MEDARK_ADDITION_CRLS || a->number < first)
			continue;
		MEDARK_TRY(medark_crls_add_member(crls, a->content, err));
		newest = a->content;
	}
	if (!newest.size)
		return 0;
	code = medark_crls_write(crls, &out->lists, err);
	if (code != MEDARK_E_USAGE)
		return code;
	out->has_lost_lists = true;
	out->lists.size = 0;
	return medark_buffer_add(&out->lists, newest.data, newest.size, err);
}

/* Behind the last stamp that stays, in front of recipients that were added. */
static void put_lists(struct next *next, unsigned number)
{
	struct medark_tail *tail = &next->tail;
	size_t at = medark_addition_before_keys(tail->additions, tail->addition_count);

	memmove(tail->additions + at + 1, tail->additions + at,
		(tail->addition_count++ - at) * sizeof(tail->additions[0]));
	tail->additions[at] = (struct medark_addition) {
		.kind = MEDARK_ADDITION_CRLS,
		.number = number,
		.content = medark_bytes(next->lists.data, next->lists.size),
	};
}

/*
 * Where all places are taken, stamps that anybody can have put there must not keep out a real one:
 * the last ones go, if no anchor of the user's vouches for them. Before that they stay: somebody
 * else's anchors may vouch for them. Certificates that are judged as of another time say nothing.
 */
static int make_room(const struct medark_tail *tail, const struct medark_evidence *e,
		     const struct medark_trust *trust, struct next *out, struct medark_error *err)
{
	unsigned number;
	time_t given;

	out->tail = *tail;
	out->stamps = e->stamp_count;
	if (e->stamp_count < MEDARK_STAMPS_MAX || medark_trust_time(trust, &given))
		return 0;
	out->stamps = count_kept(tail, e, trust);
	if (out->stamps == e->stamp_count)
		return 0;
	number = out->stamps ? (unsigned)out->stamps : 1;
	MEDARK_TRY(join_lists(tail, number, out, err));
	out->tail.addition_count = 0;
	for (size_t i = 0; i < tail->addition_count; i++) {
		const struct medark_addition *a = &tail->additions[i];

		if ((a->kind == MEDARK_ADDITION_STAMP && a->number > out->stamps) ||
		    (a->kind == MEDARK_ADDITION_CRLS && a->number >= number))
			continue;
		out->tail.additions[out->tail.addition_count++] = *a;
	}
	if (out->lists.size)
		put_lists(out, number);
	return 0;
}

static void tell_dropped(const struct next *next, const struct medark_evidence *e,
			 struct medark_meter *meter)
{
	char sentence[1024], date[MEDARK_TIME_SIZE];

	for (size_t i = next->stamps; i < e->stamp_count; i++) {
		const struct medark_timestamp *stamp = &e->stamps[i].stamp;

		(void)medark_time_format(stamp->time, date);
		(void)snprintf(sentence, sizeof(sentence),
			       "the time stamp of %s by '%.500s' was dropped, as there was no room "
			       "and no anchor that was given vouches for it",
			       date, stamp->authority);
		medark_meter_warn(meter, sentence);
	}
	if (next->has_lost_lists)
		medark_meter_warn(meter,
				  "revocation lists behind these stamps were dropped, as there was "
				  "no room: give those that are needed with --crl");
}

static int add_stamp(struct medark_append *a, const struct medark_evidence *e,
		     const struct medark_stamp_request *request, struct medark_meter *meter,
		     struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer stamp = MEDARK_BUFFER(MEDARK_TIMESTAMP_SIZE_MAX);
	MEDARK_AUTO(next_clear)
	struct next next = { .lists = MEDARK_BUFFER(MEDARK_CRLS_SIZE_MAX) };
	struct medark_addition wanted = { .kind = MEDARK_ADDITION_STAMP };
	struct medark_tail *tail = &next.tail;
	struct medark_covered covered;
	bool replaces;
	size_t at;

	MEDARK_TRY(make_room(medark_append_tail(a), e, request->trust, &next, err));
	MEDARK_TRY(medark_addition_place(tail->additions, tail->addition_count, &wanted, &at,
					 &replaces, err));
	medark_evidence_covered(tail, wanted.number, at, &covered);
	MEDARK_TRY(fetch(request, &covered, meter, &stamp, err));
	wanted.content = medark_bytes(stamp.data, stamp.size);
	/* In front of the lists that are there without any stamp, and of added recipients. */
	memmove(tail->additions + at + 1, tail->additions + at,
		(tail->addition_count - at) * sizeof(wanted));
	tail->additions[at] = wanted;
	MEDARK_TRY(medark_append_replace(a, request->trust, tail->additions,
					 tail->addition_count + 1, err));
	tell_dropped(&next, e, meter);
	return 0;
}

int medark_archive_stamp(const struct medark_stamp_request *request,
			 const struct medark_events *events, struct medark_error *err)
{
	MEDARK_AUTO(medark_append_free) struct medark_append *a = NULL;
	MEDARK_AUTO(medark_heap_free) struct medark_evidence *e = calloc(1, sizeof(*e));
	MEDARK_AUTO(medark_meter_clear) struct medark_meter meter;

	medark_meter_init(&meter, events, "stamping", 0);
	if (!e)
		return medark_error_memory(err, "evidence");
	MEDARK_TRY(medark_append_open(request->archive, &a, err));
	MEDARK_TRY(check(a, request->trust, e, err));
	if (request->crl_count)
		MEDARK_TRY(add_lists(a, request, err));
	return request->url ? add_stamp(a, e, request, &meter, err) : 0;
}

/* ---- signatures ---- */

struct cosigner {
	struct medark_certificate *certificate;
	struct medark_private_key *key;
	bool is_pq; /* of ML-DSA: the signature is MANIFEST.pq.p7s */
};

static void cosigner_clear(struct cosigner *c)
{
	medark_certificate_free(c->certificate);
	medark_private_key_free(c->key);
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct cosigner, cosigner_clear)

static int load_cosigner(const struct medark_cosign_request *request, struct cosigner *out,
			 struct medark_error *err)
{
	struct medark_bytes passphrase =
		medark_bytes(request->passphrase, request->passphrase_size);
	int code;

	MEDARK_TRY(medark_certificate_load(request->certificate, &out->certificate, err));
	out->is_pq = medark_pq_signature_is_kind(out->certificate);
	if (!out->is_pq)
		return medark_private_key_load(request->key, passphrase, &out->key, err);
	code = medark_pq_check(err);
	if (code < 0)
		return medark_error_prefix(err, code, "certificate '%s' has a key of ML-DSA",
					   request->certificate);
	return medark_private_key_load_pq(request->key, passphrase, &out->key, err);
}

static int check_not_there(const struct medark_evidence *e, const struct cosigner *c,
			   struct medark_error *err)
{
	const struct medark_digest *own = medark_certificate_fingerprint(c->certificate);
	bool is_there = medark_digest_equal(&e->signer.fingerprint, own);

	for (size_t i = 0; i < e->signature_count; i++)
		is_there |= medark_digest_equal(&e->signatures[i].signer.fingerprint, own);
	is_there |= e->has_pq && medark_digest_equal(&e->pq.signer.fingerprint, own);
	if (is_there)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' has signed it already",
					medark_certificate_subject(c->certificate));
	if (c->is_pq && e->has_pq)
		return medark_error_set(err, MEDARK_E_EXISTS,
					"it has a post-quantum signature already, by '%s', and "
					"there is room for one",
					e->pq.signer.subject);
	return 0;
}

/* Signs the manifest whose hash is `verified`: the file may be another one by now. */
static int add_signature(const struct medark_cosign_request *request, const struct cosigner *c,
			 const struct medark_digest *verified, struct medark_error *err)
{
	MEDARK_AUTO(medark_append_free) struct medark_append *a = NULL;
	MEDARK_AUTO(medark_heap_free) struct medark_evidence *e = calloc(1, sizeof(*e));
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer p7s = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	struct medark_addition wanted = { .kind = c->is_pq ? MEDARK_ADDITION_PQ
							   : MEDARK_ADDITION_SIGNATURE };
	struct medark_digest manifest;

	if (!e)
		return medark_error_memory(err, "evidence");
	MEDARK_TRY(medark_append_open(request->archive, &a, err));
	MEDARK_TRY(check(a, request->trust, e, err));
	medark_sha256(medark_append_tail(a)->manifest.data, medark_append_tail(a)->manifest.size,
		      &manifest);
	if (!medark_digest_equal(&manifest, verified))
		return medark_error_set(err, MEDARK_E_FORMAT, "it was changed while it was read");
	MEDARK_TRY(check_not_there(e, c, err));
	MEDARK_TRY((c->is_pq ? medark_pq_signature_make : medark_signature_make)(
		medark_append_tail(a)->manifest, c->certificate, c->key, &p7s, err));
	wanted.content = medark_bytes(p7s.data, p7s.size);
	return medark_append_add(a, request->trust, &wanted, err);
}

int medark_archive_cosign(const struct medark_cosign_request *request,
			  const struct medark_events *events, struct medark_error *err)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *archive = NULL;
	MEDARK_AUTO(cosigner_clear) struct cosigner cosigner = { 0 };

	/* Before all is read: a key that does not fit is told at once. */
	MEDARK_TRY(load_cosigner(request, &cosigner, err));
	MEDARK_TRY(medark_archive_settle(request->archive, err));
	/* Who signs says that it is whole. */
	MEDARK_TRY(medark_archive_open(request->archive, request->trust, NULL, &archive, err));
	MEDARK_TRY(medark_archive_verify(archive, request->threads, events, err));
	return add_signature(request, &cosigner, &archive->manifest_digest, err);
}
