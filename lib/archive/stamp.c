/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps and further signatures behind an archive. */
#include "archive/append.h"
#include "archive/evidence.h"
#include "archive/open.h"
#include "archive/progress.h"
#include "net/tsa.h"

#include <medark/evidence.h>

#include <stdlib.h>

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
	return medark_append_add(a, request->trust, &wanted, 1, err);
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

static int add_stamp(struct medark_append *a, const struct medark_stamp_request *request,
		     struct medark_meter *meter, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer stamp = MEDARK_BUFFER(MEDARK_TIMESTAMP_SIZE_MAX);
	struct medark_addition wanted = { .kind = MEDARK_ADDITION_STAMP };
	struct medark_covered covered;
	const struct medark_tail *tail = medark_append_tail(a);
	bool replaces;
	size_t at;

	MEDARK_TRY(medark_addition_place(tail->additions, tail->addition_count, &wanted, &at,
					 &replaces, err));
	medark_evidence_covered(tail, wanted.number, at, &covered);
	MEDARK_TRY(fetch(request, &covered, meter, &stamp, err));
	wanted.content = medark_bytes(stamp.data, stamp.size);
	return medark_append_add(a, request->trust, &wanted, 1, err);
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
	return request->url ? add_stamp(a, request, &meter, err) : 0;
}

/* ---- signatures ---- */

/* Signs the manifest whose hash is `verified`: the file may be another one by now. */
static int add_signature(const struct medark_cosign_request *request,
			 const struct medark_digest *verified, struct medark_error *err)
{
	MEDARK_AUTO(medark_append_free) struct medark_append *a = NULL;
	MEDARK_AUTO(medark_heap_free) struct medark_evidence *e = calloc(1, sizeof(*e));
	MEDARK_AUTO(medark_certificate_free) struct medark_certificate *certificate = NULL;
	MEDARK_AUTO(medark_private_key_free) struct medark_private_key *key = NULL;
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer p7s = MEDARK_BUFFER(MEDARK_SIGNATURE_SIZE_MAX);
	struct medark_addition wanted = { .kind = MEDARK_ADDITION_SIGNATURE };
	const struct medark_digest *fingerprint;
	struct medark_digest manifest;
	bool is_there;

	if (!e)
		return medark_error_memory(err, "evidence");
	MEDARK_TRY(medark_certificate_load(request->certificate, &certificate, err));
	MEDARK_TRY(medark_private_key_load(
		request->key, medark_bytes(request->passphrase, request->passphrase_size), &key,
		err));
	MEDARK_TRY(medark_append_open(request->archive, &a, err));
	MEDARK_TRY(check(a, request->trust, e, err));
	medark_sha256(medark_append_tail(a)->manifest.data, medark_append_tail(a)->manifest.size,
		      &manifest);
	if (!medark_digest_equal(&manifest, verified))
		return medark_error_set(err, MEDARK_E_FORMAT, "it was changed while it was read");
	fingerprint = medark_certificate_fingerprint(certificate);
	is_there = medark_digest_equal(&e->signer.fingerprint, fingerprint);
	for (size_t i = 0; i < e->signature_count; i++)
		is_there |= medark_digest_equal(&e->signatures[i].signer.fingerprint, fingerprint);
	if (is_there)
		return medark_error_set(err, MEDARK_E_EXISTS, "'%s' has signed it already",
					medark_certificate_subject(certificate));
	MEDARK_TRY(medark_signature_make(medark_append_tail(a)->manifest, certificate, key, &p7s,
					 err));
	wanted.content = medark_bytes(p7s.data, p7s.size);
	return medark_append_add(a, request->trust, &wanted, 1, err);
}

int medark_archive_cosign(const struct medark_cosign_request *request,
			  const struct medark_events *events, struct medark_error *err)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *archive = NULL;

	MEDARK_TRY(medark_archive_settle(request->archive, err));
	/* Who signs says that it is whole. */
	MEDARK_TRY(medark_archive_open(request->archive, request->trust, NULL, &archive, err));
	MEDARK_TRY(medark_archive_verify(archive, request->threads, events, err));
	return add_signature(request, &archive->manifest_digest, err);
}
