/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/coverage.h"

#include "crypto/random.h"

#include <string.h>
#include <xxhash.h>

static unsigned __int128 place(const struct medark_coverage *c, uint32_t item, uint64_t at)
{
	uint8_t bytes[12];
	XXH128_hash_t h;

	memcpy(bytes, &at, 8);
	memcpy(bytes + 8, &item, 4);
	h = XXH3_128bits_withSeed(bytes, sizeof(bytes), c->seed);
	return (unsigned __int128)h.high64 << 64 | h.low64;
}

int medark_coverage_init(struct medark_coverage *c, struct medark_error *err)
{
	c->sum = 0;
	return medark_random(&c->seed, sizeof(c->seed), err);
}

void medark_coverage_item(struct medark_coverage *c, uint32_t item, uint64_t size)
{
	medark_coverage_extent(c, item, size, 0);
}

void medark_coverage_extent(struct medark_coverage *c, uint32_t item, uint64_t begin, uint64_t end)
{
	c->sum += place(c, item, begin) - place(c, item, end);
}

void medark_coverage_join(struct medark_coverage *c, const struct medark_coverage *other)
{
	c->sum += other->sum;
}

bool medark_coverage_is_exact(const struct medark_coverage *c)
{
	return c->sum == 0;
}
