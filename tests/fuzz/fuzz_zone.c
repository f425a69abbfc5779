/* SPDX-License-Identifier: Apache-2.0 */
/* A file of the tz database; and dates on its clock. */
#include "forge.h"

#include "search/moment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DAY 86400

/* A clock is never two days away from UTC. */
static void check(const struct medark_zone *zone, int64_t local)
{
	int64_t utc = medark_zone_utc(zone, local);
	int32_t offset = medark_zone_offset(zone, utc);

	forge_expect(offset > -2 * DAY && offset < 2 * DAY);
	forge_expect(utc > local - 2 * DAY && utc < local + 2 * DAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_zone_clear) struct medark_zone zone = { .first = 0 };
	static const char *const dates[] = { "0001", "1970-03", "2020-02-29", "2020-10-25T02:30",
					     "9999-12-31T23:59:59.9" };
	struct medark_moments when;

	if (medark_zone_parse(&zone, medark_bytes(data, size), NULL) < 0)
		return 0;
	for (int year = 1; year < 9999; year += 333)
		for (int month = 1; month <= 12; month++)
			check(&zone, medark_zone_day(year, month, 1 + month) * DAY);
	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++)
		forge_expect(medark_moments_parse(medark_bytes_text(dates[i]), &zone, &when));
	return 0;
}
