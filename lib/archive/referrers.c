/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/referrers.h"

#include "base/numbers.h"

#include <string.h>

#define PAIRS_MAX ((size_t)4 << 30)

void medark_referrers_init(struct medark_referrers *r)
{
	memset(r, 0, sizeof(*r));
	r->pairs = (struct medark_buffer)MEDARK_BUFFER(PAIRS_MAX);
}

void medark_referrers_clear(struct medark_referrers *r)
{
	medark_buffer_clear(&r->pairs);
}

bool medark_referrers_is_recent(struct medark_referrers *r, uint64_t pair)
{
	uint64_t *recent = &r->recent[((pair >> 32) ^ pair) % MEDARK_REFERRERS_RECENT];
	bool is_recent = *recent == pair && pair;

	*recent = pair;
	return is_recent;
}

int medark_referrers_add(struct medark_referrers *r, uint64_t pair, struct medark_error *err)
{
	return medark_buffer_add(&r->pairs, &pair, sizeof(pair), err);
}

/* How many of `pairs`, sorted, are left at their beginning. */
static size_t keep_others(uint64_t *pairs, size_t pair_count, const uint64_t *entries, size_t count)
{
	size_t left = 0, at = 0;

	for (size_t i = 0; i < pair_count; i++) {
		uint64_t name = pairs[i] >> 32;
		bool is_there;

		while (at < count && entries[at] < pairs[i])
			at++;
		is_there = (at < count && entries[at] >> 32 == name) ||
			   (at > 0 && entries[at - 1] >> 32 == name);
		if (is_there && (at == count || entries[at] != pairs[i]))
			pairs[left++] = pairs[i];
	}
	return left;
}

int medark_referrers_seal(struct medark_referrers *r, const uint64_t *entries, size_t count,
			  struct medark_error *err)
{
	struct medark_buffer kept = MEDARK_BUFFER(PAIRS_MAX);
	uint64_t *pairs = (uint64_t *)(void *)r->pairs.data;
	size_t left = medark_numbers_unique(pairs, r->pairs.size / sizeof(*pairs));

	left = keep_others(pairs, left, entries, count);
	/* What goes is by far the most: its memory goes, too. */
	if (left)
		MEDARK_TRY(medark_buffer_add(&kept, pairs, left * sizeof(*pairs), err));
	medark_buffer_clear(&r->pairs);
	r->pairs = kept;
	return 0;
}
