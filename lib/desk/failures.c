/* SPDX-License-Identifier: Apache-2.0 */
#include "desk/failures.h"

#include "crypto/digest.h"
#include "crypto/random.h"

#include <string.h>

#define DAY (INT64_C(24) * 60 * 60 * 1000)

struct failure {
	struct medark_digest who; /* under a seed: what others send cannot be made to meet */
	uint32_t count;		  /* 0: a free place */
	int64_t last;
	bool is_told; /* that who failed tries during the wait */
};

struct medark_failures {
	struct medark_failures_rule rule;
	uint8_t seed[16];
	struct failure all[];
};

int medark_failures_new(const struct medark_failures_rule *rule, struct medark_failures **out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_failures_free) struct medark_failures *f = NULL;

	MEDARK_TRY(medark_digest_setup(err));
	f = calloc(1, sizeof(*f) + rule->places * sizeof(f->all[0]));
	if (!f)
		return medark_error_memory(err, "failed log-ins");
	f->rule = *rule;
	MEDARK_TRY(medark_random(f->seed, sizeof(f->seed), err));
	*out = MEDARK_TAKE(f);
	return 0;
}

void medark_failures_free(struct medark_failures *f)
{
	free(f);
}

static struct medark_digest name(const struct medark_failures *f, struct medark_bytes who)
{
	struct medark_bytes parts[] = { medark_bytes(f->seed, sizeof(f->seed)), who };
	struct medark_digest digest;

	medark_sha256_parts(parts, 2, &digest);
	return digest;
}

/* Its place in the table; `places` if it has none. */
static uint32_t find(const struct medark_failures *f, struct medark_bytes who)
{
	struct medark_digest digest = name(f, who);
	uint32_t i;

	for (i = 0; i < f->rule.places; i++)
		if (f->all[i].count && medark_digest_equal(&f->all[i].who, &digest))
			break;
	return i;
}

int64_t medark_failures_until(const struct medark_failures *f, struct medark_bytes who, int64_t now)
{
	uint32_t i = find(f, who);
	int64_t wait = f->rule.first;

	if (i == f->rule.places || f->all[i].count <= f->rule.free || now - f->all[i].last >= DAY)
		return 0;
	for (uint32_t n = f->rule.free + 1; n < f->all[i].count && wait < f->rule.longest; n++)
		wait *= 2;
	if (wait > f->rule.longest)
		wait = f->rule.longest;
	return now - f->all[i].last < wait ? f->all[i].last + wait : 0;
}

bool medark_failures_is_news(struct medark_failures *f, struct medark_bytes who, int64_t now)
{
	uint32_t i = find(f, who);
	bool is_news = medark_failures_until(f, who, now) != 0 && !f->all[i].is_told;

	if (is_news)
		f->all[i].is_told = true;
	return is_news;
}

/* A free place, or that of who failed longest ago. */
static uint32_t make_room(const struct medark_failures *f)
{
	uint32_t oldest = 0;

	for (uint32_t i = 0; i < f->rule.places; i++) {
		if (!f->all[i].count)
			return i;
		if (f->all[i].last < f->all[oldest].last)
			oldest = i;
	}
	return oldest;
}

void medark_failures_add(struct medark_failures *f, struct medark_bytes who, int64_t now)
{
	uint32_t i = find(f, who);

	if (i == f->rule.places) {
		i = make_room(f);
		f->all[i] = (struct failure) { .who = name(f, who) };
	}
	if (now - f->all[i].last >= DAY)
		f->all[i].count = 0;
	if (f->all[i].count < UINT32_MAX)
		f->all[i].count++;
	f->all[i].last = now;
	f->all[i].is_told = false;
}

void medark_failures_forget(struct medark_failures *f, struct medark_bytes who)
{
	uint32_t i = find(f, who);

	if (i < f->rule.places)
		memset(&f->all[i], 0, sizeof(f->all[i]));
}
