/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/row.h"

#include "base/text.h"

#include <stdio.h>

static int bad(struct medark_error *err, const char *table)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "a row of the index's table %s is malformed",
				table);
}

bool medark_row_split(struct medark_bytes row, struct medark_bytes *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *tab = row.size ? memchr(row.data, '\t', row.size) : NULL;

		if ((tab == NULL) != (i + 1 == count))
			return false;
		if (!tab) {
			fields[i] = row;
			return true;
		}
		fields[i] = medark_bytes(row.data, (size_t)(tab - row.data));
		row = medark_bytes(tab + 1, row.size - fields[i].size - 1);
	}
	return false;
}

/* Length of the escape at the front of `text`, and its byte; 0 if it is none. */
static size_t escape(struct medark_bytes text, uint8_t *out)
{
	static const char letters[] = "tnr\\", bytes[] = "\t\n\r\\";
	const char *letter;

	if (text.size < 2)
		return 0;
	if (text.data[1] == 'x')
		return text.size >= 4 && medark_text_unhex(medark_bytes(text.data + 2, 2), out, 1)
			       ? 4
			       : 0;
	letter = memchr(letters, text.data[1], sizeof(letters) - 1);
	if (!letter)
		return 0;
	*out = (uint8_t)bytes[letter - letters];
	return 2;
}

int medark_row_decode(struct medark_bytes field, struct medark_buffer *out,
		      struct medark_error *err)
{
	out->size = 0;
	if (field.size > 4 * out->limit)
		return medark_error_set(err, MEDARK_E_FORMAT,
					"a field of the index is longer than allowed");
	MEDARK_TRY(
		medark_buffer_reserve(out, field.size < out->limit ? field.size : out->limit, err));
	while (field.size) {
		uint8_t c = field.data[0];
		size_t n = c == '\\' ? escape(field, &c) : 1;

		if (n == 0)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"a field of the index has a malformed escape");
		if (out->size == out->limit)
			return medark_error_set(err, MEDARK_E_FORMAT,
						"a field of the index is longer than allowed");
		out->data[out->size++] = c;
		field = medark_bytes(field.data + n, field.size - n);
	}
	return 0;
}

/* Bytes from the front that a field has as they are. */
static size_t plain_field(struct medark_bytes text)
{
	size_t n = 0;

	while (n < text.size && text.data[n] >= 0x20 && text.data[n] != 0x7f &&
	       text.data[n] != '\\')
		n++;
	return n;
}

static int encode_byte(uint8_t c, struct medark_buffer *out, struct medark_error *err)
{
	switch (c) {
	case '\t':
		return medark_buffer_text(out, "\\t", err);
	case '\n':
		return medark_buffer_text(out, "\\n", err);
	case '\r':
		return medark_buffer_text(out, "\\r", err);
	case '\\':
		return medark_buffer_text(out, "\\\\", err);
	default:
		return medark_buffer_print(out, err, "\\x%02x", c);
	}
}

int medark_row_encode(struct medark_bytes text, struct medark_buffer *out, struct medark_error *err)
{
	while (text.size) {
		size_t n = plain_field(text);

		if (n)
			MEDARK_TRY(medark_buffer_add(out, text.data, n, err));
		else
			MEDARK_TRY(encode_byte(text.data[0], out, err));
		n += n == 0;
		text = medark_bytes(text.data + n, text.size - n);
	}
	return 0;
}

static bool item_kind(struct medark_bytes text, struct medark_item_row *out)
{
	static const struct {
		const char *name;
		enum medark_item_kind kind;
	} kinds[] = {
		{ "dir", MEDARK_ITEM_DIR },
		{ "ndjson", MEDARK_ITEM_FILE },
		{ "json", MEDARK_ITEM_FILE },
		{ "xml", MEDARK_ITEM_FILE },
		{ "opaque", MEDARK_ITEM_OPAQUE },
		{ "decoded", MEDARK_ITEM_DECODED },
		{ "decoded:ndjson", MEDARK_ITEM_DECODED },
		{ "decoded:json", MEDARK_ITEM_DECODED },
		{ "decoded:xml", MEDARK_ITEM_DECODED },
		{ "decoded:opaque", MEDARK_ITEM_DECODED },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (medark_bytes_is(text, kinds[i].name)) {
			out->kind = kinds[i].kind;
			out->kind_name = kinds[i].name;
			return true;
		}
	return false;
}

/* Decoded items, and no others, have an earlier item as their parent. */
static bool item_parent(struct medark_bytes text, uint64_t number, struct medark_item_row *out)
{
	uint64_t parent = 0;

	out->has_parent = out->kind == MEDARK_ITEM_DECODED;
	if (!out->has_parent)
		return medark_bytes_is(text, "-");
	if (!number || !medark_text_decimal(text, number - 1, &parent))
		return false;
	out->parent = (uint32_t)parent;
	return true;
}

/* `SECONDS.NANOSECONDS`, nine digits. */
static bool item_time(struct medark_bytes text, struct medark_item_row *out)
{
	bool negative = text.size && text.data[0] == '-';
	uint64_t seconds, ns = 0;

	if (negative)
		text = medark_bytes(text.data + 1, text.size - 1);
	if (text.size < 11 || text.data[text.size - 10] != '.')
		return false;
	if (!medark_text_decimal(medark_bytes(text.data, text.size - 10), INT64_MAX, &seconds))
		return false;
	for (size_t i = text.size - 9; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		ns = ns * 10 + (uint64_t)(text.data[i] - '0');
	}
	out->mtime = negative ? -(int64_t)seconds : (int64_t)seconds;
	out->mtime_ns = (uint32_t)ns;
	return true;
}

static bool item_mode(struct medark_bytes text, uint32_t *out)
{
	uint32_t mode = 0;

	if (text.size != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (text.data[i] < '0' || text.data[i] > '7')
			return false;
		mode = mode * 8 + (uint32_t)(text.data[i] - '0');
	}
	*out = mode;
	return true;
}

static bool item_segments(const struct medark_bytes fields[2], struct medark_item_row *out)
{
	uint64_t first = 0, last = 0;

	if (medark_bytes_is(fields[0], "-") && medark_bytes_is(fields[1], "-")) {
		out->first = out->last = 0;
		return true;
	}
	if (!medark_text_decimal(fields[0], MEDARK_NUMBER_MAX, &first) ||
	    !medark_text_decimal(fields[1], MEDARK_NUMBER_MAX, &last))
		return false;
	out->first = (uint32_t)first;
	out->last = (uint32_t)last;
	return first >= 1 && first <= last;
}

int medark_item_row_parse(struct medark_bytes row, uint64_t number, struct medark_buffer *path,
			  struct medark_item_row *out, struct medark_error *err)
{
	struct medark_bytes f[10];
	uint64_t n;

	if (!medark_row_split(row, f, 10) || !medark_text_decimal(f[0], MEDARK_ITEM_MAX, &n) ||
	    n != number || !item_kind(f[1], out) ||
	    !medark_text_decimal(f[2], INT64_MAX, &out->size) || !item_time(f[3], out) ||
	    !item_mode(f[4], &out->mode) || !item_parent(f[5], number, out) ||
	    !item_segments(f + 6, out) || !medark_text_decimal(f[8], INT64_MAX, &out->records) ||
	    (out->kind == MEDARK_ITEM_DIR && out->size != 0))
		return bad(err, "items");
	out->number = (uint32_t)number;
	MEDARK_TRY(medark_row_decode(f[9], path, err));
	out->path = medark_bytes(path->data, path->size);
	return path->size && path->size <= MEDARK_PATH_MAX ? 0 : bad(err, "items");
}

/* Readers show a reason that they do not know as it is: it is one plain word. */
static bool reason(struct medark_bytes text, char out[65])
{
	if (text.size == 0 || text.size > 64)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		char c = (char)text.data[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
		out[i] = c;
	}
	out[text.size] = '\0';
	return true;
}

/* A number, or "-" for none. */
static bool number_or_none(struct medark_bytes text, uint64_t max, bool *out_is, uint32_t *out)
{
	uint64_t n = 0;

	*out_is = !medark_bytes_is(text, "-");
	if (*out_is && !medark_text_decimal(text, max, &n))
		return false;
	*out = (uint32_t)n;
	return true;
}

/* What was skipped is no item; what is missing may be. */
static bool has_right_item(const struct medark_quarantine_row *row)
{
	bool is_skipped = strcmp(row->reason, "skipped") == 0;

	return row->has_item ? !is_skipped : is_skipped || strcmp(row->reason, "missing") == 0;
}

int medark_quarantine_row_parse(struct medark_bytes row, struct medark_buffer *detail,
				struct medark_quarantine_row *out, struct medark_error *err)
{
	struct medark_bytes f[6];
	bool has_segment;

	if (!medark_row_split(row, f, 6) || !reason(f[0], out->reason) ||
	    !number_or_none(f[1], MEDARK_ITEM_MAX, &out->has_item, &out->item) ||
	    !medark_text_decimal(f[2], INT64_MAX, &out->offset) ||
	    !medark_text_decimal(f[3], INT64_MAX, &out->length) ||
	    !number_or_none(f[4], MEDARK_NUMBER_MAX, &has_segment, &out->segment) ||
	    (has_segment && out->segment == 0) || !has_right_item(out))
		return bad(err, "quarantine");
	MEDARK_TRY(medark_row_decode(f[5], detail, err));
	out->detail = medark_bytes(detail->data, detail->size);
	return 0;
}

int medark_change_row_parse(struct medark_bytes row, struct medark_change_row *out,
			    struct medark_error *err)
{
	struct medark_bytes f[2];

	if (!medark_row_split(row, f, 2) || f[0].size == 0 ||
	    !(medark_bytes_is(f[1], "+") || medark_bytes_is(f[1], "-")))
		return bad(err, "changes");
	*out = (struct medark_change_row) { .name = f[0], .is_deleted = f[1].data[0] == '-' };
	return 0;
}

int medark_segment_row_parse(struct medark_bytes row, uint32_t number,
			     struct medark_segment_row *out, struct medark_error *err)
{
	struct medark_bytes f[4];
	uint64_t n;

	if (!medark_row_split(row, f, 4) || !medark_text_decimal(f[0], MEDARK_NUMBER_MAX, &n) ||
	    n != number || !medark_text_decimal(f[1], INT64_MAX, &out->leaves) ||
	    !medark_text_decimal(f[2], MEDARK_CONTENT_MAX, &out->content) ||
	    !medark_text_unhex(f[3], &out->hash, sizeof(out->hash)))
		return bad(err, "segments");
	return 0;
}

/* The part of `text` before the first `c`, or all of it. */
static struct medark_bytes until(struct medark_bytes text, char c)
{
	const uint8_t *at = text.size ? memchr(text.data, c, text.size) : NULL;

	return at ? medark_bytes(text.data, (size_t)(at - text.data)) : text;
}

static struct medark_bytes after(struct medark_bytes text, struct medark_bytes front)
{
	size_t skip = front.size < text.size ? front.size + 1 : text.size;

	return medark_bytes(text.data + skip, text.size - skip);
}

int medark_range_next(struct medark_bytes *places, struct medark_range *out,
		      struct medark_error *err)
{
	struct medark_bytes place = until(*places, ' '), segment = until(place, ':');
	struct medark_bytes offset = until(after(place, segment), ':');
	struct medark_bytes length = after(after(place, segment), offset);
	uint64_t number;

	if (places->size == 0)
		return 0;
	if (!medark_text_decimal(segment, MEDARK_NUMBER_MAX, &number) || number == 0 ||
	    !medark_text_decimal(offset, MEDARK_CONTENT_MAX, &out->offset) ||
	    !medark_text_decimal(length, MEDARK_CONTENT_MAX, &out->length) || out->length == 0)
		return bad(err, "outside");
	out->segment = (uint32_t)number;
	*places = after(*places, place);
	return 1;
}

bool medark_item_row_is_opaque(const struct medark_item_row *row)
{
	return row->kind == MEDARK_ITEM_OPAQUE || strcmp(row->kind_name, "decoded:opaque") == 0;
}
