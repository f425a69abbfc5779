/* SPDX-License-Identifier: Apache-2.0 */
#include "container/member.h"

#include "base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define SUFFIX	     ".zst.p7m"
#define DIGITS	     8
#define SIZE_MAX_TAR ((UINT64_C(1) << 33) - 1) /* 11 octal digits */

#define LOCATOR_HEAD "medark-locator 1\nmanifest-offset "

static const char *const kind_names[MEDARK_KIND_COUNT] = {
	[MEDARK_KIND_DATA] = "data",
	[MEDARK_KIND_ITEMS] = "items",
	[MEDARK_KIND_SEGMENTS] = "segments",
	[MEDARK_KIND_PATIENTS] = "patients",
	[MEDARK_KIND_IDENTIFIERS] = "identifiers",
	[MEDARK_KIND_NAMES] = "names",
	[MEDARK_KIND_BIRTHS] = "births",
	[MEDARK_KIND_OUTSIDE] = "outside",
	[MEDARK_KIND_QUARANTINE] = "quarantine",
	[MEDARK_KIND_CHANGES] = "changes",
	[MEDARK_KIND_ROOT] = "root",
};

const char *medark_kind_name(enum medark_kind kind)
{
	assert((unsigned)kind < MEDARK_KIND_COUNT);
	return kind_names[kind];
}

void medark_member_name(enum medark_kind kind, uint32_t number, char out[MEDARK_TAR_NAME_MAX + 1])
{
	const char *folder = kind == MEDARK_KIND_DATA ? "" : "index/";

	assert(number >= 1 && number <= MEDARK_NUMBER_MAX);
	if (kind == MEDARK_KIND_ROOT) {
		assert(number == 1);
		memcpy(out, MEDARK_MEMBER_ROOT, sizeof(MEDARK_MEMBER_ROOT));
		return;
	}
	(void)snprintf(out, MEDARK_TAR_NAME_MAX + 1, "%s%s/%08" PRIu32 SUFFIX, folder,
		       medark_kind_name(kind), number);
}

/* "/00000001.zst.p7m" behind the folder. */
static bool parse_tail(struct medark_bytes tail, uint32_t *out_number)
{
	uint32_t number = 0;

	if (tail.size != 1 + DIGITS + strlen(SUFFIX) || tail.data[0] != '/')
		return false;
	for (int i = 1; i <= DIGITS; i++) {
		if (tail.data[i] < '0' || tail.data[i] > '9')
			return false;
		number = number * 10 + (uint32_t)(tail.data[i] - '0');
	}
	if (number == 0 || memcmp(tail.data + 1 + DIGITS, SUFFIX, strlen(SUFFIX)) != 0)
		return false;
	*out_number = number;
	return true;
}

/* Takes `prefix` off the front of *text; false if it does not begin with it. */
static bool skip(struct medark_bytes *text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (!medark_bytes_starts(*text, prefix))
		return false;
	*text = medark_bytes(text->data + n, text->size - n);
	return true;
}

bool medark_member_parse(struct medark_bytes name, enum medark_kind *out_kind, uint32_t *out_number)
{
	struct medark_bytes rest = name;

	if (medark_bytes_is(name, MEDARK_MEMBER_ROOT)) {
		*out_kind = MEDARK_KIND_ROOT;
		*out_number = 1;
		return true;
	}
	if (skip(&rest, "data")) {
		*out_kind = MEDARK_KIND_DATA;
		return parse_tail(rest, out_number);
	}
	if (!skip(&rest, "index/"))
		return false;
	for (int kind = MEDARK_KIND_ITEMS; kind < MEDARK_KIND_ROOT; kind++) {
		if (skip(&rest, kind_names[kind])) {
			*out_kind = (enum medark_kind)kind;
			return parse_tail(rest, out_number);
		}
	}
	return false;
}

static void put_octal(uint8_t *field, int digits, uint64_t value)
{
	for (int i = digits - 1; i >= 0; i--, value >>= 3)
		field[i] = (uint8_t)('0' + (value & 7));
}

void medark_member_header(const char *name, uint64_t size, uint8_t out[MEDARK_TAR_BLOCK])
{
	size_t n = strlen(name);
	unsigned sum = 0;

	assert(n >= 1 && n <= MEDARK_TAR_NAME_MAX && size <= SIZE_MAX_TAR);
	memset(out, 0, MEDARK_TAR_BLOCK);
	memcpy(out, name, n);
	memcpy(out + 100, "0000644", 7);
	memcpy(out + 108, "0000000", 7);
	memcpy(out + 116, "0000000", 7);
	put_octal(out + 124, 11, size);
	memcpy(out + 136, "07033241600", 11);
	memset(out + 148, ' ', 8);
	out[156] = '0';
	memcpy(out + 257,
	       "ustar\0"
	       "00",
	       8);
	memcpy(out + 329, "0000000", 7);
	memcpy(out + 337, "0000000", 7);
	for (int i = 0; i < MEDARK_TAR_BLOCK; i++)
		sum += out[i];
	put_octal(out + 148, 6, sum);
	out[154] = '\0';
}

bool medark_member_header_read(const char *name, const uint8_t in[MEDARK_TAR_BLOCK],
			       uint64_t *out_size)
{
	uint8_t wanted[MEDARK_TAR_BLOCK];
	uint64_t size = 0;

	for (int i = 124; i < 135; i++) {
		if (in[i] < '0' || in[i] > '7')
			return false;
		size = size * 8 + (uint64_t)(in[i] - '0');
	}
	medark_member_header(name, size, wanted);
	if (memcmp(in, wanted, sizeof(wanted)) != 0)
		return false;
	*out_size = size;
	return true;
}

uint64_t medark_member_space(uint64_t size)
{
	return MEDARK_TAR_BLOCK +
	       (size + MEDARK_TAR_BLOCK - 1) / MEDARK_TAR_BLOCK * MEDARK_TAR_BLOCK;
}

void medark_locator_make(uint64_t manifest_offset, uint8_t out[MEDARK_LOCATOR_SIZE])
{
	char text[80];
	int n = snprintf(text, sizeof(text), LOCATOR_HEAD "%" PRIu64, manifest_offset);

	assert(manifest_offset % MEDARK_TAR_BLOCK == 0);
	memset(out, '\n', MEDARK_LOCATOR_SIZE);
	memcpy(out, text, (size_t)n);
}

int medark_locator_parse(const uint8_t in[MEDARK_LOCATOR_SIZE], uint64_t *out_manifest_offset,
			 struct medark_error *err)
{
	struct medark_bytes rest = medark_bytes(in, MEDARK_LOCATOR_SIZE);
	uint8_t canonical[MEDARK_LOCATOR_SIZE];
	const uint8_t *end;
	uint64_t offset;

	if (!skip(&rest, LOCATOR_HEAD))
		return medark_error_set(err, MEDARK_E_FORMAT, "LOCATOR is not a locator");
	end = memchr(rest.data, '\n', rest.size);
	if (!end ||
	    !medark_text_decimal(medark_bytes(rest.data, (size_t)(end - rest.data)), INT64_MAX,
				 &offset) ||
	    offset % MEDARK_TAR_BLOCK != 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "LOCATOR holds no valid offset");
	medark_locator_make(offset, canonical);
	if (memcmp(in, canonical, sizeof(canonical)) != 0)
		return medark_error_set(err, MEDARK_E_FORMAT, "LOCATOR holds more than an offset");
	*out_manifest_offset = offset;
	return 0;
}
