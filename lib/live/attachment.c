/* SPDX-License-Identifier: Apache-2.0 */
#include "live/attachment.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "record/fhir_reference.h"
#include "scan/json.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STRETCH ((size_t)512)

/* ---- which objects ---- */

/*
 * Do the first three bytes of `word` stand anywhere in this stretch, and the two bytes behind it?
 * There is no way out of the loop, so that compilers make vectors of it.
 */
static bool may_begin(const uint8_t *stretch, const char *word)
{
	const uint8_t a = (uint8_t)word[0], b = (uint8_t)word[1], c = (uint8_t)word[2];
	uint8_t found = 0;

	for (size_t i = 0; i < STRETCH; i++)
		found |= (uint8_t)((stretch[i] == a) & (stretch[i + 1] == b) &
				   (stretch[i + 2] == c));
	return found;
}

/* All that a server sends is looked through: memmem() alone would take a tenth of an export. */
static bool has(struct medark_bytes text, const char *word)
{
	size_t size = strlen(word), at = 0;

	for (; text.size - at >= STRETCH + size; at += STRETCH)
		if (may_begin(text.data + at, word) &&
		    memmem(text.data + at, STRETCH + size - 1, word, size))
			return true;
	return memmem(text.data + at, text.size - at, word, size) != NULL;
}

#define URL_KEY	 "\"url\""
#define URL_SIZE (sizeof(URL_KEY) - 1)

void medark_attachment_watch(struct medark_attachment_watch *w, struct medark_bytes part)
{
	uint8_t seam[2 * (URL_SIZE - 1)];
	size_t front = part.size < URL_SIZE - 1 ? part.size : URL_SIZE - 1, all, kept;

	if (w->is_found || part.size == 0)
		return;
	/* The end of the part before and the beginning of this one. */
	memcpy(seam, w->tail, w->size);
	memcpy(seam + w->size, part.data, front);
	all = w->size + front;
	w->is_found = has(medark_bytes(seam, all), URL_KEY) || has(part, URL_KEY);
	if (part.size >= URL_SIZE - 1) {
		memcpy(w->tail, part.data + part.size - (URL_SIZE - 1), URL_SIZE - 1);
		w->size = URL_SIZE - 1;
		return;
	}
	kept = all < URL_SIZE - 1 ? all : URL_SIZE - 1;
	memcpy(w->tail, seam + all - kept, kept);
	w->size = kept;
}

bool medark_attachment_is_likely(struct medark_bytes record)
{
	return has(record, URL_KEY) &&
	       (has(record, "\"contentType\"") || has(record, "ttachment\"") ||
		has(record, "\"content\"") || has(record, "\"photo\"") ||
		has(record, "\"presentedForm\"") || has(record, "\"image\"") ||
		has(record, "\"document\"") || has(record, "\"media\"") ||
		has(record, "\"hash\"") || has(record, "\"size\""));
}

static bool is_name(struct medark_bytes name)
{
	static const char *const names[] = { "attachment", "photo",    "content", "presentedForm",
					     "image",	   "document", "media" };
	static const char ending[] = "Attachment";
	const size_t size = sizeof(ending) - 1;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (medark_bytes_is(name, names[i]))
			return true;
	return name.size > size && memcmp(name.data + name.size - size, ending, size) == 0;
}

/* A container that is open. */
struct level {
	struct medark_bytes name; /* of the member that it is, or that its array is */
	struct medark_bytes url, title, content_type, hash; /* raw strings of an object's members */
	bool has_data, is_described, is_empty;
};

struct walk {
	struct medark_json_reader json;
	struct medark_bytes key; /* of the value that comes next */
	struct level *levels;
	int (*each)(void *context, const struct medark_attachment *attachment,
		    struct medark_error *err);
	void *context;
};

static int give(struct walk *w, const struct level *l, struct medark_error *err)
{
	uint8_t url[MEDARK_URL_MAX];
	const struct medark_attachment a = {
		.url = medark_bytes(url, medark_json_decode(l->url, url)),
		.title = l->title,
		.content_type = l->content_type,
		.hash = l->hash,
		.is_empty = l->is_empty,
	};

	return a.url.size ? w->each(w->context, &a, err) : 0;
}

static int close_object(struct walk *w, const struct level *l, struct medark_error *err)
{
	if (l->url.size == 0 || l->url.size > MEDARK_URL_MAX || l->has_data ||
	    medark_bytes_is(l->name, "extension") || medark_bytes_is(l->name, "modifierExtension"))
		return 0;
	return l->is_described || is_name(l->name) ? give(w, l, err) : 0;
}

static void take_value(struct walk *w, enum medark_json_token token)
{
	struct level *l = &w->levels[w->json.depth];
	struct medark_bytes key = w->key, raw = w->json.raw;

	if (medark_bytes_is(key, "contentType") || medark_bytes_is(key, "hash") ||
	    medark_bytes_is(key, "size"))
		l->is_described = true;
	if (medark_bytes_is(key, "size") && token != MEDARK_JSON_STRING)
		l->is_empty = medark_bytes_is(raw, "0");
	if (token != MEDARK_JSON_STRING)
		return;
	if (medark_bytes_is(key, "url"))
		l->url = raw;
	else if (medark_bytes_is(key, "title"))
		l->title = raw;
	else if (medark_bytes_is(key, "contentType"))
		l->content_type = raw;
	else if (medark_bytes_is(key, "hash"))
		l->hash = raw;
	else if (medark_bytes_is(key, "data"))
		l->has_data = raw.size != 0;
}

static int take_token(struct walk *w, enum medark_json_token token, struct medark_error *err)
{
	struct level *l = &w->levels[w->json.depth];

	switch (token) {
	case MEDARK_JSON_KEY:
		w->key = w->json.raw;
		return 0;
	case MEDARK_JSON_OBJECT_BEGIN:
	case MEDARK_JSON_ARRAY_BEGIN:
		/* The items of an array stand under the array's name. */
		*l = (struct level) { .name = w->key };
		return 0;
	case MEDARK_JSON_OBJECT_END:
		w->key = w->levels[w->json.depth].name;
		return close_object(w, &w->levels[w->json.depth + 1], err);
	case MEDARK_JSON_ARRAY_END:
		w->key = w->levels[w->json.depth].name;
		return 0;
	default:
		take_value(w, token);
		return 0;
	}
}

int medark_attachment_each(struct medark_bytes record,
			   int (*each)(void *context, const struct medark_attachment *attachment,
				       struct medark_error *err),
			   void *context, struct medark_error *err)
{
	MEDARK_AUTO(medark_heap_free)
	struct level *levels = calloc(MEDARK_JSON_DEPTH_MAX + 2, sizeof(*levels));
	struct walk w = { .levels = levels, .each = each, .context = context };
	enum medark_json_token token;

	if (!levels)
		return medark_error_memory(err, "a record's attachments");
	medark_json_reader_init(&w.json, record);
	while ((token = medark_json_next(&w.json)) > MEDARK_JSON_END)
		MEDARK_TRY(take_token(&w, token, err));
	return 0;
}

/* ---- names ---- */

/* The end of the segment that begins at `at`. */
static const uint8_t *segment_end(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *slash = memchr(at, '/', (size_t)(end - at));

	return slash ? slash : end;
}

/* Is what stands behind an id nothing, or a version? */
static bool is_version(struct medark_bytes rest)
{
	static const char name[] = "/_history/";
	const size_t size = sizeof(name) - 1;

	return rest.size == 0 ||
	       (medark_bytes_starts(rest, name) &&
		medark_fhir_is_id(medark_bytes(rest.data + size, rest.size - size)));
}

struct medark_bytes medark_attachment_binary(struct medark_bytes url)
{
	static const char name[] = "Binary/";
	const size_t size = sizeof(name) - 1;
	const uint8_t *end = url.data + url.size, *at = url.data;

	while (at < end && (at = memmem(at, (size_t)(end - at), name, size))) {
		const uint8_t *id = at + size, *id_end = segment_end(id, end);

		if ((at == url.data || at[-1] == '/') &&
		    medark_fhir_is_id(medark_bytes(id, (size_t)(id_end - id))) &&
		    is_version(medark_bytes(id_end, (size_t)(end - id_end))))
			return medark_bytes(at, (size_t)(id_end - at));
		at = id;
	}
	return medark_bytes(NULL, 0);
}

void medark_attachment_key(struct medark_bytes url, char out[MEDARK_ATTACHMENT_DIGITS + 1])
{
	struct medark_digest digest;

	medark_sha256(url.data, url.size, &digest);
	medark_text_hex(digest.bytes, MEDARK_ATTACHMENT_DIGITS / 2, out);
}

struct medark_bytes medark_attachment_stem(struct medark_bytes path)
{
	static const char folder[] = MEDARK_ATTACHMENT_FOLDER;
	const uint8_t *slash = memrchr(path.data, '/', path.size);
	size_t begin = slash ? (size_t)(slash - path.data) + 1 : 0;
	const size_t size = sizeof(folder) - 1;
	uint8_t digits[MEDARK_ATTACHMENT_DIGITS / 2];

	if (begin < size || memcmp(path.data + begin - size, folder, size) != 0 ||
	    (begin > size && path.data[begin - size - 1] != '/') ||
	    path.size - begin <= MEDARK_ATTACHMENT_DIGITS ||
	    path.data[begin + MEDARK_ATTACHMENT_DIGITS] != '-' ||
	    !medark_text_unhex(medark_bytes(path.data + begin, MEDARK_ATTACHMENT_DIGITS), digits,
			       sizeof(digits)))
		return medark_bytes(NULL, 0);
	return medark_bytes(path.data, begin + MEDARK_ATTACHMENT_DIGITS);
}

const char *medark_attachment_ending(struct medark_bytes content_type)
{
	static const char *const endings[][2] = {
		{ "application/pdf", "pdf" },
		{ "text/plain", "txt" },
		{ "text/html", "html" },
		{ "application/xhtml+xml", "html" },
		{ "text/xml", "xml" },
		{ "application/xml", "xml" },
		{ "application/hl7-cda+xml", "xml" },
		{ "application/json", "json" },
		{ "text/rtf", "rtf" },
		{ "application/rtf", "rtf" },
		{ "text/csv", "csv" },
		{ "image/jpeg", "jpg" },
		{ "image/jpg", "jpg" },
		{ "image/png", "png" },
		{ "image/tiff", "tiff" },
		{ "image/gif", "gif" },
		{ "image/svg+xml", "svg" },
		{ "application/dicom", "dcm" },
		{ "application/msword", "doc" },
		{ "application/zip", "zip" },
		{ "audio/mpeg", "mp3" },
		{ "audio/wav", "wav" },
		{ "video/mp4", "mp4" },
		{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		  "docx" },
	};
	size_t size = 0;

	while (size < content_type.size && content_type.data[size] != ';' &&
	       content_type.data[size] != ' ')
		size++;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (size == strlen(endings[i][0]) &&
		    strncasecmp((const char *)content_type.data, endings[i][0], size) == 0)
			return endings[i][1];
	return "bin";
}

void medark_attachment_title(struct medark_bytes title, const char *ending,
			     char out[MEDARK_ATTACHMENT_TITLE_MAX + 1])
{
	static const char safe[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
	size_t size = 0, tail = strlen(ending) + 1;

	for (size_t i = 0; i < title.size && size < MEDARK_ATTACHMENT_TITLE_MAX; i++) {
		char c = (char)title.data[i];
		bool is_safe = c && strchr(safe, c) && (c != '.' || size);

		if (is_safe || (size && out[size - 1] != '_'))
			out[size++] = (char)(is_safe ? c : '_');
	}
	if (size > tail && out[size - tail] == '.' &&
	    strncasecmp(out + size - tail + 1, ending, tail - 1) == 0)
		size -= tail;
	while (size && (out[size - 1] == '_' || out[size - 1] == '.'))
		size--;
	out[size] = '\0';
	if (size == 0)
		memcpy(out, "attachment", sizeof("attachment"));
}
