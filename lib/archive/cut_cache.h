/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut_cache: the data segments that were cut last, for who cuts again and again in the same places:
 * patient by patient, where a segment holds records of many. One thread at a time.
 */
#ifndef MEDARK_ARCHIVE_CUT_CACHE_H
#define MEDARK_ARCHIVE_CUT_CACHE_H

#include "archive/open.h"
#include "container/map.h"

struct medark_cut_cache;

/* The archive is borrowed. MEDARK_E_MEMORY. */
int medark_cut_cache_new(const struct medark_archive *archive, struct medark_cut_cache **out,
			 struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what it holds. */
void medark_cut_cache_free(struct medark_cut_cache *cache);
MEDARK_DEFINE_AUTO(struct medark_cut_cache, medark_cut_cache_free)

/* As medark_loader_load(); *out_map is borrowed until the next call. */
int medark_cut_cache_load(struct medark_cut_cache *cache, uint32_t segment,
			  const struct medark_map **out_map,
			  struct medark_error *err) MEDARK_MUST_USE;

#endif
