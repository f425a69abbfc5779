/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/json_engine.h"
#include "scan/json_machine.h"
#include "scan/json_token.h"

enum state {
	VALUE = 0,    /* a value must come */
	VALUE_OR_END, /* ... or ']' */
	NAME,	      /* a member's name must come */
	NAME_OR_END,  /* ... or '}' */
	AFTER,	      /* a value inside a container has ended */
	DONE,	      /* the outermost value has ended */
	DEAD,
};

void medark_json_reader_init(struct medark_json_reader *r, struct medark_bytes text)
{
	r->at = text.data;
	r->end = text.size ? text.data + text.size : text.data;
	r->raw = medark_bytes(NULL, 0);
	r->escaped = false;
	r->state = VALUE;
	r->depth = 0; /* kinds[] is valid up to there */
}

static enum medark_json_token die(struct medark_json_reader *r)
{
	r->state = DEAD;
	r->raw = medark_bytes(NULL, 0);
	return MEDARK_JSON_BAD;
}

static bool in_object(const struct medark_json_reader *r)
{
	return r->kinds[(r->depth - 1) / 8] >> ((r->depth - 1) % 8) & 1;
}

static void end_value(struct medark_json_reader *r)
{
	r->state = r->depth ? AFTER : DONE;
}

static enum medark_json_token open_container(struct medark_json_reader *r, bool object)
{
	uint8_t bit = (uint8_t)(1u << r->depth % 8);

	if (r->depth == MEDARK_JSON_DEPTH_MAX)
		return die(r);
	r->kinds[r->depth / 8] &= (uint8_t)~bit;
	if (object)
		r->kinds[r->depth / 8] |= bit;
	r->depth++;
	r->state = object ? NAME_OR_END : VALUE_OR_END;
	r->raw = medark_bytes(r->at++, 1);
	return object ? MEDARK_JSON_OBJECT_BEGIN : MEDARK_JSON_ARRAY_BEGIN;
}

static enum medark_json_token close_container(struct medark_json_reader *r)
{
	bool object = *r->at == '}';

	if (in_object(r) != object)
		return die(r);
	r->depth--;
	end_value(r);
	r->raw = medark_bytes(r->at++, 1);
	return object ? MEDARK_JSON_OBJECT_END : MEDARK_JSON_ARRAY_END;
}

static bool read_string(struct medark_json_reader *r)
{
	if (*r->at != '"' || !medark_json_string(r->at + 1, r->end, &r->raw, &r->escaped))
		return false;
	r->at += r->raw.size + 2;
	return true;
}

static enum medark_json_token read_name(struct medark_json_reader *r)
{
	if (!read_string(r))
		return die(r);
	r->at = medark_json_skip_space(r->at, r->end);
	if (r->at == r->end || *r->at != ':')
		return die(r);
	r->at++;
	r->state = VALUE;
	return MEDARK_JSON_KEY;
}

static enum medark_json_token read_scalar(struct medark_json_reader *r)
{
	size_t size = medark_json_scalar(r->at, r->end);

	if (size == 0)
		return die(r);
	r->raw = medark_bytes(r->at, size);
	r->at += size;
	end_value(r);
	switch (r->raw.data[0]) {
	case 't':
		return MEDARK_JSON_TRUE;
	case 'f':
		return MEDARK_JSON_FALSE;
	case 'n':
		return MEDARK_JSON_NULL;
	default:
		return MEDARK_JSON_NUMBER;
	}
}

static enum medark_json_token read_value(struct medark_json_reader *r)
{
	if (*r->at == '{' || *r->at == '[')
		return open_container(r, *r->at == '{');
	if (*r->at != '"')
		return read_scalar(r);
	if (!read_string(r))
		return die(r);
	end_value(r);
	return MEDARK_JSON_STRING;
}

/* Passes a comma and the white space around it; false if the reader died. */
static bool pass_comma(struct medark_json_reader *r)
{
	r->at = medark_json_skip_space(r->at, r->end);
	if (r->state != AFTER || r->at == r->end || *r->at != ',')
		return true;
	r->state = in_object(r) ? NAME : VALUE;
	r->at = medark_json_skip_space(r->at + 1, r->end);
	return r->at < r->end;
}

enum medark_json_token medark_json_next(struct medark_json_reader *r)
{
	r->escaped = false;
	if (r->state == DEAD || !pass_comma(r))
		return die(r);
	if (r->at == r->end) {
		r->raw = medark_bytes(r->at, 0);
		return r->depth ? die(r) : MEDARK_JSON_END;
	}
	switch (r->state) {
	case VALUE:
		return read_value(r);
	case VALUE_OR_END:
		return *r->at == ']' ? close_container(r) : read_value(r);
	case NAME:
		return read_name(r);
	case NAME_OR_END:
		return *r->at == '}' ? close_container(r) : read_name(r);
	case AFTER:
		return *r->at == '}' || *r->at == ']' ? close_container(r) : die(r);
	default: /* DONE */
		return die(r);
	}
}

/* Bytes of the container at r->at, 0 if it is not valid. */
static size_t container_size(const struct medark_json_reader *r)
{
	struct medark_json_machine m;
	size_t left = (size_t)(r->end - r->at), size = 0;

	if (r->depth + MEDARK_JSON_ENGINE_DEPTH_MAX <= MEDARK_JSON_DEPTH_MAX)
		size = medark_json_engine(medark_json_level(), r->at, left, NULL);
	if (size)
		return size;
	medark_json_machine_init(&m, NULL, NULL);
	m.single = true;
	m.depth_max = MEDARK_JSON_DEPTH_MAX - r->depth;
	size = medark_json_machine_run(&m, r->at, left);
	return medark_json_machine_finish(&m) <= MEDARK_JSON_OTHER ? size : 0;
}

bool medark_json_skip(struct medark_json_reader *r, struct medark_bytes *out)
{
	const uint8_t *begin;
	size_t size;

	if (r->state == DEAD || !pass_comma(r)) {
		(void)die(r);
		return false;
	}
	if (r->at == r->end || (r->state != VALUE && r->state != VALUE_OR_END) ||
	    (r->state == VALUE_OR_END && *r->at == ']'))
		return false;
	begin = r->at;
	if (*begin == '{' || *begin == '[') {
		size = container_size(r);
		if (size == 0) {
			(void)die(r);
			return false;
		}
		r->at += size;
		end_value(r);
	} else if (read_value(r) == MEDARK_JSON_BAD) {
		return false;
	}
	*out = medark_bytes(begin, (size_t)(r->at - begin));
	return true;
}

static size_t put_utf8(uint32_t c, uint8_t *out)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* The code unit of the \uXXXX at `p`, or -1. */
static int32_t code_unit(const uint8_t *p, const uint8_t *end)
{
	return end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? medark_json_hex4(p + 2) : -1;
}

/* The character of the \uXXXX, or pair of them, at *p; passes it. */
static uint32_t code_point(const uint8_t **p, const uint8_t *end)
{
	int32_t first = code_unit(*p, end), second;

	*p += 6;
	if (first < 0xd800 || first > 0xdfff)
		return (uint32_t)first;
	second = code_unit(*p, end);
	if (first > 0xdbff || second < 0xdc00 || second > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((uint32_t)(first - 0xd800) << 10 | (uint32_t)(second - 0xdc00));
}

size_t medark_json_decode(struct medark_bytes raw, uint8_t *out)
{
	const uint8_t *p = raw.data, *end = raw.size ? p + raw.size : p;
	uint8_t *to = out;

	while (p < end) {
		uint8_t c = *p == '\\' && end - p >= 2 ? medark_json_unescape(p[1]) : 0;

		if (c == 'u' && code_unit(p, end) >= 0) {
			to += put_utf8(code_point(&p, end), to);
		} else if (c && c != 'u') {
			*to++ = c;
			p += 2;
		} else {
			*to++ = *p++;
		}
	}
	return (size_t)(to - out);
}

bool medark_json_name_is(struct medark_bytes raw, const char *name)
{
	uint8_t decoded[6 * MEDARK_JSON_NAME_MAX];

	if (!raw.size || raw.size > sizeof(decoded) || !memchr(raw.data, '\\', raw.size))
		return medark_bytes_is(raw, name);
	return medark_bytes_is(medark_bytes(decoded, medark_json_decode(raw, decoded)), name);
}
