/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment_load: one data segment from the file to its map and content, every check on the way:
 * place and hash by the manifest, structure, tag, binding, compression, map (FORMAT.md section 12
 * steps 2, 3 and 5). A loader belongs to one thread.
 */
#ifndef MEDARK_ARCHIVE_SEGMENT_LOAD_H
#define MEDARK_ARCHIVE_SEGMENT_LOAD_H

#include "archive/open.h"
#include "container/map.h"

struct medark_loader;

/* The archive is borrowed and must have been opened with an identity. */
int medark_loader_new(const struct medark_archive *archive, struct medark_loader **out,
		      struct medark_error *err) MEDARK_MUST_USE;
/* Wipes what it has loaded. */
void medark_loader_free(struct medark_loader *loader);
MEDARK_DEFINE_AUTO(struct medark_loader, medark_loader_free)

/*
 * Loads data segment `number` (from 1). *out_map is borrowed until the next call, its content too,
 * with MEDARK_JSON_PADDING readable bytes behind it. The segment loaded last costs nothing again.
 * MEDARK_E_FORMAT names the member.
 */
int medark_loader_load(struct medark_loader *loader, uint32_t number,
		       const struct medark_map **out_map, struct medark_error *err) MEDARK_MUST_USE;

/*
 * How many loaders may work at once, at most `threads` (0: as many as processors): their memory
 * stays bounded also where segments are large. `content`: the largest one's, as the index says.
 */
unsigned medark_loader_count(const struct medark_archive *archive, uint64_t content,
			     unsigned threads);

#endif
