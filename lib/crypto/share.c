/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/share.h"

#include "base/text.h"
#include "crypto/shamir.h"

#include <stdio.h>

#define LINE_START "MEDARK-SHARE:1:"
#define CHECK_SIZE 8
#define ROWS_MAX   (MEDARK_SCALAR_MAX / MEDARK_SHARE_ROW_SIZE)

/* Values as they stand in the text; without data where there is none. */
enum field { TYPE, SET, NUMBER, THRESHOLD, COUNT, PUBLIC, BYTES, CHECK, FIELDS };

/* What a page calls them; BYTES has its own lines. */
static const char *const names[FIELDS] = {
	[TYPE] = "type:",    [SET] = "set:",
	[NUMBER] = "share:", [THRESHOLD] = "threshold:",
	[COUNT] = "shares:", [PUBLIC] = "public key:",
	[BYTES] = "",	     [CHECK] = "check:",
};

/* ---- writing ---- */

static void hex(const uint8_t *data, size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		(void)sprintf(out + 2 * i, "%02X", data[i]);
}

/* The check of what stands in `line` so far. */
static void check_of(const char *line, uint8_t out[CHECK_SIZE])
{
	struct medark_digest digest;

	medark_sha256(line, strlen(line), &digest);
	memcpy(out, digest.bytes, CHECK_SIZE);
}

/* Without the last colon and the check; gives that. */
static void write_checked(const struct medark_share *share, char out[MEDARK_SHARE_LINE_MAX],
			  uint8_t check[CHECK_SIZE])
{
	char set[2 * MEDARK_SHARE_SET_SIZE + 1], public[2 * MEDARK_DIGEST_SIZE + 1];
	char bytes[2 * MEDARK_SCALAR_MAX + 1];

	hex(share->set, sizeof(share->set), set);
	hex(share->public_key.bytes, MEDARK_DIGEST_SIZE, public);
	hex(share->bytes, medark_scalar_size(share->type), bytes);
	(void)snprintf(out, MEDARK_SHARE_LINE_MAX, LINE_START "%s:%s:%u:%u:%u:%s:%s",
		       share->type == MEDARK_KEY_P384 ? "P384" : "P256", set, share->number,
		       share->threshold, share->count, public, bytes);
	medark_secret_wipe(bytes, sizeof(bytes));
	check_of(out, check);
}

void medark_share_line(const struct medark_share *share, char out[MEDARK_SHARE_LINE_MAX])
{
	uint8_t check[CHECK_SIZE];
	size_t size;

	write_checked(share, out, check);
	size = strlen(out);
	out[size] = ':';
	hex(check, CHECK_SIZE, out + size + 1);
}

size_t medark_share_rows(const struct medark_share *share)
{
	return medark_scalar_size(share->type) / MEDARK_SHARE_ROW_SIZE;
}

/* Of line `i`, from 0: its number counts from 1. */
static unsigned row_check(const uint8_t *bytes, size_t i)
{
	uint8_t number = (uint8_t)(i + 1);
	struct medark_bytes parts[] = { medark_bytes(&number, 1),
					medark_bytes(bytes, MEDARK_SHARE_ROW_SIZE) };
	struct medark_digest digest;

	medark_sha256_parts(parts, 2, &digest);
	return (unsigned)digest.bytes[0] << 8 | digest.bytes[1];
}

void medark_share_row(const struct medark_share *share, size_t i, char out[MEDARK_SHARE_ROW_MAX])
{
	const uint8_t *b = share->bytes + i * MEDARK_SHARE_ROW_SIZE;

	(void)snprintf(out, MEDARK_SHARE_ROW_MAX, "%zu) %02X%02X %02X%02X %02X%02X %02X%02X = %04X",
		       i + 1, b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], row_check(b, i));
}

/* ---- reading ---- */

struct fields {
	struct medark_bytes values[FIELDS];
	uint8_t bytes[MEDARK_SCALAR_MAX]; /* of a page: from its lines */
	unsigned rows;			  /* bits of the lines that were seen */
};

static void fields_clear(struct fields *fields)
{
	medark_secret_wipe(fields, sizeof(*fields));
}
MEDARK_DEFINE_AUTO_EMBEDDED(struct fields, fields_clear)

static bool is_p384(struct medark_bytes type)
{
	return medark_bytes_is(type, "p384") || medark_bytes_is(type, "P384");
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct medark_bytes trim(struct medark_bytes text)
{
	while (text.size && is_space(text.data[0]))
		text = medark_bytes(text.data + 1, text.size - 1);
	while (text.size && is_space(text.data[text.size - 1]))
		text.size--;
	return text;
}

/* Takes what stands in front of `end`, or all of it, off the front. */
static struct medark_bytes take_until(struct medark_bytes *text, char end)
{
	const uint8_t *at = text->size ? memchr(text->data, end, text->size) : NULL;
	size_t size = at ? (size_t)(at - text->data) : text->size;
	struct medark_bytes taken = medark_bytes(text->data, size);

	size += at != NULL;
	*text = text->size ? medark_bytes(text->data + size, text->size - size) : *text;
	return taken;
}

/* Exactly `size` bytes, with spaces where somebody likes them. */
static bool unhex(struct medark_bytes text, uint8_t *out, size_t size)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.size; i++) {
		int digit = medark_text_hex_digit(text.data[i]);

		if (is_space(text.data[i]))
			continue;
		if (digit < 0 || digits == 2 * size)
			return false;
		if (digits % 2 == 0)
			out[digits / 2] = (uint8_t)(digit << 4);
		else
			out[digits / 2] |= (uint8_t)digit;
		digits++;
	}
	return digits == 2 * size;
}

/* "1) 0123 4567 89AB CDEF = 89AB" */
static int read_row(struct medark_bytes line, struct fields *out, struct medark_error *err)
{
	unsigned i = line.data[0] - '1';
	uint8_t *bytes = out->bytes + (size_t)i * MEDARK_SHARE_ROW_SIZE, check[2];
	struct medark_bytes digits;

	line = medark_bytes(line.data + 2, line.size - 2);
	digits = take_until(&line, '=');
	if (out->rows >> i & 1)
		return medark_error_set(err, MEDARK_E_KEY, "line %u) stands there twice", i + 1);
	if (!unhex(digits, bytes, MEDARK_SHARE_ROW_SIZE) || !unhex(line, check, sizeof(check)))
		return medark_error_set(err, MEDARK_E_KEY,
					"line %u) is damaged: it has 16 digits (0 to 9, A to F), = "
					"and 4 digits",
					i + 1);
	if (row_check(bytes, i) != ((unsigned)check[0] << 8 | check[1]))
		return medark_error_set(err, MEDARK_E_KEY,
					"line %u) is damaged: it does not fit the four digits "
					"behind =",
					i + 1);
	out->rows |= 1u << i;
	return 0;
}

static bool is_row(struct medark_bytes line)
{
	return line.size > 2 && line.data[0] >= '1' && line.data[0] < '1' + ROWS_MAX &&
	       line.data[1] == ')';
}

static int read_named(struct medark_bytes line, struct fields *out, struct medark_error *err)
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t size = strlen(names[i]);

		if (!size || !medark_bytes_starts(line, names[i]))
			continue;
		if (out->values[i].data)
			return medark_error_set(err, MEDARK_E_KEY,
						"the line '%s' stands there "
						"twice",
						names[i]);
		out->values[i] = trim(medark_bytes(line.data + size, line.size - size));
	}
	return 0;
}

static size_t size_of(const struct fields *fields)
{
	return medark_scalar_size(is_p384(fields->values[TYPE]) ? MEDARK_KEY_P384
								: MEDARK_KEY_P256);
}

/* Every line of bytes that the type has, and no other. */
static int check_rows(struct fields *fields, struct medark_error *err)
{
	size_t size = size_of(fields);
	size_t rows = size / MEDARK_SHARE_ROW_SIZE;

	for (unsigned i = 0; i < ROWS_MAX; i++)
		if ((fields->rows >> i & 1) != (i < rows))
			return medark_error_set(err, MEDARK_E_KEY, "line %u) %s", i + 1,
						i < rows ? "is missing" : "is one too many");
	fields->values[BYTES] = medark_bytes(fields->bytes, size);
	return 0;
}

static int read_page(struct medark_bytes text, struct fields *out, struct medark_error *err)
{
	while (text.size) {
		struct medark_bytes line = trim(take_until(&text, '\n'));

		if (is_row(line))
			MEDARK_TRY(read_row(line, out, err));
		else
			MEDARK_TRY(read_named(line, out, err));
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (i != BYTES && !out->values[i].data)
			return medark_error_set(err, MEDARK_E_KEY, "the line '%s' is missing",
						names[i]);
	return check_rows(out, err);
}

static int read_line(struct medark_bytes text, struct fields *out, struct medark_error *err)
{
	struct medark_bytes line = trim(take_until(&text, '\n'));
	size_t size;

	line = medark_bytes(line.data + strlen(LINE_START), line.size - strlen(LINE_START));
	for (size_t i = 0; i < FIELDS; i++)
		out->values[i] = take_until(&line, ':');
	size = size_of(out);
	if (line.size || !unhex(out->values[BYTES], out->bytes, size))
		return medark_error_set(err, MEDARK_E_KEY, "the line of the QR code is damaged");
	out->values[BYTES] = medark_bytes(out->bytes, size);
	return 0;
}

static int read_number(const struct fields *fields, enum field field, unsigned min, unsigned *out,
		       struct medark_error *err)
{
	uint64_t value;

	if (!medark_text_decimal(fields->values[field], MEDARK_SHAMIR_SHARES_MAX, &value) ||
	    value < min)
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' has no number from %u to %d behind it", names[field],
					min, MEDARK_SHAMIR_SHARES_MAX);
	*out = (unsigned)value;
	return 0;
}

static int convert(const struct fields *fields, struct medark_share *out, struct medark_error *err)
{
	struct medark_bytes type = fields->values[TYPE];

	if (!is_p384(type) && !medark_bytes_is(type, "p256") && !medark_bytes_is(type, "P256"))
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' has neither p256 nor p384 behind "
					"it",
					names[TYPE]);
	out->type = is_p384(type) ? MEDARK_KEY_P384 : MEDARK_KEY_P256;
	MEDARK_TRY(read_number(fields, NUMBER, 1, &out->number, err));
	MEDARK_TRY(
		read_number(fields, THRESHOLD, MEDARK_SHAMIR_THRESHOLD_MIN, &out->threshold, err));
	MEDARK_TRY(read_number(fields, COUNT, out->threshold, &out->count, err));
	if (out->number > out->count)
		return medark_error_set(err, MEDARK_E_KEY, "it is share %u of only %u", out->number,
					out->count);
	if (!unhex(fields->values[SET], out->set, sizeof(out->set)))
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' has no 16 digits (0 to 9, A to F) "
					"behind it",
					names[SET]);
	if (!unhex(fields->values[PUBLIC], out->public_key.bytes, MEDARK_DIGEST_SIZE))
		return medark_error_set(err, MEDARK_E_KEY,
					"'%s' has no 64 digits (0 to 9, A to F) "
					"behind it",
					names[PUBLIC]);
	memcpy(out->bytes, fields->bytes, medark_scalar_size(out->type));
	return 0;
}

static int check_all(const struct fields *fields, const struct medark_share *share,
		     struct medark_error *err)
{
	uint8_t given[CHECK_SIZE], check[CHECK_SIZE];
	char line[MEDARK_SHARE_LINE_MAX];

	write_checked(share, line, check);
	medark_secret_wipe(line, sizeof(line));
	if (!unhex(fields->values[CHECK], given, CHECK_SIZE) ||
	    memcmp(given, check, CHECK_SIZE) != 0)
		return medark_error_set(
			err, MEDARK_E_KEY,
			"it does not fit its check: there is a mistake in 'type:', "
			"'set:', 'share:', 'shares:', 'threshold:', 'public key:' or "
			"'check:', or a line is another share's");
	return 0;
}

bool medark_share_is(struct medark_bytes text)
{
	return medark_bytes_starts(text, MEDARK_SHARE_TITLE) ||
	       medark_bytes_starts(text, LINE_START);
}

int medark_share_parse(struct medark_bytes text, struct medark_share *out, struct medark_error *err)
{
	MEDARK_AUTO(fields_clear) struct fields fields = { .rows = 0 };
	MEDARK_AUTO(medark_share_clear) struct medark_share share = { .number = 0 };

	if (!medark_share_is(text) || text.size > MEDARK_SHARE_FILE_MAX)
		return medark_error_set(err, MEDARK_E_KEY, "it is no share of a key");
	if (medark_bytes_starts(text, LINE_START))
		MEDARK_TRY(read_line(text, &fields, err));
	else
		MEDARK_TRY(read_page(text, &fields, err));
	MEDARK_TRY(convert(&fields, &share, err));
	MEDARK_TRY(check_all(&fields, &share, err));
	*out = share;
	return 0;
}
