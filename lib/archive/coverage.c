/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/coverage.h"

#include "base/hash.h"
#include "crypto/random.h"

#include <string.h>

int medark_coverage_init(struct medark_coverage *c, struct medark_error *err)
{
	memset(c, 0, sizeof(*c));
	return medark_random(c->seeds, sizeof(c->seeds), err);
}

void medark_coverage_item(struct medark_coverage *c, uint32_t item, uint64_t size)
{
	medark_coverage_extent(c, item, size, 0);
}

void medark_coverage_extent(struct medark_coverage *c, uint32_t item, uint64_t begin, uint64_t end)
{
	uint8_t from[12], to[12];

	memcpy(from, &begin, 8);
	memcpy(from + 8, &item, 4);
	memcpy(to, &end, 8);
	memcpy(to + 8, &item, 4);
	for (int i = 0; i < 2; i++)
		c->sums[i] += medark_hash(c->seeds[i], medark_bytes(from, sizeof(from))) -
			      medark_hash(c->seeds[i], medark_bytes(to, sizeof(to)));
}

void medark_coverage_join(struct medark_coverage *c, const struct medark_coverage *other)
{
	c->sums[0] += other->sums[0];
	c->sums[1] += other->sums[1];
}

bool medark_coverage_is_exact(const struct medark_coverage *c)
{
	return c->sums[0] == 0 && c->sums[1] == 0;
}
