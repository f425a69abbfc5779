/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/audit_file.h"

#include "base/base64.h"
#include "base/text.h"
#include "base/time.h"
#include "container/strict.h"
#include "crypto/envelope.h"

#include <inttypes.h>
#include <string.h>

#define WHAT "the head of the audit log"
#define HEX  (2 * MEDARK_AUDIT_ID_SIZE + 1)
/* Bytes that are read at once. */
#define WINDOW ((size_t)64 << 10)

void medark_audit_head_clear(struct medark_audit_head *head)
{
	medark_buffer_clear(&head->keys);
}

/* ---- the head ---- */

static int write_previous(const struct medark_audit_head *head, struct medark_buffer *out,
			  struct medark_error *err)
{
	char log[HEX], hash[2 * MEDARK_DIGEST_SIZE + 1];

	if (!head->has_previous)
		return medark_buffer_text(out, "null", err);
	medark_text_hex(head->previous_log, sizeof(head->previous_log), log);
	medark_text_hex(head->previous_hash.bytes, sizeof(head->previous_hash.bytes), hash);
	return medark_buffer_print(
		out, err, "{\"log\":\"%s\",\"rows\":%" PRIu64 ",\"hash\":\"%s\",\"faulty\":%s}",
		log, head->previous_rows, hash, head->previous_is_faulty ? "true" : "false");
}

int medark_audit_head_write(const struct medark_audit_head *head, struct medark_buffer *out,
			    struct medark_error *err)
{
	char hex[HEX], commit[2 * MEDARK_DIGEST_SIZE + 1], time[MEDARK_TIME_SIZE];

	medark_text_hex(head->log, sizeof(head->log), hex);
	if (!medark_time_format(head->created, time))
		return medark_error_set(err, MEDARK_E_USAGE, "an audit log has no such time");
	MEDARK_TRY(medark_buffer_print(
		out, err, "{\"log\":\"%s\",\"file\":%" PRIu64 ",\"created\":\"%s\",\"archives\":[",
		hex, head->file, time));
	for (uint32_t i = 0; i < head->archive_count; i++) {
		medark_text_hex(head->archives[i], sizeof(head->archives[i]), hex);
		MEDARK_TRY(medark_buffer_print(out, err, "%s\"%s\"", i ? "," : "", hex));
	}
	MEDARK_TRY(medark_buffer_text(out, "],\"previous\":", err));
	MEDARK_TRY(write_previous(head, out, err));
	medark_text_hex(head->commit.bytes, sizeof(head->commit.bytes), commit);
	MEDARK_TRY(medark_buffer_print(out, err, ",\"kek_commit\":\"%s\",\"keys\":\"", commit));
	MEDARK_TRY(medark_base64(medark_bytes(head->keys.data, head->keys.size), out, err));
	return medark_buffer_text(out, "\"}", err);
}

static int take_archives(const struct medark_strict *s, struct medark_audit_head *head,
			 struct medark_error *err)
{
	const json_t *array = json_object_get(s->object, "archives");
	size_t count = json_array_size(array);

	if (!json_is_array(array) || count > MEDARK_AUDIT_ARCHIVES_MAX)
		return medark_strict_fault(s, "archives", err);
	for (size_t i = 0; i < count; i++) {
		const json_t *v = json_array_get(array, i);

		if (!medark_text_unhex(medark_bytes(json_string_value(v), json_string_length(v)),
				       head->archives[i], MEDARK_AUDIT_ID_SIZE))
			return medark_strict_fault(s, "archives", err);
	}
	head->archive_count = (uint32_t)count;
	return 0;
}

static int take_previous(const struct medark_strict *s, struct medark_audit_head *head,
			 struct medark_error *err)
{
	static const char *const names[] = { "log", "rows", "hash", "faulty", NULL };
	struct medark_strict inner = { json_object_get(s->object, "previous"), WHAT ": previous" };

	if (json_is_null(inner.object))
		return 0;
	head->has_previous = true;
	MEDARK_TRY(medark_strict_names(&inner, names, err));
	MEDARK_TRY(medark_strict_hex(&inner, "log", head->previous_log, MEDARK_AUDIT_ID_SIZE, err));
	MEDARK_TRY(medark_strict_number(&inner, "rows", INT64_MAX, &head->previous_rows, err));
	MEDARK_TRY(medark_strict_bool(&inner, "faulty", &head->previous_is_faulty, err));
	return medark_strict_hex(&inner, "hash", head->previous_hash.bytes, MEDARK_DIGEST_SIZE,
				 err);
}

static int take_keys(const struct medark_strict *s, struct medark_audit_head *head,
		     struct medark_error *err)
{
	const json_t *v = json_object_get(s->object, "keys");

	head->keys = (struct medark_buffer)MEDARK_BUFFER(MEDARK_ENVELOPE_SIZE_MAX);
	if (!json_is_string(v) ||
	    medark_base64_decode(medark_bytes(json_string_value(v), json_string_length(v)),
				 &head->keys, NULL) < 0)
		return medark_strict_fault(s, "keys", err);
	return 0;
}

int medark_audit_head_parse(struct medark_bytes body, struct medark_audit_head *out,
			    struct medark_error *err)
{
	static const char *const names[] = { "log",	 "file",       "created", "archives",
					     "previous", "kek_commit", "keys",	  NULL };
	MEDARK_AUTO(medark_strict_free) json_t *root = NULL;
	struct medark_strict s = { .what = WHAT };
	char time[MEDARK_TIME_SIZE];

	MEDARK_TRY(medark_strict_parse(body, MEDARK_AUDIT_FRAME_MAX, WHAT, &root, err));
	s.object = root;
	MEDARK_TRY(medark_strict_names(&s, names, err));
	MEDARK_TRY(medark_strict_hex(&s, "log", out->log, sizeof(out->log), err));
	MEDARK_TRY(medark_strict_number(&s, "file", INT64_MAX, &out->file, err));
	if (out->file == 0)
		return medark_strict_fault(&s, "file", err);
	MEDARK_TRY(medark_strict_text(&s, "created", sizeof(time) - 1, time, err));
	if (!medark_time_parse(medark_bytes_text(time), &out->created))
		return medark_strict_fault(&s, "created", err);
	MEDARK_TRY(take_archives(&s, out, err));
	MEDARK_TRY(take_previous(&s, out, err));
	MEDARK_TRY(medark_strict_hex(&s, "kek_commit", out->commit.bytes, MEDARK_DIGEST_SIZE, err));
	return take_keys(&s, out, err);
}

/* ---- frames ---- */

int medark_audit_cipher(const struct medark_key *log_key, const uint8_t log[MEDARK_AUDIT_ID_SIZE],
			struct medark_scratch_cipher **out, struct medark_error *err)
{
	static const char label[] = "medark audit row-key v1"; /* its zero, too */
	const struct medark_bytes parts[] = { medark_bytes(label, sizeof(label)),
					      medark_bytes(log, MEDARK_AUDIT_ID_SIZE) };
	MEDARK_AUTO(medark_key_clear) struct medark_key key = { { 0 } };
	struct medark_digest digest;

	MEDARK_TRY(medark_hmac_sha256(medark_bytes(log_key->bytes, sizeof(log_key->bytes)), parts,
				      2, &digest, err)); /* */
	memcpy(key.bytes, digest.bytes, sizeof(key.bytes));
	medark_secret_wipe(&digest, sizeof(digest));
	return medark_scratch_cipher_with(&key, out, err);
}

static void hash_frame(const uint8_t size[4], struct medark_bytes body, struct medark_digest *out)
{
	static const char label[] = "medark audit v1"; /* its zero is hashed, too: A-3 */
	struct medark_bytes parts[] = { medark_bytes(label, sizeof(label)), medark_bytes(size, 4),
					body };

	medark_sha256_parts(parts, 3, out);
}

int medark_audit_frame_write(struct medark_bytes body, struct medark_buffer *out,
			     struct medark_digest *out_hash, struct medark_error *err)
{
	uint8_t size[4];

	if (body.size > MEDARK_AUDIT_FRAME_MAX)
		return medark_error_set(err, MEDARK_E_MEMORY,
					"a row of the audit log is larger than %zu bytes",
					MEDARK_AUDIT_FRAME_MAX);
	medark_put_be32(size, (uint32_t)body.size);
	hash_frame(size, body, out_hash);
	MEDARK_TRY(medark_buffer_add(out, size, sizeof(size), err));
	MEDARK_TRY(medark_buffer_add(out, body.data, body.size, err));
	return medark_buffer_add(out, out_hash->bytes, sizeof(out_hash->bytes), err);
}

void medark_audit_frames_clear(struct medark_audit_frames *f)
{
	medark_input_free(f->input);
	f->input = NULL;
	medark_buffer_clear(&f->body);
	medark_buffer_clear(&f->window);
}

/*
 * Reads the window anew, so that `size` bytes at `at` are in it, and what comes next, too. False:
 * it cannot be read as a whole, as a file that is being written may have become shorter.
 */
static bool move_window(struct medark_audit_frames *f, uint64_t at, size_t size)
{
	bool is_back = at < f->window_at;
	uint64_t begin = is_back && at + size > WINDOW ? at + size - WINDOW : is_back ? 0 : at;
	uint64_t left = f->size - begin < WINDOW ? f->size - begin : WINDOW;

	f->window.size = 0;
	if (medark_buffer_reserve(&f->window, WINDOW, NULL) < 0 ||
	    medark_input_read(f->input, begin, f->window.data, left, NULL) < 0)
		return false;
	f->window.size = left;
	f->window_at = begin;
	return true;
}

/* Within the file. Frames are short and read one behind the other, or one before the other. */
static int get(struct medark_audit_frames *f, uint64_t at, void *out, size_t size,
	       struct medark_error *err)
{
	bool is_in = at >= f->window_at && at + size <= f->window_at + f->window.size;

	if (!is_in && (size > WINDOW || !move_window(f, at, size)))
		return medark_input_read(f->input, at, out, size, err);
	memcpy(out, f->window.data + (at - f->window_at), size);
	return 0;
}

static uint64_t get_be(const uint8_t *p, size_t size)
{
	uint64_t n = 0;

	for (size_t i = 0; i < size; i++)
		n = n << 8 | p[i];
	return n;
}

/* 1; 0 at the end, and where what is left is shorter than it says it is. */
static int read_frame(struct medark_audit_frames *f, struct medark_digest *out_hash,
		      struct medark_error *err)
{
	uint64_t left = f->size - f->at;
	struct medark_digest wanted;
	uint8_t size[4];
	uint64_t body;

	f->torn = left;
	if (left < sizeof(size))
		return 0;
	MEDARK_TRY(get(f, f->at, size, sizeof(size), err));
	body = get_be(size, sizeof(size));
	if (body == 0 || body > MEDARK_AUDIT_FRAME_MAX)
		return MEDARK_E_FORMAT;
	if (body + MEDARK_AUDIT_FRAME_ROOM > left)
		return 0;
	f->body.size = 0;
	MEDARK_TRY(medark_buffer_reserve(&f->body, body, err));
	MEDARK_TRY(get(f, f->at + 4, f->body.data, body, err));
	MEDARK_TRY(get(f, f->at + 4 + body, wanted.bytes, sizeof(wanted.bytes), err));
	f->body.size = body;
	hash_frame(size, medark_bytes(f->body.data, body), out_hash);
	if (!medark_digest_equal(out_hash, &wanted))
		return MEDARK_E_FORMAT;
	f->at += body + MEDARK_AUDIT_FRAME_ROOM;
	f->torn = 0;
	return 1;
}

/* After a power cut a file may be longer than what was written into it: zeros, or nothing whole. */
static bool rest_is_zero(struct medark_audit_frames *f)
{
	uint8_t block[4096];

	for (uint64_t at = f->at; at < f->size;) {
		uint64_t n = f->size - at < sizeof(block) ? f->size - at : sizeof(block);

		if (medark_input_read(f->input, at, block, n, NULL) < 0 ||
		    !medark_bytes_are_zero(medark_bytes(block, n)))
			return false;
		at += n;
	}
	return true;
}

int medark_audit_frames_open(const char *path, struct medark_audit_frames *out,
			     struct medark_error *err)
{
	MEDARK_AUTO(medark_audit_frames_clear) struct medark_audit_frames f = { 0 };
	char magic[MEDARK_AUDIT_MAGIC_SIZE];
	int code;

	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_input_open(path, &f.input, err));
	f.body = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEDARK_AUDIT_FRAME_MAX);
	f.window = (struct medark_buffer)MEDARK_BUFFER(WINDOW);
	f.size = medark_input_size(f.input);
	if (f.size < sizeof(magic) ||
	    medark_input_read(f.input, 0, magic, sizeof(magic), NULL) < 0 ||
	    memcmp(magic, MEDARK_AUDIT_MAGIC, sizeof(magic)) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "it is no audit log");
	f.at = sizeof(magic);
	code = read_frame(&f, &f.hash, err);
	if (code == 0 || code == MEDARK_E_FORMAT)
		return medark_error_set(err, MEDARK_E_FORMAT, "its head is not whole");
	MEDARK_TRY(code);
	*out = f;
	f = (struct medark_audit_frames) { 0 };
	return 0;
}

int medark_audit_frames_go(struct medark_audit_frames *f, uint64_t at, uint64_t rows,
			   struct medark_error *err)
{
	struct medark_digest before;

	if (at < MEDARK_AUDIT_MAGIC_SIZE + MEDARK_AUDIT_FRAME_ROOM || at > f->size)
		return medark_error_set(err, MEDARK_E_FORMAT, "there is no row %" PRIu64, rows + 1);
	MEDARK_TRY(get(f, at - sizeof(before.bytes), before.bytes, sizeof(before.bytes), err));
	f->at = at;
	f->rows = rows;
	f->hash = before;
	return 0;
}

int medark_audit_frames_next(struct medark_audit_frames *f, struct medark_error *err)
{
	struct medark_digest hash;
	int code = read_frame(f, &hash, err);

	if (code == MEDARK_E_FORMAT && rest_is_zero(f))
		code = 0;
	if (code == MEDARK_E_FORMAT)
		return medark_error_set(err, code, "row %" PRIu64 " was changed", f->rows + 1);
	if (code <= 0)
		return code;
	if (f->body.size < MEDARK_AUDIT_ROW_HEAD || get_be(f->body.data, 8) != f->rows + 1 ||
	    memcmp(f->body.data + 16, f->hash.bytes, MEDARK_DIGEST_SIZE) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"row %" PRIu64 " does not follow what stands before it",
					f->rows + 1);
	f->hash = hash;
	f->rows++;
	return 1;
}
