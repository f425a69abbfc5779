/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/cut_cache.h"

#include "archive/segment_load.h"

#include <stdlib.h>

/* A patient's records lie in two or three segments, and so do those of the next patients. */
#define HELD 6

struct held {
	struct medark_loader *loader;
	uint32_t segment;
	uint64_t used; /* when */
};

struct medark_cut_cache {
	const struct medark_archive *archive;
	struct held held[HELD];
	uint64_t clock;
};

void medark_cut_cache_free(struct medark_cut_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < HELD; i++)
		medark_loader_free(cache->held[i].loader);
	free(cache);
}

int medark_cut_cache_new(const struct medark_archive *archive, struct medark_cut_cache **out,
			 struct medark_error *err)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return medark_error_memory(err, "data segments");
	(*out)->archive = archive;
	return 0;
}

int medark_cut_cache_load(struct medark_cut_cache *cache, uint32_t segment,
			  const struct medark_map **out_map, struct medark_error *err)
{
	struct held *best = &cache->held[0];

	for (size_t i = 0; i < HELD && best->segment != segment; i++)
		if (cache->held[i].segment == segment || cache->held[i].used < best->used)
			best = &cache->held[i];
	best->used = ++cache->clock;
	best->segment = 0; /* until it is loaded */
	if (!best->loader)
		MEDARK_TRY(medark_loader_new(cache->archive, &best->loader, err));
	MEDARK_TRY(medark_loader_load(best->loader, segment, out_map, err));
	best->segment = segment;
	return 0;
}
