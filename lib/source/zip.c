/* SPDX-License-Identifier: Apache-2.0 */
#include "source/zip.h"

#include <string.h>

/* Bytes of a record's front that hold all its lengths. */
#define FRONT 46

static const char member[] = "PK\3\4", directory[] = "PK\1\2", end_record[] = "PK\5\6";
static const char end64[] = "PK\6\6", locator64[] = "PK\6\7", signature[] = "PK\5\5";
static const char extra_data[] = "PK\6\10";

static uint64_t get_le16(const uint8_t *p)
{
	return p[0] | (uint64_t)p[1] << 8;
}

/* The size of the record with this front; 0 if it is none, or cut off. */
static uint64_t record_size(struct medark_bytes b)
{
	if (b.size >= 46 && medark_bytes_starts(b, directory)) /* 4.3.12 */
		return 46 + get_le16(b.data + 28) + get_le16(b.data + 30) + get_le16(b.data + 32);
	if (b.size >= 22 && medark_bytes_starts(b, end_record)) /* 4.3.16 */
		return 22 + get_le16(b.data + 20);
	if (b.size >= 12 && medark_bytes_starts(b, end64)) { /* 4.3.14 */
		uint64_t size = medark_get_le64(b.data + 4);

		return size < INT64_MAX / 2 ? 12 + size : 0;
	}
	if (b.size >= 20 && medark_bytes_starts(b, locator64)) /* 4.3.15 */
		return 20;
	if (b.size >= 6 && medark_bytes_starts(b, signature)) /* 4.3.13 */
		return 6 + get_le16(b.data + 4);
	if (b.size >= 8 && medark_bytes_starts(b, extra_data)) /* 4.3.11 */
		return 8 + (uint64_t)medark_get_le32(b.data + 4);
	return 0;
}

static bool continues(struct medark_bytes b)
{
	return medark_bytes_starts(b, member) || medark_bytes_starts(b, directory) ||
	       medark_bytes_starts(b, end_record) || medark_bytes_starts(b, end64) ||
	       medark_bytes_starts(b, extra_data);
}

bool medark_zip_begins(struct medark_bytes head)
{
	/* The first part of a split zip, or the only one of a zip that was to be split: 8.5.4. */
	if (medark_bytes_starts(head, "PK\7\10") || medark_bytes_starts(head, "PK00"))
		head = medark_bytes(head.data + 4, head.size - 4);
	return continues(head);
}

int medark_zip_continues(struct medark_tap *tap, uint64_t at, struct medark_error *err)
{
	uint8_t front[4];
	ssize_t n = medark_tap_look(tap, at, front, sizeof(front), err);

	return n < 0 ? (int)n : continues(medark_bytes(front, (size_t)n));
}

int medark_zip_end(struct medark_tap *tap, uint64_t *at, struct medark_error *err)
{
	uint8_t front[FRONT];

	for (;;) {
		ssize_t n = medark_tap_look(tap, *at, front, sizeof(front), err);
		struct medark_bytes b = medark_bytes(front, n > 0 ? (size_t)n : 0);
		uint64_t size = record_size(b);

		if (n < 0)
			return (int)n;
		if (!size)
			return 1;
		*at += size;
		if (medark_bytes_starts(b, end_record))
			return 0;
	}
}
