/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/segment_load.h"

#include "archive/member_read.h"
#include "base/parallel.h"
#include "container/segment.h"
#include "scan/json.h"

#include <stdlib.h>

/* Memory of all loaders of one restore. */
#define MEMORY (160u << 20)

_Static_assert(MEDARK_SEGMENT_SLACK >= MEDARK_JSON_PADDING, "records are scanned in segments");

struct medark_loader {
	const struct medark_archive *archive;
	struct medark_segment_reader *reader;
	struct medark_buffer sealed;
	struct medark_map map;
	uint32_t loaded; /* number of the segment that map is of; 0: none */
};

int medark_loader_new(const struct medark_archive *archive, struct medark_loader **out,
		      struct medark_error *err)
{
	MEDARK_AUTO(medark_loader_free) struct medark_loader *loader = calloc(1, sizeof(*loader));

	if (!loader)
		return medark_error_memory(err, "reading segments");
	loader->archive = archive;
	loader->sealed.limit = MEDARK_MEMBER_READ_MAX;
	MEDARK_TRY(medark_segment_reader_new(&archive->key, &archive->header.archive,
					     &loader->reader, err));
	*out = MEDARK_TAKE(loader);
	return 0;
}

void medark_loader_free(struct medark_loader *loader)
{
	if (!loader)
		return;
	medark_map_clear(&loader->map);
	medark_buffer_clear(&loader->sealed);
	medark_segment_reader_free(loader->reader);
	free(loader);
}

int medark_loader_load(struct medark_loader *loader, uint32_t number,
		       const struct medark_map **out_map, struct medark_error *err)
{
	const struct medark_archive *a = loader->archive;
	const struct medark_manifest_member *member =
		medark_manifest_segment(a->manifest, MEDARK_KIND_DATA, number);
	struct medark_bytes sealed, plain;
	int code;

	if (loader->loaded && loader->loaded == number) {
		*out_map = &loader->map;
		return 0;
	}
	if (!member) /* F-20 */
		return medark_error_set(err, MEDARK_E_FORMAT,
					"the index names a data segment that does not exist");
	loader->loaded = 0;
	medark_map_clear(&loader->map);
	loader->map = (struct medark_map) { 0 };
	MEDARK_TRY(medark_member_read(a->input, member, &loader->sealed, &sealed, err));
	code = medark_segment_read(loader->reader, MEDARK_KIND_DATA, number, sealed, &plain, err);
	if (code == 0)
		code = medark_map_parse(plain, &loader->map, err);
	if (code < 0)
		return medark_error_prefix(err, code, "%s", member->name);
	loader->loaded = number;
	*out_map = &loader->map;
	return 0;
}

unsigned medark_loader_count(const struct medark_archive *archive, uint64_t content,
			     unsigned threads)
{
	uint32_t segments = medark_manifest_segments(archive->manifest, MEDARK_KIND_DATA);
	uint64_t sealed = 0, each, fit;

	for (uint32_t n = 1; n <= segments; n++) {
		uint64_t size =
			medark_manifest_segment(archive->manifest, MEDARK_KIND_DATA, n)->size;

		sealed = size > sealed ? size : sealed;
	}
	/* Sealed, unsealed and decompressed bytes, a map, and zstd's window. */
	each = 2 * sealed + 2 * content + (8u << 20);
	fit = MEMORY / each;
	threads = medark_parallel_threads(threads);
	if (fit < 1)
		return 1;
	return fit < threads ? (unsigned)fit : threads;
}
