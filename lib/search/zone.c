/* SPDX-License-Identifier: Apache-2.0 */
#include "search/zone.h"

#include "search/zone_rule.h"

#define DAY 86400

void medark_zone_clear(struct medark_zone *zone)
{
	medark_buffer_clear(&zone->changes);
	*zone = (struct medark_zone) { 0 };
}

void medark_zone_fixed(struct medark_zone *zone, int32_t seconds)
{
	medark_zone_clear(zone);
	zone->first = seconds;
}

/* ---- a file ---- */

#define HEADER_SIZE 44

struct counts {
	uint32_t is_ut, is_std, leaps, times, types, letters;
};

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t get_be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)get_be32(p) << 32 | get_be32(p + 4));
}

static bool read_header(struct medark_bytes file, struct counts *out)
{
	uint32_t *counts[] = { &out->is_ut, &out->is_std, &out->leaps,
			       &out->times, &out->types,  &out->letters };

	if (file.size < HEADER_SIZE || !medark_bytes_starts(file, "TZif") || file.data[4] < '2')
		return false;
	for (size_t i = 0; i < 6; i++) {
		*counts[i] = get_be32(file.data + 20 + 4 * i);
		if (*counts[i] > MEDARK_ZONE_FILE_MAX)
			return false;
	}
	return out->types > 0 && out->times <= MEDARK_ZONE_CHANGES_MAX;
}

/* Bytes of what follows a header, by the width of its times. */
static size_t body_size(const struct counts *c, size_t width)
{
	return (size_t)c->times * (width + 1) + (size_t)c->types * 6 + c->letters +
	       (size_t)c->leaps * (width + 4) + c->is_std + c->is_ut;
}

static bool read_offset(const uint8_t *types, uint32_t i, int32_t *out)
{
	*out = (int32_t)get_be32(types + (size_t)6 * i);
	return *out > -DAY && *out < DAY;
}

/* The table of changes: times, the type of each, the types. */
static int read_changes(struct medark_zone *zone, const uint8_t *body, const struct counts *c,
			bool *out_valid, struct medark_error *err)
{
	const uint8_t *kinds = body + (size_t)8 * c->times, *types = kinds + c->times;
	struct medark_zone_change change = { .at = INT64_MIN };

	*out_valid = read_offset(types, 0, &zone->first);
	for (uint32_t i = 0; *out_valid && i < c->times; i++) {
		int64_t at = get_be64(body + (size_t)8 * i);

		*out_valid = (i == 0 || at > change.at) && kinds[i] < c->types &&
			     read_offset(types, kinds[i], &change.offset);
		change.at = at;
		MEDARK_TRY(medark_buffer_add(&zone->changes, &change, sizeof(change), err));
	}
	return 0;
}

static int read_file(struct medark_zone *zone, struct medark_bytes file, bool *out_valid,
		     struct medark_error *err)
{
	struct counts c;
	size_t skip, size;

	*out_valid = false;
	if (file.size > MEDARK_ZONE_FILE_MAX || !read_header(file, &c))
		return 0;
	skip = HEADER_SIZE + body_size(&c, 4);
	if (skip > file.size)
		return 0;
	file = medark_bytes(file.data + skip, file.size - skip);
	if (!read_header(file, &c))
		return 0;
	size = HEADER_SIZE + body_size(&c, 8);
	/* The rule stands behind it, between two line ends. */
	if (file.size < size + 2 || file.data[size] != '\n' || file.data[file.size - 1] != '\n')
		return 0;
	MEDARK_TRY(read_changes(zone, file.data + HEADER_SIZE, &c, out_valid, err));
	file = medark_bytes(file.data + size + 1, file.size - size - 2);
	*out_valid = *out_valid && (file.size == 0 || medark_zone_rule_parse(zone, file));
	return 0;
}

int medark_zone_parse(struct medark_zone *zone, struct medark_bytes file, struct medark_error *err)
{
	bool valid;
	int result;

	medark_zone_clear(zone);
	zone->changes.limit = MEDARK_ZONE_CHANGES_MAX * sizeof(struct medark_zone_change);
	result = read_file(zone, file, &valid, err);
	if (result == 0 && !valid)
		result = medark_error_set(err, MEDARK_E_FORMAT, "no file of time zones");
	if (result < 0)
		medark_zone_clear(zone);
	return result;
}

/* ---- reading the clock ---- */

int32_t medark_zone_offset(const struct medark_zone *zone, int64_t utc)
{
	const struct medark_zone_change *changes = (const void *)zone->changes.data;
	size_t low = 0, high = zone->changes.size / sizeof(*changes);

	if (zone->has_rule && (high == 0 || utc >= changes[high - 1].at))
		return medark_zone_rule_offset(zone, utc);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (changes[middle].at <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? changes[low - 1].offset : zone->first;
}

int64_t medark_zone_utc(const struct medark_zone *zone, int64_t local)
{
	/* No offset is a day, and no clock is changed twice within two. */
	int32_t before = medark_zone_offset(zone, local - DAY);
	int32_t after = medark_zone_offset(zone, local + DAY);
	int64_t utc = local - before;

	if (medark_zone_offset(zone, utc) == before)
		return utc;
	return medark_zone_offset(zone, local - after) == after ? local - after : utc;
}

int64_t medark_zone_day(int year, int month, int day)
{
	/* Years that begin in March: the leap day is the last one. */
	int y = year - (month <= 2), m = (month + 9) % 12;

	return (int64_t)365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}
