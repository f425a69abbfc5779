/* SPDX-License-Identifier: Apache-2.0 */
#include "live/attachment_check.h"

#include "base/base64.h"
#include "base/text.h"
#include "live/sealed_file.h"
#include "scan/json.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define HEAD	 ((size_t)4096)
#define STEP	 ((size_t)1 << 16)
#define HASH_MAX ((size_t)64) /* bytes of a hash's text that can be a SHA-1 */

/* ---- what the record says ---- */

static bool is_html(struct medark_bytes type)
{
	return strcmp(medark_attachment_ending(type), "html") == 0;
}

static char kind_of(struct medark_bytes type)
{
	if (type.size == 0)
		return '-';
	if (is_html(type))
		return 'h';
	return memmem(type.data, type.size, "fhir", 4) ? 'f' : 'o';
}

/* Its digits; nothing for what is no SHA-1 in base64: some servers write other digests there. */
static int write_hash(struct medark_bytes raw, char *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer bytes = MEDARK_BUFFER(2 * HASH_MAX);
	uint8_t text[HASH_MAX];
	int code;

	out[0] = '\0';
	if (raw.size == 0 || raw.size > HASH_MAX)
		return 0;
	code = medark_base64_decode(medark_bytes(text, medark_json_decode(raw, text)), &bytes, err);
	if (code == MEDARK_E_FORMAT)
		return 0;
	MEDARK_TRY(code);
	if (bytes.size == MEDARK_SHA1_SIZE)
		medark_text_hex(bytes.data, bytes.size, out);
	return 0;
}

int medark_attachment_promise_write(const struct medark_attachment *a,
				    char out[MEDARK_ATTACHMENT_PROMISE_MAX + 1],
				    struct medark_error *err)
{
	out[0] = kind_of(a->content_type);
	out[1] = a->is_empty ? '0' : '-';
	return write_hash(a->hash, out + 2, err);
}

bool medark_attachment_promise_read(const char *word, struct medark_attachment_promise *out)
{
	const size_t size = strlen(word);

	*out = (struct medark_attachment_promise) { 0 };
	if (size < 2 || !strchr("hfo-", word[0]) || !strchr("0-", word[1]))
		return false;
	out->kind = word[0];
	out->is_empty = word[1] == '0';
	out->has_hash = size > 2;
	return !out->has_hash ||
	       medark_text_unhex(medark_bytes(word + 2, size - 2), out->hash, sizeof(out->hash));
}

/* ---- what has come ---- */

/* Without the mark of UTF-8 and blanks in front. */
static struct medark_bytes trim(struct medark_bytes text)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (medark_bytes_starts(text, mark))
		text = medark_bytes(text.data + 3, text.size - 3);
	while (text.size && text.data[0] && strchr(" \t\r\n", text.data[0]))
		text = medark_bytes(text.data + 1, text.size - 1);
	return text;
}

static bool contains(struct medark_bytes text, const char *word)
{
	return memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* By the name space of FHIR, which stands in the root element. */
static enum medark_attachment_content look_at_xml(struct medark_bytes head)
{
	if (!contains(head, "\"http://hl7.org/fhir\"") && !contains(head, "'http://hl7.org/fhir'"))
		return MEDARK_ATTACHMENT_IS_BYTES;
	if (contains(head, "<OperationOutcome"))
		return MEDARK_ATTACHMENT_IS_OUTCOME;
	return contains(head, "<Binary") ? MEDARK_ATTACHMENT_IS_BYTES
					 : MEDARK_ATTACHMENT_IS_RESOURCE;
}

/*
 * The type of the first resource: of the text, of an array's first item, or of the first line where
 * there are many.
 */
static enum medark_attachment_content look_at_json(struct medark_bytes text)
{
	struct medark_json_reader json;
	enum medark_json_token token;

	medark_json_reader_init(&json, text);
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		if (token != MEDARK_JSON_KEY || json.depth > 2 ||
		    !medark_bytes_is(json.raw, "resourceType") ||
		    medark_json_next(&json) != MEDARK_JSON_STRING)
			continue;
		if (medark_bytes_is(json.raw, "Binary"))
			return MEDARK_ATTACHMENT_IS_BINARY;
		return medark_bytes_is(json.raw, "OperationOutcome")
			       ? MEDARK_ATTACHMENT_IS_OUTCOME
			       : MEDARK_ATTACHMENT_IS_RESOURCE;
	}
	return MEDARK_ATTACHMENT_IS_BYTES;
}

static int read_head(int folder, const char *name, struct medark_bytes secret, uint8_t *out,
		     size_t *out_size, struct medark_error *err)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	ssize_t n = 1;

	*out_size = 0;
	MEDARK_TRY(medark_sealed_stream(folder, name, secret, &s, err));
	while (n > 0 && *out_size < HEAD) {
		n = medark_stream_read(s, out + *out_size, HEAD - *out_size, err);
		*out_size += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? (int)n : 0;
}

int medark_attachment_look(int folder, const char *name, struct medark_bytes secret,
			   enum medark_attachment_content *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer text = MEDARK_BUFFER_SECRET(MEDARK_ATTACHMENT_TEXT_MAX + 2 * STEP);
	uint8_t bytes[HEAD];
	struct medark_bytes head;
	uint64_t size;
	size_t got;

	MEDARK_TRY(medark_sealed_size(folder, name, &size, err));
	MEDARK_TRY(read_head(folder, name, secret, bytes, &got, err));
	head = trim(medark_bytes(bytes, got));
	*out = got ? MEDARK_ATTACHMENT_IS_BYTES : MEDARK_ATTACHMENT_IS_EMPTY;
	if (head.size && head.data[0] == '<')
		*out = look_at_xml(head);
	if (!head.size || (head.data[0] != '{' && head.data[0] != '['))
		return 0;
	*out = MEDARK_ATTACHMENT_IS_LONG;
	if (size > MEDARK_ATTACHMENT_TEXT_MAX)
		return 0;
	MEDARK_TRY(medark_sealed_read(folder, name, secret, &text, err));
	*out = look_at_json(trim(medark_bytes(text.data, text.size)));
	return 0;
}

const char *medark_attachment_unfit(const struct medark_attachment_promise *promise,
				    enum medark_attachment_content content, bool is_binary)
{
	switch (content) {
	case MEDARK_ATTACHMENT_IS_EMPTY:
		return promise->is_empty ? NULL : "the server gives not one byte of it";
	case MEDARK_ATTACHMENT_IS_OUTCOME:
		return "the server answers with an OperationOutcome";
	case MEDARK_ATTACHMENT_IS_RESOURCE:
		return is_binary && promise->kind == 'f'
			       ? NULL
			       : "the server answers with a record, which is no attachment";
	case MEDARK_ATTACHMENT_IS_LONG:
		return is_binary ? NULL
				 : "it is JSON too long to be looked into: it may be records, "
				   "which are no attachment";
	default:
		return NULL;
	}
}

bool medark_attachment_is_page(const struct medark_attachment_promise *promise,
			       struct medark_bytes content_type)
{
	return is_html(content_type) && promise->kind != 'h' && promise->kind != '-';
}

int medark_attachment_fits(const struct medark_attachment_promise *promise, int folder,
			   const char *name, struct medark_bytes secret, struct medark_error *err)
{
	MEDARK_AUTO(medark_stream_free) struct medark_stream *s = NULL;
	MEDARK_AUTO(medark_sha1_free) struct medark_sha1 *sha1 = NULL;
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer step = MEDARK_BUFFER_SECRET(STEP);
	uint8_t hash[MEDARK_SHA1_SIZE];
	ssize_t n = 1;

	if (!promise->has_hash)
		return 1;
	MEDARK_TRY(medark_buffer_reserve(&step, STEP, err));
	MEDARK_TRY(medark_sha1_new(&sha1, err));
	MEDARK_TRY(medark_sealed_stream(folder, name, secret, &s, err));
	while (n > 0) {
		n = medark_stream_read(s, step.data, STEP, err);
		if (n > 0)
			MEDARK_TRY(medark_sha1_add(sha1, medark_bytes(step.data, (size_t)n), err));
	}
	if (n < 0)
		return (int)n;
	MEDARK_TRY(medark_sha1_end(sha1, hash, err));
	return memcmp(hash, promise->hash, sizeof(hash)) == 0;
}
