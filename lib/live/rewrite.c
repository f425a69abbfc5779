/* SPDX-License-Identifier: Apache-2.0 */
#include "live/rewrite.h"

#include "base/text.h"
#include "base/time.h"
#include "record/fhir_reference.h"
#include "scan/json.h"

#include <string.h>

/* Longer values are no references. */
#define REFERENCE_MAX 2048

/* A walk through a text, and how much of it stands in the output. */
struct walk {
	const struct medark_rewrite *rewrite;
	struct medark_bytes text;
	struct medark_json_reader json;
	struct medark_buffer *out;
	const uint8_t *copied;	 /* all before is in the output, or left out */
	struct medark_bytes key; /* of the member whose value comes next; NULL: none */
	uint32_t meta;		 /* depth inside of the outermost `meta`; 0: not there */
	uint64_t members;	 /* of the outermost object, that are kept */
	bool has_tag;		 /* `meta` has a list of them */
	bool is_tagged;
};

static bool is_key(const struct walk *w, const char *name)
{
	return w->key.data && medark_json_name_is(w->key, name);
}

/* Copies up to `at`, and goes on behind `next`. */
static int copy_to(struct walk *w, const uint8_t *at, const uint8_t *next, struct medark_error *err)
{
	if (!w->out)
		return 0;
	MEDARK_TRY(medark_buffer_add(w->out, w->copied, (size_t)(at - w->copied), err));
	w->copied = next;
	return 0;
}

/* ---- references ---- */

static bool starts(struct medark_bytes text, struct medark_bytes with)
{
	return with.size && text.size > with.size && memcmp(text.data, with.data, with.size) == 0;
}

/* Reads `text`: false if it is none that can change. */
static bool read_target(const struct walk *w, struct medark_bytes text,
			struct medark_rewrite_target *out)
{
	static const char urn[] = "urn:uuid:";
	struct medark_fhir_reference r;
	bool is_below = starts(text, w->rewrite->base) && text.data[w->rewrite->base.size] == '/';

	medark_fhir_reference_parse(text, &r);
	*out = (struct medark_rewrite_target) { .type = r.type, .id = r.id };
	if (r.kind == MEDARK_FHIR_REFERENCE_URN && medark_bytes_starts(text, urn)) {
		out->type = medark_bytes(NULL, 0);
		out->id = medark_bytes(text.data + sizeof(urn) - 1, text.size - (sizeof(urn) - 1));
		return out->id.size > 0;
	}
	if (r.kind != MEDARK_FHIR_REFERENCE_LITERAL || (!is_below && r.type.data != text.data))
		return false; /* below another server than the one it came from */
	out->is_plain = r.type.data == text.data && r.id.data + r.id.size == text.data + text.size;
	return true;
}

static int put_reference(struct walk *w, struct medark_error *err)
{
	uint8_t decoded[REFERENCE_MAX];
	struct medark_bytes raw = w->json.raw;
	struct medark_rewrite_target target;
	size_t before;
	int code;

	if (raw.size == 0 || raw.size > sizeof(decoded))
		return 0;
	raw = medark_bytes(decoded, medark_json_decode(raw, decoded));
	if (!read_target(w, raw, &target) ||
	    (is_key(w, "url") && !medark_bytes_is(target.type, "Binary")))
		return 0;
	if (!w->out) {
		code = w->rewrite->map(w->rewrite->context, &target, NULL, err);
		return code < 0 ? code : 0;
	}
	MEDARK_TRY(copy_to(w, w->json.raw.data, w->json.raw.data, err));
	before = w->out->size;
	code = w->rewrite->map(w->rewrite->context, &target, w->out, err);
	MEDARK_TRY(code);
	if (code)
		w->copied += w->json.raw.size;
	else
		w->out->size = before;
	return 0;
}

/* ---- the id ---- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Leaves out the member whose value has just come, and one of the commas beside it. */
static int drop_member(struct walk *w, struct medark_error *err)
{
	const uint8_t *begin = w->key.data - 1, *end = w->json.raw.data + w->json.raw.size + 1;
	const uint8_t *stop = w->text.data + w->text.size;

	while (end < stop && is_blank(*end))
		end++;
	if (end < stop && *end == ',')
		return copy_to(w, begin, end + 1, err);
	MEDARK_TRY(copy_to(w, begin, end, err));
	while (is_blank(w->out->data[w->out->size - 1])) /* it ends at a brace at the latest */
		w->out->size--;
	w->out->size -= w->out->data[w->out->size - 1] == ',';
	return 0;
}

static int put_id(struct walk *w, struct medark_error *err)
{
	const struct medark_bytes raw = w->json.raw;

	if (!w->out)
		return 0;
	if (w->rewrite->drop_id) {
		w->members--;
		return drop_member(w, err);
	}
	if (!w->rewrite->id)
		return 0;
	MEDARK_TRY(copy_to(w, raw.data, raw.data + raw.size, err));
	return medark_buffer_text(w->out, w->rewrite->id, err);
}

/* ---- the tag ---- */

/* `front` and `back` stand around it. */
static int add_tag(struct walk *w, const char *front, const char *back, struct medark_error *err)
{
	w->is_tagged = true;
	MEDARK_TRY(medark_buffer_print(w->out, err, "%s{\"system\":\"%s\",\"code\":", front,
				       w->rewrite->tag_system));
	MEDARK_TRY(medark_text_json(w->out, w->rewrite->tag_code, err));
	return medark_buffer_print(w->out, err, "}%s", back);
}

/* In front of the last brace, which was just read. */
static int put_meta(struct walk *w, struct medark_error *err)
{
	MEDARK_TRY(copy_to(w, w->json.at - 1, w->json.at - 1, err));
	return add_tag(w, w->members ? ",\"meta\":{\"tag\":[" : "\"meta\":{\"tag\":[", "]}", err);
}

/* Behind the bracket that was read last. */
static int put_tag(struct walk *w, const char *front, const char *back, struct medark_error *err)
{
	const uint8_t *at = w->json.at, *stop = w->text.data + w->text.size, *next = at;

	MEDARK_TRY(copy_to(w, at, at, err));
	MEDARK_TRY(add_tag(w, front, back, err));
	while (next < stop && is_blank(*next))
		next++;
	return next < stop && *next != '}' && *next != ']' ? medark_buffer_text(w->out, ",", err)
							   : 0;
}

static bool wants_tag(const struct walk *w)
{
	return w->out && w->rewrite->tag_system && !w->is_tagged;
}

/* Has the text a `meta` with a `tag`? To be known before the walk comes there. */
static bool has_tag(struct medark_bytes text)
{
	struct medark_json_reader json;
	struct medark_bytes value;
	bool is_inside = false;
	enum medark_json_token token;

	medark_json_reader_init(&json, text);
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		struct medark_bytes key = json.raw;

		if (is_inside && token == MEDARK_JSON_OBJECT_END)
			return false;
		if (token != MEDARK_JSON_KEY)
			continue;
		if (!is_inside && medark_json_name_is(key, "meta")) {
			is_inside = medark_json_next(&json) == MEDARK_JSON_OBJECT_BEGIN;
			continue;
		}
		if (!medark_json_skip(&json, &value))
			return false;
		if (is_inside && medark_json_name_is(key, "tag") && value.data[0] == '[')
			return true;
	}
	return false;
}

/* ---- the walk ---- */

static int open_value(struct walk *w, enum medark_json_token token, struct medark_error *err)
{
	if (!wants_tag(w))
		return 0;
	if (token == MEDARK_JSON_OBJECT_BEGIN && w->json.depth == 2 && is_key(w, "meta")) {
		w->meta = 2;
		return w->has_tag ? 0 : put_tag(w, "\"tag\":[", "]", err);
	}
	if (token == MEDARK_JSON_ARRAY_BEGIN && w->json.depth == 3 && w->meta == 2 &&
	    is_key(w, "tag"))
		return put_tag(w, "", "", err);
	return 0;
}

static int take_string(struct walk *w, struct medark_error *err)
{
	if (w->json.depth == 1 && is_key(w, "id"))
		return put_id(w, err);
	if (!w->rewrite->keep_references && w->rewrite->map &&
	    (is_key(w, "reference") || is_key(w, "url")))
		return put_reference(w, err);
	return 0;
}

static int take(struct walk *w, enum medark_json_token token, struct medark_error *err)
{
	int code = 0;

	if (token == MEDARK_JSON_KEY) {
		w->members += w->json.depth == 1;
		w->key = w->json.raw;
		return 0;
	}
	if (token == MEDARK_JSON_STRING)
		code = take_string(w, err);
	else if (token == MEDARK_JSON_OBJECT_BEGIN || token == MEDARK_JSON_ARRAY_BEGIN)
		code = open_value(w, token, err);
	else if (token == MEDARK_JSON_OBJECT_END && w->json.depth == 0 && wants_tag(w))
		code = put_meta(w, err);
	else if (token == MEDARK_JSON_OBJECT_END && w->json.depth < w->meta)
		w->meta = 0;
	w->key = medark_bytes(NULL, 0);
	return code;
}

int medark_rewrite_run(struct medark_bytes text, const struct medark_rewrite *rewrite,
		       struct medark_buffer *out, struct medark_error *err)
{
	struct walk w = { .rewrite = rewrite, .text = text, .out = out };
	enum medark_json_token token;

	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		w.text = medark_bytes(text.data + 3, text.size - 3);
	w.copied = w.text.data;
	if (rewrite->tag_system)
		w.has_tag = has_tag(w.text);
	medark_json_reader_init(&w.json, w.text);
	token = medark_json_next(&w.json);
	if (token != MEDARK_JSON_OBJECT_BEGIN)
		return medark_error_set(err, MEDARK_E_FORMAT, "a record is no JSON object");
	do
		MEDARK_TRY(take(&w, token, err));
	while ((token = medark_json_next(&w.json)) > MEDARK_JSON_END);
	if (token == MEDARK_JSON_BAD)
		return medark_error_set(err, MEDARK_E_FORMAT, "a record is not well-formed");
	return copy_to(&w, w.text.data + w.text.size, w.text.data + w.text.size, err);
}

/* ---- when it was updated ---- */

static bool find_updated(struct medark_bytes text, struct medark_bytes *out)
{
	struct medark_json_reader json;
	struct medark_bytes value;
	bool is_inside = false;
	enum medark_json_token token;

	medark_json_reader_init(&json, text);
	while ((token = medark_json_next(&json)) > MEDARK_JSON_END) {
		if (is_inside && token == MEDARK_JSON_OBJECT_END)
			return false;
		if (token != MEDARK_JSON_KEY)
			continue;
		if (!is_inside && medark_json_name_is(json.raw, "meta")) {
			is_inside = medark_json_next(&json) == MEDARK_JSON_OBJECT_BEGIN;
			continue;
		}
		if (is_inside && medark_json_name_is(json.raw, "lastUpdated")) {
			bool found = medark_json_next(&json) == MEDARK_JSON_STRING;

			*out = json.raw;
			return found;
		}
		if (!medark_json_skip(&json, &value))
			return false;
	}
	return false;
}

/* Digits behind the point as microseconds; what follows them is left in *text. */
static int64_t take_fraction(struct medark_bytes *text)
{
	int64_t micro = 0, unit = 100000;

	if (text->size == 0 || text->data[0] != '.')
		return 0;
	do {
		*text = medark_bytes(text->data + 1, text->size - 1);
		if (text->size && text->data[0] >= '0' && text->data[0] <= '9') {
			micro += (text->data[0] - '0') * unit;
			unit /= 10;
		}
	} while (text->size && text->data[0] >= '0' && text->data[0] <= '9');
	return micro;
}

/* +02:00 in seconds; false if it is neither that nor Z. */
static bool read_zone(struct medark_bytes text, int64_t *out)
{
	const uint8_t *p = text.data;

	*out = 0;
	if (medark_bytes_is(text, "Z"))
		return true;
	if (text.size != 6 || (p[0] != '+' && p[0] != '-') || p[3] != ':')
		return false;
	*out = ((p[1] - '0') * 10 + p[2] - '0') * 3600 + ((p[4] - '0') * 10 + p[5] - '0') * 60;
	if (p[0] == '-')
		*out = -*out;
	return true;
}

int64_t medark_rewrite_updated(struct medark_bytes text)
{
	char whole[MEDARK_TIME_SIZE];
	struct medark_bytes value, rest;
	int64_t seconds, micro, zone;

	if (!find_updated(text, &value) || value.size < MEDARK_TIME_SIZE - 1)
		return INT64_MIN;
	memcpy(whole, value.data, MEDARK_TIME_SIZE - 2);
	whole[MEDARK_TIME_SIZE - 2] = 'Z';
	whole[MEDARK_TIME_SIZE - 1] = '\0';
	rest = medark_bytes(value.data + MEDARK_TIME_SIZE - 2, value.size - (MEDARK_TIME_SIZE - 2));
	micro = take_fraction(&rest);
	if (!medark_time_parse(medark_bytes_text(whole), &seconds) || !read_zone(rest, &zone))
		return INT64_MIN;
	return (seconds - zone) * 1000000 + micro;
}
