/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of the audit log (<medark/desk.h>). */
#include "desk/audit_reader.h"

#include "archive/identity.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "container/strict.h"
#include "crypto/scratch_cipher.h"
#include "desk/audit_event.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct medark_audit_log {
	struct medark_audit_frames frames;
	struct medark_audit_head head;
	struct medark_scratch_cipher *cipher; /* NULL: without a key */
	json_t *row;			      /* of the row that was given last */
	int failed;			      /* code of the fault that ended it */
};

void medark_audit_free(struct medark_audit_log *log)
{
	if (!log)
		return;
	medark_audit_frames_clear(&log->frames);
	medark_audit_head_clear(&log->head);
	medark_scratch_cipher_free(log->cipher);
	json_decref(log->row);
	free(log);
}

/* The envelope is that of an archive, so an identity opens it as it opens one. */
static int open_key(struct medark_audit_log *log, const struct medark_identity *identity,
		    struct medark_error *err)
{
	MEDARK_AUTO(medark_key_clear) struct medark_key key = { { 0 } };
	MEDARK_AUTO(medark_recipients_clear) struct medark_recipients recipients = { 0 };
	MEDARK_AUTO(medark_heap_free) struct medark_header *header = calloc(1, sizeof(*header));
	const struct medark_envelope *envelope;

	if (!header)
		return medark_error_memory(err, "an audit log");
	MEDARK_TRY(medark_recipients_read(medark_bytes(log->head.keys.data, log->head.keys.size),
					  NULL, 0, &recipients, err));
	envelope = medark_recipients_last(&recipients);
	memcpy(header->archive.bytes, log->head.log, sizeof(log->head.log));
	header->kek_commit = log->head.commit;
	header->recipient_count = (uint32_t)medark_envelope_count(envelope);
	for (uint32_t i = 0; i < header->recipient_count; i++) {
		enum medark_envelope_kind kind = medark_envelope_recipient(envelope, i)->kind;

		/* No passphrase: nothing here says how a key comes of it. */
		if (kind == MEDARK_ENVELOPE_KEK)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"an audit log has no recipient of this kind");
		header->recipients[i].kind = (enum medark_recipient_kind)kind;
	}
	MEDARK_TRY(medark_identity_open(identity, &recipients, header, &key, err));
	return medark_audit_cipher(&key, log->head.log, &log->cipher, err);
}

static int open_log(struct medark_audit_log *log, const char *path,
		    const struct medark_identity *identity, struct medark_error *err)
{
	const struct medark_buffer *body = &log->frames.body;

	MEDARK_TRY(medark_audit_frames_open(path, &log->frames, err));
	MEDARK_TRY(medark_audit_head_parse(medark_bytes(body->data, body->size), &log->head, err));
	return identity ? open_key(log, identity, err) : 0;
}

int medark_audit_open(const char *path, const struct medark_identity *identity,
		      struct medark_audit_log **out, struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_free) struct medark_audit_log *log = calloc(1, sizeof(*log));

	if (!log)
		return medark_error_memory(err, "an audit log");
	MEDARK_TRY(open_log(log, path, identity, err));
	*out = MEDARK_TAKE(log);
	return 0;
}

void medark_audit_info(const struct medark_audit_log *log, struct medark_audit_info *out)
{
	const struct medark_audit_head *head = &log->head;

	memset(out, 0, sizeof(*out));
	medark_text_hex(head->log, sizeof(head->log), out->log);
	out->file = head->file;
	(void)medark_time_format(head->created, out->created);
	out->archive_count = head->archive_count;
	for (uint32_t i = 0; i < head->archive_count; i++)
		medark_text_hex(head->archives[i], sizeof(head->archives[i]), out->archives[i]);
	out->is_open = log->cipher != NULL;
	out->has_previous = head->has_previous;
	out->previous_is_faulty = head->previous_is_faulty;
	if (head->has_previous) {
		medark_text_hex(head->previous_log, sizeof(head->previous_log), out->previous_log);
		medark_text_hex(head->previous_hash.bytes, sizeof(head->previous_hash.bytes),
				out->previous_hash);
		out->previous_rows = head->previous_rows;
	}
	out->rows = log->frames.rows;
	medark_text_hex(log->frames.hash.bytes, sizeof(log->frames.hash.bytes), out->hash);
	out->torn = log->frames.torn;
}

/* ---- rows ---- */

static int not_genuine(const struct medark_audit_log *log, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"row %" PRIu64 " was not written with the key of this log",
				log->frames.rows);
}

/* Unseals the row that was read, in place. */
static int unseal_row(struct medark_audit_log *log, struct medark_bytes *out,
		      struct medark_error *err)
{
	struct medark_buffer *body = &log->frames.body;
	uint8_t *text = body->data + MEDARK_AUDIT_ROW_HEAD;
	uint64_t nonce = 0;
	size_t size;

	if (body->size < MEDARK_AUDIT_ROW_HEAD + MEDARK_SCRATCH_TAG)
		return not_genuine(log, err);
	size = body->size - MEDARK_AUDIT_ROW_HEAD - MEDARK_SCRATCH_TAG;
	for (size_t i = 8; i < 16; i++)
		nonce = nonce << 8 | body->data[i];
	if (medark_scratch_cipher_open(log->cipher, nonce, text, size, text + size, NULL) < 0)
		return not_genuine(log, err);
	*out = medark_bytes(text, size);
	return 0;
}

/* Reads a row's text; `after` is the hash of what stands before the row. */
static int parse_row(struct medark_audit_log *log, struct medark_bytes text,
		     const struct medark_digest *after, struct medark_audit_event *out,
		     struct medark_error *err)
{
	struct medark_audit_place place;
	int code;

	json_decref(MEDARK_TAKE(log->row));
	code = medark_audit_event_parse(text, out, &place, &log->row, err);
	if (code < 0)
		return medark_error_prefix(err, code, "row %" PRIu64, log->frames.rows);
	if (place.number != log->frames.rows || !medark_digest_equal(&place.after, after))
		return not_genuine(log, err);
	return 0;
}

static int open_row(struct medark_audit_log *log, const struct medark_digest *after,
		    struct medark_audit_event *out, struct medark_error *err)
{
	struct medark_bytes text;

	MEDARK_TRY(unseal_row(log, &text, err));
	return parse_row(log, text, after, out, err);
}

/* Does the text have the word somewhere? True if it may stand there in another form. */
static bool may_have(struct medark_bytes text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";

	return !word || word[strspn(word, plain)] ||
	       memmem(text.data, text.size, word, strlen(word));
}

/* A name with its quotes stands in no other text, as quotes are escaped there. */
static bool may_be_of_that_time(struct medark_bytes text, const struct medark_audit_filter *f)
{
	static const char name[] = "\"recorded\":\"";
	const uint8_t *p = memmem(text.data, text.size, name, sizeof(name) - 1);
	const size_t size = MEDARK_AUDIT_TIME_SIZE - 1;
	char edge[MEDARK_AUDIT_TIME_SIZE];

	if (!p || (size_t)(text.data + text.size - p) < sizeof(name) - 1 + size)
		return true;
	p += sizeof(name) - 1;
	if (f->has_from && medark_audit_time(f->from, edge) && memcmp(p, edge, size) < 0)
		return false;
	return !f->has_to || !medark_audit_time(f->to, edge) || memcmp(p, edge, size) < 0;
}

/* Of a hundred rows ninety-nine are not wanted, and parsing is most of the work. */
static bool may_be_wanted(struct medark_bytes text, const struct medark_audit_filter *f)
{
	return !f || (may_have(text, f->patient) && may_have(text, f->account) &&
		      may_be_of_that_time(text, f));
}

static bool is_patient(const char *key, const char *wanted)
{
	const char *slash = strrchr(key, '/');

	return strcmp(key, wanted) == 0 || (slash && strcmp(slash + 1, wanted) == 0);
}

static bool is_wanted(const struct medark_audit_event *e, const struct medark_audit_filter *f)
{
	if (!f)
		return true;
	if (f->patient && !is_patient(e->patient, f->patient))
		return false;
	if (f->account && strcmp(e->account, f->account) != 0)
		return false;
	return (!f->has_from || e->recorded >= f->from) && (!f->has_to || e->recorded < f->to);
}

static int next(struct medark_audit_log *log, uint64_t most,
		const struct medark_audit_filter *filter, struct medark_audit_row *out,
		struct medark_error *err)
{
	while (most--) {
		const struct medark_digest after = log->frames.hash;
		struct medark_audit_row row = { .is_open = log->cipher != NULL };
		int code = medark_audit_frames_next(&log->frames, err);

		if (code <= 0)
			return code;
		row.number = log->frames.rows;
		if (row.is_open)
			MEDARK_TRY(open_row(log, &after, &row.event, err));
		if (!row.is_open || is_wanted(&row.event, filter)) {
			*out = row;
			return 1;
		}
	}
	return 2;
}

int medark_audit_next(struct medark_audit_log *log, const struct medark_audit_filter *filter,
		      struct medark_audit_row *out, struct medark_error *err)
{
	return medark_audit_next_of(log, UINT64_MAX, filter, out, err);
}

int medark_audit_next_of(struct medark_audit_log *log, uint64_t most,
			 const struct medark_audit_filter *filter, struct medark_audit_row *out,
			 struct medark_error *err)
{
	int code;

	if (log->failed)
		return medark_error_set(err, log->failed, "nothing behind a fault is read");
	code = next(log, most, filter, out, err);
	if (code < 0)
		log->failed = code;
	return code;
}

int medark_audit_skip(struct medark_audit_log *log, uint64_t *out_at, struct medark_error *err)
{
	*out_at = log->frames.at;
	return medark_audit_frames_next(&log->frames, err);
}

int medark_audit_again(struct medark_audit_log *log, uint64_t at, uint64_t number,
		       const struct medark_audit_filter *filter, struct medark_audit_row *out,
		       struct medark_error *err)
{
	struct medark_audit_row row = { .number = number, .is_open = true };
	struct medark_digest after;
	struct medark_bytes text;
	int code;

	assert(log->cipher && number >= 1);
	MEDARK_TRY(medark_audit_frames_go(&log->frames, at, number - 1, err));
	after = log->frames.hash;
	code = medark_audit_frames_next(&log->frames, err);
	if (code == 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "row %" PRIu64 " was changed",
					number);
	MEDARK_TRY(code);
	MEDARK_TRY(unseal_row(log, &text, err));
	if (!may_be_wanted(text, filter))
		return 0;
	MEDARK_TRY(parse_row(log, text, &after, &row.event, err));
	if (!is_wanted(&row.event, filter))
		return 0;
	*out = row;
	return 1;
}

int medark_audit_follows(const struct medark_audit_info *before,
			 const struct medark_audit_info *after, struct medark_error *err)
{
	if (!after->has_previous || after->file != before->file + 1 ||
	    strcmp(after->previous_log, before->log) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"file %" PRIu64
					" of the log was not begun behind file %" PRIu64
					": one between them is missing",
					after->file, before->file);
	if (after->previous_rows != before->rows || strcmp(after->previous_hash, before->hash) != 0)
		return medark_error_set(
			err, MEDARK_E_FORMAT,
			"file %" PRIu64 " of the log had %" PRIu64 " rows when file %" PRIu64
			" was begun, and has others now (%" PRIu64 ")",
			before->file, after->previous_rows, after->file, before->rows);
	return 0;
}
