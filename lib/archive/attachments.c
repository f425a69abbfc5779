/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/attachments.h"

#include "container/layout.h"
#include "live/attachment.h"
#include "record/fhir.h"
#include "record/fhir_reference.h"
#include "scan/json.h"

/* Longer URLs hold their data themselves, or are none of a file. */
#define URL_MAX MEDARK_PATH_MAX

struct target {
	struct medark_bytes folder;
	struct medark_nameset *references, *paths;
	struct medark_hashset *digits; /* unless NULL: these alone are wanted */
};

/*
 * Resolves `.` and `..` and empty parts behind `folder` into `out`; 0 if the path leads outside.
 */
static size_t resolve(struct medark_bytes folder, struct medark_bytes url, uint8_t *out,
		      size_t room)
{
	size_t size = folder.size;

	if (folder.size + url.size + 1 > room)
		return 0;
	if (folder.size)
		memcpy(out, folder.data, folder.size);
	while (url.size) {
		const uint8_t *slash = memchr(url.data, '/', url.size);
		size_t n = slash ? (size_t)(slash - url.data) : url.size;
		struct medark_bytes part = medark_bytes(url.data, n);

		n += slash != NULL;
		url = medark_bytes(url.data + n, url.size - n);
		if (part.size == 0 || medark_bytes_is(part, "."))
			continue;
		if (medark_bytes_is(part, "..")) {
			if (size == 0)
				return 0;
			while (size && out[--size] != '/')
				;
			continue;
		}
		if (size)
			out[size++] = '/';
		memcpy(out + size, part.data, part.size);
		size += part.size;
	}
	return size;
}

static int add_paths(const struct target *t, struct medark_bytes url, struct medark_error *err)
{
	uint8_t path[2 * MEDARK_PATH_MAX];
	size_t size = resolve(medark_bytes(NULL, 0), url, path, sizeof(path));

	if (size)
		MEDARK_TRY(medark_nameset_add(t->paths, medark_bytes(path, size), err));
	size = t->folder.size ? resolve(t->folder, url, path, sizeof(path)) : 0;
	if (size)
		MEDARK_TRY(medark_nameset_add(t->paths, medark_bytes(path, size), err));
	return 0;
}

/* A scheme (RFC 3986 3.1), an authority, an absolute path or a fragment: no relative path. */
static bool is_relative(struct medark_bytes url)
{
	if (url.data[0] == '/' || url.data[0] == '#')
		return false;
	for (size_t i = 0; i < url.size && url.data[i] != '/'; i++)
		if (url.data[i] == ':')
			return false;
	return true;
}

/*
 * What an export from a server calls the bytes behind this URL, in the folder for them of the
 * record's own source: which of the folders above the record that is, is not known here.
 */
static int add_fetched(const struct target *t, struct medark_bytes url, struct medark_error *err)
{
	static const char name[] = MEDARK_ATTACHMENT_FOLDER;
	uint8_t path[2 * MEDARK_PATH_MAX];
	char key[MEDARK_ATTACHMENT_DIGITS + 1];
	size_t size = t->folder.size;

	if (size + sizeof(name) + sizeof(key) > sizeof(path))
		return 0;
	if (size)
		memcpy(path, t->folder.data, size);
	medark_attachment_key(url, key);
	for (;;) {
		const uint8_t *slash = size ? memrchr(path, '/', size) : NULL;
		size_t at = size;

		if (size)
			path[at++] = '/';
		memcpy(path + at, name, sizeof(name) - 1);
		memcpy(path + at + sizeof(name) - 1, key, sizeof(key) - 1);
		at += sizeof(name) - 1 + sizeof(key) - 1;
		MEDARK_TRY(medark_nameset_add(t->paths, medark_bytes(path, at), err));
		if (size == 0)
			return 0;
		size = slash ? (size_t)(slash - path) : 0;
	}
}

static int add_digits(const struct target *t, struct medark_bytes url, struct medark_error *err)
{
	char key[MEDARK_ATTACHMENT_DIGITS + 1];
	int code;

	medark_attachment_key(url, key);
	code = medark_hashset_add(t->digits, medark_bytes_text(key), err);
	return code < 0 ? code : 0;
}

/* Every path of an item that a URL may mean. */
static int add_items(const struct target *t, struct medark_bytes url, struct medark_error *err)
{
	uint8_t plain[URL_MAX];
	size_t size;

	MEDARK_TRY(add_fetched(t, url, err));
	if (!is_relative(url))
		return 0;
	MEDARK_TRY(add_paths(t, url, err));
	size = medark_fhir_percent_decode(url, plain);
	return size < url.size ? add_paths(t, medark_bytes(plain, size), err) : 0;
}

static int add_url(const struct target *t, struct medark_bytes url, struct medark_error *err)
{
	struct medark_bytes binary;

	if (url.size == 0 || url.size > URL_MAX)
		return 0;
	if (t->digits)
		return add_digits(t, url, err);
	binary = medark_attachment_binary(url);
	if (binary.size)
		MEDARK_TRY(medark_nameset_add(t->references, binary, err));
	return add_items(t, url, err);
}

int medark_attachment_paths(struct medark_bytes url, struct medark_bytes folder,
			    struct medark_nameset *paths, struct medark_error *err)
{
	const struct target t = { .folder = folder, .paths = paths };

	return url.size && url.size <= URL_MAX ? add_items(&t, url, err) : 0;
}

/* ---- JSON ---- */

/*
 * In which open containers a `url` is that of an extension and not of an Attachment: bit set, by
 * depth.
 */
struct walk {
	struct medark_json_reader json;
	uint8_t extension[MEDARK_JSON_DEPTH_MAX + 2];
	bool next; /* whether the container that a key is followed by is one */
};

static void enter(struct walk *w)
{
	w->extension[w->json.depth] = w->next;
}

static int json_key(struct walk *w, const struct target *t, struct medark_error *err)
{
	struct medark_bytes key = w->json.raw, value;
	uint8_t url[URL_MAX];

	w->next = w->extension[w->json.depth];
	if (medark_json_name_is(key, "extension") || medark_json_name_is(key, "modifierExtension"))
		w->next = true;
	else if (medark_json_name_is(key, "valueAttachment"))
		w->next = false;
	if (w->next || !medark_json_name_is(key, "url"))
		return 0;
	if (!medark_json_skip(&w->json, &value))
		return 0;
	if (value.size < 3 || value.data[0] != '"' || value.size - 2 > URL_MAX)
		return 0;
	return add_url(
		t,
		medark_bytes(url,
			     medark_json_decode(medark_bytes(value.data + 1, value.size - 2), url)),
		err);
}

static int walk_json(struct medark_bytes text, const struct target *t, struct medark_error *err)
{
	struct walk w = { .next = false };
	enum medark_json_token token;

	medark_json_reader_init(&w.json, text);
	while ((token = medark_json_next(&w.json)) > MEDARK_JSON_END) {
		if (token == MEDARK_JSON_OBJECT_BEGIN || token == MEDARK_JSON_ARRAY_BEGIN)
			enter(&w);
		else if (token == MEDARK_JSON_KEY)
			MEDARK_TRY(json_key(&w, t, err));
		if (token != MEDARK_JSON_KEY)
			w.next = w.extension[w.json.depth];
	}
	return 0;
}

/* ---- XML ---- */

/* The value of the attribute `value` in a tag; entities of a URL are `&amp;` alone. */
static size_t tag_value(struct medark_bytes tag, uint8_t out[URL_MAX])
{
	static const char name[] = "value=";
	const uint8_t *at = memmem(tag.data, tag.size, name, sizeof(name) - 1);
	const uint8_t *end = tag.data + tag.size, *stop;
	size_t size = 0;

	at = at ? at + sizeof(name) - 1 : end;
	if (at >= end || (*at != '"' && *at != '\''))
		return 0;
	stop = memchr(at + 1, *at, (size_t)(end - at - 1));
	for (at++; stop && at < stop && size < URL_MAX; at++) {
		out[size++] = *at;
		if (medark_bytes_starts(medark_bytes(at, (size_t)(stop - at)), "&amp;"))
			at += 4;
	}
	return size;
}

/* Attachment.url is an element; an extension's url is an attribute. */
static int walk_xml(struct medark_bytes text, const struct target *t, struct medark_error *err)
{
	static const char name[] = "<url ";
	const uint8_t *p = text.data, *end = text.data + text.size;
	uint8_t url[URL_MAX];

	while ((p = memmem(p, (size_t)(end - p), name, sizeof(name) - 1))) {
		const uint8_t *close = memchr(p, '>', (size_t)(end - p));
		size_t size;

		if (!close)
			break;
		size = tag_value(medark_bytes(p, (size_t)(close - p)), url);
		if (size)
			MEDARK_TRY(add_url(t, medark_bytes(url, size), err));
		p = close;
	}
	return 0;
}

int medark_attachments(struct medark_bytes text, struct medark_bytes folder,
		       struct medark_nameset *references, struct medark_nameset *paths,
		       struct medark_error *err)
{
	struct target t = { .folder = folder, .references = references, .paths = paths };

	return medark_fhir_is_xml(text) ? walk_xml(text, &t, err) : walk_json(text, &t, err);
}

int medark_attachments_fetched(struct medark_bytes text, struct medark_hashset *digits,
			       struct medark_error *err)
{
	struct target t = { .digits = digits };

	return medark_fhir_is_xml(text) ? walk_xml(text, &t, err) : walk_json(text, &t, err);
}

bool medark_attachments_find(const struct medark_nameset *paths, struct medark_bytes path,
			     uint32_t *out_i)
{
	struct medark_bytes stem;

	if (medark_nameset_find(paths, path, out_i))
		return true;
	stem = medark_attachment_stem(path);
	return stem.size && medark_nameset_find(paths, stem, out_i);
}
