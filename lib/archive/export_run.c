/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/export.h"
#include "archive/export_summary.h"
#include "archive/export_warnings.h"
#include "archive/gather.h"
#include "archive/index_writer.h"
#include "archive/progress.h"
#include "archive/servers.h"
#include "archive/texts.h"
#include "base/text.h"
#include "base/time.h"
#include "container/addition.h"
#include "container/member.h"
#include "container/merkle.h"
#include "crypto/envelope.h"
#include "crypto/kdf.h"
#include "crypto/random.h"
#include "crypto/signature.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SEGMENT_SIZE  (4u << 20)
#define PASSPHRASE_ID "passphrase-1"

_Static_assert(MEDARK_SOURCE_PATH_MAX + NAME_MAX + sizeof("~1024/") <= MEDARK_PATH_MAX,
	       "paths have room for the name of their source");

/* Everything of one run. The order of the fields that own something is the reverse of release. */
struct run {
	struct medark_job release; /* of the gatherer */
	struct medark_export *e;
	struct medark_meter meter;
	struct timespec begin;
	uint64_t totals[MEDARK_EXPORT_SOURCES_MAX]; /* bytes of each source's files, if known */
	uint64_t total;				    /* of all; 0: not known */
	struct medark_progress reached;		    /* where the gatherer was last */
	char *folder;				    /* for temporary files */
	struct medark_key archive_key, salt_key;
	struct medark_header header;
	struct medark_output *output, *report;
	struct medark_manifest_writer *manifest;
	struct medark_facts *facts;
	struct medark_notes *notes;
	struct medark_servers *servers;
	struct medark_gather *gather;
	struct medark_pipeline *pipeline;
	struct medark_buffer text;
	uint64_t patients, leaves;
	uint64_t empty_sources; /* that gave no byte */
	struct medark_digest manifest_digest;
};

static void run_free(struct run *r)
{
	if (!r)
		return;
	/* The pipeline's tasks refer to the gatherer's windows. */
	medark_pipeline_free(r->pipeline);
	medark_gather_free(r->gather);
	medark_servers_free(r->servers);
	medark_facts_free(r->facts);
	medark_notes_free(r->notes);
	medark_manifest_writer_free(r->manifest);
	medark_output_free(r->report);
	medark_output_free(r->output);
	medark_key_clear(&r->archive_key);
	medark_key_clear(&r->salt_key);
	medark_buffer_clear(&r->text);
	medark_meter_clear(&r->meter);
	free(r->folder);
	free(r);
}
MEDARK_DEFINE_AUTO(struct run, run_free)

/* ---- progress ---- */

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static int poll_gather(void *context, uint64_t bytes, uint64_t records, uint64_t item,
		       struct medark_error *err)
{
	struct run *r = context;

	r->reached = (struct medark_progress) { .phase = r->reached.phase,
						.bytes = bytes,
						.bytes_total = r->total,
						.records = records,
						.item = item };
	return medark_meter_set(&r->meter, &r->reached, err);
}

static int poll_pipeline(void *context, struct medark_error *err)
{
	struct run *r = context;

	return medark_meter_set(&r->meter, &r->reached, err);
}

static void tell_unreadable(void *context, const struct medark_unreadable *what)
{
	struct run *r = context;

	medark_meter_unreadable(&r->meter, what);
}

/* ---- the start: keys, header, clear members ---- */

static int check(const struct medark_export *e, struct medark_error *err)
{
	if (!e->source_count)
		return medark_error_set(err, MEDARK_E_USAGE, "an export needs a source");
	if (!e->recipient_count && !e->passphrase.size)
		return medark_error_set(
			err, MEDARK_E_USAGE,
			"an export needs a recipient: a certificate or a passphrase");
	if (!e->signer)
		return medark_error_set(err, MEDARK_E_USAGE, "an export needs a signer");
	return 0;
}

static int passphrase_recipient(struct run *r, struct medark_kdf_spec *spec, struct medark_key *key,
				struct medark_error *err)
{
	struct medark_bytes text = medark_bytes(r->e->passphrase.data, r->e->passphrase.size);
	struct medark_bytes salt = medark_bytes(spec->salt, sizeof(spec->salt));
	struct medark_scrypt_cost cost = { .n = MEDARK_SCRYPT_N_DEFAULT,
					   .r = MEDARK_SCRYPT_R,
					   .p = 1 };

	if (r->e->pbkdf2)
		*spec = (struct medark_kdf_spec) { .name = MEDARK_KDF_PBKDF2_SHA512,
						   .n = MEDARK_PBKDF2_ITERATIONS_DEFAULT };
	else
		*spec = (struct medark_kdf_spec) {
			.name = MEDARK_KDF_SCRYPT, .n = cost.n, .r = cost.r, .p = cost.p
		};
	MEDARK_TRY(medark_random_public(spec->salt, sizeof(spec->salt), err));
	return r->e->pbkdf2 ? medark_pbkdf2_sha512(text, salt, spec->n, key, err)
			    : medark_scrypt(text, salt, &cost, key, err);
}

/* The header lists the recipients as keys.p7m holds them. */
static int list_recipients(struct run *r, struct medark_bytes p7m,
			   const struct medark_kdf_spec *spec, struct medark_error *err)
{
	MEDARK_AUTO(medark_envelope_free) struct medark_envelope *envelope = NULL;

	MEDARK_TRY(medark_envelope_parse(p7m, &envelope, err));
	r->header.recipient_count = (uint32_t)medark_envelope_count(envelope);
	for (uint32_t i = 0; i < r->header.recipient_count; i++) {
		const struct medark_recipient_id *id = medark_envelope_recipient(envelope, i);
		struct medark_header_recipient *to = &r->header.recipients[i];

		to->kind = (enum medark_recipient_kind)id->kind;
		(void)snprintf(to->id, sizeof(to->id), "%s", id->key_id);
		if (to->kind == MEDARK_RECIPIENT_PASSPHRASE)
			to->kdf = *spec;
	}
	return 0;
}

/* Puts keys.p7m into `out` and its recipients into the header. */
static int make_keys(struct run *r, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key passphrase_key = { 0 };
	struct medark_recipient recipients[MEDARK_RECIPIENTS_MAX] = { 0 };
	struct medark_kdf_spec spec = { 0 };
	size_t count = r->e->recipient_count;

	for (size_t i = 0; i < count; i++)
		recipients[i].certificate = r->e->recipients[i];
	if (r->e->passphrase.size) {
		MEDARK_TRY(passphrase_recipient(r, &spec, &passphrase_key, err));
		recipients[count].kek = &passphrase_key;
		recipients[count++].kek_id = PASSPHRASE_ID;
	}
	MEDARK_TRY(medark_envelope_seal(&r->archive_key, recipients, count, out, err));
	return list_recipients(r, medark_bytes(out->data, out->size), &spec, err);
}

static int make_header(struct run *r, struct medark_error *err)
{
	struct medark_header *h = &r->header;

	MEDARK_TRY(medark_random_public(h->archive.bytes, sizeof(h->archive.bytes), err));
	MEDARK_TRY(medark_random(r->archive_key.bytes, sizeof(r->archive_key.bytes), err));
	MEDARK_TRY(medark_kek_commit(&r->archive_key, h->archive.bytes, &h->kek_commit, err));
	MEDARK_TRY(medark_salt_key(&r->archive_key, h->archive.bytes, &r->salt_key, err));
	h->created = time(NULL);
	h->sequence = r->e->sequence + 1;
	h->has_previous = r->e->sequence > 0;
	h->previous = r->e->previous;
	(void)snprintf(h->tool, sizeof(h->tool), "medark %s", medark_version());
	(void)snprintf(h->source, sizeof(h->source), "%s",
		       medark_servers_count(r->servers) ? "fhir" : "files");
	return 0;
}

static int member(struct run *r, const char *name, struct medark_bytes content,
		  struct medark_error *err)
{
	return medark_member_write(r->output, r->manifest, name, content, err);
}

static int write_front(struct run *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer keys = MEDARK_BUFFER(MEDARK_KEYS_MAX);

	MEDARK_TRY(make_header(r, err));
	MEDARK_TRY(make_keys(r, &keys, err));
	r->text.size = 0;
	MEDARK_TRY(medark_header_write(&r->header, &r->text, err));
	MEDARK_TRY(member(r, MEDARK_MEMBER_README, medark_text_readme(), err));
	MEDARK_TRY(member(r, MEDARK_MEMBER_RECOVER, medark_text_recover(), err));
	MEDARK_TRY(member(r, MEDARK_MEMBER_FORMAT, medark_text_format(), err));
	MEDARK_TRY(member(r, MEDARK_MEMBER_HEADER, medark_bytes(r->text.data, r->text.size), err));
	return member(r, MEDARK_MEMBER_KEYS, medark_bytes(keys.data, keys.size), err);
}

/* ---- the middle: records and index ---- */

/* What grows while it is read would be read for ever. */
static void exclude_own(struct run *r, const struct medark_output *output)
{
	uint64_t device, inode;

	if (medark_output_file(output, &device, &inode))
		medark_exclude_own(&r->e->exclude, device, inode);
}

static int start(struct run *r, struct medark_error *err)
{
	struct medark_pipeline_setup pipeline = {
		.archive_key = &r->archive_key,
		.archive = &r->header.archive,
		.level = r->e->level,
		.output = r->output,
		.manifest = r->manifest,
		.poll = poll_pipeline,
		.poll_context = r,
	};
	struct medark_gather_setup gather = {
		.salt_key = &r->salt_key,
		.folder = r->folder,
		.segment_size = SEGMENT_SIZE,
		.poll = poll_gather,
		.unreadable = tell_unreadable,
		.context = r,
	};

	const struct medark_facts_setup facts = {
		.folder = r->folder,
		.report = r->e->report_path != NULL,
		.increment = medark_servers_has_since(r->servers),
	};

	medark_export_defaults(r->e, &pipeline.threads, &gather.window_size);
	gather.document_max = 2 * gather.window_size;
	MEDARK_TRY(medark_facts_new(&facts, &r->facts, err));
	MEDARK_TRY(medark_notes_new(r->folder, r->e->report_path != NULL, &r->notes, err));
	MEDARK_TRY(medark_pipeline_new(&pipeline, &r->pipeline, err));
	gather.pipeline = r->pipeline;
	gather.facts = r->facts;
	gather.notes = r->notes;
	gather.exclude = &r->e->exclude;
	exclude_own(r, r->output);
	if (r->report)
		exclude_own(r, r->report);
	return medark_gather_new(&gather, &r->gather, err);
}

/* A whole of which a part is not known is not known. */
static void count_sources(struct run *r)
{
	bool is_known = true;

	for (size_t i = 0; i < r->e->source_count; i++) {
		is_known &= medark_source_total(r->e->sources[i], &r->totals[i]);
		r->total += r->totals[i];
	}
	if (!is_known)
		r->total = 0;
	r->reached.bytes_total = r->total;
}

/* What feeds a pipe may have failed; and what is not mounted is an empty folder. */
static void note_empty(struct run *r, const char *source)
{
	bool is_stdin = strcmp(source, "-") == 0, is_server = medark_live_is_address(source);
	char sentence[1024];
	struct stat st;
	mode_t mode = is_stdin ? S_IFIFO : stat(source, &st) == 0 ? st.st_mode : 0;

	r->empty_sources++;
	(void)snprintf(sentence, sizeof(sentence), "nothing was read from %s%.512s%s: %s",
		       is_stdin ? "standard input" : "the source '", is_stdin ? "" : source,
		       is_stdin ? "" : "'",
		       is_server       ? "has it records that this client may read?"
		       : S_ISDIR(mode) ? "is it mounted?"
		       : S_ISREG(mode) ? "was it written to its end?"
				       : "did the command before the pipe fail?");
	medark_meter_warn(&r->meter, sentence);
}

static int read_sources(struct run *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer prefix = MEDARK_BUFFER(1 << 16);

	r->reached.phase = "reading";
	count_sources(r);
	for (size_t i = 0; i < r->e->source_count; i++) {
		MEDARK_AUTO(medark_source_free) struct medark_source *source = NULL;
		uint64_t before = medark_gather_bytes(r->gather);

		MEDARK_TRY(medark_export_prefix(r->e, i, &prefix, err));
		if (medark_live_is_address(r->e->sources[i]))
			MEDARK_TRY(medark_servers_source(r->servers, i, &source, err));
		else
			MEDARK_TRY(medark_source_open(r->e->sources[i], &source, err));
		MEDARK_TRY(medark_gather_source(r->gather, source, r->totals[i],
						(const char *)prefix.data, err));
		MEDARK_TRY(medark_servers_note(r->servers, i, r->facts, r->notes, err));
		if (medark_gather_bytes(r->gather) == before)
			note_empty(r, r->e->sources[i]);
	}
	return medark_gather_finish(r->gather, err);
}

static int release_gather(struct medark_job *job, unsigned worker, struct medark_error *err)
{
	struct run *r = (struct run *)job; /* its first member */

	(void)worker;
	(void)err;
	medark_gather_free(MEDARK_TAKE(r->gather));
	return 0;
}

/*
 * The windows' memory is not needed any more; the sorters may want it. Another thread, if there is
 * one, wipes it beside the index.
 */
static int start_release(struct run *r, struct medark_error *err)
{
	r->release.run = release_gather;
	medark_pipeline_start(r->pipeline, &r->release);
	if (medark_pipeline_threads(r->pipeline) > 1)
		return 0;
	return medark_pipeline_await(r->pipeline, &r->release, err);
}

/* Now the different records of each type are known. */
static int compare_counts(void *context, struct medark_error *err)
{
	struct run *r = context;

	return medark_servers_compare(r->servers, r->facts, r->notes, err);
}

static int write_index(struct run *r, struct medark_error *err)
{
	struct medark_index_setup setup = {
		.pipeline = r->pipeline,
		.facts = r->facts,
		.archive = &r->header.archive,
		.signer = medark_certificate_fingerprint(r->e->signer),
		.folder = r->folder,
		.settled = compare_counts,
		.context = r,
	};

	/* How much of the index is written is not known; all bytes are read. */
	r->reached.phase = "indexing";
	r->reached.bytes = r->total ? r->total : r->reached.bytes;
	r->reached.bytes_total = 0;
	r->reached.records = r->facts->records;
	r->reached.item = r->facts->item_count;
	MEDARK_TRY(start_release(r, err));
	MEDARK_TRY(medark_index_write(&setup, &r->patients, &r->leaves, err));
	MEDARK_TRY(medark_pipeline_await(r->pipeline, &r->release, err));
	medark_pipeline_stop(r->pipeline);
	return 0;
}

/* ---- the end: summary, manifest, signature ---- */

static bool is_complete(const struct run *r)
{
	return r->facts->quarantined == 0 && r->facts->skipped == 0 && r->empty_sources == 0;
}

static int write_summary(struct run *r, struct medark_error *err)
{
	const struct medark_export_summary summary = {
		.sources = r->e->source_count,
		.archive = &r->header.archive,
		.facts = r->facts,
		.servers = r->servers,
		.patients = r->patients,
		.is_complete = is_complete(r),
	};

	r->text.size = 0;
	MEDARK_TRY(medark_export_summary(&summary, &r->text, err));
	return member(r, MEDARK_MEMBER_SUMMARY, medark_bytes(r->text.data, r->text.size), err);
}

static int records_root(const struct medark_facts *f, struct medark_digest *out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free)
	struct medark_digest *hashes = malloc((f->segment_count + 1) * sizeof(*hashes));

	if (!hashes)
		return medark_error_memory(err, "the record tree");
	for (uint32_t i = 0; i < f->segment_count; i++)
		hashes[i] = f->segments[i].hash;
	medark_merkle_root(hashes, f->segment_count, out);
	return 0;
}

static int write_lists(struct run *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_CRLS_SIZE_MAX);
	struct medark_addition lists = { .kind = MEDARK_ADDITION_CRLS, .number = 1 };
	char name[MEDARK_ADDITION_NAME_MAX];

	if (!r->e->crls)
		return 0;
	medark_addition_name(&lists, name);
	MEDARK_TRY(medark_crls_write(r->e->crls, &text, err));
	return medark_member_write(r->output, NULL, name, medark_bytes(text.data, text.size), err);
}

static int write_manifest(struct run *r, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER(MEDARK_MANIFEST_MAX);
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer p7s = MEDARK_BUFFER(MEDARK_SIGNATURE_MAX);
	struct medark_manifest_facts facts = {
		.archive = r->header.archive,
		.sequence = r->header.sequence,
		.has_previous = r->header.has_previous,
		.previous = r->header.previous,
		.records = r->facts->records,
		.leaves = r->leaves,
	};
	uint8_t locator[MEDARK_LOCATOR_SIZE];
	static const uint8_t end[MEDARK_TAR_END];
	uint64_t offset = medark_output_size(r->output);

	MEDARK_TRY(records_root(r->facts, &facts.records_root, err));
	MEDARK_TRY(medark_manifest_writer_finish(r->manifest, &facts, &text, err));
	medark_sha256(text.data, text.size, &r->manifest_digest);
	MEDARK_TRY(medark_signature_make(medark_bytes(text.data, text.size), r->e->signer,
					 r->e->signer_key, &p7s, err));
	medark_locator_make(offset, locator);
	MEDARK_TRY(medark_member_write(r->output, NULL, MEDARK_MEMBER_MANIFEST,
				       medark_bytes(text.data, text.size), err));
	MEDARK_TRY(medark_member_write(r->output, NULL, MEDARK_MEMBER_SIGNATURE,
				       medark_bytes(p7s.data, p7s.size), err));
	MEDARK_TRY(write_lists(r, err));
	MEDARK_TRY(medark_member_write(r->output, NULL, MEDARK_MEMBER_LOCATOR,
				       medark_bytes(locator, sizeof(locator)), err));
	return medark_output_write(r->output, end, sizeof(end), err);
}

static int report_line(void *context, struct medark_bytes text, struct medark_error *err)
{
	struct run *r = context;

	return medark_output_write(r->report, text.data, text.size, err);
}

/* The subject of the certificate that has this id; empty for a passphrase. */
static const char *subject_of(const struct medark_export *e, const char *id)
{
	for (size_t i = 0; i < e->recipient_count; i++) {
		struct medark_recipient recipient = { .certificate = e->recipients[i] };
		struct medark_recipient_id own;

		if (medark_recipient_id(&recipient, &own, NULL) == 0 && strcmp(own.key_id, id) == 0)
			return medark_certificate_subject(e->recipients[i]);
	}
	return "";
}

static void fill_recipients(const struct run *r, struct medark_export_result *out)
{
	_Static_assert(sizeof(out->recipients) / sizeof(out->recipients[0]) ==
			       MEDARK_RECIPIENTS_MAX,
		       "all recipients have a place");
	out->recipient_count = r->header.recipient_count;
	for (uint32_t i = 0; i < out->recipient_count; i++) {
		const struct medark_header_recipient *from = &r->header.recipients[i];

		(void)snprintf(out->recipients[i].kind, sizeof(out->recipients[i].kind), "%s",
			       medark_recipient_kind_name(from->kind));
		(void)snprintf(out->recipients[i].id, sizeof(out->recipients[i].id), "%s",
			       from->id);
		(void)snprintf(out->recipients[i].subject, sizeof(out->recipients[i].subject), "%s",
			       subject_of(r->e, from->id));
	}
}

static void fill_result(const struct run *r, struct medark_export_result *out)
{
	uint64_t data_bytes;

	memset(out, 0, sizeof(*out));
	medark_text_hex(r->header.archive.bytes, MEDARK_ARCHIVE_ID_SIZE, out->archive);
	medark_text_hex(r->manifest_digest.bytes, MEDARK_DIGEST_SIZE, out->manifest);
	out->sequence = r->header.sequence;
	if (r->e->sequence && r->e->has_previous_at)
		(void)medark_time_format(r->e->previous_at, out->judged_at);
	out->items = r->facts->item_count;
	out->bytes = r->facts->bytes;
	out->records = r->facts->records;
	out->patients = r->patients;
	out->opaque = r->facts->opaque;
	out->quarantined = r->facts->quarantined;
	out->duplicates = r->facts->duplicates;
	out->skipped = r->facts->skipped;
	out->increment = medark_servers_has_since(r->servers);
	out->missing = r->facts->reasons[MEDARK_FAULT_MISSING];
	out->closed = r->notes->closed;
	out->unlike = r->notes->unlike;
	out->empty_sources = r->empty_sources;
	out->archives = r->notes->archives;
	out->excluded = r->notes->excluded;
	out->archive_bytes = medark_output_size(r->output);
	medark_pipeline_sizes(r->pipeline, &data_bytes, &out->index_bytes);
	out->seconds = seconds_since(&r->begin);
	out->complete = is_complete(r);
	fill_recipients(r, out);
}

static int carry_out(struct run *r, const char *out_path, bool replace, struct medark_error *err)
{
	MEDARK_TRY(check(r->e, err));
	medark_export_warn(r->e, out_path, &r->meter);
	MEDARK_TRY(medark_export_folder(out_path, &r->folder, err));
	/* Hours may pass before anything is written there. */
	if (access(r->folder, W_OK | X_OK) < 0)
		return medark_error_errno(err, errno, "cannot write into the folder '%s'",
					  r->folder);
	MEDARK_TRY(medark_servers_fetch(r->e, out_path, &r->meter, &r->servers, err));
	MEDARK_TRY(medark_output_open(out_path, replace, &r->output, err));
	if (r->e->report_path)
		MEDARK_TRY(medark_output_open(r->e->report_path, replace, &r->report, err));
	MEDARK_TRY(medark_manifest_writer_new(&r->manifest, err));
	MEDARK_TRY(write_front(r, err));
	MEDARK_TRY(start(r, err));
	MEDARK_TRY(read_sources(r, err));
	MEDARK_TRY(write_index(r, err));
	MEDARK_TRY(write_summary(r, err));
	MEDARK_TRY(write_manifest(r, err));
	if (r->report) {
		MEDARK_TRY(medark_facts_report(r->facts, report_line, r, err));
		MEDARK_TRY(medark_notes_report(r->notes, report_line, r, err));
		MEDARK_TRY(medark_output_finish(r->report, err));
	}
	MEDARK_TRY(medark_servers_mark(r->servers, err));
	MEDARK_TRY(medark_output_finish(r->output, err));
	medark_servers_end(r->servers);
	return 0;
}

int medark_export_run(struct medark_export *e, const char *out_path, bool replace,
		      const struct medark_events *events, struct medark_export_result *out,
		      struct medark_error *err)
{
	MEDARK_AUTO(run_free) struct run *r = calloc(1, sizeof(*r));

	if (!r)
		return medark_error_memory(err, "an export");
	r->e = e;
	e->exclude.own_count = 0;
	medark_meter_init(&r->meter, events, NULL, 0);
	r->text = (struct medark_buffer)MEDARK_BUFFER(MEDARK_SUMMARY_MAX);
	(void)clock_gettime(CLOCK_MONOTONIC, &r->begin);
	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(carry_out(r, out_path, replace, err));
	fill_result(r, out);
	return 0;
}
