/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every byte of the file: each member's header, content and padding against the signed manifest,
 * each sealed member's structure, and the tail again. The manifest gives every member's place, so
 * that members are checked side by side; as they follow each other without a gap and the file ends
 * where the tail does, no byte is left over.
 */
#include "archive/member_read.h"
#include "archive/open.h"
#include "archive/progress.h"
#include "base/parallel.h"
#include "container/member.h"
#include "container/segment.h"

#include <stdlib.h>

/* Memory for members that are being read, over all threads. */
#define MEMORY (192u << 20)

struct verify {
	struct medark_archive *archive;
	struct medark_meter meter;
	struct medark_buffer scratch[MEDARK_PARALLEL_MAX];
};

static int verify_member(void *context, unsigned worker, uint64_t index, struct medark_error *err)
{
	struct verify *v = context;
	struct medark_archive *a = v->archive;
	const struct medark_manifest_member *member =
		medark_manifest_member(a->manifest, (uint32_t)index);
	struct medark_bytes content;
	enum medark_kind kind;
	uint32_t number;

	MEDARK_TRY(medark_member_read(a->input, member, &v->scratch[worker], &content, err));
	if (medark_member_parse(medark_bytes_text(member->name), &kind, &number)) {
		int code = medark_segment_check(&a->header.archive, content, err); /* F-13 */

		if (code < 0)
			return medark_error_prefix(err, code, "%s", member->name);
	}
	return medark_meter_add(&v->meter, medark_member_space(member->size), 0, index, err);
}

/* The bytes from MANIFEST on are those that were parsed at opening. */
static int verify_tail(struct verify *v, struct medark_error *err)
{
	struct medark_archive *a = v->archive;
	struct medark_buffer *scratch = &v->scratch[0];
	uint64_t offset = medark_manifest_offset(a->manifest);
	uint64_t left = medark_input_size(a->input) - offset;
	struct medark_digest digest;

	scratch->size = 0;
	scratch->limit = (size_t)MEDARK_MANIFEST_MAX + 2 * MEDARK_SIGNATURE_MAX;
	MEDARK_TRY(medark_buffer_reserve(scratch, (size_t)left, err));
	MEDARK_TRY(medark_input_read(a->input, offset, scratch->data, (size_t)left, err));
	medark_sha256(scratch->data, (size_t)left, &digest);
	if (!medark_digest_equal(&digest, &a->tail_digest))
		return medark_error_set(err, MEDARK_E_FORMAT,
					"MANIFEST or what follows it changes while it is read");
	return medark_meter_add(&v->meter, left, 0, medark_manifest_count(a->manifest), err);
}

/* What holds all evidence has to be stamped over before it ends. */
static void warn_of_stamp(struct verify *v)
{
	const struct medark_timestamp *last = medark_evidence_last_stamp(&v->archive->evidence);

	if (last)
		medark_meter_warn_of_expiry(&v->meter,
					    last->ends < last->not_after
						    ? "authority above the time stamping authority"
						    : "time stamping authority",
					    last->authority, last->ends,
					    "stamp the archive again before (medark stamp)");
}

/* As many threads as have room for the largest member. */
static unsigned fitting_threads(const struct medark_manifest *manifest, unsigned threads)
{
	uint64_t largest = 1, fit;

	for (uint32_t i = 0; i < medark_manifest_count(manifest); i++) {
		uint64_t size = medark_manifest_member(manifest, i)->size;

		largest = size > largest ? size : largest;
	}
	/* A buffer grows by doubling. */
	fit = MEMORY / (2 * largest) + 1;
	threads = medark_parallel_threads(threads);
	return fit < threads ? (unsigned)fit : threads;
}

int medark_archive_verify(struct medark_archive *archive, unsigned threads,
			  const struct medark_events *events, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free) struct verify *v = calloc(1, sizeof(*v));
	struct medark_parallel job = { .work = verify_member, .context = v };
	int code;

	if (!v)
		return medark_error_memory(err, "verification");
	MEDARK_TRY(medark_parallel_check(threads, err));
	v->archive = archive;
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++)
		v->scratch[i].limit = MEDARK_MEMBER_READ_MAX;
	medark_meter_init(&v->meter, events, "verifying", medark_input_size(archive->input));
	if (!archive->evidence.is_proven)
		medark_meter_warn_of_expiry(&v->meter, "signer", archive->evidence.signer.subject,
					    archive->evidence.signer.not_after,
					    "after that archives that it signed verify only with a "
					    "time stamp (medark stamp), or as of an earlier time");
	warn_of_stamp(v);
	job.count = medark_manifest_count(archive->manifest);
	job.threads = fitting_threads(archive->manifest, threads);
	code = medark_parallel_run(&job, err);
	if (code == 0)
		code = verify_tail(v, err);
	for (size_t i = 0; i < MEDARK_PARALLEL_MAX; i++)
		medark_buffer_clear(&v->scratch[i]);
	medark_meter_clear(&v->meter);
	return code;
}
